"""What a sitting leaves for people to read: the log, the notes on clocks, the ledger of an interruption."""

import pytest

from pocus_desktop.case.items.extended_text import ExtendedTextResponse
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting import events, intents, log, views
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.present_start import tutorial
from pocus_desktop.sitting.state import span
from tests.sitting.ordering import with_centre
from tests.sitting.world import World, choice, number, to_femoral, to_review


def test_the_log_tells_the_sitting_without_its_answers(world: World) -> None:
    sitting = to_review(world.begin())
    sitting.handle(intents.GoTo(step="notes"))
    sitting.handle(intents.Answer(item="letter", response=ExtendedTextResponse(text="Dear colleague")))
    sitting.handle(intents.CallProctor(note="private words"))
    told = "\n".join(log.lines(sitting.recorded, sitting.course))
    assert "answered compressible\n" in told
    assert "→ step femoral (interpretation)" in told
    assert "→ review" in told
    assert not [word for word in ("flight", "Dear", "Ana", "private") if word in told]


def test_the_log_tells_answers_to_who_may_read_them(world: World) -> None:
    sitting = to_femoral(world.begin())
    sitting.handle(intents.Answer(item="compressible", response=choice("no")))
    sitting.handle(intents.Answer(item="compressible", response=choice()))
    sitting.handle(intents.Answer(item="diameter", response=number("7,5", "mm")))
    world.clock.advance(ms=90_000)
    sitting.handle(intents.Answer(item="diameter", response=number("8")))
    told = "\n".join(log.lines(sitting.recorded, sitting.course, with_answers=True))
    for line in ("risk-factors: flight, pill", "compressible: no", "compressible: (taken back)", "diameter: 7.5"):
        assert line in told
    assert "timer-fired timer=step:femoral, due_ms=90000" in told
    assert "! sitting.item_closed" in told
    assert "→ step again" in told


def test_a_clock_set_back_leaves_a_note_and_changes_nothing(world: World) -> None:
    sitting = to_femoral(world.begin())
    world.clock.advance(ms=10_000)
    world.clock.set(wall_ms=world.clock.read().wall_ms - 3_600_000)
    sitting.handle(intents.Flag(item="diameter", is_flagged=True))
    (note,) = sitting.state.ledger.notes
    assert (note.kind, note.delta_ms) == ("set-back", -3_600_000)
    assert sitting.state.ledger.consumed_ms == 10_000
    assert "clock set-back" in "\n".join(log.lines(sitting.recorded, sitting.course))


def test_a_wall_clock_set_forward_leaves_a_note(world: World) -> None:
    sitting = to_femoral(world.begin())
    world.clock.set(wall_ms=world.clock.read().wall_ms + 600_000)
    sitting.tick()
    world.clock.advance(ms=5_000)
    sitting.tick()
    assert [(note.kind, note.delta_ms) for note in sitting.state.ledger.notes] == [("jumped", 600_000)]
    assert sitting.state.ledger.consumed_ms == 5_000


@pytest.mark.parametrize("is_new_boot", [False, True])
@pytest.mark.parametrize(("gap_ms", "lost_ms"), [(40_000, 0), (100_000, 40_000)])
def test_an_interruption_is_credited_up_to_the_cap(
    world: World, gap_ms: int, lost_ms: int, *, is_new_boot: bool
) -> None:
    sitting = to_femoral(world.begin(credit_cap_ms=60_000))
    world.clock.advance(ms=5_000)
    sitting.tick()
    sitting.close()
    world.clock.advance(ms=gap_ms)
    if is_new_boot:
        world.clock.set(monotonic_ms=gap_ms, boot_id="the next boot")
    again = world.again(name="sitting")
    assert again.state.ledger.consumed_ms == 5_000 + lost_ms
    told = [(notice.code, notice.kind) for notice in again.view().chrome.notices if notice.kind != "warning"]
    assert told == [("sitting.time_credited", "info"), ("sitting.time_lost", "lost")][: 2 if lost_ms else 1]
    assert "1 min" in again.view().chrome.notices[0].told.what or not lost_ms
    left = {time.scope: time.left_ms for time in again.view().chrome.times}
    assert left["step"] == 85_000 - lost_ms


