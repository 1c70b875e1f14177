"""Small charts, told as stories: events in, states and effects out."""

import dataclasses
from collections.abc import Mapping

import pytest

from pocus_desktop.scenario.actions import (
    AddToVariable,
    Advance,
    Branch,
    CancelTimer,
    Choose,
    CloseItems,
    Emit,
    LockItems,
    OpenItems,
    Raise,
    ResetSimulated,
    Send,
    SetVariable,
    StartTimer,
    TimerSpec,
)
from pocus_desktop.scenario.chart import Chart, Kind, State, StateTimer, Transition
from pocus_desktop.scenario.configuration import Configuration
from pocus_desktop.scenario.effects import (
    Effect,
    Emitted,
    Event,
    Finished,
    ResponseRefused,
    Step,
    TimerArmed,
    TimerCancelled,
)
from pocus_desktop.scenario.engine import MAX_MICROSTEPS, start, step
from pocus_desktop.scenario.errors import DoesNotSettleError, WrongChartError
from pocus_desktop.scenario.guards import (
    ALWAYS,
    ElapsedAtLeast,
    InState,
    ResponseIncludes,
    SimulatedAtLeast,
    SimulatedElapsedAtLeast,
    VariableAtLeast,
    Visited,
)


class Story:
    """A chart and where it stands, with what the last event did."""

    def __init__(self, chart: Chart, *, now: int = 0) -> None:
        self.chart = chart
        self.now = now
        self.last: Step = start(chart, now=now)

    @property
    def configuration(self) -> Configuration:
        return self.last.configuration

    def given(self, name: str, data: Mapping[str, object] | None = None, *, after: int = 0) -> "Story":
        self.now += after
        event = Event(name=name, data=data or {})  # type: ignore[arg-type]  # the tests give JSON
        self.last = step(self.chart, self.configuration, event, now=self.now)
        return self

    def answer(self, item: str, value: object) -> "Story":
        return self.given(f"response.{item}", {"value": value})

    def at(self, *atomic: str) -> "Story":
        assert self.configuration.atomic == atomic
        return self

    def expect(self, *effects: Effect) -> "Story":
        assert self.last.effects == effects
        return self


def on(event: str, *targets: str, **rest: object) -> Transition:
    return Transition(events=(event,), targets=targets, **rest)  # type: ignore[arg-type]


def say(name: str) -> Emit:
    return Emit(name=name)


def said(*names: str) -> tuple[Emitted, ...]:
    return tuple(Emitted(name=name, data={}) for name in names)


def talking(name: str, *transitions: Transition, **rest: object) -> State:
    """A state that says when it is entered and left."""
    return State(
        id=name,
        transitions=transitions,
        on_entry=((say(f"+{name}"),),),
        on_exit=((say(f"-{name}"),),),
        **rest,  # type: ignore[arg-type]
    )


def test_exit_actions_then_transition_actions_then_entry_actions() -> None:
    chart = Chart(name="order", states=(talking("a", on("go", "b", actions=(say("->"),))), talking("b")))
    Story(chart).expect(*said("+a")).given("go").at("b").expect(*said("-a", "->", "+b"))


def test_initial_actions_run_after_their_states_entry_and_before_its_childrens() -> None:
    compound = talking("p", kind=Kind.COMPOUND, children=(talking("c"),), initial_actions=(say("initial"),))
    Story(Chart(name="x", states=(compound,))).expect(*said("+p", "initial", "+c"))


def test_regions_are_left_in_reverse_document_order() -> None:
    both = talking("p", on("go", "end"), kind=Kind.PARALLEL, children=(talking("l"), talking("r")))
    story = Story(Chart(name="x", states=(both, talking("end"))))
    story.expect(*said("+p", "+l", "+r")).given("go").expect(*said("-r", "-l", "-p", "+end"))


