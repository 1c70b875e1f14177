"""One-time codes in an appeal: each is told in words, by its number, and time that a code gave counts as granted."""

import pytest

from pocus_desktop.appeals.names import Names
from pocus_desktop.appeals.recount import timeline
from pocus_desktop.appeals.telling import Telling
from pocus_desktop.sitting import events, intents
from tests.sitting.ordering import Console
from tests.sitting.test_room_codes import give, started
from tests.sitting.world import World


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_code_is_told_in_words(world: World, language: str) -> None:
    sitting = started(world)
    sitting.record(events.CodeUsed(purpose="sign-in", number=1, source="device"))
    sitting.handle(intents.UseCode(purpose="time", minutes=5, code="00000000"))
    give(sitting, "time", 10, source="book", start_code="4711")
    give(sitting, "move")
    world.clock.advance(ms=7_000)
    give(sitting, "resume")
    world.clock.advance(ms=3_000)
    sitting.handle(intents.GoNext())
    found = timeline(sitting.recorded, sitting.course)[0]
    telling = Telling(Names(sitting.course, language))
    said = [telling.event(one) for one in found.marks if one.kind.startswith("code-")]
    assert len(said) == 5
    assert not any("{" in one or "code-" in one for one in said)
    if language == "en":
        assert said[2] == "The proctor gave 10 minutes by one-time code 1 from the paper book"
    bare = timeline(sitting.recorded, None)[0].totals
    assert found.totals == bare
    assert (bare.granted_ms, bare.held_ms, bare.consumed_ms) == (10 * 60_000, 7_000, 3_000)


def test_a_pause_of_the_proctor_that_the_start_code_ended_is_told_without_the_assessment_too(world: World) -> None:
    console = Console(station=world.station)
    sitting = started(world, code_secrets=(), centre=console.keys.sealing.public)
    assert console.order(sitting, "pause") == ""
    world.clock.advance(ms=7_000)
    sitting.handle(intents.ConfirmIdentity(start_code="4711"))
    world.clock.advance(ms=3_000)
    sitting.handle(intents.GoNext())
    bare = timeline(sitting.recorded, None)[0].totals
    assert timeline(sitting.recorded, sitting.course)[0].totals == bare
    assert (bare.held_ms, bare.consumed_ms) == (7_000, 3_000)
