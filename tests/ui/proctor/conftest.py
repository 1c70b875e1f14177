"""Opens the proctor's window over a simulated room, and closes it."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from pytestqt.qtbot import QtBot

from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.proctor.window import ProctorWindow
from pocus_desktop.ui.words import Words
from tests.ui.conftest import settle
from tests.ui.proctor.rooms import Room

Open: TypeAlias = Callable[..., ProctorWindow]


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
