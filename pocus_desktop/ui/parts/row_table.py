"""How every table here is set up: whole rows, nothing edited, Tab leaves it, titles above and none beside."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView

_ONE = QAbstractItemView.SelectionMode.SingleSelection


def show_as_rows(table: QTableView, *, selection: QAbstractItemView.SelectionMode = _ONE) -> None:
    """Set a table up; how wide its columns are is its own.

    Args:
        table: It; its model is set already.
        selection: How many rows are chosen at once.
    """
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(selection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    titles = table.horizontalHeader()
    titles.setHighlightSections(False)
    titles.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
