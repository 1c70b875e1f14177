"""Opens the portfolio's window over a stage of the way, and closes it."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest
from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pocus_desktop.app.portfolio import carried
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.portfolio.window import PortfolioWindow
from pocus_desktop.ui.words import Words
from tests.ui.conftest import settle as pass_events
from tests.ui.portfolio.desks import STAGES, FarAcademy

Open: TypeAlias = Callable[..., PortfolioWindow]


_ANY = QEventLoop.ProcessEventsFlag.AllEvents | QEventLoop.ProcessEventsFlag.WaitForMoreEvents


def settle() -> None:
    """Let what was asked for be done by its worker, and events pass; sleeps while the worker works."""
    pass_events()
    while any(isinstance(top, PortfolioWindow) and top.is_busy for top in QApplication.topLevelWidgets()):
        QCoreApplication.processEvents(_ANY)  # the worker's answer is an event to come
    pass_events()


@pytest.fixture
def open_stage(qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    opened: list[tuple[PortfolioWindow, PortfolioDesk]] = []

    def make(
        stage: str,
        *academies: FarAcademy,
        language: str = "en",
        size: tuple[int, int] = (1280, 800),
        sync: Callable[[], object] = lambda: None,
        sit: Callable[[str], None] = lambda _admission: None,
    ) -> PortfolioWindow:
        def synced() -> Explanation:
            sync()
            return Explanation(what="synced", next="")

        desk = STAGES[stage](tmp_path / f"{stage}-{len(opened)}", *academies)
        window = PortfolioWindow(
            desk,
            words=Words(language),
            sync=synced,
            carry=partial(carried, desk, language),
            read_keys=lambda _path, _url: FarAcademy().public,
            sit=sit,
        )
        window.resize(*size)
        opened.append((window, desk))
        with qtbot.waitExposed(window):
            window.show()
        settle()
        return window

    yield make
    for window, desk in opened:
        for sheet in QApplication.topLevelWidgets():
            if isinstance(sheet, Sheet) and sheet.isVisible():
                sheet.reject()
        window.close()
        window.deleteLater()
        desk.close()
    settle()
