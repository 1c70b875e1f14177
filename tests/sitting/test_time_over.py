"""When time is over and nothing is left that could be changed, the sitting hands itself in, whatever happens."""

import shutil
from pathlib import Path

import pytest

from pocus_desktop.admission.mode import Mode
from pocus_desktop.sitting import events, intents, views
from pocus_desktop.sitting.errors import DiskFullError
from pocus_desktop.sitting.fold import replay
from pocus_desktop.sitting.sealed import open_sealed_result
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.state import Stage
from tests.sitting.world import World, choice, number, to_case, to_femoral, to_review

CASE_MS = 25 * 60_000


def kinds(sitting: Sitting) -> list[str]:
    """The types of the recorded events."""
    return [one.event.type for one in sitting.recorded]


def codes(sitting: Sitting) -> list[str]:
    """The codes of what the candidate is told now."""
    return [notice.code for notice in sitting.view().chrome.notices]


@pytest.mark.parametrize("mode", [Mode.TRIAL, Mode.DEMO])
def test_at_the_last_time_out_the_sitting_hands_itself_in(world: World, mode: Mode) -> None:
    sitting = to_femoral(world.begin(mode=mode))
    sitting.handle(intents.Answer(item="compressible", response=choice("no")))
    world.clock.advance(ms=CASE_MS)
    sitting.tick()
    assert kinds(sitting)[-2:] == ["timer-fired", "time-over"]
    assert isinstance(sitting.view().screen, views.HandedInView)
    assert codes(sitting) == ["sitting.time_over"]
    assert sitting.sealed is not None
    inside = open_sealed_result(Path(sitting.sealed.sealed_path).read_bytes(), [world.academy])
    assert (inside.is_partial, inside.events) == (False, sitting.recorded)
    assert replay(sitting.course, inside.events) == sitting.state
    assert sitting.state.responses["compressible"] == choice("no")
    assert sitting.state.ledger.consumed_ms == CASE_MS


def test_the_review_too_ends_with_the_time(world: World) -> None:
    sitting = to_review(world.begin())
    assert sitting.state.stage is Stage.REVIEW
    world.clock.advance(ms=CASE_MS)
    sitting.tick()
    assert isinstance(sitting.view().screen, views.HandedInView)
    assert codes(sitting) == ["sitting.time_over"]


def test_a_case_that_was_finished_early_waits_for_the_candidate(world: World) -> None:
    sitting = to_review(world.begin())
    world.clock.advance(ms=CASE_MS - 1)
    sitting.tick()
    assert isinstance(sitting.view().screen, views.ReviewView)
    assert sitting.sealed is None


def test_practice_opens_the_review_and_leaves_the_end_to_the_candidate(world: World) -> None:
    sitting = world.begin(mode=Mode.PRACTICE, has_key=True, recipients=())
    to_case(sitting)
    world.clock.advance(ms=CASE_MS)
    sitting.tick()
    assert isinstance(sitting.view().screen, views.ReviewView)
    assert "time-over" not in kinds(sitting)


def test_an_answer_that_came_too_late_is_told_beside_it(world: World) -> None:
    sitting = to_femoral(world.begin())
    world.clock.advance(ms=CASE_MS)
    sitting.handle(intents.Answer(item="diameter", response=number("11", "mm")))
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    assert "diameter" not in sitting.state.responses
    assert codes(sitting) == ["sitting.time_over", "sitting.answer_too_late"]
    assert isinstance(sitting.view().screen, views.HandedInView)


def test_handing_in_at_the_very_end_changes_nothing_twice(world: World) -> None:
    sitting = to_femoral(world.begin())
    world.clock.advance(ms=CASE_MS)
    sitting.handle(intents.HandIn(is_confirmed=True))
    assert kinds(sitting).count("time-over") == 1
    assert isinstance(sitting.view().screen, views.HandedInView)
    assert len([path for path in (world.folder / "sitting").iterdir() if len(path.name) == 64]) == 1


def test_whoever_comes_back_after_the_time_finds_it_handed_in(world: World) -> None:
    sitting = to_femoral(world.begin(credit_cap_ms=0))
    sitting.close()
    world.clock.advance(ms=CASE_MS)
    again = world.again()
    assert kinds(again)[-2:] == ["timer-fired", "time-over"]
    assert isinstance(again.view().screen, views.HandedInView)
    assert again.sealed is not None


def test_a_pause_by_the_proctor_holds_the_end_off(world: World) -> None:
    sitting = to_femoral(world.begin())
    sitting.record(events.Paused(reason="fire alarm", by="P. Roctor"))
    world.clock.advance(ms=CASE_MS)
    sitting.tick()
    assert sitting.sealed is None
    sitting.record(events.Continued(by="P. Roctor"))
    assert sitting.view().screen.step == "femoral"  # type: ignore[union-attr]


def test_a_power_cut_at_any_moment_of_the_end_still_ends_sealed(world: World) -> None:
    """Copies what is on the disk at each moment from the time-out on, as a cut then would leave it."""
    cuts: list[str] = []
    is_watching = False

    def cut(moment: str) -> None:
        if is_watching:
            cuts.append(moment)
            shutil.copytree(world.folder / "sitting", world.folder / f"cut {len(cuts) - 1}")

    sitting = to_femoral(world.begin(hook=cut, credit_cap_ms=0))
    world.clock.advance(ms=CASE_MS)
    is_watching = True
    sitting.tick()
    assert cuts[-7:] == ["before-append", "after-append"] * 2 + ["sealed", "noted", "finished"]
    sitting.close()
    for number_, moment in enumerate(cuts):
        again = world.again(name=f"cut {number_}")
        assert isinstance(again.view().screen, views.HandedInView), moment
        assert again.sealed is not None, moment
        inside = open_sealed_result(Path(again.sealed.sealed_path).read_bytes(), [world.academy])
        told = [one.event.type for one in inside.events]
        assert told.count("time-over") == 1, moment
        state = replay(again.course, inside.events)
        assert (state.stage, state.responses) == (Stage.HANDED_IN, sitting.state.responses), moment


def test_a_disk_that_refuses_between_time_out_and_hand_in_delays_it_only(world: World) -> None:
    is_full = False

    def refuse(moment: str) -> None:
        if is_full and moment == "before-append" and kinds(sitting)[-1] == "timer-fired":
            raise DiskFullError

    sitting = to_femoral(world.begin(hook=refuse))
    world.clock.advance(ms=CASE_MS)
    is_full = True
    sitting.tick()
    assert isinstance(sitting.view().screen, views.StoppedView)
    world.clock.advance(ms=2_000)
    is_full = False
    sitting.tick()
    assert isinstance(sitting.view().screen, views.HandedInView)
    assert sitting.sealed is not None
    assert replay(sitting.course, sitting.recorded) == sitting.state
