"""Time that was lost is found from the evidence and given back up to the policy; no clock that can be set takes any."""

import shutil
from dataclasses import replace

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Accommodations, StationKeys
from pocus_desktop.admission.mode import Mode
from pocus_desktop.crypto.keys import SealingKey
from pocus_desktop.sitting import events, fold_time, intents, log, views
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.errors import UnfairHistoryError
from pocus_desktop.sitting.judge import judge
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.state import SittingState
from tests.sitting.world import World, choice, to_case, to_femoral

MINUTE_MS = 60_000
CAP_MS = 5 * MINUTE_MS
YEAR_MS = 365 * 24 * 60 * MINUTE_MS


def lines(sitting: Sitting) -> list[tuple[str, int, str]]:
    """What the ledger says of time lost."""
    kinds = {"gap", "credit", "dark"}
    return [(e.kind, e.amount_ms, e.reason) for e in sitting.state.ledger.entries if e.kind in kinds]


def codes(sitting: Sitting) -> list[str]:
    """What the candidate is told."""
    return [notice.code for notice in sitting.view().chrome.notices]


def test_a_sleep_is_given_back_and_told_from_a_crash(world: World) -> None:
    sitting = to_femoral(world.begin(credit_cap_ms=CAP_MS))
    world.clock.advance(ms=10_000)
    world.clock.sleep(ms=4 * MINUTE_MS)
    sitting.tick()
    assert sitting.state.ledger.consumed_ms == 10_000
    assert lines(sitting) == [("gap", 4 * MINUTE_MS, "slept"), ("credit", 4 * MINUTE_MS, "slept")]
    assert sitting.state.ledger.notes == ()  # the sleep explains what the wall clock shows
    assert codes(sitting) == ["sitting.sleep_credited"]
    assert "4 min" in sitting.view().chrome.notices[0].told.what
    world.clock.advance(ms=5_000)
    sitting.close()
    world.clock.advance(ms=30_000)
    again = world.again()
    assert lines(again)[2:] == [("gap", 35_000, "crashed"), ("credit", 35_000, "crashed")]
    assert again.state.ledger.consumed_ms == 10_000


def test_a_sleep_beyond_the_credit_is_charged_and_what_it_ran_out_fires(world: World) -> None:
    sitting = to_femoral(world.begin(credit_cap_ms=CAP_MS))
    world.clock.advance(ms=10_000)
    world.clock.sleep(ms=CAP_MS + 85_000)
    sitting.handle(intents.Answer(item="compressible", response=choice("no")))
    fired = [(one.event.timer, one.event.due_ms) for one in sitting.recorded if one.event.type == "timer-fired"]
    assert fired == [("item:compressible", 60_000), ("step:femoral", 90_000)]
    assert sitting.state.ledger.consumed_ms == 95_000
    assert "compressible" not in sitting.state.responses


def test_what_ran_out_while_awake_fires_before_the_sleep_is_charged(world: World) -> None:
    """The screen's timer came late: the step was over, then the lid was closed."""
    sitting = to_femoral(world.begin(credit_cap_ms=0))
    world.clock.advance(ms=91_000)
    world.clock.sleep(ms=20_000)
    sitting.tick()
    kinds = [one.event.type for one in sitting.recorded[-3:]]
    assert kinds == ["timer-fired", "timer-fired", "clocks-shown"]
    assert sitting.state.ledger.spent(("step", "femoral")) == 90_000
    assert sitting.state.ledger.spent(("step", "again")) == 21_000


def test_a_sleep_before_a_crash_is_found_on_coming_back(world: World) -> None:
    sitting = to_femoral(world.begin(credit_cap_ms=CAP_MS))
    sitting.close()
    world.clock.advance(ms=20_000)
    world.clock.sleep(ms=2 * MINUTE_MS)
    world.clock.advance(ms=10_000)
    again = world.again()
    assert lines(again) == [
        ("gap", 30_000, "crashed"),
        ("credit", 30_000, "crashed"),
        ("gap", 2 * MINUTE_MS, "slept"),
        ("credit", 2 * MINUTE_MS, "slept"),
    ]
    assert again.state.ledger.notes == ()
    assert codes(again) == ["sitting.time_credited", "sitting.sleep_credited"]


