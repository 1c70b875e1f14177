"""Where a chart stands: which states are active, what histories, timers and memory hold. Data, saved as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pocus_desktop.kernel.canonical import Json
from pocus_desktop.scenario.actions import ClockName
from pocus_desktop.scenario.guards import Value
from pocus_desktop.scenario.index import Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What conditions may ask about.

    Attributes:
        variables: By name.
        responses: By item; an item without a response is not in it.
        visits: How often each state was entered, the present stay included.
        simulated_ms: The case's own clock.
        entered_at_ms: For each active state, exam time at entry.
        entered_simulated_ms: For each active state, simulated time at entry.
        open_items: Items that take responses now.
        locked_items: Items that never take one again.
    """

    variables: Mapping[str, Value] = field(default_factory=dict)
    responses: Mapping[str, Json] = field(default_factory=dict)
    visits: Mapping[str, int] = field(default_factory=dict)
    simulated_ms: int = 0
    entered_at_ms: Mapping[str, int] = field(default_factory=dict)
    entered_simulated_ms: Mapping[str, int] = field(default_factory=dict)
    open_items: frozenset[str] = frozenset()
    locked_items: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmedTimer:
    """A timer that has not fired.

    Attributes:
        id: What `timer.<id>` fires; unique among the armed.
        name: What `CancelTimer` names; delayed sends of one id share it.
        event: The event that firing puts on the external queue.
        after_ms: How long it was armed for.
        due_ms: On its clock: when it was armed plus `after_ms`. For the exam clock the caller decides when it fires.
        clock: Which clock.
        serial: Order of arming.
    """

    id: str
    name: str
    event: str
    after_ms: int
    due_ms: int
    clock: ClockName
    serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Where a chart stands.

    Attributes:
        active_set: The active states as a set of numbers in document order (see `index`); use `active`.
        remembered: What each history holds as a set of numbers (0: nothing yet), in document order; use `history`.
        timers: Armed timers by id.
        serial: How many timers have been armed so far.
        memory: What conditions may ask about.
        is_finished: Whether the chart has come to its end; it then takes no more events.
        index: The chart's numbering, which gives the numbers their names.
    """

    active_set: int
    remembered: tuple[int, ...]
    timers: Mapping[str, ArmedTimer]
    serial: int
    memory: Memory
    is_finished: bool
    index: Index = field(repr=False, compare=False)

    @property
    def active(self) -> tuple[str, ...]:
        """The ids of all active states, in document order."""
        return self.index.names(self.active_set)

    @property
    def atomic(self) -> tuple[str, ...]:
        """The ids of the active states that hold no states, in document order."""
        return self.index.names(self.active_set & self.index.atomic)

    @property
    def history(self) -> Mapping[str, tuple[str, ...]]:
        """For each history that has been filled: the ids that it holds."""
        filled = zip(self.index.all_histories, self.remembered, strict=True)
        return {self.index.ids[number]: self.index.names(held) for number, held in filled if held}

    def is_active(self, state: str) -> bool:
        """Whether a state is active; an unknown state is not."""
        number = self.index.number.get(state)
        return number is not None and bool(self.active_set >> number & 1)