def test_an_internal_transition_does_not_leave_its_source_and_an_external_one_does() -> None:
    children = (talking("c1"), talking("c2"))
    out, inner = on("external", "c2"), on("internal", "c2", is_internal=True)
    story = Story(Chart(name="x", states=(talking("p", out, inner, kind=Kind.COMPOUND, children=children),)))
    story.given("internal").expect(*said("-c1", "+c2"))
    story.given("external").expect(*said("-c2", "-p", "+p", "+c2"))


def test_a_targetless_transition_leaves_nothing() -> None:
    chart = Chart(name="x", states=(talking("a", on("tick", actions=(say("tock"),))),))
    Story(chart).given("tick").at("a").expect(*said("tock"))


def test_a_raised_event_belongs_to_the_step_and_a_sent_one_is_an_external_event() -> None:
    states = (
        State(
            id="a",
            transitions=(on("go", actions=(Send(event="sent"), Raise(event="raised"))), on("raised", "b")),
        ),
        State(id="b", transitions=(on("sent", "c"),)),
        State(id="c"),
    )
    story = Story(Chart(name="x", states=states)).given("go").at("b")
    (armed,) = story.last.effects
    assert isinstance(armed, TimerArmed)
    assert armed.after_ms == 0
    story.given(f"timer.{armed.id}").at("c")


@pytest.mark.parametrize(
    ("descriptor", "event", "matches"),
    [
        ("a", "a", True),
        ("a", "a.b.c", True),
        ("a.b", "a.b", True),
        ("a.b", "a", False),
        ("a", "ab", False),
        ("a.*", "a", True),
        ("a.*", "a.b", True),
        ("a.", "a.b", True),
        ("*", "anything.at.all", True),
        ("error", "error.execution", True),
    ],
)
def test_descriptors_match_whole_leading_parts(descriptor: str, event: str, *, matches: bool) -> None:
    chart = Chart(name="x", states=(State(id="s", transitions=(on(descriptor, "t"),)), State(id="t")))
    Story(chart).given(event).at("t" if matches else "s")


def test_done_events_of_a_compound_and_of_a_parallel() -> None:
    def region(name: str) -> State:
        first = State(id=f"{name}1", transitions=(on(f"end.{name}", f"{name}2"),))
        return State(
            id=name,
            kind=Kind.COMPOUND,
            children=(first, State(id=f"{name}2", kind=Kind.FINAL)),
            transitions=(on(f"done.state.{name}", actions=(say(f"done {name}"),)),),
        )

    both = State(
        id="p", kind=Kind.PARALLEL, children=(region("l"), region("r")), transitions=(on("done.state.p", "after"),)
    )
    story = Story(Chart(name="x", states=(both, State(id="after"))))
    story.given("end.l").at("l2", "r1").expect(*said("done l"))
    story.given("end.r").at("after").expect(*said("done r"))


def test_a_top_level_final_state_ends_the_chart_and_its_timers() -> None:
    first = State(id="a", transitions=(on("go", "z"),), on_entry=((StartTimer(id="t", after=TimerSpec(after_ms=9)),),))
    chart = Chart(name="x", states=(first, talking("z", kind=Kind.FINAL)))
    story = Story(chart).given("go").at("z")
    story.expect(*said("+z", "-z"), TimerCancelled(id="t"), Finished(state="z"))
    assert story.configuration.is_finished
    before = story.configuration
    story.given("go").expect().at("z")
    assert story.configuration == before


def test_a_circle_of_eventless_transitions_is_refused_by_name_and_changes_nothing() -> None:
    states = (
        State(id="a", transitions=(on("go", "b"),)),
        State(id="b", transitions=(Transition(targets=("c",)),)),
        State(id="c", transitions=(Transition(targets=("b",)),)),
    )
    chart = Chart(name="x", states=states)
    before = start(chart, now=0).configuration
    with pytest.raises(DoesNotSettleError) as refused:
        step(chart, before, Event(name="go"), now=0)
    assert refused.value.params == {"event": "go", "bound": MAX_MICROSTEPS}
    assert before == start(chart, now=0).configuration


