"""Where a picture lies in a widget: the largest rectangle of its aspect, centred, then zoomed around a point."""

from PySide6.QtCore import QPointF, QRectF, QSizeF


def fitted(picture: QSizeF, room: QSizeF) -> QRectF:
    """The largest rectangle of the picture's aspect that fits the room, centred; empty when either is empty."""
    if picture.isEmpty() or room.isEmpty():
        return QRectF()
    scale = min(room.width() / picture.width(), room.height() / picture.height())
    width, height = picture.width() * scale, picture.height() * scale
    return QRectF((room.width() - width) / 2, (room.height() - height) / 2, width, height)


def zoomed(picture: QSizeF, room: QSizeF, zoom: float, centre: QPointF) -> QRectF:
    """The fitted rectangle enlarged `zoom` times, with `centre` (0..1 of the picture) in the middle where it can be.

    The picture never leaves a gap that it could fill.
    """
    base = fitted(picture, room)
    if base.isEmpty() or zoom <= 1:
        return base
    width, height = base.width() * zoom, base.height() * zoom
    return QRectF(_place(room.width(), width, centre.x()), _place(room.height(), height, centre.y()), width, height)


def _place(room: float, length: float, centre: float) -> float:
    if length <= room:
        return (room - length) / 2
    return min(max(room / 2 - centre * length, room - length), 0.0)
