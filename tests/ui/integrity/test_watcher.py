"""The window notes what Qt sees in a sitting that counts, and nothing in one that does not."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pocus_desktop.admission.mode import Mode
from pocus_desktop.kernel import words
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.sitting import present_start
from pocus_desktop.sitting.integrity.detector import Looked
from pocus_desktop.sitting.intents import NoteIntegrity
from pocus_desktop.sitting.views import View
from pocus_desktop.ui.candidate.window import CandidateWindow
from pocus_desktop.ui.integrity.watcher import Watcher
from tests.contract.test_integrity_probe_contract import FakeProbe
from tests.ui.conftest import OpenWindow, host_of
from tests.ui.gallery import screens

ALL = screens()


def noted(window: CandidateWindow) -> list[str]:
    return [one.what for one in host_of(window).intents if isinstance(one, NoteIntegrity)]


def front(qtbot: QtBot, window: QWidget) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


@pytest.fixture
def elsewhere(qtbot: QtBot) -> Iterator[Callable[[], None]]:
    """Takes the focus from the program's widgets, as another program's window does."""
    other = QWindow()

    def leave() -> None:
        other.show()
        other.requestActivate()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is None)

    yield leave
    other.close()
    other.deleteLater()


def test_who_leaves_the_window_in_a_case_is_noted_with_how_long(
    open_window: OpenWindow, qtbot: QtBot, clock: ManualClock, elsewhere: Callable[[], None]
) -> None:
    window = open_window(*ALL["12-case-cine"])
    front(qtbot, window)
    qtbot.waitUntil(lambda: window.watcher.has_been_in_front)
    assert noted(window) == []
    elsewhere()
    qtbot.waitUntil(lambda: noted(window) == ["focus-lost"])
    clock.advance(ms=3_000)
    front(qtbot, window)
    qtbot.waitUntil(lambda: noted(window) == ["focus-lost", "focus-returned"])
    last = host_of(window).intents[-1]
    assert isinstance(last, NoteIntegrity)
    assert last.detail == "3000"


def test_a_window_that_no_longer_fills_the_screen_is_noted_until_it_does(
    open_window: OpenWindow, qtbot: QtBot, clock: ManualClock
) -> None:
    window = open_window(*ALL["12-case-cine"])
    assert noted(window) == [], "what it never had, it cannot lose"
    window.showFullScreen()
    front(qtbot, window)
    qtbot.waitUntil(lambda: window.watcher.has_filled_the_screen)
    window.showNormal()
    qtbot.waitUntil(lambda: "full-screen-left" in noted(window))
    clock.advance(ms=2_000)
    window.showFullScreen()
    qtbot.waitUntil(lambda: "full-screen-returned" in noted(window))
    last = next(one for one in reversed(host_of(window).intents) if isinstance(one, NoteIntegrity))
    assert last == NoteIntegrity(what="full-screen-returned", detail="2000")


def test_before_the_case_and_in_practice_nobody_is_watched_for_the_focus(
    open_window: OpenWindow, qtbot: QtBot, elsewhere: Callable[[], None]
) -> None:
    chrome, screen = ALL["12-case-cine"]
    practice = open_window(replace(chrome, mode=Mode.PRACTICE), screen)
    front(qtbot, practice)
    agreement = open_window(*ALL["03-agreement"])
    front(qtbot, agreement)
    elsewhere()
    for window in (practice, agreement):
        qtbot.waitUntil(lambda window=window: not window.watcher.is_settling)  # type: ignore[misc]
    assert noted(practice) == []
    assert noted(agreement) == []


def test_the_key_for_a_picture_and_a_foreign_clipboard_are_noted(open_window: OpenWindow) -> None:
    window = open_window(*ALL["12-case-cine"])
    QTest.keyClick(window, Qt.Key.Key_Print)
    assert noted(window) == ["print-screen"]
    window.watcher.see_clipboard(is_own=True)
    assert noted(window) == ["print-screen"]
    window.watcher.see_clipboard(is_own=False)
    assert noted(window) == ["print-screen", "clipboard-changed"]


def test_a_platform_that_does_not_tell_whose_the_clipboard_is_says_nothing(open_window: OpenWindow) -> None:
    window = open_window(*ALL["12-case-cine"])
    QGuiApplication.clipboard().setText("of this program")
    assert noted(window) == []


def test_the_probe_is_asked_on_a_worker_until_the_hand_in(qtbot: QtBot, clock: ManualClock) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    watcher = Watcher(window, clock=clock, probe=FakeProbe(Looked(programs=frozenset({"obs"}), is_home_there=True)))
    found: list[object] = []
    watcher.intended.connect(found.append)
    chrome, screen = ALL["03-agreement"]
    watcher.follow(View(chrome=chrome, screen=screen))
    qtbot.waitUntil(lambda: found == [NoteIntegrity(what="program-running", detail="obs")])
    handed_in = ALL["30-waiting"]
    watcher.follow(View(chrome=handed_in[0], screen=handed_in[1]))
    assert not watcher.is_on


def test_the_candidate_is_told_what_is_noted() -> None:
    assert present_start.AGREEMENT_VERSION == "2"
    for language, sought in (("en", ("clipboard", "display", "clock")), ("es", ("portapapeles", "pantalla", "reloj"))):
        told = words.say(f"sitting.agreement.paragraph_{present_start.AGREEMENT_PARAGRAPHS}", language)
        assert all(one in told for one in sought)
