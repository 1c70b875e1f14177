"""A real sitting and its room: what is told of it, what it is ordered, and what it never says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.proctoring.documents import SittingReport, encode
from pocus_desktop.proctoring.obeying import Obeying
from pocus_desktop.proctoring.telling import Teller
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.errors import DiskFullError
from pocus_desktop.sitting.session import Sitting
from tests.sitting.ordering import Console, with_centre
from tests.sitting.world import World, choice, to_case, to_femoral, to_review


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(folder=tmp_path)
    yield made
    made.close()


class Desk:
    """A sitting with its room's end."""

    def __init__(self, world: World, **changes: Any) -> None:
        self.sitting, self.console = with_centre(world, **changes)
        self.present: Sitting | None = self.sitting
        self.changes = 0
        self.obeying = Obeying(lambda: self.present, centre=self.console.centre, on_change=self._changed)
        self.teller = Teller(self.sitting, self.obeying)

    def _changed(self) -> None:
        self.changes += 1

    def told(self) -> SittingReport:
        return SittingReport.model_validate_json(encode(self.teller.tell()))


def outcomes(told: SittingReport) -> list[tuple[str, str, str]]:
    return [(came.kind, came.outcome, came.reason) for came in told.orders]


def test_what_is_told_of_a_sitting(world: World) -> None:
    desk = Desk(world)
    to_femoral(desk.sitting)
    told = desk.told()
    assert (told.candidate_id, told.candidate_name, told.stage, told.is_running) == ("C-17", "Ana Roe", "case", True)
    assert told.head is not None
    assert (told.head.seq, told.saved) == (desk.sitting.state.last_seq, "saved")
    assert desk.sitting.head == (told.head.seq, bytes.fromhex(told.head.digest))
    assert [limit.scope for limit in told.times][-1] == "assessment"
    assert told.step_number
    assert told.step_count


def test_no_answer_and_no_content_is_told(world: World) -> None:
    desk = Desk(world)
    to_femoral(desk.sitting)
    desk.sitting.handle(intents.CallProctor(note="The sound is gone"))
    data = encode(desk.teller.tell()).decode()
    assert "The sound is gone" in data
    for secret in ("flight", "pill", "risk-factors", "calf-size"):
        assert secret not in data
    assert [word for word in ("prompt", "Response", "response") if word in data] == []


def test_sleep_and_a_changed_clock_are_told_though_nobody_noted_them(world: World) -> None:
    desk = Desk(world)
    to_femoral(desk.sitting)
    assert desk.told().notes == ()
    world.clock.sleep(ms=600_000)
    desk.sitting.handle(intents.CallProctor())
    world.clock.set(wall_ms=world.clock.read().wall_ms - 3_600_000)
    desk.sitting.handle(intents.CallProctor())
    told = desk.told()
    assert {one.what for one in told.notes} == {"slept", "clock-changed"}
    world.clock.advance(ms=1_000)
    desk.sitting.handle(intents.CallProctor())
    assert desk.told().notes == told.notes, "each keeps the time at which it was first seen"


def test_notes_are_told_with_the_time_at_which_they_were_made(world: World) -> None:
    desk = Desk(world)
    to_case(desk.sitting)
    at_ms = world.clock.read().wall_ms
    desk.sitting.handle(intents.NoteIntegrity(what="focus-lost", detail="for 3 s"))
    world.clock.advance(ms=60_000)
    for _ in range(2):
        assert [(note.what, note.detail, note.at_ms) for note in desk.told().notes][-1:] == [
            ("focus-lost", "for 3 s", at_ms)
        ]


def test_what_others_wrote_is_cut_to_what_a_report_takes(world: World) -> None:
    desk = Desk(world)
    to_case(desk.sitting)
    desk.sitting.handle(intents.NoteIntegrity(what="x" * 500, detail="line\nline\x1b[2J" * 100))
    desk.sitting.handle(intents.CallProctor(note="y\n" * 2_000))
    told = desk.told()
    assert len(told.hand_note) == 500
    assert "\n" not in told.hand_note + told.notes[-1].detail


def test_an_order_is_given_once_however_often_it_comes(world: World) -> None:
    desk = Desk(world)
    to_femoral(desk.sitting)
    pause = desk.console.make(desk.sitting, "pause")
    before = desk.sitting.state.last_seq
    for _ in range(3):
        desk.obeying.take(pause)
    assert desk.sitting.state.last_seq == before + 1
    assert outcomes(desk.told()) == [("pause", "obeyed", "")]
    assert (desk.told().paused_by, desk.changes) == ("P. Roctor", 1)


