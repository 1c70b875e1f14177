"""What a step gives back: effects for the caller to carry out, and the trace that explains them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pocus_desktop.kernel.canonical import Json
from pocus_desktop.scenario.actions import ClockName
from pocus_desktop.scenario.configuration import Configuration
from pocus_desktop.scenario.guards import Judgement
from pocus_desktop.scenario.links import TransitionName


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened.

    `response.<item>` carries the response as `data["value"]`, in the form that conditions ask about: a list of ids, a
    number, a text; None or empty takes the response back. `timer.<id>` says that an exam-clock timer is due.

    Attributes:
        name: Dotted; descriptors match whole leading parts.
        data: What came with it.
    """

    name: str
    data: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Emitted:
    """The chart says something to the caller (action `Emit`)."""

    name: str
    data: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerArmed:
    """A timer runs from now on.

    Attributes:
        id: On the exam clock the caller sends the event `timer.<id>` when it is due; on the simulated clock the engine
            fires it itself, and the effect only tells.
        after_ms: From now, on its clock.
        due_ms: `after_ms` after now, on its clock.
        clock: Which clock.
    """

    id: str
    after_ms: int
    due_ms: int
    clock: ClockName


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerCancelled:
    """A timer no longer runs; should it fire all the same, the engine ignores it."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRefused:
    """A response was not taken; the memory is unchanged.

    Attributes:
        item: Which item.
        code: `scenario.item_locked` or `scenario.item_closed`.
    """

    item: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The chart has come to its end.

    Attributes:
        state: The final state that was entered.
    """

    state: str


Effect: TypeAlias = Emitted | TimerArmed | TimerCancelled | ResponseRefused | Finished


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """A transition whose event matched but whose guard did not hold.

    Attributes:
        transition: Which.
        why: The judgement of its guard, part by part.
    """

    transition: TransitionName
    why: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One look for transitions, and the microstep that came of it.

    Attributes:
        event: What was looked at; None for eventless transitions (only recorded where something was taken or refused).
        taken: The transitions taken together; none where the event was of no interest.
        not_taken: Transitions that were looked at and refused by their guards.
        preempted: Transitions that were enabled but gave way to one of those taken (SCXML 3.13).
        exited: States left, in the order of leaving.
        entered: States entered, in the order of entering.
    """

    event: str | None
    taken: tuple[TransitionName, ...]
    not_taken: tuple[NotTaken, ...]
    preempted: tuple[TransitionName, ...]
    exited: tuple[str, ...]
    entered: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Everything that one event set off, in order."""

    rounds: tuple[Round, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one event did: the new configuration, what to do, and why."""

    configuration: Configuration
    effects: tuple[Effect, ...]
    trace: Trace