def test_a_configuration_of_another_chart_is_refused() -> None:
    one, other = (Chart(name=name, states=(State(id=name),)) for name in ("one", "other"))
    with pytest.raises(WrongChartError):
        step(one, start(other, now=0).configuration, Event(name="go"), now=0)


# Timers


def timed(**rest: object) -> Chart:
    waiting = State(
        id="a",
        timers=(StateTimer(id="limit", after=TimerSpec(after_ms=90_000)),),
        transitions=(on("timer.limit", "late"), on("next", "b")),
    )
    return Chart(name="x", states=(waiting, State(id="b", transitions=(on("back", "a"),)), State(id="late")), **rest)  # type: ignore[arg-type]


def test_entering_arms_and_leaving_cancels() -> None:
    story = Story(timed(), now=100).expect(TimerArmed(id="limit", after_ms=90_000, due_ms=90_100, clock="exam"))
    story.given("next", after=5_000).at("b").expect(TimerCancelled(id="limit"))
    story.given("back").expect(TimerArmed(id="limit", after_ms=90_000, due_ms=95_100, clock="exam"))


def test_a_firing_takes_its_transition_once() -> None:
    Story(timed()).given("timer.limit", after=90_000).at("late").expect().given("timer.limit").at("late").expect()


def test_a_stale_firing_is_ignored() -> None:
    story = Story(timed()).given("next")
    before = story.configuration
    story.given("timer.limit", after=90_000).at("b").expect()
    assert story.configuration == before


def test_an_event_that_only_looks_like_a_firing_is_an_event() -> None:
    Story(Chart(name="x", states=(State(id="a", transitions=(on("timer.other", "b"),)), State(id="b")))).given(
        "timer.other"
    ).at("b")


def test_a_delayed_send_fires_as_its_event_and_all_of_one_id_are_cancelled_together() -> None:
    both = (Send(event="x.late", after_ms=10, id="s"), Send(event="x.later", after_ms=20, id="s"))
    state = State(
        id="a",
        on_entry=(both,),
        transitions=(on("x.late", actions=(say("late"),)), on("stop", actions=(CancelTimer(id="s"),))),
    )
    story = Story(Chart(name="x", states=(state,)))
    first, second = (effect for effect in story.last.effects if isinstance(effect, TimerArmed))
    story.given(f"timer.{first.id}", after=10).expect(*said("late"))
    story.given("stop").expect(TimerCancelled(id=second.id))
    story.given(f"timer.{second.id}").expect()


def test_a_started_timer_outlives_its_state_and_starting_it_again_moves_it() -> None:
    again = StartTimer(id="t", after=TimerSpec(after_ms=50))
    states = (
        State(id="a", on_entry=((again,),), transitions=(on("go", "b"),)),
        State(id="b", transitions=(on("again", actions=(again,)), on("timer.t", "c"))),
        State(id="c"),
    )
    story = Story(Chart(name="x", states=states)).given("go", after=10)
    story.given("again").expect(TimerArmed(id="t", after_ms=50, due_ms=60, clock="exam"))
    assert story.configuration.timers["t"].due_ms == 60
    story.given("timer.t").at("c")


# The simulated clock


def patient() -> Chart:
    def declining(name: str, after: int, to: str) -> State:
        timer = StateTimer(id=name, after=TimerSpec(after_ms=after, clock="simulated"))
        return talking(name, on(f"timer.{name}", to), timers=(timer,))

    region = State(
        id="patient",
        kind=Kind.COMPOUND,
        children=(declining("stable", 10, "worse"), declining("worse", 15, "arrest"), talking("arrest")),
    )
    steps = State(
        id="steps",
        transitions=(
            on("wait", actions=(Advance(simulated_ms=30), say("waited"))),
            on("short", actions=(Advance(simulated_ms=9),)),
            on("reset", actions=(Advance(simulated_ms=30), ResetSimulated())),
        ),
    )
    return Chart(name="x", states=(State(id="case", kind=Kind.PARALLEL, children=(steps, region)),))


