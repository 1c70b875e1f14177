"""Civil days, attempts and deadlines in one place (formats/admission 5): everything here is pure.

People say "on 29 March, from 8 until the end of the day, at the centre"; documents say milliseconds in UTC. Between the
two stand time zones whose clocks jump, repeat hours, and leave out whole days. The rules:

1. A time that the clocks leave out means the moment at which they jump.
2. A time that comes twice means the first one for a beginning, and the second one for an end.
3. A day ends with the last millisecond that its date is shown, whatever its length.
4. Days are counted on the calendar of the centre's zone, never in hours.
5. "Valid for N years" ends the day before the anniversary; that of 29 February is 1 March in other years.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pocus_desktop.admission.admission import Admission, Window, same_candidate
from pocus_desktop.kernel.errors import Blame, PocusError

MIDNIGHT: Final = time(0)
FIRST_DAY: Final = date(1970, 1, 2)
LAST_DAY: Final = date(9999, 12, 29)
"""Between these, every zone's days and the moments that end them can be told."""

_SECOND: Final = timedelta(seconds=1)

Edge = Literal["begin", "end"]


class WindowError(PocusError):
    """A day, window or attempt is refused; always one of the classes below."""

    code: ClassVar[str] = "windows.refused"
    blame: ClassVar[Blame] = Blame.USER


class UnknownZoneError(WindowError):
    """The time zone is not one that this computer knows."""

    code = "windows.unknown_zone"


class NoSuchDayError(WindowError):
    """The day does not exist in the zone (its calendar left it out), or is out of all reckoning."""

    code = "windows.no_such_day"


class EmptyWindowError(WindowError):
    """A window ends before it begins."""

    code = "windows.empty"


class TooManyAttemptsError(WindowError):
    """All attempts that the rules allow are used."""

    code = "windows.too_many_attempts"


class OutOfTurnError(WindowError):
    """An attempt does not follow the ones there were."""

    code = "windows.out_of_turn"


class RetakeTooSoonError(WindowError):
    """The window is over before the next attempt may be made."""

    code = "windows.retake_too_soon"


class NotEligibleError(WindowError):
    """The window begins after the time in which all attempts must be made."""

    code = "windows.not_eligible"


class AttemptBegunError(WindowError):
    """The same attempt of the same candidate was begun at this station with another admission."""

    code = "windows.attempt_begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How often and when an assessment may be sat.

    Attributes:
        maximum_attempts: None allows any number.
        retake_after_days: Civil days from the day of an attempt to the first day of the next one.
        eligible_days: Civil days from the day of the voucher to the last day of any attempt; None sets no end.
    """

    maximum_attempts: int | None = None
    retake_after_days: int = 0
    eligible_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt that was made.

    Attributes:
        at_ms: When it was handed in, or last heard of.
    """

    number: int
    at_ms: int


def zone_of(name: str) -> ZoneInfo:
    """A zone by its name in the IANA database, such as `Europe/Madrid`.

    Raises:
        UnknownZoneError: There is none of that name, or this computer has no database of zones.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise UnknownZoneError(zone=ascii(name)[1:61].rstrip("'")) from problem


def instant_ms(day: date, at: time, zone: ZoneInfo, edge: Edge) -> int:
    """A local time as milliseconds since the epoch (rules 1 and 2).

    Raises:
        NoSuchDayError: Out of all reckoning, or left out by the zone's calendar.
    """
    found = _instant(_within(day), at, zone, edge)
    if found.astimezone(zone).date() != day:
        raise NoSuchDayError(day=day.isoformat(), zone=zone.key)
    return _ms(found)


def day_begins_ms(day: date, zone: ZoneInfo) -> int:
    """The first millisecond of a day.

    Raises:
        NoSuchDayError: Out of all reckoning, or left out by the zone's calendar.
    """
    return instant_ms(day, MIDNIGHT, zone, "begin")


def day_ends_ms(day: date, zone: ZoneInfo) -> int:
    """The last millisecond of a day (rule 3).

    Raises:
        NoSuchDayError: Out of all reckoning, or left out by the zone's calendar.
    """
    day_begins_ms(day, zone)
    following = day + timedelta(days=1)
    for edge in ("end", "begin"):  # a midnight that comes twice ends the day only where the day was shown up to it
        last = _ms(_instant(following, MIDNIGHT, zone, edge)) - 1
        if day_of(last, zone) == day:
            return last
    raise NoSuchDayError(day=day.isoformat(), zone=zone.key)


def day_of(wall_ms: int, zone: ZoneInfo) -> date:
    """The date that a calendar in the zone shows at a moment (milliseconds since the epoch)."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=wall_ms)).astimezone(zone).date()


def window_of(
    first: date, last: date, zone: ZoneInfo, *, begins: time | None = None, ends: time | None = None
) -> Window:
    """From a time of the first day (its beginning where omitted) to a time of the last (its end).

    Raises:
        NoSuchDayError: One of the days does not exist.
        EmptyWindowError: It ends before it begins.
    """
    begin = day_begins_ms(first, zone) if begins is None else instant_ms(first, begins, zone, "begin")
    end = day_ends_ms(last, zone) if ends is None else instant_ms(last, ends, zone, "end")
    return checked_window(begin, end)


