"""Paints a cell of the grid: the row's ground, the sign of what is wrong, and the words, cut where there is no room."""

from functools import lru_cache

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from pocus_desktop.ui.proctor.grid_model import ROW
from pocus_desktop.ui.proctor.rows import COLUMNS, GROUNDS, ROLES, GridRow
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.icons import pixmap

_STATE = COLUMNS.index("state")
_BAR_PX = 4


@lru_cache(maxsize=8)
def _font(worn: look.Look, weight: str) -> QFont:
    return worn.font("fine", weight, is_tabular=True)


class GridDelegate(QStyledItemDelegate):
    """Paints by the look in force; makes no widget."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        """Rows have one height, which the grid sets."""
        del option, index
        return QSize(0, 0)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The ground, a bar at the leading edge, the icon, the words."""
        row: GridRow = index.data(ROW)
        cell = row.cells[index.column()]
        worn = look.current()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        direction: Qt.LayoutDirection = option.direction
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.fillRect(rect, worn.colour("accent" if is_chosen else GROUNDS[row.level]))
        painter.setPen(worn.colour("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        is_first = index.column() == 0
        if is_first and row.level in {"lost", "asks", "watch"}:
            bar = QRect(rect.left(), rect.top(), _BAR_PX, rect.height())
            painter.fillRect(QStyle.visualRect(direction, rect, bar), worn.colour(ROLES[row.level]))
        role = "on_accent" if is_chosen else self._role(row, index.column())
        room = rect.adjusted(worn.space("tight"), 0, -worn.space("tight") // 2, 0)
        icon = row.icon if index.column() == _STATE else cell.icon
        edge = worn.size("icon") - 4
        if icon:
            place = QRect(room.left(), room.center().y() - edge // 2, edge, edge)
            sign = pixmap(icon, worn.colour(role).name(), edge, painter.device().devicePixelRatioF())
            painter.drawPixmap(QStyle.visualRect(direction, rect, place), sign)
            room = room.adjusted(edge + worn.space("hair") + 2, 0, 0, 0)
        is_strong = is_first or (index.column() == _STATE and row.level in {"lost", "asks", "watch"})
        font = _font(worn, "strong" if is_first else "medium" if is_strong or cell.level != "running" else "regular")
        painter.setFont(font)
        painter.setPen(worn.colour(role))
        text = QFontMetrics(font).elidedText(cell.text, Qt.TextElideMode.ElideRight, room.width())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
        if direction is Qt.LayoutDirection.RightToLeft:
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(QStyle.visualRect(direction, rect, room), flags | Qt.TextFlag.TextSingleLine, text)

    def _role(self, row: GridRow, column: int) -> str:
        cell = row.cells[column]
        if column == _STATE:
            return ROLES[row.level]
        if cell.level in {"lost", "asks", "watch"}:
            return ROLES[cell.level]
        return "text" if column == 0 or row.level not in {"idle", "done"} else "muted"