def test_simulated_timers_fire_in_order_on_the_way_each_at_its_own_time() -> None:
    story = Story(patient()).given("wait").at("steps", "arrest")
    armed = TimerArmed(id="worse", after_ms=15, due_ms=25, clock="simulated")
    story.expect(*said("waited", "-stable"), armed, *said("+worse", "-worse", "+arrest"))
    assert story.configuration.memory.simulated_ms == 30
    assert story.configuration.memory.entered_simulated_ms["arrest"] == 25


def test_a_short_wait_is_remembered() -> None:
    story = Story(patient()).given("short").at("steps", "stable")
    story.given("short").at("steps", "worse")
    assert story.configuration.memory.simulated_ms == 18


def test_a_reset_stops_the_simulated_clock_and_its_timers() -> None:
    story = Story(patient()).given("reset").at("steps", "stable").expect(TimerCancelled(id="stable"))
    assert story.configuration.memory.simulated_ms == 0


def test_simulated_time_of_a_state_as_a_condition() -> None:
    guard = SimulatedElapsedAtLeast(state="a", at_least_ms=20)
    state = State(
        id="a", transitions=(Transition(guard=guard, targets=("b",)), on("wait", actions=(Advance(simulated_ms=10),)))
    )
    chart = Chart(name="x", states=(state, State(id="b")))
    Story(chart).given("wait").at("a").given("wait").at("b")


def test_simulated_time_as_a_condition() -> None:
    state = State(
        id="a",
        transitions=(
            Transition(guard=SimulatedAtLeast(at_least_ms=20), targets=("b",)),
            on("wait", actions=(Advance(simulated_ms=20),)),
        ),
    )
    Story(Chart(name="x", states=(state, State(id="b")))).given("wait").at("b")


# Items


def asking() -> Chart:
    compressible = ResponseIncludes(item="q1", value="no")
    states = (
        State(
            id="a",
            on_entry=((OpenItems(items=("q1",)),),),
            on_exit=((CloseItems(items=("q1",)),),),
            transitions=(
                on("next", "b", guard=compressible, label="then[0]"),
                on("next", "c", label="then[1]"),
                on("lock", actions=(LockItems(items=("q1",)),)),
            ),
        ),
        State(id="b"),
        State(id="c"),
    )
    return Chart(name="x", states=states, items=("q1", "q2"))


def test_a_response_decides_the_branch() -> None:
    Story(asking()).answer("q1", ["yes", "no"]).given("next").at("b")
    Story(asking()).answer("q1", ["yes"]).given("next").at("c")


def test_a_response_taken_back_is_no_response() -> None:
    story = Story(asking()).answer("q1", ["no"]).answer("q1", [])
    assert dict(story.configuration.memory.responses) == {}
    story.given("next").at("c")


def test_a_response_to_a_locked_or_closed_item_is_refused() -> None:
    story = Story(asking()).answer("q1", ["yes"]).given("lock")
    story.answer("q1", ["no"]).expect(ResponseRefused(item="q1", code="scenario.item_locked"))
    story.answer("q2", ["no"]).expect(ResponseRefused(item="q2", code="scenario.item_closed"))
    assert dict(story.configuration.memory.responses) == {"q1": ["yes"]}


def test_the_trace_tells_which_guard_failed_and_what_was_found() -> None:
    story = Story(asking()).answer("q1", ["yes"]).given("next")
    looked = story.last.trace.rounds[0]
    assert [taken.label for taken in looked.taken] == ["then[1]"]
    (refused,) = looked.not_taken
    assert refused.transition.label == "then[0]"
    assert refused.why.found == ["yes"]
    assert refused.why.explain() == "response q1 includes no (found ['yes'])"


# Variables, visits, elapsed, choices, errors


