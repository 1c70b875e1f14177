"""Days, years and time zones as the programme counts them (docs/formats/programme 2, docs/adr/0201).

1. `n` years after a day is the same day of that year; after 29 February, 28 February where the year has no other.
2. A span of years or days holds its last day to the end.
3. A day ends when the next one begins in the zone that counts, whatever clocks did in between.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import ClassVar, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pocus_desktop.kernel import words
from pocus_desktop.kernel.errors import Blame, PocusError

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)
"""No document and no rule speaks of days outside."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MS: Final = (FIRST_DAY - date(1970, 1, 1)).days * 86_400_000
_LAST_MS: Final = (LAST_DAY - date(1970, 1, 1)).days * 86_400_000
_HALF_A_DAY_MS: Final = 12 * 60 * 60 * 1000
_ZONE: Final = re.compile(r"[A-Z][A-Za-z0-9_+-]{0,40}(?:/[A-Z][A-Za-z0-9_+-]{0,40}){0,3}")


class UnknownZoneError(PocusError):
    """No time zone has this name."""

    code: ClassVar[str] = "programme.unknown_zone"
    blame: ClassVar[Blame] = Blame.USER


def years_after(day: date, years: int) -> date:
    """The last day of a span of years that begins with `day` (rules 1 and 2).

    Returns:
        A day no later than the calendar's last.
    """
    year = day.year + years
    if year > date.max.year:
        return date.max
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 2, 28)


def first_day_within(years: int, on: date) -> date:
    """The earliest day whose span of `years` still holds `on`."""
    if on.year - years < date.min.year:
        return date.min
    try:
        return on.replace(year=on.year - years)
    except ValueError:  # no span of years from 28 February reaches 29 February
        return date(on.year - years, 3, 1)


def days_after(day: date, days: int) -> date:
    """A number of days later, no later than the calendar's last."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name such as `America/Bogota`.

    Names that mean another zone on another computer (`localtime`), or count leap seconds (`right/…`), are none: all
    names of IANA's begin with a capital.

    Raises:
        UnknownZoneError: There is none on this computer.
    """
    if not _ZONE.fullmatch(name):
        raise UnknownZoneError(zone=name)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:  # a path, a folder, a name with a zero byte
        raise UnknownZoneError(zone=name) from problem


def local_day(at_ms: int, zone_name: str) -> date:
    """The day that it was in a zone at a moment; one beyond the days of documents is the first or last of them.

    Raises:
        UnknownZoneError: There is no such zone.
    """
    moment = _EPOCH + timedelta(milliseconds=min(max(at_ms, _FIRST_MS), _LAST_MS))
    return moment.astimezone(zone(zone_name)).date()


def end_of_day_ms(day: date, zone_name: str) -> int:
    """The first moment after a day in a zone: when the next one begins there (rule 3).

    A midnight that clocks skip is the moment they are put forward; one that comes twice is the first.

    Raises:
        UnknownZoneError: There is no such zone.
    """
    following = days_after(min(day, LAST_DAY), 1)
    midnight = datetime(following.year, following.month, following.day, tzinfo=zone(zone_name))
    return round(midnight.timestamp()) * 1000


def last_day_before(ends_at_ms: int) -> date:
    """The last day of a window by the midnight at which it ends, where it is not known in which zone that is one.

    Right west of UTC and until eleven hours east of it, a day early farther east: nobody is told a later one.
    """
    return datetime.fromtimestamp((ends_at_ms - 1 - _HALF_A_DAY_MS) / 1000, tz=UTC).date()


def day_told(day: date, language: str) -> str:
    """A day as people write it in a language, with the month in letters: never to be mistaken."""
    month = words.say(f"programme.month.{day.month}", language)
    return words.say("programme.date.day", language, day=day.day, month=month, year=day.year)