def test_a_sleep_is_first_of_the_break_and_none_of_a_pause(world: World) -> None:
    sitting = to_femoral(world.begin(credit_cap_ms=0))
    sitting.record(events.Paused(reason="fire alarm", by="P. Roctor"))
    world.clock.sleep(ms=60 * MINUTE_MS)
    sitting.record(events.Continued(by="P. Roctor"))
    assert lines(sitting) == []
    assert sitting.state.ledger.consumed_ms == 0


def test_a_moment_of_disagreement_between_two_clocks_is_no_sleep(world: World) -> None:
    sitting = to_femoral(world.begin())
    count = len(sitting.recorded)
    world.clock.sleep(ms=900)
    sitting.tick()
    assert len(sitting.recorded) == count


def test_killed_as_soon_as_it_goes_on_elsewhere_the_gap_is_one_like_any_other(world: World) -> None:
    """That another station goes on, and what its clocks show, is durable together."""
    centre, other = SealingKey.generate(), StationKeys.generate()
    to_femoral(world.begin(credit_cap_ms=CAP_MS, centre=centre.public)).close()

    def kept(moment: str) -> None:
        if moment == "after-append" and not (world.folder / "killed").exists():
            shutil.copytree(world.folder / "sitting", world.folder / "killed")

    known = lines(world.again(station=other, centre=centre, hook=kept))
    world.clock.advance(ms=30_000)
    again = world.again(name="killed", station=other, centre=centre)
    assert lines(again) == [*known, ("gap", 30_000, "crashed"), ("credit", 30_000, "crashed")]


@pytest.mark.parametrize("wall_ms", [-YEAR_MS, 0, 2 * MINUTE_MS, 60 * MINUTE_MS, YEAR_MS])
def test_whatever_the_wall_clock_says_after_a_power_cut_it_takes_no_time(world: World, wall_ms: int) -> None:
    sitting = to_femoral(world.begin(credit_cap_ms=CAP_MS))
    world.clock.advance(ms=10_000)
    sitting.tick()
    before = world.clock.read()
    sitting.close()
    world.clock.set(monotonic_ms=40_000, wall_ms=before.wall_ms + wall_ms, boot_id="the next")
    again = world.again()
    assert again.state.ledger.consumed_ms == 10_000
    assert again.state.stage is sitting.state.stage
    proved, dark_ms = lines(again)[:2], wall_ms - 40_000
    assert proved == [("gap", 40_000, "power-cut"), ("credit", 40_000, "power-cut")]
    assert lines(again)[2:] == ([("dark", dark_ms, "power-cut")] if dark_ms > 0 else [])
    notes = [note.kind for note in again.state.ledger.notes]
    assert notes == (["set-back"] if wall_ms < 0 or wall_ms == 0 else [])


def test_after_a_power_cut_what_the_machine_has_been_up_for_is_proved_and_charged_beyond_the_credit(
    world: World,
) -> None:
    sitting = to_femoral(world.begin(credit_cap_ms=MINUTE_MS))
    sitting.close()
    now = world.clock.read()
    world.clock.set(monotonic_ms=50_000, wall_ms=now.wall_ms + 5 * MINUTE_MS, boot_id="the next")
    world.clock.sleep(ms=20_000)
    again = world.again()
    assert again.state.ledger.consumed_ms == 50_000 + 20_000 - MINUTE_MS


@pytest.mark.parametrize("is_permitted", [False, True])
def test_on_another_machine_nothing_is_proved(world: World, *, is_permitted: bool) -> None:
    to_femoral(world.begin(credit_cap_ms=0)).close()
    there = again_at(world, StationKeys.generate(), up_ms=10 * 24 * 60 * MINUTE_MS, is_permitted=is_permitted)
    assert there.ledger.consumed_ms == 0
    found = [(entry.kind, entry.amount_ms, entry.reason) for entry in there.ledger.entries if entry.kind != "run"]
    assert found == [("dark", 20 * MINUTE_MS, "moved")]


