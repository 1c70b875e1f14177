"""What a timeline tells of a sitting: written as the sitting that it is of."""

from dataclasses import replace
from typing import get_args

import pytest

from pocus_desktop.admission.admission import Accommodations
from pocus_desktop.appeals.history import History
from pocus_desktop.appeals.names import Names
from pocus_desktop.appeals.recount import NO_CONTENT, timeline
from pocus_desktop.appeals.telling import Telling
from pocus_desktop.appeals.timeline import Mark, Timeline
from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.kernel import words
from pocus_desktop.sitting import events, intents, lost
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.errors import BadHistoryError
from pocus_desktop.sitting.fold_flow import DISK, PAUSE
from pocus_desktop.sitting.ledger import BREAK, MEDIA
from pocus_desktop.sitting.session import Sitting
from tests.appeals.eventful import eventful
from tests.sitting.several import a_case, a_world, an_assessment
from tests.sitting.world import World, choice, number, to_case, to_femoral, to_review

PAUSES = Accommodations(can_pause=True)


def told(sitting: Sitting) -> Timeline:
    """The timeline of a sitting as it stands."""
    return timeline(sitting.recorded, sitting.course)[0]


def test_an_answer_says_what_it_replaced_and_what_was_left(world: World) -> None:
    sitting = to_femoral(world.begin())
    world.clock.advance(ms=5_000)
    sitting.handle(intents.Answer(item="compressible", response=choice("no")))
    world.clock.advance(ms=7_000)
    sitting.handle(intents.Answer(item="compressible", response=choice("yes")))
    world.clock.advance(ms=60_000)
    sitting.tick()
    sitting.handle(intents.Answer(item="compressible", response=choice("unsure")))
    first, second, late = [one for one in told(sitting).answers if one.item == "compressible"]
    assert (first.is_counted, first.replaced, first.is_final) == (True, None, False)
    assert (second.is_counted, second.replaced, second.is_final) == (True, choice("no"), True)
    assert (late.is_counted, late.refusal, late.replaced) == (False, "sitting.item_locked", None)
    left = {one.scope: one.left_ms for one in second.limits}
    assert left["item", "compressible"] == 48_000
    assert left["step", "femoral"] == 78_000
    assert left["case", "leg"] == 25 * 60_000 - 12_000
    assert ("item", "compressible") not in {one.scope for one in late.limits}


def test_pauses_are_told_with_who_and_why(world: World) -> None:
    sitting = to_femoral(world.begin(accommodations=PAUSES))
    world.clock.advance(ms=1_000)
    sitting.handle(intents.Pause(reason="break"))
    world.clock.advance(ms=9_000)
    sitting.handle(intents.Resume())
    world.clock.advance(ms=2_000)
    sitting.tick()
    sitting.handle(intents.Flag(item="diameter", is_flagged=True))
    found = told(sitting)
    (pause,) = found.interruptions
    assert (pause.kind, pause.reasons, pause.why, pause.by) == ("hold", ("pause",), "break", "")
    assert (pause.lasted_ms, pause.held_ms, pause.run_ms) == (9_000, 9_000, 0)
    assert (found.totals.consumed_ms, found.totals.held_ms) == (3_000, 9_000)
    assert [one.screen for one in found.screens][-3:] == ["case", "paused", "case"]


def test_a_crash_is_a_gap_with_its_credit(world: World) -> None:
    sitting = to_femoral(world.begin(credit_cap_ms=10_000))
    world.clock.advance(ms=4_000)
    sitting.handle(intents.Flag(item="diameter", is_flagged=True))
    sitting.close()
    at = world.clock.read()
    world.clock.set(monotonic_ms=25_000, wall_ms=at.wall_ms + 25_000, boot_id="another")
    sitting = world.again()
    world.clock.advance(ms=1_000)
    sitting.handle(intents.Flag(item="diameter", is_flagged=False))
    found = told(sitting)
    (gap,) = found.interruptions
    assert (gap.kind, gap.lasted_ms, gap.credited_ms, gap.lost_ms) == ("gap", 25_000, 10_000, 15_000)
    assert (gap.begin.wall_ms, gap.end.wall_ms) == (at.wall_ms, at.wall_ms + 25_000)
    assert found.totals.consumed_ms == 4_000 + 15_000 + 1_000 == sitting.state.ledger.consumed_ms
    assert [one.screen for one in found.screens][-3:] == ["case", "off", "case"]


