"""Every event of a sitting in a list, to be searched, narrowed and gone to."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLineEdit, QTableView, QVBoxLayout, QWidget

from pocus_desktop.appeals.plain import plain
from pocus_desktop.appeals.stamps import span_told, time_told
from pocus_desktop.appeals.stops import KINDS, Stop
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.row_table import show_as_rows
from pocus_desktop.ui.parts.tip import plain_tip
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

_COLUMNS: Final = ("seq", "wall", "exam", "what")
_NOWHERE: Final = QModelIndex()


class StopModel(QAbstractTableModel):
    """Stops as rows.

    Args:
        stops: All of them.
        words: Of the window.
        parent: The owner.
    """

    def __init__(self, stops: Sequence[Stop], words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.stops: tuple[Stop, ...] = tuple(stops)
        self._cells = {one.at.seq: _cells(one) for one in stops}  # a view asks for them again and again

    def show_stops(self, stops: Sequence[Stop]) -> None:
        """Show these from now on."""
        self.beginResetModel()
        self.stops = tuple(stops)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        """A row a stop."""
        return 0 if parent.isValid() else len(self.stops)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        """Entry, wall clock, exam time, what."""
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """What a column is."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._words(f"replay.column.{_COLUMNS[section]}")
        return None

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What stands in a cell; screen readers get the whole of a row with its last one."""
        stop = self.stops[index.row()]
        cells = self._cells[stop.at.seq]
        if role == Qt.ItemDataRole.DisplayRole:
            return cells[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(cells[index.column()])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            is_last = index.column() == len(cells) - 1
            exam = self._words("replay.spoken_exam", time=cells[2])
            return f"{cells[1]}, {exam}, {cells[-1]}" if is_last else cells[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole and stop.mark.is_refused:
            return QColor(look.current().colour("danger"))
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() < len(cells) - 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


def _cells(stop: Stop) -> tuple[str, str, str, str]:
    what = plain(" · ".join((stop.what, *stop.more)))
    return str(stop.at.seq), time_told(stop.at.wall_ms), span_told(stop.at.exam_ms), what


class EventList(QWidget):
    """Search, kinds and rows.

    Args:
        stops: All of them.
        words: Of the window.
        parent: The owner.

    Signals:
        chosen: A row was gone to; the stop.
    """

    chosen = Signal(object)

    def __init__(self, stops: Sequence[Stop], *, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all = tuple(stops)
        self._words = words
        worn = look.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(worn.space("tight"))
        row = QHBoxLayout()
        row.setSpacing(worn.space("tight"))
        self.search = QLineEdit()
        self.search.setObjectName("search")
        self.search.setPlaceholderText(words("replay.search"))
        self.search.setAccessibleName(words("replay.search"))
        self.search.setClearButtonEnabled(True)
        self.kind = DropDown(words("replay.kind"))
        self.kind.setObjectName("kind")
        for kind in KINDS:
            self.kind.addItem(words(f"replay.kinds.{kind}"), kind)
        self._count = Label("", scale="fine", tone="muted", wraps=False)
        row.addWidget(self.search, 1)
        row.addWidget(self.kind)
        row.addWidget(self._count)
        column.addLayout(row)
        self._model = StopModel(stops, words, self)
        self.table = self._table()
        column.addWidget(self.table, 1)
        self.search.textChanged.connect(self._narrow)
        self.kind.currentIndexChanged.connect(self._narrow)
        self._narrow()

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Those in the list now."""
        return self._model.stops

    def show_moment(self, elapsed_ms: int, seq: int) -> None:
        """Mark the last row that had happened by then."""
        index = bisect_right(self._places, (elapsed_ms, seq)) - 1
        selection = self.table.selectionModel()
        selection.blockSignals(True)
        if index >= 0:
            self.table.selectRow(index)
            self.table.scrollTo(self._model.index(index, 0))
        else:
            self.table.clearSelection()
        selection.blockSignals(False)
        self.table.viewport().update()

    def _table(self) -> QTableView:
        table = QTableView(self)
        table.setObjectName("events")
        table.setAccessibleName(self._words("replay.events"))
        table.setModel(self._model)
        show_as_rows(table)
        table.verticalHeader().setDefaultSectionSize(look.current().size("target"))
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)  # fitting to contents would ask for every row
        header.setSectionResizeMode(len(_COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        self._fit(table)
        table.selectionModel().currentRowChanged.connect(self._on_row)
        table.clicked.connect(self._on_row)
        return table

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Columns as wide as the text of the look in force needs."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit(self.table)

    def _fit(self, table: QTableView) -> None:
        metrics = QFontMetrics(look.current().font("fine", "medium"))
        room = 3 * look.current().space("tight")
        for column, widest in enumerate(("00000", "00:00:00.0", "0:00:00.0")):
            title = self._words(f"replay.column.{_COLUMNS[column]}")
            table.setColumnWidth(column, room + max(map(metrics.horizontalAdvance, (widest, title))))

    def _on_row(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.stops[index.row()])

    def _narrow(self) -> None:
        words = self.search.text().lower().split()
        kind = self.kind.currentData()
        found = [one for one in self._all if one.is_of(kind) and one.has(words)]
        self._model.show_stops(found)
        self._places = [(one.at.elapsed_ms, one.at.seq) for one in found]
        self._count.setText(self._words("replay.count", shown=len(found), whole=len(self._all)))
