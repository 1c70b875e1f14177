"""The people in the triage room: the patient on the couch, the nurse behind it."""

from math import pi, sin

from PySide6.QtGui import QPainter

from case_bundles.media_tools import palette as p
from case_bundles.media_tools.palette import box, fade, fill, limb, line, oval, shape, stroke
from case_bundles.media_tools.pose import Pose


def draw_patient(painter: QPainter, pose: Pose) -> None:
    """The patient, half sitting, with the swollen leg towards the viewer."""
    breath = sin(pose.seconds * 2 * pi / 3.8) * 1.3
    # The far (right) leg: slim.
    fill(
        painter,
        shape(
            (556, 346),
            (500, 320),
            (450, 322),
            (404, 340),
            (352, 352),
            (302, 352),
            (288, 360),
            (300, 370),
            (352, 371),
            (410, 366),
            (452, 352),
            (500, 362),
            (548, 384),
        ),
        p.SKIN_PATIENT_DARK,
    )
    fill(
        painter,
        shape((304, 352), (292, 322), (284, 318), (277, 324), (282, 352), (288, 370), (304, 369)),
        p.SKIN_PATIENT_DARK,
    )
    # The near (left) leg: the calf is swollen and flushed.
    near = shape(
        (566, 346),
        (520, 330),
        (476, 332),
        (440, 344),
        (400, 346),
        (352, 350),
        (312, 357),
        (294, 362),
        (292, 374),
        (312, 380),
        (348, 390),
        (386, 397),
        (420, 390),
        (446, 378),
        (488, 376),
        (530, 392),
        (566, 392),
    )
    fill(painter, near, p.SKIN_PATIENT)
    painter.save()
    painter.setClipPath(near)
    fill(
        painter,
        oval(382, 376, 66, 34),
        fade(382, 344, 382, 404, (0, "#c9674f00"), (0.45, "#c9674f77"), (1, "#bf5643cc")),
    )
    fill(painter, oval(322, 372, 26, 14), "#c9674f55")
    stroke(painter, limb((352, 384), (386, 391), (418, 384)), "#a84c3a66", 1.6)
    painter.restore()
    stroke(painter, limb((446, 352), (456, 346), (466, 350)), p.SKIN_PATIENT_DARK, 2)
    # Foot with a light dressing where the cast ended.
    fill(
        painter,
        shape((308, 357), (294, 326), (285, 318), (275, 322), (276, 340), (279, 364), (288, 380), (304, 379)),
        p.SKIN_PATIENT,
    )
    fill(painter, shape((296, 352), (314, 354), (318, 380), (300, 382), (292, 372)), "#f2efe6")
    for offset in (0, 7, 14):
        stroke(painter, line((299 + offset, 353), (303 + offset, 381)), "#d8d4c8", 1.2)
    # Shorts.
    fill(
        painter,
        shape(
            (470, 328), (520, 318), (566, 322), (604, 344), (612, 382), (586, 402), (540, 400), (478, 384), (466, 356)
        ),
        p.SHORTS,
    )
    stroke(painter, limb((500, 388), (545, 372), (580, 346)), p.SHORTS_DARK, 2)
    # Trunk.
    fill(
        painter,
        shape(
            (570, 336),
            (584, 290),
            (612 - breath, 244),
            (648 - breath, 216),
            (684, 216),
            (706, 238),
            (696, 282),
            (658, 338),
            (622, 388),
            (592, 396),
            (572, 372),
        ),
        p.SHIRT,
    )
    stroke(painter, limb((640, 330), (664, 290), (676, 262)), p.SHIRT_DARK, 2)
    _patient_head(painter, pose)
    # The near arm: on the thigh, or pointing at the calf.
    hand = pose.patient_hand
    elbow = (604 - 26 * hand, 346 - 10 * hand)
    wrist = (552 - 86 * hand, 344 - 4 * hand)
    upper = limb((664, 254), (642, 316), elbow)
    stroke(painter, upper, p.SHIRT_DARK, 33)
    stroke(painter, upper, p.SHIRT, 29)
    lower = limb(elbow, ((elbow[0] + wrist[0]) / 2, elbow[1] + 10), wrist)
    stroke(painter, lower, p.SKIN_PATIENT_DARK, 21)
    stroke(painter, lower, p.SKIN_PATIENT, 19)
    fill(painter, oval(wrist[0] - 7, wrist[1] + 1, 13, 10), p.SKIN_PATIENT)
    if hand > 0.4:
        stroke(painter, line((wrist[0] - 12, wrist[1]), (wrist[0] - 28, wrist[1] + 8)), p.SKIN_PATIENT, 7)
    fill(painter, oval(elbow[0] - 22, elbow[1] + 6, 5, 9), "#2b3940")


