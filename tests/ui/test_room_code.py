"""One-time codes on the candidate's screens: where they are asked for, by keyboard alone, in every size."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from pocus_desktop.admission.room_code import Challenge, Purpose
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.sitting.intents import ConfirmIdentity, UseCode
from pocus_desktop.sitting.views import Chrome, IdentityView, PausedView, Screen, View
from pocus_desktop.ui.candidate.code_sheet import CodeSheet
from pocus_desktop.ui.candidate.window import CandidateWindow
from pocus_desktop.ui.parts.scroll import ScrollColumn
from tests.ui.conftest import OpenWindow, host_of, named, settle
from tests.ui.gallery import CHROME, case, case_chrome, in_comfort, item_state

IDENTITY = IdentityView(
    name="Maria Álvarez",
    candidate_id="C-20417",
    assessment_title="Lower-extremity DVT",
    needs_start_code=True,
    languages=("en", "es"),
)
PAUSED = PausedView(reason=Explanation(what="The proctor paused the sitting.", next="Wait."), can_resume=False)


def ask(*wanted: tuple[Purpose, int], number: int = 3) -> tuple[Challenge, ...]:
    """Challenges as a sitting shows them."""
    return tuple(
        Challenge(purpose=purpose, minutes=minutes, number=number, admission_digest="ab" * 32)
        for purpose, minutes in wanted
    )


TIME = ask(("time", 5), ("time", 10), ("time", 15), ("move", 0))


@pytest.fixture
def show(open_window: OpenWindow) -> Callable[..., CandidateWindow]:
    """Opens a window with challenges."""

    def make(chrome: Chrome, screen: Screen, challenges: tuple[Challenge, ...], **more: object) -> CandidateWindow:
        window = open_window(chrome, screen, **more)
        host_of(window).show(View(chrome=chrome, screen=screen, challenges=challenges))
        settle()
        return window

    return make


def sheet_of(window: CandidateWindow) -> CodeSheet:
    (found,) = window.findChildren(CodeSheet)
    return found


def text_of(inside: QWidget, name: str) -> str:
    label = named(inside, name)
    assert isinstance(label, QLabel)
    return label.text()


Show = Callable[..., CandidateWindow]


def test_where_no_codes_are_taken_the_start_code_is_typed_where_the_proctor_paused(show: Show) -> None:
    window = show(CHROME, replace(PAUSED, asks_start_code=True), ())
    field = named(window, "start-code")
    assert isinstance(field, QLineEdit)
    assert field.isVisible()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not [one for one in host_of(window).intents if isinstance(one, ConfirmIdentity)]
    QTest.keyClicks(field, "4711")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert [one for one in host_of(window).intents if isinstance(one, ConfirmIdentity)] == [
        ConfirmIdentity(start_code="4711")
    ]
    host_of(window).show(View(chrome=CHROME, screen=PAUSED, challenges=()))
    settle()
    assert not field.isVisible()


def test_who_was_away_is_told_what_opens_it_at_this_station(show: Show) -> None:
    barred = replace(IDENTITY, is_back=True)
    window = show(CHROME, barred, ())
    texts = " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())
    assert "types the start code" in texts
    assert "not enough here" not in texts
    host_of(window).show(View(chrome=CHROME, screen=barred, challenges=ask(("unlock", 0))))
    settle()
    texts = " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())
    assert "not enough here" in texts


def test_by_keyboard_alone_a_code_from_the_book_gives_ten_minutes(show: Show) -> None:
    window = show(case_chrome(), case(item_state("risks", 1)), TIME)
    QTest.keyClick(named(window, "room-code-ask"), Qt.Key.Key_Space)
    settle()
    sheet = sheet_of(window)
    assert text_of(sheet, "challenge") == TIME[0].shown
    first = named(sheet, "code-for:time:5")
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Down)
    assert text_of(sheet, "challenge") == TIME[1].shown
    code, start = named(sheet, "room-code"), named(sheet, "room-start-code")
    QTest.keyClicks(code, "1234-5678")
    QTest.keyClicks(start, "4711")
    QTest.keyClick(start, Qt.Key.Key_Return)
    settle()
    assert host_of(window).intents == [UseCode(purpose="time", minutes=10, code="12345678", start_code="4711")]


def test_what_is_no_code_is_told_on_the_sheet_and_costs_no_try(show: Show) -> None:
    window = show(case_chrome(), case(item_state("risks", 1)), TIME)
    named(window, "room-code-ask").click()  # type: ignore[attr-defined]  # a button
    sheet = sheet_of(window)
    for typed in ("", "1234567", "123456789", "١٢٣٤٥٦٧٨"[:7] + "x"):
        named(sheet, "room-code").setText(typed)  # type: ignore[attr-defined]  # a field
        QTest.keyClick(named(sheet, "use-code"), Qt.Key.Key_Space)
        assert named(sheet, "code-problem").isVisible()
    assert host_of(window).intents == []
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    settle()
    assert window.findChildren(CodeSheet) == []
    assert host_of(window).intents == []


def test_a_barred_sitting_says_why_and_asks_for_the_code_only(show: Show) -> None:
    window = show(CHROME, IDENTITY, ask(("unlock", 0), ("move", 0)))
    assert not named(window, "start-code").isVisible()
    said = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    assert any("away for longer" in text for text in said)
    named(window, "primary").click()  # type: ignore[attr-defined]  # a button
    assert text_of(sheet_of(window), "challenge") == ask(("unlock", 0))[0].shown
    sheet_of(window).reject()
    settle()
    assert host_of(window).intents == []


def test_who_has_a_start_code_begins_with_it_and_who_has_none_by_a_code(show: Show) -> None:
    window = show(CHROME, IDENTITY, ask(("start", 0)))
    field = named(window, "start-code")
    assert isinstance(field, QLineEdit)
    field.setText("4711")
    named(window, "primary").click()  # type: ignore[attr-defined]  # a button
    assert host_of(window).intents == [ConfirmIdentity(start_code="4711")]
    named(window.screen_shown, "room-code").click()  # type: ignore[attr-defined]  # a button
    sheet_of(window).reject()
    settle()


@pytest.mark.parametrize(("screen", "challenges"), [(IDENTITY, ()), (PAUSED, ())])
def test_where_no_code_could_do_anything_none_is_asked_for(show: Show, screen: Screen, challenges: tuple[()]) -> None:
    window = show(CHROME, screen, challenges)
    for name in ("room-code", "room-code-ask"):
        assert not named(window, name).isVisible()


def test_a_pause_of_the_proctor_ends_by_a_code(show: Show) -> None:
    window = show(case_chrome(), PAUSED, ask(("resume", 0), ("move", 0)))
    named(window.screen_shown, "room-code").click()  # type: ignore[attr-defined]  # a button
    assert text_of(sheet_of(window), "challenge") == ask(("resume", 0))[0].shown
    sheet_of(window).reject()
    settle()


@pytest.mark.parametrize(
    ("size", "language", "percent"),
    [
        ((1280, 800), "en", 100),
        ((1024, 700), "es", 200),
        ((1024, 700), "qps-ploc", 150),
        ((1280, 800), "qps-plocm", 100),
    ],
)
def test_the_sheet_is_whole_in_every_look_and_spoken_digit_by_digit(
    show: Show, size: tuple[int, int], language: str, percent: int
) -> None:
    chrome = in_comfort(case_chrome(), language=language, text_percent=percent)
    window = show(chrome, case(item_state("risks", 1)), TIME, size=size)
    named(window, "room-code-ask").click()  # type: ignore[attr-defined]  # a button
    settle()
    sheet = sheet_of(window)
    (area,) = sheet.findChildren(ScrollColumn)
    assert area.inside.width() <= area.viewport().width()
    nameless = [
        widget.objectName()
        for widget in sheet.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name).strip()
    ]
    assert nameless == []
    assert named(sheet, "challenge").accessibleName() == " ".join(TIME[0].digits)
    sheet.reject()
    settle()


def test_numbers_go_on_while_the_window_stays_open(show: Show) -> None:
    chrome, screen = case_chrome(), case(item_state("risks", 1))
    window = show(chrome, screen, TIME)
    later = tuple(replace(one, number=4) for one in TIME)
    host_of(window).show(View(chrome=chrome, screen=screen, challenges=later))
    settle()
    named(window, "room-code-ask").click()  # type: ignore[attr-defined]  # a button
    assert text_of(sheet_of(window), "challenge") == later[0].shown
    sheet_of(window).reject()
    settle()
