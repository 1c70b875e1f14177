"""A case as a chart: told in the words of the case, events in and effects out."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.case.items.extended_text import ExtendedTextResponse
from pocus_desktop.case.items.hotspot import HotspotResponse
from pocus_desktop.case.items.select_point import Point, SelectPointResponse
from pocus_desktop.case.items.text_entry import TextEntryResponse
from pocus_desktop.case.models import Assessment
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.scenario import snapshot
from pocus_desktop.scenario.compile import compile_assessment
from pocus_desktop.scenario.configuration import Configuration
from pocus_desktop.scenario.effects import Emitted, Event, Finished, ResponseRefused, TimerArmed, TimerCancelled
from pocus_desktop.scenario.engine import start, step
from pocus_desktop.scenario.vocabulary import (
    NEXT,
    STOP,
    CaseEnded,
    CaseStarted,
    LockItem,
    PatientChanged,
    PhaseStarted,
    Place,
    ShowStep,
    TimedOut,
    Told,
    answered,
    jump,
    limit_of,
    place_of,
    timer_fired,
    told,
    value_of,
    visit,
)


def choice(name: str, **rest: Any) -> dict[str, Any]:
    choices = [{"id": "yes", "text": "Yes"}, {"id": "no", "text": "No"}]
    return {"id": name, "type": "choice", "prompt": "?", "choices": choices, "max_choices": 2, **rest}


def number(name: str, **rest: Any) -> dict[str, Any]:
    return {"id": name, "type": "text-entry", "kind": "number", "prompt": "?", **rest}


def a_step(name: str, **rest: Any) -> dict[str, Any]:
    return {"id": name, "title": name, **rest}


def a_phase(name: str, *steps: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"id": name, "title": name, "steps": steps, **rest}


def a_case(name: str, *phases: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"id": name, "title": name, "area": "lower-extremity-dvt", "phases": phases, **rest}


def an_assessment(*cases: dict[str, Any], **rest: Any) -> Assessment:
    head = {"id": "exam", "title": "Exam", "area": "lower-extremity-dvt", "languages": ["en"]}
    return Assessment.model_validate({**head, "cases": cases, **rest})


UNANSWERED = {"not": {"answered": "q2"}}

PATIENT: dict[str, Any] = {
    "name": "A",
    "age_years": 50,
    "sex": "female",
    "complaint": "calf",
    "states": [
        {"id": "stable", "title": "s", "vitals": {}, "then": [{"after": "30m", "go": "worse"}]},
        {"id": "worse", "title": "w", "vitals": {}, "then": [{"after": "10m", "when": UNANSWERED, "go": "arrest"}]},
        {"id": "arrest", "title": "a", "vitals": {}},
    ],
}


class Sitting:
    """Drives a compiled assessment and splits what it says from the timers that it arms."""

    def __init__(self, assessment: Assessment, *, can_jump: bool = False) -> None:
        self.chart = compile_assessment(assessment, can_jump=can_jump)
        self.now = 0
        self.last = start(self.chart, now=0)

    @property
    def configuration(self) -> Configuration:
        return self.last.configuration

    def given(self, event: Event, *, after_ms: int = 0) -> "Sitting":
        self.now += after_ms
        self.last = step(self.chart, self.configuration, event, now=self.now)
        stored = snapshot.encode(self.chart, self.configuration)
        assert snapshot.decode(self.chart, stored) == self.configuration
        return self

    @property
    def said(self) -> tuple[Told, ...]:
        return tuple(told_of(effect) for effect in self.last.effects if isinstance(effect, Emitted))

    @property
    def timers(self) -> tuple[TimerArmed | TimerCancelled, ...]:
        return tuple(effect for effect in self.last.effects if isinstance(effect, TimerArmed | TimerCancelled))

    def at(self, name: str) -> "Sitting":
        assert place_of(self.configuration).step == name
        return self


def told_of(effect: Emitted) -> Told:
    return told(effect)


def chose(item: str, *choices: str) -> Event:
    return answered(item, ChoiceResponse(choices=choices))


def two_cases() -> Assessment:
    first = a_case(
        "one",
        a_phase("presentation", a_step("arrival"), a_step("story", ask=["q1"])),
        a_phase("closing", a_step("goodbye", ask=["q2"])),
        items=[choice("q1"), choice("q2")],
        patient=PATIENT,
    )
    second = a_case("two", a_phase("only", a_step("last")))
    return an_assessment(first, second)


def test_without_branches_steps_follow_in_document_order_to_the_end() -> None:
    sitting = Sitting(two_cases())
    assert sitting.said == (
        CaseStarted(case="one"),
        PhaseStarted(case="one", phase="presentation"),
        ShowStep(case="one", phase="presentation", step="arrival", items=()),
        PatientChanged(case="one", state="stable"),
    )
    assert place_of(sitting.configuration) == Place(case="one", phase="presentation", step="arrival", patient="stable")
    assert sitting.given(NEXT).said == (ShowStep(case="one", phase="presentation", step="story", items=("q1",)),)
    assert sitting.given(NEXT).said == (
        PhaseStarted(case="one", phase="closing"),
        ShowStep(case="one", phase="closing", step="goodbye", items=("q2",)),
    )
    assert sitting.given(NEXT).said == (
        CaseEnded(case="one"),
        CaseStarted(case="two"),
        PhaseStarted(case="two", phase="only"),
        ShowStep(case="two", phase="only", step="last", items=()),
    )
    assert sitting.given(NEXT).said == (CaseEnded(case="two"),)
    assert sitting.last.effects[-1] == Finished(state="finished")
    assert place_of(sitting.configuration) == Place(is_finished=True)


def test_stop_ends_everything_and_cancels_what_runs() -> None:
    sitting = Sitting(an_assessment(a_case("one", a_phase("p", a_step("s", time_limit="90s"))), time_limit="1h"))
    armed = [effect.id for effect in sitting.timers if isinstance(effect, TimerArmed)]
    assert armed == ["assessment", "step:s"]
    sitting.given(STOP)
    assert sitting.said == (CaseEnded(case="one"),)
    assert {effect.id for effect in sitting.timers} == {"assessment", "step:s"}
    assert sitting.configuration.is_finished


def branching(then: list[dict[str, Any]], **rest: Any) -> Assessment:
    ask = [choice("q1"), number("q2")]
    steps = [a_step("asking", ask=["q1", "q2"], then=then, **rest), a_step("default"), a_step("special")]
    case = a_case("one", a_phase("p", *steps), items=ask, variables={"delay": 0})
    return an_assessment(case)


@pytest.mark.parametrize(
    ("when", "given", "lands"),
    [
        ({"response": "q1", "includes": "no"}, [chose("q1", "yes", "no")], "special"),
        ({"response": "q1", "includes": "no"}, [chose("q1", "yes")], "default"),
        ({"response": "q1", "equals": ["no", "yes"]}, [chose("q1", "yes", "no")], "special"),
        ({"response": "q1", "equals": ["no"]}, [chose("q1", "yes", "no")], "default"),
        ({"response": "q1", "equals": ["no"]}, [chose("q1", "no"), chose("q1")], "default"),
        ({"answered": "q1"}, [chose("q1", "no")], "special"),
        ({"answered": "q1"}, [], "default"),
        ({"response": "q2", "at_least": 7, "at_most": 8}, [answered("q2", TextEntryResponse(text="7,5"))], "special"),
        ({"response": "q2", "at_least": 7, "at_most": 8}, [answered("q2", TextEntryResponse(text="9"))], "default"),
        ({"response": "q2", "at_least": 7}, [answered("q2", TextEntryResponse(text="many"))], "default"),
        ({"variable": "delay", "equals": 0}, [], "special"),
        ({"variable": "delay", "at_least": 1}, [], "default"),
        ({"variable": "delay", "at_most": 1}, [], "special"),
        ({"visited": "asking"}, [], "default"),
        ({"not": {"visited": "special"}}, [], "special"),
        ({"all": [{"answered": "q1"}, {"answered": "q2"}]}, [chose("q1", "no")], "default"),
        ({"any": [{"answered": "q1"}, {"answered": "q2"}]}, [chose("q1", "no")], "special"),
        ({"simulated": "1m"}, [], "default"),
    ],
)
def test_a_branch_is_taken_when_its_condition_holds(when: dict[str, Any], given: list[Event], lands: str) -> None:
    sitting = Sitting(branching([{"when": when, "go": "special"}]))
    for event in given:
        sitting.given(event)
    sitting.given(NEXT).at(lands)


@pytest.mark.parametrize(("name", "lands"), [("asking", "special"), ("p", "special"), ("one", "special")])
def test_elapsed_time_of_step_phase_and_case(name: str, lands: str) -> None:
    when = {"elapsed": name, "at_least": "2m"}
    Sitting(branching([{"when": when, "go": "special"}])).given(NEXT, after_ms=119_999).at("default")
    Sitting(branching([{"when": when, "go": "special"}])).given(NEXT, after_ms=120_000).at(lands)


def test_the_first_branch_that_holds_is_taken_and_the_trace_says_why_not_the_others() -> None:
    then: list[dict[str, Any]] = [
        {"when": {"response": "q1", "includes": "no"}, "go": "special"},
        {"go": "special", "do": [{"add": {"delay": 1}}, {"advance": "30m"}]},
    ]
    sitting = Sitting(branching(then)).given(NEXT).at("special")
    looked = sitting.last.trace.rounds[0]
    assert [(taken.source, taken.label) for taken in looked.taken] == [("step:asking", "then[1]")]
    assert [refused.why.explain() for refused in looked.not_taken] == ["response q1 includes no (found None)"]
    assert sitting.configuration.memory.variables == {"one.delay": 1}
    assert sitting.configuration.memory.simulated_ms == 1_800_000


def test_end_ends_the_case() -> None:
    assert Sitting(branching([{"go": "end"}])).given(NEXT).configuration.is_finished


def test_a_step_may_be_shown_again_and_knows_it() -> None:
    then: list[dict[str, Any]] = [{"when": {"visited": "asking"}, "go": "special"}, {"go": "asking"}]
    sitting = Sitting(branching(then)).given(NEXT).at("asking")
    assert sitting.said == (ShowStep(case="one", phase="p", step="asking", items=("q1", "q2")),)
    sitting.given(NEXT).at("special")


def test_on_enter_acts_each_time() -> None:
    then = [{"when": {"variable": "delay", "at_most": 1}, "go": "asking"}]
    sitting = Sitting(branching(then, on_enter=[{"add": {"delay": 1}}])).given(NEXT).at("asking")
    sitting.given(NEXT).at("default")
    assert sitting.configuration.memory.variables == {"one.delay": 2}


# Time limits


def timed() -> Assessment:
    steps = [
        a_step("a", time_limit="90s", ask=["q1"], on_timeout={"go": "c", "when": {"answered": "q1"}}),
        a_step("b", time_limit="60s", then=[{"go": "d"}]),
        a_step("c"),
        a_step("d"),
    ]
    first = a_phase("p", *steps, time_limit="5m", on_timeout={"go": "f"})
    second = a_phase("r", a_step("e"), a_step("f"))
    case = a_case("one", first, second, items=[choice("q1", time_limit="30s")], time_limit="10m")
    return an_assessment(case, a_case("two", a_phase("q", a_step("g"))), time_limit="20m")


def test_all_limits_are_armed_outermost_first() -> None:
    armed = [(effect.id, effect.after_ms) for effect in Sitting(timed()).timers if isinstance(effect, TimerArmed)]
    assert armed == [
        ("assessment", 1_200_000),
        ("case:one", 600_000),
        ("phase:p", 300_000),
        ("step:a", 90_000),
        ("item:q1", 30_000),
    ]
    assert [limit_of(timer) for timer, _ in armed][:2] == [("assessment", ""), ("case", "one")]
    assert limit_of("patient:one:stable:0") is None


def test_a_steps_time_out_goes_where_it_says_or_on_as_if_the_candidate_had() -> None:
    late = Sitting(timed()).given(chose("q1", "no")).given(timer_fired("step:a"), after_ms=90_000).at("c")
    assert late.said[0] == TimedOut(level="step", name="a")
    other = Sitting(timed()).given(timer_fired("step:a"), after_ms=90_000).at("b")
    other.given(timer_fired("step:b")).at("d")


def test_a_phases_time_out_goes_where_it_says_and_cancels_the_steps_limit() -> None:
    sitting = Sitting(timed()).given(timer_fired("phase:p")).at("f")
    assert sitting.said[0] == TimedOut(level="phase", name="p")
    assert TimerCancelled(id="step:a") in sitting.timers


def test_a_cases_time_out_goes_to_the_next_case_and_an_assessments_to_the_end() -> None:
    sitting = Sitting(timed()).given(timer_fired("case:one")).at("g")
    assert sitting.said[:3] == (CaseEnded(case="one"), TimedOut(level="case", name="one"), CaseStarted(case="two"))
    assert {effect.id for effect in sitting.timers} == {"item:q1", "step:a", "phase:p"}
    sitting.given(timer_fired("assessment"))
    assert sitting.said == (CaseEnded(case="two"), TimedOut(level="assessment", name=""))
    assert sitting.configuration.is_finished


def test_an_items_time_out_locks_it_for_good() -> None:
    sitting = Sitting(timed()).given(chose("q1", "no")).given(timer_fired("item:q1"), after_ms=30_000).at("a")
    assert sitting.said == (TimedOut(level="item", name="q1"), LockItem(item="q1"))
    sitting.given(chose("q1", "yes"))
    assert sitting.last.effects == (ResponseRefused(item="q1", code="scenario.item_locked"),)
    assert sitting.configuration.memory.responses == {"q1": ["no"]}


def test_an_items_time_runs_on_and_is_not_given_again() -> None:
    steps = [
        a_step("a", ask=["q1"], then=[{"when": {"visited": "b"}, "go": "end"}]),
        a_step("b", ask=["q1"], then=[{"go": "a"}]),
    ]
    case = a_case("one", a_phase("p", *steps), items=[choice("q1", time_limit="30s")])
    sitting = Sitting(an_assessment(case))
    assert [effect.id for effect in sitting.timers] == ["item:q1"]
    assert sitting.given(NEXT).at("b").timers == ()
    assert sitting.given(NEXT).at("a").timers == ()
    assert sitting.given(NEXT).timers == (TimerCancelled(id="item:q1"),)


def test_a_response_to_an_item_of_another_step_is_refused() -> None:
    sitting = Sitting(two_cases()).given(chose("q1", "no"))
    assert sitting.last.effects == (ResponseRefused(item="q1", code="scenario.item_closed"),)
    sitting.given(NEXT).given(chose("q1", "no")).given(NEXT).given(chose("q1", "yes"))
    assert sitting.last.effects == (ResponseRefused(item="q1", code="scenario.item_closed"),)


# Navigation


def test_in_a_nonlinear_phase_one_may_return_to_what_one_has_seen_and_its_time_goes_on() -> None:
    steps = [a_step("a", ask=["q1"]), a_step("b"), a_step("c")]
    phase = a_phase("p", *steps, navigation="nonlinear", time_limit="5m")
    sitting = Sitting(an_assessment(a_case("one", phase, a_phase("r", a_step("d")), items=[choice("q1")])))
    sitting.given(visit("b")).at("a").given(visit("a")).at("a")
    assert sitting.last.effects == ()
    sitting.given(NEXT).at("b").given(visit("a")).at("a").given(chose("q1", "no"))
    assert sitting.configuration.memory.responses == {"q1": ["no"]}
    assert not [effect for effect in sitting.timers if effect == TimerCancelled(id="phase:p")]
    sitting.given(NEXT).given(NEXT).given(NEXT).at("d").given(visit("a")).at("d")


def test_in_a_linear_phase_one_may_not_return() -> None:
    Sitting(two_cases()).given(NEXT).at("story").given(visit("arrival")).at("story")


def test_jumps_are_for_review_only_and_keep_the_case_when_they_stay_in_it() -> None:
    Sitting(two_cases()).given(jump("last")).at("arrival")
    sitting = Sitting(two_cases(), can_jump=True).given(jump("goodbye")).at("goodbye")
    assert sitting.said == (
        PhaseStarted(case="one", phase="closing"),
        ShowStep(case="one", phase="closing", step="goodbye", items=("q2",)),
    )
    assert sitting.given(jump("last")).at("last").said[:2] == (CaseEnded(case="one"), CaseStarted(case="two"))
    sitting.given(jump("story")).at("story")


# The patient


def waiting(*waits: str) -> Sitting:
    steps = [a_step(f"s{place}", then=[{"do": [{"advance": wait}]}]) for place, wait in enumerate(waits)]
    asking = a_step("asking", ask=["q2"])
    case = a_case("one", a_phase("p", *steps, asking), items=[choice("q2")], patient=PATIENT)
    return Sitting(an_assessment(case))


def test_the_patient_changes_with_simulated_time_alone() -> None:
    sitting = waiting("29m", "1m").given(NEXT, after_ms=3_600_000)
    assert place_of(sitting.configuration).patient == "stable"
    assert PatientChanged(case="one", state="worse") in sitting.given(NEXT).said


def test_a_long_wait_passes_through_every_state_at_its_own_time() -> None:
    sitting = waiting("45m").given(NEXT)
    changes = [said.state for said in sitting.said if isinstance(said, PatientChanged)]
    assert changes == ["worse", "arrest"]
    assert sitting.configuration.memory.entered_simulated_ms["patient:one:arrest"] == 40 * 60_000


def test_a_condition_that_comes_after_its_time_still_counts() -> None:
    sitting = waiting("30m").given(NEXT).at("asking").given(chose("q2", "yes"))
    assert place_of(sitting.configuration).patient == "worse"
    long = waiting("30m", "9m").given(NEXT).given(NEXT).at("asking")
    assert place_of(long.configuration).patient == "worse"


def test_simulated_time_begins_anew_with_each_case() -> None:
    waits = a_step("s", then=[{"do": [{"advance": "45m"}], "go": "t"}])
    first = a_case("one", a_phase("p", waits, a_step("t")), patient={**PATIENT, "states": PATIENT["states"][2:]})
    sitting = Sitting(an_assessment(first, a_case("two", a_phase("q", a_step("u")))))
    assert sitting.given(NEXT).configuration.memory.simulated_ms == 45 * 60_000
    assert sitting.given(NEXT).at("u").configuration.memory.simulated_ms == 0


# What always holds


def rich() -> Assessment:
    """Two cases with branches, limits, loops, a nonlinear phase and a patient."""
    away = {"when": {"response": "q1", "includes": "no"}, "go": "c"}
    wait = {"when": {"visited": "a"}, "do": [{"advance": "20m"}]}
    back = {"when": {"patient": "worse"}, "go": "a"}
    free = [a_step("a", ask=["q1"], then=[away, wait]), a_step("b", time_limit="60s")]
    phases = [
        a_phase("free", *free, navigation="nonlinear"),
        a_phase("bound", a_step("c", ask=["q1", "q2"], then=[back]), time_limit="5m"),
    ]
    items = [choice("q1", time_limit="30s"), choice("q2")]
    first = a_case("one", *phases, items=items, patient=PATIENT, time_limit="10m")
    return an_assessment(first, a_case("two", a_phase("p", a_step("d", then=[{"go": "end"}]))), time_limit="20m")


TIMERS = ("assessment", "case:one", "phase:bound", "step:b", "item:q1", "nothing")
EVENTS = st.one_of(
    st.just(NEXT),
    st.just(STOP),
    st.sampled_from("abcd").map(visit),
    st.sampled_from("abcd").map(jump),
    st.sampled_from(TIMERS).map(timer_fired),
    st.builds(chose, st.sampled_from(["q1", "q2", "q9"]), st.sampled_from(["yes", "no"])),
    st.builds(Event, name=st.text(max_size=5)),
)


@settings(max_examples=60, deadline=None)
@given(events=st.lists(EVENTS, max_size=25), can_jump=st.booleans())
def test_the_candidate_always_stands_at_one_step_with_its_items_open(events: list[Event], *, can_jump: bool) -> None:
    assessment = rich()
    steps = {step.id: step for step in assessment.steps()}
    sitting = Sitting(assessment, can_jump=can_jump)
    running: set[str] = set()
    for event in [None, *events]:
        if event is not None:
            sitting.given(event, after_ms=7)
            running.discard(event.name.removeprefix("timer."))
        for effect in sitting.timers:
            if isinstance(effect, TimerCancelled):
                running.discard(effect.id)
            elif effect.clock == "exam":
                running.add(effect.id)
        configuration, place = sitting.configuration, place_of(sitting.configuration)
        assert running == {timer.id for timer in configuration.timers.values() if timer.clock == "exam"}
        assert sitting.chart.index.is_legal(configuration.active_set)
        assert (place.step is None) is place.is_finished
        if place.step is not None:
            assert configuration.memory.open_items == set(steps[place.step].ask)
            shown = [said.step for said in sitting.said if isinstance(said, ShowStep)]
            assert not shown or shown[-1] == place.step


# Faults


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (a_case("one", a_phase("p", a_step("s", then=[{"go": "nowhere"}]))), "case_unfit"),
        (a_case("one", a_phase("p", a_step("s", ask=["q"]))), "case_unfit"),
        (a_case("one", a_phase("p", a_step("s")), items=[choice("q"), choice("q")]), "case_unfit"),
        (a_case("one", a_phase("p", a_step("s", then=[{"when": {"elapsed": "t", "at_least": "1s"}}]))), "case_unfit"),
        (a_case("one", a_phase("p", a_step("s"), a_step("s"))), "duplicate_state"),
        (a_case("one", a_phase("p", a_step("s", then=[{"when": {"answered": "q"}}]))), "unknown_reference"),
        (a_case("one", a_phase("p", a_step("s", on_enter=[{"set": {"v": 1}}]))), "unknown_reference"),
        (a_case("one", a_phase("p", a_step("s", then=[{"when": {"patient": "worse"}}]))), "unknown_reference"),
    ],
)
def test_what_cannot_run_is_refused_by_name(case: dict[str, Any], code: str) -> None:
    with pytest.raises(PocusError) as refused:
        compile_assessment(an_assessment(case))
    assert refused.value.code == f"scenario.{code}"


def test_what_conditions_see_of_a_response() -> None:
    point = SelectPointResponse(points=(Point(x_px=1, y_px=2),))
    assert value_of(HotspotResponse(regions=("vein",))) == ["vein"]
    assert value_of(TextEntryResponse(text=" none ")) == "none"
    assert value_of(TextEntryResponse(text="7,5")) == 7.5
    assert value_of(TextEntryResponse(text="0")) == 0
    assert value_of(ExtendedTextResponse(text="long and private")) is True
    assert value_of(point) is True
    assert value_of(SelectPointResponse()) is None
