"""Moments as credentials write them: UTC, to the second (XML Schema `dateTimeStamp`)."""

import re
from datetime import UTC, datetime
from typing import Final

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def told(wall_ms: int) -> str:
    """A moment, its part of a second cut off."""
    return f"{datetime.fromtimestamp(wall_ms // 1000, tz=UTC):%Y-%m-%dT%H:%M:%SZ}"


def read(text: object) -> int | None:
    """Milliseconds since the epoch; None where the text is no such moment."""
    if not isinstance(text, str) or _MOMENT.fullmatch(text) is None:
        return None
    try:
        return int(datetime.fromisoformat(text).timestamp()) * 1000
    except ValueError:
        return None
