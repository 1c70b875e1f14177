"""Line icons (Lucide, ISC licence), tinted with the colours of the theme."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from pocus_desktop.kernel import assets


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size_px: int, scale: float = 1.0) -> QPixmap:
    """An icon as a picture.

    Args:
        name: The file's name in `assets/icons`, without its ending.
        colour: `#rrggbb`.
        size_px: Edge length in device-independent pixels.
        scale: Device pixels in a pixel.

    Raises:
        OSError: There is no such icon; the tests draw every icon that is named.
    """
    source = assets.folder("icons", f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    edge = max(1, round(size_px * scale))
    picture = QPixmap(edge, edge)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, edge, edge))
    painter.end()
    picture.setDevicePixelRatio(scale)
    return picture


def icon(name: str, colour: str, size_px: int, *, disabled: str | None = None) -> QIcon:
    """An icon for a button, as sharp as the densest display that is there."""
    scale = QGuiApplication.instance().devicePixelRatio()  # type: ignore[union-attr]  # there is one where icons are
    found = QIcon(pixmap(name, colour, size_px, scale))
    if disabled is not None:
        found.addPixmap(pixmap(name, disabled, size_px, scale), QIcon.Mode.Disabled)
    return found
