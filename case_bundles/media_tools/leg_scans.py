"""The scans of the swollen-calf case: both groins in compression, and the left popliteal fossa.

Screen left is the patient's right. In the right groin the vein lies medial of the artery, so to its right on the
screen; in the left groin it lies to its left. From behind the knee the popliteal vein is nearer to the probe than the
artery.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from case_bundles.media_tools.acoustics import Field, Grey, Probe, to_grey
from case_bundles.media_tools.ruler import ORIGIN_PX, with_ruler
from case_bundles.media_tools.vessels import (
    Body,
    Ellipse,
    Moment,
    Section,
    Vessel,
    lumen_at,
    press_wave,
    pulse_wave,
)
from pocus_desktop.case.items.hotspot import Ellipse as Area

VIEW: Final = Field()
FRAMES: Final = 36
BEATS: Final = 3
HEART_RATE_PER_MIN: Final = 88
WHITE: Final = 2.4
GREY_LEVELS: Final = 56

_BLOOD_DB: Final = -38.0
_THROMBUS_DB: Final = -17.0
_PULSE: Final = 0.045


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A compression loop of one vein and one artery.

    Attributes:
        section: The cross-section; its first vessel is the vein, its second the artery.
        vein_pressed: The vein's half-axes (across, along) at full compression.
        artery_pressed: The artery's half-axes at full compression.
        lift: How far the deep tissue comes up at full compression.
    """

    section: Section
    vein_pressed: tuple[float, float]
    artery_pressed: tuple[float, float]
    lift: float

    def moment(self, frame: int) -> Moment:
        """How it stands in a frame."""
        phase = frame / FRAMES
        press = float(press_wave(np.asarray(phase)))
        pulse = _PULSE * float(pulse_wave(np.asarray(phase * BEATS)))
        vein, artery = (vessel.lumen for vessel in self.section.vessels)
        across = artery.across_mm + press * (self.artery_pressed[0] - artery.across_mm)
        along = artery.along_mm + press * (self.artery_pressed[1] - artery.along_mm)
        # Under pressure the wall is slack and the pulse moves it more.
        swing = 1 + pulse * (1 + press)
        return Moment(
            lift=press * self.lift,
            lumens=(
                (
                    vein.across_mm + press * (self.vein_pressed[0] - vein.across_mm),
                    vein.along_mm + press * (self.vein_pressed[1] - vein.along_mm),
                ),
                (across * swing, along * swing),
            ),
        )

    def frames(self) -> list[Grey]:
        """The pictures of the loop, with their ruler."""
        return self.pictures(range(FRAMES))

    def pictures(self, frames: Iterable[int]) -> list[Grey]:
        """Some of them, of one body."""
        body = Body(self.section)
        return [_picture(self.section, body, self.moment(frame), frame) for frame in frames]

    def picture(self, frame: int) -> Grey:
        """One of them."""
        [picture] = self.pictures([frame])
        return picture

    def lumen_px(self, index: int, frame: int) -> Area:
        """Where a vessel truly is in a frame, in the picture's pixels."""
        return _in_pixels(lumen_at(self.section, self.moment(frame), index))


def times_us() -> tuple[int, ...]:
    """When each frame is shown."""
    loop = BEATS * 60_000_000 / HEART_RATE_PER_MIN
    return tuple(round(frame * loop / FRAMES) for frame in range(FRAMES))


def _picture(section: Section, body: Body, moment: Moment, frame: int) -> Grey:
    grey = to_grey(section.view, section.probe, body.picture(moment, frame), reference=WHITE, levels=GREY_LEVELS)
    return with_ruler(grey, mm_per_px=section.view.mm_per_px)


def _in_pixels(lumen: Ellipse) -> Area:
    scale = 1 / VIEW.mm_per_px
    return Area(
        shape="ellipse",
        x=lumen.x_mm * scale + ORIGIN_PX[0],
        y=lumen.z_mm * scale + ORIGIN_PX[1],
        radius_x=lumen.across_mm * scale,
        radius_y=lumen.along_mm * scale,
    )


RIGHT_GROIN: Final = Run(
    section=Section(
        view=VIEW,
        probe=Probe(),
        vessels=(
            Vessel(
                lumen=Ellipse(x_mm=25.4, z_mm=20.3, across_mm=6.1, along_mm=4.9),
                wall=1.0,
                content_db=_BLOOD_DB,
            ),
            Vessel(
                lumen=Ellipse(x_mm=12.3, z_mm=18.6, across_mm=4.2, along_mm=4.2),
                wall=1.6,
                content_db=_BLOOD_DB,
            ),
        ),
        bone=(7.0, 33.0, 17.0),
        seed=4,
    ),
    vein_pressed=(7.6, 0.35),
    artery_pressed=(4.5, 3.7),
    lift=0.1,
)
"""The sound side: the vein closes completely, and the artery is flattened."""

LEFT_GROIN: Final = Run(
    section=Section(
        view=VIEW,
        probe=Probe(),
        vessels=(
            Vessel(
                lumen=Ellipse(x_mm=13.2, z_mm=20.3, across_mm=6.6, along_mm=6.1),
                wall=0.9,
                content_db=_THROMBUS_DB,
                is_fixed=True,
            ),
            Vessel(
                lumen=Ellipse(x_mm=27.3, z_mm=18.6, across_mm=4.3, along_mm=4.3),
                wall=1.6,
                content_db=_BLOOD_DB,
            ),
        ),
        bone=(31.0, 33.0, 17.0),
        seed=5,
    ),
    vein_pressed=(6.9, 5.75),
    artery_pressed=(4.8, 3.4),
    lift=0.07,
)
"""The swollen side: a wide vein full of soft thrombus, which does not close although the artery is flattened."""

LEFT_POPLITEAL: Final = Section(
    view=VIEW,
    probe=Probe(focus_mm=16.0),
    vessels=(
        Vessel(
            lumen=Ellipse(x_mm=20.5, z_mm=14.3, across_mm=4.6, along_mm=4.2),
            wall=0.9,
            content_db=_THROMBUS_DB,
            is_fixed=True,
        ),
        Vessel(
            lumen=Ellipse(x_mm=18.2, z_mm=23.6, across_mm=3.0, along_mm=3.0),
            wall=1.6,
            content_db=_BLOOD_DB,
        ),
    ),
    fascia_mm=5.5,
    bone=(17.0, 32.5, 26.0),
    seed=9,
)
"""Behind the left knee, under pressure: the popliteal vein is full of thrombus as well."""

POPLITEAL_PRESSED: Final = Moment(lift=0.05, lumens=((4.8, 3.9), (3.1, 2.75)))


def popliteal_picture() -> Grey:
    """The still of the left popliteal fossa."""
    return _picture(LEFT_POPLITEAL, Body(LEFT_POPLITEAL), POPLITEAL_PRESSED, 0)


def popliteal_lumen_px(index: int) -> Area:
    """Where the popliteal vein (0) or artery (1) truly is in the still, in its pixels."""
    return _in_pixels(lumen_at(LEFT_POPLITEAL, POPLITEAL_PRESSED, index))
