"""The rows of the grid as Qt asks for them: only what changed is painted again, and a selection outlives an order."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

from pocus_desktop.ui.proctor.rows import COLUMNS, GridRow
from pocus_desktop.ui.words import Words

ROW: Final = Qt.ItemDataRole.UserRole
"""The whole row, for the delegate."""

_NOWHERE: Final = QModelIndex()


class GridModel(QAbstractTableModel):
    """Rows in the order in which they are given.

    Args:
        words: Of the window.
        parent: The owner.
    """

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titles = tuple(words(f"console.column.{name}") for name in COLUMNS)
        self.rows: tuple[GridRow, ...] = ()

    def show_rows(self, rows: Sequence[GridRow]) -> None:
        """Show these from now on; views are told of no more than what is different."""
        before, after = self.rows, tuple(rows)
        old = [row.station_id for row in before]
        new = [row.station_id for row in after]
        if old == new:
            self.rows = after
            self._tell_changes(before, after)
        elif len(old) == len(new) and set(old) == set(new):
            self._reorder(after, {name: place for place, name in enumerate(new)})
            moved = {row.station_id: row for row in before}
            self._tell_changes([moved[row.station_id] for row in after], after)
        else:
            self.beginResetModel()
            self.rows = after
            self.endResetModel()

    def row_of(self, station_id: str) -> int | None:
        """Where a station stands now; None where it is not shown."""
        return next((place for place, row in enumerate(self.rows) if row.station_id == station_id), None)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        """A row a station."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        """As `rows.COLUMNS`."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """What a column is."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return None

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What stands in a cell; a screen reader gets the whole row with its first one."""
        row = self.rows[index.row()]
        if role == ROW:
            return row
        cell = row.cells[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = cell.spoken or cell.text
            return row.spoken if index.column() == 0 else f"{self._titles[index.column()]}: {said}"
        return None

    def _reorder(self, rows: tuple[GridRow, ...], places: dict[str, int]) -> None:
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        moved = [self.index(places[self.rows[at.row()].station_id], at.column()) for at in held]
        self.rows = rows
        self.changePersistentIndexList(held, moved)
        self.layoutChanged.emit()

    def _tell_changes(self, before: Sequence[GridRow], after: Sequence[GridRow]) -> None:
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            if old == new:
                continue
            if (old.level, old.icon, old.is_held) != (new.level, new.icon, new.is_held):
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(COLUMNS) - 1))
                continue
            for column, (was, now) in enumerate(zip(old.cells, new.cells, strict=True)):
                if was != now:
                    at = self.index(place, column)
                    self.dataChanged.emit(at, at)