def again_at(
    world: World, station: StationKeys, *, up_ms: int, is_permitted: bool, boot_id: str = "another machine"
) -> SittingState:
    """The state once another station goes on, by the centre's key or by its permit."""
    sitting = world.sittings[-1]
    now = world.clock.read()
    world.clock.set(monotonic_ms=up_ms, wall_ms=now.wall_ms + 20 * MINUTE_MS, boot_id=boot_id)
    at, key, seq = world.clock.read(), station.signing.public.raw.hex(), len(sitting.recorded)
    back: events.Event = events.Reopened(station=key, app_version="1")
    if is_permitted:
        back = events.Moved(station=key, app_version="1", permit=b"{}")
    shown = events.ClocksShown(station=key, asleep_ms=99 * MINUTE_MS)
    more = (Recorded(seq=seq + 1, at=at, event=back), Recorded(seq=seq + 2, at=at, event=shown))
    return judge(sitting.course, (*sitting.recorded, *more))


@pytest.mark.parametrize("is_permitted", [False, True])
@pytest.mark.parametrize(("was_up_ms", "is_up_ms"), [(60 * MINUTE_MS, 540 * MINUTE_MS), (540 * MINUTE_MS, MINUTE_MS)])
def test_that_two_machines_name_their_boots_alike_takes_and_gives_no_time(
    world: World, was_up_ms: int, is_up_ms: int, *, is_permitted: bool
) -> None:
    """Windows counts boots; PCs made of one image have counted as many."""
    world.clock.set(monotonic_ms=was_up_ms, boot_id="boot-212")
    world.clock.sleep(ms=120 * MINUTE_MS)
    to_femoral(world.begin(credit_cap_ms=0))
    there = again_at(world, StationKeys.generate(), up_ms=is_up_ms, is_permitted=is_permitted, boot_id="boot-212")
    found = [(entry.kind, entry.amount_ms, entry.reason) for entry in there.ledger.entries if entry.kind != "run"]
    assert found == [("dark", 20 * MINUTE_MS, "moved")]
    assert there.ledger.consumed_ms == 0
    assert there.ledger.consumed_at(replace(there.ledger.last, monotonic_ms=is_up_ms + 30_000)) == 30_000


def test_a_clock_that_began_anew_is_of_another_boot_though_none_is_named(world: World) -> None:
    world.clock.set(monotonic_ms=300 * MINUTE_MS, boot_id="boot")
    sitting = to_femoral(world.begin(credit_cap_ms=0))
    sitting.close()
    wall_ms = world.clock.read().wall_ms
    world.clock.set(monotonic_ms=MINUTE_MS, wall_ms=wall_ms + 2 * MINUTE_MS, boot_id="boot")
    again = world.again()
    assert lines(again) == [("gap", MINUTE_MS, "power-cut"), ("dark", MINUTE_MS, "power-cut")]
    world.clock.advance(ms=20_000)
    again.tick()
    assert again.state.ledger.consumed_ms == MINUTE_MS + 20_000


def test_a_boot_of_the_same_name_is_beyond_proof_like_any_other(world: World) -> None:
    world.clock.set(monotonic_ms=300 * MINUTE_MS, boot_id="boot")
    sitting = world.begin(credit_cap_ms=CAP_MS, start_code=CODE)
    sitting.handle(intents.ConfirmIdentity(start_code="4711"))
    to_femoral(sitting)
    sitting.close()
    world.clock.set(monotonic_ms=1_000, wall_ms=world.clock.read().wall_ms + 2 * CAP_MS, boot_id="boot")
    assert world.again().state.is_barred


