"""The parts of a chart, as they are written down: states, transitions, timers."""

from dataclasses import dataclass
from enum import StrEnum

from pocus_desktop.scenario.actions import Block, TimerSpec
from pocus_desktop.scenario.guards import Guard


class Kind(StrEnum):
    """What a state is (SCXML 3.3, 3.4, 3.7, 3.10)."""

    ATOMIC = "atomic"
    COMPOUND = "compound"
    PARALLEL = "parallel"
    FINAL = "final"
    SHALLOW_HISTORY = "shallow-history"
    DEEP_HISTORY = "deep-history"

    @property
    def is_history(self) -> bool:
        """Whether it is a pseudo-state that is never active itself."""
        return self in {Kind.SHALLOW_HISTORY, Kind.DEEP_HISTORY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One way out of a state, or a reaction within it.

    Attributes:
        events: Descriptors; each matches the event of that name and every event below it (`a` matches `a.b`), `*`
            matches all. Empty: eventless, looked at whenever the chart moves.
        guard: What must hold; None for always.
        targets: Ids of the states to enter; none: the actions run and nothing is left.
        is_internal: Targets inside a compound source do not leave the source (SCXML 3.13).
        actions: Run between leaving and entering.
        label: For explanations, such as `then[0]`; the engine does not look at it.
    """

    events: tuple[str, ...] = ()
    guard: Guard | None = None
    targets: tuple[str, ...] = ()
    is_internal: bool = False
    actions: Block = ()
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTimer:
    """Armed when its state is entered, cancelled when it is left; fires the event `timer.<id>`."""

    id: str
    after: TimerSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state with everything below it.

    Attributes:
        id: Unique in the chart.
        kind: What it is.
        children: In document order, histories among them.
        initial: Where a compound state begins; empty: its first child that is not a history. May lie deeper than a
            child, and may be several states below a parallel.
        initial_actions: Run after entering, when it is entered by its initial.
        transitions: In document order. A history has exactly one, without event and guard: its default.
        on_entry: Blocks run on entry.
        on_exit: Blocks run on exit.
        timers: Armed while it is active.
    """

    id: str
    kind: Kind = Kind.ATOMIC
    children: tuple["State", ...] = ()
    initial: tuple[str, ...] = ()
    initial_actions: Block = ()
    transitions: tuple[Transition, ...] = ()
    on_entry: tuple[Block, ...] = ()
    on_exit: tuple[Block, ...] = ()
    timers: tuple[StateTimer, ...] = ()
