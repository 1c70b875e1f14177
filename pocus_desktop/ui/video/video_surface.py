"""The widget that paints the newest picture of a player on true black."""

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pocus_desktop.media.frames import FrameBuffer
from pocus_desktop.ui.video.fitting import fitted


class VideoSurface(QWidget):
    """Paints the newest frame at its aspect, smoothly scaled; the bars beside it are black in every theme.

    Connect a relay's `frame_ready` to `show_latest`. Captions are children or drawn by whoever owns the surface:
    `picture_rect` says where the picture is.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._frames: FrameBuffer | None = None
        self._image = QImage()

    def set_frames(self, frames: FrameBuffer | None) -> None:
        """Show this buffer from now on; None shows black."""
        self._frames = frames
        self._image = QImage()
        self.show_latest()

    @Slot()
    def show_latest(self) -> None:
        """Take the newest frame and repaint."""
        frame = self._frames.latest() if self._frames is not None else None
        if frame is None:
            self._image = QImage()
        else:
            # The image reads the buffer in place: it stays untouched until the next `latest()`, which is called here
            # and nowhere else.
            self._image = QImage(frame.data, frame.width, frame.height, frame.stride, QImage.Format.Format_RGB32)
        self.update()

    @property
    def has_picture(self) -> bool:
        """Whether there is something to see."""
        return not self._image.isNull()

    def picture_rect(self) -> QRectF:
        """Where the picture is, in the widget's coordinates; the whole widget without a picture."""
        if self._image.isNull():
            return QRectF(self.rect())
        return fitted(QSizeF(self._image.size()), QSizeF(self.size()))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The picture's own size, or 16:9."""
        return self._image.size() if self.has_picture else QSize(640, 360)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Black, then the picture."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), Qt.GlobalColor.black)
        if self.has_picture:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.picture_rect(), self._image)
        painter.end()