def test_who_closes_the_window_lets_the_clock_run_on(world: World) -> None:
    sitting = to_femoral(world.begin(credit_cap_ms=CAP_MS))
    sitting.handle(intents.Leave())
    sitting.close()
    world.clock.advance(ms=20_000)
    again = world.again()
    assert again.state.ledger.consumed_ms == 20_000
    assert lines(again) == [("gap", 20_000, "left")]
    assert codes(again) == ["sitting.left_lost"]


def test_who_may_pause_has_paused_by_closing_the_window(world: World) -> None:
    sitting = to_femoral(world.begin(accommodations=Accommodations(can_pause=True)))
    sitting.handle(intents.Leave())
    sitting.close()
    world.clock.advance(ms=60 * MINUTE_MS)
    again = world.again()
    screen = again.view().screen
    assert isinstance(screen, views.PausedView)
    assert screen.can_resume
    again.handle(intents.Resume())
    assert again.state.ledger.consumed_ms == 0


def test_a_crash_after_leaving_and_coming_back_is_a_crash(world: World) -> None:
    sitting = to_femoral(world.begin(credit_cap_ms=CAP_MS))
    sitting.handle(intents.Leave())
    sitting.close()
    again = world.again()
    again.close()
    world.clock.advance(ms=20_000)
    assert lines(world.again()) == [("gap", 20_000, "crashed"), ("credit", 20_000, "crashed")]


def playing(world: World, *, cap_ms: int = CAP_MS) -> Sitting:
    """At the recording, which plays."""
    sitting = to_case(world.begin(credit_cap_ms=cap_ms))
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    report(sitting, "position")
    return sitting


def report(sitting: Sitting, what: str) -> None:
    """The player says something."""
    sitting.handle(intents.ReportMedia(clip="arrival.0", what=what, position_ms=700))  # type: ignore[arg-type]


@pytest.mark.parametrize("trouble", ["stalled", "failed"])
def test_the_clock_stands_still_for_a_recording_that_stopped_by_itself(world: World, trouble: str) -> None:
    sitting = playing(world)
    world.clock.advance(ms=1_000)
    report(sitting, trouble)
    assert fold_time.WAITS in codes(sitting)
    assert not any(time.is_running for time in sitting.view().chrome.times)
    for _ in range(9):
        world.clock.advance(ms=10_000)
        sitting.tick()
    if trouble == "failed":
        sitting.handle(intents.PlayClip(clip="arrival.0"))
    report(sitting, "position" if trouble == "failed" else "recovered")
    assert lines(sitting) == [("credit", 90_000, "media-failed")]
    assert codes(sitting)[-1] == "sitting.wait_credited"
    assert fold_time.WAITS not in codes(sitting)
    world.clock.advance(ms=2_000)
    sitting.tick()
    world.clock.advance(ms=4_000)
    sitting.tick()
    assert sitting.state.ledger.consumed_ms == 7_000


def test_a_stall_without_an_end_is_credited_up_to_the_cap_and_no_longer(world: World) -> None:
    sitting = playing(world)
    report(sitting, "stalled")
    report(sitting, "failed")
    report(sitting, "failed")
    due_ms = sitting.next_due_ms()
    assert due_ms == world.clock.read().monotonic_ms + CAP_MS
    world.clock.advance(ms=CAP_MS)
    sitting.tick()
    assert sitting.recorded[-1].event == events.WaitOver()
    assert codes(sitting)[-1] == "sitting.wait_over"
    world.clock.advance(ms=30_000)
    sitting.tick()
    assert sitting.state.ledger.consumed_ms == 30_000
    sitting.handle(intents.PlayClip(clip="arrival.0"))
    report(sitting, "stalled")
    world.clock.advance(ms=30_000)
    sitting.tick()
    assert sitting.state.ledger.consumed_ms == 60_000
    assert lines(sitting) == [("credit", CAP_MS, "media-failed")]