def _patient_head(painter: QPainter, pose: Pose) -> None:
    painter.save()
    painter.translate(668, 170 + sin(pose.seconds * 2 * pi / 3.8) * 0.7)
    painter.rotate(13 + 1.6 * sin(pose.seconds * 1.3) * pose.patient_mouth)
    fill(painter, shape((-10, 26), (18, 24), (24, 56), (4, 66), (-14, 56)), p.SKIN_PATIENT_DARK)
    fill(painter, oval(30, 4, 8, 11), p.SKIN_PATIENT_DARK)
    fill(
        painter,
        shape((-30, -24), (-14, -42), (14, -44), (33, -24), (34, 4), (26, 28), (4, 43), (-14, 42), (-28, 28), (-33, 2)),
        p.SKIN_PATIENT,
    )
    # Grey hair and a short beard.
    fill(
        painter,
        shape(
            (-31, -18),
            (-27, -40),
            (-6, -53),
            (22, -50),
            (40, -32),
            (40, -4),
            (33, 6),
            (30, -14),
            (16, -31),
            (-8, -32),
            (-24, -28),
        ),
        p.HAIR_PATIENT,
    )
    fill(
        painter,
        shape(
            (-31, 12),
            (-26, 20),
            (-14, 19),
            (-2, 16),
            (12, 20),
            (24, 12),
            (33, 2),
            (31, 24),
            (18, 42),
            (2, 50),
            (-16, 48),
            (-28, 32),
        ),
        "#6b645f",
    )
    fill(painter, shape((-17, 23), (-2, 20), (12, 24), (8, 36), (-4, 38), (-14, 34)), p.SKIN_PATIENT)
    _eyes(painter, pose.seconds + 0.9, (-16, -4), (9, -3), brow="#4a4542")
    stroke(painter, line((-5, 0), (-9, 11), (-3, 13)), p.SKIN_PATIENT_DARK, 2.2)
    _mouth(painter, -3, 28, 9, pose.patient_mouth)
    painter.restore()


def draw_nurse(painter: QPainter, pose: Pose) -> None:
    """The nurse with a tablet."""
    breath = sin(pose.seconds * 2 * pi / 3.4) * 0.8
    # Body behind the couch.
    fill(
        painter,
        shape(
            (232, 250),
            (252, 222 + breath),
            (286, 212 + breath),
            (322, 212 + breath),
            (356, 224 + breath),
            (374, 254),
            (378, 330),
            (370, 400),
            (240, 400),
            (230, 330),
        ),
        p.SCRUBS,
    )
    fill(painter, shape((282, 213 + breath), (304, 244), (326, 213 + breath), (304, 204)), p.SKIN_NURSE_DARK)
    stroke(painter, line((281, 214 + breath), (304, 246), (327, 214 + breath)), p.SCRUBS_DARK, 3)
    fill(painter, box(330, 262, 22, 28, 3), "#f6f6f2")
    fill(painter, box(330, 262, 22, 8, 3), "#c0503f")
    fill(painter, oval(341, 278, 4.5, 5), p.SKIN_NURSE)
    stroke(painter, limb((284, 212), (272, 262), (300, 272)), "#3a4248", 3)
    fill(painter, oval(302, 273, 6, 6), "#5b6871")
    _nurse_head(painter, pose)
    # Arms with a tablet.
    for path in (limb((246, 250), (228, 330), (282, 322)), limb((364, 250), (392, 322), (336, 326))):
        stroke(painter, path, p.SCRUBS_DARK, 27)
        stroke(painter, path, p.SCRUBS, 24)
    painter.save()
    painter.translate(312, 306)
    painter.rotate(-7)
    fill(painter, box(-42, -26, 82, 56, 5), "#2c353b")
    fill(painter, box(-38, -22, 74, 48, 2), "#3c4a52")
    painter.restore()
    fill(painter, oval(276, 318, 11, 9), p.SKIN_NURSE)
    fill(painter, oval(350, 314, 11, 9), p.SKIN_NURSE)


