"""A proctor's day at the window, against the room's own state machine."""

import threading
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from pocus_desktop.admission.admission import Candidate
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.proctoring.check_in import as_counted
from pocus_desktop.ui.parts.scroll import ScrollColumn
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.proctor import intents
from pocus_desktop.ui.proctor.window import ProctorWindow
from tests.ui.conftest import named
from tests.ui.proctor.conftest import Open, done, settle
from tests.ui.proctor.rooms import DONE, Room, live_room, sitting_of, station_id


def press(inside: QWidget, name: str) -> None:
    button = named(inside, name)
    assert isinstance(button, QAbstractButton)
    button.click()
    settle()


def sheet_of(window: ProctorWindow) -> Sheet:
    (found,) = [one for one in window.findChildren(Sheet) if one.isVisible()]
    return found


def said(inside: QWidget) -> str:
    settle()
    return "\n".join(label.text() for label in inside.findChildren(QLabel) if label.isVisible())


def fill(inside: QWidget, name: str, text: str) -> None:
    field = named(inside, name)
    assert isinstance(field, QLineEdit)
    field.setText(text)


def notice(window: ProctorWindow) -> str:
    settle()
    return "\n".join(one.accessibleName() for one in window.findChildren(QWidget, "notice") if one.isVisible())


class SlowDesk(Room):
    """A desk whose disk does not answer until it is let."""

    def __init__(self, count: int = 0) -> None:
        super().__init__(count)
        self.answers = threading.Event()

    def handle(self, intent: intents.Intent, language: str) -> Explanation | None:
        self.answers.wait()
        return super().handle(intent, language)


def standing(window: ProctorWindow) -> str:
    return window.view.entrants[0].standing


def test_a_slow_disk_holds_no_window_and_a_wish_that_is_said_twice_is_one(open_room: Open, qtbot: QtBot) -> None:
    room = SlowDesk(1)
    room.admit(1)
    window = open_room(room)
    wish = intents.CheckIn("adm_1", "document")
    window.do(wish)
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(QWidget, "notice")))
    assert [one.accessibleName() for one in window.findChildren(QWidget, "notice")] == ["Saving…"]
    window.do(wish)
    window.go_to("room")
    assert standing(window) == "expected", "nothing is shown as done before it is kept"
    room.answers.set()
    settle()
    assert room.told == [wish]
    assert standing(window) == "here"
    assert notice(window) == ""


def test_what_others_wrote_without_a_space_cuts_nothing_off(open_room: Open) -> None:
    room = live_room(3)
    long = sitting_of(2, candidate_name="N" * 90, candidate_id="C" * 60, is_hand_raised=True, hand_note="x" * 200)
    room.report(2, long)
    room.admit(2, candidate=Candidate(id="C" * 60, display_name="N" * 90))
    window = open_room(room, size=(1280, 800))
    window.go_to("room")
    window.room_page.grid.select([station_id(2)])
    settle()
    panel = window.room_page.panel
    assert max(label.minimumSizeHint().width() for label in panel.findChildren(QLabel)) < panel.width()
    window.go_to("check_in")
    row = [one.admission_id for one in window.check_in_page.list_model.entrants].index("adm_2")
    window.check_in_page.table.selectRow(row)
    settle()
    beside = window.check_in_page.findChildren(ScrollColumn)[0]
    assert max(label.minimumSizeHint().width() for label in beside.findChildren(QLabel)) < beside.width()


def test_a_page_opens_at_its_top(open_room: Open) -> None:
    window = open_room(live_room(20), size=(1280, 800))
    for name in ("set_up", "before", "close_out"):
        window.go_to(name)
        settle()
        page = {"set_up": window.set_up_page, "before": window.before_page, "close_out": window.close_out_page}[name]
        assert page.scrolled.verticalScrollBar().value() == 0
    names = [line.end.station for line in window.view.checklist.lines if line.stand == "running"]
    assert names == sorted(names, key=as_counted)


