"""Opens the proctor's window over a simulated room, and closes it."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pocus_desktop.ui.errand import Errands
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.proctor.intents import Intent
from pocus_desktop.ui.proctor.window import ProctorWindow
from pocus_desktop.ui.words import Words
from tests.ui.conftest import settle as pass_events
from tests.ui.proctor.rooms import Room

Open: TypeAlias = Callable[..., ProctorWindow]
_A_LOOK_MS = 20


def settle() -> None:
    """Let what was asked for be done by its worker, and events pass."""
    pass_events()
    while any(one.is_busy for top in QApplication.topLevelWidgets() for one in top.findChildren(Errands)):
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, _A_LOOK_MS)
    pass_events()


def done(window: ProctorWindow, intent: Intent) -> bool:
    """Have the window do something; whether it did."""
    window.do(intent)
    settle()
    told = window.findChildren(QWidget, "notice")
    return not any(one.isVisible() and one.property("kind") == "refused" for one in told)


@pytest.fixture
def open_room(qtbot: QtBot) -> Iterator[Open]:
    opened: list[ProctorWindow] = []

    def make(room: Room, *, language: str = "en", size: tuple[int, int] = (1600, 1000)) -> ProctorWindow:
        window = ProctorWindow(room, words=Words(language))
        window.resize(*size)
        opened.append(window)
        with qtbot.waitExposed(window):
            window.show()
        settle()
        return window

    yield make
    for window in opened:
        for sheet in window.findChildren(Sheet):
            sheet.reject()
        window.close()
        window.deleteLater()
    settle()
