"""A picture on which places are marked, by mouse or with a crosshair under the arrow keys."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from pocus_desktop.ui.parts.picture import PictureView
from pocus_desktop.ui.theme import look

_STEPS_ACROSS = 200
_FAST = 10
_GRAB_PX = 14


class PointPad(PictureView):
    """Marks in picture pixels.

    Arrows move the crosshair, Shift moves it faster, Enter or Space places a mark, Delete removes the nearest one;
    with the mouse a click places, and a click on a mark removes it.

    Args:
        name: What the picture shows.
        parent: The owner.

    Signals:
        placed: A place in picture pixels.
        removed: The index of the mark to remove.
        pointed: Where the crosshair is now, in picture pixels.
    """

    placed = Signal(QPointF)
    removed = Signal(int)
    pointed = Signal(QPointF)

    def __init__(self, name: str, *, parent: QWidget | None = None) -> None:
        super().__init__(name, parent=parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._marks: tuple[tuple[QPointF, str], ...] = ()
        self._crosshair: QPointF | None = None
        self._is_open = True
        self._is_by_key = False

    @property
    def crosshair(self) -> QPointF:
        """Where the crosshair is, in picture pixels; the middle before it was moved."""
        if self._crosshair is None:
            return QPointF(self.image.width() / 2, self.image.height() / 2)
        return self._crosshair

    def show_marks(self, marks: tuple[tuple[QPointF, str], ...], *, is_open: bool) -> None:
        """Show marks with their labels; where it is not open, nothing can be placed."""
        self._marks = marks
        self._is_open = is_open
        self.setCursor(Qt.CursorShape.CrossCursor if is_open else Qt.CursorShape.ArrowCursor)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Move the crosshair, place, remove."""
        step = max(1.0, self.image.width() / _STEPS_ACROSS)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            step *= _FAST
        moves = {
            Qt.Key.Key_Left: QPointF(-step, 0),
            Qt.Key.Key_Right: QPointF(step, 0),
            Qt.Key.Key_Up: QPointF(0, -step),
            Qt.Key.Key_Down: QPointF(0, step),
        }
        key = Qt.Key(event.key())
        if key in moves:
            self._move_to(self.crosshair + moves[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self._is_open:
                self.placed.emit(self.crosshair)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            if self._is_open and self._marks:
                self.removed.emit(self._nearest(self.crosshair)[0])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Place a mark, or remove the one that was clicked."""
        super().mousePressEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or not self._is_open:
            return
        self._is_by_key = False
        place = self.to_picture(event.position())
        if self._marks:
            index, distance = self._nearest(place)
            if distance * self._scale() <= _GRAB_PX:
                self.removed.emit(index)
                return
        if QRectF(self.image.rect()).contains(place):
            self._crosshair = place
            self.placed.emit(place)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show the crosshair when the focus came by key."""
        self._is_by_key = event.reason() != Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Hide the crosshair."""
        self._is_by_key = False
        super().focusOutEvent(event)
        self.update()

    def paint_marks(self, painter: QPainter) -> None:
        """Marks as ringed crosses with their numbers, and the crosshair."""
        worn = look.current()
        for place, label in self._marks:
            self._paint_mark(painter, self.to_widget(place), label)
        if self._is_by_key and self._is_open:
            at = self.to_widget(self.crosshair)
            for role, width in (("mark_edge", 3.0), ("mark", 1.0)):
                painter.setPen(QPen(worn.colour(role), width))
                painter.drawLine(QPointF(at.x(), 0), QPointF(at.x(), self.height()))
                painter.drawLine(QPointF(0, at.y()), QPointF(self.width(), at.y()))

    def _paint_mark(self, painter: QPainter, at: QPointF, label: str) -> None:
        worn = look.current()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for role, width in (("mark_edge", 5.0), ("mark", 2.0)):
            painter.setPen(QPen(worn.colour(role), width))
            painter.drawEllipse(at, 10, 10)
            painter.drawLine(at - QPointF(15, 0), at - QPointF(5, 0))
            painter.drawLine(at + QPointF(5, 0), at + QPointF(15, 0))
            painter.drawLine(at - QPointF(0, 15), at - QPointF(0, 5))
            painter.drawLine(at + QPointF(0, 5), at + QPointF(0, 15))
        if label:
            font = worn.font("fine", "strong")
            painter.setFont(font)
            box = QRectF(painter.fontMetrics().boundingRect(label)).adjusted(-5, -2, 5, 2)
            box.moveBottomLeft(at + QPointF(12, -8))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(worn.colour("mark_edge"))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(worn.colour("mark"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label)

    def _move_to(self, place: QPointF) -> None:
        self._is_by_key = True
        width, height = self.image.width(), self.image.height()
        self._crosshair = QPointF(min(max(place.x(), 0.0), width - 1.0), min(max(place.y(), 0.0), height - 1.0))
        self.reveal(self._crosshair)
        self.pointed.emit(self._crosshair)
        self.update()

    def _nearest(self, place: QPointF) -> tuple[int, float]:
        distances = [(place - mark).manhattanLength() for mark, _ in self._marks]
        index = min(range(len(distances)), key=distances.__getitem__)
        return index, distances[index]

    def _scale(self) -> float:
        return float((self.to_widget(QPointF(1, 0)) - self.to_widget(QPointF(0, 0))).x())
