"""Scheduled breaks between cases: the clock stands still for as long as they last, and not longer."""

from typing import Any

import pytest

from pocus_desktop.admission.admission import Accommodations
from pocus_desktop.admission.mode import Mode
from pocus_desktop.scenario.errors import CaseUnfitError
from pocus_desktop.sitting import events, intents, views
from pocus_desktop.sitting.fold import replay
from pocus_desktop.sitting.ledger import Entry
from pocus_desktop.sitting.log import lines
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.state import Stage
from pocus_desktop.sitting.views import BreakView, CaseView
from tests.sitting.several import a_case, a_world, an_assessment
from tests.sitting.world import World, choice, to_case

BREAK_MS = 600_000


def begin(world: World, *breaks: dict[str, Any], mode: Mode = Mode.TRIAL, **changes: Any) -> Sitting:
    """A sitting of three cases, at the first step of the first."""
    given = list(breaks) or [{"after": 1, "length": "10m"}]
    a_world(world, an_assessment(breaks=given, **changes))
    return to_case(world.begin(mode=mode))


def through(sitting: Sitting, case: str) -> None:
    """Answer a case and go on to what comes after it."""
    for step, item in (("look", "side"), ("plan", "next")):
        sitting.handle(intents.Answer(item=f"{case}-{item}", response=choice("one")))
        sitting.handle(intents.GoNext(step=f"{case}-{step}"))


def resting(sitting: Sitting) -> BreakView:
    """What the screen of the break says."""
    shown = sitting.view().screen
    assert isinstance(shown, BreakView)
    return shown


def holds(sitting: Sitting) -> list[tuple[str, int]]:
    """The ledger's entries of time that stood still."""
    return [(entry.reason, entry.amount_ms) for entry in sitting.state.ledger.entries if entry.kind == "hold"]


def codes(sitting: Sitting) -> list[str]:
    """What the candidate is told."""
    return [notice.code for notice in sitting.view().chrome.notices]


def test_between_two_cases_the_clock_stands_still(world: World) -> None:
    sitting = begin(world)
    world.clock.advance(ms=60_000)
    through(sitting, "heart")
    assert resting(sitting) == BreakView(
        next_title="The lung",
        next_number=2,
        case_count=3,
        length_ms=BREAK_MS,
        left_ms=BREAK_MS,
        at_monotonic_ms=world.clock.read().monotonic_ms,
        is_counting=True,
        can_leave=True,
    )
    world.clock.advance(ms=200_000)
    assert resting(sitting).left_ms == 400_000
    assert sitting.view().chrome.times[0].left_ms == 600_000
    assert not sitting.view().chrome.times[0].is_running
    sitting.handle(intents.EndBreak())
    assert isinstance(sitting.view().screen, CaseView)
    assert sitting.state.ledger.consumed_ms == 60_000
    assert holds(sitting) == [("break", 200_000)]
    assert sitting.state.place.step == "lung-look"


def test_nothing_of_the_next_case_is_seen_in_the_break(world: World) -> None:
    sitting = begin(world)
    through(sitting, "heart")
    chrome = sitting.view().chrome
    assert (chrome.case_title, chrome.step_title, chrome.phase_titles) == ("", "", ())


def test_in_the_break_nothing_of_the_case_can_be_done(world: World) -> None:
    sitting = begin(world)
    through(sitting, "heart")
    for intent in (
        intents.Answer(item="lung-side", response=choice("two")),
        intents.GoNext(),
        intents.GoBack(),
        intents.HandIn(is_confirmed=True),
    ):
        sitting.handle(intent)
        assert codes(sitting) == ["sitting.break_refused"]
    assert sitting.state.place.step == "lung-look"
    assert "lung-side" not in sitting.state.responses


def test_past_its_end_the_clock_runs_from_that_very_millisecond(world: World) -> None:
    sitting = begin(world)
    through(sitting, "heart")
    due = sitting.next_due_ms()
    assert due == world.clock.read().monotonic_ms + BREAK_MS
    world.clock.advance(ms=BREAK_MS + 20)
    sitting.tick()
    assert isinstance(sitting.recorded[-1].event, events.BreakOver)
    assert codes(sitting) == ["sitting.break_over"]
    assert (resting(sitting).left_ms, resting(sitting).can_leave) == (0, True)
    assert sitting.state.ledger.consumed_ms == 20
    assert holds(sitting) == [("break", BREAK_MS)]
    world.clock.advance(ms=4_980)
    assert sitting.view().chrome.times[0].left_ms == 595_000
    assert sitting.view().chrome.times[0].is_running
    sitting.handle(intents.EndBreak())
    assert sitting.state.ledger.consumed_ms == 5_000
    assert sitting.state.ledger.spent(("case", "lung")) == 5_000


