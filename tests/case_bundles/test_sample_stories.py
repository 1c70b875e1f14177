"""The swollen-calf case as it unfolds: which answers lead where, and what becomes of the patient."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from pocus_desktop.authoring.source.load import load_source
from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.scenario.chart import Chart
from pocus_desktop.scenario.compile import compile_assessment
from pocus_desktop.scenario.effects import Event
from pocus_desktop.scenario.engine import start, step
from pocus_desktop.scenario.vocabulary import NEXT, answered, place_of, timer_fired, timer_of, variable

CASE = "dvt-swollen-calf"
MINUTE_MS = 60_000


@cache
def chart() -> Chart:
    assessment, _ = load_source(Path(__file__).parents[2] / "case_bundles" / CASE).demand()
    return compile_assessment(assessment)


class Story:
    """Plays the case from its start."""

    def __init__(self) -> None:
        self._configuration = start(chart(), now=0).configuration
        self.path: list[str] = [str(self.step)]
        self.patients: list[str] = [str(self.patient)]

    @property
    def step(self) -> str | None:
        return place_of(self._configuration).step

    @property
    def patient(self) -> str | None:
        return place_of(self._configuration).patient

    @property
    def simulated_minutes(self) -> float:
        return self._configuration.memory.simulated_ms / MINUTE_MS

    @property
    def delay(self) -> object:
        return self._configuration.memory.variables[variable(CASE, "delay")]

    def choose(self, item: str, *choices: str) -> None:
        event = answered(item, ChoiceResponse(choices=choices))
        self._configuration = step(chart(), self._configuration, event, now=0).configuration

    def go_on(self) -> None:
        self._moved(NEXT)

    def time_out(self, timer: str) -> None:
        self._moved(timer_fired(timer))

    def _moved(self, event: Event) -> None:
        self._configuration = step(chart(), self._configuration, event, now=0).configuration
        if self.step is not None:
            self.path.append(self.step)
        if self.patient is not None and self.patient != self.patients[-1]:
            self.patients.append(self.patient)

    def until(self, target: str, choices: Mapping[str, tuple[str, ...]] = {}) -> None:
        """Go on until a step, answering as given on the way."""
        for _ in range(30):
            if self.step == target:
                return
            for item, chosen in choices.items():
                if item in chart().items:
                    self.choose(item, *chosen)
            self.go_on()
        raise AssertionError(f"{target} was not reached: {self.path}")


SEEN = {"compressible": ("not-compressible",)}


def test_a_prompt_candidate_treats_before_the_embolism() -> None:
    story = Story()
    story.until("decision", SEEN)
    assert "repeat-view" not in story.path
    assert (story.patient, story.simulated_minutes, story.delay) == ("stable", 40, 0)

    story.choose("first-decision", "anticoagulate-now")
    story.go_on()
    assert (story.step, story.patient) == ("deterioration", "pe-suspected")

    story.choose("deterioration-actions", "oxygen-monitor", "ct-angiography")
    story.go_on()
    assert (story.step, story.patient) == ("handover", "recovering")
    story.go_on()
    assert story.step is None


def test_missing_the_thrombus_costs_a_repeat_view_and_the_decision_comes_too_late() -> None:
    story = Story()
    story.until("femoral-view")
    story.choose("compressible", "compressible")
    story.go_on()
    assert (story.step, story.delay) == ("repeat-view", 1)
    story.until("popliteal-view")
    assert (story.patient, story.simulated_minutes) == ("pe-suspected", 55)
    story.go_on()
    assert story.step == "deterioration"
    assert "decision" not in story.path


def test_running_out_of_time_on_the_view_counts_as_not_having_seen_it() -> None:
    story = Story()
    story.until("femoral-view")
    story.time_out(timer_of("step", "femoral-view"))
    assert (story.step, story.delay) == ("repeat-view", 1)


def test_running_out_of_time_in_the_interpretation_leads_on_to_the_decision() -> None:
    story = Story()
    story.until("femoral-detail", SEEN)
    story.time_out(timer_of("phase", "interpretation"))
    assert (story.step, story.patient) == ("decision", "stable")
    story.choose("first-decision", "anticoagulate-now")
    story.go_on()
    assert (story.step, story.patient) == ("deterioration", "pe-suspected")


@pytest.mark.parametrize("step", ["repeat-view", "femoral-detail", "popliteal-view"])
def test_running_out_of_time_after_a_repeated_view_leads_to_the_embolism(step: str) -> None:
    story = Story()
    story.until(step, {"compressible": ("compressible",)})
    story.time_out(timer_of("phase", "interpretation"))
    assert (story.step, story.patient, story.delay) == ("deterioration", "pe-suspected", 2)


def test_the_card_says_how_long_the_pressure_has_been_low() -> None:
    story = Story()
    story.until("deterioration", SEEN)
    story.choose("deterioration-actions", "d-dimer")
    began = story.simulated_minutes
    story.go_on()
    in_shock = story.simulated_minutes - began - 15  # he goes into shock a quarter of an hour after the embolism
    assert (story.step, story.patient, in_shock) == ("collapse", "pe-unstable", 20)


def test_waiting_for_the_morning_ends_in_shock_and_thrombolysis_turns_it() -> None:
    story = Story()
    story.until("decision", SEEN)
    story.choose("first-decision", "wait-for-formal")
    story.go_on()
    story.choose("deterioration-actions", "d-dimer")
    story.go_on()
    assert (story.step, story.patient) == ("collapse", "pe-unstable")
    story.choose("rescue", "systemic-thrombolysis")
    story.go_on()
    assert (story.step, story.patient) == ("handover", "recovering")
    assert story.patients == ["stable", "pe-suspected", "pe-unstable", "recovering"]


def test_anticoagulating_at_the_alarm_still_avoids_shock() -> None:
    story = Story()
    story.until("decision", SEEN)
    story.choose("first-decision", "d-dimer-first")
    story.go_on()
    story.choose("deterioration-actions", "oxygen-monitor", "anticoagulate")
    story.go_on()
    assert (story.step, story.patient) == ("handover", "recovering")


def test_the_patient_gets_worse_before_better() -> None:
    assessment, _ = load_source(Path(__file__).parents[2] / "case_bundles" / CASE).demand()
    patient = assessment.cases[0].patient
    assert patient is not None
    by_id = {state.id: state.vitals for state in patient.states}
    stable, suspected, unstable = by_id["stable"], by_id["pe-suspected"], by_id["pe-unstable"]
    rates = [stable.heart_rate_bpm, suspected.heart_rate_bpm, unstable.heart_rate_bpm]
    saturations = [stable.spo2_percent, suspected.spo2_percent, unstable.spo2_percent]
    assert rates == sorted(rates, key=lambda rate: rate or 0)
    assert saturations == sorted(saturations, key=lambda value: -(value or 0))
