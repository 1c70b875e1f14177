"""Garbage is collected on the GUI thread: a widget in a cycle never dies on a worker."""

import gc
import threading

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from pocus_desktop.ui import event_loop
from pocus_desktop.ui.launch import make_application


class _Cycle:
    """Refers to itself, and tells where it was collected."""

    def __init__(self, died_on: list[str]) -> None:
        self.itself = self
        self._died_on = died_on

    def __del__(self) -> None:
        self._died_on.append(threading.current_thread().name)


def test_a_worker_that_allocates_collects_nothing(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_loop, "LOOK_MS", 1)
    application = make_application()
    died_on: list[str] = []
    kept: list[list[int]] = []

    def work() -> None:
        _Cycle(died_on)
        worker = threading.Thread(target=lambda: kept.extend([number] for number in range(50_000)), name="worker")
        worker.start()
        worker.join()
        assert died_on == []
        QTimer.singleShot(50, application.quit)

    QTimer.singleShot(0, work)
    assert event_loop.run(application) == 0
    assert died_on == [threading.main_thread().name]


def test_collecting_is_as_before_once_the_loop_is_over() -> None:
    make_application()
    was_enabled = gc.isenabled()
    with event_loop.collecting_here():
        assert not gc.isenabled()
    assert gc.isenabled() is was_enabled