def test_while_the_break_lasts_no_heartbeat_is_written_and_after_it_they_are(world: World) -> None:
    sitting = begin(world)
    through(sitting, "heart")
    count = len(sitting.recorded)
    for _ in range(10):
        world.clock.advance(ms=30_000)
        sitting.tick()
    assert len(sitting.recorded) == count
    world.clock.advance(ms=300_000)
    sitting.tick()
    world.clock.advance(ms=5_000)
    sitting.tick()
    assert [one.event.type for one in sitting.recorded[count:]] == ["break-over", "heartbeat"]


def test_who_never_comes_back_runs_out_of_the_time_of_the_case_and_then_of_all(world: World) -> None:
    sitting = begin(world, {"after": 1, "length": "10m"}, {"after": 2, "length": "5m"})
    through(sitting, "heart")
    world.clock.advance(ms=BREAK_MS + 600_000 + 1)
    sitting.tick()
    assert sitting.state.place.case == "vein"
    assert (resting(sitting).next_number, resting(sitting).left_ms) == (3, 299_999)
    assert sitting.state.ledger.consumed_ms == 600_000  # what ran after the case's end was of the second break
    world.clock.advance(ms=300_000 + 600_000)
    sitting.tick()
    assert sitting.state.stage is Stage.HANDED_IN
    assert sitting.state.rest is None
    assert holds(sitting) == [("break", BREAK_MS), ("break", 300_000)]


def test_a_break_that_a_limit_began_counts_from_that_limit(world: World) -> None:
    sitting = begin(world)
    world.clock.advance(ms=600_000 + 400)
    sitting.tick()
    assert resting(sitting).left_ms == BREAK_MS - 400
    assert sitting.state.ledger.consumed_ms == 600_000
    assert sitting.state.ledger.spent(("case", "lung")) == 0


def test_a_break_that_is_not_optional_lasts_its_length(world: World) -> None:
    sitting = begin(world, {"after": "heart", "length": "10m", "optional": False})
    through(sitting, "heart")
    assert not resting(sitting).can_leave
    world.clock.advance(ms=1_000)
    sitting.handle(intents.EndBreak())
    assert codes(sitting) == ["sitting.break_goes_on"]
    world.clock.advance(ms=BREAK_MS - 1_000)
    assert resting(sitting).can_leave
    sitting.handle(intents.EndBreak())
    assert isinstance(sitting.view().screen, CaseView)


def test_in_practice_every_break_may_be_left(world: World) -> None:
    sitting = begin(world, {"after": "heart", "length": "10m", "optional": False}, mode=Mode.DEMO)
    through(sitting, "heart")
    sitting.handle(intents.EndBreak())
    assert isinstance(sitting.view().screen, CaseView)


def test_review_mode_knows_no_breaks(world: World) -> None:
    a_world(world, an_assessment(breaks=[{"after": 1, "length": "10m"}]))
    sitting = world.begin(mode=Mode.REVIEW)
    sitting.handle(intents.GoTo(step="lung-plan"))
    assert isinstance(sitting.view().screen, CaseView)


def test_killed_in_the_break_and_back_within_it_nothing_is_lost(world: World) -> None:
    sitting = begin(world)
    world.clock.advance(ms=10_000)
    through(sitting, "heart")
    world.clock.advance(ms=100_000)
    sitting.close()
    world.clock.advance(ms=200_000)
    again = world.again()
    assert resting(again).left_ms == 300_000
    assert again.state.ledger.consumed_ms == 10_000
    again.handle(intents.EndBreak())
    assert holds(again) == [("break", 300_000)]
    assert again.state.ledger.consumed_ms == 10_000
    assert again.state == replay(again.course, again.recorded)


