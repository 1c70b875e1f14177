"""What people are told of the outbox."""

from dataclasses import replace

import pytest

from pocus_desktop.kernel import words
from pocus_desktop.sync import errors
from pocus_desktop.sync.engine import Row, Stage, Status, arrived
from pocus_desktop.sync.errors import SyncError
from pocus_desktop.sync.outlook import clock_time, tell_outlook, tell_row

NOW = 1_700_000_000_000
FRESH = arrived("ab" * 32, now_ms=NOW, size_bytes=100_000, sitting="sit_1", last_seq=4)
FAILED = replace(
    FRESH, status=Status.FAILED, attempts=3, tried_ms=NOW - 60_000, due_ms=NOW + 600_000, problem="sync.no_connection"
)
ROWS: list[tuple[str, Row]] = [
    ("fresh", FRESH),
    ("active", replace(FRESH, status=Status.ACTIVE, tried_ms=NOW)),
    ("failed", FAILED),
    ("cut", replace(FAILED, status=Status.WAITING, attempts=0, stage=Stage.SENDING, offset=65_536)),
    ("on a stick", replace(FAILED, stage=Stage.SENT, carrier="folder")),
    ("set aside", replace(FAILED, status=Status.QUARANTINED, problem="sync.hub_refused", reason="sitting.other")),
    ("received", replace(FRESH, status=Status.DONE, stage=Stage.RECEIPTED, delivered_ms=NOW)),
]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("row", [row for _, row in ROWS], ids=[name for name, _ in ROWS])
def test_every_row_says_how_far_it_is_when_and_what_to_do(row: Row, language: str) -> None:
    told = tell_row(row, now_ms=NOW, language=language)
    for text in (told.state, told.when, told.todo):
        assert text
        assert "{" not in text


def test_a_row_tells_what_matters_at_each_point() -> None:
    told = {name: tell_row(row, now_ms=NOW) for name, row in ROWS}
    assert "65,536 / 100,000" in told["cut"].state
    assert clock_time(NOW + 600_000, NOW) in told["failed"].when
    assert "3 times" in told["failed"].when
    assert "import" in told["on a stick"].todo
    assert "academy" in told["set aside"].todo
    assert "sitting.other.  [sync.hub_refused]" in told["set aside"].why
    assert {name for name, row in told.items() if row.why} == {"set aside"}
    assert f"forget {'ab' * 6}" in told["received"].todo


def test_nothing_is_said_where_nothing_waits() -> None:
    received = dict(ROWS)["received"]
    assert tell_outlook([received], now_ms=NOW) is None
    assert tell_outlook([replace(FAILED, is_partial=True)], now_ms=NOW) is None, "parts of sittings worry nobody"


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_waits_is_counted_with_its_times_and_the_way_by_stick(language: str) -> None:
    told = tell_outlook([FAILED, replace(FRESH, digest="cd" * 32)], now_ms=NOW, language=language)
    assert told is not None
    assert "2" in told.what
    assert clock_time(NOW - 60_000, NOW) in told.what
    assert "pocus outbox export" in told.next
    aside = tell_outlook([FAILED, dict(ROWS)["set aside"]], now_ms=NOW, language=language)
    assert aside is not None
    assert aside != told
    assert "{" not in "".join((told.what, told.next, aside.what, aside.next))


def test_a_time_of_another_day_has_its_day() -> None:
    assert len(clock_time(NOW, NOW)) == 5
    assert len(clock_time(NOW - 48 * 3_600_000, NOW)) == 16


def test_what_is_wrong_with_one_set_aside_stands_with_its_reason_alone() -> None:
    found = [error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, SyncError)]
    final = [error.code for error in found if error.is_final]
    assert {"sync.hub_refused", "sync.envelope_changed"} <= set(final)
    for code in final:
        for language in words.languages():
            assert "{" not in words.explain(code, {"reason": "x"}, language).what, code


def test_what_to_do_next_stands_without_parameters() -> None:
    found = [error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, SyncError)]
    assert len(found) > 20
    for error in found:
        for language in words.languages():
            assert "{" not in words.say(f"errors.{error.code}.next", language), error.code
