"""Cue settings and region settings.

Follows "parse the WebVTT cue settings", "collect WebVTT region settings" and "parse a percentage string" (W3C WebVTT,
sections 6.2 and 6.3). A setting that does not parse is passed over; a later one of the same name wins.
"""

import math
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pocus_desktop.case.webvtt import timestamps
from pocus_desktop.case.webvtt.model import Auto, Cue, LineAlign, PositionAlign, Region, Scroll, TextAlign, Vertical

WHITESPACE: Final = "\t\n\f\r "
"""ASCII whitespace; Python's own idea of whitespace holds more."""

CUE_SETTINGS: Final = frozenset({"region", "vertical", "line", "position", "size", "align"})
REGION_SETTINGS: Final = frozenset({"id", "width", "lines", "regionanchor", "viewportanchor", "scroll"})

_TOKENS: Final = re.compile(r"[^\t\n\f\r ]+")
_PERCENTAGE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)%")
_LINE_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_ONLY_DIGITS: Final = re.compile(r"[0-9]+")

_VERTICAL: Final[dict[str, Vertical]] = {"rl": "rl", "lr": "lr"}
_LINE_ALIGN: Final[dict[str, LineAlign]] = {"start": "start", "center": "center", "end": "end"}
_POSITION_ALIGN: Final[dict[str, PositionAlign]] = {
    "line-left": "line-left",
    "center": "center",
    "line-right": "line-right",
}
_ALIGN: Final[dict[str, TextAlign]] = {
    "start": "start",
    "center": "center",
    "end": "end",
    "left": "left",
    "right": "right",
}

Applied: TypeAlias = Literal["applied", "unknown", "invalid"]
"""What became of one setting: it was taken, nobody knows its name, or its value does not parse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One `name:value` of a line. `name` is None where the token is not of that form."""

    name: str | None
    value: str
    token: str
    position: int


@dataclass(slots=True, kw_only=True)
class CueSettings:
    """Where a cue is shown, while its settings are being read."""

    region: str | None = None
    vertical: Vertical = ""
    snap_to_lines: bool = True
    line: float | Auto = "auto"
    line_align: LineAlign = "start"
    position: float | Auto = "auto"
    position_align: PositionAlign = "auto"
    size: float = 100.0
    align: TextAlign = "center"

    def cue(self, *, name: str, start: float, end: float, text: str) -> Cue:
        """The cue with these settings."""
        return Cue(
            id=name,
            start=start,
            end=end,
            region=self.region,
            vertical=self.vertical,
            snap_to_lines=self.snap_to_lines,
            line=self.line,
            line_align=self.line_align,
            position=self.position,
            position_align=self.position_align,
            size=self.size,
            align=self.align,
            text=text,
        )

    def apply(self, setting: Setting, regions: Container[str]) -> Applied:
        """Take one setting; `regions` holds the ids known so far."""
        value = setting.value
        match setting.name:
            case "region":
                self.region = value if value in regions else None
                return "applied" if self.region is not None else "invalid"
            case "vertical":
                return self._apply_vertical(value)
            case "line":
                return self._apply_line(value)
            case "position":
                return self._apply_position(value)
            case "size":
                return self._apply_size(value)
            case "align":
                if value not in _ALIGN:
                    return "invalid"
                self.align = _ALIGN[value]
                return "applied"
            case _:
                return "unknown"

    def _apply_vertical(self, value: str) -> Applied:
        self.vertical = _VERTICAL.get(value, self.vertical)
        if self.vertical:
            self.region = None  # there are no vertical regions
        return "applied" if value in _VERTICAL else "invalid"

    def _apply_line(self, value: str) -> Applied:
        place, comma, alignment = value.partition(",")
        number = percentage(place) if place.endswith("%") else _line_number(place)
        if number is None or (comma and alignment not in _LINE_ALIGN):
            return "invalid"
        if comma:
            self.line_align = _LINE_ALIGN[alignment]
        self.line = number
        self.snap_to_lines = not place.endswith("%")
        self.region = None  # a cue with a line of its own drops out of its region
        return "applied"

    def _apply_position(self, value: str) -> Applied:
        place, comma, alignment = value.partition(",")
        number = percentage(place)
        if number is None or (comma and alignment not in _POSITION_ALIGN):
            return "invalid"
        if comma:
            self.position_align = _POSITION_ALIGN[alignment]
        self.position = number
        return "applied"

    def _apply_size(self, value: str) -> Applied:
        number = percentage(value)
        if number is None:
            return "invalid"
        self.size = number
        if number != 100:
            self.region = None  # a cue with a size of its own drops out of its region
        return "applied"


@dataclass(slots=True, kw_only=True)
class RegionSettings:
    """A region, while its settings are being read."""

    id: str = ""
    width: float = 100.0
    lines: int = 3
    region_anchor: tuple[float, float] = (0.0, 100.0)
    viewport_anchor: tuple[float, float] = (0.0, 100.0)
    scroll: Scroll = ""

    def region(self) -> Region:
        """The region with these settings."""
        return Region(
            id=self.id,
            width=self.width,
            lines=self.lines,
            region_anchor_x=self.region_anchor[0],
            region_anchor_y=self.region_anchor[1],
            viewport_anchor_x=self.viewport_anchor[0],
            viewport_anchor_y=self.viewport_anchor[1],
            scroll=self.scroll,
        )

    def apply(self, setting: Setting) -> Applied:
        """Take one setting."""
        value = setting.value
        match setting.name:
            case "id":
                self.id = value
            case "width":
                width = percentage(value)
                if width is None:
                    return "invalid"
                self.width = width
            case "lines":
                if not _ONLY_DIGITS.fullmatch(value):
                    return "invalid"
                self.lines = timestamps.integer(value)
            case "regionanchor":
                anchor = _anchor(value)
                if anchor is None:
                    return "invalid"
                self.region_anchor = anchor
            case "viewportanchor":
                anchor = _anchor(value)
                if anchor is None:
                    return "invalid"
                self.viewport_anchor = anchor
            case "scroll":
                if value != "up":
                    return "invalid"
                self.scroll = "up"
            case _:
                return "unknown"
        return "applied"


def split(text: str, position: int = 0) -> Iterator[Setting]:
    """The settings of a text from a position on, split on ASCII whitespace; positions count from the text's start."""
    for found in _TOKENS.finditer(text, position):
        token = found.group()
        name, colon, value = token.partition(":")
        is_setting = bool(name and colon and value)
        yield Setting(
            name=name if is_setting else None,
            value=value if is_setting else "",
            token=token,
            position=found.start(),
        )


def percentage(text: str) -> float | None:
    """A WebVTT percentage such as "33.3%" as a number from 0 to 100, or None."""
    found = _PERCENTAGE.fullmatch(text)
    if found is None:
        return None
    number = float(found.group(1))
    return number if number <= 100 else None


def _line_number(text: str) -> float | None:
    if not _LINE_NUMBER.fullmatch(text):
        return None
    number = float(text)
    if math.isinf(number):
        return None
    return number + 0.0  # minus zero becomes zero


def _anchor(text: str) -> tuple[float, float] | None:
    left, comma, right = text.partition(",")
    x, y = percentage(left), percentage(right)
    if not comma or x is None or y is None:
        return None
    return x, y
