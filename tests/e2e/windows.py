"""The candidate's real windows over an academy's station, driven by hand: mouse, keys, and eyes for words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from pocus_desktop.app.candidate import close_sittings_left
from pocus_desktop.app.rooms import make_rooms
from pocus_desktop.app.station import OpenSitting
from pocus_desktop.media.vlc_player import VlcEngine
from pocus_desktop.ui.candidate.shell import CandidateShell
from pocus_desktop.ui.candidate.stage.caption_band import CaptionBand
from pocus_desktop.ui.candidate.window import CandidateWindow
from pocus_desktop.ui.launch import show_sign_in
from tests.e2e.academy import Academy

W = TypeVar("W", bound=QWidget)
PATIENCE_MS = 8_000


@dataclass(slots=True)
class Seat:
    """A candidate before the screen of an academy's station."""

    academy: Academy
    shell: CandidateShell
    engine: VlcEngine
    qtbot: QtBot
    is_left: bool = False

    @classmethod
    def take(cls, academy: Academy, qtbot: QtBot, *, language: str = "en") -> "Seat":
        """Start the program; its sign-in is on the screen."""
        engine = VlcEngine()
        rooms = make_rooms(
            academy.station, clock=academy.workshop.clock, folder=academy.workshop.home.sittings, engine=engine
        )
        window = show_sign_in(language=language)
        shell = CandidateShell(window, rooms)
        close_sittings_left(shell)
        return cls(academy=academy, shell=shell, engine=engine, qtbot=qtbot)

    @property
    def window(self) -> CandidateWindow:
        """The window of the sitting."""
        assert self.shell.window is not None
        return self.shell.window

    @property
    def host(self) -> OpenSitting:
        """The sitting in the window."""
        host = self.window.host
        assert isinstance(host, OpenSitting)
        return host

    def sign_in(self, candidate_id: str, admission_id: str) -> None:
        """Type the ID, choose the admission, go."""
        screen = self.shell.sign_in
        self.wait(lambda: has(screen, f"admission:{admission_id}"))
        typed = find(screen, QLineEdit, "candidate-id")
        typed.clear()
        QTest.keyClicks(typed, candidate_id)
        self.click(find(screen, QAbstractButton, f"admission:{admission_id}"))
        self.click(find(screen, QAbstractButton, "primary"))
        self.wait(lambda: self.shell.window is not None or has(screen, "refusal"))

    def click(self, button: QAbstractButton) -> None:
        """Click in the middle, as a person does."""
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def press(self, key: Qt.Key) -> None:
        """Press a key."""
        QTest.keyClick(self.window, key)

    def wait(self, reached: Callable[[], bool]) -> None:
        """Let events pass until something is so; bounded."""
        self.qtbot.waitUntil(reached, timeout=PATIENCE_MS)

    def wait_for_words(self, text: str) -> None:
        """Wait until a text stands on the screen."""
        self.wait(lambda: text in words_on(self.window))

    def leave(self) -> None:
        """Close every window."""
        if self.is_left:
            return
        self.is_left = True
        if self.shell.window is not None:
            self.shell.window.close()
            self.shell.window.deleteLater()
        self.shell.sign_in.close()
        self.shell.sign_in.deleteLater()
        self.engine.close()


def find(inside: QWidget, kind: type[W], name: str) -> W:
    """The visible widget of a name."""
    found = [widget for widget in inside.findChildren(kind) if widget.objectName() == name and widget.isVisible()]
    assert found, f"no {name} on the screen"
    return found[0]


def has(inside: QWidget, name: str) -> bool:
    """Whether a widget of a name is in sight."""
    return any(widget.objectName() == name and widget.isVisible() for widget in inside.findChildren(QWidget))


def words_on(inside: QWidget) -> str:
    """Every word that can be read in a window now, a line each label."""
    labels = [label.text() for label in inside.findChildren(QLabel) if label.isVisible()]
    texts = [text.toPlainText() for text in inside.findChildren(QTextEdit) if text.isVisible()]
    captions = [band.text for band in inside.findChildren(CaptionBand) if band.isVisible()]
    return "\n".join((*labels, *texts, *captions))
