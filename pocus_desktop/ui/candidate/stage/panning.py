"""Moving a magnified picture: dragged with the pointer, or by the arrow keys while it has the focus."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent

from pocus_desktop.ui.parts.picture import PictureView
from pocus_desktop.ui.video.cine_surface import CineSurface

_STEP: Final = 0.125
"""How far a key moves the picture, as a share of the view."""

_ARROWS: Final = {
    Qt.Key.Key_Left: QPointF(1, 0),
    Qt.Key.Key_Right: QPointF(-1, 0),
    Qt.Key.Key_Up: QPointF(0, 1),
    Qt.Key.Key_Down: QPointF(0, -1),
}


class Panning(QObject):
    """Moves the picture of one view; while the whole picture is seen there is nothing to move.

    Args:
        view: The picture.
        how: In words how it is moved.
    """

    def __init__(self, view: PictureView | CineSurface, how: str) -> None:
        super().__init__(view)
        self._view = view
        self._how = how
        self._held: QPointF | None = None
        view.installEventFilter(self)

    def follow_zoom(self) -> None:
        """Be a stop of the Tab key while there is something to move."""
        is_magnified = self._view.zoom > 1
        self._view.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_magnified else Qt.FocusPolicy.NoFocus)
        self._view.setCursor(Qt.CursorShape.OpenHandCursor if is_magnified else Qt.CursorShape.ArrowCursor)
        self._view.setAccessibleDescription(self._how if is_magnified else "")
        self._view.setToolTip(self._how if is_magnified else "")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take drags and arrow keys."""
        if self._view.zoom > 1:
            if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return self._on_key(Qt.Key(event.key()))
            if isinstance(event, QMouseEvent):
                self._on_mouse(event)
        return super().eventFilter(watched, event)

    def _on_key(self, key: Qt.Key) -> bool:
        way = _ARROWS.get(key)
        if way is None:
            return False
        self._view.pan(QPointF(way.x() * self._view.width(), way.y() * self._view.height()) * _STEP)
        return True

    def _on_mouse(self, event: QMouseEvent) -> None:
        match event.type():
            case QEvent.Type.MouseButtonPress if event.button() == Qt.MouseButton.LeftButton:
                self._held = event.position()
            case QEvent.Type.MouseMove if self._held is not None:
                self._view.pan(event.position() - self._held)
                self._held = event.position()
            case QEvent.Type.MouseButtonRelease:
                self._held = None
            case _:
                pass
