"""The chart: a frozen statechart with the semantics of W3C SCXML, without scripts or data model (formats/scenario)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pocus_desktop.scenario.actions import (
    Action,
    AddToVariable,
    Advance,
    Block,
    Choose,
    CloseItems,
    LockItems,
    OpenItems,
    Send,
    SetVariable,
    StartTimer,
    TimerSpec,
)
from pocus_desktop.scenario.errors import DuplicateTimerError, NegativeTimeError, TooDeepError, UnknownReferenceError
from pocus_desktop.scenario.guards import (
    MAX_DEPTH,
    Answered,
    ElapsedAtLeast,
    Guard,
    InState,
    ResponseAtLeast,
    ResponseAtMost,
    ResponseEquals,
    ResponseIncludes,
    SimulatedElapsedAtLeast,
    Value,
    VariableAtLeast,
    VariableAtMost,
    VariableEquals,
    Visited,
    depth,
    leaves,
)
from pocus_desktop.scenario.index import Index
from pocus_desktop.scenario.moves import Mover
from pocus_desktop.scenario.states import Kind, State, StateTimer, Transition

__all__ = ["Chart", "Kind", "State", "StateTimer", "Transition"]

MAX_CHOICES: Final = 32
"""How deep an if may stand inside an if."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A statechart; one that exists is legal.

    Attributes:
        name: What it is called, for people.
        states: The top-level states, in document order.
        initial: Where it begins; empty: the first state.
        variables: Every variable with its first value.
        items: Every item whose responses the chart takes (events `response.<item>`).
        index: The chart numbered and worked out; made by the constructor.
        mover: Selects and plans on that index; made by the constructor.
        timer_ids: Every timer that the chart can arm, but for delayed sends; made by the constructor.

    Raises:
        ScenarioError: The chart is not legal; the error's class says how.
    """

    name: str
    states: tuple[State, ...]
    initial: tuple[str, ...] = ()
    variables: Mapping[str, Value] = field(default_factory=dict)
    items: tuple[str, ...] = ()
    index: Index = field(init=False, repr=False, compare=False)
    mover: Mover = field(init=False, repr=False, compare=False)
    timer_ids: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        root = State(id="", kind=Kind.COMPOUND, children=self.states, initial=self.initial)
        object.__setattr__(self, "index", Index(root))
        object.__setattr__(self, "mover", Mover(self.index))
        object.__setattr__(self, "timer_ids", frozenset(self._timers()))
        for state in self.index.states:
            for guard in _guards_of(state):
                self._check_guard(state, guard)
            for action in _actions_of(state):
                self._check_action(state, action)

    def _timers(self) -> Iterator[str]:
        owned: set[str] = set()
        for state in self.index.states:
            for timer in state.timers:
                if timer.id in owned:
                    raise DuplicateTimerError(state=state.id, timer=timer.id)
                _check_time(state, timer.after.after_ms)
                owned.add(timer.id)
            yield from (action.id for action in _actions_of(state) if isinstance(action, StartTimer))
        yield from owned

    def _check_guard(self, state: State, guard: Guard) -> None:
        if depth(guard) > MAX_DEPTH:
            raise TooDeepError(state=state.id, bound=MAX_DEPTH)
        for leaf in leaves(guard):
            match leaf:
                case InState(state=name) | Visited(state=name) | ElapsedAtLeast(state=name):
                    self._known(state, name, self.index.number)
                case SimulatedElapsedAtLeast(state=name):
                    self._known(state, name, self.index.number)
                case VariableAtLeast(name=name) | VariableAtMost(name=name) | VariableEquals(name=name):
                    self._known(state, name, self.variables)
                case ResponseIncludes(item=name) | ResponseEquals(item=name) | Answered(item=name):
                    self._known(state, name, self.items)
                case ResponseAtLeast(item=name) | ResponseAtMost(item=name):
                    self._known(state, name, self.items)
                case _:
                    pass

    def _check_action(self, state: State, action: Action) -> None:
        match action:
            case SetVariable(name=name) | AddToVariable(name=name):
                self._known(state, name, self.variables)
            case Advance(simulated_ms=ms) | Send(after_ms=ms) | StartTimer(after=TimerSpec(after_ms=ms)):
                _check_time(state, ms)
            case OpenItems(items=items) | CloseItems(items=items) | LockItems(items=items):
                for item in items:
                    self._known(state, item, self.items)
            case _:
                pass

    @staticmethod
    def _known(state: State, name: str, there: Mapping[str, object] | tuple[str, ...]) -> None:
        if name not in there:
            raise UnknownReferenceError(state=state.id, name=name)


def _check_time(state: State, ms: int) -> None:
    if ms < 0:
        raise NegativeTimeError(state=state.id, ms=ms)


def _blocks_of(state: State) -> Iterator[Block]:
    yield state.initial_actions
    yield from state.on_entry
    yield from state.on_exit
    for transition in state.transitions:
        yield transition.actions


def _actions_of(state: State) -> Iterator[Action]:
    waiting = [(action, 0) for block in _blocks_of(state) for action in block]
    while waiting:
        action, nesting = waiting.pop()
        yield action
        if isinstance(action, Choose):
            if nesting >= MAX_CHOICES:
                raise TooDeepError(state=state.id, bound=MAX_CHOICES)
            waiting += [(inner, nesting + 1) for branch in action.branches for inner in branch.actions]


def _guards_of(state: State) -> Iterator[Guard]:
    for transition in state.transitions:
        if transition.guard is not None:
            yield transition.guard
    for action in _actions_of(state):
        if isinstance(action, Choose):
            yield from (branch.guard for branch in action.branches)