def test_heartbeats_are_written_while_the_clock_runs_only(world: World) -> None:
    sitting = world.begin()
    world.clock.advance(ms=60_000)
    sitting.tick()
    assert len(sitting.recorded) == 1
    to_femoral(sitting)
    count = len(sitting.recorded)
    for _ in range(10):
        world.clock.advance(ms=1_000)
        sitting.tick()
    assert len(sitting.recorded) == count + 2
    assert isinstance(sitting.view().screen, views.CaseView)


def test_the_tutorial_has_one_of_each_item_without_a_picture() -> None:
    assert [(item.type, item.prompt.languages) for item in tutorial().items] == [
        ("choice", ("en", "es")),
        ("choice", ("en", "es")),
        ("text-entry", ("en", "es")),
        ("extended-text", ("en", "es")),
    ]


def test_what_ran_out_beyond_the_credit_fires_after_the_gap_is_charged(world: World) -> None:
    to_femoral(world.begin(credit_cap_ms=10_000)).close()
    world.clock.advance(ms=105_000)
    again = world.again()
    fired = [(one.event.timer, one.event.due_ms) for one in again.recorded if one.event.type == "timer-fired"]
    assert fired == [("item:compressible", 60_000), ("step:femoral", 90_000)]
    assert again.state.ledger.spent(("step", "femoral")) == 90_000
    assert again.state.ledger.spent(("step", "again")) == 5_000


def test_a_history_by_a_station_that_does_not_play_fair_is_told_all_the_same(world: World) -> None:
    """Stamps that no calendar has, and words that would steer a terminal."""
    sitting = to_femoral(world.begin())
    last = sitting.recorded[-1]
    at = Reading(monotonic_ms=last.at.monotonic_ms, wall_ms=2**53 - 1, boot_id=last.at.boot_id)
    sly = events.MediaReported(clip="arrival.0", what="ended", position_ms=1, reason="\x1b]0;mine\x07\u202e\nokay")
    told = log.lines((*sitting.recorded, Recorded(seq=last.seq + 1, at=at, event=sly)), sitting.course)
    line = next(line for line in told if "reason=" in line)
    assert line.isprintable()
    assert f"{2**53 - 1} ms" in line


def test_what_an_interruption_cost_is_told_beside_the_limit_that_it_ended(world: World) -> None:
    sitting = to_femoral(world.begin(credit_cap_ms=0))
    sitting.close()
    world.clock.advance(ms=95_000)
    again = world.again()
    assert [notice.code for notice in again.view().chrome.notices] == ["sitting.time_lost", "sitting.step_time_over"]
    assert "1 min 35 s" in again.view().chrome.notices[0].told.what
    again.handle(intents.Answer(item="second-look", response=choice("no")))
    assert again.view().chrome.notices == ()


def test_an_interruption_of_a_moment_is_not_worth_a_word(world: World) -> None:
    sitting = to_femoral(world.begin())
    sitting.close()
    world.clock.advance(ms=400)
    assert world.again().view().chrome.notices == ()


@pytest.mark.parametrize(("ms", "told"), [(0, "0 s"), (900, "1 s"), (60_000, "1 min"), (725_400, "12 min 5 s")])
def test_a_span_of_time_reads_in_every_language(ms: int, told: str) -> None:
    assert span(ms) == told


def test_the_log_tells_what_the_proctor_ordered_and_what_was_refused(world: World) -> None:
    sitting, console = with_centre(world)
    to_femoral(sitting)
    console.order(sitting, "add-time", scope="step", scope_id="femoral", extra_ms=60_000, reason="Noise")
    console.order(sitting, "resume", reason="")
    told = "\n".join(log.lines(sitting.recorded, sitting.course))
    assert "ordered add-time scope=step, scope_id=femoral, extra_ms=60000 (ord_" in told
    assert ", console-1 1) by north, P. Roctor: Noise\n" in told
    assert "! order.not_paused" in told