def test_a_day_from_the_door_to_the_lights_out(open_room: Open) -> None:
    room = Room(3)
    for number in (1, 2, 3):
        room.admit(number)
        room.report(number)
    window = open_room(room)

    window.go_to("check_in")
    page = window.check_in_page
    QTest.keyClicks(page.search, "c-20401")
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    settle()
    assert "Maria Álvarez" in said(page)
    press(page, "check-in")
    seat = cast(QComboBox, named(page, "seat"))
    assert [seat.itemText(at) for at in range(seat.count())] == ["Desk 1", "Desk 2", "Desk 3"]
    press(page, "give-seat")
    assert "Sits at Desk 1" in said(page)
    page.search.clear()
    page.table.selectRow(page.list_model.rowCount() - 1)

    window.go_to("room")
    waiting = {"stage": "identity", "times": (), "is_running": False}
    room.report(1, sitting_of(1, **waiting))
    window.refresh()
    grid = window.room_page.grid
    grid.select([station_id(1)])
    press(window, "action:authorise")
    assert "Compare the person with the document" in said(sheet_of(window))
    press(sheet_of(window), "give")
    room.later(1_000)
    assert room.reports[1].sitting is not None
    assert room.reports[1].sitting.stage == "system-check"

    room.report(1, sitting_of(1))
    room.report(2, sitting_of(2))
    window.refresh()
    window.room_page.select_all()
    press(window, "action:pause")
    sheet = sheet_of(window)
    told = said(sheet)
    assert "The clock stands still" in told
    assert "Goes to: Desk 1 (Maria Álvarez); Desk 2 (Jon Park)" in told
    assert "Desk 3: nobody has signed in there." in told
    press(sheet, "give")
    assert sheet.isVisible()
    assert "Give a reason" in said(sheet)
    assert not [one for one in room.told if isinstance(one, intents.GiveOrder) and one.act.kind == "pause"]
    fill(sheet, "reason", "fire  drill")
    press(sheet, "give")
    room.later(1_000)
    window.refresh()
    assert [room.reports[number].sitting.pause for number in (1, 2)] == ["fire drill"] * 2  # type: ignore[union-attr]
    grid.clearSelection()
    settle()
    assert "Pause · Desk 1, Desk 2" in said(window.room_page.panel)
    assert "2 done · fire drill · by Pat Lee" in said(window.room_page.panel)

    window.room_page.select_all()
    press(window, "action:resume")
    press(sheet_of(window), "give")
    room.later(1_000)
    assert room.reports[1].sitting.pause is None

    grid.select([station_id(2)])
    press(window, "action:add-time")
    sheet = sheet_of(window)
    fill(sheet, "minutes", "0")
    fill(sheet, "reason", "the projector fell")
    press(sheet, "give")
    assert "whole minutes" in said(sheet)
    fill(sheet, "minutes", "7")
    press(sheet, "give")
    room.later(1_000)
    window.refresh()
    assert "7 min" in said(window.room_page.panel)

    room.report(2, sitting_of(2, is_hand_raised=True, hand_note="The sound is gone."))
    window.refresh()
    QTest.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert "The sound is gone." in said(window.room_page.panel)
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert room.state.stations[station_id(2)].hand_answered_by == "Pat Lee"
    fill(sheet_of(window), "text", "Use the other headphones.")
    press(sheet_of(window), "give")
    room.later(1_000)
    assert room.reports[2].sitting is not None
    assert not room.reports[2].sitting.is_hand_raised

    window.go_to("close_out")
    assert "Not yet: 2" in named(window, "verdict").accessibleName()
    room.report(1, sitting_of(1, **DONE))
    room.report(
        2,
        sitting_of(
            2,
            **DONE,
        ).model_copy(update={"delivery": "waiting"}),
    )
    window.refresh()
    settle()
    assert "Jon Park: sealed, and only Desk 2 has it." in said(window.close_out_page)
    room.results["a" * 64] = "carried"
    window.refresh()
    settle()
    assert "Everything is safe" in named(window, "verdict").accessibleName()
    assert "Ana Ruiz did not come." in said(window.close_out_page)


def test_an_action_without_a_selection_says_so_and_does_nothing(open_room: Open) -> None:
    room = live_room(5)
    window = open_room(room)
    press(window, "action:end")
    assert "Select a station" in notice(window)
    assert [one for one in window.findChildren(Sheet) if one.isVisible()] == []


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape])
def test_who_goes_back_orders_nothing(open_room: Open, key: Qt.Key) -> None:
    room = live_room(5)
    window = open_room(room)
    window.room_page.select_all()
    press(window, "action:void")
    QTest.keyClick(sheet_of(window), key)
    settle()
    assert room.told == []
    assert room.state.orders == {}


def test_an_order_that_reaches_nobody_cannot_be_given(open_room: Open) -> None:
    room = live_room(5)
    window = open_room(room)
    window.room_page.grid.select([station_id(5)])
    press(window, "action:resume")
    sheet = sheet_of(window)
    assert "It would reach nobody." in "".join(one.accessibleName() for one in sheet.findChildren(QWidget))
    assert sheet.findChild(QWidget, "give") is None


def test_a_silent_station_is_named_before_and_asked_about_after(open_room: Open) -> None:
    room = live_room(5)
    window = open_room(room)
    room.later(6_000, silent={5})
    window.refresh()
    window.room_page.grid.select([station_id(5)])
    press(window, "action:message")
    sheet = sheet_of(window)
    assert "Silent now: Desk 5." in "".join(one.accessibleName() for one in sheet.findChildren(QWidget))
    fill(sheet, "text", "Stay seated.")
    press(sheet, "give")
    room.later(130_000, silent={5})
    window.refresh()
    settle()
    assert "1 not arrived in time" in said(window.room_page.panel)
    press(window.room_page.panel, "order-again")
    assert isinstance(room.told[-1], intents.OrderAgain)
    press(window.room_page.panel, "give-up")
    window.refresh()
    settle()
    assert "1 given up" in said(window.room_page.panel)


def test_a_stranger_waits_until_it_is_let_in(open_room: Open) -> None:
    room = live_room(5)
    room.join(6, is_ours=False)
    window = open_room(room)
    window.room_page.grid.select([station_id(6)])
    settle()
    assert "Not of this room yet" in said(window.room_page.panel)
    press(window.room_page.panel, "let_in")
    assert room.state.stations[station_id(6)].is_in


def test_what_is_refused_is_told_in_words(open_room: Open) -> None:
    room = Room(1)
    room.admit(1)
    window = open_room(room)
    done(window, intents.CheckIn("adm_1", "document"))
    assert not done(window, intents.CheckIn("adm_1", "document"))
    assert "was checked in before" in notice(window)


def test_notes_on_integrity_stand_beside_their_innocent_explanation(open_room: Open) -> None:
    window = open_room(live_room(5))
    window.room_page.grid.select([station_id(5)])
    settle()
    told = said(window.room_page.panel)
    assert "Another window came to the front" in told
    assert told.index("It may be:") < told.index("It can also be:")
    assert "Nothing of this ends a sitting." in told