def test_variables_visits_and_elapsed_time() -> None:
    states = (
        State(
            id="a",
            transitions=(
                on("next", "enough", guard=VariableAtLeast(name="n", bound=2)),
                on("next", "long", guard=ElapsedAtLeast(state="a", at_least_ms=1_000)),
                on("next", "seen", guard=Visited(state="a", times=3)),
                on("add", actions=(AddToVariable(name="n", amount=1),)),
                on("again", "a"),
            ),
        ),
        *(State(id=name) for name in ("enough", "long", "seen")),
    )
    chart = Chart(name="x", states=states, variables={"n": 0})
    Story(chart).given("next", after=999).at("a").given("add").given("next").at("a").given("add").given("next").at(
        "enough"
    )
    Story(chart).given("next", after=1_000).at("long")
    Story(chart).given("again").given("next").at("a").given("again").given("next").at("seen")


@pytest.mark.parametrize(
    ("held", "amount"),
    [
        pytest.param("text", 1, id="text"),
        pytest.param(True, 1, id="true"),
        pytest.param(2**53 - 1, 1, id="the largest exact number"),
        pytest.param(10**400, 1, id="what no float holds"),
        pytest.param(10**400, 0.5, id="what no float holds, and a float"),
        pytest.param(0.5, 10**400, id="a float, and what no float holds"),
    ],
)
def test_adding_where_it_cannot_be_done_is_an_error_event_that_ends_the_block(held: str | int, amount: float) -> None:
    state = State(
        id="a",
        transitions=(
            on("add", actions=(say("before"), AddToVariable(name="n", amount=amount), say("never"))),
            on("error.execution", "b"),
        ),
    )
    story = Story(Chart(name="x", states=(state, State(id="b")), variables={"n": held})).given("add").at("b")
    story.expect(*said("before"))
    assert story.configuration.memory.variables == {"n": held}


def test_a_choice_takes_its_first_branch_that_holds() -> None:
    choice = Choose(
        branches=(
            Branch(guard=InState(state="b"), actions=(say("in b"),)),
            Branch(guard=InState(state="a"), actions=(say("in a"), SetVariable(name="n", value=1))),
            Branch(guard=ALWAYS, actions=(say("else"),)),
        )
    )
    chart = Chart(name="x", states=(State(id="a", on_entry=((choice,),)), State(id="b")), variables={"n": 0})
    story = Story(chart).expect(*said("in a"))
    assert story.configuration.memory.variables == {"n": 1}


# History


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [(Kind.SHALLOW_HISTORY, "x2", "x1"), (Kind.DEEP_HISTORY, "x2", "x2")],
)
def test_shallow_history_remembers_the_child_and_deep_history_the_leaf(kind: Kind, before: str, after: str) -> None:
    inner = State(id="x", kind=Kind.COMPOUND, children=(State(id="x1", transitions=(on("in", "x2"),)), State(id="x2")))
    default = Transition(targets=("w",), actions=(say("default"),))
    outer = State(
        id="p",
        kind=Kind.COMPOUND,
        children=(
            State(id="h", kind=kind, transitions=(default,)),
            State(id="w", transitions=(on("to.x", "x"),)),
            inner,
        ),
        transitions=(on("leave", "out"),),
    )
    chart = Chart(name="x", states=(State(id="out", transitions=(on("back", "h"),)), outer))
    story = Story(chart).given("back").at("w").expect(*said("default"))
    story.given("to.x").given("in").at(before).given("leave").given("back").at(after).expect()
    assert story.configuration.history == {"h": ("x",) if kind is Kind.SHALLOW_HISTORY else ("x2",)}


def test_what_a_step_makes_equals_what_the_constructors_make() -> None:
    made = Story(asking()).answer("q1", ["no"]).last
    assert dataclasses.replace(made, configuration=dataclasses.replace(made.configuration)) == made
    memory = made.configuration.memory
    assert {field.name for field in dataclasses.fields(memory)} == set(type(memory).__slots__)
    assert dataclasses.replace(memory) == memory
    assert memory.responses == {"q1": ["no"]}
    assert memory.open_items == {"q1"}
    assert memory.simulated_ms == 0
