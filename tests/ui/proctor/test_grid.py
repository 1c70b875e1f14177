"""The grid: worst first, narrowed without hiding anyone who waits, and steady while everything runs."""

import pytest
from PySide6.QtCore import QChildEvent, QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from pocus_desktop.proctoring import events
from pocus_desktop.ui.proctor.grid import narrowed
from pocus_desktop.ui.proctor.rows import COLUMNS, LEVELS
from pocus_desktop.ui.proctor.telling import RowTelling
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.tokens import THEMES
from pocus_desktop.ui.words import Words
from tests.ui.proctor.conftest import Open, settle
from tests.ui.proctor.rooms import live_room, sitting_of, station_id


def names(window: object) -> list[str]:
    return [row.name for row in window.room_page.grid.grid_model.rows]  # type: ignore[attr-defined]


def test_the_worst_stands_first_and_every_state_is_a_sentence(open_room: Open) -> None:
    window = open_room(live_room(20))
    rows = window.room_page.grid.grid_model.rows
    places = [LEVELS.index(row.level) for row in rows]
    assert places == sorted(places)
    assert rows[0].cells[1].text.startswith("The disk refuses answers")
    assert all(row.cells[1].text.strip() for row in rows)
    assert len(rows) == 20


@pytest.mark.parametrize("only", ["all", "needs", "running", "idle", "done"])
def test_no_filter_hides_who_waits(only: str) -> None:
    room = live_room(60)
    room.give(
        events.IncidentFiled(
            reference="K7-1",
            category="technical",
            told="A projector fell.",
            stations=(station_id(1),),
            who="P.",
            **room.at(),
        )
    )
    rows = tuple(map(RowTelling(Words("en")).row, room.view("en").room.rows))
    shown, held = narrowed(rows, only=only, words=["nobody", "is", "called", "so"])  # type: ignore[arg-type]
    waiting = {row.name for row in rows if row.level in {"lost", "asks"}}
    assert {row.name for row in shown} == waiting | {"Desk 1"}
    assert held == len(waiting) + 1


def test_a_search_narrows_the_rest_and_says_what_stays(open_room: Open) -> None:
    window = open_room(live_room(20))
    QTest.keyClicks(window.room_page.search, "desk 12")
    assert names(window)[-1] == "Desk 12"
    assert len(names(window)) == 6
    assert window.room_page.held.text().endswith(": 5.")
    window.room_page.search.clear()
    assert len(names(window)) == 20
    assert not window.room_page.held.isVisible()


def test_a_selection_stays_with_its_stations_while_rows_move(open_room: Open) -> None:
    room = live_room(20)
    window = open_room(room)
    page = window.room_page
    page.grid.select([station_id(4), station_id(20)])
    assert page.selected == (station_id(4), station_id(20))
    room.report(20, sitting_of(20, saved="failed"))
    window.refresh()
    assert names(window)[:2] == ["Desk 3", "Desk 20"]
    assert page.selected == (station_id(20), station_id(4))
    page.only.setCurrentIndex(page.only.findData("needs"))
    assert list(page.selected) == [station_id(20)]


class Births(QObject):
    """Counts widgets that come into the window."""

    def __init__(self) -> None:
        super().__init__()
        self.born: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.ChildAdded:
            assert isinstance(event, QChildEvent)
            if not isinstance(event.child(), QWidget):  # a style animates scroll bars
                return False
            self.born.append(f"{type(event.child()).__name__} in {watched.objectName() or type(watched).__name__}")
        return super().eventFilter(watched, event)


def test_reports_make_no_widget(open_room: Open) -> None:
    room = live_room(60)
    window = open_room(room)
    window.room_page.grid.select([station_id(4)])
    window.refresh()
    births = Births()
    for widget in window.findChildren(QWidget):
        widget.installEventFilter(births)
    before = window.room_page.grid.grid_model.rows
    for _ in range(5):
        room.later(1_000)
        window.refresh()
        settle()
    assert births.born == []
    assert window.room_page.grid.grid_model.rows != before


