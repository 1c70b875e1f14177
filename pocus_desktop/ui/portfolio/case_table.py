"""The logged cases as rows, the latest first; however many there are."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from pocus_desktop.programme.documents.candidate import CaseEntry
from pocus_desktop.ui.portfolio.page import short_day_in
from pocus_desktop.ui.words import Words

COLUMNS = ("performed_on", "area", "approach", "counts", "findings", "origin")
_NO_PARENT = QModelIndex()


class CaseTable(QAbstractTableModel):
    """Rows of cases.

    Args:
        words: Of the window.
    """

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._entries: Sequence[CaseEntry] = ()

    def show_entries(self, entries: Sequence[CaseEntry]) -> None:
        """Show these."""
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def entry(self, row: int) -> CaseEntry:
        """The case of a row."""
        return self._entries[row]

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:  # noqa: N802 - Qt's name
        """How many rows."""
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:  # noqa: N802 - Qt's name
        """How many columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        """Titles above."""
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        return self._words(f"portfolio.column.{COLUMNS[section]}")

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """What a cell says."""
        if role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return None
        entry, words = self._entries[index.row()], self._words
        match COLUMNS[index.column()]:
            case "performed_on":
                return short_day_in(entry.performed_on, words)
            case "area":
                return words(f"portfolio.area.{entry.area}")
            case "approach":
                return words(f"portfolio.approach.{entry.approach}") if entry.approach is not None else ""
            case "counts":
                is_whole = entry.did_perform and entry.did_interpret
                return words("portfolio.both" if is_whole else "portfolio.not_both")
            case "origin":
                return words(f"portfolio.origin.{entry.origin}")
            case _:
                return entry.findings.replace("\n", " ")
