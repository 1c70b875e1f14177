"""What the academy makes of the proctor's orders in a result: those that hold, those that do not, and void sittings."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.orders import orders_of
from pocus_desktop.sitting import events, intents
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.folder import ADMISSION
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.writer import InlineWriter
from tests.hub.moving import Moving
from tests.hub.school import School
from tests.sitting.ordering import Console

History: TypeAlias = Sequence[Recorded]


@pytest.fixture
def moving(school: School, hub: Hub) -> Moving:
    return Moving(school, hub)


def open_again(moving: Moving, folder: Path, name: str = "desk-1") -> tuple[Sitting, Console]:
    """A sitting under way at a station, and the console of its centre."""
    keys = moving.keys[name]
    sitting = Sitting.resume(
        folder, material=moving.material(), station=keys, clock=moving.school.clock, writer=InlineWriter()
    )
    return sitting, Console(station=keys, keys=moving.keys["north"])


def finished(sitting: Sitting) -> bytes:
    """What it sealed."""
    assert sitting.sealed is not None
    data = Path(sitting.sealed.sealed_path).read_bytes()
    sitting.close()
    return data


def hand_in(sitting: Sitting) -> bytes:
    """Handed in by the candidate, and what that sealed."""
    sitting.handle(intents.HandIn(is_confirmed=True))
    return finished(sitting)


def reasons(moving: Moving, sitting: str) -> tuple[str, ...]:
    return moving.hub.registry.results.remarks().get(sitting, ())


def test_orders_of_the_centre_hold_and_need_no_eye(moving: Moving) -> None:
    sitting, console = open_again(moving, moving.begin())
    console.order(sitting, "pause")
    console.order(sitting, "resume")
    console.order(sitting, "resume")
    name = sitting.state.opened.sitting
    moving.hub.take(hand_in(sitting))
    assert reasons(moving, name) == ()
    opened = moving.hub.opened(name)
    found = orders_of(opened, moving.keys["north"].signing.public)
    assert [order.act.kind for order in found.held] == ["pause", "resume", "resume"]
    (row,) = moving.hub._store.orders(name)
    assert (row.centre, row.remarks) == (moving.keys["north"].signing.key_id, ())


def test_a_void_sitting_is_scored_and_marked_until_a_person_decides(moving: Moving) -> None:
    sitting, console = open_again(moving, moving.begin())
    console.order(sitting, "void", reason="Another person")
    name = sitting.state.opened.sitting
    moving.hub.take(finished(sitting))
    assert reasons(moving, name) == ("void",)
    (mark,) = moving.hub.registry.marks.all(name)
    assert mark.reason == "void"
    moving.hub.registry.marks.decide(name, "keep", who="Ada", why="It was the right person")
    assert reasons(moving, name) == ()
    moving.hub.registry.marks.decide(name, "set-aside", who="Ada", why="It was not")
    assert reasons(moving, name) == ("void", "set-aside")


def test_a_void_sitting_before_its_case_has_no_answers_and_is_marked(moving: Moving, school: School) -> None:
    envelope = school.admission(centre=moving.keys["north"].sealing.public, centre_id="north")
    folder = school.folder / "early"
    keys = moving.keys["desk-1"]
    sitting = Sitting.open(
        folder,
        admission=admissions.verify(envelope, [school.keys.signing.public]),
        material=moving.material(),
        station=keys,
        clock=school.clock,
        writer=InlineWriter(),
    )
    console = Console(station=keys, keys=moving.keys["north"])
    assert console.order(sitting, "void", reason="Not the candidate") == ""
    name = sitting.state.opened.sitting
    moving.hub.take(finished(sitting))
    assert reasons(moving, name) == ("void",)
    report = moving.hub.report(name)
    assert report is not None
    assert report.points == 0


def _signed_by_the_station(moving: Moving, sitting: Sitting, console: Console) -> bytes:
    return console.make(sitting, "add-time", extra_ms=60_000, signer=moving.keys["desk-1"].signing)


def _signed_by_another_centre(moving: Moving, sitting: Sitting, console: Console) -> bytes:
    return console.make(sitting, "add-time", extra_ms=60_000, signer=moving.keys["south"].signing)


def _of_another_sitting(_moving: Moving, sitting: Sitting, console: Console) -> bytes:
    return console.make(sitting, "add-time", extra_ms=60_000, changes={"sitting": "sit_other"})


def _of_another_admission(_moving: Moving, sitting: Sitting, console: Console) -> bytes:
    return console.make(sitting, "add-time", extra_ms=60_000, changes={"admission_id": "adm_other"})


def _for_another_station(moving: Moving, sitting: Sitting, console: Console) -> bytes:
    station = moving.keys["desk-2"].signing.public.raw.hex()
    return console.make(sitting, "add-time", extra_ms=60_000, changes={"station": station})


@pytest.mark.parametrize(
    "forge",
    [
        _signed_by_the_station,
        _signed_by_another_centre,
        _of_another_sitting,
        _of_another_admission,
        _for_another_station,
    ],
)
def test_an_order_that_does_not_hold_is_kept_and_marked(
    moving: Moving, forge: Callable[[Moving, Sitting, Console], bytes]
) -> None:
    folder = moving.begin()
    sitting, console = open_again(moving, folder)
    order = forge(moving, sitting, console)
    sitting.record(events.Ordered(order=order))  # a station that does not play fair asks nobody
    name = sitting.state.opened.sitting
    moving.hub.take(hand_in(sitting))
    assert reasons(moving, name) == ("unsigned-order",)
    assert moving.hub.report(name) is not None


def test_time_in_a_proctors_name_that_nobody_signed_is_marked(moving: Moving) -> None:
    sitting, _console = open_again(moving, moving.begin())
    sitting.record(events.Paused(reason="alarm", by="P. Roctor"))
    sitting.record(events.Continued(by="P. Roctor"))
    name = sitting.state.opened.sitting
    moving.hub.take(hand_in(sitting))
    assert reasons(moving, name) == ("unsigned-act",)


def test_a_candidates_own_pause_needs_no_eye(moving: Moving) -> None:
    sitting, _console = open_again(moving, moving.begin())
    sitting.record(events.Paused(reason="own"))
    name = sitting.state.opened.sitting
    moving.hub.take(hand_in(sitting))
    assert reasons(moving, name) == ()


def test_orders_hold_at_the_station_where_they_were_given_before_and_after_a_move(moving: Moving) -> None:
    folder = moving.begin()
    sitting, console = open_again(moving, folder)
    console.order(sitting, "message", text="One", reason="")
    sitting.close()
    moving.school.clock.set(boot_id="another", monotonic_ms=7)
    packed = moving.permitted(folder, "desk-2")
    there, later = open_again(moving, moving.moved_in(packed, "desk-2"), "desk-2")
    later.number = console.number
    assert later.order(there, "message", text="Two", reason="") == ""
    name = there.state.opened.sitting
    moving.hub.take(hand_in(there))
    assert reasons(moving, name) == ("moved",)
    assert len(orders_of(moving.hub.opened(name), moving.keys["north"].signing.public).held) == 2


def test_a_centre_that_was_revoked_vouches_for_no_order(moving: Moving) -> None:
    sitting, console = open_again(moving, moving.begin())
    console.order(sitting, "pause")
    console.order(sitting, "resume")
    name = sitting.state.opened.sitting
    enrolments = moving.hub.registry.enrolments
    key_id = moving.keys["north"].signing.key_id
    enrolments.revoke(key_id, who="Ada", why="lost")
    moving.hub.take(hand_in(sitting))
    assert reasons(moving, name) == ("revoked-centre",)


def test_a_void_order_that_came_out_of_turn_makes_nothing_void(moving: Moving, school: School) -> None:
    folder = moving.begin()
    sitting, console = open_again(moving, folder)
    void = console.make(sitting, "void")
    console.give(sitting, console.make(sitting, "message", text="Go on", reason="", changes={"after": 0}))
    console.give(sitting, void)
    name = sitting.state.opened.sitting
    moving.hub.take(hand_in(sitting))
    assert reasons(moving, name) == ()


def _with(history: History, order: bytes) -> History:
    last = history[-1]
    return [*history[:-1], replace(last, event=events.Ordered(order=order)), replace(last, seq=last.seq + 1)]


@pytest.mark.parametrize("order", [b"", b"{}", b"\xff" * 100])
def test_an_order_that_is_none_fails_the_scoring_and_nothing_else(moving: Moving, order: bytes) -> None:
    folder = moving.begin()
    sitting, _console = open_again(moving, folder)
    sitting.handle(intents.HandIn(is_confirmed=True))
    name, history = sitting.state.opened.sitting, sitting.recorded
    sitting.close()
    data = moving.school.seal(_with(history, order), (folder / ADMISSION).read_bytes(), station=moving.keys["desk-1"])
    moving.hub.take(data)
    standing = moving.hub.standing(name)
    assert standing is not None
    assert standing.problem == "sitting.bad_history"
    assert reasons(moving, name) == ("unsigned-order",)


def test_without_a_known_centre_no_order_holds(moving: Moving) -> None:
    sitting, console = open_again(moving, moving.begin())
    console.order(sitting, "pause")
    name = sitting.state.opened.sitting
    console.order(sitting, "end")
    moving.hub.take(finished(sitting))
    for centre in (None, StationKeys.generate().signing.public, SigningKey.generate().public):
        found: Any = orders_of(moving.hub.opened(name), centre)
        assert (found.held, found.remarks, found.centre) == ((), ("unsigned-order",), "")
