"""The grid: one row a station, worst first, which can be narrowed but never down to hide who needs someone."""

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from pocus_desktop.ui.parts.row_table import show_as_rows
from pocus_desktop.ui.proctor.grid_delegate import GridDelegate
from pocus_desktop.ui.proctor.grid_model import GridModel
from pocus_desktop.ui.proctor.rows import COLUMNS, GridRow, Level
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

Only: TypeAlias = Literal["all", "needs", "running", "idle", "done"]
"""Which rows are asked for."""

ONLY: Final[tuple[Only, ...]] = ("all", "needs", "running", "idle", "done")
_OF: Final[dict[Only, frozenset[Level]]] = {
    "all": frozenset(("lost", "asks", "watch", "running", "idle", "done")),
    "needs": frozenset(("lost", "asks", "watch")),
    "running": frozenset(("lost", "asks", "watch", "running")),
    "idle": frozenset(("idle",)),
    "done": frozenset(("done",)),
}
MANY: Final = 24
"""From so many rows on they stand closer together."""

_STATE: Final = COLUMNS.index("state")
_WITH_SIGN: Final = frozenset({"time", "saved", "link", "disk", "battery", "media"})
"""Columns that may show a sign beside the words."""


def narrowed(rows: Sequence[GridRow], *, only: Only, words: Sequence[str]) -> tuple[tuple[GridRow, ...], int]:
    """The rows that are shown, and how many of them only because nothing hides them.

    Args:
        rows: All of them, worst first.
        only: The kind that is asked for.
        words: Each of which a row must have.
    """
    shown: list[GridRow] = []
    held = 0
    for row in rows:
        is_asked_for = row.level in _OF[only] and all(word in row.searched for word in words)
        if is_asked_for or row.is_held:
            shown.append(row)
            held += not is_asked_for
    return tuple(shown), held


class Grid(QTableView):
    """The stations of a room.

    Args:
        words: Of the window.
        parent: The owner.

    Signals:
        chosen: Other stations are selected; their ids, worst first.
        entered: Return was pressed on the selection.
        menu_asked: The actions are asked for at a place on the screen.
    """

    chosen = Signal(tuple)
    entered = Signal()
    menu_asked = Signal(object)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._wanted: tuple[str, ...] = ()
        self._is_showing = False
        self.grid_model = GridModel(words, self)
        self.setObjectName("grid")
        self.setAccessibleName(words("console.grid"))
        self.setModel(self.grid_model)
        self.setItemDelegate(GridDelegate(self))
        show_as_rows(self, selection=QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(look.current().space("broad"))
        self._fit()

    @property
    def selected(self) -> tuple[str, ...]:
        """The ids of the selected stations, worst first; those that the filter hides are not among them."""
        return self._wanted

    def show_rows(self, rows: Sequence[GridRow]) -> None:
        """Show these, with the same stations selected as before."""
        was_many = len(self.grid_model.rows) > MANY
        self._is_showing = True
        self.grid_model.show_rows(rows)
        if (len(rows) > MANY) is not was_many:
            self._fit()
        self._select(self._wanted)
        self._is_showing = False
        self._tell()

    def select(self, station_ids: Sequence[str]) -> None:
        """Select these stations, as far as they are shown, and go to the first."""
        self._is_showing = True
        self._select(station_ids)
        places = [place for place in map(self.grid_model.row_of, station_ids) if place is not None]
        if places:
            at = self.grid_model.index(min(places), 0)
            self.selectionModel().setCurrentIndex(at, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(at)
        self._is_showing = False
        self._tell()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:  # noqa: N802 - Qt's name
        """Tell of it."""
        super().selectionChanged(selected, deselected)
        if not self._is_showing:
            self._tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Return acts on the selection; Escape lets it go; all else as in any table."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.entered.emit()
            case Qt.Key.Key_Escape if self.selected:
                self.clearSelection()
            case _:
                super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """The actions, also by the menu key."""
        if self.selected:
            self.menu_asked.emit(event.globalPos())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Rows and columns as large as the text of the look in force needs."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _select(self, station_ids: Sequence[str]) -> None:
        model, chosen = self.grid_model, QItemSelection()
        for place in map(model.row_of, station_ids):
            if place is not None:
                chosen.select(model.index(place, 0), model.index(place, len(COLUMNS) - 1))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _tell(self) -> None:
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        now = tuple(self.grid_model.rows[row].station_id for row in rows)
        if now != self._wanted:
            self._wanted = now
            self.chosen.emit(now)

    def _fit(self) -> None:
        worn = look.current()
        many = len(self.grid_model.rows) > MANY
        self.verticalHeader().setDefaultSectionSize(worn.size("target" if many else "control"))
        medium = QFontMetrics(worn.font("fine", "strong", is_tabular=True))
        room = 3 * worn.space("tight")
        sign = worn.size("icon")
        for column, name in enumerate(COLUMNS):
            widest = self._words(f"console.widest.{name}")
            title = self._words(f"console.column.{name}")
            width = room + max(medium.horizontalAdvance(widest), medium.horizontalAdvance(title))
            if name in _WITH_SIGN:
                width += sign
            if column != _STATE:
                self.setColumnWidth(column, width)
        self._fit_state()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The state takes what the others leave, and never less than a sentence's beginning needs."""
        super().resizeEvent(event)
        self._fit_state()

    def _fit_state(self) -> None:
        others = sum(self.columnWidth(column) for column in range(len(COLUMNS)) if column != _STATE)
        least = look.current().size("portrait") * 2
        self.setColumnWidth(_STATE, max(least, self.viewport().width() - others))
