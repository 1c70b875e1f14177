"""A layout that fills rows and goes on below, so that large text never pushes anything off the screen."""

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Widgets in rows from the leading edge; from the first `add_end` on they stand at the trailing edge of their row.

    Args:
        parent: The widget to lay out.
        gap: Pixels between widgets and between rows.
    """

    def __init__(self, parent: QWidget | None = None, *, gap: int) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._first_end: int | None = None
        self._gap = gap
        self.setContentsMargins(QMargins(0, 0, 0, 0))

    def add_end(self, widget: QWidget) -> None:
        """Add a widget from which on all stand at the trailing edge."""
        if self._first_end is None:
            self._first_end = len(self._items)
        self.addWidget(widget)

    def add_start(self, widget: QWidget) -> None:
        """Add a widget after those at the leading edge, before all that stand at the trailing edge."""
        self.addWidget(widget)
        if self._first_end is not None:
            self._items.insert(self._first_end, self._items.pop())
            self._first_end += 1

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802 - Qt's name
        """Take an item; called by Qt."""
        self._items.append(item)

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name; it asks until None
        """The item at an index; None past the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name; it asks until None
        """Give an item away; None past the end."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802 - Qt's name
        """It takes no more room than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Its height follows from its width."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """The height of all rows at a width."""
        return self._place(QRect(0, 0, width, 0), is_trial=True)

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802 - Qt's name
        """Place everything."""
        super().setGeometry(rect)
        self._place(rect, is_trial=False)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """All in one row."""
        margins = self.contentsMargins()
        sizes = [item.sizeHint() for item in self._shown()]
        width = sum(size.width() for size in sizes) + self._gap * max(0, len(sizes) - 1)
        height = max((size.height() for size in sizes), default=0)
        return QSize(width + margins.left() + margins.right(), height + margins.top() + margins.bottom())

    def minimumSize(self) -> QSize:  # noqa: N802 - Qt's name
        """The widest single item."""
        margins = self.contentsMargins()
        size = QSize(0, 0)
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _rows(self, width: int) -> list[list[QLayoutItem]]:
        rows: list[list[QLayoutItem]] = []
        used = 0
        for item in self._shown():
            wanted = item.sizeHint().width()
            if rows and used + self._gap + wanted <= width:
                rows[-1].append(item)
                used += self._gap + wanted
            else:
                rows.append([item])
                used = wanted
        return rows

    def _place(self, rect: QRect, *, is_trial: bool) -> int:
        margins = self.contentsMargins()
        inner = rect.marginsRemoved(margins)
        y = inner.y()
        for row in self._rows(inner.width()):
            height = max(self._height(item, inner.width()) for item in row)
            if not is_trial:
                self._place_row(row, QRect(inner.x(), y, inner.width(), height))
            y += height + self._gap
        return max(0, y - self._gap - inner.y()) + margins.top() + margins.bottom()

    def _height(self, item: QLayoutItem, width: int) -> int:
        hint = item.sizeHint()
        if item.hasHeightForWidth():
            return item.heightForWidth(min(width, hint.width()))
        return hint.height()

    def _place_row(self, row: list[QLayoutItem], room: QRect) -> None:
        spare = room.width() - sum(min(i.sizeHint().width(), room.width()) for i in row) - self._gap * (len(row) - 1)
        x = room.x()
        owner = self.parentWidget()
        direction = owner.layoutDirection() if owner is not None else Qt.LayoutDirection.LeftToRight
        first_end = len(self._items) if self._first_end is None else self._first_end
        ends = {id(item) for item in self._items[first_end:]}
        for item in row:
            if id(item) in ends and spare > 0:
                x += spare
                spare = 0
            height = self._height(item, room.width())
            size = QSize(min(item.sizeHint().width(), room.width()), height)
            place = QRect(QPoint(x, room.y() + (room.height() - height) // 2), size)
            item.setGeometry(_visual(direction, room, place))
            x += size.width() + self._gap


def _visual(direction: Qt.LayoutDirection, room: QRect, place: QRect) -> QRect:
    """As `QStyle.visualRect`; naming `QStyle` makes its hundreds of enumeration members before the first paint."""
    if direction is Qt.LayoutDirection.LeftToRight:
        return place
    mirrored = QRect(place)
    mirrored.moveRight(room.left() + room.right() - place.left())
    return mirrored
