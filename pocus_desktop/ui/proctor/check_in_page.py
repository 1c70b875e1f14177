"""Check-in: find the person on the list, compare document and photo, and give them a station."""

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from pocus_desktop.proctoring.check_in import Entrant, Seat, search
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.chip import Chip
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label, breakable
from pocus_desktop.ui.parts.row_table import show_as_rows
from pocus_desktop.ui.parts.scroll import ScrollColumn
from pocus_desktop.ui.proctor.desk import ConsoleView
from pocus_desktop.ui.proctor.intents import AdmitWalkIn, CheckIn
from pocus_desktop.ui.proctor.intents import Seat as GiveSeat
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

_COLUMNS: Final = ("name", "id", "assessment", "standing", "station")
_TONES: Final = {"expected": "text", "early": "warning", "late": "danger", "here": "accent", "seated": "success"}
_NOWHERE: Final = QModelIndex()
_HOW: Final = ("document-and-photo", "document", "known")

SeatsFor = Callable[[str], tuple[Seat, ...]]


class EntrantModel(QAbstractTableModel):
    """Admissions of the day as rows.

    Args:
        words: Of the window.
        parent: The owner.
    """

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.entrants: tuple[Entrant, ...] = ()
        self._stations: dict[str, str] = {}

    def show_entrants(self, entrants: tuple[Entrant, ...], stations: dict[str, str]) -> None:
        """Show these, with the names of stations by their ids."""
        if (entrants, stations) == (self.entrants, self._stations):
            return
        is_same = [one.admission_id for one in entrants] == [one.admission_id for one in self.entrants]
        if not is_same:
            self.beginResetModel()
        self.entrants, self._stations = entrants, stations
        if not is_same:
            self.endResetModel()
        elif entrants:
            self.dataChanged.emit(self.index(0, 0), self.index(len(entrants) - 1, len(_COLUMNS) - 1))

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        """A row an admission."""
        return 0 if parent.isValid() else len(self.entrants)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        """Name, ID, assessment, how they stand, station."""
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """What a column is."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._words(f"console.check_in.column.{_COLUMNS[section]}")
        return None

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What stands in a cell; screen readers get the whole row with its first one."""
        one = self.entrants[index.row()]
        cells = self._cells(one)
        if role == Qt.ItemDataRole.DisplayRole:
            return cells[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(cell for cell in cells if cell) if index.column() == 0 else cells[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole and _COLUMNS[index.column()] == "standing":
            return QColor(look.current().colour(_TONES[one.standing]))
        return None

    def _cells(self, one: Entrant) -> tuple[str, ...]:
        station = "" if one.station is None else self._stations.get(one.station, one.station)
        standing = self._words(f"console.standing.{one.standing}")
        name = self._words("console.check_in.walk_in_name", name=one.name) if one.is_walk_in else one.name
        return name, one.candidate_id, one.bundle_id, standing, station


class CheckInPage(QWidget):
    """The list, and beside it who is chosen in it.

    Args:
        words: Of the window.
        seats_for: The stations that a candidate may be given.
        parent: The owner.

    Signals:
        intended: An intent.
    """

    intended = Signal(object)

    def __init__(self, words: Words, seats_for: SeatsFor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words
        self._formats = Formats(words)
        self._seats_for = seats_for
        self._view: ConsoleView | None = None
        self._chosen: str | None = None
        self._shown: object = None
        self.search = QLineEdit()
        self.count = Chip(words("console.check_in.count"), icon_name="list-checks")
        self.table = QTableView()
        self.list_model = EntrantModel(words, self)
        self._build()

    def render_view(self, view: ConsoleView) -> None:
        """Show who is expected and who is here."""
        self._view = view
        here = sum(one.at_ms is not None for one in view.entrants)
        self.count.tell(
            self.words("console.check_in.counted", here=here, count=len(view.entrants)), icon_name="list-checks"
        )
        self._walk_in.setVisible(view.centre.walk_ins > 0)
        bundles = view.centre.walk_in_bundles
        if [self.bundle.itemData(at) for at in range(self.bundle.count())] != list(bundles):
            self.bundle.clear()
            for bundle in bundles:
                self.bundle.addItem(bundle, bundle)
        self.bundle.setVisible(len(bundles) > 1)
        self._narrow()

    def _build(self) -> None:
        words, worn = self.words, look.current()
        edge = worn.space("base")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(edge, worn.space("snug"), edge, worn.space("snug"))
        whole.setSpacing(worn.space("tight"))
        row = QHBoxLayout()
        self.search.setObjectName("find")
        self.search.setPlaceholderText(words("console.check_in.find"))
        self.search.setAccessibleName(words("console.check_in.find"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self._take_first)
        row.addWidget(self.search, 1)
        row.addWidget(self.count)
        whole.addLayout(row)
        self._set_up_table()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.table)
        split.addWidget(self._beside())
        split.setChildrenCollapsible(False)
        split.setStretchFactor(0, 1)
        split.setSizes([worn.fixed("page"), worn.fixed("drawer")])
        whole.addWidget(split, 1)

    def _set_up_table(self) -> None:
        table = self.table
        table.setObjectName("entrants")
        table.setAccessibleName(self.words("console.check_in.list"))
        table.setModel(self.list_model)
        show_as_rows(table)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.selectionModel().selectionChanged.connect(self._on_selected)
        self._fit()

    def _beside(self) -> QWidget:
        words, worn = self.words, look.current()
        scroll = ScrollColumn(words("console.check_in.person"))
        scroll.setMinimumWidth(3 * worn.size("portrait"))
        scroll.column.setContentsMargins(worn.space("tight"), 0, worn.space("hair"), worn.space("hair"))
        scroll.column.setSpacing(worn.space("snug"))
        self._person = Card(room="base")
        scroll.column.addWidget(self._person)
        self._walk_in = Card(room="base")
        body = self._walk_in.body
        body.addWidget(Label(words("console.check_in.walk_in"), weight="strong"))
        body.addWidget(Label(words("console.check_in.walk_in_lead"), scale="fine", tone="muted"))
        self.walk_in_id, self.walk_in_name = QLineEdit(), QLineEdit()
        self.walk_in_id.setMaxLength(80)
        self.walk_in_name.setMaxLength(200)
        for field, key in ((self.walk_in_id, "walk_in_id"), (self.walk_in_name, "walk_in_full_name")):
            title = words(f"console.check_in.{key}")
            field.setObjectName(key)
            field.setAccessibleName(title)
            field.setPlaceholderText(title)
            body.addWidget(field)
        self.bundle = DropDown(words("console.check_in.assessment"))
        body.addWidget(self.bundle)
        admit = Button(words("console.check_in.admit"), icon_name="plus")
        admit.setObjectName("admit")
        admit.clicked.connect(self._admit)
        body.addWidget(admit, 0, Qt.AlignmentFlag.AlignLeading)
        scroll.column.addWidget(self._walk_in)
        scroll.column.addStretch(1)
        return scroll

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Columns as wide as the text of the look in force needs."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _fit(self) -> None:
        worn = look.current()
        self.table.verticalHeader().setDefaultSectionSize(worn.size("control"))
        metrics = QFontMetrics(worn.font("fine", "medium"))
        for column, name in enumerate(_COLUMNS[1:], 1):
            widest = self.words(f"console.check_in.widest.{name}")
            self.table.setColumnWidth(column, 3 * worn.space("tight") + metrics.horizontalAdvance(widest))

    def _narrow(self) -> None:
        if self._view is None:
            return
        stations = {one.station_id: one.name for one in self._view.seats}
        found = search(self._view.entrants, self.search.text())
        self.list_model.show_entrants(found, stations)
        place = next((at for at, one in enumerate(found) if one.admission_id == self._chosen), None)
        chosen = self.table.selectionModel().selectedRows()
        if place is not None and [index.row() for index in chosen] != [place]:
            self.table.selectRow(place)
        self._show_person()

    def _take_first(self) -> None:
        """Return after a scan goes to the one who was found."""
        if self.list_model.entrants:
            self.table.selectRow(0)
            self.table.setFocus()

    def _on_selected(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        if rows:
            self._chosen = self.list_model.entrants[rows[0].row()].admission_id
            self._show_person()

    def _show_person(self) -> None:
        assert self._view is not None  # noqa: S101 - there is a list only once a view was shown
        one = next((each for each in self._view.entrants if each.admission_id == self._chosen), None)
        seats = () if one is None or one.at_ms is None or one.station is not None else self._seats_for(one.admission_id)
        shown = (one, seats, bool(self._view.entrants))
        if shown == self._shown:
            return
        self._shown = shown
        body = self._person.body
        clear(body)
        if one is None:
            key = "choose" if self._view.entrants else "nobody"
            body.addWidget(Label(self.words(f"console.check_in.{key}"), tone="muted"))
            return
        body.addWidget(_portrait(one, self.words), 0, Qt.AlignmentFlag.AlignHCenter)
        body.addWidget(Label(breakable(one.name), scale="title"))
        body.addWidget(Label(breakable(self.words("identity.id", candidate_id=one.candidate_id)), tone="muted"))
        body.addWidget(Label(self._about(one)))
        body.addWidget(Label(self._window(one), scale="fine"))
        if one.at_ms is None:
            self._add_check_in(one)
        elif one.station is None:
            self._add_seats(one, seats)
        else:
            if not one.is_checked:
                body.addWidget(Label(self.words("console.check_in.sat_down"), tone="warning", weight="medium"))
                self._add_check_in(one)
            name = next((seat.name for seat in self._view.seats if seat.station_id == one.station), one.station)
            body.addWidget(Label(self.words("console.check_in.sits_at", station=name), weight="medium", tone="success"))

    def _about(self, one: Entrant) -> str:
        words = self.words
        said = [
            words("console.check_in.about", bundle=one.bundle_id, attempt=one.attempt, mode=words(f"mode.{one.mode}"))
        ]
        if one.time_factor != 1:
            factor = self._formats.number(one.time_factor, decimals=2)
            said.append(words("console.check_in.more_time", factor=factor))
        if one.can_pause:
            said.append(words("console.check_in.may_pause"))
        return " ".join(said)

    def _window(self, one: Entrant) -> str:
        ends = ["–" if at is None else self._formats.day_and_time(at) for at in (one.not_before_ms, one.not_after_ms)]
        return self.words("console.check_in.window", start=ends[0], end=ends[1])

    def _add_check_in(self, one: Entrant) -> None:
        words, body = self.words, self._person.body
        body.addWidget(Label(words("console.check_in.how"), weight="medium"))
        how = DropDown(words("console.check_in.how"))
        how.setObjectName("how")
        for name in _HOW if one.photo is not None else _HOW[1:]:
            how.addItem(words(f"console.check_in.how_of.{name}"), name)
        body.addWidget(how)
        button = Button(words("console.check_in.check_in"), kind="primary", icon_name="check")
        button.setObjectName("check-in")
        button.clicked.connect(lambda: self.intended.emit(CheckIn(one.admission_id, how.currentData())))
        body.addWidget(button)

    def _add_seats(self, one: Entrant, seats: tuple[Seat, ...]) -> None:
        words, body = self.words, self._person.body
        if not seats:
            body.addWidget(Label(words("console.check_in.no_seat"), tone="warning", weight="medium"))
            return
        body.addWidget(Label(words("console.check_in.station"), weight="medium"))
        chooser = DropDown(words("console.check_in.station"))
        chooser.setObjectName("seat")
        for seat in seats:
            name = seat.name if seat.is_ready else words("console.check_in.seat_not_ready", station=seat.name)
            chooser.addItem(name, seat.station_id)
        body.addWidget(chooser)
        button = Button(words("console.check_in.seat"), kind="primary", icon_name="check")
        button.setObjectName("give-seat")
        button.clicked.connect(lambda: self.intended.emit(GiveSeat(one.admission_id, chooser.currentData())))
        body.addWidget(button)

    def _admit(self) -> None:
        candidate_id, name = self.walk_in_id.text().strip(), " ".join(self.walk_in_name.text().split())
        if not candidate_id or not name:
            (self.walk_in_name if candidate_id else self.walk_in_id).setFocus()
            return
        self.intended.emit(AdmitWalkIn(candidate_id=candidate_id, name=name, bundle_id=self.bundle.currentData()))
        self.walk_in_id.clear()
        self.walk_in_name.clear()


def _portrait(one: Entrant, words: Words) -> QWidget:
    """The photo that the academy has, or a sign where it has none."""
    picture = QPixmap()
    if one.photo is None or not picture.loadFromData(one.photo):
        return IconLabel("user", role="muted", size="icon_large")
    edge = look.current().size("portrait") * 3 // 2
    portrait = QLabel()
    portrait.setObjectName("portrait")
    portrait.setPixmap(
        picture.scaled(edge, edge, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    )
    portrait.setAccessibleName(words("identity.photo"))
    return portrait
