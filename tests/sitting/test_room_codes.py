"""One-time codes of the room at a sitting: what each does, that it does it once, and what guessing comes to."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission import room_code
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.room_code import Challenge, Purpose, Source
from pocus_desktop.crypto.keys import SealingKey
from pocus_desktop.sitting import events, intents, views
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.errors import DiskFullError, UnfairHistoryError
from pocus_desktop.sitting.judge import judge
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.store import JournalStore
from tests.sitting.ordering import Console
from tests.sitting.world import World, to_case, to_femoral

SECRET = b"\x07" * 32
START = admissions.start_code_verifier("4711", admission_id="adm_1")
SIGN_IN = admissions.start_code_verifier("K7M", admission_id="adm_1")
MINUTE_MS = 60_000


def begin(world: World, **changes: Any) -> Sitting:
    """A live sitting whose station and centre have a secret."""
    sealed = room_code.seal_secret(SECRET, [world.station.sealing.public], admission_id="adm_1")
    given: dict[str, Any] = {"mode": Mode.LIVE, "start_code": START, "code_secrets": sealed, "credit_cap_ms": 0}
    return world.begin(**{**given, **changes})


def started(world: World, **changes: Any) -> Sitting:
    """The same in the timed phase, begun by the start code alone."""
    sitting = begin(world, **changes)
    sitting.handle(intents.ConfirmIdentity(start_code="4711"))
    return to_femoral(sitting)


def asked(sitting: Sitting, purpose: Purpose, minutes: int = 0) -> Challenge:
    """What the screen asks for."""
    (found,) = (one for one in sitting.view().challenges if (one.purpose, one.minutes) == (purpose, minutes))
    return found


def give(
    sitting: Sitting, purpose: Purpose, minutes: int = 0, *, source: Source = "device", start_code: str = ""
) -> str:
    """Give the right code for what the screen asks; the code."""
    code = room_code.response(SECRET, source, asked(sitting, purpose, minutes))
    sitting.handle(intents.UseCode(purpose=purpose, minutes=minutes, code=code, start_code=start_code))
    return code


def offered(sitting: Sitting) -> list[tuple[str, int]]:
    """What a code could do now."""
    return [(one.purpose, one.minutes) for one in sitting.view().challenges]


def told(sitting: Sitting) -> list[str]:
    """The codes of what the candidate is told."""
    return [notice.code for notice in sitting.view().chrome.notices]


def barred(world: World, sitting: Sitting) -> Sitting:
    """Away overnight: longer than clocks prove and the credit allows."""
    sitting.close()
    before = world.clock.read()
    world.clock.set(monotonic_ms=9_000, wall_ms=before.wall_ms + 11 * 3_600_000, boot_id="the next day")
    return world.again()


def test_a_code_lets_a_sitting_begin_whose_start_code_nobody_knows(world: World) -> None:
    sitting = begin(world)
    assert offered(sitting) == [("start", 0)]
    give(sitting, "start")
    assert isinstance(sitting.view().screen, views.SystemCheckView)
    assert sitting.recorded[-1].event == events.CodeUsed(purpose="start", number=1, source="device")


def test_a_code_from_the_book_lets_begin_only_whom_a_second_factor_speaks_for(world: World) -> None:
    alone = begin(world)
    give(alone, "start", source="book")
    assert isinstance(alone.view().screen, views.IdentityView)
    assert told(alone) == ["code.wrong"]
    signed_in = begin(world, name="other", sign_in_code=SIGN_IN)
    give(signed_in, "start", source="book")
    assert isinstance(signed_in.view().screen, views.SystemCheckView)


def test_the_start_code_alone_opens_no_barred_sitting_and_two_factors_do(world: World) -> None:
    again = barred(world, started(world))
    assert isinstance(again.view().screen, views.IdentityView)
    again.handle(intents.ConfirmIdentity(start_code="4711"))
    assert isinstance(again.view().screen, views.IdentityView)
    give(again, "unlock", source="book")
    give(again, "unlock", source="book", start_code="0815")
    assert told(again) == ["code.wrong"]
    give(again, "unlock", source="book", start_code=" 47 11 ")
    assert isinstance(again.view().screen, views.CaseView)


def test_the_device_unlocks_a_barred_sitting(world: World) -> None:
    again = barred(world, started(world))
    give(again, "unlock")
    assert isinstance(again.view().screen, views.CaseView)


def test_a_station_that_cannot_open_the_secret_goes_by_the_start_code_as_before(world: World) -> None:
    others = room_code.seal_secret(SECRET, [SealingKey.generate().public], admission_id="adm_1")
    sitting = started(world, code_secrets=others)
    assert offered(sitting) == []
    sitting.handle(intents.UseCode(purpose="time", minutes=10, code="12345678"))
    again = barred(world, sitting)
    again.handle(intents.ConfirmIdentity(start_code="4711"))
    assert isinstance(again.view().screen, views.CaseView)


def test_where_no_codes_are_taken_the_start_code_ends_a_pause_of_the_proctor(world: World) -> None:
    console = Console(station=world.station)
    sitting = started(world, code_secrets=(), centre=console.keys.sealing.public)
    assert console.order(sitting, "pause") == ""
    screen = sitting.view().screen
    assert isinstance(screen, views.PausedView)
    assert screen.asks_start_code
    assert not screen.can_resume
    sitting.handle(intents.ConfirmIdentity(start_code=""))
    sitting.handle(intents.ConfirmIdentity(start_code="0815"))
    assert told(sitting) == ["sitting.wrong_start_code"]
    assert isinstance(sitting.view().screen, views.PausedView)
    sitting.handle(intents.ConfirmIdentity(start_code="4711"))
    assert isinstance(sitting.view().screen, views.CaseView)
    assert sitting.state.ledger.is_running
    assert judge(sitting.course, sitting.recorded) == sitting.state


@pytest.mark.parametrize("is_authorised", [False, True])
def test_a_pause_before_the_case_that_the_start_code_ends_confirms_nobody(world: World, is_authorised: bool) -> None:
    console = Console(station=world.station)
    sitting = begin(world, code_secrets=(), centre=console.keys.sealing.public)
    if is_authorised:
        assert console.order(sitting, "authorise") == ""
    assert console.order(sitting, "pause") == ""
    sitting.handle(intents.ConfirmIdentity(start_code="4711"))
    screen = sitting.view().screen
    assert isinstance(screen, views.IdentityView)
    assert screen.is_authorised == is_authorised


@pytest.mark.parametrize("code", ["4711", "0815"])
@pytest.mark.parametrize("is_paused", [False, True])
def test_a_start_code_that_a_full_disk_kept_back_counts_once_it_takes_it(
    world: World, code: str, is_paused: bool
) -> None:
    def full(*_given: object, **_named: object) -> None:
        raise DiskFullError

    console = Console(station=world.station)
    sitting = begin(world, code_secrets=(), centre=console.keys.sealing.public)
    if is_paused:
        assert console.order(sitting, "pause") == ""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(JournalStore, "append", full)
        sitting.handle(intents.ConfirmIdentity(start_code=code))
        world.clock.advance(ms=4_000)
        sitting.tick()
    world.clock.advance(ms=4_000)
    sitting.tick()
    is_right = code == "4711"
    tried = [one.event for one in sitting.recorded if isinstance(one.event, events.StartCodeTried)]
    assert tried == [events.StartCodeTried(is_right=is_right)]
    opened = views.IdentityView if is_paused else views.SystemCheckView
    shut = views.PausedView if is_paused else views.IdentityView
    assert isinstance(sitting.view().screen, opened if is_right else shut)


def test_where_codes_are_taken_the_start_code_alone_ends_no_pause_of_the_proctor(world: World) -> None:
    console = Console(station=world.station)
    sitting = started(world, centre=console.keys.sealing.public)
    assert console.order(sitting, "pause") == ""
    sitting.handle(intents.ConfirmIdentity(start_code="4711"))
    screen = sitting.view().screen
    assert isinstance(screen, views.PausedView)
    assert not screen.asks_start_code


def test_a_secret_that_the_hub_sealed_wrongly_keeps_no_one_from_sitting(world: World) -> None:
    sealed = room_code.seal_secret(SECRET, [world.station.sealing.public], admission_id="another")
    assert offered(started(world, code_secrets=sealed)) == []


def test_more_time_goes_to_every_limit_that_runs_here(world: World) -> None:
    sitting = started(world)
    before = {(one.scope, one.scope_id): one.left_ms for one in sitting.view().chrome.times}
    assert len(before) > 3
    give(sitting, "time", 10)
    after = {(one.scope, one.scope_id): one.left_ms for one in sitting.view().chrome.times}
    assert after == {scope: left_ms + 10 * MINUTE_MS for scope, left_ms in before.items()}
    assert told(sitting) == ["sitting.time_granted"]
    extra = [(entry.reason, entry.signer) for entry in sitting.state.ledger.entries if entry.kind == "extra"]
    assert set(extra) == {("code", "device 1")}


def test_a_code_counts_once_and_for_its_purpose_and_amount_only(world: World) -> None:
    sitting = started(world)
    code = give(sitting, "time", 5)
    granted = sitting.state.ledger.extra_ms
    for purpose, minutes in (("time", 5), ("time", 15), ("move", 0)):
        sitting.handle(intents.UseCode(purpose=purpose, minutes=minutes, code=code))  # type: ignore[arg-type]  # purposes
    assert sitting.state.ledger.extra_ms == granted
    assert sitting.state.pause is None
    assert [one.event.type for one in sitting.recorded[-3:]] == ["code-tried"] * 3


def test_a_code_typed_in_the_digits_of_another_script_is_the_same_code(world: World) -> None:
    sitting = started(world)
    code = room_code.response(SECRET, "device", asked(sitting, "time", 5))
    typed = code.translate({ord("0") + digit: 0x0660 + digit for digit in range(10)})
    sitting.handle(intents.UseCode(purpose="time", minutes=5, code=typed))
    assert sitting.recorded[-1].event == events.CodeUsed(purpose="time", minutes=5, number=1, source="device")


def test_a_code_of_another_candidate_does_not_count(world: World) -> None:
    sitting = started(world)
    other = replace(asked(sitting, "time", 5), admission_digest="00" * 32)
    sitting.handle(intents.UseCode(purpose="time", minutes=5, code=room_code.response(SECRET, "device", other)))
    assert told(sitting) == ["code.wrong"]


def test_who_is_paused_by_the_proctor_goes_on_by_a_code(world: World) -> None:
    sitting = started(world)
    assert ("resume", 0) not in offered(sitting)
    sitting.record(events.Paused(reason="fire", by="Proctor North"))
    assert ("resume", 0) in offered(sitting)
    give(sitting, "resume", source="book", start_code="4711")
    assert isinstance(sitting.view().screen, views.CaseView)


@pytest.mark.parametrize("passed", [0, 1, 2])
@pytest.mark.parametrize("source", room_code.SOURCES)
def test_who_is_paused_before_the_case_goes_on_by_a_code_too(world: World, passed: int, source: Source) -> None:
    console = Console(station=world.station)
    sitting = begin(world, centre=console.keys.sealing.public)
    ways: list[intents.Intent] = [intents.ConfirmIdentity(start_code="4711"), intents.PassSystemCheck(findings=())]
    for way in ways[:passed]:
        sitting.handle(way)
    before = sitting.view().screen
    assert console.order(sitting, "pause") == ""
    assert isinstance(sitting.view().screen, views.PausedView)
    give(sitting, "resume", source=source, start_code="4711" if source == "book" else "")
    assert sitting.view().screen == before
    assert ("resume", 0) not in offered(sitting)
    assert judge(sitting.course, sitting.recorded) == sitting.state


def test_a_sitting_that_is_to_move_stands_still_and_goes_on_elsewhere_or_by_another_code(world: World) -> None:
    sitting = started(world)
    give(sitting, "move")
    screen = sitting.view().screen
    assert isinstance(screen, views.PausedView)
    assert "another station" in screen.reason.what
    before = sitting.state.ledger.consumed_ms
    world.clock.advance(ms=MINUTE_MS)
    sitting.tick()
    assert sitting.state.ledger.consumed_at(world.clock.read()) == before
    assert offered(sitting) == [("resume", 0), ("time", 5), ("time", 10), ("time", 15)]
    give(sitting, "resume")
    assert isinstance(sitting.view().screen, views.CaseView)


def test_guessing_is_journalled_without_the_guess_and_waits_longer_each_time(world: World) -> None:
    sitting = started(world)
    for _ in range(3):
        sitting.handle(intents.UseCode(purpose="time", minutes=5, code="00000000"))
    assert told(sitting) == ["code.wrong"]
    right = room_code.response(SECRET, "device", asked(sitting, "time", 5))
    for wait_s in (30, 60, 120, 240, 300, 300):
        world.clock.advance(ms=wait_s * 1000 - 1)
        sitting.handle(intents.UseCode(purpose="time", minutes=5, code=right))  # even the right one has to wait
        assert told(sitting) == ["code.wait"]
        world.clock.advance(ms=1)
        sitting.handle(intents.UseCode(purpose="time", minutes=5, code="00000000"))
    tries = [one.event for one in sitting.recorded if isinstance(one.event, events.CodeTried)]
    assert len(tries) == 15
    assert {one.number for one in tries} == {1}  # guessing does not use the book up
    assert not any("00000000" in one.event.model_dump_json() for one in sitting.recorded)


def test_a_restart_and_a_clock_that_is_set_do_not_end_the_wait(world: World) -> None:
    sitting = started(world, credit_cap_ms=24 * 3_600_000)
    for _ in range(3):
        sitting.handle(intents.UseCode(purpose="time", minutes=5, code="00000000"))
    sitting.close()
    before = world.clock.read()
    world.clock.set(monotonic_ms=2_000, wall_ms=before.wall_ms + 3_600_000, boot_id="restarted")
    again = world.again()
    right = room_code.response(SECRET, "device", asked(again, "time", 5))
    again.handle(intents.UseCode(purpose="time", minutes=5, code=right))
    assert told(again) == ["code.wait"]
    world.clock.advance(ms=28_000)
    again.handle(intents.UseCode(purpose="time", minutes=5, code=right))
    assert told(again) == ["sitting.time_granted"]


def test_numbers_go_on_after_a_restart(world: World) -> None:
    sitting = started(world)
    give(sitting, "time", 5)
    sitting.close()
    again = world.again()
    assert asked(again, "time", 5).number == 2


def test_a_code_is_durable_with_its_effect_or_not_at_all(world: World) -> None:
    """Cut off right after the write: the number is used up and the time is there. Before it: neither is."""

    class PowerCutError(Exception):
        pass

    def cut_at(moment: str, when: str) -> Callable[[str], None]:
        def hook(now: str) -> None:
            if now == when and armed:
                raise PowerCutError(moment)

        return hook

    for name, when, number in (("before", "before-append", 0), ("after", "after-append", 1)):
        armed: list[bool] = []
        sitting = started(world, name=name, hook=cut_at(name, when))
        code = room_code.response(SECRET, "device", asked(sitting, "time", 5))
        armed.append(True)
        with pytest.raises(PowerCutError):
            sitting.handle(intents.UseCode(purpose="time", minutes=5, code=code))
        armed.clear()
        sitting.close()
        world.sittings.remove(sitting)
        again = world.again(name=name)
        assert again.state.code_number == number
        assert bool(again.state.ledger.extra_ms) == bool(number)


def test_after_the_hand_in_no_code_does_anything(world: World) -> None:
    sitting = started(world)
    code = room_code.response(SECRET, "device", asked(sitting, "time", 5))
    world.clock.advance(ms=60 * MINUTE_MS)
    sitting.tick()
    assert offered(sitting) == []
    sitting.handle(intents.UseCode(purpose="time", minutes=5, code=code))
    assert isinstance(sitting.view().screen, views.HandedInView)


def test_without_limits_or_in_review_mode_there_is_nothing_to_ask(world: World) -> None:
    sitting = begin(world, mode=Mode.PRACTICE, start_code=None, has_key=True)
    assert offered(sitting) == []
    assert ("time", 5) in offered(to_case(sitting))


LIES = (
    "the same number again",
    "a number left out",
    "another amount",
    "time of nothing",
    "minutes to resume",
    "taken while the wait lasted",
    "too soon without a wait",
)


def _lies(history: Sequence[Recorded]) -> dict[str, Sequence[Recorded]]:
    """Histories that no station wrote; the last event is a code that was used."""
    last = history[-1]

    def ends(**changes: object) -> Sequence[Recorded]:
        return [*history[:-1], replace(last, event=last.event.model_copy(update=changes))]

    again = [*history, replace(last, seq=last.seq + 1)]
    wrong = events.CodeTried(purpose="time", minutes=5, number=1)
    tries = [replace(last, seq=last.seq + index, event=wrong) for index in range(3)]
    told = (
        again,
        ends(number=2),
        ends(minutes=99),
        ends(minutes=0),
        ends(purpose="resume"),
        [*history[:-1], *tries, replace(last, seq=last.seq + 3)],
        [
            *history[:-1],
            replace(last, event=wrong.model_copy(update={"came_too_soon": True})),
        ],
    )
    return dict(zip(LIES, told, strict=True))


@pytest.mark.parametrize("lie", LIES)
def test_the_academy_believes_no_code_that_is_not_in_turn(world: World, lie: str) -> None:
    sitting = started(world)
    give(sitting, "time", 5)
    assert judge(sitting.course, sitting.recorded) == sitting.state
    with pytest.raises(UnfairHistoryError):
        judge(sitting.course, _lies(sitting.recorded)[lie])


@pytest.mark.parametrize("name", ["Proctor North", "code", "away"])
def test_a_proctor_of_whatever_name_who_pauses_with_the_word_move_does_not_move_it(world: World, name: str) -> None:
    console = Console(station=world.station)
    sitting = started(world, centre=console.keys.sealing.public)
    assert console.order(sitting, "pause", reason="move", changes={"who": name}) == ""
    screen = sitting.view().screen
    assert isinstance(screen, views.PausedView)
    assert not screen.is_to_move
    assert (screen.by, screen.why) == (name, "move")
    assert ("resume", 0) in offered(sitting)
    assert ("move", 0) in offered(sitting)
    assert sitting.state.held_by == "proctor"
    assert judge(sitting.course, sitting.recorded) == sitting.state


def test_a_code_for_a_move_is_told_to_the_room_as_what_it_is(world: World) -> None:
    sitting = started(world)
    give(sitting, "move")
    assert (sitting.state.held_by, sitting.state.paused_by) == ("code", "")
    assert (sitting.summary().paused_by, sitting.summary().pause) == ("code", "move")
