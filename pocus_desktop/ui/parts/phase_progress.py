"""How far it is: one segment a part; those passed are full, the present one is high, those to come are hollow."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pocus_desktop.ui.parts.tip import plain_tip
from pocus_desktop.ui.theme import look


class PhaseProgress(QWidget):
    """A bar of segments; screen readers get it as words."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._index = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_progress(self, *, count: int, index: int, told: str) -> None:
        """Show that part `index` (from 0) of `count` is under way.

        Args:
            count: How many parts there are.
            index: The present one.
            told: The same in words.
        """
        self._count, self._index = count, index
        self.setAccessibleName(told)
        self.setToolTip(plain_tip(told))
        self.setVisible(count > 1)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A thin bar."""
        return QSize(120, 8)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the segments from the leading edge."""
        del event
        if not self._count:
            return
        worn = look.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gap = worn.space("hair")
        width = (self.width() - gap * (self._count - 1)) / self._count
        for index in range(self._count):
            height = 8.0 if index == self._index else 4.0
            segment = QRectF(index * (width + gap), (self.height() - height) / 2, width, height)
            if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
                segment.moveLeft(self.width() - segment.right())
            if index <= self._index:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(worn.colour("accent"))
            else:
                segment.adjust(0.5, 0.5, -0.5, -0.5)
                painter.setPen(worn.colour("control_line"))
                painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(segment, 2, 2)
        painter.end()
