"""Guard rails of the face: our look in every test, and nothing left behind by any."""

import gc
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.media.fake_player import FakePlayer
from pocus_desktop.sitting.views import Chrome, Screen, View
from pocus_desktop.ui.candidate.window import CandidateWindow
from pocus_desktop.ui.check.inspector import EngineFindings
from pocus_desktop.ui.launch import make_application
from pocus_desktop.ui.theme import look
from tests.ui.gallery import GalleryHost
from tests.ui.gallery_case import GalleryContent

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

OFFSCREEN_CANNOT = r"This plugin does not support (raise\(\)|grabbing the keyboard|propagateSizeHints\(\))"
"""What the offscreen platform says of real windows; a person's platform does all three."""

OpenWindow: TypeAlias = Callable[..., CandidateWindow]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/ui/" in str(item.path):
            item.add_marker(pytest.mark.qt_log_ignore(OFFSCREEN_CANNOT))


@pytest.fixture(autouse=True, scope="session")
def dressed(qapp: QApplication) -> QApplication:
    return make_application()


ENDS_SOON_MS = 200
COARSE_MS = ENDS_SOON_MS // 20
"""A timer that is not a precise one may be late by a twentieth."""

ENDS_S = 10
"""A thread that nobody stopped is there for ever, and so after these too."""

ROUNDS = 3


def settle() -> None:
    """Let events pass and deferred deletions happen."""
    for _ in range(3):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture(autouse=True)
def nothing_left(dressed: QApplication) -> Iterator[None]:
    """A leaked window, running timer or thread fails the test that left it."""
    widgets = set(map(id, QApplication.topLevelWidgets()))
    threads = set(threading.enumerate())
    yield
    settle()
    look.wear(look.Look())
    left = [widget for widget in QApplication.topLevelWidgets() if id(widget) not in widgets]
    assert left == [], "windows left behind"
    begun = [thread for thread in threading.enumerate() if thread not in threads]
    for thread in begun:
        thread.join(ENDS_S)  # one that was told to stop may be on its last line, on a machine that is busy
    assert [thread for thread in begun if thread.is_alive()] == [], "threads left behind"
    for _ in range(ROUNDS):  # Qt has such of its own; they end by themselves, and may begin another
        ending = [timer for timer in _running() if timer.isSingleShot() and timer.interval() <= ENDS_SOON_MS]
        if not ending:
            break
        QTest.qWait(max(timer.remainingTime() for timer in ending) + COARSE_MS)
    assert _running() == [], "timers left running"


def _running() -> list[QTimer]:
    """By their types: to ask a weak proxy what it is asks what it was for, which may be gone."""
    timers = [o for o in gc.get_objects() if issubclass(type(o), QTimer)]
    return [timer for timer in timers if isValid(timer) and timer.isActive()]


@pytest.fixture(scope="session")
def content(dressed: QApplication) -> GalleryContent:
    return GalleryContent()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def open_window(qtbot: QtBot, content: GalleryContent, clock: ManualClock, tmp_path: Path) -> Iterator[OpenWindow]:
    """Opens a window on hand-made views, and closes it afterwards."""
    opened: list[CandidateWindow] = []

    def make(chrome: Chrome, screen: Screen, *, size: tuple[int, int] = (1280, 800)) -> CandidateWindow:
        host = GalleryHost(View(chrome=chrome, screen=screen), content)
        window = CandidateWindow(
            host,
            clock=clock,
            make_player=lambda sink: FakePlayer(sink, clock=clock),
            check_engine=lambda: EngineFindings(error=None, version="3.0.20", has_sound_device=True),
            folder=tmp_path,
        )
        window.resize(*size)
        opened.append(window)
        with qtbot.waitExposed(window):
            window.show()
        settle()
        return window

    yield make
    for window in opened:
        window.close()
        window.deleteLater()
    settle()


def host_of(window: CandidateWindow) -> GalleryHost:
    host = window.host
    assert isinstance(host, GalleryHost)
    return host


def named(inside: QWidget, name: str) -> QWidget:
    found = [widget for widget in inside.findChildren(QWidget) if widget.objectName() == name]
    assert found, f"no widget is named {name}"
    return next((widget for widget in found if widget.isVisible()), found[0])