def test_a_wait_for_a_recording_is_a_hold_that_was_credited(world: World) -> None:
    sitting = to_case(world.begin(credit_cap_ms=15_000))
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    for what, ms in (("position", 2_000), ("stalled", 1_000)):
        world.clock.advance(ms=ms)
        sitting.handle(intents.ReportMedia(clip="arrival.0", what=what, position_ms=ms))  # type: ignore[arg-type]
    world.clock.advance(ms=4_000)
    sitting.handle(intents.CallProctor())
    world.clock.advance(ms=6_000)
    sitting.handle(intents.GoNext(is_confirmed=True))
    world.clock.sleep(ms=8_000)
    sitting.tick()
    found = told(sitting)
    wait, slept = found.interruptions
    assert (wait.kind, wait.reasons, wait.lasted_ms, wait.credited_ms) == ("hold", ("media-failed",), 10_000, 10_000)
    assert (slept.kind, slept.reasons, slept.credited_ms, slept.lost_ms) == ("gap", ("slept",), 5_000, 3_000)
    assert (found.totals.held_ms, found.totals.credited_ms) == (0, 15_000)
    assert found.totals.consumed_ms == 6_000 == sitting.state.ledger.consumed_ms


def test_a_break_that_ends_between_two_events_is_split_where_it_ended(world: World) -> None:
    both = an_assessment(a_case("heart"), a_case("lung"), breaks=[{"after": 1, "length": "30s"}])
    sitting = to_case(a_world(world, both).begin())
    for _ in range(2):
        sitting.handle(intents.GoNext(is_confirmed=True))
    world.clock.advance(ms=42_000)
    sitting.handle(intents.EndBreak())
    found = told(sitting)
    rest, run = found.clock[-2:]
    assert (rest.kind, rest.reasons, rest.lasted_ms) == ("hold", ("break",), 30_000)
    assert (run.kind, run.run_ms, run.begin.elapsed_ms) == ("run", 12_000, 30_000)


def test_plays_are_told_with_their_pauses_stalls_and_failures(world: World) -> None:
    sitting = to_case(world.begin())

    def report(what: str, position_ms: int, after_ms: int, reason: str = "") -> None:
        world.clock.advance(ms=after_ms)
        sitting.handle(intents.ReportMedia(clip="arrival.0", what=what, position_ms=position_ms, reason=reason))  # type: ignore[arg-type]  # one of its words

    sitting.handle(intents.PlayClip(clip="arrival.0"))
    report("position", 900, 1_000)
    report("stalled", 1_900, 1_000)
    report("recovered", 1_900, 3_000)
    report("paused", 2_400, 500)
    report("resumed", 2_400, 4_000)
    report("ended", 5_000, 2_600)
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    report("failed", 100, 200, reason="media.decoder")
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    report("position", 700, 800)
    found = told(sitting)
    whole, failed, left = found.plays
    pieces = [(one.kind, one.from_ms, one.to_ms, one.end.elapsed_ms - one.begin.elapsed_ms) for one in whole.parts]
    assert pieces == [
        ("playing", 0, 1_900, 2_000),
        ("stalled", 1_900, 1_900, 3_000),
        ("playing", 1_900, 2_400, 500),
        ("paused", 2_400, 2_400, 4_000),
        ("playing", 2_400, 5_000, 2_600),
    ]
    assert (whole.how, whole.is_counted, whole.number) == ("ended", True, 1)
    assert (failed.how, failed.reason, failed.is_counted) == ("failed", "media.decoder", False)
    assert (left.how, left.parts[-1].to_ms, left.number) == ("left", 700, 3)


def test_a_refused_play_is_no_play(world: World) -> None:
    sitting = to_case(world.begin())
    for _ in range(3):
        sitting.handle(intents.PlayClip(clip="arrival.0"))
        world.clock.advance(ms=2_000)
        sitting.handle(intents.ReportMedia(clip="arrival.0", what="ended", position_ms=2_000))
    found = told(sitting)
    assert len(found.plays) == 2
    assert [one.told[0].code for one in found.marks if one.is_refused] == ["sitting.no_plays_left"]


def test_grants_notes_and_flags_stand_among_the_events(world: World) -> None:
    sitting = to_femoral(world.begin())
    sitting.handle(intents.NoteIntegrity(what="focus-lost"))
    sitting.handle(intents.CallProctor(note="no sound"))
    sitting.handle(intents.Flag(item="diameter", is_flagged=True))
    found = told(sitting)
    assert [one.noted for one in found.marks if one.noted] == [
        (("focus-lost", ""),),
        (("proctor-called", "no sound"),),
    ]
    assert ("flagged", "diameter") in {(one.kind, dict(one.fields).get("item")) for one in found.marks}


def test_a_clock_that_was_set_back_is_noted_and_moves_nothing(world: World) -> None:
    sitting = to_femoral(world.begin())
    world.clock.set(wall_ms=world.clock.read().wall_ms - 3_600_000)
    world.clock.advance(ms=1_000)
    sitting.handle(intents.Flag(item="diameter", is_flagged=True))
    found = told(sitting)
    assert [one.drift_ms for one in found.marks if one.drift_ms] == [-3_600_000]
    assert (found.end.elapsed_ms, found.end.exam_ms) == (1_000, 1_000)


