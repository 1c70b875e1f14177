"""Beside the grid: one station with its history, or whom a selection names, or the record of the room."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pocus_desktop.appeals.plain import plain
from pocus_desktop.kernel import words
from pocus_desktop.proctoring.record import RecordLine
from pocus_desktop.proctoring.view import RoomRow, RoomView
from pocus_desktop.sitting.integrity.telling import tell
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label, breakable
from pocus_desktop.ui.parts.scroll import ScrollColumn
from pocus_desktop.ui.proctor.intents import GiveUp, LetIn, OrderAgain, PutOut
from pocus_desktop.ui.proctor.rows import COLUMNS, ROLES, GridRow, Level
from pocus_desktop.ui.proctor.telling import level_of, sign_of
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

_FACTS: Final = tuple(name for name in COLUMNS if name not in {"station", "state", "candidate"})
_MOST_LINES: Final = 40


class SidePanel(QFrame):
    """Built anew only when what it lists is another; figures that run change in place.

    Args:
        say: The words of the window.
        parent: The owner.

    Signals:
        intended: An intent.
    """

    intended = Signal(object)

    def __init__(self, say: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = say
        self._formats = Formats(say)
        self._shown: object = None
        self._facts: dict[str, Label] = {}
        self._marks: tuple[Label, ...] = ()
        self.setProperty("part", "drawer")
        self.setObjectName("side-panel")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._scroll = ScrollColumn(say("console.panel"))
        self._column = self._scroll.column
        edge = look.current().space("base")
        self._column.setContentsMargins(edge, edge, edge, edge)
        self._column.setSpacing(look.current().space("tight"))
        column.addWidget(self._scroll)

    def show_station(self, row: RoomRow, painted: GridRow, record: Sequence[RecordLine]) -> None:
        """One station."""
        own = tuple(line for line in record if row.name in line.stations)
        lasting = (row.station_id, row.name, row.candidate_id, row.candidate_name, row.is_in, row.notes, row.orders)
        key = (*lasting, tuple(mark.code for mark in row.marks), row.state_told, row.lost_ms, own)
        if key != self._shown:
            self._begin(key)
            self._head(plain(row.name), plain(self._who(row)))
            self._marks = tuple(self._add_mark(sign_of(mark), level_of(mark), plain(mark.told)) for mark in row.marks)
            self._column.addWidget(Label(self._words("console.now", state=plain(row.state_told))))
            self._add_facts()
            self._add_standing(row)
            self._add_notes(row)
            self._add_orders(row, own)
            self._column.addStretch(1)
        for label, mark in zip(self._marks, row.marks, strict=True):
            told = breakable(plain(mark.told))
            if label.text() != told:
                label.setText(told)
        for name, label in self._facts.items():
            cell = painted.cells[COLUMNS.index(name)]
            said = breakable(cell.spoken or cell.text)
            if label.text() != said:
                label.setText(said)

    def show_several(self, rows: Sequence[GridRow]) -> None:
        """Whom a selection names, and where each stands."""
        key = ("several", tuple((row.station_id, row.cells[1].text, row.level) for row in rows))
        if key == self._shown:
            return
        self._begin(key)
        self._head(self._words("console.several", count=self._formats.number(len(rows))), "")
        for row in rows[:_MOST_LINES]:
            self._add_mark(row.icon, row.level, f"{row.name} · {row.cells[1].text}")
        self._column.addStretch(1)

    def show_room(self, view: RoomView, record: Sequence[RecordLine], *, silent_consoles: int = 0) -> None:
        """What was ordered in this room."""
        key = ("room", view.headline, view.consoles, silent_consoles, tuple(record[:_MOST_LINES]))
        if key == self._shown:
            return
        self._begin(key)
        self._head(self._words("console.record"), view.headline if view.rows else self._words("console.no_stations"))
        if view.consoles:
            self._column.addWidget(Label(self._words("console.other_consoles", count=view.consoles), scale="fine"))
        if silent_consoles:
            said = self._words("console.silent_consoles", count=silent_consoles)
            self._column.addWidget(Label(said, scale="fine", tone="warning"))
        if not record:
            self._column.addWidget(Label(self._words("console.record_empty"), tone="muted"))
        for line in record[:_MOST_LINES]:
            self._add_line(line, has_stations=True)
        self._column.addStretch(1)

    def _who(self, row: RoomRow) -> str:
        if not row.candidate_id:
            return self._words("console.nobody")
        if not row.candidate_name:
            return row.candidate_id
        return self._words("chrome.candidate", name=row.candidate_name, candidate_id=row.candidate_id)

    def _begin(self, key: object) -> None:
        self._shown = key
        self._facts = {}
        self._marks = ()
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _head(self, title: str, more: str) -> None:
        heading = Label(breakable(title), scale="title")
        heading.setObjectName("panel-heading")
        self._column.addWidget(heading)
        if more:
            self._column.addWidget(Label(breakable(more), tone="muted"))

    def _add_mark(self, icon: str, level: Level, told: str) -> Label:
        held = QWidget()
        line = QHBoxLayout(held)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(look.current().space("tight"))
        line.addWidget(IconLabel(icon, role=ROLES[level]), 0, Qt.AlignmentFlag.AlignTop)
        label = Label(breakable(told), weight="medium")
        line.addWidget(label, 1)
        self._column.addWidget(held)
        return label

    def _add_facts(self) -> None:
        held = QWidget()
        facts = QFormLayout(held)
        facts.setContentsMargins(0, look.current().space("tight"), 0, look.current().space("tight"))
        facts.setHorizontalSpacing(look.current().space("snug"))
        facts.setVerticalSpacing(look.current().space("hair"))
        facts.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        facts.setLabelAlignment(Qt.AlignmentFlag.AlignLeading)
        for name in _FACTS:
            title = self._words(f"console.column.{name}")
            value = Label("", scale="fine", is_tabular=True)
            value.setObjectName(f"fact:{name}")
            facts.addRow(Label(title, scale="fine", tone="muted", wraps=False), value)
            self._facts[name] = value
        self._column.addWidget(held)

    def _add_standing(self, row: RoomRow) -> None:
        """What is lost and credited; and, for a station that is not of the room, the way in."""
        if row.lost_ms:
            lost, credited = (self._formats.spoken(ms) for ms in (row.lost_ms, row.credited_ms))
            self._column.addWidget(Label(self._words("console.lost", lost=lost, credited=credited), scale="fine"))
        name, intent = ("put_out", PutOut((row.station_id,))) if row.is_in else ("let_in", LetIn((row.station_id,)))
        if not row.is_in or not row.candidate_id:
            button = Button(
                self._words(f"console.{name}"), icon_name="log-in", kind="quiet" if row.is_in else "secondary"
            )
            button.setObjectName(name)
            button.clicked.connect(lambda: self.intended.emit(intent))
            self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeading)

    def _add_notes(self, row: RoomRow) -> None:
        if not row.notes:
            return
        self._column.addWidget(Label(self._words("console.notes"), weight="strong"))
        self._column.addWidget(Label(self._words("console.notes_lead"), scale="fine", tone="muted"))
        for note in reversed(row.notes[-_MOST_LINES:]):
            told = tell(note.what, note.detail, self._words.language)
            time = self._formats.time_of_day(note.at_ms)
            said = self._words("console.note_line", time=time, what=plain(told.what))
            self._column.addWidget(Label(breakable(said), weight="medium"))
            for key, text in (("innocent", told.innocent), ("other", told.other)):
                self._column.addWidget(
                    Label(breakable(words.say(f"integrity.{key}", self._words.language, text=text)), scale="fine")
                )

    def _add_orders(self, row: RoomRow, own: Sequence[RecordLine]) -> None:
        foreign = [line for line in row.orders if not line.is_ours]
        if not own and not foreign:
            return
        self._column.addWidget(Label(self._words("console.history"), weight="strong"))
        for line in own[:_MOST_LINES]:
            self._add_line(line, has_stations=len(line.stations) > 1)
        for order in reversed(foreign[-_MOST_LINES:]):
            said = self._words("console.of_other_console", told=order.told, who=order.who or "?")
            self._column.addWidget(Label(said, scale="fine"))

    def _add_line(self, line: RecordLine, *, has_stations: bool) -> None:
        say = self._words
        time = self._formats.time_of_day(line.wall_ms)
        whom = ", ".join(line.stations) if has_stations and len(line.stations) <= 4 else ""
        if has_stations and not whom:
            whom = say("console.station_count", count=len(line.stations))
        said = " · ".join(one for one in (time, line.told, line.detail, whom) if one)
        self._column.addWidget(Label(breakable(plain(said)), weight="medium", is_tabular=True))
        more = say("console.by", who=line.who)
        told = " · ".join(one for one in (line.outcome, line.reason, more) if one)
        tone = "danger" if line.refused else "warning" if line.again_ids or line.open_ids else "muted"
        self._column.addWidget(Label(breakable(plain(told)), scale="fine", tone=tone))
        if not line.open_ids and not line.again_ids:
            return
        held = QWidget()
        row = FlowLayout(held, gap=look.current().space("tight"))
        if line.again_ids:
            again = Button(say("console.order_again"), icon_name="repeat")
            again.setObjectName("order-again")
            again.clicked.connect(lambda: self.intended.emit(OrderAgain(line.again_ids)))
            row.addWidget(again)
        give_up = Button(say("console.give_up"), icon_name="x", kind="quiet")
        give_up.setObjectName("give-up")
        give_up.clicked.connect(lambda: self.intended.emit(GiveUp((*line.open_ids, *line.again_ids))))
        row.addWidget(give_up)
        self._column.addWidget(held)
