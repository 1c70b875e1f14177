"""Moments and spans as reports write them: with tenths, since appeals are about seconds."""

from datetime import UTC, datetime

from pocus_desktop.kernel.clock import LATEST_MS


def span_told(ms: int) -> str:
    """A span or a place on the exam clock: `4:05.3`, `1:04:05.0`."""
    sign = "\N{MINUS SIGN}" if ms < 0 else ""
    seconds, rest = divmod(abs(ms), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    tail = f"{seconds:02}.{rest // 100}"
    return f"{sign}{hours}:{minutes:02}:{tail}" if hours else f"{sign}{minutes}:{tail}"


def short_span(ms: int) -> str:
    """The same without tenths, for rulers: `4:05`."""
    return span_told(ms)[:-2]


def date_told(wall_ms: int) -> str:
    """A date and time in UTC; a moment that no calendar has is told in milliseconds."""
    if not 0 <= wall_ms <= LATEST_MS:
        return f"{wall_ms} ms"
    return f"{datetime.fromtimestamp(wall_ms / 1000, tz=UTC):%Y-%m-%d %H:%M:%S}.{wall_ms % 1000 // 100}"


def time_told(wall_ms: int) -> str:
    """The time of day alone, in UTC."""
    return date_told(wall_ms).rpartition(" ")[2] if 0 <= wall_ms <= LATEST_MS else date_told(wall_ms)
