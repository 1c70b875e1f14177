"""The triage room: walls, window, clock, curtain, monitor, couch and the portable ultrasound machine."""

from itertools import pairwise
from math import cos, exp, pi, sin

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from case_bundles.media_tools import palette as p
from case_bundles.media_tools.palette import box, fade, fill, limb, line, oval, shape, stroke
from case_bundles.media_tools.pose import Pose


def draw_room(painter: QPainter, pose: Pose) -> None:
    """The back of the room."""
    fill(painter, box(0, 0, 960, 330), fade(0, 0, 0, 330, (0, "#d5e1de"), (1, p.WALL)))
    fill(painter, box(0, 250, 960, 150), p.WALL_LOW)
    fill(painter, box(0, 246, 960, 6), p.RAIL)
    fill(painter, box(0, 394, 960, 8), "#b39f86")
    fill(painter, box(0, 402, 960, 140), fade(0, 402, 0, 540, (0, p.FLOOR), (1, "#cbbba4")))
    for x in range(-300, 1300, 120):
        stroke(painter, line((480 + (x - 480) * 0.8, 402), (480 + (x - 480) * 1.5, 540)), p.FLOOR_LINE, 1.2)
    # The window: dusk over roofs.
    fill(painter, box(48, 48, 178, 168, 4), "#f2f4f1")
    fill(painter, box(57, 57, 160, 150), fade(0, 57, 0, 207, (0, "#33466e"), (0.55, "#8a7ea3"), (1, "#eeb28c")))
    fill(painter, oval(178, 88, 8, 8), "#f7efd8")
    for x, top, wide in ((57, 168, 34), (91, 152, 26), (117, 176, 40), (157, 160, 24), (181, 172, 36)):
        fill(painter, box(x, top, wide, 207 - top), "#2c3550")
        for row in range(int((200 - top) / 11)):
            for column in range(int(wide / 10)):
                if (row * 7 + column * 5 + x) % 3 == 0:
                    fill(painter, box(x + 4 + column * 10, top + 5 + row * 11, 3.5, 5), "#f3cf7a")
    fill(painter, box(134.5, 57, 5, 150), "#f2f4f1")
    fill(painter, box(40, 214, 194, 9, 3), "#ffffff")
    # The clock: twenty to ten.
    fill(painter, oval(420, 84, 31, 31), "#66737a")
    fill(painter, oval(420, 84, 27, 27), "#fdfdfb")
    for hour in range(12):
        turn = hour * pi / 6
        stroke(
            painter,
            line((420 + 22 * sin(turn), 84 - 22 * cos(turn)), (420 + 25 * sin(turn), 84 - 25 * cos(turn))),
            "#66737a",
            1.6,
        )
    minutes = 40 + pose.seconds / 60
    for turn, reach, width in (((9 + minutes / 60) * pi / 6, 13, 3.0), (minutes * pi / 30, 20, 2.2)):
        stroke(painter, line((420, 84), (420 + reach * sin(turn), 84 - reach * cos(turn))), p.INK, width)
    turn = int(pose.seconds) * pi / 30
    stroke(painter, line((420, 84), (420 + 21 * sin(turn), 84 - 21 * cos(turn))), "#c0503f", 1.0)
    # A poster of the leg's veins.
    fill(painter, box(492, 40, 78, 112, 3), "#fbfaf5")
    fill(painter, box(492, 40, 78, 16, 3), "#2d8289")
    fill(
        painter,
        shape((520, 62), (545, 62), (541, 92), (536, 118), (540, 140), (522, 142), (526, 116), (521, 90)),
        "#ecd8c8",
    )
    stroke(painter, line((534, 64), (532, 92), (530, 118), (529, 138)), "#4a6fb0", 2.2)
    stroke(painter, line((528, 70), (527, 92), (532, 112)), "#7f9ed1", 1.4)
    for row in range(4):
        stroke(painter, line((550, 72 + row * 14), (564, 72 + row * 14)), "#c2c6c2", 2)
    # The curtain.
    fill(painter, box(828, 26, 132, 6), p.STEEL)
    for fold in range(6):
        x = 836 + fold * 22
        fill(
            painter,
            shape((x, 34), (x + 24, 34), (x + 27, 220), (x + 23, 412), (x - 2, 412), (x + 2, 220)),
            fade(x, 0, x + 24, 0, (0, "#93bcb9"), (0.5, "#b4d3cf"), (1, "#86b1ae")),
        )


