"""The proctor's orders as an appeal tells them: with the assessment, without it, and where they changed nothing."""

import random
from dataclasses import replace

import pytest

from pocus_desktop.admission.proctor_order import Kind
from pocus_desktop.appeals.names import Names
from pocus_desktop.appeals.recount import timeline
from pocus_desktop.appeals.stops import stops
from pocus_desktop.appeals.telling import Telling
from pocus_desktop.appeals.timeline import Timeline
from pocus_desktop.kernel import words
from pocus_desktop.sitting import events, intents
from pocus_desktop.sitting.session import Sitting
from tests.sitting.ordering import with_centre
from tests.sitting.world import World, to_femoral

MINUTE_MS = 60_000


def ordered(world: World) -> Sitting:
    """A sitting in which everything was ordered, and some of it in vain."""
    sitting, console = with_centre(world)
    to_femoral(sitting)
    console.order(sitting, "resume")
    world.clock.advance(ms=10_000)
    console.order(sitting, "pause")
    world.clock.advance(ms=5 * MINUTE_MS)
    console.order(sitting, "resume", reason="")
    console.order(sitting, "add-time", extra_ms=5 * MINUTE_MS)
    console.order(sitting, "remove-time", extra_ms=2 * MINUTE_MS)
    sitting.handle(intents.CallProctor(note="Sound"))
    console.order(sitting, "lower-hand", text="I come", reason="")
    console.order(sitting, "message", text="Mind the step", reason="")
    sitting.handle(intents.SeeWord(order_id=sitting.state.words[-1].order_id))
    console.order(sitting, "break", minutes=3)
    world.clock.advance(ms=2 * MINUTE_MS)
    sitting.handle(intents.EndBreak())
    console.order(sitting, "break", minutes=3, is_clock_held=False)
    world.clock.advance(ms=1_000)
    sitting.handle(intents.EndBreak())
    world.clock.advance(ms=4_000)
    console.order(sitting, "void", reason="Other person")
    return sitting


def _told(sitting: Sitting, *, has_content: bool = True) -> Timeline:
    return timeline(sitting.recorded, sitting.course if has_content else None)[0]


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_order_is_told_in_words(world: World, language: str) -> None:
    sitting = ordered(world)
    found = [
        one
        for one in stops(_told(sitting), Names(sitting.course, language))
        if one.mark.kind in {"ordered", "word-seen"}
    ]
    assert len(found) == 11
    for one in found:
        assert "P. Roctor" in one.what or one.mark.kind == "word-seen"
        assert "{" not in one.what
        assert one.is_of("clock") or one.mark.kind == "word-seen"
    if language == "en":
        assert [one.what for one in found][:5] == [
            "P. Roctor let the sitting go on",
            "P. Roctor paused the sitting: Fire alarm",
            "P. Roctor let the sitting go on",
            "P. Roctor granted 5 min: Fire alarm (Every limit that ran there)",
            "P. Roctor took back 2 min: Fire alarm (Every limit that ran there)",
        ]
        assert found[0].more == ("Not carried out: The sitting is not paused.",)
    assert [one.is_of("refused") for one in found] == [True] + [False] * 10


def test_time_comes_to_the_same_with_the_assessment_and_without(world: World) -> None:
    sitting = ordered(world)
    told, bare = _told(sitting).totals, _told(sitting, has_content=False).totals
    assert told == bare
    assert (told.consumed_ms, told.held_ms, told.granted_ms) == (15_000, 7 * MINUTE_MS, 3 * MINUTE_MS)


@pytest.mark.parametrize("kind", ["end", "void"])
def test_an_ordered_end_is_the_end(world: World, kind: Kind) -> None:
    sitting, console = with_centre(world)
    to_femoral(sitting)
    world.clock.advance(ms=3_000)
    console.order(sitting, kind)
    world.clock.advance(ms=9_000)
    sitting.handle(intents.GoNext())
    for has_content in (True, False):
        found = _told(sitting, has_content=has_content)
        assert found.clock[-1].kind == "after"
        assert found.totals.consumed_ms == 3_000


def test_an_order_that_cannot_be_read_is_told_as_that(world: World) -> None:
    sitting = ordered(world)
    recorded = [
        replace(one, event=events.Ordered(order=b"{}")) if isinstance(one.event, events.Ordered) else one
        for one in sitting.recorded
    ]
    found = timeline(recorded, sitting.course)[0]
    assert "sitting.bad_history" in [doubt.code for doubt in found.doubts]
    telling = Telling(Names(None, "en"))
    said = {telling.event(one) for one in found.marks if one.kind == "ordered"}
    assert said == {words.say("appeals.event.ordered-unreadable")}


def test_orders_in_a_made_up_sequence_are_told_with_the_assessment_and_without(world: World) -> None:
    sitting = ordered(world)
    first, *others = sitting.recorded
    chance = random.Random(8253)
    for _ in range(25):
        made_up = chance.choices(others, k=chance.randrange(1, 40))
        history = [first, *(replace(one, seq=seq) for seq, one in enumerate(made_up, start=2))]
        for course in (sitting.course, None):
            found = timeline(history, course)[0]
            assert stops(found, Names(course, "en"))
            assert sum(one.run_ms for one in found.clock) == found.totals.consumed_ms


def test_an_end_before_the_case_ends_nothing_without_the_assessment_either(world: World) -> None:
    sitting, console = with_centre(world)
    assert console.order(sitting, "end") == "order.not_begun"
    to_femoral(sitting)
    world.clock.advance(ms=7_000)
    sitting.handle(intents.GoNext())
    bare = timeline(sitting.recorded, None)[0].totals
    assert timeline(sitting.recorded, sitting.course)[0].totals == bare
    assert bare.consumed_ms == 7_000


def test_a_pause_with_the_word_away_is_the_proctors_without_the_assessment_too(world: World) -> None:
    sitting, console = with_centre(world)
    to_femoral(sitting)
    assert console.order(sitting, "pause", reason="away") == ""
    assert console.order(sitting, "authorise") == "order.nothing_waits"
    world.clock.advance(ms=7_000)
    assert console.order(sitting, "resume") == ""
    bare = timeline(sitting.recorded, None)[0].totals
    assert timeline(sitting.recorded, sitting.course)[0].totals == bare
    assert bare.held_ms == 7_000
