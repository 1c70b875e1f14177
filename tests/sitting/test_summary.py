"""What a room may know of a sitting, and what it must not."""

from dataclasses import asdict

from pocus_desktop.admission import admission as admissions
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.state import Stage
from pocus_desktop.sitting.summary import Summary
from tests.sitting.ordering import with_centre
from tests.sitting.world import World, number, to_femoral, to_review


def found(sitting: Sitting) -> Summary:
    """As the room sees it now."""
    return sitting.summary()


def test_who_waits_for_the_proctor_is_said(world: World) -> None:
    code = admissions.start_code_verifier("4711", admission_id="adm_1")
    sitting, console = with_centre(world, start_code=code)
    assert (found(sitting).needs_word, found(sitting).stage) == ("begin", Stage.IDENTITY)
    console.order(sitting, "authorise")
    assert found(sitting).needs_word == ""
    sitting.handle(intents.ConfirmIdentity())
    assert found(sitting).needs_word == ""
    world.close()


def test_where_a_candidate_is_and_what_is_left(world: World) -> None:
    sitting, console = with_centre(world)
    assert (found(sitting).case_number, found(sitting).step_number, found(sitting).limits) == (0, 0, ())
    to_femoral(sitting)
    world.clock.advance(ms=10_000)
    console.order(sitting, "add-time", scope="step", scope_id="femoral", extra_ms=60_000)
    seen = found(sitting)
    assert (seen.case_number, seen.case_count, seen.step_number, seen.step_count) == (1, 1, 4, 7)
    assert seen.is_running
    tightest, step, *_ = seen.limits
    assert (tightest.scope, tightest.left_ms, tightest.granted_ms) == ("item", 50_000, 0)
    assert (step.scope, step.scope_id, step.left_ms, step.granted_ms) == ("step", "femoral", 140_000, 60_000)
    assert (seen.granted_ms, seen.unread, [one.kind for one in seen.orders]) == (60_000, 1, ["add-time"])
    assert (seen.last_seq, seen.saved_at_ms) == (sitting.recorded[-1].seq, sitting.recorded[-1].at.wall_ms)
    world.close()


def test_time_left_counts_on_between_events(world: World) -> None:
    sitting = to_femoral(world.begin())
    before = found(sitting).limits[0].left_ms
    world.clock.advance(ms=3_000)
    assert found(sitting).limits[0].left_ms == before - 3_000


def test_pauses_breaks_and_hands_are_told(world: World) -> None:
    sitting, console = with_centre(world)
    to_femoral(sitting)
    assert found(sitting).hand is None
    sitting.handle(intents.CallProctor())
    assert found(sitting).hand == ""
    sitting.handle(intents.CallProctor(note="No sound"))
    assert (found(sitting).hand, found(sitting).notes) == ("No sound", ())
    console.order(sitting, "pause", reason="Alarm")
    seen = found(sitting)
    assert (seen.pause, seen.paused_by, seen.is_running) == ("Alarm", "P. Roctor", False)
    console.order(sitting, "resume")
    console.order(sitting, "break", minutes=5)
    world.clock.advance(ms=60_000)
    assert (found(sitting).is_in_break, found(sitting).break_left_ms) == (True, 240_000)
    world.close()


def test_notes_for_the_proctor_are_told(world: World) -> None:
    sitting = to_femoral(world.begin())
    sitting.handle(intents.NoteIntegrity(what="focus-lost", detail="x"))
    assert found(sitting).notes == (("focus-lost", "x"),)


def test_an_ended_sitting_says_by_whom(world: World) -> None:
    sitting, console = with_centre(world)
    to_femoral(sitting)
    console.order(sitting, "void")
    seen = found(sitting)
    assert (seen.stage, seen.ended_by, seen.is_void, seen.limits) == (Stage.HANDED_IN, "P. Roctor", True, ())
    world.close()


def test_nothing_of_content_or_answers_is_told(world: World) -> None:
    sitting = to_review(world.begin())
    sitting.handle(intents.GoTo(step="notes"))
    sitting.handle(intents.Answer(item="calf-size", response=number("31337")))
    told = repr(asdict(found(sitting)))
    assert not any(word in told for word in ("flight", "treat", "31337", "A swollen calf", "Which risk factors"))