def draw_monitor(painter: QPainter, pose: Pose) -> None:
    """The monitor with running traces."""
    fill(painter, box(781, 190, 7, 226), p.STEEL)
    fill(painter, box(752, 412, 66, 7, 3), p.STEEL_DARK)
    fill(painter, box(716, 108, 138, 96, 8), "#3b464d")
    fill(painter, box(723, 115, 124, 82, 4), p.SCREEN)
    _text(painter, 806, 118, 9, p.TRACE, "HR")
    _text(painter, 806, 128, 19, p.TRACE, str(pose.heart_rate), bold=True)
    _text(painter, 806, 158, 9, p.TRACE_BLUE, "SpO₂")
    _text(painter, 806, 168, 19, p.TRACE_BLUE, str(pose.spo2), bold=True)
    beat = 60 / pose.heart_rate
    sweep = (pose.seconds % 3.2) / 3.2
    for base, colour, is_ecg in ((144, p.TRACE, True), (182, p.TRACE_BLUE, False)):
        points = []
        for step in range(75):
            share = step / 74
            age = (sweep - share) % 1.0
            if age > 0.94:
                continue
            phase = ((pose.seconds - age * 3.2) / beat) % 1.0
            points.append((728 + share * 72, base - (_ecg(phase) if is_ecg else _pleth(phase)) * 17, age))
        for here, there in pairwise(points):
            if there[0] - here[0] < 2:
                stroke(painter, line(here[:2], there[:2]), colour, 1.4)


def draw_couch(painter: QPainter) -> None:
    """The couch and its sheet."""
    fill(painter, oval(500, 492, 310, 16), p.SHADOW)
    for x in (318, 660):
        fill(painter, box(x, 420, 10, 64), p.STEEL_DARK)
        fill(painter, oval(x + 5, 486, 9, 9), "#39434a")
    fill(painter, box(300, 442, 390, 7, 3), p.STEEL)
    fill(painter, box(244, 384, 330, 42, 12), p.COUCH_DARK)
    fill(painter, box(244, 380, 330, 32, 12), p.COUCH)
    fill(painter, shape((556, 412), (566, 376), (716, 214), (742, 220), (746, 240), (608, 424)), p.COUCH_DARK)
    fill(painter, shape((552, 404), (560, 372), (706, 212), (732, 216), (736, 234), (596, 414)), p.COUCH)
    fill(painter, box(248, 376, 318, 15, 6), p.SHEET)
    fill(painter, box(248, 387, 318, 6, 3), p.SHEET_SHADE)
    fill(painter, shape((676, 236), (704, 204), (730, 208), (734, 226), (700, 266)), p.SHEET)


def draw_cart(painter: QPainter) -> None:
    """The portable ultrasound machine in the foreground."""
    fill(painter, oval(116, 520, 76, 11), p.SHADOW)
    fill(painter, box(110, 372, 11, 132), p.STEEL_DARK)
    fill(painter, box(62, 500, 108, 9, 4), "#39434a")
    for x in (72, 160):
        fill(painter, oval(x, 513, 7, 7), "#2c353b")
    fill(painter, box(66, 366, 100, 14, 5), "#dfe4e4")
    fill(painter, shape((60, 366), (172, 366), (180, 380), (52, 380)), "#eef1f0")
    fill(painter, box(58, 262, 116, 92, 7), "#dfe4e4")
    fill(painter, box(66, 270, 100, 76, 3), "#0c1216")
    fill(painter, box(100, 276, 56, 64), fade(0, 276, 0, 340, (0, "#59656b"), (1, "#2b3439")))
    fill(painter, oval(118, 304, 9, 9), "#10171b")
    fill(painter, oval(139, 308, 12, 10), "#10171b")
    fill(painter, box(112, 352, 8, 16), p.STEEL_DARK)
    stroke(painter, limb((166, 372), (214, 420), (180, 470)), "#4c575d", 3.2)
    fill(painter, box(169, 374, 13, 34, 5), "#f4f6f5")


def _text(painter: QPainter, x: float, y: float, size: float, colour: str, words: str, *, bold: bool = False) -> None:
    font = QFont("DejaVu Sans")
    font.setPixelSize(round(size))
    font.setBold(bold)
    painter.setFont(font)
    painter.setPen(p.colour_of(colour))
    painter.drawText(QRectF(x, y, 200, size * 1.5), Qt.AlignmentFlag.AlignLeft, words)


def _ecg(phase: float) -> float:
    def bump(at: float, wide: float, high: float) -> float:
        return float(high * exp(-(((phase - at) / wide) ** 2)))

    return (
        bump(0.18, 0.03, 0.13)
        - bump(0.27, 0.01, 0.12)
        + bump(0.30, 0.013, 1.0)
        - bump(0.33, 0.012, 0.2)
        + bump(0.55, 0.05, 0.24)
    )


def _pleth(phase: float) -> float:
    return float(0.75 * exp(-(((phase - 0.3) / 0.12) ** 2)) + 0.3 * exp(-(((phase - 0.58) / 0.12) ** 2)))
