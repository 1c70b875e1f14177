"""Which transitions an event takes, and what taking them leaves and enters.

Selection and planning are pure functions of the active states, the event, the guards' verdicts and what histories
hold. Where neither a guard nor a history had a say, the outcome is kept with the chart's index and found again the next
time: that, and sets as integers, is what makes a step cheap.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from pocus_desktop.scenario.actions import Block
from pocus_desktop.scenario.effects import NotTaken, Round
from pocus_desktop.scenario.frozen import maker
from pocus_desktop.scenario.guards import Facts, judge
from pocus_desktop.scenario.index import EntryWalk, Index, effective_targets
from pocus_desktop.scenario.links import Entry, Link, members
from pocus_desktop.scenario.states import Kind, State

_MEMO_LIMIT: Final = 4_096

Remembered: TypeAlias = tuple[int, ...]
"""What each history of a chart holds, as a set of states (0: nothing yet), in document order of the histories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A state to leave: its bit, and itself."""

    bit: int
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A state to enter.

    Attributes:
        number: Its number.
        bit: Its bit.
        state: Itself.
        defaults: Actions after its own entry: of its initial, of histories without a stored value.
    """

    number: int
    bit: int
    state: State
    defaults: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One microstep, worked out.

    Attributes:
        remembered: What histories hold from now on.
        leaving: In the order of leaving.
        exits: The same as a set.
        exited: The same as ids.
        is_quiet_exit: Nothing is done on the way out.
        actions: Of the transitions.
        arriving: In the order of entering.
        enters: The same as a set.
        entered: The same as ids.
        is_quiet_entry: Nothing is done on the way in, and nothing ends there.
    """

    remembered: Remembered
    leaving: tuple[Leaving, ...]
    exits: int
    exited: tuple[str, ...]
    is_quiet_exit: bool
    actions: tuple[Block, ...]
    arriving: tuple[Arrival, ...]
    enters: int
    entered: tuple[str, ...]
    is_quiet_entry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a look for transitions came to.

    Attributes:
        move: The microstep; None where nothing is taken.
        round: What the trace tells; None where there is nothing to tell.
    """

    move: Move | None
    round: Round | None

    def with_refused(self, event: str | None, refused: tuple[NotTaken, ...]) -> "Outcome":
        """The same, telling also what guards refused."""
        told = self.round
        if told is None:
            told = Round(event=event, taken=(), not_taken=refused, preempted=(), exited=(), entered=())
        else:
            told = _make_round(event, told.taken, refused, told.preempted, told.exited, told.entered)
        return _make_outcome(self.move, told)


_make_round: Final = maker(Round)
_make_outcome: Final = maker(Outcome)


