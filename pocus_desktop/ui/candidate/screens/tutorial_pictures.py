"""The picture items of the tutorial: a drawn phantom, shipped with the program and shown through the same widgets."""

import io
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QImageWriter, QPainter, QRadialGradient

from pocus_desktop.case.items.registry import ITEM, Item
from pocus_desktop.kernel import words as table
from pocus_desktop.ui.pictures import Pictures

PICTURE: Final = "tutorial/phantom.png"
_SIZE: Final = (480, 320)
_VESSELS: Final = (("left", 150.0, 170.0, 52.0, 46.0), ("right", 330.0, 150.0, 40.0, 36.0))


def picture_items() -> tuple[Item, ...]:
    """One item to mark a point, one to select a region."""
    picture = {"kind": "image", "file": PICTURE, "alt": _said("tutorial.phantom_alt")}
    return (
        ITEM.validate_python(
            {
                "type": "select-point",
                "id": "try-point",
                "prompt": _said("tutorial.point_prompt"),
                "help": _said("tutorial.point_help"),
                "picture": picture,
            }
        ),
        ITEM.validate_python(
            {
                "type": "hotspot",
                "id": "try-hotspot",
                "prompt": _said("tutorial.hotspot_prompt"),
                "help": _said("tutorial.hotspot_help"),
                "picture": picture,
                "regions": [
                    {
                        "id": name,
                        "label": _said(f"tutorial.region_{name}"),
                        "area": {"shape": "ellipse", "x": x, "y": y, "radius_x": rx, "radius_y": ry},
                    }
                    for name, x, y, rx, ry in _VESSELS
                ],
            }
        ),
    )


def tutorial_pictures() -> Pictures:
    """Pictures whose only member is the drawn phantom."""
    return Pictures(_Phantom())


class _Phantom:
    """A content of one picture."""

    def __init__(self) -> None:
        self._data = _drawn()

    def read(self, name: str) -> bytes:
        """The picture, whatever it is asked for."""
        del name
        return self._data

    def open(self, name: str) -> io.BytesIO:
        """The same as a reader."""
        return io.BytesIO(self.read(name))

    def size_bytes(self, name: str) -> int:
        """Its size."""
        return len(self.read(name))


def _said(key: str) -> dict[str, str]:
    return {language: table.say(f"ui.{key}", language) for language in table.languages()}


def _drawn() -> bytes:
    """Two round vessels in grey tissue; plainly a drawing, so that nobody takes it for a finding."""
    width, height = _SIZE
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(70, 70, 70))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for depth in range(0, height, 16):
        grey = 70 + (depth * 7) % 38
        painter.fillRect(QRectF(0, depth, width, 9), QColor(grey, grey, grey))
    for _, x, y, radius_x, radius_y in _VESSELS:
        glow = QRadialGradient(QPointF(x, y), radius_x)
        glow.setColorAt(0.0, QColor(8, 8, 8))
        glow.setColorAt(0.86, QColor(16, 16, 16))
        glow.setColorAt(1.0, QColor(170, 170, 170))
        painter.setBrush(QBrush(glow))
        painter.drawEllipse(QPointF(x, y), radius_x, radius_y)
    painter.end()
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(held.data())
