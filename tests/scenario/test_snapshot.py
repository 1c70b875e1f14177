"""The stored form of a configuration: pinned by a golden file, and refused by name where it is not one."""

import json
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.scenario import snapshot
from pocus_desktop.scenario.actions import AddToVariable, Advance, LockItems, OpenItems, Send, TimerSpec
from pocus_desktop.scenario.chart import Chart, Kind, State, StateTimer, Transition
from pocus_desktop.scenario.configuration import Configuration
from pocus_desktop.scenario.effects import Event
from pocus_desktop.scenario.engine import start, step

GOLDEN = Path(__file__).parent.parent / "golden" / "scenario" / "configuration-1.json"


def a_chart(name: str = "golden") -> Chart:
    """One of everything that a configuration can hold."""
    inside = (
        State(id="h", kind=Kind.DEEP_HISTORY, transitions=(Transition(targets=("x",)),)),
        State(id="x", transitions=(Transition(events=("on",), targets=("y",)),)),
        State(id="y"),
    )
    region = State(
        id="region", kind=Kind.COMPOUND, children=inside, transitions=(Transition(events=("out",), targets=("out",)),)
    )
    work = (
        OpenItems(items=("q1", "q2")),
        LockItems(items=("q2",)),
        AddToVariable(name="n", amount=0.5),
        Send(event="later", after_ms=700, id="s"),
        Advance(simulated_ms=40),
    )
    other = State(
        id="other",
        timers=(
            StateTimer(id="limit", after=TimerSpec(after_ms=900)),
            StateTimer(id="worse", after=TimerSpec(after_ms=60, clock="simulated")),
        ),
        transitions=(Transition(events=("work",), actions=work),),
    )
    wrap = State(id="wrap", kind=Kind.COMPOUND, children=(region, State(id="out")))
    return Chart(
        name=name,
        states=(State(id="both", kind=Kind.PARALLEL, children=(wrap, other)),),
        variables={"n": 1, "t": "text"},
        items=("q1", "q2"),
    )


def a_configuration(chart: Chart) -> Configuration:
    configuration = start(chart, now=5).configuration
    for now, event in ((10, "on"), (20, "out"), (30, "work")):
        configuration = step(chart, configuration, Event(name=event), now=now).configuration
    answer = Event(name="response.q1", data={"value": ["a", 7.5, "ñ"]})
    return step(chart, configuration, answer, now=40).configuration


def test_version_1_is_written_as_the_golden_file_has_it() -> None:
    chart = a_chart()
    assert snapshot.encode(chart, a_configuration(chart)) == GOLDEN.read_bytes()


def test_version_1_is_read() -> None:
    chart = a_chart()
    assert snapshot.decode(chart, GOLDEN.read_bytes()) == a_configuration(chart)


def changed(**changes: Any) -> bytes:
    """The golden file with some values replaced, in its form; `memory__x` reaches into `memory`."""
    stored = json.loads(GOLDEN.read_bytes())
    for name, value in changes.items():
        holder, _, inner = name.partition("__")
        if inner:
            stored[holder][inner] = value
        else:
            stored[name] = value
    return json.dumps(stored, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


TIMER = json.loads(GOLDEN.read_bytes())["timers"][0]


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("bad_configuration", b""),
        ("bad_configuration", b"{}"),
        ("bad_configuration", b"[]"),
        ("bad_configuration", changed(extra=1)),
        ("bad_configuration", changed(serial=-1)),
        ("bad_configuration", changed(active=["both", "wrap", "out"])),
        ("bad_configuration", changed(active=["both", "wrap", "out", "other", "x"])),
        ("bad_configuration", changed(active=["nowhere"])),
        ("bad_configuration", changed(active=[])),
        ("bad_configuration", changed(history={"x": ["y"]})),
        ("bad_configuration", changed(history={"h": ["x", "y"]})),
        ("bad_configuration", changed(history={"h": []})),
        ("bad_configuration", changed(history={"h": ["region"]})),
        ("bad_configuration", changed(memory__variables={"n": 1})),
        ("bad_configuration", changed(memory__visits={"nowhere": 1})),
        ("bad_configuration", changed(memory__open_items=["q9"])),
        ("bad_configuration", changed(memory__entered_at_ms={"both": 5})),
        ("bad_configuration", changed(timers=[{**TIMER, "id": "nowhere"}])),
        ("bad_configuration", changed(serial=2)),
        ("bad_configuration", changed(serial=10**30)),
        ("bad_configuration", changed(active=["both", "both", "wrap", "out", "other"])),
        ("bad_configuration", GOLDEN.read_bytes() + b"\n"),
        ("wrong_chart", changed(chart="0" * 64)),
        ("newer_configuration", changed(version=2)),
    ],
)
def test_what_is_no_configuration_of_this_chart_is_refused(code: str, data: bytes) -> None:
    with pytest.raises(PocusError) as refused:
        snapshot.decode(a_chart(), data)
    assert refused.value.code == f"scenario.{code}"


def test_the_other_rows_are_refused_for_what_was_changed_and_not_for_their_form() -> None:
    assert changed() == GOLDEN.read_bytes()


def test_a_golden_file_cut_at_any_byte_is_refused() -> None:
    chart, whole = a_chart(), GOLDEN.read_bytes()
    for length in range(len(whole)):
        with pytest.raises(PocusError):
            snapshot.decode(chart, whole[:length])


def test_equal_charts_have_equal_fingerprints_and_others_do_not() -> None:
    assert snapshot.fingerprint(a_chart()) == snapshot.fingerprint(a_chart())
    assert snapshot.fingerprint(a_chart("other")) != snapshot.fingerprint(a_chart())
