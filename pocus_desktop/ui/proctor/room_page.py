"""The room on the day: all seats at a glance, the grid, one station beside it, and what can be done."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSplitter, QVBoxLayout, QWidget

from pocus_desktop.appeals.plain import plain
from pocus_desktop.proctoring.check_in import plain as searchable
from pocus_desktop.proctoring.view import IncidentRow, RoomRow
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.chip import Chip
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.proctor.action_bar import ActionBar
from pocus_desktop.ui.proctor.desk import ConsoleView
from pocus_desktop.ui.proctor.grid import ONLY, Grid, narrowed
from pocus_desktop.ui.proctor.rows import LEVELS, SIGNS, GridRow, Level
from pocus_desktop.ui.proctor.seat_map import SeatMap
from pocus_desktop.ui.proctor.side_panel import SidePanel
from pocus_desktop.ui.proctor.telling import RowTelling
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

_MOST_INCIDENTS: Final = 3
_CHIP_KINDS: Final[dict[Level, str]] = {"lost": "danger", "asks": "accent", "watch": "warning"}


class RoomPage(QWidget):
    """Renders the room and asks for actions on what is selected.

    Args:
        words: Of the window.
        parent: The owner.

    Signals:
        asked: An action on the selected stations; its name and their ids.
        intended: An intent.
    """

    asked = Signal(str, tuple)
    intended = Signal(object)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._telling = RowTelling(words)
        self._view: ConsoleView | None = None
        self._painted: tuple[GridRow, ...] = ()
        self._incidents: tuple[IncidentRow, ...] = ()
        self._waiting: frozenset[str] | None = None
        self.grid = Grid(words)
        self.seats = SeatMap(words)
        self.panel = SidePanel(words)
        self.bar = ActionBar(words)
        self.search = QLineEdit()
        self.only = DropDown(words("console.only"))
        self.chips = {level: Chip(words(f"console.level.{level}"), icon_name=SIGNS[level]) for level in LEVELS}
        self.held = Label("", scale="fine", tone="warning")
        self._build()
        self._connect()

    @property
    def selected(self) -> tuple[str, ...]:
        """The ids of the selected stations."""
        return self.grid.selected

    def render_view(self, view: ConsoleView) -> None:
        """Show the present."""
        self._view = view
        self._painted = tuple(map(self._telling.row, view.room.rows))
        self._show_incidents(view.room.incidents)
        for level, chip in self.chips.items():
            count = sum(row.level == level for row in self._painted)
            said = self._words(f"console.count.{level}", count=count)
            chip.tell(said, icon_name=SIGNS[level], kind=_CHIP_KINDS.get(level, ""))
            chip.setVisible(bool(count))
        self._narrow()
        self._speak()

    def jump_to_worst(self) -> None:
        """Select who needs someone most, and say why; again for the next one."""
        needy = [row.station_id for row in self._painted if row.level in {"lost", "asks", "watch"}]
        if not needy:
            announce(self.grid, self._words("console.nobody_needs"))
            self.held.setText(self._words("console.nobody_needs"))
            return
        now = self.selected[0] if len(self.selected) == 1 else None
        place = needy.index(now) + 1 if now in needy else 0
        self._show_all_if_hidden(needy[place % len(needy)])
        self.grid.select([needy[place % len(needy)]])
        self.grid.setFocus()

    def select_all(self) -> None:
        """Every station that is shown."""
        self.grid.select([row.station_id for row in self.grid.grid_model.rows])
        self.grid.setFocus()

    def _build(self) -> None:
        words, worn = self._words, look.current()
        edge = worn.space("base")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QWidget()
        top = QVBoxLayout(head)
        top.setContentsMargins(edge, worn.space("snug"), edge, worn.space("tight"))
        top.setSpacing(worn.space("tight"))
        counts = FlowLayout(gap=worn.space("tight"))
        for chip in self.chips.values():
            counts.addWidget(chip)
        self.only.setObjectName("only")
        for name in ONLY:
            self.only.addItem(words(f"console.only_of.{name}"), name)
        self.search.setObjectName("search")
        self.search.setPlaceholderText(words("console.search"))
        self.search.setAccessibleName(words("console.search"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(worn.size("portrait") * 3 // 2)
        counts.add_end(self.search)
        counts.addWidget(self.only)
        top.addLayout(counts)
        top.addWidget(self.seats)
        self._banners = QVBoxLayout()
        self._banners.setSpacing(worn.space("hair"))
        top.addLayout(self._banners)
        self.held.hide()
        top.addWidget(self.held)
        column.addWidget(head)
        split = QSplitter(Qt.Orientation.Horizontal)
        left = QWidget()
        inside = QHBoxLayout(left)
        inside.setContentsMargins(edge, 0, worn.space("tight"), worn.space("tight"))
        inside.addWidget(self.grid)
        split.addWidget(left)
        split.addWidget(self.panel)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(0, 1)
        split.setSizes([worn.fixed("page"), worn.size("pad") * 3 // 4])
        column.addWidget(split, 1)
        column.addWidget(self.bar)
        self.bar.show_whom(())

    def _connect(self) -> None:
        self.grid.chosen.connect(self._on_chosen)
        self.grid.entered.connect(lambda: self._open_menu(self.grid.mapToGlobal(self.grid.rect().center())))
        self.grid.menu_asked.connect(self._open_menu)
        self.seats.chosen.connect(self._on_seat)
        self.search.textChanged.connect(self._narrow)
        self.only.currentIndexChanged.connect(self._narrow)
        self.bar.asked.connect(lambda name: self.asked.emit(name, self.selected))
        self.bar.all_asked.connect(self.select_all)
        self.panel.intended.connect(self.intended)
        for key, act in (
            ("Ctrl+J", self.jump_to_worst),
            ("Ctrl+F", self.search.setFocus),
            ("Ctrl+G", self.grid.setFocus),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(act)

    def _narrow(self) -> None:
        typed = searchable(self.search.text()).split()
        rows, held = narrowed(self._painted, only=self.only.currentData(), words=typed)
        self.grid.show_rows(rows)
        said = self._words("console.held", count=held) if held else ""
        if said != self.held.text():
            self.held.setText(said)
        self.held.setVisible(bool(said))
        self._show_selection()

    def _show_all_if_hidden(self, station_id: str) -> None:
        if self.grid.grid_model.row_of(station_id) is None:
            self.search.clear()
            self.only.setCurrentIndex(0)

    def _on_seat(self, station_id: str) -> None:
        self._show_all_if_hidden(station_id)
        self.grid.select([station_id])
        self.grid.setFocus()

    def _on_chosen(self, _ids: tuple[str, ...]) -> None:
        self._show_selection()

    def _show_selection(self) -> None:
        if self._view is None:
            return
        chosen = self.selected
        painted = {row.station_id: row for row in self._painted}
        rows = [painted[one] for one in chosen if one in painted]
        self.bar.show_whom(tuple(row.name for row in rows))
        self.seats.show_rows(self._painted, chosen)
        if len(rows) == 1:
            self.panel.show_station(self._row(chosen[0]), rows[0], self._view.record)
        elif rows:
            self.panel.show_several(rows)
        else:
            self.panel.show_room(self._view.room, self._view.record, silent_consoles=self._view.silent_consoles)

    def _row(self, station_id: str) -> RoomRow:
        assert self._view is not None  # noqa: S101 - who asks has seen one
        return next(row for row in self._view.room.rows if row.station_id == station_id)

    def _open_menu(self, at: QPoint) -> None:
        if self.selected:
            self.bar.menu(self).popup(at)

    def _show_incidents(self, incidents: Sequence[IncidentRow]) -> None:
        """Open incidents stand above the grid until they are closed."""
        if tuple(incidents) == self._incidents:
            return
        self._incidents = tuple(incidents)
        while (item := self._banners.takeAt(0)) is not None:
            banner = item.widget()
            if banner is not None:
                banner.hide()
                banner.deleteLater()
        for one in self._incidents[:_MOST_INCIDENTS]:
            whom = ", ".join(one.stations) or self._words("console.whole_room")
            said = plain(self._words("console.incident_open", reference=one.reference, stations=whom, told=one.told))
            self._banners.addWidget(Banner(kind="warning", what=said))
        more = len(self._incidents) - _MOST_INCIDENTS
        if more > 0:
            self._banners.addWidget(Label(self._words("console.more_incidents", count=more), tone="warning"))

    def _speak(self) -> None:
        """Whoever begins to need someone is announced once, by name and reason."""
        now = frozenset(row.station_id for row in self._painted if row.level in {"lost", "asks"})
        if self._waiting is not None:
            for row in self._painted:
                if row.station_id in now - self._waiting:
                    announce(self.grid, row.spoken, is_urgent=row.level == "lost")
        self._waiting = now
