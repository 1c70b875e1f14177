"""Incidents in a list: open ones first, each with reference, kind, state and whether the academy has it."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from pocus_desktop.kernel import words as table
from pocus_desktop.proctoring.incident_folder import Filed
from pocus_desktop.proctoring.incident_telling import classed
from pocus_desktop.ui.parts.row_table import show_as_rows
from pocus_desktop.ui.parts.tip import plain_tip
from pocus_desktop.ui.words import Words

_COLUMNS: Final = ("reference", "class", "state", "academy")
_NOWHERE: Final = QModelIndex()


class IncidentModel(QAbstractTableModel):
    """Incidents as rows.

    Args:
        words: Of the window.
        parent: The owner.
    """

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.filed: tuple[Filed, ...] = ()

    def show_filed(self, filed: Sequence[Filed]) -> None:
        """Show these from now on, open ones first."""
        self.beginResetModel()
        self.filed = tuple(sorted(filed, key=lambda one: one.report.incident.last.is_closed))
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        """A row an incident."""
        return 0 if parent.isValid() else len(self.filed)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        """Reference, kind, state, academy."""
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """What a column is."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._words(f"incident.column.{_COLUMNS[section]}")
        return None

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What stands in a cell; screen readers get the whole row with its first one."""
        cells = self._cells(self.filed[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            return cells[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(cells) if index.column() == 0 else cells[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self.filed[index.row()].report.incident.entries[0].told)
        return None

    def _cells(self, one: Filed) -> tuple[str, ...]:
        incident, language = one.report.incident, self._words.language
        state = table.say("incident.is_closed" if incident.last.is_closed else "incident.is_open", language)
        academy = self._words("incident.waiting" if one.receipt is None else "incident.received")
        return one.reference, classed(incident.last, language), state, academy


class IncidentList(QTableView):
    """The rows; one is always chosen where there is any.

    Args:
        words: Of the window.
        parent: The owner.

    Signals:
        picked: The `Filed` that is chosen now, or None.
    """

    picked = Signal(object)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = IncidentModel(words, self)
        self.setModel(self.rows)
        self.setAccessibleName(words("incident.list"))
        show_as_rows(self)
        self.setAlternatingRowColors(True)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.selectionModel().currentRowChanged.connect(self._on_row)

    @property
    def chosen(self) -> Filed | None:
        """The incident that is chosen."""
        row = self.currentIndex().row()
        return self.rows.filed[row] if 0 <= row < len(self.rows.filed) else None

    def show_filed(self, filed: Sequence[Filed], *, chosen: str = "") -> None:
        """Show these; the one with this reference is chosen, else the one that was, else the first."""
        before = chosen or (self.chosen.reference if self.chosen is not None else "")
        self.rows.show_filed(filed)
        references = [one.reference for one in self.rows.filed]
        if references:
            self.selectRow(references.index(before) if before in references else 0)
        else:
            self.picked.emit(None)

    def _on_row(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.picked.emit(self.rows.filed[current.row()] if current.isValid() else None)