def test_only_what_changed_is_told_to_the_view(open_room: Open, qtbot: QtBot) -> None:
    room = live_room(5)
    window = open_room(room)
    model = window.room_page.grid.grid_model
    changed: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, _last: changed.append((first.row(), first.column())))
    window.refresh()
    assert changed == []
    room.report(5, sitting_of(5, step_number=9, notes=room.reports[5].sitting.notes))  # type: ignore[union-attr]
    window.refresh()
    assert changed == [(model.row_of(station_id(5)), COLUMNS.index("step"))]


def test_a_screen_reader_gets_the_whole_row_with_its_first_cell(open_room: Open) -> None:
    window = open_room(live_room(20))
    model = window.room_page.grid.grid_model
    said = model.data(model.index(1, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith("Desk 1. Needs you. Maria Álvarez. A hand is raised. There is no sound")
    assert "minutes" in said
    saved = model.data(model.index(0, COLUMNS.index("saved")), Qt.ItemDataRole.AccessibleTextRole)
    assert saved.startswith("Last saved: Not saved since")
    told = QAccessible.queryAccessibleInterface(window.room_page.seats).text(QAccessible.Text.Name)
    assert told.startswith("Stations: 20, of which 10 want a look")


def test_the_keyboard_goes_to_the_worst_and_on_to_the_next(open_room: Open) -> None:
    window = open_room(live_room(20))
    page = window.room_page
    assert page.grid.hasFocus()
    for expected in ("Desk 3", "Desk 1", "Desk 5"):
        QTest.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
        assert page.selected == (station_id(int(expected.split()[1])),)
    QTest.keyClick(page.grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(page.selected) == 20
    QTest.keyClick(page.grid, Qt.Key.Key_Escape)
    assert page.selected == ()
    QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.search.hasFocus()


def test_a_tile_goes_to_its_station_also_behind_a_filter(open_room: Open) -> None:
    window = open_room(live_room(60))
    page = window.room_page
    QTest.keyClicks(page.search, "desk 12")
    settle()
    place = page.seats.place_of(station_id(56))
    QTest.mouseClick(page.seats, Qt.MouseButton.LeftButton, pos=place.center())
    assert page.selected == (station_id(56),)
    assert page.search.text() == ""


def test_every_tile_and_row_is_painted_in_the_look_in_force(open_room: Open) -> None:
    page = open_room(live_room(5)).room_page
    for theme in THEMES:
        look.wear(look.Look(theme=theme))
        settle()
        lost = page.seats.place_of(station_id(2))
        ground = page.seats.grab().toImage().pixelColor(lost.left() + 4, lost.center().y())
        assert ground.name() == look.current().colour("danger").name()
        bar = page.grid.viewport().grab().toImage().pixelColor(1, page.grid.rowHeight(0) // 2)
        assert bar.name() == look.current().colour("danger").name()


def test_from_right_to_left_the_first_column_stands_at_the_right(open_room: Open) -> None:
    window = open_room(live_room(5), language="qps-plocm")
    page = window.room_page
    grid = page.grid
    assert grid.columnViewportPosition(0) > grid.columnViewportPosition(len(COLUMNS) - 1)
    assert page.panel.x() < grid.mapTo(window, grid.rect().topLeft()).x()
    first, last = page.seats.place_of(station_id(1)), page.seats.place_of(station_id(5))
    assert first.x() > last.x()


HOSTILE = "<b>bold</b> \u202egnihton\nline two"


def test_what_others_wrote_is_shown_and_steers_nothing(open_room: Open) -> None:
    room = live_room(5)
    room.report(4, sitting_of(4, is_hand_raised=True, hand_note=HOSTILE, candidate_name=HOSTILE))
    window = open_room(room)
    page = window.room_page
    page.grid.select([station_id(4)])
    settle()
    place = page.grid.grid_model.row_of(station_id(4))
    assert place is not None
    row = page.grid.grid_model.rows[place]
    shown = [row.spoken, *(cell.text for cell in row.cells)]
    shown += [label.text() for label in page.panel.findChildren(QLabel)]
    assert any("<b>bold</b>" in text for text in shown)
    assert [text for text in shown if "\u202e" in text or "\n" in text] == []
    told = [label for label in page.panel.findChildren(QLabel) if label.text()]
    assert [label.text() for label in told if label.textFormat() is not Qt.TextFormat.PlainText] == []
    tip = QTextDocument()
    tip.setHtml(page.seats.tip(station_id(4)))
    assert "<b>bold</b>" in tip.toPlainText()