class Mover:
    """Selects and plans for one chart."""

    __slots__ = ("_index", "_known", "restless")

    def __init__(self, index: Index) -> None:
        """Begin with nothing worked out.

        Args:
            index: The chart.
        """
        self._index = index
        self._known: dict[tuple[str | None, int, Remembered, tuple[bool, ...]], Link | Outcome] = {}
        self.restless = sum(
            1 << number
            for number, links in enumerate(index.transitions)
            if any(not link.transition.events for link in links) and not index.kinds[number].is_history
        )
        """The states with eventless transitions: without one of them active, there is nothing to look for."""

    def look(self, event: str | None, active: int, remembered: Remembered, facts: Facts) -> Outcome:
        """Select transitions and plan the microstep (selectTransitions and selectEventlessTransitions).

        Args:
            event: The event's name; None for eventless transitions.
            active: The active states.
            remembered: What histories hold.
            facts: What guards may ask about.
        """
        verdicts: tuple[bool, ...] = ()
        refused: list[NotTaken] = []
        while True:
            known = self._known.get((event, active, remembered, verdicts))
            if known is None:
                known = self._think(event, active, remembered, verdicts)
                if len(self._known) < _MEMO_LIMIT:
                    self._known[event, active, remembered, verdicts] = known
            if isinstance(known, Outcome):
                return known.with_refused(event, tuple(refused)) if refused else known
            assert known.guard is not None  # noqa: S101 - only a guarded transition is a question
            judgement = judge(known.guard, facts)
            if not judgement.holds:
                refused.append(NotTaken(transition=known.name, why=judgement))
            verdicts += (judgement.holds,)

    def _think(
        self, event: str | None, active: int, remembered: Remembered, verdicts: tuple[bool, ...]
    ) -> Link | Outcome:
        """What follows from the guards' verdicts so far: the outcome, or the transition whose guard is asked next."""
        enabled = self._enabled(event, active, verdicts)
        if isinstance(enabled, Link):
            return enabled
        memory = dict(zip(self._index.all_histories, remembered, strict=True))
        taken, preempted = enabled, list[Link]()
        if len(enabled) > 1:
            taken, preempted = self._without_conflicts(enabled, active, memory)
        if not taken and event is None:
            return Outcome(move=None, round=None)
        move = self._plan(taken, active, memory) if taken else None
        told = Round(
            event=event,
            taken=tuple(link.name for link in taken),
            not_taken=(),
            preempted=tuple(link.name for link in preempted),
            exited=move.exited if move is not None else (),
            entered=move.entered if move is not None else (),
        )
        return Outcome(move=move, round=told)

    def _plan(self, taken: list[Link], active: int, memory: dict[int, int]) -> Move:
        """Work out a microstep (computeExitSet, computeEntrySet)."""
        exits = 0
        for link in taken:
            exits |= self._exits_of(link, active, memory)
        memory = {**memory, **self._held(exits, active)}
        actions = tuple(link.actions for link in taken if link.actions)
        return self._move(exits, memory, actions, self._entry_of(taken, memory))

    def arrive(self) -> Move:
        """Entering the chart itself."""
        walk = EntryWalk(self._index, {})
        walk.add(self._index.initial[0], 0)
        return self._move(0, dict.fromkeys(self._index.all_histories, 0), (), walk.entry())

    def _enabled(self, event: str | None, active: int, verdicts: tuple[bool, ...]) -> list[Link] | Link:
        """Per atomic state the first transition that may be taken; or the one whose guard has no verdict yet."""
        chains = self._index.candidates(event)
        enabled: list[Link] = []
        judged: dict[Link, bool] = {}
        for atom in members(active & self._index.atomic):
            for link in chains[atom]:
                if link.guard is not None and link not in judged:
                    if len(judged) == len(verdicts):
                        return link
                    judged[link] = verdicts[len(judged)]
                if judged.get(link, True):
                    if link not in enabled:
                        enabled.append(link)
                    break
        return enabled

    def _without_conflicts(
        self, enabled: list[Link], active: int, memory: dict[int, int]
    ) -> tuple[list[Link], list[Link]]:
        """The optimal transition set, and what gave way (removeConflictingTransitions)."""
        below = self._index.below
        kept: list[tuple[Link, int]] = []
        lost: list[Link] = []
        for link in enabled:
            exits = self._exits_of(link, active, memory)
            rivals = [pair for pair in kept if pair[1] & exits]
            if all(below[other.source] >> link.source & 1 for other, _ in rivals):
                lost += [other for other, _ in rivals]
                kept = [pair for pair in kept if pair not in rivals]
                kept.append((link, exits))
            else:
                lost.append(link)
        return [link for link, _ in kept], lost

    def _domain_of(self, link: Link, memory: dict[int, int]) -> int:
        if link.domain is not None:
            return link.domain
        effective = effective_targets(self._index, link.targets, memory)
        return self._index.domain_of(link.source, effective, is_internal=link.transition.is_internal)

    def _exits_of(self, link: Link, active: int, memory: dict[int, int]) -> int:
        domain = self._domain_of(link, memory)
        return active & self._index.below[domain] if domain >= 0 else 0

    def _held(self, exits: int, active: int) -> dict[int, int]:
        """What the histories of the states that are left hold from now on."""
        index = self._index
        held: dict[int, int] = {}
        for number in members(exits):
            for history in index.histories[number]:
                is_deep = index.kinds[history] is Kind.DEEP_HISTORY
                held[history] = active & (index.below[number] & index.atomic if is_deep else index.child_sets[number])
        return held

    def _entry_of(self, taken: list[Link], memory: dict[int, int]) -> Entry:
        if len(taken) == 1 and taken[0].entry is not None:
            return taken[0].entry
        walk = EntryWalk(self._index, memory)
        for link in taken:
            if link.targets:
                walk.add(link.targets, self._domain_of(link, memory))
        return walk.entry()

    def _move(self, exits: int, memory: dict[int, int], actions: tuple[Block, ...], entry: Entry) -> Move:
        index = self._index
        out = tuple(reversed(tuple(members(exits))))
        leaving = tuple(Leaving(bit=1 << number, state=index.states[number]) for number in out)
        arriving = tuple(self._arrival(number, entry) for number in members(entry.states))
        return Move(
            remembered=tuple(memory.values()),
            leaving=leaving,
            exits=exits,
            exited=tuple(left.state.id for left in leaving),
            is_quiet_exit=not any(left.state.on_exit or left.state.timers for left in leaving),
            actions=actions,
            arriving=arriving,
            enters=entry.states,
            entered=tuple(arrival.state.id for arrival in arriving),
            is_quiet_entry=not any(
                arrival.state.on_entry or arrival.state.timers or arrival.defaults or arrival.state.kind is Kind.FINAL
                for arrival in arriving
            ),
        )

    def _arrival(self, number: int, entry: Entry) -> Arrival:
        index = self._index
        state = index.states[number]
        first = (state.initial_actions,) if entry.defaults >> number & 1 and state.initial_actions else ()
        recalled = tuple(
            index.transitions[history][0].actions for history in entry.histories if index.parents[history] == number
        )
        return Arrival(number=number, bit=1 << number, state=state, defaults=first + recalled)
