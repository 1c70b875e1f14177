"""Civil days and attempts: the odd days of real calendars, and rules that hold on all of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.admission import windows
from pocus_desktop.admission.admission import Candidate, Window
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.windows import Attempt, Rules
from pocus_desktop.kernel.errors import PocusError
from tests.admission.test_admission import admission

MADRID = ZoneInfo("Europe/Madrid")
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(PocusError) as caught:
        action()
    return caught.value.code


@pytest.mark.parametrize(
    ("zone", "day", "begins", "ends"),
    [
        ("Europe/Madrid", "2027-03-28", "2027-03-27T23:00+00:00", "2027-03-28T22:00+00:00"),  # 23 hours
        ("Europe/Madrid", "2027-10-31", "2027-10-30T22:00+00:00", "2027-10-31T23:00+00:00"),  # 25 hours
        ("Asia/Kolkata", "2027-06-01", "2027-05-31T18:30+00:00", "2027-06-01T18:30+00:00"),  # half an hour
        ("Asia/Kathmandu", "2027-06-01", "2027-05-31T18:15+00:00", "2027-06-01T18:15+00:00"),  # three quarters
        ("Australia/Lord_Howe", "2027-10-03", "2027-10-02T13:30+00:00", "2027-10-03T13:00+00:00"),  # jumps by 30 min
        ("Pacific/Kiritimati", "2027-01-01", "2026-12-31T10:00+00:00", "2027-01-01T10:00+00:00"),  # UTC+14
        ("Pacific/Pago_Pago", "2027-01-01", "2027-01-01T11:00+00:00", "2027-01-02T11:00+00:00"),  # UTC-11
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00+00:00", "2018-11-05T02:00+00:00"),  # midnight left out
        ("America/Havana", "2026-11-01", "2026-11-01T04:00+00:00", "2026-11-02T05:00+00:00"),  # midnight comes twice
        ("America/St_Johns", "2010-11-06", "2010-11-06T02:30+00:00", "2010-11-07T03:30+00:00"),  # back over midnight
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00+00:00", "2011-12-30T10:00+00:00"),  # the day before none
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00+00:00", "2011-12-31T10:00+00:00"),
        ("UTC", "2028-02-29", "2028-02-29T00:00+00:00", "2028-03-01T00:00+00:00"),
    ],
)
def test_a_day_is_as_long_as_its_date_is_shown(zone: str, day: str, begins: str, ends: str) -> None:
    found = windows.window_of(date.fromisoformat(day), date.fromisoformat(day), ZoneInfo(zone))
    assert found == Window(not_before_ms=ms(begins), not_after_ms=ms(ends) - 1)


def test_a_time_that_is_left_out_means_the_jump_and_one_that_comes_twice_favours_the_candidate() -> None:
    spring, autumn = date(2027, 3, 28), date(2027, 10, 31)
    for edge in ("begin", "end"):
        for at in (time(2), time(2, 30), time(2, 59, 59)):
            assert windows.instant_ms(spring, at, MADRID, edge) == ms("2027-03-28T01:00+00:00")
    assert windows.instant_ms(autumn, time(2, 30), MADRID, "begin") == ms("2027-10-31T00:30+00:00")
    assert windows.instant_ms(autumn, time(2, 30), MADRID, "end") == ms("2027-10-31T01:30+00:00")


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (lambda: windows.day_begins_ms(date(2011, 12, 30), ZoneInfo("Pacific/Apia")), "windows.no_such_day"),
        (lambda: windows.day_ends_ms(date(2011, 12, 30), ZoneInfo("Pacific/Apia")), "windows.no_such_day"),
        (lambda: windows.day_begins_ms(date.max, MADRID), "windows.no_such_day"),
        (lambda: windows.day_begins_ms(date(1969, 1, 1), MADRID), "windows.no_such_day"),
        (lambda: windows.zone_of("Mars/Olympus"), "windows.unknown_zone"),
        (lambda: windows.zone_of("../etc/passwd"), "windows.unknown_zone"),
        (lambda: windows.zone_of(""), "windows.unknown_zone"),
        (lambda: windows.zone_of("a\0b"), "windows.unknown_zone"),
        (lambda: windows.zone_of("Europe"), "windows.unknown_zone"),
        (lambda: windows.window_of(date(2027, 3, 2), date(2027, 3, 1), MADRID), "windows.empty"),
        (
            lambda: windows.window_of(date(2027, 3, 1), date(2027, 3, 1), MADRID, begins=time(9), ends=time(8)),
            "windows.empty",
        ),
        (lambda: windows.valid_through(date(9990, 1, 1), years=50), "windows.no_such_day"),
        (lambda: windows.eligible_until_ms(0, 10**9, MADRID), "windows.no_such_day"),
    ],
)
def test_what_no_calendar_has_is_refused_by_name(action: Callable[[], object], code: str) -> None:
    assert code_of(action) == code


@pytest.mark.parametrize(
    ("first", "years", "last"),
    [
        ("2027-03-10", 5, "2032-03-09"),
        ("2028-02-29", 1, "2029-02-28"),
        ("2028-02-29", 4, "2032-02-28"),
        ("2027-01-01", 5, "2031-12-31"),
        ("2027-03-01", 1, "2028-02-29"),
    ],
)
def test_years_of_validity_end_the_day_before_the_anniversary(first: str, years: int, last: str) -> None:
    assert windows.valid_through(date.fromisoformat(first), years=years) == date.fromisoformat(last)


def test_a_window_of_180_days_counts_days_and_not_hours() -> None:
    entered = ms("2027-03-01T23:59+01:00")
    assert windows.eligible_until_ms(entered, 180, MADRID) == ms("2027-08-29T00:00+02:00") - 1
    assert (
        windows.eligible_until_ms(ms("2011-12-28T12:00-10:00"), 2, ZoneInfo("Pacific/Apia"))
        == ms("2011-12-30T10:00+00:00") - 1
    ), "the last day is one that the calendar left out"


RULES = Rules(maximum_attempts=3, retake_after_days=30, eligible_days=180)
VOUCHER = ms("2027-01-10T09:00+01:00")


def retake(number: int, *made: Attempt, first: str = "2027-01-10", last: str = "2027-12-31") -> Window:
    wanted = windows.window_of(date.fromisoformat(first), date.fromisoformat(last), MADRID)
    return windows.attempt_window(number, wanted, made=made, rules=RULES, zone=MADRID, voucher_ms=VOUCHER)


def test_attempts_follow_each_other_with_days_between_and_within_the_window() -> None:
    first = Attempt(number=1, at_ms=ms("2027-03-01T23:30+01:00"))
    assert retake(1).not_before_ms == ms("2027-01-10T00:00+01:00")
    assert retake(1).not_after_ms == ms("2027-07-10T00:00+02:00") - 1
    assert retake(2, first).not_before_ms == ms("2027-03-31T00:00+02:00")
    assert code_of(lambda: retake(2, first, last="2027-03-30")) == "windows.retake_too_soon"
    assert code_of(lambda: retake(1, first="2027-07-10", last="2027-08-01")) == "windows.not_eligible"
    late = Attempt(number=2, at_ms=ms("2027-06-20T10:00+02:00"))
    assert code_of(lambda: retake(3, first, late)) == "windows.not_eligible"
    assert code_of(lambda: retake(4, first)) == "windows.too_many_attempts"
    assert code_of(lambda: retake(2)) == "windows.out_of_turn"
    assert code_of(lambda: retake(1, first)) == "windows.out_of_turn"


def test_a_station_begins_an_attempt_once() -> None:
    mine = admission()
    windows.require_not_begun(mine, [mine])
    for other in (
        admission(admission_id="adm_2", attempt=2),
        admission(admission_id="adm_2", bundle_id="lung"),
        admission(admission_id="adm_2", mode=Mode.PRACTICE),
        admission(admission_id="adm_2", candidate=Candidate(id="C-18", display_name="Ben")),
    ):
        windows.require_not_begun(mine, [other])
    again = admission(admission_id="adm_2", candidate=Candidate(id=" c-17", display_name="Ana"))
    assert code_of(lambda: windows.require_not_begun(mine, [again])) == "windows.attempt_begun"


ZONES = sorted(available_timezones())
DAYS = st.dates(min_value=date(1970, 1, 2), max_value=date(2100, 12, 31))


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(ZONES), DAYS)
def test_days_follow_each_other_without_gap_or_overlap_everywhere(name: str, day: date) -> None:
    zone = ZoneInfo(name)
    try:
        begin, end = windows.day_begins_ms(day, zone), windows.day_ends_ms(day, zone)
    except windows.NoSuchDayError:
        assert code_of(lambda: windows.instant_ms(day, time(12), zone, "begin")) == "windows.no_such_day"
        return
    assert 0 < end - begin < 2 * DAY_MS
    assert windows.day_of(begin, zone) == windows.day_of(end, zone) == day
    assert windows.day_of(begin - 1, zone) < day
    assert windows.day_of(end + 1, zone) > day or windows.day_begins_ms(day + timedelta(days=1), zone) <= end


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(ZONES), DAYS, st.times())
def test_a_beginning_is_never_after_an_end_of_the_same_time(name: str, day: date, at: time) -> None:
    zone = ZoneInfo(name)
    try:
        begin, end = (windows.instant_ms(day, at, zone, edge) for edge in ("begin", "end"))
    except windows.NoSuchDayError:
        return
    assert 0 <= end - begin < DAY_MS
    shown = datetime.fromtimestamp(begin / 1000, tz=UTC).astimezone(zone)
    assert shown.date() == day


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.dates(), st.times(), st.integers(-(10**10), 10**10))
def test_whatever_is_asked_only_our_errors_come_out(name: str, day: date, at: time, count: int) -> None:
    for action in (
        lambda: windows.zone_of(name),
        lambda: windows.instant_ms(day, at, MADRID, "end"),
        lambda: windows.day_ends_ms(day, MADRID),
        lambda: windows.valid_through(day, years=count),
        lambda: windows.eligible_until_ms(0, count, MADRID),
        lambda: windows.retake_from_ms(0, count, MADRID),
    ):
        try:
            action()
        except PocusError as error:
            assert error.code.startswith("windows."), error  # noqa: PT017 - most of what is asked is refused
