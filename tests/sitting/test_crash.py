"""The process dies at any moment: the next start goes back to the same place, and no acknowledged answer is lost."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pocus_desktop.sitting import events, intents, views
from pocus_desktop.sitting.state import Stage
from tests.sitting.crash_check import require_kept
from tests.sitting.crash_child import SCRIPT, world_in

POINTS = (
    *(f"before-append:{number}" for number in (2, 5, 12, 17, 23, 31, 40)),
    *(f"after-append:{number}" for number in (1, 3, 9, 15, 20, 28, 33, 41)),
    "sealed:1",
    "noted:1",
    "finished:1",
    *(f"after:{ms}" for ms in (5, 12, 20, 27, 35, 60, 90)),
)


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one killed sitting for each point."""
    folder = tmp_path_factory.mktemp("crashed")
    child = Path(__file__).with_name("crash_child.py")
    done = subprocess.run(
        [sys.executable, str(child), str(folder), *POINTS], capture_output=True, text=True, timeout=120, check=True
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["point"] for one in told] == list(POINTS)
    assert all(one["was_killed"] for one in told if not one["point"].startswith("after:"))
    return folder


@pytest.mark.parametrize(("index", "point"), list(enumerate(POINTS)), ids=POINTS)
def test_nothing_acknowledged_is_lost(crashed: Path, index: int, point: str) -> None:
    require_kept(crashed, str(index), point)


@pytest.mark.parametrize(("index", "point"), [(n, p) for n, p in enumerate(POINTS) if n in (2, 4, 9, 12)])
def test_a_sitting_that_died_can_be_finished(crashed: Path, index: int, point: str) -> None:
    world = world_in(crashed)
    world.clock.advance(ms=10 * 60_000)
    sitting = world.again(name=str(index))
    for _ in range(2):
        for intent in SCRIPT:
            if sitting.state.stage is not Stage.HANDED_IN:
                sitting.handle(intent)
    sitting.handle(intents.HandIn(is_confirmed=True))
    assert isinstance(sitting.view().screen, views.HandedInView), point
    world.close()


def test_the_gap_is_credited_from_the_evidence(crashed: Path) -> None:
    world = world_in(crashed)
    world.clock.advance(ms=10 * 60_000)
    sitting = world.again(name=str(POINTS.index("after-append:33")))
    back = next(place for place, one in enumerate(sitting.recorded) if isinstance(one.event, events.Reopened))
    died, came_back = sitting.recorded[back - 1].at, sitting.recorded[back].at
    gaps = [(entry.kind, entry.amount_ms) for entry in sitting.state.ledger.entries if entry.kind in {"gap", "credit"}]
    lost_ms = came_back.monotonic_ms - died.monotonic_ms
    assert lost_ms > 0
    assert gaps == [("gap", lost_ms), ("credit", lost_ms)]
    world.close()
