"""The numbered parts of a chart: transitions as links, target sets as entries, sets of states as integers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pocus_desktop.scenario.actions import Block
from pocus_desktop.scenario.guards import Guard
from pocus_desktop.scenario.states import Transition


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Which states a target set enters (SCXML Appendix D, computeEntrySet).

    Attributes:
        states: The states to enter.
        defaults: Those among them that are entered by their initial.
        histories: Histories entered without a stored value, whose default actions run after their parent's entry.
    """

    states: int
    defaults: int
    histories: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionName:
    """Which transition.

    Attributes:
        source: The state that holds it.
        position: Its place among that state's transitions, from 0.
        label: What its author called it, such as `then[0]`; may be empty.
        targets: Where it leads.
    """

    source: str
    position: int
    label: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A transition, numbered.

    Attributes:
        source: The state it leaves.
        position: Its place among the source's transitions.
        transition: As it was written.
        targets: Numbers of the target states.
        domain: The state whose inside it leaves and enters; -1 without targets, None where a history decides it.
        exits: Every state below the domain.
        entry: What it enters, where no history decides it.
        name: What traces call it.
    """

    source: int
    position: int
    transition: Transition
    guard: Guard | None
    actions: Block
    targets: tuple[int, ...]
    domain: int | None
    exits: int
    entry: Entry | None
    name: TransitionName


def normal(descriptor: str) -> str:
    """A descriptor without the endings that mean nothing: `a.*` and `a.` are `a` (SCXML 3.12.1)."""
    if descriptor.endswith(".*"):
        return descriptor[:-2]
    return descriptor.removesuffix(".") if descriptor != "." else descriptor


def members(states: int) -> Iterator[int]:
    """The numbers in a set of states, ascending, which is document order."""
    while states:
        lowest = states & -states
        yield lowest.bit_length() - 1
        states ^= lowest


def set_of(numbers: Iterable[int]) -> int:
    """A set of states with these numbers."""
    found = 0
    for number in numbers:
        found |= 1 << number
    return found
