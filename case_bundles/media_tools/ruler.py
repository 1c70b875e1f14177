"""Frames a scan as consoles do: black margins, a depth ruler in centimetres, the orientation mark."""

from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from case_bundles.media_tools.acoustics import Grey

ORIGIN_PX: Final = (34, 12)
"""Where the scan's left upper corner stands in the picture."""

_RIGHT_PX: Final = 14
_BELOW_PX: Final = 12
_TICK: Final = 170


def picture_size(width_px: int, height_px: int) -> tuple[int, int]:
    """Width and height of the framed picture."""
    return ORIGIN_PX[0] + width_px + _RIGHT_PX, ORIGIN_PX[1] + height_px + _BELOW_PX


def with_ruler(scan: Grey, *, mm_per_px: float) -> Grey:
    """The scan in its frame; ticks stand every 5 mm of depth, numbers every centimetre."""
    height, width = scan.shape
    picture = Image.new("L", picture_size(width, height), 0)
    picture.paste(Image.fromarray(scan), ORIGIN_PX)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=12)
    left, top = ORIGIN_PX
    for step in range(int(height * mm_per_px / 5) + 1):
        y = top + round(step * 5 / mm_per_px)
        long = step % 2 == 0
        draw.line([(left - (9 if long else 5), y), (left - 3, y)], fill=_TICK, width=1)
        if long and step:
            draw.text((left - 13, y), str(step // 2), fill=_TICK, font=font, anchor="rm")
    draw.text((left - 13, top + 2), "cm", fill=_TICK, font=font, anchor="rm")
    draw.ellipse([left + 4, 3, left + 10, 9], fill=255)
    return np.asarray(picture)
