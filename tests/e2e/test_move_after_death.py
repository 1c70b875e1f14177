"""A station is killed in the middle of a sitting, and the sitting goes on at another: by commands, as on the day."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pocus_desktop.admission.records import Admitted
from pocus_desktop.crypto.keystore import open_keystore
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.sitting.views import CaseView, HandedInView
from tests.e2e.academy import CANDIDATE, LEFT, answered, at, hand_in, until
from tests.e2e.centre import CENTRE, Centre

pytestmark = [pytest.mark.argon2, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "one for these tests"
PROGRAM = "from pocus_desktop.app.main import main; main()"


@pytest.fixture
def centre(playable: Path, tmp_path: Path) -> Iterator[Centre]:
    made = Centre.found(tmp_path, source=playable, clock=SystemClock())
    for name, keys in made.keys.items():
        store = open_keystore(made.home(name).keys, PASSPHRASE)
        store.store("station-signing", keys.signing.seed)
        store.store("station-sealing", keys.sealing.seed)
    yield made
    made.close()


def pocus(centre: Centre, computer: str, *words: str, status: int = 0) -> str:
    """A command at a computer, in a process of its own; what it told."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "POCUS_HOME": str(centre.home(computer).folder),
            "POCUS_PASSPHRASE": PASSPHRASE,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def station(centre: Centre, name: str, admitted: Admitted) -> subprocess.Popen[str]:
    """A station's program in a process of its own, told its keys."""
    child = Path(__file__).with_name("move_child.py")
    words = [str(centre.home(name).folder), admitted.admission_id, CANDIDATE, admitted.sign_in_code]
    process = subprocess.Popen(
        [sys.executable, str(child), *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    keys = centre.keys[name]
    process.stdin.write(json.dumps({"signing": keys.signing.seed.hex(), "sealing": keys.sealing.seed.hex()}) + "\n")
    process.stdin.flush()
    return process


def die(process: subprocess.Popen[str]) -> None:
    """Once it said that the answer is saved, it is killed."""
    assert process.stdout is not None
    assert process.stdout.readline() == "answered\n"
    process.kill()
    process.communicate(timeout=30)


def test_a_dead_stations_sitting_goes_on_elsewhere_and_counts_whole(centre: Centre) -> None:
    admitted = centre.admit()
    stick = str(centre.stick)
    die(station(centre, "desk-1", admitted))

    told = pocus(centre, CENTRE, "sitting", "pack", str(centre.home("desk-1").folder), "--to", stick)
    assert "can no longer go on" in told
    assert "[move.nothing_to_move]" in pocus(centre, "desk-1", "sitting", "pack", "--to", stick, status=1)
    shown = pocus(centre, CENTRE, "sitting", "permit", stick)
    assert "Alex Moreno (C-1001)" in shown
    assert "1 items answered" in shown
    assert "[move.not_a_centre]" in pocus(centre, "desk-1", "sitting", "permit", stick, status=1)
    assert "[move.no_permit]" in pocus(centre, "desk-2", "sitting", "move-in", stick, status=1)
    order = ("--station", "desk-2", "--who", "Pat Lee", "--why", "no picture")
    assert "may go on at desk-2" in pocus(centre, CENTRE, "sitting", "permit", stick, *order)
    assert "[move.already_permitted]" in pocus(centre, CENTRE, "sitting", "permit", stick, *order, status=1)
    assert "Alex Moreno (C-1001) is here" in pocus(centre, "desk-2", "sitting", "move-in", stick)
    assert "[move.permit_used]" in pocus(centre, "desk-2", "sitting", "move-in", stick, status=1)

    opened = centre.open("desk-2", admitted)
    assert answered(at(opened, CaseView, "arrival")) == LEFT
    hand_in(opened)
    until(opened, lambda view: isinstance(view.screen, HandedInView) and view.screen.delivery == "received")
    [standing] = centre.workshop.hub.standings()
    report = centre.workshop.hub.report(standing.sitting)
    assert report is not None
    assert (report.points, standing.is_partial) == (1, False)
    assert centre.workshop.hub.registry.results.remarks() == {standing.sitting: ("moved",)}
    events = centre.workshop.hub.opened(standing.sitting).events
    assert [one.event.type for one in events].count("moved") == 1

    alive = station(centre, "desk-1", admitted)
    _, problem = alive.communicate(timeout=60)
    assert alive.returncode != 0
    assert "sitting.moved_away" in problem