@pytest.mark.parametrize(
    "intent",
    [intents.GoNext(is_confirmed=True), intents.HandIn(), intents.GoBack()],
)
def test_who_goes_on_without_the_recording_no_longer_waits(world: World, intent: intents.Intent) -> None:
    sitting = playing(world)
    report(sitting, "failed")
    world.clock.advance(ms=20_000)
    sitting.handle(intent)
    world.clock.advance(ms=10_000)
    report(sitting, "failed")  # of a play that is over
    world.clock.advance(ms=10_000)
    sitting.tick()
    assert sitting.state.ledger.consumed_ms == 20_000
    assert sitting.state.ledger.credited_ms == 20_000


def test_the_proctor_ends_the_wait(world: World) -> None:
    sitting = playing(world)
    report(sitting, "stalled")
    world.clock.advance(ms=20_000)
    sitting.record(events.HandLowered())
    world.clock.advance(ms=10_000)
    sitting.tick()
    assert sitting.state.ledger.consumed_ms == 10_000


def test_a_crash_in_the_wait_is_a_crash_and_one_cap_is_for_both(world: World) -> None:
    sitting = playing(world, cap_ms=MINUTE_MS)
    report(sitting, "stalled")
    world.clock.advance(ms=20_000)
    report(sitting, "stalled")
    sitting.close()
    world.clock.advance(ms=50_000)
    again = world.again()
    assert lines(again) == [
        ("credit", 20_000, "media-failed"),
        ("gap", 50_000, "crashed"),
        ("credit", 40_000, "crashed"),
    ]
    assert again.state.ledger.consumed_ms == 10_000


def test_a_pause_in_the_wait_is_a_pause(world: World) -> None:
    sitting = playing(world)
    report(sitting, "stalled")
    world.clock.advance(ms=10_000)
    sitting.record(events.Paused(reason="fire alarm", by="P. Roctor"))
    world.clock.advance(ms=60_000)
    sitting.record(events.Continued(by="P. Roctor"))
    world.clock.advance(ms=5_000)
    report(sitting, "recovered")
    assert lines(sitting) == [("credit", 10_000, "media-failed"), ("credit", 5_000, "media-failed")]
    assert sitting.state.ledger.consumed_ms == 0


def test_the_log_tells_every_credit_with_its_reason(world: World) -> None:
    sitting = playing(world)
    report(sitting, "stalled")
    world.clock.advance(ms=10_000)
    report(sitting, "recovered")
    world.clock.sleep(ms=20_000)
    sitting.tick()
    sitting.close()
    now = world.clock.read()
    world.clock.set(monotonic_ms=30_000, wall_ms=now.wall_ms + 3 * MINUTE_MS, boot_id="next")
    again = world.again()
    told = "\n".join(log.lines(again.recorded, again.course))
    for line in (
        "+ credit 10 s (media-failed)",
        "- gap 20 s (slept)",
        "+ credit 20 s (slept)",
        "- gap 30 s (power-cut)",
        "+ credit 30 s (power-cut)",
        "+ dark 2 min 30 s (power-cut)",
    ):
        assert line in told, told


def test_a_history_without_evidence_is_reckoned_as_it_always_was(world: World) -> None:
    """As programs wrote it before clocks were shown: the wall clock measures a power cut, and is believed."""
    sitting = to_femoral(world.begin(credit_cap_ms=MINUTE_MS))
    world.clock.advance(ms=10_000)
    sitting.tick()
    old = [one for one in sitting.recorded if not isinstance(one.event, events.ClocksShown)]
    last = old[-1].at
    world.clock.set(monotonic_ms=5, wall_ms=last.wall_ms + 70_000, boot_id="next")
    key = world.station.signing.public.raw.hex()
    happened = [*(one.event for one in old), events.Reopened(station=key, app_version="1")]
    stamps = [*(one.at for one in old), world.clock.read()]
    history = [
        Recorded(seq=n, at=at, event=event) for n, (at, event) in enumerate(zip(stamps, happened, strict=True), 1)
    ]
    state = judge(sitting.course, history)
    assert state.ledger.consumed_ms == 20_000
    assert [(e.kind, e.amount_ms) for e in state.ledger.entries if e.reason == "interrupted"] == [
        ("gap", 70_000),
        ("credit", MINUTE_MS),
    ]


