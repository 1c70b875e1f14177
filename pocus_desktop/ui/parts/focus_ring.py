"""The ring around whatever has the focus: one for the whole window, above everything, in every theme."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from shiboken6 import isValid

from pocus_desktop.ui.theme import look

_GAP_PX = 3
_MOVES = frozenset(
    {
        QEvent.Type.Move,
        QEvent.Type.Resize,
        QEvent.Type.Show,
        QEvent.Type.Hide,
        QEvent.Type.LayoutRequest,
        QEvent.Type.ZOrderChange,
        QEvent.Type.ParentChange,
    }
)


class FocusRing(QWidget):
    """Follows the focus inside one window and draws a ring outside the widget's edge.

    Args:
        window: The window whose focus it follows.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._window = window
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []
        self.hide()
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101 - there is no widget without one
        application.focusChanged.connect(self._follow)

    @property
    def target(self) -> QWidget | None:
        """The widget it stands around; None where that is gone."""
        return self._target if self._target is not None and isValid(self._target) else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Move with the widget and everything it stands in."""
        if event.type() in _MOVES:
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the ring in the focus colour; on the stage in the stage's."""
        del event
        worn = look.current()
        is_on_stage = self._target is not None and isValid(self._target) and _stands_on_stage(self._target)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 3.0 if worn.theme == "high-contrast" else 2.0
        painter.setPen(QPen(worn.colour("stage_accent" if is_on_stage else "focus"), width))
        radius = worn.radius("small") + 2
        whole = QRectF(self._whole()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.drawRoundedRect(whole, radius, radius)
        painter.end()

    def _follow(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is None or new.window() is not self._window:
            if new is not None:
                self._watch(None)
            return
        self._watch(new)

    def _watch(self, target: QWidget | None) -> None:
        for widget in self._watched:
            if isValid(widget):  # one that went with its screen was forgotten by Qt already
                widget.removeEventFilter(self)
        self._watched = []
        self._target = target
        at = target
        while at is not None and at is not self._window:
            at.installEventFilter(self)
            self._watched.append(at)
            at = at.parentWidget()
        self._place()

    def _whole(self) -> QRect:
        """The ring's rectangle in its own coordinates, of which a scroll area may hide a part."""
        if self._target is None or not isValid(self._target):
            return self.rect()
        corner = self._target.mapTo(self._window, QPoint(0, 0)) - self.pos()
        return QRect(corner, self._target.size()).adjusted(-_GAP_PX, -_GAP_PX, _GAP_PX, _GAP_PX)

    def _place(self) -> None:
        target = self._target
        if target is None or not isValid(target) or not target.isVisible():
            self.hide()
            return
        corner = target.mapTo(self._window, QPoint(0, 0))
        seen = QRect(corner, target.size()).adjusted(-_GAP_PX, -_GAP_PX, _GAP_PX, _GAP_PX)
        at = target.parentWidget()
        while at is not None and at is not self._window:
            if isinstance(at, QScrollArea):
                view = at.viewport()
                seen = seen.intersected(QRect(view.mapTo(self._window, QPoint(0, 0)), view.size()))
            at = at.parentWidget()
        self.setGeometry(seen)
        self.setVisible(not seen.isEmpty())
        self.raise_()
        self.update()


def _stands_on_stage(widget: QWidget) -> bool:
    at = widget.parentWidget() if widget.property("part") == "picture" else widget  # a ring stands around a picture
    while at is not None:
        if at.property("part") in ("stage", "stage-bar", "picture"):
            return True
        at = at.parentWidget()
    return False
