"""What a chart does when it enters, leaves or takes a transition: data, never code (formats/scenario 5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pocus_desktop.kernel.canonical import Json
from pocus_desktop.scenario.guards import Guard, Value

ClockName: TypeAlias = Literal["exam", "simulated"]
"""`exam`: the caller tells when a timer is due. `simulated`: the case's own clock, moved by `Advance` alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerSpec:
    """How long, on which clock."""

    after_ms: int
    clock: ClockName = "exam"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """Put an event on the internal queue."""

    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Put an event on the external queue after a delay on the exam clock.

    The external queue is the caller's: the send is armed as a timer, which when it fires puts `event` in the place of
    `timer.<id>`.

    Attributes:
        event: The event's name.
        after_ms: 0 is due at once, as the next external event.
        id: What `CancelTimer` may name; several sends may share it and are cancelled together.
    """

    event: str
    after_ms: int = 0
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail:
    """What cannot be done by its nature, such as a send to nowhere: puts its error event on the internal queue."""

    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimer:
    """Arm a timer that outlives the state it was armed in; arming one that is armed starts it anew."""

    id: str
    after: TimerSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTimer:
    """Disarm a timer, or all delayed sends of this id; nothing happens where none is armed."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVariable:
    """Give a variable a value."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToVariable:
    """Add to a number variable; `error.execution` where it is no number or leaves the range of exact integers."""

    name: str
    amount: int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Move the simulated clock on, once the chart has settled; its timers fire on the way, in order."""

    simulated_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetSimulated:
    """Set the simulated clock back to zero and disarm its timers: a new case begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItems:
    """From now on the items take responses, unless they are locked."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseItems:
    """From now on the items take no responses until they are opened again."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockItems:
    """The items never take a response again."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Emit:
    """Tell the caller something; the engine does not look at it."""

    name: str
    data: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A condition and what to do where it is the first that holds."""

    guard: Guard
    actions: tuple["Action", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose:
    """SCXML's if, elseif, else: the first branch that holds; an `else` is a branch that always does."""

    branches: tuple[Branch, ...]


Action: TypeAlias = (
    Raise
    | Send
    | Fail
    | StartTimer
    | CancelTimer
    | SetVariable
    | AddToVariable
    | Advance
    | ResetSimulated
    | OpenItems
    | CloseItems
    | LockItems
    | Emit
    | Choose
)

Block: TypeAlias = tuple[Action, ...]
"""Actions in order; one that fails ends its block, not the other blocks (SCXML 4.1 and 3.8)."""