def test_killed_in_the_break_and_back_after_it_only_the_rest_is_an_interruption(world: World) -> None:
    a_world(world, an_assessment(breaks=[{"after": 1, "length": "10m"}]))
    sitting = to_case(world.begin(credit_cap_ms=30_000))
    through(sitting, "heart")
    sitting.close()
    world.clock.advance(ms=BREAK_MS + 50_000)
    again = world.again()
    assert resting(again).left_ms == 0
    assert again.state.ledger.consumed_ms == 20_000
    kinds = [(entry.kind, entry.amount_ms) for entry in again.state.ledger.entries]
    assert kinds[-3:] == [("hold", BREAK_MS), ("gap", 50_000), ("credit", 30_000)]


def test_restarted_in_the_break_the_wall_clock_tells_how_long_it_was(world: World) -> None:
    sitting = begin(world)
    through(sitting, "heart")
    sitting.close()
    now = world.clock.read()
    world.clock.set(monotonic_ms=3, wall_ms=now.wall_ms + 240_000, boot_id="next")
    again = world.again()
    assert resting(again).left_ms == BREAK_MS - 240_000
    assert again.state.ledger.notes == ()


def test_the_proctor_stops_a_break_too(world: World) -> None:
    sitting = begin(world)
    through(sitting, "heart")
    world.clock.advance(ms=60_000)
    sitting.record(events.Paused(reason="fire alarm", by="P"))
    world.clock.advance(ms=900_000)
    assert isinstance(sitting.view().screen, views.PausedView)
    assert sitting.next_due_ms() is None
    sitting.handle(intents.EndBreak())
    assert codes(sitting) == ["sitting.paused_refused"]
    sitting.record(events.Continued(by="P"))
    assert resting(sitting).left_ms == BREAK_MS - 60_000
    sitting.handle(intents.EndBreak())
    assert holds(sitting) == [("break", 60_000), ("pause", 900_000)]
    assert sitting.state.ledger.consumed_ms == 0


def test_extra_time_is_for_limits_and_leaves_breaks_as_they_are(world: World) -> None:
    a_world(world, an_assessment(breaks=[{"after": 1, "length": "10m"}]))
    sitting = to_case(world.begin(accommodations=Accommodations(time_factor=2.0)))
    through(sitting, "heart")
    assert resting(sitting).left_ms == BREAK_MS


def test_an_end_of_a_break_that_comes_twice_leaves_the_next_one_alone(world: World) -> None:
    sitting = begin(world)
    through(sitting, "heart")
    sitting.handle(intents.EndBreak())
    count = len(sitting.recorded)
    sitting.handle(intents.EndBreak())
    assert len(sitting.recorded) == count


def test_the_log_tells_of_a_break(world: World) -> None:
    sitting = begin(world)
    through(sitting, "heart")
    world.clock.advance(ms=BREAK_MS)
    sitting.tick()
    sitting.handle(intents.EndBreak())
    told = "\n".join(lines(sitting.recorded, sitting.course))
    assert "→ break of 10 min" in told
    assert "break-over" in told
    assert "break-ended" in told


@pytest.mark.parametrize("after", [3, "vein", "liver"])
def test_a_break_after_which_nothing_comes_is_refused_before_the_clock(world: World, after: object) -> None:
    with pytest.raises(CaseUnfitError):
        begin(world, {"after": after, "length": "10m"})


def test_two_breaks_at_one_place_are_refused(world: World) -> None:
    with pytest.raises(CaseUnfitError):
        begin(world, {"after": 1, "length": "10m"}, {"after": "heart", "length": "5m"})


def test_a_timed_first_step_runs_from_the_end_of_the_break(world: World) -> None:
    cases = [a_case("heart"), a_case("lung", step_limit="90s")]
    sitting = begin(world, cases=cases)
    through(sitting, "heart")
    world.clock.advance(ms=BREAK_MS - 1)
    sitting.handle(intents.EndBreak())
    world.clock.advance(ms=89_999)
    sitting.tick()
    assert sitting.state.place.step == "lung-look"
    world.clock.advance(ms=1)
    sitting.tick()
    assert sitting.state.place.step == "lung-plan"


def test_entries_of_a_break_are_charged_to_nothing(world: World) -> None:
    sitting = begin(world)
    through(sitting, "heart")
    world.clock.advance(ms=5)
    sitting.handle(intents.EndBreak())
    assert Entry(kind="hold", amount_ms=5, at_ms=0, reason="break") in sitting.state.ledger.entries