def test_a_history_that_takes_back_a_sleep_is_unfair(world: World) -> None:
    sitting = to_femoral(world.begin())
    world.clock.sleep(ms=MINUTE_MS)
    sitting.tick()
    last = sitting.recorded[-1]
    assert isinstance(last.event, events.ClocksShown)
    less = last.event.model_copy(update={"asleep_ms": MINUTE_MS - 1})
    with pytest.raises(UnfairHistoryError):
        judge(sitting.course, [*sitting.recorded, Recorded(seq=last.seq + 1, at=last.at, event=less)])


def test_nothing_is_shown_of_the_clocks_where_no_limit_binds(world: World) -> None:
    sitting = world.begin(mode=Mode.REVIEW, recipients=())
    world.clock.sleep(ms=MINUTE_MS)
    sitting.tick()
    assert events.ClocksShown not in [type(one.event) for one in sitting.recorded]


def after_a_power_cut(world: World, *, wall_ms: int, up_ms: int = 30_000) -> Sitting:
    """The sitting that went on last, after the machine was started anew."""
    world.sittings[-1].close()
    now = world.clock.read()
    boot = f"{now.boot_id}+"
    world.clock.set(monotonic_ms=up_ms, wall_ms=now.wall_ms + wall_ms, boot_id=boot)
    return world.again()


CODE = admissions.start_code_verifier("4711", admission_id="adm_1")


@pytest.mark.parametrize("wall_ms", [CAP_MS + MINUTE_MS, YEAR_MS, -YEAR_MS])
def test_who_was_away_for_longer_than_clocks_prove_and_the_credit_allows_waits_for_the_proctor(
    world: World, wall_ms: int
) -> None:
    sitting = world.begin(mode=Mode.LIVE, start_code=CODE, credit_cap_ms=CAP_MS)
    sitting.handle(intents.ConfirmIdentity(start_code="4711"))
    to_femoral(sitting)
    world.clock.advance(ms=10_000)
    again = after_a_power_cut(world, wall_ms=wall_ms)
    assert isinstance(again.view().screen, views.IdentityView)
    assert codes(again)[-1] == "sitting.proctor_needed"
    world.clock.advance(ms=10 * MINUTE_MS)
    again.handle(intents.Resume())
    again.handle(intents.Answer(item="compressible", response=choice("no")))
    again.handle(intents.ConfirmIdentity(start_code="0000"))
    assert isinstance(again.view().screen, views.IdentityView)
    assert again.state.responses.keys() == sitting.state.responses.keys()
    again.handle(intents.ConfirmIdentity(start_code="4711"))
    assert isinstance(again.view().screen, views.CaseView)
    assert again.state.ledger.consumed_ms == sitting.state.ledger.consumed_at(sitting.state.ledger.last)
    again.handle(intents.Answer(item="compressible", response=choice("no")))
    assert again.state.responses["compressible"] == choice("no")
    world.close()


def test_short_power_cuts_add_up_until_the_proctor_is_asked(world: World) -> None:
    sitting = world.begin(mode=Mode.LIVE, start_code=CODE, credit_cap_ms=CAP_MS)
    sitting.handle(intents.ConfirmIdentity(start_code="4711"))
    to_femoral(sitting)
    screens = [type(after_a_power_cut(world, wall_ms=2 * MINUTE_MS).view().screen) for _ in range(3)]
    assert screens == [views.CaseView, views.CaseView, views.IdentityView]
    world.close()


def test_where_no_start_code_is_needed_nobody_is_asked(world: World) -> None:
    to_femoral(world.begin(credit_cap_ms=CAP_MS))
    assert isinstance(after_a_power_cut(world, wall_ms=YEAR_MS).view().screen, views.CaseView)