def _nurse_head(painter: QPainter, pose: Pose) -> None:
    painter.save()
    painter.translate(304, 162 + sin(pose.seconds * 2 * pi / 3.4) * 0.5)
    painter.rotate(2.2 * pose.nurse_looks + 1.4 * sin(pose.seconds * 1.7) * pose.nurse_mouth)
    turn = 5 * pose.nurse_looks
    fill(painter, oval(-4, -46, 17, 15), p.HAIR_NURSE)
    fill(painter, oval(0, -8, 37, 40), p.HAIR_NURSE)
    fill(painter, shape((-13, 24), (13, 24), (17, 56), (0, 64), (-17, 56)), p.SKIN_NURSE_DARK)
    fill(
        painter,
        shape((-29, -20), (-14, -34), (14, -34), (29, -20), (31, 4), (24, 27), (8, 41), (-8, 41), (-24, 27), (-31, 4)),
        p.SKIN_NURSE,
    )
    fill(
        painter,
        shape(
            (-32, -2),
            (-32, -26),
            (-12, -41),
            (14, -41),
            (32, -26),
            (32, -2),
            (25, -18),
            (6 + turn, -27),
            (-14, -24),
            (-25, -16),
        ),
        p.HAIR_NURSE,
    )
    _eyes(painter, pose.seconds, (-12 + turn, -1), (12 + turn, -1), brow=p.HAIR_NURSE)
    stroke(painter, line((turn, 4), (turn * 1.7 + 1, 13), (turn - 2, 15)), p.SKIN_NURSE_DARK, 2.0)
    _mouth(painter, turn * 0.9, 26, 9, pose.nurse_mouth)
    for x in (-31, 31):
        fill(painter, oval(x, 12, 2.4, 2.4), "#e8c66a")
    painter.restore()


def _eyes(
    painter: QPainter, seconds: float, left: tuple[float, float], right: tuple[float, float], *, brow: str
) -> None:
    is_blinking = (seconds % 3.7) < 0.13
    for x, y in (left, right):
        if is_blinking:
            stroke(painter, line((x - 4, y + 1), (x + 4, y + 1)), p.INK, 2)
        else:
            fill(painter, oval(x, y, 4.6, 4.8), "#fbf8f2")
            fill(painter, oval(x + 0.8, y + 0.3, 3.0, 3.6), p.INK)
            fill(painter, oval(x + 1.8, y - 0.9, 0.9, 0.9), "#ffffff")
        stroke(painter, limb((x - 7, y - 8), (x, y - 10.5), (x + 7, y - 8.2)), brow, 2.6)


def _mouth(painter: QPainter, x: float, y: float, half: float, opened: float) -> None:
    if opened < 0.12:
        stroke(painter, limb((x - half, y), (x, y + 2.5), (x + half, y)), "#6b2f2a", 2.3)
        return
    fill(painter, oval(x, y + 1, half * (1.0 - 0.22 * opened), 1.8 + 5.4 * opened), "#5c211e")
    if opened > 0.35:
        fill(painter, box(x - half * 0.5, y - 3.2 * opened, half, 2.1, 1), "#f4f0ea")
