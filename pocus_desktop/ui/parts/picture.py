"""A picture on true black: never stretched, whole-number or smooth scaling, brighter or darker on demand."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget

ZOOMS = (1.0, 1.5, 2.0, 3.0, 4.0)
"""The steps of magnification, as multiples of the size that fits."""


class PictureView(QWidget):
    """Shows one picture; subclasses draw marks over it in picture pixels.

    Args:
        name: What the picture shows, for those who cannot see it.
        parent: The owner.

    Signals:
        zoomed: The magnification changed.
    """

    zoomed = Signal(float)

    def __init__(self, name: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setProperty("part", "picture")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._image = QImage()
        self._zoom = 1.0
        self._centre = QPointF()
        self._brightness = 0
        self._is_smooth = True

    @property
    def image(self) -> QImage:
        """The picture shown; null before there is one."""
        return self._image

    @property
    def zoom(self) -> float:
        """The magnification; 1 fits the whole picture."""
        return self._zoom

    def show_image(self, image: QImage) -> None:
        """Show a picture; the view stays where it is when the size is the same."""
        if image.size() != self._image.size():
            self._centre = QPointF(image.width() / 2, image.height() / 2)
            self._zoom = 1.0
        self._image = image
        self.updateGeometry()
        self.update()

    def set_zoom(self, zoom: float, *, around: QPointF | None = None) -> None:
        """Magnify around a place in picture pixels (the present middle where omitted)."""
        self._zoom = min(max(zoom, ZOOMS[0]), ZOOMS[-1])
        if around is not None:
            self._centre = around
        if self._zoom == 1.0:
            self._centre = QPointF(self._image.width() / 2, self._image.height() / 2)
        self.zoomed.emit(self._zoom)
        self.update()

    def step_zoom(self, steps: int, *, around: QPointF | None = None) -> None:
        """Magnify by so many steps of `ZOOMS`."""
        at = min(range(len(ZOOMS)), key=lambda index: abs(ZOOMS[index] - self._zoom))
        self.set_zoom(ZOOMS[min(max(at + steps, 0), len(ZOOMS) - 1)], around=around)

    def pan(self, delta: QPointF) -> None:
        """Move the magnified picture by so many pixels of the widget, as far as it fills the view."""
        scale = self._transform().m11()
        across = _kept(self._centre.x() - delta.x() / scale, self.width() / scale, self._image.width())
        down = _kept(self._centre.y() - delta.y() / scale, self.height() / scale, self._image.height())
        self._centre = QPointF(across, down)
        self.update()

    def set_brightness(self, brightness: int) -> None:
        """Lighten or darken what is shown, -100 to 100; the picture itself stays as it is."""
        self._brightness = min(max(brightness, -100), 100)
        self.update()

    def set_smooth(self, is_smooth: bool) -> None:  # noqa: FBT001 - the one thing it sets
        """Smooth scaling, or sharp pixels at whole-number steps."""
        self._is_smooth = is_smooth
        self.update()

    def reveal(self, place: QPointF) -> None:
        """Move the view so that a place in picture pixels is in sight."""
        seen = QRectF(self.to_picture(QPointF(0, 0)), self.to_picture(QPointF(self.width(), self.height())))
        if not seen.contains(place):
            self._centre = place
            self.update()

    def to_picture(self, at: QPointF) -> QPointF:
        """Picture pixels of a place in the widget."""
        inverse, _ = self._transform().inverted()
        return inverse.map(at)

    def to_widget(self, at: QPointF) -> QPointF:
        """The place in the widget of picture pixels."""
        return self._transform().map(at)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """The picture keeps its shape."""
        return not self._image.isNull()

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """The height that shows the whole picture without bands."""
        if self._image.isNull():
            return self.minimumHeight()
        return round(width * self._image.height() / self._image.width())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The picture's own size."""
        return self._image.size() if not self._image.isNull() else QSize(320, 240)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Large enough to see something."""
        return QSize(160, 120)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the picture, then the marks of subclasses."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        if not self._image.isNull():
            painter.save()
            painter.setTransform(self._transform(), combine=True)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._is_smooth)
            painter.drawImage(0, 0, self._image)
            self._paint_brightness(painter)
            painter.restore()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_marks(painter)
        painter.end()

    def paint_marks(self, painter: QPainter) -> None:
        """Draw over the picture, in widget pixels; nothing here."""

    def _paint_brightness(self, painter: QPainter) -> None:
        if not self._brightness:
            return
        amount = round(abs(self._brightness) * 1.6)
        if self._brightness > 0:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Plus)
            shade = QColor(amount, amount, amount)
        else:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
            shade = QColor(255 - amount, 255 - amount, 255 - amount)
        painter.fillRect(self._image.rect(), shade)

    def _transform(self) -> QTransform:
        if self._image.isNull() or not self.width() or not self.height():
            return QTransform()
        fit = min(self.width() / self._image.width(), self.height() / self._image.height())
        scale = fit * self._zoom
        if not self._is_smooth and scale >= 1:
            scale = float(int(scale))
        transform = QTransform()
        transform.translate(self.width() / 2, self.height() / 2)
        transform.scale(scale, scale)
        transform.translate(-self._centre.x(), -self._centre.y())
        return transform


def _kept(middle: float, seen: float, length: float) -> float:
    """A middle of the view at which no gap shows that the picture could fill."""
    return length / 2 if seen >= length else min(max(middle, seen / 2), length - seen / 2)
