"""A sitting in which a good deal goes wrong, for timelines, reports and windows to tell."""

from dataclasses import replace

from pocus_desktop.admission.admission import Accommodations
from pocus_desktop.sitting import events, intents
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.session import Sitting
from tests.sitting.world import World, choice, number, to_case

HOSTILE = '<b>bold</b> & <img src="file:///etc/passwd"> \u202egnirts a\u202c \x1b[31m\x00 \ufffc \ufdd0 {sitting} %s'
"""What an answer may hold that a report must show and never obey."""


def eventful(world: World) -> Sitting:
    """Plays with a stall, refusals, a pause, a limit that ran out, a crash overnight, a clock that was set back."""
    sitting = to_case(world.begin(accommodations=Accommodations(can_pause=True), credit_cap_ms=60_000))

    def does(intent: intents.Intent, *, after_ms: int = 0) -> None:
        world.clock.advance(ms=after_ms)
        sitting.tick()
        sitting.handle(intent)

    def tells(what: str, position_ms: int, *, after_ms: int) -> None:
        does(intents.ReportMedia(clip="arrival.0", what=what, position_ms=position_ms), after_ms=after_ms)  # type: ignore[arg-type]  # one of its words

    does(intents.GoNext(), after_ms=2_000)
    does(intents.PlayClip(clip="arrival.0"), after_ms=1_000)
    tells("stalled", 4_000, after_ms=4_000)
    tells("recovered", 4_000, after_ms=6_000)
    tells("paused", 9_000, after_ms=5_000)
    tells("resumed", 9_000, after_ms=8_000)
    tells("ended", 20_000, after_ms=11_000)
    does(intents.GoNext(), after_ms=3_000)
    does(intents.Answer(item="risk-factors", response=choice("flight")), after_ms=12_000)
    does(intents.Flag(item="risk-factors", is_flagged=True), after_ms=1_000)
    does(intents.Answer(item="risk-factors", response=choice("flight", "pill")), after_ms=9_000)
    does(intents.Pause(reason="own"), after_ms=4_000)
    does(intents.Answer(item="risk-factors", response=choice("sport")), after_ms=20_000)
    does(intents.Resume(), after_ms=20_000)
    does(intents.GoNext(), after_ms=1_000)
    does(intents.Answer(item="calf-size", response=number("3,5", "cm")), after_ms=14_000)
    world.clock.set(wall_ms=world.clock.read().wall_ms - 600_000)
    does(intents.NoteIntegrity(what="focus-lost"), after_ms=3_000)
    does(intents.GoNext(), after_ms=2_000)
    does(intents.Answer(item="compressible", response=choice("no")), after_ms=25_000)
    does(intents.CallProctor(note="The screen flickers"), after_ms=4_000)
    does(intents.Answer(item="compressible", response=choice("yes")), after_ms=40_000)
    sitting.close()
    before = world.clock.read()
    world.clock.set(monotonic_ms=9_000, wall_ms=before.wall_ms + 11 * 3_600_000, boot_id="the next day")
    return world.again()


def with_grant(sitting: Sitting) -> tuple[Recorded, ...]:
    """The same with time granted for the case, as a proctor's word makes it."""
    last = sitting.recorded[-1]
    grant = events.TimeGranted(
        scope="case", scope_id="leg", extra_ms=300_000, reason="fire alarm", signer="Proctor <North>"
    )
    return (*sitting.recorded, replace(last, seq=last.seq + 1, event=grant))


def after_years(sitting: Sitting) -> tuple[Recorded, ...]:
    """The same on a computer whose clock had begun at 1970 and was then set: a gap of half a century."""
    *earlier, last = sitting.recorded
    early = [replace(one, at=replace(one.at, wall_ms=one.at.monotonic_ms)) for one in earlier]
    return (*early, last)
