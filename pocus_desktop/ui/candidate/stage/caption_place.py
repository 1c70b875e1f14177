"""Where a cue stands in the band under the picture.

The band is one row of captions: of a cue's settings those along the line count (`position`, `size`, `align`). `line`
and `vertical` would put a cue over the picture, and nothing is drawn there.
"""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt

from pocus_desktop.case.webvtt import Cue, Line

NARROWEST: Final = 0.2
"""A share of the band below which words would break; a cue that asks for less has the whole band."""

_ALIGNMENTS: Final = {
    "start": Qt.AlignmentFlag.AlignLeft,  # leading: the text's own direction turns it
    "center": Qt.AlignmentFlag.AlignHCenter,
    "end": Qt.AlignmentFlag.AlignRight,
    "left": Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute,
    "right": Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute,
}
_POSITIONS: Final = {"start": 0.0, "left": 0.0, "center": 50.0, "end": 100.0, "right": 100.0}
_ANCHORS: Final = {"start": "line-left", "left": "line-left", "end": "line-right", "right": "line-right"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and how lines stand.

    Attributes:
        left: The left edge, as a share of the band's width.
        width: The width, as a share of it.
        alignment: How text stands between both edges.
    """

    left: float = 0.0
    width: float = 1.0
    alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignHCenter


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLine:
    """A line of a cue at its place."""

    line: Line
    place: Place = Place()


def place_of(cue: Cue) -> Place:
    """The place that a cue's settings come to (W3C WebVTT, section 7.2, for text in rows)."""
    alignment = _ALIGNMENTS[cue.align]
    if cue.vertical:
        return Place(alignment=alignment)
    position = _POSITIONS[cue.align] if cue.position == "auto" else float(cue.position)
    anchor = cue.position_align if cue.position_align != "auto" else _ANCHORS.get(cue.align, "center")
    match anchor:
        case "line-left":
            most, at = 100 - position, 0.0
        case "line-right":
            most, at = position, 1.0
        case _:
            most, at = 2 * min(position, 100 - position), 0.5
    width = min(cue.size, most)
    if width < NARROWEST * 100:
        return Place(alignment=alignment)
    return Place(left=(position - at * width) / 100, width=width / 100, alignment=alignment)
