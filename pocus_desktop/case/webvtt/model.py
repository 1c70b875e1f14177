"""What a captions file says: cues, regions and style sheets, with the names and values of the WebVTT API.

Names follow `VTTCue` and `VTTRegion` (W3C WebVTT, sections 9.1 and 9.2) in Python's spelling. Percentages are numbers
from 0 to 100.
"""

import sys
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

Auto: TypeAlias = Literal["auto"]
Vertical: TypeAlias = Literal["", "rl", "lr"]
LineAlign: TypeAlias = Literal["start", "center", "end"]
PositionAlign: TypeAlias = Literal["line-left", "center", "line-right", "auto"]
TextAlign: TypeAlias = Literal["start", "center", "end", "left", "right"]
Scroll: TypeAlias = Literal["", "up"]

LATEST_MS: Final = 2**53
"""Where integer milliseconds end: a later time (285 000 years) is told as this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of the picture in which cues are shown (`VTTRegion`).

    Attributes:
        id: The name that cues use.
        width: Width in percent of the picture.
        lines: Height in lines of text.
        region_anchor_x: The point of the region that is pinned, in percent of the region's width.
        region_anchor_y: The same in percent of its height.
        viewport_anchor_x: Where that point is pinned, in percent of the picture's width.
        viewport_anchor_y: The same in percent of its height.
        scroll: "up" where new cues push older ones up, else "".
    """

    id: str = ""
    width: float = 100.0
    lines: int = 3
    region_anchor_x: float = 0.0
    region_anchor_y: float = 100.0
    viewport_anchor_x: float = 0.0
    viewport_anchor_y: float = 100.0
    scroll: Scroll = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One caption and when and where it is shown (`VTTCue`).

    Attributes:
        id: The author's name for it, often empty.
        start: When it appears, in seconds.
        end: When it goes, in seconds; not always after `start`.
        pause_on_exit: Always false in a file.
        region: The id of the region it is shown in, or None.
        vertical: "" for horizontal text, "rl" or "lr" for columns that grow to the left or right.
        snap_to_lines: Whether `line` counts lines (true) or is a percentage of the picture (false).
        line: The line or percentage, or "auto".
        line_align: Which edge of the box `line` places.
        position: Where the box stands along the line, in percent, or "auto".
        position_align: Which point of the box `position` places.
        size: Width of the box (height where vertical) in percent.
        align: How text stands inside the box.
        text: The cue's text with its markup; `cue_text` makes the tree of it.
    """

    start: float
    end: float
    id: str = ""
    pause_on_exit: bool = False
    region: str | None = None
    vertical: Vertical = ""
    snap_to_lines: bool = True
    line: float | Auto = "auto"
    line_align: LineAlign = "start"
    position: float | Auto = "auto"
    position_align: PositionAlign = "auto"
    size: float = 100.0
    align: TextAlign = "center"
    text: str = ""

    @property
    def start_ms(self) -> int:
        """When it appears, in integer milliseconds."""
        return _milliseconds(self.start)

    @property
    def end_ms(self) -> int:
        """When it goes, in integer milliseconds."""
        return _milliseconds(self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A captions file after the W3C algorithm.

    Attributes:
        cues: In the order of the file.
        regions: In the order of the file; of two with one id the last one counts.
        styles: The text of each STYLE block, as written.
        has_signature: Whether the file began as WebVTT must; without it nothing else was read.
    """

    cues: tuple[Cue, ...] = ()
    regions: tuple[Region, ...] = ()
    styles: tuple[str, ...] = ()
    has_signature: bool = field(default=True)

    def region(self, name: str | None) -> Region | None:
        """The region that cues mean by a name: the last one of that id, or None."""
        return next((region for region in reversed(self.regions) if region.id == name), None)


def seconds(milliseconds: int) -> float:
    """Milliseconds as the nearest number of seconds: 1500 is 1.5. Beyond every float it is the largest float."""
    try:
        return milliseconds / 1000
    except OverflowError:
        return sys.float_info.max


def _milliseconds(time: float) -> int:
    return round(min(time, LATEST_MS / 1000) * 1000)