def test_an_order_before_its_turn_is_given_again_when_it_comes_again(world: World) -> None:
    desk = Desk(world)
    to_femoral(desk.sitting)
    first, second = desk.console.make(desk.sitting, "pause"), desk.console.make(desk.sitting, "resume")
    desk.obeying.take(second)
    assert desk.told().orders == ()
    desk.obeying.take(first)
    desk.obeying.take(second)
    assert outcomes(desk.told()) == [("pause", "obeyed", ""), ("resume", "obeyed", "")]


def test_an_order_of_nobodys_centre_is_told_as_refused(world: World) -> None:
    desk = Desk(world)
    to_femoral(desk.sitting)
    before = desk.sitting.state.last_seq
    desk.obeying.take(desk.console.make(desk.sitting, "pause", signer=SigningKey.generate()))
    assert outcomes(desk.told()) == [("pause", "refused", "order.not_the_centres")]
    assert desk.sitting.state.last_seq == before
    alone = Obeying(lambda: desk.sitting, centre=None, on_change=lambda: None)
    alone.take(desk.console.make(desk.sitting, "pause"))
    assert [came.reason for came in alone.not_taken_down()] == ["order.not_the_centres"]


def test_an_order_for_another_station_is_told_as_refused(world: World) -> None:
    desk = Desk(world)
    other = Console(station=StationKeys.generate(), keys=desk.console.keys)
    desk.obeying.take(other.make(desk.sitting, "pause"))
    assert outcomes(desk.told()) == [("pause", "refused", "order.other_station")]


def test_an_order_waits_for_its_candidate_to_sign_in(world: World) -> None:
    desk = Desk(world)
    order = desk.console.make(desk.sitting, "message", reason="", text="Welcome")
    desk.present = None
    desk.obeying.take(order)
    assert desk.told().orders == ()
    desk.present = desk.sitting
    desk.obeying.take(order)
    assert outcomes(desk.told()) == [("message", "obeyed", "")]


def test_an_order_after_the_end_is_told_as_refused(world: World) -> None:
    desk = Desk(world)
    to_review(desk.sitting)
    desk.sitting.handle(intents.HandIn(is_confirmed=True))
    desk.obeying.take(desk.console.make(desk.sitting, "pause"))
    assert outcomes(desk.told()) == [("pause", "refused", "order.sitting_over")]
    assert desk.told().result


def test_a_resumed_sitting_is_given_what_the_journal_does_not_have(world: World) -> None:
    desk = Desk(world)
    to_femoral(desk.sitting)
    first, second = desk.console.make(desk.sitting, "pause"), desk.console.make(desk.sitting, "resume")
    desk.obeying.take(first)
    desk.sitting.close()
    again = world.again()
    desk.present = again
    for order in (first, second):
        desk.obeying.take(order)
    told = Teller(again, desk.obeying).tell()
    assert outcomes(told) == [("pause", "obeyed", ""), ("resume", "obeyed", "")]


def test_who_waits_for_the_proctors_word_is_told(world: World) -> None:
    desk = Desk(world, start_code=admissions.start_code_verifier("4711", admission_id="adm_1"))
    assert desk.told().needs_word == "begin"
    desk.obeying.take(desk.console.make(desk.sitting, "authorise", reason=""))
    assert desk.told().needs_word == ""


def test_a_disk_that_refuses_is_told_and_holds_the_order(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(world)
    to_femoral(desk.sitting)
    runner = desk.sitting._runner
    assert runner is not None
    real = runner._journal.append

    def full(*_arguments: object, **_named: object) -> None:
        raise DiskFullError

    monkeypatch.setattr(runner._journal, "append", full)
    order = desk.console.make(desk.sitting, "pause")
    desk.obeying.take(order)
    assert (desk.told().saved, desk.told().orders) == ("failed", ())
    monkeypatch.setattr(runner._journal, "append", real)
    world.clock.advance(ms=5_000)
    desk.sitting.tick()
    desk.obeying.take(order)
    assert (desk.told().saved, outcomes(desk.told())) == ("saved", [("pause", "obeyed", "")])
    assert desk.sitting.state.responses["risk-factors"] == choice("flight", "pill")


def test_an_order_before_its_turn_that_a_full_disk_kept_back_is_given_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_named: object) -> None:
        raise DiskFullError

    desk = Desk(world)
    to_femoral(desk.sitting)
    first, second = desk.console.make(desk.sitting, "pause"), desk.console.make(desk.sitting, "resume")
    runner = desk.sitting._runner
    assert runner is not None
    with monkeypatch.context() as patched:
        patched.setattr(runner._journal, "append", full)
        desk.sitting.handle(intents.CallProctor())
        for order in (second, first, second, first):
            desk.obeying.take(order)
        assert desk.told().saved == "failed"
    world.clock.advance(ms=5_000)
    desk.sitting.tick()
    desk.obeying.take(second)
    assert outcomes(desk.told()) == [("pause", "obeyed", ""), ("resume", "obeyed", "")]
