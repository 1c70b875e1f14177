"""A clock that is set back, between sittings and during one: no time is won or lost by it, and no answer."""

from datetime import UTC, datetime

import pytest

from pocus_desktop.admission.admission import Window
from pocus_desktop.admission.latest_time import LatestTime
from pocus_desktop.authoring.build.recipe import Recipe
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.log import lines
from pocus_desktop.sitting.views import CaseView
from tests.e2e.academy import LEFT, RIGHT, Academy, answer, answered, at, hand_in, told

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def _left_ms(academy: Academy) -> int:
    [opened] = academy.opened
    [whole] = [one for one in opened.view().chrome.times if one.scope == "case"]
    return whole.left_ms


def test_the_wall_clock_set_back_during_a_sitting_changes_no_limit(timed: Academy, clock: ManualClock) -> None:
    admission_id, opened = timed.begin()
    clock.advance(ms=MINUTE_MS)
    before = _left_ms(timed)
    clock.set(wall_ms=clock.read().wall_ms - DAY_MS)
    assert _left_ms(timed) == before
    answer(opened, LEFT)
    clock.advance(ms=MINUTE_MS)
    assert _left_ms(timed) == before - MINUTE_MS
    [note] = opened.sitting.state.ledger.notes
    assert (note.kind, abs(note.delta_ms + DAY_MS) < 1_000) == ("set-back", True)
    assert any("clock set-back" in line for line in lines(opened.sitting.recorded, opened.sitting.course))
    timed.restart()
    assert answered(at(timed.open(admission_id), CaseView)) == LEFT
    assert hand_in(timed.opened[0]).sealed_digest


def test_both_clocks_set_back_during_a_sitting_cost_nothing(timed: Academy, clock: ManualClock) -> None:
    """Only a broken machine does this; the candidate goes on."""
    _, opened = timed.begin()
    clock.advance(ms=5 * MINUTE_MS)
    answer(opened, LEFT)
    before = _left_ms(timed)
    now = clock.read()
    clock.set(monotonic_ms=now.monotonic_ms - 3 * MINUTE_MS, wall_ms=now.wall_ms - HOUR_MS)
    answer(opened, RIGHT)
    assert _left_ms(timed) == before
    assert hand_in(opened).sealed_digest


def test_a_computer_started_again_with_an_older_clock_goes_on_with_the_sitting(
    timed: Academy, clock: ManualClock
) -> None:
    admission_id, opened = timed.begin(window=Window(not_before_ms=clock.read().wall_ms - HOUR_MS))
    clock.advance(ms=MINUTE_MS)
    answer(opened, LEFT)
    before = _left_ms(timed)
    timed.restart()
    clock.set(monotonic_ms=7_000, wall_ms=clock.read().wall_ms - 10 * DAY_MS, boot_id="next-boot")
    again = timed.open(admission_id)
    assert answered(at(again, CaseView, "arrival")) == LEFT
    assert _left_ms(timed) == before
    answer(again, RIGHT)
    assert [note.kind for note in again.sitting.state.ledger.notes] == ["set-back"]
    assert hand_in(again).sealed_digest


def test_a_clock_set_back_opens_no_window_that_is_over(timed: Academy, clock: ManualClock) -> None:
    ends_ms = clock.read().wall_ms + HOUR_MS
    late = timed.admit(window=Window(not_after_ms=ends_ms))
    clock.advance(ms=DAY_MS)
    timed.begin()
    timed.leave()
    clock.set(wall_ms=ends_ms - MINUTE_MS)
    with pytest.raises(PocusError) as refused:
        timed.open(late)
    shown = told(refused.value, "app.clock_set_back")
    assert "2026-01-01 00:59 UTC" in shown.what
    assert "2026-01-02 00:00 UTC" in shown.what
    timed.restart()
    with pytest.raises(PocusError) as refused:
        timed.open(late)
    told(refused.value, "app.clock_set_back")
    timed.begin()  # an admission without an end is not held up by the clock
    timed.leave()
    timed.workshop.home.latest_time.unlink()
    timed.open(late)


def test_a_clock_set_back_revives_no_bundle_that_is_over(timed: Academy) -> None:
    """The same for the bundle's own last day."""
    clock = timed.workshop.clock
    assert isinstance(clock, ManualClock)
    written = timed.build(
        version=2, recipe=Recipe(mode="sealed", version=2, not_after=datetime(2026, 1, 1, 12, tzinfo=UTC))
    )
    timed.take_in(written.bundle)
    admission = {"version": 2, "content_key": written.content_key}
    first, opened = timed.begin(**admission)
    answer(opened, LEFT)
    timed.leave()  # or its timers may see the day go by
    clock.advance(ms=DAY_MS)
    timed.restart()
    assert answered(at(timed.open(first), CaseView)) == LEFT, "what was begun goes on"
    timed.leave()
    second = timed.admit(**admission)
    with pytest.raises(PocusError) as refused:
        timed.open(second)
    told(refused.value, "bundle.expired")
    LatestTime(timed.workshop.home.latest_time).note(clock.read().wall_ms)
    clock.set(wall_ms=clock.read().wall_ms - DAY_MS)
    with pytest.raises(PocusError) as refused:
        timed.open(second)
    told(refused.value, "app.clock_set_back")


@pytest.mark.parametrize("note", [b"\x00\xff not a note", b'{"wall_ms":253402300800000}', b'{"wall_ms":-1}', b"[]"])
def test_a_damaged_note_of_the_latest_time_stops_no_one(timed: Academy, clock: ManualClock, note: bytes) -> None:
    timed.workshop.home.latest_time.write_bytes(note)
    _, opened = timed.begin(window=Window(not_after_ms=clock.read().wall_ms + HOUR_MS))
    answer(opened, LEFT)
