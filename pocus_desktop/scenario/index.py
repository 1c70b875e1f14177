"""A chart made ready to run: numbered in document order, with everything that never changes worked out once.

States are numbered in document order, the root is 0, and a set of states is an integer with one bit a state, so that
the specification's set operations are single machine operations. Making an index is where a chart is checked: one
that exists is legal (SCXML 3, formats/scenario 2).
"""

from collections.abc import Mapping
from typing import Final

from pocus_desktop.scenario.errors import (
    BadEventError,
    BadHistoryError,
    BadInitialError,
    DuplicateStateError,
    EmptyTransitionError,
    IllegalTargetsError,
    MisplacedStateError,
    TooDeepError,
    UnknownTargetError,
)
from pocus_desktop.scenario.links import Entry, Link, TransitionName, members, normal, set_of
from pocus_desktop.scenario.states import Kind, State, Transition

MAX_NESTING: Final = 64
"""How deep states may be nested."""

_MEMO_LIMIT: Final = 512


class Index:
    """The numbered chart. Immutable but for a bounded memo of which transitions an event name can enable."""

    __slots__ = (
        "_longest",
        "_memo",
        "_words",
        "above",
        "all_histories",
        "atomic",
        "below",
        "child_sets",
        "children",
        "defaults",
        "fingerprint",
        "histories",
        "ids",
        "initial",
        "initial_actions",
        "kinds",
        "number",
        "parents",
        "states",
        "transitions",
    )

    def __init__(self, root: State) -> None:
        """Number and check a chart.

        Args:
            root: A compound state that stands for the chart itself.

        Raises:
            ScenarioError: The chart is not legal; the error's class says how.
        """
        self.states: list[State] = []
        self.parents: list[int] = []
        self._number_states(root)
        self.kinds = [state.kind for state in self.states]
        self.ids: tuple[str, ...] = tuple(state.id for state in self.states)
        self.number = {name: number for number, name in enumerate(self.ids) if number}
        size = len(self.ids)
        self.below = [0] * size
        self.above: list[tuple[int, ...]] = [()] * size
        for number in range(1, size):
            self.above[number] = (self.parents[number], *self.above[self.parents[number]])
            for ancestor in self.above[number]:
                self.below[ancestor] |= 1 << number
        self.children: list[list[int]] = [[] for _ in range(size)]
        self.histories: list[list[int]] = [[] for _ in range(size)]
        for number in range(1, size):
            held = self.children if self._real(number) else self.histories
            held[self.parents[number]].append(number)
        self.child_sets = [set_of(children) for children in self.children]
        self.all_histories = tuple(n for n in range(1, size) if not self._real(n))
        self.atomic = set_of(n for n in range(1, size) if self.kinds[n] in {Kind.ATOMIC, Kind.FINAL})
        for number in range(size):
            self._check_place(number)
        self.defaults = {n: self._default_of(n) for n in self.all_histories}
        self.initial: list[tuple[int, ...]] = [self._initial_of(number) for number in range(size)]
        self.initial_actions = [state.initial_actions for state in self.states]
        self.transitions: list[tuple[Link, ...]] = [
            tuple(self._link(number, place, written) for place, written in enumerate(state.transitions))
            for number, state in enumerate(self.states)
        ]
        self._words: dict[str, set[str]] = {}
        for written in (transition for state in self.states for transition in state.transitions):
            for descriptor in written.events:
                self._words.setdefault(normal(descriptor), set()).add(descriptor)
        self._longest = max((word.count(".") + 1 for word in self._words), default=1)
        self.fingerprint = ""  # worked out by `snapshot` when it is first asked for
        self._memo: dict[str | None, Chains] = {None: Chains(self, frozenset())}

    def candidates(self, event: str | None) -> "Chains":
        """For each atomic state, by number: the transitions that an event may enable, innermost first.

        Args:
            event: The event's name; None for eventless transitions.
        """
        found = self._memo.get(event)
        if found is None:
            parts = (event or "").split(".", self._longest)[: self._longest]
            prefixes = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
            words = {"*"}.union(*(self._words.get(prefix, ()) for prefix in prefixes))
            found = Chains(self, frozenset(words))
            if len(self._memo) < _MEMO_LIMIT:
                self._memo[event] = found
        return found

    def domain_of(self, source: int, effective: tuple[int, ...], *, is_internal: bool) -> int:
        """A transition's domain (SCXML Appendix D, getTransitionDomain); -1 where it has no targets.

        Args:
            source: The state that holds the transition.
            effective: Its targets, histories replaced by what they stand for.
            is_internal: Whether it is of the internal type.
        """
        if not effective:
            return -1
        wanted = set_of(effective)
        if is_internal and self.kinds[source] is Kind.COMPOUND and not wanted & ~self.below[source]:
            return source
        return next(
            ancestor
            for ancestor in self.above[source]
            if self.kinds[ancestor] is Kind.COMPOUND and not wanted & ~self.below[ancestor]
        )

    def names(self, states: int) -> tuple[str, ...]:
        """The ids of a set of states, in document order."""
        ids = self.ids
        return tuple(ids[number] for number in members(states))

    def is_legal(self, active: int) -> bool:
        """Whether a set of states is a legal configuration (SCXML 3.11, and the root's one child)."""
        if active & 1 or active >> len(self.ids):
            return False
        for number in members(active | 1):
            here = self.child_sets[number] & active
            if not self._real(number) or (number and not (active | 1) >> self.parents[number] & 1):
                return False
            if self.kinds[number] is Kind.COMPOUND and here.bit_count() != 1:
                return False
            if self.kinds[number] is Kind.PARALLEL and here.bit_count() != len(self.children[number]):
                return False
        return True

    def is_memory_of(self, history: int, held: int) -> bool:
        """Whether a history can hold these states: part of what can be active below its parent."""
        if self._real(history) or not held:
            return False
        parent = self.parents[history]
        is_shallow = self.kinds[history] is Kind.SHALLOW_HISTORY
        within = self.child_sets[parent] if is_shallow else self.below[parent] & self.atomic
        numbers = tuple(members(held))
        together = all(self._can_be_together(one, other) for one in numbers for other in numbers)
        return not held & ~within and together

    def _number_states(self, root: State) -> None:
        seen: set[str] = set()
        waiting: list[tuple[State, int, int]] = [(root, -1, 0)]
        while waiting:
            state, parent, nesting = waiting.pop()
            if state.id in seen:
                raise DuplicateStateError(state=state.id)
            if nesting > MAX_NESTING:
                raise TooDeepError(state=state.id, bound=MAX_NESTING)
            seen.add(state.id)
            self.states.append(state)
            self.parents.append(parent)
            number = len(self.states) - 1
            waiting += [(child, number, nesting + 1) for child in reversed(state.children)]

    def _real(self, number: int) -> bool:
        return not self.kinds[number].is_history

    def _check_place(self, number: int) -> None:
        state, kind = self.states[number], self.kinds[number]
        holds_states = kind in {Kind.COMPOUND, Kind.PARALLEL}
        if holds_states and not self.children[number]:
            raise MisplacedStateError(state=state.id, reason=f"a {kind} state needs states inside")
        if not holds_states and state.children:
            raise MisplacedStateError(state=state.id, reason=f"a {kind} state cannot hold states")
        if kind is not Kind.COMPOUND and (state.initial or state.initial_actions):
            raise BadInitialError(state=state.id, target=" ".join(state.initial))
        if (kind is Kind.FINAL or number == 0) and state.transitions:
            raise MisplacedStateError(state=state.id, reason=f"a {kind} state has no transitions")
        if kind.is_history and not self.parents[number]:
            raise MisplacedStateError(state=state.id, reason="a history stands inside a state")
        if kind is Kind.FINAL and self.kinds[self.parents[number]] is Kind.PARALLEL:
            raise MisplacedStateError(state=state.id, reason="a final state cannot be a region of a parallel state")
        if kind.is_history and (state.on_entry or state.on_exit or state.timers):
            raise MisplacedStateError(state=state.id, reason="a history is never entered itself")

    def _initial_of(self, number: int) -> tuple[int, ...]:
        state = self.states[number]
        if self.kinds[number] is not Kind.COMPOUND:
            return ()
        if not state.initial:
            return tuple(self.children[number][:1])
        targets = self._resolve(state.id, state.initial)
        for target in targets:
            if not self.below[number] >> target & 1:
                raise BadInitialError(state=state.id, target=self.ids[target])
        return targets

    def _resolve(self, source: str, names: tuple[str, ...]) -> tuple[int, ...]:
        targets: list[int] = []
        for name in names:
            if name not in self.number:
                raise UnknownTargetError(source=source, target=name)
            targets.append(self.number[name])
        for place, first in enumerate(targets):
            for second in targets[place + 1 :]:
                if not self._can_be_together(first, second):
                    raise IllegalTargetsError(source=source, first=self.ids[first], second=self.ids[second])
        return tuple(dict.fromkeys(targets))

    def _can_be_together(self, first: int, second: int) -> bool:
        """Whether one transition may name both: only then does the algorithm always enter a legal configuration.

        A state and one inside it cannot be named together: entering the outer by its default may enter a sibling of the
        inner. A history stands for whatever may be active below its parent.
        """
        if first == second:
            return True
        for one, other in ((first, second), (second, first)):
            held = one if self._real(one) else self.parents[one]
            if self.below[held] >> other & 1:
                return False
        common = next(ancestor for ancestor in self.above[first] if self.below[ancestor] >> second & 1)
        return self.kinds[common] is Kind.PARALLEL

    def _link(self, source: int, place: int, written: Transition) -> Link:
        state = self.states[source]
        for descriptor in written.events:
            if not descriptor or any(c.isspace() for c in descriptor):
                raise BadEventError(state=state.id, event=descriptor)
        targets = self._resolve(state.id, written.targets)
        if self._real(source) and not written.events and written.guard is None and not targets:
            raise EmptyTransitionError(state=state.id)
        domain: int | None = None
        exits, entry = 0, None
        if self._real(source) and all(self._real(target) for target in targets):
            domain = self.domain_of(source, targets, is_internal=written.is_internal)
            exits = self.below[domain] if domain >= 0 else 0
            entry = self._entry_without_history(targets, domain) if domain >= 0 else Entry(states=0, defaults=0)
        name = TransitionName(source=state.id, position=place, label=written.label, targets=written.targets)
        return Link(source, place, written, written.guard, written.actions, targets, domain, exits, entry, name)

    def _default_of(self, history: int) -> tuple[int, ...]:
        parent, name = self.parents[history], self.ids[history]
        written = self.states[history].transitions
        targets = self._resolve(name, written[0].targets) if len(written) == 1 else ()
        if not targets or written[0].events or written[0].guard is not None:
            raise BadHistoryError(state=name, reason="it needs one default transition with targets and nothing asked")
        if any(not self.below[parent] >> target & 1 or not self._real(target) for target in targets):
            raise BadHistoryError(state=name, reason="its default leads outside of what it stands for")
        return targets

    def _entry_without_history(self, targets: tuple[int, ...], domain: int) -> Entry | None:
        walk = EntryWalk(self, {})
        walk.add(targets, domain)
        entry = walk.entry()
        return None if entry.histories else entry


