"""Practising before signing in: offered where there is a tutorial, asked of nobody who they are."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.media.fake_player import FakePlayer
from pocus_desktop.sitting.views import FarewellView, View
from pocus_desktop.ui.candidate.host import SittingHost
from pocus_desktop.ui.candidate.rooms import Rooms
from pocus_desktop.ui.candidate.shell import CandidateShell
from pocus_desktop.ui.check.inspector import EngineFindings
from pocus_desktop.ui.launch import show_sign_in
from tests.ui.conftest import named, settle
from tests.ui.gallery import CHROME, GalleryHost
from tests.ui.gallery_case import GalleryContent
from tests.ui.test_signing_in import CounterDesk, press, told


class NoTutorialError(PocusError):
    """What a broken installation says."""

    code = "app.tutorial_damaged"
    blame = Blame.ENVIRONMENT


@pytest.fixture
def open_shell(content: GalleryContent, tmp_path: Path) -> Iterator[Callable[..., CandidateShell]]:
    """A shell over a desk without an admission."""
    opened: list[CandidateShell] = []
    clock = ManualClock()

    def make(practise: Callable[[str], SittingHost] | None) -> CandidateShell:
        rooms = Rooms(
            desk=CounterDesk((), GalleryHost(View(chrome=CHROME, screen=FarewellView()), content)),
            clock=clock,
            make_player=lambda sink: FakePlayer(sink, clock=clock),
            check_engine=lambda: EngineFindings(error=None),
            folder=tmp_path,
            practise=practise,
        )
        opened.append(CandidateShell(show_sign_in(), rooms))
        settle()
        return opened[-1]

    yield make
    for shell in opened:
        if shell.window is not None:
            shell.window.close()
            shell.window.deleteLater()
        shell.sign_in.close()
        shell.sign_in.deleteLater()
    settle()


def test_anyone_may_practise_without_an_admission_and_comes_back(
    open_shell: Callable[..., CandidateShell], content: GalleryContent
) -> None:
    asked: list[str] = []
    left: list[object] = []
    host = GalleryHost(View(chrome=CHROME, screen=FarewellView()), content)

    def practise(language: str) -> SittingHost:
        asked.append(language)
        return host

    shell = open_shell(practise)
    shell.left.connect(left.append)
    button = named(shell.sign_in, "practise")
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    settle()
    assert asked == ["en"]
    assert shell.window is not None
    shell.window.finished.emit()
    settle()
    assert left == [host]
    assert named(shell.sign_in, "practise").isVisible()


def test_in_another_language_it_is_still_offered(
    open_shell: Callable[..., CandidateShell], content: GalleryContent
) -> None:
    asked: list[str] = []

    def practise(language: str) -> SittingHost:
        asked.append(language)
        return GalleryHost(View(chrome=CHROME, screen=FarewellView()), content)

    shell = open_shell(practise)
    press(shell.sign_in, "language:es")
    press(shell.sign_in, "practise")
    assert asked == ["es"]


def test_a_tutorial_that_cannot_be_opened_says_why_and_keeps_what_was_typed(
    open_shell: Callable[..., CandidateShell],
) -> None:
    def practise(language: str) -> SittingHost:
        raise NoTutorialError(reason="bundle.missing")

    shell = open_shell(practise)
    QTest.keyClicks(named(shell.sign_in, "candidate-id"), "C-7")
    press(shell.sign_in, "practise")
    assert shell.window is None
    assert "missing or was changed" in told(shell.sign_in)
    typed = named(shell.sign_in, "candidate-id")
    assert isinstance(typed, QLineEdit)
    assert typed.text() == "C-7"
    press(shell.sign_in, "practise")
    assert "missing or was changed" in told(shell.sign_in)


def test_where_there_is_no_tutorial_none_is_offered(open_shell: Callable[..., CandidateShell]) -> None:
    assert open_shell(None).sign_in.findChild(QWidget, "practise") is None
