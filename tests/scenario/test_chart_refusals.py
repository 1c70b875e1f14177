"""A chart that exists is legal: what formats/scenario 2 forbids is refused by name, however the chart was made."""

import pytest

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.scenario.actions import (
    Action,
    AddToVariable,
    Advance,
    Branch,
    Choose,
    CloseItems,
    LockItems,
    OpenItems,
    Send,
    SetVariable,
    StartTimer,
    TimerSpec,
)
from pocus_desktop.scenario.chart import MAX_CHOICES, Chart, Kind, State, StateTimer, Transition
from pocus_desktop.scenario.guards import (
    ALWAYS,
    AllOf,
    Answered,
    ElapsedAtLeast,
    Guard,
    InState,
    Not,
    ResponseAtLeast,
    ResponseAtMost,
    ResponseEquals,
    ResponseIncludes,
    SimulatedElapsedAtLeast,
    VariableAtLeast,
    VariableAtMost,
    VariableEquals,
    Visited,
)
from pocus_desktop.scenario.index import MAX_NESTING

A, B = State(id="a"), State(id="b")


def refused(code: str, *states: State, initial: tuple[str, ...] = ()) -> None:
    with pytest.raises(PocusError) as problem:
        Chart(name="x", states=states, initial=initial, variables={"n": 0}, items=("q",))
    assert problem.value.code == f"scenario.{code}"


def to(*targets: str, **rest: object) -> Transition:
    return Transition(targets=targets, **rest)  # type: ignore[arg-type]  # as the tests write them


def holding(*children: State, kind: Kind = Kind.COMPOUND, **rest: object) -> State:
    return State(id="p", kind=kind, children=children, **rest)  # type: ignore[arg-type]  # as above


def history(*transitions: Transition, **rest: object) -> State:
    return State(id="h", kind=Kind.SHALLOW_HISTORY, transitions=transitions, **rest)  # type: ignore[arg-type]  # as above


def nested(levels: int) -> State:
    state = State(id="0")
    for level in range(1, levels):
        state = State(id=str(level), kind=Kind.COMPOUND, children=(state,))
    return state


def chosen(levels: int) -> Action:
    action: Action = Choose(branches=())
    for _ in range(1, levels):
        action = Choose(branches=(Branch(guard=ALWAYS, actions=(action,)),))
    return action


@pytest.mark.parametrize(
    ("code", "states"),
    [
        pytest.param("misplaced_state", (), id="no state"),
        pytest.param("duplicate_state", (holding(A), A), id="an id twice"),
        pytest.param("too_deep", (nested(MAX_NESTING + 1),), id="nested too deep"),
        pytest.param("misplaced_state", (holding(),), id="a compound state without states"),
        pytest.param("misplaced_state", (holding(kind=Kind.PARALLEL),), id="a parallel without states"),
        pytest.param("misplaced_state", (holding(history(to("h"))),), id="only a history inside"),
        pytest.param("misplaced_state", (holding(A, kind=Kind.ATOMIC),), id="an atomic state that holds one"),
        pytest.param("misplaced_state", (holding(A, kind=Kind.FINAL),), id="a final state that holds one"),
        pytest.param(
            "misplaced_state",
            (A, State(id="f", kind=Kind.FINAL, transitions=(to("a"),))),
            id="a way out of a final state",
        ),
        pytest.param(
            "misplaced_state", (holding(A, State(id="f", kind=Kind.FINAL), kind=Kind.PARALLEL),), id="a final region"
        ),
        pytest.param("misplaced_state", (A, history(to("a"))), id="a history in no state"),
        pytest.param("misplaced_state", (holding(A, history(to("a"), on_entry=((),))),), id="a history that acts"),
        pytest.param("bad_history", (holding(A, history()),), id="a history without a default"),
        pytest.param("bad_history", (holding(A, history(to("a"), to("a"))),), id="a history with two defaults"),
        pytest.param("bad_history", (holding(A, history(to("a", events=("e",)))),), id="a default that waits"),
        pytest.param("bad_history", (holding(A, history(to("a", guard=ALWAYS))),), id="a default that asks"),
        pytest.param("bad_history", (holding(A, history(to("b"))), B), id="a default that leads out"),
        pytest.param("bad_history", (holding(A, history(to("h"))),), id="a default that is a history"),
        pytest.param("bad_initial", (holding(A, initial=("b",)), B), id="an initial that leads out"),
        pytest.param("bad_initial", (holding(A, kind=Kind.PARALLEL, initial=("a",)),), id="an initial of a parallel"),
        pytest.param("unknown_target", (holding(A, initial=("z",)),), id="an initial that is nowhere"),
        pytest.param("unknown_target", (State(id="a", transitions=(to("z"),)),), id="a target that is nowhere"),
        pytest.param("illegal_targets", (holding(A, B, transitions=(to("a", "b"),)),), id="two of one compound state"),
        pytest.param("illegal_targets", (holding(A, transitions=(to("p", "a"),)),), id="a state and one inside"),
        pytest.param("illegal_targets", (holding(A, initial=("a", "b")), B), id="an initial in two places"),
        pytest.param(
            "illegal_targets",
            (holding(A, history(to("a")), transitions=(to("h", "a"),)),),
            id="a history and its state",
        ),
        pytest.param("empty_transition", (State(id="a", transitions=(Transition(),)),), id="a transition of nothing"),
        pytest.param("bad_event", (State(id="a", transitions=(to("a", events=("",)),)),), id="no descriptor"),
        pytest.param(
            "bad_event", (State(id="a", transitions=(to("a", events=("e f",)),)),), id="two in one descriptor"
        ),
        pytest.param("too_deep", (State(id="a", on_entry=((chosen(MAX_CHOICES + 1),),)),), id="choices too deep"),
    ],
)
def test_what_is_no_legal_chart_is_refused(code: str, states: tuple[State, ...]) -> None:
    refused(code, *states)


