"""The widget that paints one frame of a cine by its index: exact, zoomable, at any brightness and contrast."""

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pocus_desktop.media.cine import CineReader
from pocus_desktop.ui.video.fitting import fitted, zoomed
from pocus_desktop.ui.video.frame_cache import FrameCache
from pocus_desktop.ui.video.tone import toned

MAX_ZOOM = 8.0


class CineSurface(QWidget):
    """Shows what it is told and decides nothing: playing is `media.cine_clock.CinePlayback`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._cache: FrameCache | None = None
        self._size = QSize()
        self._index = 0
        self._image = QImage()
        self._zoom, self._centre = 1.0, QPointF(0.5, 0.5)
        self._brightness = self._contrast = 0

    def set_cine(self, reader: CineReader | None) -> None:
        """Show this cine from its first frame; None shows black.

        Raises:
            PocusError: Its first frame is refused.
        """
        self._cache = FrameCache(reader.frame_bytes) if reader is not None else None
        self._size = QSize(reader.info.width_px, reader.info.height_px) if reader is not None else QSize()
        self._zoom, self._centre = 1.0, QPointF(0.5, 0.5)
        self._index, self._image = 0, QImage()  # whatever the first frame does, no index of the cine before is left
        self.updateGeometry()
        self.show_index(0)

    @property
    def index(self) -> int:
        """The frame that is shown."""
        return self._index

    def show_index(self, index: int) -> None:
        """Show a frame.

        Raises:
            PocusError: The cine refuses the frame, or Qt does not decode it; the frame before stays.
        """
        if self._cache is None:
            self._index, self._image = 0, QImage()
        else:
            image = toned(self._cache.image(index), self._brightness, self._contrast)
            self._index, self._image = index, image
        self.update()

    @property
    def zoom(self) -> float:
        """How many times the fitted size."""
        return self._zoom

    def set_zoom(self, zoom: float, *, about: QPointF | None = None) -> None:
        """Enlarge, kept from 1 to 8 times.

        Args:
            zoom: How many times the fitted size.
            about: The place of the widget that stays where it is; its middle by default.
        """
        place = about if about is not None else QPointF(self.rect().center())
        fixed = self.picture_point(place)
        self._zoom = min(max(zoom, 1.0), MAX_ZOOM)
        if fixed is not None and self._zoom > 1:
            self._centre_so_that(fixed, place)
        self.update()

    def pan(self, delta: QPointF) -> None:
        """Move the enlarged picture by so much of the widget."""
        rect = self.picture_rect()
        if self._zoom <= 1 or rect.isEmpty():
            return
        middle = QPointF(self.width() / 2, self.height() / 2) - delta
        self._centre = QPointF((middle.x() - rect.x()) / rect.width(), (middle.y() - rect.y()) / rect.height())
        self.update()

    def set_tone(self, brightness: int, contrast: int) -> None:
        """Brightness and contrast from -100 to 100; 0 and 0 show the frame as it is."""
        self._brightness = min(max(brightness, -100), 100)
        self._contrast = min(max(contrast, -100), 100)
        self.show_index(self._index)

    @property
    def tone(self) -> tuple[int, int]:
        """Brightness and contrast."""
        return self._brightness, self._contrast

    def picture_rect(self) -> QRectF:
        """Where the whole picture lies, in the widget's coordinates; larger than the widget when enlarged."""
        return zoomed(QSizeF(self._size), QSizeF(self.size()), self._zoom, self._centre)

    def picture_point(self, place: QPointF) -> QPointF | None:
        """The pixel under a place of the widget (0,0 is the upper left corner of the frame); None beside it."""
        rect = self.picture_rect()
        if rect.isEmpty() or not rect.contains(place):
            return None
        return QPointF(
            (place.x() - rect.x()) * self._size.width() / rect.width(),
            (place.y() - rect.y()) * self._size.height() / rect.height(),
        )

    def widget_point(self, pixel: QPointF) -> QPointF:
        """The place in the widget of a point of the frame."""
        rect = self.picture_rect()
        return QPointF(
            rect.x() + pixel.x() * rect.width() / max(self._size.width(), 1),
            rect.y() + pixel.y() * rect.height() / max(self._size.height(), 1),
        )

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The frame's own size, or 4:3."""
        return self._size if not self._size.isEmpty() else QSize(640, 480)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Black, then the frame."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), Qt.GlobalColor.black)
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.picture_rect(), self._image)
        painter.end()

    def _centre_so_that(self, fixed: QPointF, place: QPointF) -> None:
        base = fitted(QSizeF(self._size), QSizeF(self.size()))
        width, height = base.width() * self._zoom, base.height() * self._zoom
        self._centre = QPointF(
            fixed.x() / self._size.width() + (self.width() / 2 - place.x()) / width,
            fixed.y() / self._size.height() + (self.height() / 2 - place.y()) / height,
        )
