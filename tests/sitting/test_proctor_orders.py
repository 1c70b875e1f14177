"""What the proctor's orders do to a sitting, and what they never do."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.proctor_order import (
    Kind,
    NotTheCentresOrderError,
    OrderForOtherSittingError,
    OrderForOtherStationError,
    UnseenCharacterError,
    issue_order,
    told_by,
)
from pocus_desktop.case.models import Assessment
from pocus_desktop.sitting import events, intents, session, views
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.errors import BadHistoryError, DiskFullError
from pocus_desktop.sitting.fold import fold
from pocus_desktop.sitting.ledger import BREAK
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.state import Stage
from tests.sitting.ordering import Console, with_centre
from tests.sitting.world import ASSESSMENT, World, choice, number, to_case, to_femoral, to_review

MINUTE_MS = 60_000


def left_ms(sitting: Sitting) -> dict[tuple[str, str], int]:
    """What is left of each limit in sight."""
    return {(one.scope, one.scope_id): one.left_ms for one in sitting.view().chrome.times}


def at_femoral(world: World, **changes: Any) -> tuple[Sitting, Console]:
    """In the timed phase: limits of assessment, case, phase, step and item run."""
    sitting, console = with_centre(world, **changes)
    return to_femoral(sitting), console


def test_the_proctor_lets_a_candidate_begin_without_a_code(world: World) -> None:
    sitting, console = with_centre(world, start_code=admissions.start_code_verifier("4711", admission_id="adm_1"))
    screen = sitting.view().screen
    assert isinstance(screen, views.IdentityView)
    assert (screen.needs_start_code, screen.is_authorised) == (True, False)
    recorded = sitting.recorded
    for _ in range(5):  # nobody is locked out by asking whether the word has come
        sitting.handle(intents.ConfirmIdentity())
    assert (sitting.view().screen, sitting.recorded) == (screen, recorded)
    assert console.order(sitting, "authorise", reason="") == ""
    screen = sitting.view().screen
    assert isinstance(screen, views.IdentityView)
    assert (screen.needs_start_code, screen.is_authorised) == (False, True)
    assert console.order(sitting, "authorise", reason="") == "order.nothing_waits"
    sitting.handle(intents.ConfirmIdentity())
    assert sitting.state.stage is Stage.SYSTEM_CHECK
    world.close()


def test_nothing_waits_where_no_word_is_needed(world: World) -> None:
    sitting, console = with_centre(world)
    assert console.order(sitting, "authorise") == "order.nothing_waits"


def test_the_proctor_lets_a_candidate_go_on_who_was_away_too_long(world: World) -> None:
    code = admissions.start_code_verifier("4711", admission_id="adm_1")
    sitting, console = with_centre(world, credit_cap_ms=1_000, start_code=code)
    console.order(sitting, "authorise")
    to_case(sitting)
    sitting.close()
    world.clock.set(monotonic_ms=0, wall_ms=world.clock.read().wall_ms + 3_600_000, boot_id="later")
    sitting = world.again()
    assert sitting.state.is_barred
    screen = sitting.view().screen
    assert isinstance(screen, views.IdentityView)
    assert (screen.needs_start_code, screen.is_authorised, screen.is_back) == (True, False, True)
    sitting.handle(intents.ConfirmIdentity())  # the word to begin is no word to go on
    assert sitting.state.is_barred
    assert console.order(sitting, "authorise") == ""
    assert isinstance(sitting.view().screen, views.CaseView)
    assert sitting.state.ledger.is_running
    world.close()


def test_a_pause_holds_the_clock_and_says_who_and_why(world: World) -> None:
    sitting, console = at_femoral(world)
    before = left_ms(sitting)
    assert console.order(sitting, "pause") == ""
    world.clock.advance(ms=10 * MINUTE_MS)
    sitting.tick()
    screen = sitting.view().screen
    assert isinstance(screen, views.PausedView)
    assert (screen.can_resume, screen.by, screen.why) == (False, "P. Roctor", "Fire alarm")
    sitting.handle(intents.Resume())
    assert isinstance(sitting.view().screen, views.PausedView)
    assert console.order(sitting, "pause") == "order.already_paused"
    assert console.order(sitting, "resume") == ""
    assert left_ms(sitting) == before
    assert console.order(sitting, "resume") == "order.not_paused"
    world.close()


def test_a_candidates_own_pause_becomes_the_proctors(world: World) -> None:
    sitting, console = at_femoral(world, accommodations=admissions.Accommodations(can_pause=True))
    sitting.handle(intents.Pause(reason="own"))
    assert console.order(sitting, "pause") == ""
    sitting.handle(intents.Resume())
    assert sitting.state.paused_by == "P. Roctor"
    world.close()


def test_who_is_paused_before_the_case_does_not_start_it(world: World) -> None:
    sitting, console = with_centre(world)
    for intent in (
        intents.ConfirmIdentity(),
        intents.PassSystemCheck(),
        intents.AcceptAgreement(version="1"),
        intents.FinishComfort(),
        intents.FinishTutorial(),
    ):
        sitting.handle(intent)
    assert console.order(sitting, "pause") == ""
    assert isinstance(sitting.view().screen, views.PausedView)
    sitting.handle(intents.StartCase())
    assert sitting.state.stage is Stage.READY
    assert console.order(sitting, "resume") == ""
    sitting.handle(intents.StartCase())
    assert sitting.state.ledger.is_running
    world.close()


def test_time_for_the_whole_sitting_lengthens_every_limit_that_runs_here(world: World) -> None:
    sitting, console = at_femoral(world)
    before = left_ms(sitting)
    assert {kind for kind, _ in before} == {"assessment", "case", "phase", "step", "item"}
    assert console.order(sitting, "add-time", extra_ms=5 * MINUTE_MS) == ""
    assert left_ms(sitting) == {scope: ms + 5 * MINUTE_MS for scope, ms in before.items()}
    assert [entry.amount_ms for entry in sitting.state.ledger.entries if entry.kind == "extra"] == [5 * MINUTE_MS]
    (word,) = sitting.view().chrome.words
    assert (word.heading, word.text) == ("P. Roctor gave you 5 min more", "Fire alarm")
    world.close()


@pytest.mark.parametrize(
    ("scope", "scope_id"),
    [
        ("assessment", ""),
        ("assessment", "dvt-small"),
        ("case", "leg"),
        ("phase", "interpretation"),
        ("step", "femoral"),
        ("item", "compressible"),
    ],
)
def test_time_for_a_scope_lengthens_it_alone(world: World, scope: str, scope_id: str) -> None:
    sitting, console = at_femoral(world)
    before = left_ms(sitting)
    assert console.order(sitting, "add-time", scope=scope, scope_id=scope_id, extra_ms=90_000) == ""
    found = (scope, scope_id or "dvt-small")
    assert left_ms(sitting) == {one: ms + (90_000 if one == found else 0) for one, ms in before.items()}
    world.close()


@pytest.mark.parametrize(
    ("scope", "scope_id"), [("step", "calf"), ("step", ""), ("phase", "nowhere"), ("item", "diameter")]
)
def test_no_time_is_given_to_what_has_no_limit_now(world: World, scope: str, scope_id: str) -> None:
    sitting, console = at_femoral(world)
    before = left_ms(sitting)
    code = console.order(sitting, "add-time", scope=scope, scope_id=scope_id, extra_ms=90_000)
    assert (code, left_ms(sitting)) == ("order.no_limit", before)


def test_before_the_case_no_limit_runs(world: World) -> None:
    sitting, console = with_centre(world)
    assert console.order(sitting, "add-time", extra_ms=1) == "order.no_limit"
    assert console.order(sitting, "remove-time", extra_ms=1) == "order.no_limit"


def test_several_orders_together_give_no_more_than_a_day(world: World) -> None:
    sitting, console = at_femoral(world)
    for _ in range(2):
        assert console.order(sitting, "add-time", extra_ms=120 * MINUTE_MS) == ""
    assert console.order(sitting, "add-time", extra_ms=1) == "order.too_much_time"
    world.close()


def test_only_what_was_granted_is_taken_back(world: World) -> None:
    sitting, console = at_femoral(world, accommodations=admissions.Accommodations(time_factor=2))
    before = left_ms(sitting)
    assert console.order(sitting, "remove-time", extra_ms=MINUTE_MS) == "order.not_granted"
    console.order(sitting, "add-time", extra_ms=10 * MINUTE_MS)
    assert console.order(sitting, "remove-time", extra_ms=10 * MINUTE_MS + 1) == "order.not_granted"
    assert console.order(sitting, "remove-time", extra_ms=10 * MINUTE_MS, reason="For another candidate") == ""
    assert left_ms(sitting) == before
    assert console.order(sitting, "remove-time", extra_ms=1) == "order.not_granted"
    given, taken = sitting.view().chrome.words
    assert taken.heading == "P. Roctor took back 10 min that was granted before"
    assert (given.text, taken.text) == ("Fire alarm", "For another candidate")
    world.close()


def test_time_is_taken_back_where_it_was_given_and_nowhere_else(world: World) -> None:
    sitting, console = at_femoral(world)
    before = left_ms(sitting)
    console.order(sitting, "add-time", scope="case", scope_id="leg", extra_ms=MINUTE_MS)
    assert console.order(sitting, "remove-time", extra_ms=MINUTE_MS) == ""
    assert left_ms(sitting) == before
    world.close()


def test_nobodys_time_ends_by_taking_some_back(world: World) -> None:
    sitting, console = at_femoral(world)
    console.order(sitting, "add-time", scope="step", scope_id="femoral", extra_ms=5 * MINUTE_MS)
    world.clock.advance(ms=90_000 - MINUTE_MS + 1)
    code = console.order(sitting, "remove-time", scope="step", scope_id="femoral", extra_ms=5 * MINUTE_MS)
    assert code == "order.too_little_left"
    later = console.order(sitting, "remove-time", scope="step", scope_id="femoral", extra_ms=5 * MINUTE_MS - 1)
    assert (later, left_ms(sitting)["step", "femoral"]) == ("", MINUTE_MS)
    world.close()


def test_a_message_stands_until_it_was_read(world: World) -> None:
    sitting, console = at_femoral(world)
    assert console.order(sitting, "message", text="Ten minutes of noise to come.") == ""
    sitting.handle(intents.Answer(item="compressible", response=choice("no")))
    (word,) = sitting.view().chrome.words
    assert (word.heading, word.text) == ("Message from P. Roctor", "Ten minutes of noise to come.")
    sitting.handle(intents.SeeWord(order_id=word.order_id))
    assert sitting.view().chrome.words == ()
    assert isinstance(sitting.recorded[-1].event, events.WordSeen)
    sitting.handle(intents.SeeWord(order_id=word.order_id))
    sitting.handle(intents.SeeWord(order_id="ord_nothing"))
    assert sum(isinstance(one.event, events.WordSeen) for one in sitting.recorded) == 1
    world.close()


def test_a_message_is_there_before_the_case_and_after_coming_back(world: World) -> None:
    sitting, console = with_centre(world)
    assert console.order(sitting, "message", text="We begin in five minutes.") == ""
    sitting.close()
    (word,) = world.again().view().chrome.words
    assert word.text == "We begin in five minutes."
    world.close()


def test_a_raised_hand_is_answered(world: World) -> None:
    sitting, console = at_femoral(world)
    assert console.order(sitting, "lower-hand") == "order.no_hand"
    sitting.handle(intents.CallProctor(note="No sound"))
    assert console.order(sitting, "lower-hand", text="I am coming.", reason="") == ""
    assert not sitting.state.is_hand_raised
    (word,) = sitting.view().chrome.words
    assert (word.heading, word.text) == ("P. Roctor answered your call", "I am coming.")
    sitting.handle(intents.CallProctor())
    assert console.order(sitting, "lower-hand", reason="") == ""
    assert [one.code for one in sitting.view().chrome.notices][-1] == "sitting.hand_answered"
    world.close()


def test_who_waits_for_a_recording_waits_no_more_once_the_hand_is_answered(world: World) -> None:
    sitting, console = with_centre(world)
    to_case(sitting)
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    sitting.handle(intents.ReportMedia(clip="arrival.0", what="stalled", position_ms=0))
    sitting.handle(intents.CallProctor())
    assert sitting.state.ledger.is_waiting
    world.clock.advance(ms=5_000)
    assert console.order(sitting, "message", text="A moment") == ""
    assert sitting.state.ledger.is_waiting
    assert console.order(sitting, "lower-hand") == ""
    assert sitting.state.ledger.is_running
    assert sitting.state.ledger.credited_ms == 5_000
    world.close()


def test_a_break_hides_the_case_and_holds_the_clock_for_its_length(world: World) -> None:
    sitting, console = at_femoral(world)
    before = left_ms(sitting)
    assert console.order(sitting, "break", minutes=5, reason="Unwell") == ""
    screen = sitting.view().screen
    assert isinstance(screen, views.BreakView)
    assert (screen.by, screen.why, screen.can_leave, screen.next_number) == ("P. Roctor", "Unwell", True, 1)
    sitting.handle(intents.Answer(item="compressible", response=choice("no")))
    assert "compressible" not in sitting.state.responses
    world.clock.advance(ms=3 * MINUTE_MS)
    assert console.order(sitting, "break", minutes=5) == "order.in_break"
    world.clock.advance(ms=2 * MINUTE_MS + 7_000)
    sitting.tick()
    assert isinstance(sitting.recorded[-1].event, events.BreakOver)
    sitting.handle(intents.EndBreak())
    assert left_ms(sitting) == {scope: ms - 7_000 for scope, ms in before.items()}
    stood = [entry for entry in sitting.state.ledger.entries if (entry.kind, entry.reason) == ("hold", BREAK)]
    assert sum(entry.amount_ms for entry in stood) == 5 * MINUTE_MS
    world.close()


def test_a_break_can_let_the_clock_run(world: World) -> None:
    sitting, console = at_femoral(world)
    before = left_ms(sitting)
    assert console.order(sitting, "break", minutes=1, is_clock_held=False, reason="Toilet") == ""
    screen = sitting.view().screen
    assert isinstance(screen, views.BreakView)
    assert not screen.is_clock_held
    world.clock.advance(ms=20_000)
    sitting.handle(intents.EndBreak())
    assert left_ms(sitting) == {scope: ms - 20_000 for scope, ms in before.items()}
    world.close()


@pytest.mark.parametrize("kind", ["break", "end"])
def test_before_the_case_there_is_nothing_to_rest_from_or_to_hand_in(world: World, kind: Kind) -> None:
    sitting, console = with_centre(world)
    act = {"minutes": 5} if kind == "break" else {}
    assert console.order(sitting, kind, **act) == "order.not_begun"


def test_a_break_is_not_for_who_is_paused(world: World) -> None:
    sitting, console = at_femoral(world)
    console.order(sitting, "pause")
    assert console.order(sitting, "break", minutes=5) == "order.already_paused"
    world.close()


def test_once_the_clock_has_stopped_there_is_no_break_to_give(world: World) -> None:
    one_way = copy.deepcopy(ASSESSMENT)
    del one_way["cases"][0]["phases"][-1]["navigation"]
    world.assessment = Assessment.model_validate(one_way)
    sitting, console = with_centre(world)
    to_review(sitting)
    assert (sitting.state.stage, sitting.state.ledger.is_started) == (Stage.REVIEW, False)
    assert console.order(sitting, "break", minutes=5) == "order.clock_stopped"
    assert console.order(sitting, "add-time", extra_ms=1) == "order.no_limit"
    assert console.order(sitting, "end") == ""
    world.close()


@pytest.mark.parametrize("held", ["running", "paused", "break", "review"])
def test_an_ended_sitting_hands_in_what_there_is(world: World, held: str) -> None:
    sitting, console = with_centre(world)
    (to_review if held == "review" else to_femoral)(sitting)
    if held != "review":
        sitting.handle(intents.Answer(item="compressible", response=choice("no")))
    if held == "paused":
        console.order(sitting, "pause")
    if held == "break":
        console.order(sitting, "break", minutes=5)
    assert console.order(sitting, "end", reason="Unwell") == ""
    state = sitting.state
    assert state.stage is Stage.HANDED_IN
    assert state.responses["compressible"] == choice("no")
    assert not state.is_void
    assert not state.ledger.is_started
    screen = sitting.view().screen
    assert isinstance(screen, views.HandedInView)
    assert screen.ended is not None
    assert screen.ended.what == "P. Roctor ended this sitting: Unwell"
    assert sitting.sealed is not None
    assert console.order(sitting, "resume") == "order.sitting_over"
    sitting.handle(intents.GoNext())
    assert sitting.state.stage is Stage.SURVEY
    world.close()


@pytest.mark.parametrize("place", ["identity", "case"])
def test_a_void_sitting_is_sealed_and_sent_all_the_same(world: World, place: str) -> None:
    sitting, console = with_centre(world)
    if place == "case":
        to_femoral(sitting)
    assert console.order(sitting, "void", reason="Another person sat here") == ""
    assert sitting.state.is_void
    screen = sitting.view().screen
    assert isinstance(screen, views.HandedInView)
    assert screen.is_void
    assert sitting.sealed is not None
    sitting.handle(intents.GoNext())
    assert sitting.view().screen == views.FarewellView(is_void=True)
    world.close()


def test_an_order_counts_once_however_often_it_comes(world: World) -> None:
    sitting, console = at_femoral(world)
    order = console.make(sitting, "add-time", extra_ms=MINUTE_MS)
    first = console.give(sitting, order)
    seen, recorded = sitting.state, sitting.recorded
    assert console.give(sitting, order) == first
    assert (sitting.state.ledger.extra_ms, sitting.state.orders) == (seen.ledger.extra_ms, seen.orders)
    assert [one.event for one in sitting.recorded] == [one.event for one in recorded]
    sitting.close()
    again = world.again()
    assert console.give(again, order) == first
    assert again.state.ledger.extra_ms == seen.ledger.extra_ms
    world.close()


def test_one_that_comes_before_its_turn_waits_for_those_before_it(world: World) -> None:
    sitting, console = at_femoral(world)
    first, second = console.make(sitting, "pause"), console.make(sitting, "resume")
    early = console.give(sitting, second)
    assert early is not None
    assert (early.refused, early.seq, sitting.state.orders) == ("order.gap", 0, ())
    for order in (first, second):
        found = console.give(sitting, order)
        assert found is not None
        assert found.is_obeyed
    world.close()


def test_one_that_comes_after_a_later_one_is_refused_and_taken_down(world: World) -> None:
    sitting, console = at_femoral(world)
    withdrawn = console.make(sitting, "pause")
    later = console.make(sitting, "message", text="Go on", changes={"after": 0})
    console.give(sitting, later)
    found = console.give(sitting, withdrawn)
    assert found is not None
    assert found.refused == "order.older"
    assert sitting.state.pause is None
    assert [one.refused for one in sitting.state.orders] == ["", "order.older"]
    assert isinstance(sitting.recorded[found.seq - 1].event, events.Ordered)
    world.close()


def test_two_consoles_number_for_themselves(world: World) -> None:
    sitting, console = at_femoral(world)
    other = Console(station=world.station, keys=console.keys, name="console-2")
    assert console.order(sitting, "pause") == ""
    assert other.order(sitting, "pause") == "order.already_paused"
    assert other.order(sitting, "resume") == ""
    assert console.order(sitting, "pause") == ""
    world.close()


def test_an_order_is_taken_from_the_centre_that_the_admission_names_alone(world: World) -> None:
    sitting, console = at_femoral(world)
    recorded = sitting.recorded
    stranger = console.make(sitting, "pause", signer=StationKeys.generate().signing)
    with pytest.raises(NotTheCentresOrderError):
        console.give(sitting, stranger)
    other = Console(station=world.station)
    with pytest.raises(NotTheCentresOrderError):
        other.order(sitting, "pause")
    assert (sitting.recorded, sitting.state.orders) == (recorded, ())


def test_where_the_admission_names_no_centre_nobody_orders(world: World) -> None:
    sitting = to_femoral(world.begin())
    with pytest.raises(NotTheCentresOrderError):
        Console(station=world.station).order(sitting, "pause")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"admission_id": "adm_2"}, OrderForOtherSittingError),
        ({"sitting": "sit_2"}, OrderForOtherSittingError),
        ({"station": "00" * 32}, OrderForOtherStationError),
    ],
)
def test_an_order_for_elsewhere_is_not_taken(world: World, changes: dict[str, Any], error: type[Exception]) -> None:
    sitting, console = at_femoral(world)
    with pytest.raises(error):
        console.order(sitting, "pause", changes=changes)
    assert sitting.state.orders == ()


def test_an_order_waits_for_a_disk_that_refuses_and_is_then_carried_out(world: World) -> None:
    is_full = False

    def hook(moment: str) -> None:
        if is_full and moment == "before-append":
            raise DiskFullError

    sitting, console = at_femoral(world, hook=hook)
    is_full = True
    order = console.make(sitting, "pause")
    assert console.give(sitting, order) is None
    assert not sitting.state.orders
    is_full = False
    world.clock.advance(ms=2_500)
    sitting.tick()
    found = console.give(sitting, order)
    assert found is not None
    assert found.is_obeyed
    assert sitting.state.paused_by == "P. Roctor"
    world.close()


def test_a_limit_that_ran_out_before_the_order_came_is_over(world: World) -> None:
    sitting, console = at_femoral(world)
    world.clock.advance(ms=90_001)
    code = console.order(sitting, "add-time", scope="step", scope_id="femoral", extra_ms=MINUTE_MS)
    assert code == "order.no_limit"
    assert sitting.state.place.step == "again"
    world.close()


def test_a_history_with_an_order_for_another_sitting_changes_nothing_by_it(world: World) -> None:
    sitting, console = at_femoral(world)
    envelope = console.make(sitting, "void", changes={"sitting": "sit_other"})
    made_up = Recorded(seq=sitting.state.last_seq + 1, at=world.clock.read(), event=events.Ordered(order=envelope))
    state = fold(sitting.course, sitting.state, made_up)
    assert [one.refused for one in state.orders] == ["order.other_sitting"]
    assert state.stage is Stage.CASE


def test_a_history_with_an_order_that_is_none_is_no_history(world: World) -> None:
    sitting = to_femoral(world.begin())
    made_up = Recorded(seq=sitting.state.last_seq + 1, at=world.clock.read(), event=events.Ordered(order=b"{}"))
    with pytest.raises(BadHistoryError):
        fold(sitting.course, sitting.state, made_up)


def test_orders_of_a_proctor_from_before_there_were_any_are_read_as_ever(world: World) -> None:
    sitting = to_femoral(world.begin())
    sitting.record(events.Paused(reason="alarm", by="P. Roctor"))
    screen = sitting.view().screen
    assert isinstance(screen, views.PausedView)
    assert (screen.by, screen.why) == ("P. Roctor", "alarm")
    sitting.record(events.Continued(by="P. Roctor"))
    sitting.record(events.TimeGranted(scope="step", scope_id="femoral", extra_ms=5, reason="noise", signer="P. Roctor"))
    assert sitting.state.ledger.granted(("step", "femoral")) == 5
    world.close()


def test_what_was_ordered_is_told_without_its_signature(world: World) -> None:
    sitting, console = at_femoral(world)
    order = console.make(sitting, "message", text="Hello")
    assert sitting.obey(order, centre=console.centre) == told_by(order)


@pytest.mark.parametrize("kind", ["pause", "break", "end", "void"])
def test_what_is_being_typed_comes_before_an_order_that_stops_the_work(world: World, kind: Kind) -> None:
    sitting, console = at_femoral(world)

    def hand_in_what_is_typed(done: Callable[[], None]) -> None:
        sitting.handle(intents.Answer(item="diameter", response=number("7,5", "mm")))
        done()

    sitting.before_stop(hand_in_what_is_typed)
    assert console.order(sitting, kind, **({"minutes": 5} if kind == "break" else {})) == ""
    assert sitting.state.responses["diameter"] == number("7,5", "mm")
    world.close()


def test_an_order_waits_for_no_window_that_hangs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "TYPED_WAIT_S", 0.01)
    sitting, console = at_femoral(world)
    sitting.before_stop(lambda _done: None)
    assert console.order(sitting, "pause") == ""
    world.close()


def test_an_order_that_stops_nothing_asks_for_nothing(world: World) -> None:
    sitting, console = at_femoral(world)
    sitting.before_stop(lambda _done: pytest.fail("asked"))
    assert console.order(sitting, "message", text="Go on") == ""
    world.close()


@pytest.mark.parametrize("moment", ["before-append", "after-append", "sealed", "noted"])
def test_killed_at_any_point_of_an_end_the_sitting_ends_or_goes_on_whole(world: World, moment: str) -> None:
    class KilledError(BaseException):
        pass

    is_armed = False

    def hook(name: str) -> None:
        if is_armed and name == moment:
            raise KilledError

    sitting, console = at_femoral(world, hook=hook)
    order = console.make(sitting, "end")
    is_armed = True
    with pytest.raises(KilledError):
        console.give(sitting, order)
    sitting.close()
    world.sittings.remove(sitting)  # it died in the middle, and says nothing more
    is_armed = False
    again = world.again()
    again.tick()
    if moment == "before-append":
        assert again.state.stage is Stage.CASE
        found = console.give(again, order)
        assert found is not None
        assert found.is_obeyed
    assert again.state.is_over
    assert again.sealed is not None
    world.close()


def test_an_order_that_says_what_nobody_sees_is_not_taken_and_changes_nothing(world: World) -> None:
    sitting, console = with_centre(world)
    to_femoral(sitting)
    before = sitting.state
    envelope = issue_order(
        told_by(console.make(sitting, "pause")).model_copy(update={"reason": "to \u202eevom"}), console.keys.signing
    )
    with pytest.raises(UnseenCharacterError):
        console.give(sitting, envelope)
    assert sitting.state == before
