"""Every screen in every look: names, sizes, nothing cut off, mirrored where the language runs the other way."""

import contextlib
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QSplitterHandle,
    QTextEdit,
    QWidget,
)
from pytestqt.exceptions import TimeoutError as QtBotTimeoutError
from pytestqt.qtbot import QtBot

from pocus_desktop.ui.candidate.screens.case import CaseScreen
from pocus_desktop.ui.candidate.screens.system_check import SystemCheckScreen
from pocus_desktop.ui.candidate.window import SCREENS, CandidateWindow
from pocus_desktop.ui.check.inspector import PROBES
from pocus_desktop.ui.parts.choice_card import CheckCard, RadioCard
from pocus_desktop.ui.parts.scroll import ScrollColumn
from tests.ui.conftest import OpenWindow, settle
from tests.ui.gallery import in_comfort, screens

pytestmark = pytest.mark.slow

ALL = screens()
LEAST_TARGET_PX = 24


def shown(window: CandidateWindow) -> Iterator[QWidget]:
    for widget in window.findChildren(QWidget):
        if widget.isVisible():
            yield widget


def focusable(window: CandidateWindow) -> list[QWidget]:
    return [
        widget
        for widget in shown(window)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isEnabled()
        and not isinstance(widget, QAbstractItemView)
        and widget.objectName() != "qt_scrollarea_viewport"
    ]


def name_of(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def cut_off(window: CandidateWindow) -> list[str]:
    found = []
    for widget in shown(window):
        if isinstance(widget, QLabel) and widget.text():
            needed = widget.heightForWidth(widget.width()) if widget.wordWrap() else widget.sizeHint().height()
            is_wide = not widget.wordWrap() and widget.sizeHint().width() > widget.width()
            if needed > widget.height() or is_wide:
                found.append(f"label {widget.text()!r} {widget.size()} needs {needed} {widget.sizeHint()}")
            if widget.wordWrap() and widget.minimumSizeHint().width() > widget.width():
                found.append(f"long word in {widget.text()!r}")
        elif isinstance(widget, RadioCard | CheckCard):
            if widget.heightForWidth(widget.width()) > widget.height():
                found.append(f"card {widget.accessibleName()!r}")
        elif (
            isinstance(widget, QAbstractButton)
            and widget.text()
            and not widget.objectName().startswith("region:")
            and widget.sizeHint().width() > widget.width()
        ):
            found.append(f"button {widget.text()!r} {widget.width()} < {widget.sizeHint().width()}")
        if isinstance(widget, QAbstractButton | QLabel | QLineEdit) and not scrolled(widget):
            place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
            if not window.rect().contains(place):
                found.append(f"outside the window: {type(widget).__name__} {name_of(widget)!r} {place}")
    found.extend(
        f"scrolls sideways: {area.accessibleName()} {area.inside.width()} > {area.viewport().width()}"
        for area in window.findChildren(ScrollColumn)
        if area.isVisible() and area.inside.width() > area.viewport().width()
    )
    return found


def scrolled(widget: QWidget) -> bool:
    at = widget.parentWidget()
    while at is not None:
        if isinstance(at, QScrollArea | QPlainTextEdit | QTextEdit | QComboBox):
            return True
        at = at.parentWidget()
    return False


def test_the_gallery_shows_every_screen() -> None:
    assert {type(screen) for _, screen in ALL.values()} == set(SCREENS)


@pytest.mark.parametrize("name", ALL)
def test_every_control_has_a_name_and_is_large_enough(open_window: OpenWindow, name: str) -> None:
    chrome, screen = ALL[name]
    window = open_window(chrome, screen)
    controls = focusable(window)
    nameless = [widget for widget in controls if not name_of(widget).strip()]
    assert [(type(w).__name__, w.objectName()) for w in nameless] == []
    small = [w for w in controls if min(w.width(), w.height()) < LEAST_TARGET_PX and not isinstance(w, QSplitterHandle)]
    assert [(type(w).__name__, w.objectName(), w.size()) for w in small] == []
    primary = [w for w in controls if w.property("kind") == "primary"]
    assert len(primary) <= 1
    if not isinstance(window.screen_shown, CaseScreen) and not name.startswith("21-paused"):
        assert len(primary) == 1


@pytest.mark.parametrize(
    ("size", "language", "percent"),
    [
        pytest.param((1280, 800), "en", 100, id="small-en"),
        pytest.param((1280, 800), "es", 200, id="small-es-large-text"),
        pytest.param((1280, 800), "qps-ploc", 200, id="small-longer-large-text"),
        pytest.param((1920, 1080), "qps-ploc", 150, id="wide-longer-larger-text"),
        pytest.param((1024, 700), "es", 150, id="smallest"),
    ],
)
def test_no_text_is_cut_off(
    qtbot: QtBot, open_window: OpenWindow, size: tuple[int, int], language: str, percent: int
) -> None:
    found: list[str] = []
    for name, (chrome, screen) in ALL.items():
        window = open_window(in_comfort(chrome, language=language, text_percent=percent), screen, size=size)
        check = window.screen_shown
        if isinstance(check, SystemCheckScreen):
            qtbot.waitUntil(lambda at=check: len(at.findings) == len(PROBES))  # type: ignore[misc]
        settle()
        with contextlib.suppress(QtBotTimeoutError):  # what wraps anew takes another round of the layout
            qtbot.waitUntil(lambda at=window: not cut_off(at), timeout=2_000)  # type: ignore[misc]
        found += [f"{name}: {what}" for what in cut_off(window)]
        window.close()
    assert found == []


@pytest.mark.parametrize("name", ["06-ready", "10-case-clip", "12-case-cine", "20-review", "31-receipt"])
def test_a_language_from_right_to_left_mirrors_the_screen(open_window: OpenWindow, name: str) -> None:
    chrome, screen = ALL[name]
    window = open_window(in_comfort(chrome, language="qps-plocm"), screen)
    primary = next(w for w in shown(window) if w.objectName() == "primary")
    assert primary.mapTo(window, QPoint(0, 0)).x() < window.width() / 2
    assert cut_off(window) == []
    plain = open_window(chrome, screen)
    there = next(w for w in shown(plain) if w.objectName() == "primary")
    assert there.mapTo(plain, QPoint(0, 0)).x() > plain.width() / 2


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast"])
def test_a_change_of_theme_reaches_what_paints_itself(open_window: OpenWindow, theme: str) -> None:
    chrome, screen = ALL["12-case-cine"]
    window = open_window(in_comfort(chrome, theme=theme), screen)
    corner = window.grab().toImage().pixelColor(4, window.height() - 4)
    expected = {"light": "#ffffff", "dark": "#182028", "high-contrast": "#000000"}[theme]
    assert corner.name() == expected