def checked_window(not_before_ms: int | None, not_after_ms: int | None) -> Window:
    """A window between two moments; None leaves a side open.

    Raises:
        EmptyWindowError: It ends before it begins.
    """
    if not_before_ms is not None and not_after_ms is not None and not_after_ms < not_before_ms:
        raise EmptyWindowError
    return Window(not_before_ms=not_before_ms, not_after_ms=not_after_ms)


def valid_through(first: date, *, years: int) -> date:
    """The last day of something that is valid for some years from its first day on (rule 5).

    Raises:
        NoSuchDayError: Out of all reckoning.
    """
    year = _within(first).year + years
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        raise NoSuchDayError(day=f"{year}", zone="-")
    try:
        anniversary = first.replace(year=year)
    except ValueError:
        anniversary = date(year, 3, 1)
    return anniversary - timedelta(days=1)


def eligible_until_ms(voucher_ms: int, days: int, zone: ZoneInfo) -> int:
    """The last millisecond of the last day of a window that is counted from the entry of a voucher (rule 4).

    Raises:
        NoSuchDayError: Out of all reckoning.
    """
    return _end_of_or_before(_later(day_of(voucher_ms, zone), days), zone)


def retake_from_ms(attempt_ms: int, days: int, zone: ZoneInfo) -> int:
    """The first moment of the first day on which the next attempt may be made (rule 4).

    Raises:
        NoSuchDayError: Out of all reckoning.
    """
    return _ms(_instant(_within(_later(day_of(attempt_ms, zone), days)), MIDNIGHT, zone, "begin"))


def attempt_window(
    number: int,
    wanted: Window,
    *,
    made: Sequence[Attempt],
    rules: Rules,
    zone: ZoneInfo,
    voucher_ms: int | None = None,
) -> Window:
    """The part of a window in which an attempt may be made.

    Args:
        number: Of the attempt, from 1.
        wanted: What was asked for.
        made: The attempts that there were.
        rules: Of the assessment.
        zone: Of the centre.
        voucher_ms: When the voucher was entered; needed where the rules count from it.

    Raises:
        TooManyAttemptsError, OutOfTurnError: By its number.
        RetakeTooSoonError, NotEligibleError: By its time.
        NoSuchDayError: The rules lead out of all reckoning.
    """
    if rules.maximum_attempts is not None and number > rules.maximum_attempts:
        raise TooManyAttemptsError(attempt=number, maximum=rules.maximum_attempts)
    before = [attempt for attempt in made if attempt.number < number]
    if len({attempt.number for attempt in before}) != number - 1 or any(one.number >= number for one in made):
        raise OutOfTurnError(attempt=number, made=len({attempt.number for attempt in made}))
    begin, end = wanted.not_before_ms, wanted.not_after_ms
    if before:
        earliest = retake_from_ms(max(one.at_ms for one in before), rules.retake_after_days, zone)
        begin = earliest if begin is None else max(begin, earliest)
        if end is not None and end < begin:
            raise RetakeTooSoonError(earliest=told(earliest, zone))
    if rules.eligible_days is not None and voucher_ms is not None:
        latest = eligible_until_ms(voucher_ms, rules.eligible_days, zone)
        end = latest if end is None else min(end, latest)
        if begin is not None and end < begin:
            raise NotEligibleError(latest=told(latest, zone))
    return checked_window(begin, end)


def require_not_begun(admission: Admission, begun: Iterable[Admission]) -> None:
    """Refuse an attempt that was begun at this station with another admission.

    Args:
        admission: What shall be begun, or resumed.
        begun: The admissions whose sittings were begun here.

    Raises:
        AttemptBegunError: One of them is for the same candidate, assessment, attempt and mode.
    """
    for other in begun:
        if other.admission_id == admission.admission_id:
            continue
        is_same = (other.bundle_id, other.attempt, other.mode) == (
            admission.bundle_id,
            admission.attempt,
            admission.mode,
        )
        if is_same and same_candidate(other.candidate.id, admission.candidate.id):
            raise AttemptBegunError(attempt=admission.attempt, admission=other.admission_id)


def told(wall_ms: int, zone: ZoneInfo) -> str:
    """A moment as the zone's clocks show it, with the zone's name."""
    moment = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=wall_ms)).astimezone(zone)
    return f"{moment:%Y-%m-%d %H:%M} {zone.key}"


def _instant(day: date, at: time, zone: ZoneInfo, edge: Edge) -> datetime:
    local = datetime.combine(day, at.replace(tzinfo=None), tzinfo=zone)
    first, second = local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    if first > second:  # left out: the one reckons with the offset before the jump, the other with that after it
        return _jump(second.replace(microsecond=0), first.replace(microsecond=0), zone)
    return first if edge == "begin" else second


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second at which the zone's clocks show another offset than at `before`."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _end_of_or_before(day: date, zone: ZoneInfo) -> int:
    """The end of a day; where the calendar left it out, that of the day before."""
    try:
        return day_ends_ms(day, zone)
    except NoSuchDayError:
        return day_ends_ms(day - timedelta(days=1), zone)


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as problem:
        raise NoSuchDayError(day=f"{day.isoformat()} + {days}", zone="-") from problem


def _within(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise NoSuchDayError(day=day.isoformat(), zone="-")
    return day


def _ms(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