def test_without_the_assessment_the_journal_still_tells(world: World) -> None:
    sitting = to_femoral(world.begin(accommodations=PAUSES))
    world.clock.advance(ms=3_000)
    sitting.handle(intents.Answer(item="compressible", response=choice("no")))
    sitting.handle(intents.Pause(reason="break"))
    world.clock.advance(ms=9_000)
    sitting.handle(intents.Resume())
    whole, (bare, _) = told(sitting), timeline(sitting.recorded, None)
    assert not bare.has_content
    assert [one.code for one in bare.doubts] == [NO_CONTENT]
    assert [(one.at, one.item, one.response) for one in bare.answers] == [
        (one.at, one.item, one.response) for one in whole.answers
    ]
    assert {one.is_counted for one in bare.answers} == {None}
    assert bare.screens == ()
    assert [(one.kind, one.lasted_ms, one.reasons) for one in bare.interruptions] == [("hold", 9_000, ("pause",))]
    assert bare.totals.consumed_ms == whole.totals.consumed_ms == 3_000


def test_an_unfair_history_is_shown_with_its_doubt(world: World) -> None:
    sitting = to_femoral(world.begin())
    last = sitting.recorded[-1]
    late = Recorded(
        seq=last.seq + 1,
        at=replace(last.at, monotonic_ms=last.at.monotonic_ms + 3_600_000, wall_ms=last.at.wall_ms + 3_600_000),
        event=events.Answered(item="compressible", response=choice("no")),
    )
    found, history = timeline((*sitting.recorded, late), sitting.course)
    assert [(one.code, dict(one.params)) for one in found.doubts] == [("sitting.unfair_history", {"seq": late.seq})]
    assert found.has_content
    assert history.state_after(late.seq - 1).last_seq == late.seq


def test_events_that_make_no_sitting_of_the_assessment_are_told_by_their_ids(world: World) -> None:
    sitting = to_femoral(world.begin())
    again = replace(sitting.recorded[0], seq=len(sitting.recorded) + 1)
    found, _ = timeline((*sitting.recorded, again), sitting.course)
    assert [one.code for one in found.doubts] == ["sitting.bad_history", NO_CONTENT]
    assert len(found.answers) == 2


def test_what_opens_no_sitting_is_refused(world: World) -> None:
    sitting = to_case(world.begin())
    with pytest.raises(BadHistoryError):
        timeline(sitting.recorded[1:], None)


def test_a_state_far_back_is_found_without_the_walk(world: World) -> None:
    sitting = to_femoral(world.begin())
    for index in range(200):
        world.clock.advance(ms=10)
        sitting.handle(intents.Flag(item="diameter", is_flagged=index % 2 == 0))
    history = History(sitting.recorded, sitting.course)
    assert history.state_after(150).last_seq == 151
    assert history.at(0)[0].last_seq == history.index_at(0) + 1


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_event_has_words_in_every_language(world: World, language: str) -> None:
    sitting = to_review(world.begin())
    telling = Telling(Names(sitting.course, language))
    for mark in told(sitting).marks:
        said = telling.event(mark)
        assert "{" not in said
        assert not said.startswith(f"{mark.kind}:"), "told by its own name"


def test_an_event_and_a_reason_of_a_later_version_are_told_by_their_names(world: World) -> None:
    sitting = to_case(world.begin())
    telling = Telling(Names(sitting.course, "en"))
    (first, *_) = told(sitting).marks
    strange = Mark(at=first.at, kind="levitated", fields=(("height_mm", 3),))
    assert telling.event(strange) == "levitated: height_mm=3"
    assert telling.reason("solar-flare") == "solar-flare"


def test_answers_are_told_by_labels_with_the_assessment_and_by_ids_without(world: World) -> None:
    sitting = to_case(world.begin())
    given = ChoiceResponse(choices=("flight", "none"))
    assert Names(sitting.course, "en").response("risk-factors", given) == "Long flight; None"
    assert Names(None, "en").response("risk-factors", given) == "flight; none"
    assert Names(None, "en").response("calf-size", number("3", "cm")) == "3 cm"


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_kind_of_event_and_every_reason_has_words(language: str) -> None:
    kinds = [kind.model_fields["type"].default for kind in get_args(events.Event)]
    rows = words.table(language)
    assert [kind for kind in kinds if not any(row.startswith(f"appeals.event.{kind}") for row in rows)] == [
        "heartbeat"
    ], "a heartbeat is no mark"
    reasons = (BREAK, MEDIA, PAUSE, DISK, *(value for name, value in vars(lost).items() if name.isupper()))
    missing = [one for one in reasons if isinstance(one, str) and f"appeals.reason.{one}" not in rows]
    assert missing == []


def test_what_only_the_wall_clock_knows_of_a_gap_is_told_apart(world: World) -> None:
    found = timeline(eventful(world).recorded, None)[0]
    (gap,) = [one for one in found.clock if one.kind == "gap"]
    assert (gap.credited_ms, gap.dark_ms, gap.lost_ms) == (9_000, 11 * 3_600_000 - 9_000, 0)
    assert found.totals.dark_ms == gap.dark_ms
