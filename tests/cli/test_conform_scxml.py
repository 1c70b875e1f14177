"""`pocus conform scxml`, as a public suite calls it: from outside."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pocus_desktop.cli.main import pocus

VECTORS = Path(__file__).parent.parent / "vectors" / "scxml"
CHART = str(VECTORS / "parallel" / "test2.scxml")


def conform(chart: str, events: str) -> Result:
    return CliRunner().invoke(pocus, ["conform", "scxml", chart], input=events)


@pytest.mark.parametrize("suite", ["delayedSend/send2", "history/history5", "parallel+interrupt/test31"])
def test_a_test_script_goes_in_as_it_is(suite: str) -> None:
    script = json.loads((VECTORS / f"{suite}.json").read_text(encoding="utf-8"))
    result = conform(str(VECTORS / f"{suite}.scxml"), json.dumps(script["events"]))
    assert result.exit_code == 0
    expected = [script["initialConfiguration"], *(event["nextConfiguration"] for event in script["events"])]
    assert json.loads(result.stdout) == [sorted(states) for states in expected]


@pytest.mark.parametrize("events", ["", " \n", "[]"])
def test_without_events_only_the_start_is_told(events: str) -> None:
    result = conform(CHART, events)
    assert (result.exit_code, len(json.loads(result.stdout))) == (0, 1)


@pytest.mark.parametrize(
    ("events", "code"), [("{", "bad_event_list"), ("{}", "bad_event_list"), ("[3]", "bad_event_list")]
)
def test_a_refused_list_of_events(events: str, code: str) -> None:
    result = conform(CHART, events)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == f"scenario.{code}"


def test_a_refused_chart(tmp_path: Path) -> None:
    chart = tmp_path / "scripted.scxml"
    chart.write_text('<scxml xmlns="http://www.w3.org/2005/07/scxml"><script/></scxml>', encoding="utf-8")
    result = conform(str(chart), "[]")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "scenario.unsupported_element"
