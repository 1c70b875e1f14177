"""Colours and brushes of the drawn scenes."""

from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QPainter, QPainterPath, QPen

WALL: Final = "#e3ebe8"
WALL_LOW: Final = "#c4d6d2"
RAIL: Final = "#a9c0bb"
FLOOR: Final = "#d8cab6"
FLOOR_LINE: Final = "#c9b9a2"
SHADOW: Final = "#00000022"
STEEL: Final = "#8d9aa3"
STEEL_DARK: Final = "#5b6871"
COUCH: Final = "#3f6f78"
COUCH_DARK: Final = "#2f565e"
SHEET: Final = "#f4f3ee"
SHEET_SHADE: Final = "#dcdcd4"
SCREEN: Final = "#13212a"
TRACE: Final = "#63e6a6"
TRACE_BLUE: Final = "#6ec6ff"
SKIN_PATIENT: Final = "#c98f69"
SKIN_PATIENT_DARK: Final = "#b0764f"
SKIN_PATIENT_RED: Final = "#c9674f"
HAIR_PATIENT: Final = "#55504d"
SHIRT: Final = "#dba540"
SHIRT_DARK: Final = "#c08a2b"
SHORTS: Final = "#445273"
SHORTS_DARK: Final = "#364262"
SKIN_NURSE: Final = "#8a5a3e"
SKIN_NURSE_DARK: Final = "#704730"
HAIR_NURSE: Final = "#241d1c"
SCRUBS: Final = "#2d8289"
SCRUBS_DARK: Final = "#226a70"
INK: Final = "#2a2a2e"


def fill(painter: QPainter, path: QPainterPath, colour: str | QBrush) -> None:
    """Fill a path without an outline."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(colour_of(colour)) if isinstance(colour, str) else colour)
    painter.drawPath(path)


def stroke(painter: QPainter, path: QPainterPath, colour: str, width: float) -> None:
    """Draw a path as a line with round ends."""
    pen = QPen(colour_of(colour), width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


def shape(*points: tuple[float, float]) -> QPainterPath:
    """A closed smooth shape through points (Catmull-Rom)."""
    count = len(points)
    path = QPainterPath(QPointF(*points[0]))
    for index in range(count):
        before, here = points[index - 1], points[index]
        there, after = points[(index + 1) % count], points[(index + 2) % count]
        path.cubicTo(
            here[0] + (there[0] - before[0]) / 6,
            here[1] + (there[1] - before[1]) / 6,
            there[0] - (after[0] - here[0]) / 6,
            there[1] - (after[1] - here[1]) / 6,
            *there,
        )
    path.closeSubpath()
    return path


def line(*points: tuple[float, float]) -> QPainterPath:
    """An open line through points."""
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(*point)
    return path


def limb(*points: tuple[float, float]) -> QPainterPath:
    """An open smooth line through three points, for arms."""
    path = QPainterPath(QPointF(*points[0]))
    path.quadTo(QPointF(*points[1]), QPointF(*points[2]))
    return path


def box(x: float, y: float, width: float, height: float, radius: float = 0) -> QPainterPath:
    """A rectangle with rounded corners."""
    path = QPainterPath()
    path.addRoundedRect(x, y, width, height, radius, radius)
    return path


def oval(x: float, y: float, radius_x: float, radius_y: float) -> QPainterPath:
    """An ellipse around a centre."""
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), radius_x, radius_y)
    return path


def fade(x0: float, y0: float, x1: float, y1: float, *stops: tuple[float, str]) -> QBrush:
    """A gradient from one point to another."""
    gradient = QLinearGradient(QPointF(x0, y0), QPointF(x1, y1))
    for at, colour in stops:
        gradient.setColorAt(at, colour_of(colour))
    return QBrush(gradient)


def colour_of(text: str) -> QColor:
    """`#rrggbb` or `#rrggbbaa`."""
    if len(text) == 9:
        return QColor(int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16), int(text[7:9], 16))
    return QColor(text)
