"""The whole way by keyboard alone: every control is reached, seen and worked without a mouse."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QRadioButton, QScrollArea, QWidget

from pocus_desktop.sitting.intents import (
    AcceptAgreement,
    AnswerSurvey,
    ConfirmIdentity,
    FinishComfort,
    FinishTutorial,
    GoNext,
    HandIn,
    PassSystemCheck,
    Resume,
    StartCase,
)
from pocus_desktop.sitting.views import ReviewView
from pocus_desktop.ui.candidate.stage.patient_panel import PatientPanel
from pocus_desktop.ui.candidate.window import CandidateWindow
from pocus_desktop.ui.parts.focus_ring import FocusRing
from pocus_desktop.ui.parts.scroll import ScrollColumn
from pocus_desktop.ui.parts.sheet import Sheet
from tests.ui.conftest import OpenWindow, host_of, settle
from tests.ui.gallery import in_comfort, screens
from tests.ui.test_every_screen import focusable

ALL = screens()
MOST_TABS = 80


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert isinstance(widget, QWidget), "nothing has the focus"
    return widget


def tab_to(name: str) -> QWidget:
    for _ in range(MOST_TABS):
        if focused().objectName() == name:
            return focused()
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
    raise AssertionError(f"Tab never reaches {name}")


def stops(window: CandidateWindow) -> list[QWidget]:
    """What Tab visits, once around."""
    found: list[QWidget] = []
    for _ in range(MOST_TABS):
        here = focused()
        if here in found:
            break
        found.append(here)
        QTest.keyClick(here, Qt.Key.Key_Tab)
    return found


def is_reached(widget: QWidget, found: Sequence[QWidget]) -> bool:
    """Tab stops at a radio group once; arrow keys go on from there."""
    if widget in found:
        return True
    if isinstance(widget, QRadioButton) and widget.group() is not None:
        return any(button in found for button in widget.group().buttons())
    if isinstance(widget, QAbstractButton) and widget.autoExclusive():
        return any(isinstance(stop, QAbstractButton) and stop.parent() is widget.parent() for stop in found)
    return False


@pytest.mark.parametrize("name", ALL)
def test_tab_reaches_every_control_and_the_ring_stands_around_it(open_window: OpenWindow, name: str) -> None:
    window = open_window(*ALL[name])
    if not focusable(window):
        return
    wanted = focusable(window)
    found = stops(window)
    missed = [f"{type(w).__name__} {w.objectName()}" for w in wanted if not is_reached(w, found)]
    assert missed == []
    ring = window.findChild(FocusRing)
    assert isinstance(ring, FocusRing)
    for widget in found:
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        settle()
        assert ring.target is widget
        assert ring.isVisible()
        around = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
        assert ring.geometry().intersects(around)
        assert_in_sight(widget)


def assert_in_sight(widget: QWidget) -> None:
    at = widget.parentWidget()
    while at is not None:
        if isinstance(at, QScrollArea):
            view = at.viewport()
            place = QRect(widget.mapTo(view, QPoint(0, 0)), widget.size())
            seen = view.rect().intersected(place)
            least = min(widget.height(), view.height() // 2)
            assert seen.height() >= least - 1, f"{widget.objectName()} is scrolled out of sight"
            return
        at = at.parentWidget()


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast"])
def test_the_focus_can_be_seen(open_window: OpenWindow, theme: str) -> None:
    chrome, screen = ALL["06-ready"]
    window = open_window(chrome, screen)
    primary = tab_to("primary")
    with_ring = window.grab().toImage()
    ring = window.findChild(FocusRing)
    assert isinstance(ring, FocusRing)
    ring.hide()
    without = window.grab().toImage()
    around = QRect(primary.mapTo(window, QPoint(0, 0)), primary.size()).adjusted(-3, -3, 3, 3)
    changed = sum(
        with_ring.pixel(x, y) != without.pixel(x, y)
        for x in range(around.left(), around.right() + 1)
        for y in (around.top(), around.top() + 1, around.bottom() - 1, around.bottom())
    )
    assert changed > around.width()


@pytest.mark.parametrize(
    ("name", "keys", "expected"),
    [
        pytest.param("06-ready", ["primary"], StartCase, id="ready"),
        pytest.param("04-comfort", ["primary"], FinishComfort, id="comfort"),
        pytest.param("02-system-check", ["primary"], PassSystemCheck, id="system check"),
        pytest.param("03-agreement", ["accept", "primary"], AcceptAgreement, id="agreement"),
        pytest.param("05-tutorial", ["skip"], FinishTutorial, id="tutorial"),
        pytest.param("13-case-image", ["primary"], GoNext, id="case"),
        pytest.param("20-review", ["primary", "hand-in"], HandIn, id="hand in"),
        pytest.param("22-stopped", ["primary"], Resume, id="stopped"),
        pytest.param("31-receipt", ["primary"], GoNext, id="receipt"),
        pytest.param("32-survey", ["primary"], AnswerSurvey, id="survey"),
    ],
)
def test_the_way_on_is_a_matter_of_tab_and_space(
    open_window: OpenWindow, name: str, keys: list[str], expected: type
) -> None:
    window = open_window(*ALL[name])
    for key in keys:
        QTest.keyClick(tab_to(key), Qt.Key.Key_Space)
        settle()
    assert isinstance(host_of(window).intents[-1], expected)


def test_the_start_code_is_typed_and_given_by_keyboard(open_window: OpenWindow) -> None:
    window = open_window(*ALL["01-identity"])
    QTest.keyClick(tab_to("primary"), Qt.Key.Key_Space)
    settle()
    assert host_of(window).intents == [], "without a code the proctor's word is still to come"
    QTest.keyClicks(tab_to("start-code"), "K7M2")
    QTest.keyClick(tab_to("primary"), Qt.Key.Key_Space)
    settle()
    assert host_of(window).intents[-1] == ConfirmIdentity(start_code="K7M2")


def test_a_question_keeps_the_focus_inside(open_window: OpenWindow) -> None:
    window = open_window(*ALL["20-review"])
    QTest.keyClick(tab_to("primary"), Qt.Key.Key_Space)
    settle()
    (sheet,) = [sheet for sheet in window.findChildren(Sheet) if sheet.isVisible()]
    for _ in range(6):
        assert sheet.isAncestorOf(focused())
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
    QTest.keyClick(focused(), Qt.Key.Key_Escape)
    settle()


def test_f6_changes_between_stage_and_questions(open_window: OpenWindow) -> None:
    window = open_window(*ALL["10-case-clip"])
    assert focused().objectName() == "play"
    QTest.keyClick(focused(), Qt.Key.Key_F6)
    assert focused().objectName() in ("flag:risks", "choice:flight")
    QTest.keyClick(focused(), Qt.Key.Key_F6)
    assert focused().objectName() in ("play", "tab:arrival")
    assert window.isVisible()


def test_a_page_without_controls_is_scrolled_by_keyboard(open_window: OpenWindow) -> None:
    chrome, screen = ALL["20-review"]
    assert isinstance(screen, ReviewView)
    lines = tuple(replace(screen.lines[0], number=at, item=f"item-{at}", can_return=False) for at in range(1, 21))
    window = open_window(chrome, ReviewView(lines=lines))
    page = window.screen_shown.findChildren(ScrollColumn)[0]
    assert page in stops(window)
    page.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(focused(), Qt.Key.Key_PageDown)
    assert page.verticalScrollBar().value() > 0


def test_a_long_history_of_the_patient_is_scrolled_by_keyboard(open_window: OpenWindow) -> None:
    chrome, screen = ALL["14-case-patient"]
    window = open_window(in_comfort(chrome, text_percent=150), screen)
    QTest.keyClick(focused(), Qt.Key.Key_F6)
    column = focused()
    assert isinstance(column, ScrollColumn)
    assert window.findChildren(PatientPanel)[0].isAncestorOf(column)
    QTest.keyClick(column, Qt.Key.Key_Down)
    assert column.verticalScrollBar().value() > 0


def test_what_needs_no_scrolling_is_no_stop_of_the_tab_key(open_window: OpenWindow) -> None:
    window = open_window(*ALL["33-farewell"])
    assert not any(isinstance(stop, ScrollColumn) for stop in stops(window))
