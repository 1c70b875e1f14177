"""Packs a compression loop as a cine: lossless frames, their times, and the scale of the tissue in view."""

from io import BytesIO

from PIL import Image

from case_bundles.media_tools.acoustics import Grey
from case_bundles.media_tools.leg_scans import BEATS, HEART_RATE_PER_MIN, VIEW, Run, times_us
from case_bundles.media_tools.ruler import ORIGIN_PX
from pocus_desktop.media.cine import CineInfo, Region, write_cine


def calibration() -> Region:
    """Where the tissue lies in the picture, and its scale."""
    side = 1 / VIEW.mm_per_px
    left, top = ORIGIN_PX
    return Region(
        x0=left,
        y0=top,
        x1=left + round(VIEW.width_mm * side),
        y1=top + round(VIEW.depth_mm * side),
        mm_per_px_x=VIEW.mm_per_px,
        mm_per_px_y=VIEW.mm_per_px,
    )


def lossless(picture: Grey) -> bytes:
    """A picture as lossless WebP, packed as tightly as can be, since it is committed (the build's own is quicker)."""
    buffer = BytesIO()
    Image.fromarray(picture).convert("RGB").save(buffer, "WEBP", lossless=True, quality=100, method=6)
    return buffer.getvalue()


def cine(run: Run) -> bytes:
    """The loop as a `.cine` file."""
    pictures = run.frames()
    height, width = pictures[0].shape
    info = CineInfo(
        width_px=width,
        height_px=height,
        times_us=times_us(),
        end_us=round(BEATS * 60_000_000 / HEART_RATE_PER_MIN),
        loop=True,
        regions=(calibration(),),
        frame_type="image/webp",
    )
    return write_cine(info, [lossless(picture) for picture in pictures])
