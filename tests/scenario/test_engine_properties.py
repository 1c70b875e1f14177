"""What must hold for every chart and every sequence of events."""

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from pocus_desktop.scenario import snapshot
from pocus_desktop.scenario.chart import Chart
from pocus_desktop.scenario.configuration import Configuration
from pocus_desktop.scenario.effects import Emitted, Event, Step
from pocus_desktop.scenario.engine import MAX_MICROSTEPS, start, step
from pocus_desktop.scenario.errors import DoesNotSettleError
from tests.scenario.appendix_d import SlowEngine, TooManyStepsError
from tests.scenario.random_charts import EVENTS, charts

pytestmark = pytest.mark.slow

scripts = st.lists(st.sampled_from((*EVENTS, "unknown", "timer.none", "")), max_size=8)
slowly = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def play(chart: Chart, script: list[str]) -> list[Step]:
    """All steps of a script, up to where the chart runs in a circle."""
    steps: list[Step] = []
    try:
        steps.append(start(chart, now=0))
        for place, name in enumerate(script):
            steps.append(step(chart, steps[-1].configuration, Event(name=name), now=place))
    except DoesNotSettleError:
        event("runs in a circle")
    return steps


def emitted(taken: Step) -> list[str]:
    return [effect.name for effect in taken.effects if isinstance(effect, Emitted)]


@settings(slowly, max_examples=100)
@given(charts(), scripts)
def test_the_engine_does_what_appendix_d_does(chart: Chart, script: list[str]) -> None:
    try:
        slow = SlowEngine(chart, bound=MAX_MICROSTEPS)
    except TooManyStepsError:
        with pytest.raises(DoesNotSettleError):
            start(chart, now=0)
        return
    taken = start(chart, now=0)
    for name in [None, *script]:
        if name is not None:
            try:
                slow.external(name)
            except TooManyStepsError:
                with pytest.raises(DoesNotSettleError):
                    step(chart, taken.configuration, Event(name=name), now=0)
                return
            taken = step(chart, taken.configuration, Event(name=name), now=0)
        configuration = taken.configuration
        assert set(configuration.active) == {state.id for state in slow.configuration}
        assert emitted(taken) == slow.emitted
        assert configuration.is_finished is not slow.running
        assert configuration.history == {
            name: tuple(state.id for state in held) for name, held in slow.history_value.items() if held
        }
    event(f"finished: {taken.configuration.is_finished}, history: {bool(taken.configuration.history)}")


@settings(slowly, max_examples=30)
@given(charts(), scripts)
def test_every_configuration_is_legal(chart: Chart, script: list[str]) -> None:
    for taken in play(chart, script):
        configuration = taken.configuration
        assert chart.index.is_legal(configuration.active_set)
        assert set(configuration.memory.entered_at_ms) == set(configuration.active)
        assert set(configuration.memory.visits) >= set(configuration.active)


@settings(slowly, max_examples=30)
@given(charts(), scripts)
def test_a_replay_on_a_fresh_chart_equals_the_live_run(chart: Chart, script: list[str]) -> None:
    again = Chart(name=chart.name, states=chart.states, initial=chart.initial)
    live = play(chart, script)
    replayed = play(again, script)
    assert replayed == live
    assert play(chart, script) == live


@settings(slowly, max_examples=30)
@given(charts(), scripts, st.data())
def test_stopping_and_starting_again_from_json_changes_nothing(
    chart: Chart, script: list[str], data: st.DataObject
) -> None:
    steps = play(chart, script)
    if not steps:
        return
    cut = data.draw(st.integers(0, len(steps) - 1))
    stored = snapshot.encode(chart, steps[cut].configuration)
    configuration: Configuration = snapshot.decode(chart, stored)
    assert configuration == steps[cut].configuration
    assert snapshot.encode(chart, configuration) == stored
    for place, live in enumerate(steps[cut + 1 :], start=cut):
        taken = step(chart, configuration, Event(name=script[place]), now=place)
        assert taken == live
        configuration = taken.configuration


@settings(slowly, max_examples=30)
@given(charts(), scripts)
def test_a_step_leaves_the_callers_configuration_alone(chart: Chart, script: list[str]) -> None:
    for taken in play(chart, script):
        before = snapshot.encode(chart, taken.configuration)
        for name in EVENTS:
            try:
                step(chart, taken.configuration, Event(name=name), now=10**6)
            except DoesNotSettleError:
                event("runs in a circle")
        assert snapshot.encode(chart, taken.configuration) == before
