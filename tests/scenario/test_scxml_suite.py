"""The public SCXML suite, run through the reader and the engine, entry by entry."""

import json
from pathlib import Path

import pytest

from pocus_desktop.scenario import conformance, scxml

VECTORS = Path(__file__).parent.parent / "vectors" / "scxml"
CHARTS = sorted(VECTORS.glob("*/*.scxml"))


def test_the_whole_selection_is_here() -> None:
    assert len(CHARTS) == 131


@pytest.mark.parametrize("path", CHARTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_chart_of_the_suite(path: Path) -> None:
    script = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    seen = conformance.run(scxml.read(path.read_bytes()), conformance.parse_events(script["events"]))
    expected = [script["initialConfiguration"], *(event["nextConfiguration"] for event in script["events"])]
    assert seen == [sorted(states) for states in expected]
