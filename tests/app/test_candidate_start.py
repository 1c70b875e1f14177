"""How the candidate's program starts: the window first, and what is wrong with the station said in it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from pocus_desktop.admission.enrolment import NotEnrolledError
from pocus_desktop.app import candidate
from pocus_desktop.app.candidate import ClosedDesk
from pocus_desktop.app.rooms import make_rooms
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.media.vlc_player import VlcEngine
from pocus_desktop.ui.candidate.rooms import Rooms
from pocus_desktop.ui.candidate.shell import CandidateShell
from pocus_desktop.ui.launch import make_application, show_sign_in

ROOT = Path(__file__).resolve().parents[2]


def test_a_station_that_was_not_set_up_says_so_in_its_window_and_lets_anyone_practise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Rooms] = []

    def look(rooms: Callable[[], Rooms], **_: object) -> int:
        made.append(rooms())
        return 0

    monkeypatch.setattr(candidate, "run_candidate", look)
    monkeypatch.setattr(candidate, "require_display", lambda: None)
    with pytest.raises(NotEnrolledError):
        candidate.sit(Home(folder=tmp_path), passphrase=None)
    [rooms] = made
    assert rooms.practise is not None
    with pytest.raises(NotEnrolledError):
        rooms.desk.choices("en")
    assert list(tmp_path.iterdir()) == []


class TrialError(PocusError):
    code = "kernel.unexpected"


def _shown(window: QWidget) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisibleTo(window))


def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    heavy = {"sqlalchemy", "vlc", "httpx2", "httpcore2", "numpy", "av", "ruamel", "starlette"}
    told = subprocess.run(
        [sys.executable, "-c", f"import pocus_desktop.app.candidate, sys; print(sorted({heavy!r} & set(sys.modules)))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "[]"


def test_a_station_that_cannot_be_opened_says_why_at_sign_in(qtbot: QtBot, tmp_path: Path) -> None:
    make_application()
    problem = TrialError()
    sign_in = show_sign_in()
    qtbot.addWidget(sign_in)
    engine = VlcEngine()
    CandidateShell(sign_in, make_rooms(ClosedDesk(problem), clock=SystemClock(), folder=tmp_path, engine=engine))
    qtbot.waitUntil(lambda: problem.explain().what in _shown(sign_in), timeout=5_000)
    engine.close()
