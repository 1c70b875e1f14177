"""A slow engine, written procedure by procedure from the pseudo-code of W3C SCXML, Appendix D.

It shares nothing with the engine under test but the chart as it was written: no numbers, no bit sets, no caches.
Only what the property tests draw is here: raised events and emitted effects as actions, `In` as the only condition.
"""

from collections.abc import Iterable

from pocus_desktop.scenario.actions import Action, Emit, Raise
from pocus_desktop.scenario.chart import Chart, Kind, State, Transition
from pocus_desktop.scenario.guards import AllOf, AnyOf, Guard, InState, Not


class TooManyStepsError(Exception):
    """The chart runs in a circle."""


class SlowEngine:
    """One session, as the procedure `interpret` sets it up."""

    def __init__(self, chart: Chart, *, bound: int) -> None:
        self.root = State(id="", kind=Kind.COMPOUND, children=chart.states, initial=chart.initial)
        self.order: list[State] = []
        self.parent: dict[str, State] = {}
        self._collect(self.root)
        self.by_id = {state.id: state for state in self.order}
        self.configuration: list[State] = []
        self.history_value: dict[str, list[State]] = {}
        self.internal_queue: list[str] = []
        self.running = True
        self.emitted: list[str] = []
        self.bound = bound
        self.microsteps = 0
        to_enter, default_entry, default_history = list[State](), list[State](), dict[str, tuple[Action, ...]]()
        for state in self.initial_of(self.root):
            self.add_descendants(state, to_enter, default_entry, default_history)
        for state in self.initial_of(self.root):
            self.add_ancestors(state, self.root, to_enter, default_entry, default_history)
        self.enter(to_enter, default_entry, default_history)
        self.macrostep()

    def _collect(self, state: State) -> None:
        self.order.append(state)
        for child in state.children:
            self.parent[child.id] = state
            self._collect(child)

    # mainEventLoop

    def external(self, event: str) -> None:
        self.emitted, self.microsteps = [], 0
        if not self.running:
            return
        enabled = self.select(event)
        if enabled:
            self.microstep(enabled)
        self.macrostep()

    def macrostep(self) -> None:
        while self.running:
            enabled = self.select(None)
            if not enabled:
                if not self.internal_queue:
                    break
                enabled = self.select(self.internal_queue.pop(0))
            if enabled:
                self.microstep(enabled)
        if not self.running:
            for state in sorted(self.configuration, key=self.order.index, reverse=True):
                for block in state.on_exit:
                    self.execute(block)

    # selectTransitions, selectEventlessTransitions

    def select(self, event: str | None) -> list[tuple[State, Transition]]:
        enabled: list[tuple[State, Transition]] = []
        atomic = [state for state in self.configuration if self.is_atomic(state)]
        for state in sorted(atomic, key=self.order.index):
            found = self.first_enabled(state, event)
            if found is not None and not any(found[1] is other for _, other in enabled):
                enabled.append(found)
        return self.remove_conflicting(enabled)

    def first_enabled(self, state: State, event: str | None) -> tuple[State, Transition] | None:
        for holder in [state, *self.proper_ancestors(state, None)]:
            for transition in holder.transitions:
                if event is None:
                    matches = not transition.events
                else:
                    matches = any(self.name_match(descriptor, event) for descriptor in transition.events)
                if matches and self.condition_match(transition.guard):
                    return holder, transition
        return None

    @staticmethod
    def name_match(descriptor: str, event: str) -> bool:
        if descriptor == "*":
            return True
        wanted = descriptor.removesuffix("*").removesuffix(".").split(".")
        return event.split(".")[: len(wanted)] == wanted

    def condition_match(self, guard: Guard | None) -> bool:
        match guard:
            case None:
                return True
            case InState(state=state):
                return any(active.id == state for active in self.configuration)
            case Not(part=part):
                return not self.condition_match(part)
            case AllOf(parts=parts):
                return all(self.condition_match(part) for part in parts)
            case AnyOf(parts=parts):
                return any(self.condition_match(part) for part in parts)
            case _:
                raise AssertionError(guard)

    # removeConflictingTransitions

    def remove_conflicting(self, enabled: list[tuple[State, Transition]]) -> list[tuple[State, Transition]]:
        filtered: list[tuple[State, Transition]] = []
        for first in enabled:
            preempted = False
            to_remove: list[tuple[State, Transition]] = []
            for second in filtered:
                if self.has_intersection(self.exit_set([first]), self.exit_set([second])):
                    if self.is_descendant(first[0], second[0]):
                        to_remove.append(second)
                    else:
                        preempted = True
                        break
            if not preempted:
                for removed in to_remove:
                    filtered.remove(removed)
                filtered.append(first)
        return filtered

    @staticmethod
    def has_intersection(left: list[State], right: list[State]) -> bool:
        return any(one is other for one in left for other in right)

    # microstep

    def microstep(self, enabled: list[tuple[State, Transition]]) -> None:
        self.microsteps += 1
        if self.microsteps > self.bound:
            raise TooManyStepsError
        self.exit(enabled)
        for _, transition in enabled:
            self.execute(transition.actions)
        to_enter, default_entry, default_history = list[State](), list[State](), dict[str, tuple[Action, ...]]()
        self.entry_set(enabled, to_enter, default_entry, default_history)
        self.enter(to_enter, default_entry, default_history)

    def exit(self, enabled: list[tuple[State, Transition]]) -> None:
        leaving = sorted(self.exit_set(enabled), key=self.order.index, reverse=True)
        for state in leaving:
            for history in state.children:
                if history.kind.is_history:
                    self.history_value[history.id] = self.recorded(state, history.kind)
        for state in leaving:
            for block in state.on_exit:
                self.execute(block)
            self.configuration.remove(state)

    def recorded(self, state: State, kind: Kind) -> list[State]:
        active = sorted(self.configuration, key=self.order.index)
        if kind is Kind.DEEP_HISTORY:
            return [one for one in active if self.is_atomic(one) and self.is_descendant(one, state)]
        return [one for one in active if self.parent[one.id] is state]

    def exit_set(self, transitions: Iterable[tuple[State, Transition]]) -> list[State]:
        found: list[State] = []
        for source, transition in transitions:
            if transition.targets:
                domain = self.domain(source, transition)
                for state in self.configuration:
                    if self.is_descendant(state, domain) and state not in found:
                        found.append(state)
        return found

    def enter(
        self, to_enter: list[State], default_entry: list[State], default_history: dict[str, tuple[Action, ...]]
    ) -> None:
        for state in sorted(to_enter, key=self.order.index):
            self.configuration.append(state)
            for block in state.on_entry:
                self.execute(block)
            if state in default_entry:
                self.execute(state.initial_actions)
            if state.id in default_history:
                self.execute(default_history[state.id])
            if state.kind is Kind.FINAL:
                parent = self.parent[state.id]
                if parent is self.root:
                    self.running = False
                else:
                    self.internal_queue.append(f"done.state.{parent.id}")
                    grandparent = self.parent[parent.id]
                    if grandparent.kind is Kind.PARALLEL and all(
                        self.is_in_final(child) for child in self.child_states(grandparent)
                    ):
                        self.internal_queue.append(f"done.state.{grandparent.id}")

    # computeEntrySet

    def entry_set(
        self,
        enabled: list[tuple[State, Transition]],
        to_enter: list[State],
        default_entry: list[State],
        default_history: dict[str, tuple[Action, ...]],
    ) -> None:
        for source, transition in enabled:
            for target in transition.targets:
                self.add_descendants(self.by_id[target], to_enter, default_entry, default_history)
            if transition.targets:
                ancestor = self.domain(source, transition)
                for state in self.effective_targets(transition):
                    self.add_ancestors(state, ancestor, to_enter, default_entry, default_history)

    def add_descendants(
        self,
        state: State,
        to_enter: list[State],
        default_entry: list[State],
        default_history: dict[str, tuple[Action, ...]],
    ) -> None:
        if state.kind.is_history:
            parent = self.parent[state.id]
            if state.id in self.history_value:
                targets = self.history_value[state.id]
            else:
                default_history[parent.id] = state.transitions[0].actions
                targets = [self.by_id[target] for target in state.transitions[0].targets]
            for target in targets:
                self.add_descendants(target, to_enter, default_entry, default_history)
            for target in targets:
                self.add_ancestors(target, parent, to_enter, default_entry, default_history)
            return
        if state not in to_enter:
            to_enter.append(state)
        if state.kind is Kind.COMPOUND:
            default_entry.append(state)
            for target in self.initial_of(state):
                self.add_descendants(target, to_enter, default_entry, default_history)
            for target in self.initial_of(state):
                self.add_ancestors(target, state, to_enter, default_entry, default_history)
        elif state.kind is Kind.PARALLEL:
            self.add_regions(state, to_enter, default_entry, default_history)

    def add_ancestors(
        self,
        state: State,
        ancestor: State,
        to_enter: list[State],
        default_entry: list[State],
        default_history: dict[str, tuple[Action, ...]],
    ) -> None:
        for anc in self.proper_ancestors(state, ancestor):
            if anc not in to_enter:
                to_enter.append(anc)
            if anc.kind is Kind.PARALLEL:
                self.add_regions(anc, to_enter, default_entry, default_history)

    def add_regions(
        self,
        parallel: State,
        to_enter: list[State],
        default_entry: list[State],
        default_history: dict[str, tuple[Action, ...]],
    ) -> None:
        for child in self.child_states(parallel):
            if not any(entered is child or self.is_descendant(entered, child) for entered in to_enter):
                self.add_descendants(child, to_enter, default_entry, default_history)

    # The small functions

    def domain(self, source: State, transition: Transition) -> State:
        targets = self.effective_targets(transition)
        if (
            transition.is_internal
            and source.kind is Kind.COMPOUND
            and all(self.is_descendant(target, source) for target in targets)
        ):
            return source
        for anc in self.proper_ancestors(source, None):
            if anc.kind is Kind.COMPOUND and all(self.is_descendant(target, anc) for target in targets):
                return anc
        raise AssertionError(source.id)

    def effective_targets(self, transition: Transition) -> list[State]:
        found: list[State] = []
        for name in transition.targets:
            state = self.by_id[name]
            if not state.kind.is_history:
                new = [state]
            elif state.id in self.history_value:
                new = self.history_value[state.id]
            else:
                new = self.effective_targets(state.transitions[0])
            found += [one for one in new if one not in found]
        return found

    def initial_of(self, state: State) -> list[State]:
        return [self.by_id[name] for name in state.initial] or self.child_states(state)[:1]

    @staticmethod
    def child_states(state: State) -> list[State]:
        return [child for child in state.children if not child.kind.is_history]

    def proper_ancestors(self, state: State, limit: State | None) -> list[State]:
        found: list[State] = []
        while state is not self.root:
            state = self.parent[state.id]
            if state is limit:
                break
            found.append(state)
        return found

    def is_descendant(self, state: State, other: State) -> bool:
        return other in self.proper_ancestors(state, None)

    @staticmethod
    def is_atomic(state: State) -> bool:
        return state.kind in {Kind.ATOMIC, Kind.FINAL}

    def is_in_final(self, state: State) -> bool:
        if state.kind is Kind.COMPOUND:
            return any(c.kind is Kind.FINAL and c in self.configuration for c in state.children)
        if state.kind is Kind.PARALLEL:
            return all(self.is_in_final(child) for child in self.child_states(state))
        return False

    def execute(self, block: Iterable[Action]) -> None:
        for action in block:
            match action:
                case Emit(name=name):
                    self.emitted.append(name)
                case Raise(event=event):
                    self.internal_queue.append(event)
                case _:
                    raise AssertionError(action)
