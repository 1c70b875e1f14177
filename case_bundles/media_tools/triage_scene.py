"""The encounter's scene: a triage room in the evening, a patient on the couch, a nurse beside him.

Everything is drawn on a canvas of 960 × 540 units; a shot is a place the camera looks at and how close it is.
"""

from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QImage, QPainter, QTransform

from case_bundles.media_tools.pose import Pose
from case_bundles.media_tools.triage_people import draw_nurse, draw_patient
from case_bundles.media_tools.triage_room import draw_cart, draw_couch, draw_monitor, draw_room

CANVAS: Final = (960, 540)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What the camera sees: the centre on the canvas and the magnification."""

    x: float = 480
    y: float = 270
    zoom: float = 1.0


WIDE: Final = Shot()
PATIENT: Final = Shot(x=640, y=240, zoom=1.75)
NURSE: Final = Shot(x=300, y=215, zoom=1.75)
LEGS: Final = Shot(x=392, y=345, zoom=2.3)


class TriageScene:
    """Draws poses as pictures."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self._size = (width_px, height_px)

    def picture(self, shot: Shot, pose: Pose) -> QImage:
        """The scene in RGB888."""
        width, height = self._size
        image = QImage(width, height, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = width / CANVAS[0] * shot.zoom
        half_x, half_y = CANVAS[0] / 2 / shot.zoom, CANVAS[1] / 2 / shot.zoom
        x = min(max(shot.x, half_x), CANVAS[0] - half_x)
        y = min(max(shot.y, half_y), CANVAS[1] - half_y)
        painter.setTransform(QTransform().translate(width / 2, height / 2).scale(scale, scale).translate(-x, -y))
        draw_room(painter, pose)
        draw_monitor(painter, pose)
        draw_nurse(painter, pose)
        draw_couch(painter)
        draw_patient(painter, pose)
        draw_cart(painter)
        painter.end()
        return image.convertToFormat(QImage.Format.Format_RGB888)
