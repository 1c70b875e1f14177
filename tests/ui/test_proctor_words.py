"""What the proctor orders, as the candidate sees it: words to be read, a pause, a break, an end."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit

from pocus_desktop.case.items.extended_text import ExtendedTextResponse
from pocus_desktop.sitting.intents import Answer, ConfirmIdentity, SeeWord
from pocus_desktop.sitting.views import ProctorWord, View
from pocus_desktop.ui.candidate.word_area import WordArea
from tests.ui.conftest import OpenWindow, host_of, named, settle
from tests.ui.gallery import LONG_WORD, case_chrome, in_comfort, screens
from tests.ui.test_window import last, press, sheet_of, told

SHORT = ProctorWord(order_id="ord_1", heading="P. Roctor gave you 5 min more", text="Fire alarm")
LONG = ProctorWord(order_id="ord_2", heading="Message from P. Roctor", text=LONG_WORD)
CASE = screens()["13-case-image"][1]


def test_a_word_is_shown_until_it_was_read(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(words=(SHORT,)), CASE)
    assert "P. Roctor gave you 5 min more" in told(window)
    assert "Fire alarm" in told(window)
    press(named(window, "word:ord_1"), "action")
    assert last(window) == SeeWord(order_id="ord_1")
    host_of(window).show(View(chrome=case_chrome(), screen=CASE))
    settle()
    assert not named(window, "proctor-words").isVisible()


def test_a_click_on_it_leaves_the_focus_where_one_works(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(words=(SHORT,)), CASE)
    settle()
    focused = window.focusWidget()
    assert focused is not None
    press(named(window, "word:ord_1"), "action")
    assert window.focusWidget() is focused


def test_the_keyboard_reads_it_and_goes_back_to_work(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(words=(SHORT,)), CASE)
    settle()
    before = window.focusWidget()
    button = named(named(window, "word:ord_1"), "action")
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(button, Qt.Key.Key_Space)
    settle()
    assert last(window) == SeeWord(order_id="ord_1")
    assert window.focusWidget() is before


def test_a_long_word_is_read_on_a_sheet(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(words=(LONG,)), CASE)
    assert LONG_WORD not in told(window)
    press(named(window, "word:ord_2"), "action")
    sheet = sheet_of(window)
    assert LONG_WORD in told(sheet)
    press(sheet, "later")
    assert SeeWord(order_id="ord_2") not in host_of(window).intents
    press(named(window, "word:ord_2"), "action")
    press(sheet_of(window), "read")
    assert last(window) == SeeWord(order_id="ord_2")


@pytest.mark.parametrize(("percent", "count"), [(100, 2), (200, 1)])
def test_no_more_are_shown_at_once_than_leave_room_for_the_case(
    open_window: OpenWindow, percent: int, count: int
) -> None:
    several = tuple(replace(SHORT, order_id=f"ord_{number}") for number in range(5))
    window = open_window(in_comfort(case_chrome(words=several), text_percent=percent), CASE)
    (area,) = window.findChildren(WordArea)
    assert [word.order_id for word in area.shown] == [f"ord_{number}" for number in range(count)]


def test_a_word_is_said_to_screen_readers_once(open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(
        "pocus_desktop.ui.candidate.word_area.announce", lambda _widget, text, **_how: said.append(text)
    )
    window = open_window(case_chrome(words=(SHORT,)), CASE)
    host_of(window).show(View(chrome=case_chrome(words=(SHORT, LONG)), screen=CASE))
    settle()
    assert said == [f"{SHORT.heading}: {SHORT.text}", f"{LONG.heading}: {LONG.text}"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("01-let-begin", ("The proctor has let you begin. Confirm that this is you.",)),
        ("21-paused-by", ("P. Roctor paused the sitting: Fire alarm in the building",)),
        ("21-break-given", ("P. Roctor gave you a break: Unwell", "7:12 of the break left")),
        ("21-break-given-running", ("P. Roctor gave you a break: Unwell", "The clock of the assessment runs on.")),
        ("31-ended", ("Ended by the proctor", "P. Roctor ended this sitting: Unwell, goes home")),
        ("31-void", ("Declared void", "P. Roctor declared this sitting void: Another person sat here")),
        ("35-void", ("The sitting was declared void.",)),
    ],
)
def test_each_screen_says_who_and_why(open_window: OpenWindow, name: str, words: tuple[str, ...]) -> None:
    chrome, screen = screens()[name]
    shown = told(open_window(chrome, screen))
    assert [word for word in words if word not in shown] == []


def test_a_break_of_the_proctors_leads_back_to_the_case(open_window: OpenWindow) -> None:
    window = open_window(*screens()["21-break-given"])
    assert named(window, "primary").accessibleName() == "Go on with the case"
    window = open_window(*screens()["21-break"])
    assert named(window, "primary").accessibleName() == "Go on with the next case"


def test_who_is_let_begin_is_asked_for_no_code(open_window: OpenWindow) -> None:
    window = open_window(*screens()["01-identity"])
    assert named(window, "start-code").isVisible()
    host_of(window).show(View(chrome=screens()["01-let-begin"][0], screen=screens()["01-let-begin"][1]))
    settle()
    assert not named(window, "start-code").isVisible()
    assert named(window, "authorised").isVisible()


def test_what_is_being_typed_is_handed_in_when_an_order_asks_for_it(open_window: OpenWindow) -> None:
    window = open_window(*screens()["14-case-patient"])
    (field,) = window.findChildren(QPlainTextEdit)
    QTest.keyClicks(field, "More words.")
    assert not [one for one in host_of(window).intents if isinstance(one, Answer)]
    asked = []
    ask = host_of(window).ask_typed
    assert ask is not None
    ask(lambda: asked.append("done"))
    settle()
    assert asked == ["done"]
    sent = last(window)
    assert isinstance(sent, Answer)
    assert isinstance(sent.response, ExtendedTextResponse)
    assert "More words." in sent.response.text
    window.close()
    ask(lambda: asked.append("closed"))
    assert asked == ["done", "closed"]


def test_who_confirms_before_the_proctors_word_came_is_told_to_wait_and_tries_no_code(open_window: OpenWindow) -> None:
    window = open_window(*screens()["01-identity"])
    assert not named(window, "awaited").isVisible()
    press(window, "primary")
    assert host_of(window).intents == []
    assert named(window, "awaited").isVisible()
    host_of(window).show(View(chrome=screens()["01-let-begin"][0], screen=screens()["01-let-begin"][1]))
    settle()
    assert not named(window, "awaited").isVisible()
    press(window, "primary")
    assert last(window) == ConfirmIdentity(start_code="")
