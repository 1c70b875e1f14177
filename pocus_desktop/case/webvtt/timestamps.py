"""WebVTT timestamps: `hh:mm:ss.ttt` or `mm:ss.ttt`.

Follows "collect a WebVTT timestamp" (W3C WebVTT, section 6.3) step by step. A failure says where the text stopped
being a timestamp, for the linter.
"""

import re
from dataclasses import dataclass
from typing import Final

_DIGITS: Final = re.compile(r"[0-9]*")
_MOST_DIGITS: Final = 308


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """A timestamp that was read: its value in milliseconds and where the text goes on."""

    ms: int
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotATimestamp:
    """Where a text stopped being a timestamp, and what should have stood there."""

    position: int
    expected: str


def integer(digits: str) -> int:
    """A run of ASCII digits as a number; one of more than 308 digits is told as 10 to the power of 308.

    That is the last power of ten that a float holds, and Python refuses to read much longer ones.
    """
    significant = digits.lstrip("0")
    if len(significant) > _MOST_DIGITS:
        return int(10**_MOST_DIGITS)
    return int(significant or "0")


def collect(text: str, position: int) -> Collected | NotATimestamp:
    """Read a timestamp at a position; what follows it is the caller's affair."""
    first, position = _digits(text, position)
    if not first:
        return NotATimestamp(position=position, expected="a digit")
    has_hours = len(first) != 2 or integer(first) > 59
    if not text.startswith(":", position):
        return NotATimestamp(position=position, expected="a colon")
    second, position = _digits(text, position + 1)
    if len(second) != 2:
        return NotATimestamp(position=position - len(second), expected="exactly two digits")
    if has_hours or text.startswith(":", position):
        if not text.startswith(":", position):
            return NotATimestamp(
                position=position, expected="a colon and the seconds (minutes have two digits up to 59)"
            )
        third, position = _digits(text, position + 1)
        if len(third) != 2:
            return NotATimestamp(position=position - len(third), expected="exactly two digits")
        hours, minutes, whole_seconds = integer(first), int(second), int(third)
    else:
        hours, minutes, whole_seconds = 0, int(first), int(second)
    if not text.startswith(".", position):
        return NotATimestamp(position=position, expected="a full stop and the milliseconds")
    fraction, position = _digits(text, position + 1)
    if len(fraction) != 3:
        return NotATimestamp(position=position - len(fraction), expected="exactly three digits")
    if minutes > 59 or whole_seconds > 59:
        return NotATimestamp(position=position, expected="minutes and seconds up to 59")
    return Collected(ms=((hours * 60 + minutes) * 60 + whole_seconds) * 1000 + int(fraction), position=position)


def written(ms: int) -> str:
    """Milliseconds as a timestamp with all its parts, the hours with at least two digits."""
    whole_seconds, thousandths = divmod(ms, 1000)
    whole_minutes, left_seconds = divmod(whole_seconds, 60)
    hours, minutes = divmod(whole_minutes, 60)
    return f"{hours:02}:{minutes:02}:{left_seconds:02}.{thousandths:03}"


def _digits(text: str, position: int) -> tuple[str, int]:
    found = _DIGITS.match(text, position)
    end = found.end() if found else position
    return text[position:end], end
