"""Two consoles of one room: each shows what the other did, and what they do not agree on is shown, not guessed."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.proctoring import day
from pocus_desktop.proctoring.check_in import HereAlreadyError, require_may_come_in
from pocus_desktop.proctoring.conflicts import A_DAY_MS, conflicts
from pocus_desktop.proctoring.errors import UnknownStationError
from pocus_desktop.proctoring.incident_desk import IncidentDesk
from pocus_desktop.proctoring.peering import Peering
from pocus_desktop.proctoring.shared import Shared, SharedArrival, SharedSeat, read_shared, sign_shared
from tests.proctoring.reports import sitting
from tests.proctoring.school_room import CENTRE_KEYS, Console, Seat, console
from tests.proctoring.test_check_in import admitted
from tests.ui.proctor.incidents import draft

CLOCK = SystemClock()


class Two:
    """Consoles of one centre that met, with two stations at each."""

    def __init__(self, folder: Path, held: ExitStack) -> None:
        self.folders = [folder / "a", folder / "b"]
        keys = [SigningKey.from_seed(bytes([number]) * 32) for number in (1, 2)]
        self.open: list[Console] = [
            held.enter_context(console(where, key=key)) for where, key in zip(self.folders, keys, strict=True)
        ]
        self.seats = [Seat(name="Desk 1"), Seat(name="Desk 2")]
        for one, other in (self.open, self.open[::-1]):
            for seat in self.seats:
                one.room.hello(seat.hello())
                one.room.report(seat.report())
            link = other.link()
            one.room.see_peer(other.room.state.console, link.card())
            link.close()
        self.peers = [Peering(self.open[at].room, incidents=partial(self.desk, at), clock=CLOCK) for at in (0, 1)]

    def desk(self, at: int) -> IncidentDesk:
        return IncidentDesk.of(self.open[at].room, self.folders[at], clock=CLOCK)

    def seat(self, at: int, number: int, desk: int) -> None:
        room = self.open[at].room
        room.check_in(f"C-{number}", who="P.", how="document", admission_id=f"adm_{number}")
        room.assign(f"Desk {desk}", f"C-{number}", who="P.", admission_id=f"adm_{number}")

    def agree(self) -> None:
        for peering in self.peers:
            peering.ask()

    def marks(self, at: int) -> dict[str, list[str]]:
        rows = self.open[at].room.view().rows
        return {row.name: [mark.told for mark in row.marks if mark.code == "seats-differ"] for row in rows}


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    with ExitStack() as held:
        yield Two(tmp_path, held)


def test_what_one_console_did_the_other_shows_and_does_not_do_again(two: Two) -> None:
    two.seat(0, 7, desk=1)
    two.agree()
    state = two.open[1].room.state
    arrival = day.arrivals(state)["adm_7"]
    assert (arrival.station, arrival.is_checked) == (two.seats[0].keys.station_id, True)
    with pytest.raises(HereAlreadyError):
        require_may_come_in(admitted(7, "Ana"), day.arrivals(state), now_ms=1, centre_id="north")
    assert conflicts(state) == ()
    rows = two.open[1].room.number
    two.agree()
    assert two.open[1].room.number == rows, "what says nothing new is not written again"


def test_seats_that_differ_are_shown_at_both_until_people_agree(two: Two) -> None:
    two.seat(0, 7, desk=1)
    two.seat(1, 7, desk=2)
    two.agree()
    for at in (0, 1):
        assert [len(told) for told in two.marks(at).values()] == [1, 1]
        assert "C-7" in two.marks(at)["Desk 1"][0]
    two.open[1].room.assign("Desk 2", None, who="P.")
    two.open[1].room.assign("Desk 1", "C-7", who="P.", admission_id="adm_7")
    two.agree()
    assert [two.marks(at)["Desk 1"] for at in (0, 1)] == [[], []]


def test_one_seat_for_two_candidates_is_shown_and_settled_by_who_sits_there(two: Two) -> None:
    two.seat(0, 7, desk=1)
    two.seat(1, 8, desk=1)
    two.agree()
    assert ["C-7, C-8" in two.marks(0)["Desk 1"][0], two.marks(0)["Desk 2"]] == [True, []]
    two.open[0].room.report(two.seats[0].report(sitting(admission_id="adm_8", candidate_id="C-8")))
    assert two.marks(0)["Desk 1"] == []


def test_seats_of_another_day_are_in_nobodys_way(two: Two) -> None:
    two.seat(0, 7, desk=1)
    came = two.open[0].room.state.present["adm_7"]
    old = Shared(
        centre_id="north",
        console="con_" + "9" * 20,
        number=1,
        arrivals=(
            SharedArrival(candidate_id="C-1", admission_id="adm_1", who="P.", wall_ms=came.wall_ms - 2 * A_DAY_MS),
        ),
        seats=(SharedSeat(candidate_id="C-1", admission_id="adm_1", station_id=two.seats[0].keys.station_id),),
    )
    two.open[0].room.take_shared(sign_shared(old, CENTRE_KEYS.signing))
    assert len(two.open[0].room.state.shared) == 1
    assert conflicts(two.open[0].room.state) == ()


def test_an_incident_is_known_at_both_and_two_that_differ_are_both_kept(two: Two) -> None:
    filed = two.desk(0).file(draft(), ())
    two.agree()
    assert two.open[1].room.state.incidents[filed.reference].is_open
    assert two.desk(1).find(filed.reference).report.digest == filed.report.digest
    two.desk(0).amend(filed.reference, draft(told="It was a drill."))
    two.desk(1).amend(filed.reference, draft(told="It was a fire."))
    two.agree()
    two.agree()
    for at, told in ((0, "It was a drill."), (1, "It was a fire.")):
        shelf = two.desk(at).all()
        assert (shelf.disputed, shelf.damaged) == ((filed.reference,), ())
        assert shelf.filed[0].report.incident.last.told == told


def hands(console: Console) -> list[str]:
    """What each row says of a raised hand."""
    return [mark.told for row in console.room.view().rows for mark in row.marks if mark.code.startswith("hand")]


def test_who_is_on_the_way_to_a_hand_is_known_at_both_until_it_is_lowered(two: Two) -> None:
    for number in (1, 2):
        raised = sitting(is_hand_raised=True, step_number=number)
        for one in two.open:
            one.room.report(two.seats[0].report(sitting=raised))
        assert [len(hands(one)) for one in two.open] == [1, 1]
        assert not any("Pat Lee" in told for one in two.open for told in hands(one)), "nobody went to this one yet"
        two.open[0].room.answer_hand("Desk 1", who="Pat Lee")
        two.agree()
        assert all("Pat Lee" in told for one in two.open for told in hands(one))
        two.agree()
        for one in two.open:
            one.room.report(two.seats[0].report(sitting=sitting(step_number=number)))
        assert [hands(one) for one in two.open] == [[], []]
        two.seat(0, number, desk=2)  # it tells something else meanwhile
        two.agree()


def test_a_console_that_is_gone_is_told_as_silent_and_what_it_told_stands(two: Two) -> None:
    two.seat(0, 7, desk=1)
    two.agree()
    two.open[0].server.close()
    two.peers[1].ask()
    assert two.peers[1].silent == 1
    assert "adm_7" in day.arrivals(two.open[1].room.state)


def test_what_a_console_did_is_told_to_its_centre_alone_and_believed_of_it_alone(two: Two) -> None:
    link = two.open[0].link(two.seats[0].keys.signing)
    with pytest.raises(UnknownStationError):
        link.shared()
    with pytest.raises(UnknownStationError):
        link.incident("a" * 64)
    link.close()
    shared = Shared(centre_id="north", console="con_" + "9" * 20, number=1)
    for envelope in (
        sign_shared(shared, SigningKey.from_seed(b"x" * 32)),
        sign_shared(shared.model_copy(update={"centre_id": "south"}), CENTRE_KEYS.signing),
        b"{}",
    ):
        with pytest.raises(Exception, match=r"crypto\.|enrolment\."):
            two.open[0].room.take_shared(envelope)
    assert two.open[0].room.state.shared == {}


def test_an_old_one_that_comes_again_changes_nothing(two: Two) -> None:
    room = two.open[1].room
    old = two.open[0].room.share()
    two.seat(0, 7, desk=1)
    room.take_shared(two.open[0].room.share())
    room.take_shared(old)
    assert "adm_7" in day.arrivals(room.state)
    room.take_shared(room.share())
    assert list(room.state.shared) == [two.open[0].room.state.console], "its own is none of another's"
    read_shared(old, centre_id="north", key=CENTRE_KEYS.signing.public)
