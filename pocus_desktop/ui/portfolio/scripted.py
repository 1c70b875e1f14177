"""A scripted person before the portfolio's window: keys and clicks, what is told, and pictures of it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QEventLoop, QPoint, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QWidget

from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.portfolio.window import PortfolioWindow
from pocus_desktop.ui.scripted_hands import ScriptStuckError, named, picture_of, write
from pocus_desktop.ui.theme import look

PATIENCE_S: Final = 120.0
_BEAT_MS: Final = 20


class ScriptedApplicant:
    """Somebody before the window that is open.

    Args:
        window: Shown already.
        picture: Where a picture of a name is kept.
    """

    def __init__(self, window: PortfolioWindow, picture: Callable[[str], Path]) -> None:
        self.window = window
        self._picture = picture

    @property
    def view(self) -> PortfolioView:
        """What the window shows.

        Raises:
            ScriptStuckError: Nothing yet.
        """
        self.settle()
        view = self.window.view
        if view is None:
            raise ScriptStuckError(screen="portfolio")
        return view

    def settle(self) -> None:
        """Let what was asked for be done by its worker, and be shown.

        Raises:
            ScriptStuckError: It is not done.
        """
        until_s = time.monotonic() + PATIENCE_S
        QCoreApplication.processEvents()
        while self.window.is_busy:
            if time.monotonic() > until_s:
                raise ScriptStuckError(screen=self.window.page)
            QTest.qWait(_BEAT_MS)
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)

    def go(self, page: str) -> None:
        """To a page of the window."""
        self.window.go_to(page)
        self.settle()

    def write(self, fields: dict[str, str]) -> None:
        """Into fields, by their names."""
        for name, text in fields.items():
            field = named(self.window, name)
            if isinstance(field, QPlainTextEdit):
                field.clear()
            write(field, text)

    def choose(self, name: str, value: str) -> None:
        """One of a list, by its value.

        Raises:
            ScriptStuckError: There is no such list, or it has no such value.
        """
        box = named(self.window, name)
        if not isinstance(box, DropDown) or box.findData(value) < 0:
            raise ScriptStuckError(screen=f"{name}: {value}")
        box.setCurrentIndex(box.findData(value))
        self.settle()

    def press(self, name: str) -> None:
        """A button or a card, by the keyboard."""
        self._press(named(self.window, name))

    def answer(self, *, words: str = "", picture: str = "") -> None:
        """The question over the window: make every statement, write what is asked, and give it.

        Raises:
            ScriptStuckError: None is asked.
        """
        sheet = self._sheet()
        for card in getattr(sheet, "cards", ()):
            self._press(card)
        if words:
            write(named(sheet, "appeal:words"), words)
        if picture:
            self.picture(picture)
        self._press(named(sheet, "give"))

    def told(self) -> str:
        """What is written in sight."""
        self.settle()
        labels = self.window.findChildren(QLabel)
        return "\n".join(label.text() for label in labels if label.isVisible()).replace("\u200b", "")

    def picture(self, name: str) -> None:
        """The window as it looks now, and the whole of its page where that is longer."""
        self.settle()
        picture_of(self.window).save(str(self._picture(name)))
        inside = self.window.pages[self.window.page].scrolled.inside
        if QApplication.activeModalWidget() is None and inside.height() > self.window.height():
            whole = QPixmap(inside.size())
            whole.fill(look.current().colour("canvas"))  # what lies behind the page, and is no part of it
            inside.render(whole, QPoint())
            whole.save(str(self._picture(f"{name}-whole")))

    def leave(self) -> None:
        """Close the window."""
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.processEvents()

    def _press(self, widget: QWidget) -> None:
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_Space)
        self.settle()

    def _sheet(self) -> Sheet:
        for top in QApplication.topLevelWidgets():
            if isinstance(top, Sheet) and top.isVisible():
                return top
        raise ScriptStuckError(screen="question")