class Chains(dict[int, tuple[Link, ...]]):
    """Atomic state to the transitions to look at, filled as states are asked for."""

    __slots__ = ("_index", "_words")

    def __init__(self, index: Index, words: frozenset[str]) -> None:
        """Begin empty.

        Args:
            index: The chart.
            words: The descriptors that match the event; none for eventless transitions.
        """
        super().__init__()
        self._index = index
        self._words = words

    def __missing__(self, number: int) -> tuple[Link, ...]:
        words, index = self._words, self._index
        found = tuple(
            link
            for holder in (number, *index.above[number])
            for link in index.transitions[holder]
            if (not words.isdisjoint(link.transition.events) if words else not link.transition.events)
        )
        self[number] = found
        return found


class EntryWalk:
    """Works out an entry set, literally as Appendix D's computeEntrySet and its two recursive procedures."""

    __slots__ = ("_defaults", "_histories", "_index", "_remembered", "_states")

    def __init__(self, index: Index, remembered: Mapping[int, int]) -> None:
        """Begin with nothing entered.

        Args:
            index: The chart.
            remembered: What each history holds, as a set of states; an empty mapping while indexing.
        """
        self._index = index
        self._remembered = remembered
        self._states = 0
        self._defaults = 0
        self._histories: list[int] = []

    def add(self, targets: tuple[int, ...], domain: int) -> None:
        """Add one transition's targets; `domain` is the state inside which they lie."""
        for target in targets:
            self._descend(target)
        for target in effective_targets(self._index, targets, self._remembered):
            self._ascend(target, domain)

    def entry(self) -> Entry:
        """The set so far."""
        return Entry(states=self._states, defaults=self._defaults, histories=tuple(self._histories))

    def _descend(self, state: int) -> None:
        index = self._index
        kind = index.kinds[state]
        if kind.is_history:
            self._recall(state)
            return
        self._states |= 1 << state
        if kind is Kind.COMPOUND:
            self._defaults |= 1 << state
            for target in index.initial[state]:
                self._descend(target)
            for target in index.initial[state]:
                self._ascend(target, state)
        elif kind is Kind.PARALLEL:
            self._enter_regions(state)

    def _recall(self, history: int) -> None:
        index = self._index
        stored = self._remembered.get(history, 0)
        targets = tuple(members(stored)) if stored else index.defaults[history]
        if not stored and history not in self._histories:
            self._histories.append(history)
        for target in targets:
            self._descend(target)
        for target in targets:
            self._ascend(target, index.parents[history])

    def _ascend(self, state: int, limit: int) -> None:
        index = self._index
        for ancestor in index.above[state]:
            if ancestor == limit:
                return
            self._states |= 1 << ancestor
            if index.kinds[ancestor] is Kind.PARALLEL:
                self._enter_regions(ancestor)

    def _enter_regions(self, parallel: int) -> None:
        for child in self._index.children[parallel]:
            if not self._states & (self._index.below[child] | 1 << child):
                self._descend(child)


def effective_targets(index: Index, targets: tuple[int, ...], remembered: Mapping[int, int]) -> tuple[int, ...]:
    """Targets with each history replaced by what it remembers, or by its default (getEffectiveTargetStates)."""
    found: list[int] = []
    for target in targets:
        if not index.kinds[target].is_history:
            found.append(target)
        elif stored := remembered.get(target, 0):
            found += members(stored)
        else:
            found += index.defaults[target]
    return tuple(dict.fromkeys(found))
