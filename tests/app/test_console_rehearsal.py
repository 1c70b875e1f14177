"""The rehearsal behind the console's button: watched, stopped, reported on; the real one's home is not told to it."""

import os
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pocus_desktop.app import console_rehearsal
from pocus_desktop.app.console_rehearsal import ConsoleRehearsal, RehearsingAlreadyError
from pocus_desktop.app.rehearsals.here import STEPS
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.settings import HOME_VARIABLE
from pocus_desktop.proctoring.rehearsal_report import latest_rehearsal
from pocus_desktop.ui.proctor.desk import RehearsalCard

KEY = SigningKey.from_seed(b"k" * 32)
WAITS = "import sys; print('1  one', flush=True); sys.stdin.read(); sys.exit(130)"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails is kept where this test's things are."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


def made(room: Path, script: str) -> tuple[ConsoleRehearsal, threading.Event]:
    """One that runs a script, and what is set when it came further."""
    came = threading.Event()
    rehearsal = ConsoleRehearsal(
        room, key=KEY, clock=ManualClock(), command=lambda _out, _desks: [sys.executable, "-c", script]
    )
    rehearsal.on_change(came.set)
    return rehearsal, came


def until(rehearsal: ConsoleRehearsal, came: threading.Event, is_so: Callable[[RehearsalCard], bool]) -> RehearsalCard:
    while not is_so(rehearsal.card):
        assert came.wait(30)
        came.clear()
    return rehearsal.card


@pytest.mark.parametrize(
    ("script", "outcome", "step"),
    [
        pytest.param("print('1  one'); print('told'); print('6  six')", "passed", 6, id="passes"),
        pytest.param("print('3  three'); raise SystemExit(1)", "failed", 3, id="fails"),
        pytest.param("print('99  none'); print('0  none'); print('x  none')", "passed", 0, id="tells-other-things"),
    ],
)
def test_what_came_of_it_is_filed_and_known_after_a_restart(
    tmp_path: Path, script: str, outcome: str, step: int
) -> None:
    rehearsal, came = made(tmp_path, script)
    rehearsal.start(3)
    card = until(rehearsal, came, lambda one: not one.is_running)
    assert (card.outcome, card.step, card.steps, card.desks) == (outcome, step, STEPS, 3)
    found = latest_rehearsal(tmp_path, KEY.public)
    assert found is not None
    assert (str(found[0]), found[1].outcome) == (card.report, outcome)
    assert made(tmp_path, "")[0].card == card
    assert latest_rehearsal(tmp_path, SigningKey.from_seed(b"x" * 32).public) is None, "another's report is none"


def test_it_is_stopped_and_there_is_one_at_a_time(tmp_path: Path) -> None:
    rehearsal, came = made(tmp_path, WAITS)
    rehearsal.start()
    until(rehearsal, came, lambda one: one.step == 1)
    with pytest.raises(RehearsingAlreadyError):
        rehearsal.start()
    rehearsal.stop()
    rehearsal.stop()
    assert until(rehearsal, came, lambda one: not one.is_running).outcome == "stopped"
    rehearsal.start()
    rehearsal.close()
    assert rehearsal.card.outcome == "stopped", "it ends with its console"


def test_one_that_does_not_stop_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console_rehearsal, "PATIENCE_S", 0.2)
    started = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    stays = "; import time; print('1  one', flush=True); time.sleep(600)"
    rehearsal, came = made(tmp_path, started + stays)
    rehearsal.start()
    until(rehearsal, came, lambda one: one.step == 1)
    rehearsal.close()  # it reads to the end of what it and its program tell: both are gone
    assert rehearsal.card.outcome == "stopped"


def test_the_real_one_stops_in_the_middle_of_a_command(tmp_path: Path) -> None:
    rehearsal = ConsoleRehearsal(tmp_path, key=KEY, clock=ManualClock())
    came = threading.Event()
    rehearsal.on_change(came.set)
    rehearsal.start()
    until(rehearsal, came, lambda one: one.step == 1)
    rehearsal.close()
    assert rehearsal.card.outcome == "stopped"
    found = latest_rehearsal(tmp_path, KEY.public)
    assert found is not None
    assert found[1].told[-1] == "The rehearsal was stopped.", "it stopped by itself"


def test_it_is_told_nothing_of_the_real_centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "real"))
    monkeypatch.setenv("POCUS_PASSPHRASE", "the real one")
    told = f"import os; print(os.environ.get('POCUS_PASSPHRASE'), os.environ['{HOME_VARIABLE}'], os.getcwd(), sep='|')"
    rehearsal, came = made(tmp_path / "room", told)
    rehearsal.start()
    until(rehearsal, came, lambda one: not one.is_running)
    found = latest_rehearsal(tmp_path / "room", KEY.public)
    assert found is not None
    passphrase, home, folder = found[1].told[0].split("|")
    assert passphrase == "None"
    assert Path(home).parent.resolve() == Path(folder).resolve()
    assert not Path(folder).exists(), "it is thrown away"
    assert os.environ[HOME_VARIABLE] == str(tmp_path / "real")