@pytest.mark.parametrize("state", [nested(MAX_NESTING), State(id="0", on_entry=((chosen(MAX_CHOICES),),))])
def test_what_is_just_within_the_bounds_is_taken(state: State) -> None:
    assert Chart(name="x", states=(state,)).index.number["0"]


def test_an_initial_of_the_chart_leads_to_a_state_of_it() -> None:
    refused("unknown_target", A, initial=("z",))


@pytest.mark.parametrize(
    "guard",
    [
        InState(state="z"),
        Visited(state="z"),
        ElapsedAtLeast(state="z", at_least_ms=0),
        SimulatedElapsedAtLeast(state="z", at_least_ms=0),
        VariableAtLeast(name="z", bound=0),
        VariableAtMost(name="z", bound=0),
        VariableEquals(name="z", value=0),
        ResponseIncludes(item="z", value=0),
        ResponseEquals(item="z", value=0),
        ResponseAtLeast(item="z", bound=0),
        ResponseAtMost(item="z", bound=0),
        Answered(item="z"),
    ],
    ids=lambda guard: type(guard).__name__,
)
def test_a_condition_on_what_the_chart_does_not_have_is_refused(guard: Guard) -> None:
    asking = AllOf(parts=(Not(part=guard),))
    refused("unknown_reference", State(id="a", transitions=(to("a", guard=asking),)))
    refused("unknown_reference", State(id="a", on_exit=((Choose(branches=(Branch(guard=asking, actions=()),)),),)))


@pytest.mark.parametrize(
    ("code", "action"),
    [
        ("unknown_reference", SetVariable(name="z", value=1)),
        ("unknown_reference", AddToVariable(name="z", amount=1)),
        ("unknown_reference", OpenItems(items=("q", "z"))),
        ("unknown_reference", CloseItems(items=("z",))),
        ("unknown_reference", LockItems(items=("z",))),
        ("negative_time", Advance(simulated_ms=-1)),
        ("negative_time", Send(event="e", after_ms=-1)),
        ("negative_time", StartTimer(id="t", after=TimerSpec(after_ms=-1))),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_an_action_that_cannot_be_meant_is_refused_wherever_it_stands(code: str, action: Action) -> None:
    inside = Choose(branches=(Branch(guard=ALWAYS, actions=(action,)),))
    refused(code, State(id="a", on_entry=((action,),)))
    refused(code, State(id="a", on_exit=((), (inside,))))
    refused(code, State(id="a", transitions=(to("a", actions=(action,)),)))
    refused(code, holding(A, initial_actions=(action,)))


def test_a_timer_belongs_to_one_state_and_lies_ahead() -> None:
    timer = StateTimer(id="t", after=TimerSpec(after_ms=1))
    refused("duplicate_timer", State(id="a", timers=(timer,)), State(id="b", timers=(timer,)))
    refused("negative_time", State(id="a", timers=(StateTimer(id="t", after=TimerSpec(after_ms=-1)),)))
