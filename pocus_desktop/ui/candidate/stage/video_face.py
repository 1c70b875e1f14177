"""The picture of a clip, with a sign of what there is to play before the first frame."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.icons import pixmap
from pocus_desktop.ui.video.video_surface import VideoSurface


class VideoFace(VideoSurface):
    """A video surface that says what will be seen.

    Args:
        name: What the clip is, in sight and for those who cannot see it.
        parent: The owner.

    Signals:
        clicked: The picture was clicked; the Play button beside it does the same for the keyboard.
    """

    clicked = Signal()

    def __init__(self, name: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Large enough to follow a scene."""
        return QSize(240, 135)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A click plays or pauses."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The newest frame; before the first, a sign and the name."""
        super().paintEvent(event)
        if self.has_picture:
            return
        worn = look.current()
        painter = QPainter(self)
        edge = worn.size("icon_large") * 2
        sign = pixmap("circle-play", worn.colour("stage_muted").name(), edge, self.devicePixelRatioF())
        middle = self.rect().center()
        painter.drawPixmap(middle.x() - edge // 2, middle.y() - edge, sign)
        painter.setFont(worn.font("lead", "medium"))
        painter.setPen(worn.colour("on_stage"))
        room = self.rect().adjusted(worn.space("base"), middle.y() + worn.space("snug"), -worn.space("base"), 0)
        flags = Qt.AlignmentFlag.AlignHCenter.value | Qt.AlignmentFlag.AlignTop.value | Qt.TextFlag.TextWordWrap.value
        painter.drawText(room, flags, self.accessibleName())
        painter.end()
