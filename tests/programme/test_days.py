"""Years, days and zones, on the days that go wrong."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.kernel.clock import LATEST_MS
from pocus_desktop.programme.days import (
    FIRST_DAY,
    LAST_DAY,
    UnknownZoneError,
    day_told,
    days_after,
    end_of_day_ms,
    first_day_within,
    last_day_before,
    local_day,
    years_after,
    zone,
)

_DAYS = st.dates(date(1950, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("day", "years", "last"),
    [
        ("2024-02-29", 1, "2025-02-28"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2096-02-29", 4, "2100-02-28"),  # 2100 has no leap day
        ("2023-02-28", 1, "2024-02-28"),
        ("2023-03-01", 1, "2024-03-01"),
        ("2021-12-31", 5, "2026-12-31"),
    ],
)
def test_years_after_a_day(day: str, years: int, last: str) -> None:
    assert years_after(date.fromisoformat(day), years) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("on", "years", "first"),
    [
        ("2028-02-29", 2, "2026-03-01"),
        ("2028-02-29", 4, "2024-02-29"),
        ("2029-02-28", 5, "2024-02-28"),
        ("2029-03-01", 5, "2024-03-01"),
        ("2026-06-10", 2, "2024-06-10"),
    ],
)
def test_the_first_day_within_years(on: str, years: int, first: str) -> None:
    assert first_day_within(years, date.fromisoformat(on)) == date.fromisoformat(first)


@given(_DAYS, st.integers(1, 20), st.integers(-3, 3))
def test_both_ways_of_counting_years_agree(on: date, years: int, nearby: int) -> None:
    day = first_day_within(years, on) + timedelta(days=nearby)
    assert (day >= first_day_within(years, on)) == (on <= years_after(day, years))


@pytest.mark.parametrize(
    ("day", "zone_name", "end"),
    [
        ("2026-03-28", "UTC", "2026-03-29T00:00:00+00:00"),
        ("2026-03-28", "America/Bogota", "2026-03-29T05:00:00+00:00"),
        ("2026-03-29", "Europe/Madrid", "2026-03-29T22:00:00+00:00"),  # a day of 23 hours
        ("2026-10-25", "Europe/Madrid", "2026-10-25T23:00:00+00:00"),  # one of 25
        ("2018-11-03", "America/Sao_Paulo", "2018-11-04T03:00:00+00:00"),  # midnight is skipped
        ("2026-10-31", "America/Havana", "2026-11-01T04:00:00+00:00"),  # midnight comes twice
        ("2011-12-29", "Pacific/Apia", "2011-12-30T10:00:00+00:00"),  # the next day never was
        ("2026-06-01", "Asia/Kathmandu", "2026-06-01T18:15:00+00:00"),
    ],
)
def test_a_day_ends_when_the_next_begins_there(day: str, zone_name: str, end: str) -> None:
    end_ms = end_of_day_ms(date.fromisoformat(day), zone_name)
    assert datetime.fromtimestamp(end_ms / 1000, tz=UTC).isoformat() == end
    assert local_day(end_ms - 1, zone_name) == date.fromisoformat(day)
    assert local_day(end_ms, zone_name) > date.fromisoformat(day)


@given(st.integers(0, 4_000_000_000_000), st.sampled_from(["UTC", "America/Havana", "Pacific/Apia", "Asia/Kathmandu"]))
def test_a_moment_lies_before_the_end_of_its_day(at_ms: int, zone_name: str) -> None:
    assert at_ms < end_of_day_ms(local_day(at_ms, zone_name), zone_name)


_PATHS = ["../../etc/passwd", "/etc/localtime", "America", "UTC\x00", "a" * 5000, "", "Bogota"]
_OF_THIS_COMPUTER = ["localtime", "posixrules", "right/Europe/Madrid", "posix/Europe/Madrid", "utc", "UTC "]


@pytest.mark.parametrize("name", [*_PATHS, *_OF_THIS_COMPUTER])
def test_a_zone_that_is_none_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnknownZoneError):
        zone(name)


@pytest.mark.parametrize(
    "zone_name", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC", "America/Argentina/Buenos_Aires"]
)
@pytest.mark.parametrize("at_ms", [0, LATEST_MS, LATEST_MS - 1, -(10**18), 10**18])
def test_no_moment_that_a_document_may_have_is_beyond_counting(at_ms: int, zone_name: str) -> None:
    day = local_day(at_ms, zone_name)
    assert FIRST_DAY - timedelta(days=1) <= day <= LAST_DAY + timedelta(days=1)
    assert end_of_day_ms(days_after(day, 180), zone_name) > -(10**15)
    assert end_of_day_ms(date.max, zone_name) > end_of_day_ms(LAST_DAY - timedelta(days=1), zone_name)


@pytest.mark.parametrize("at_ms", [1_767_225_599_999, 1_767_225_600_000, 4_102_444_799_999])
def test_a_millisecond_before_midnight_is_the_day_before(at_ms: int) -> None:
    assert local_day(at_ms, "UTC") == datetime.fromtimestamp(at_ms // 1000, tz=UTC).date()


@pytest.mark.parametrize(
    ("where", "last"),
    [
        ("America/Bogota", date(2027, 5, 25)),
        ("Europe/Madrid", date(2027, 5, 25)),
        ("UTC", date(2027, 5, 25)),
        ("Etc/GMT+12", date(2027, 5, 25)),
        ("Etc/GMT-11", date(2027, 5, 25)),
        ("Pacific/Kiritimati", date(2027, 5, 24)),
    ],
)
def test_nobody_is_told_a_later_last_day_than_the_window_has(where: str, last: date) -> None:
    assert last_day_before(end_of_day_ms(date(2027, 5, 25), where)) == last
    assert day_told(last, "en") == f"{last.day} May 2027"
    assert day_told(last, "es") == f"{last.day} de mayo de 2027"
