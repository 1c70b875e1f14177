"""A room over real TLS: who is let in, what is refused, and how an order comes to its station."""

import gc
import json
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.admission.proctor_order import (
    Message,
    Pause,
    ReasonNeededError,
    UnseenCharacterError,
    read_order,
)
from pocus_desktop.crypto.certificate import certificate_of
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import ManualClock, SystemClock
from pocus_desktop.kernel.rate import Rate
from pocus_desktop.proctoring.asks import ASKED_REFUSALS, AskCheckIn, AskIncident, AskOrder
from pocus_desktop.proctoring.check_in import HereAlreadyError
from pocus_desktop.proctoring.documents import (
    MAXIMUM_REPORT_BYTES,
    REPLY_TYPE,
    REPORT_TYPE,
    LimitLeft,
    Noted,
    encode,
)
from pocus_desktop.proctoring.errors import (
    JournalUnusableError,
    NoPlaceError,
    NotReachedError,
    OtherRoomError,
    RoomError,
    RoomInUseError,
    UnknownStationError,
)
from pocus_desktop.proctoring.incidents import IncidentClosedError, UnknownKindError
from pocus_desktop.proctoring.link import Address, RoomLink
from pocus_desktop.proctoring.live_room import LiveRoom
from pocus_desktop.proctoring.pairing import FRESH_MS
from pocus_desktop.proctoring.room_state import GOOD_MS
from pocus_desktop.proctoring.service import MOST_WAITS
from pocus_desktop.proctoring.service_http import Counter
from pocus_desktop.proctoring.service_protocol import RoomProtocol
from pocus_desktop.proctoring.tls import unpinned_context
from tests.proctoring.reports import order_came, sitting
from tests.proctoring.school_room import CENTRE, CENTRE_KEYS, HOLDER, Console, Seat, console, grant_of

LIMIT = LimitLeft(scope="assessment", scope_id="exam", limit_ms=600_000, left_ms=400_000)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Console]:
    with console(tmp_path) as found:
        yield found


@pytest.fixture
def seat(opened: Console) -> Seat:
    found = Seat()
    link = opened.link(found.keys.signing)
    link.hello(found.hello())
    link.report(found.report(sitting()))
    link.close()
    return found


def test_a_station_of_the_centre_is_let_in_by_its_grant_and_hears_its_orders(opened: Console) -> None:
    seat = Seat()
    link = opened.link(seat.keys.signing)
    with pytest.raises(UnknownStationError):
        link.report(seat.report())
    assert link.hello(seat.hello()).standing == "joined"
    assert link.report(seat.report(sitting())).orders == ()
    order_id = opened.room.order("Station 1", Pause(), who="P. Roe", reason="Fire drill")
    (envelope,) = link.report(seat.report(sitting())).orders
    order = read_order(envelope, [CENTRE.signing]).order
    assert (order.order_id, order.station, order.number) == (order_id, seat.keys.signing.public.raw.hex(), 1)
    came = order_came(order_id=order_id, console=order.console)
    assert link.report(seat.report(sitting(orders=(came,)))).orders == ()
    assert opened.room.state.orders[order_id].course == "obeyed"
    link.close()


def test_who_waits_for_orders_is_answered_at_once(opened: Console, seat: Seat) -> None:
    link = opened.link(seat.keys.signing)
    mark = link.wait(999).mark
    found: list[Any] = []
    waiting = threading.Thread(target=lambda: found.append(link.wait(mark)))
    waiting.start()
    opened.room.order("Station 1", Message(text="Ten minutes more"), who="P.")
    waiting.join(4)  # the service would hold it for five seconds
    assert [len(reply.orders) for reply in found] == [1]
    link.close()


def test_who_waits_while_nothing_happens_is_answered_after_a_while(tmp_path: Path) -> None:
    with console(tmp_path, wait_s=0.05) as opened:
        seat = Seat()
        link = opened.link(seat.keys.signing)
        mark = link.hello(seat.hello()).mark
        assert link.wait(mark).orders == ()
        link.close()


@pytest.mark.parametrize(
    "grant",
    [
        pytest.param(None, id="no-grant"),
        pytest.param(grant_of(Seat().keys, "Other"), id="of-another-station"),
        pytest.param(b"{}", id="no-envelope"),
    ],
)
def test_a_station_without_a_grant_for_itself_waits_for_the_proctor(opened: Console, grant: bytes | None) -> None:
    seat = Seat()
    link = opened.link(seat.keys.signing)
    assert link.hello(seat.hello(grant=grant, is_granted=False)).standing == "asking"
    opened.room.let_in("Station 1", who="P.")
    assert link.report(seat.report()).standing == "joined"
    link.close()


def test_a_grant_of_another_hub_or_centre_lets_nobody_in(opened: Console) -> None:
    for changes in ({"hub": SigningKey.generate()}, {"centre": None}):
        seat = Seat()
        link = opened.link(seat.keys.signing)
        assert link.hello(seat.hello(grant=grant_of(seat.keys, "S", **changes))).standing == "asking"
        link.close()


def test_a_report_of_another_station_is_refused(opened: Console, seat: Seat) -> None:
    thief = Seat(name="Thief")
    link = opened.link(thief.keys.signing)
    link.hello(thief.hello())
    with pytest.raises(RoomError, match=r"room\.not_yours"):
        link.report(seat.report(sitting(saved="failed")))
    stood = opened.room.station("Station 1").report
    assert stood is not None
    assert stood.sitting is not None
    assert stood.sitting.saved == "saved"
    link.close()


def test_a_report_that_comes_again_is_refused_and_nothing_changes(opened: Console, seat: Seat) -> None:
    link = opened.link(seat.keys.signing)
    told = seat.report(sitting(step_number=3))
    link.report(told)
    with pytest.raises(RoomError, match=r"room\.old_report"):
        link.report(told)
    link.close()


def test_another_key_cannot_say_hello_as_a_known_station(opened: Console, seat: Seat) -> None:
    thief = Seat()
    link = opened.link(thief.keys.signing)
    false = thief.hello(is_granted=False).model_copy(update={"sealing": seat.keys.sealing.public})
    with pytest.raises(RoomError, match=r"room\.other_key"):
        link.hello(false)
    link.close()


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        pytest.param(b"{}", REPORT_TYPE, r"enrolment\.bad_document", id="empty"),
        pytest.param(b"\xff", REPORT_TYPE, r"enrolment\.bad_document", id="no-text"),
        pytest.param(b"[" * 50_000, REPORT_TYPE, r"enrolment\.bad_document", id="nested"),
        pytest.param(b"x" * (MAXIMUM_REPORT_BYTES + 1), REPORT_TYPE, r"room\.too_large", id="oversize"),
        pytest.param(encode(Seat().report()), "text/plain", r"room\.bad_request", id="another-type"),
    ],
)
def test_what_is_no_report_is_refused_by_name(opened: Console, seat: Seat, body: bytes, kind: str, code: str) -> None:
    link = opened.link(seat.keys.signing)
    with pytest.raises(RoomError, match=code):
        link.request("POST", "/v1/reports", body, kind=kind, gives=REPLY_TYPE, most=100_000)
    link.close()


@pytest.mark.parametrize("target", ["/v1/nothing", "/v1/orders/-1", "/v1/orders/1?after=2", "/"])
def test_what_is_not_there_is_refused_by_name(opened: Console, seat: Seat, target: str) -> None:
    link = opened.link(seat.keys.signing)
    with pytest.raises(RoomError, match=r"room\.(nothing_there|bad_request)"):
        link.request("GET", target, None, kind="", gives=REPLY_TYPE, most=100_000)
    link.close()


def test_nobody_but_the_centre_asks_the_console(opened: Console, seat: Seat) -> None:
    station = opened.link(seat.keys.signing)
    ask = AskOrder(station="Station 1", act=Pause(), who="P.", reason="Because")
    with pytest.raises(UnknownStationError):
        station.ask(ask)
    with pytest.raises(UnknownStationError):
        station.see()
    centre = opened.link(CENTRE_KEYS.signing)
    order_id = centre.ask(ask)
    (row,) = centre.see()["rows"]
    assert [(line["order_id"], line["course"]) for line in row["orders"]] == [(order_id, "asked")]
    station.close()
    centre.close()


def test_what_the_centre_sees_is_whole(opened: Console, seat: Seat) -> None:
    station, centre = opened.link(seat.keys.signing), opened.link(CENTRE_KEYS.signing)
    note = Noted(what="focus-lost", detail="4 s", at_ms=1_767_225_600_000)
    station.report(seat.report(sitting(notes=(note,), times=(LIMIT,), orders=(order_came(),))))
    (row,) = centre.see()["rows"]
    assert row["notes"] == [{"what": "focus-lost", "detail": "4 s", "at_ms": 1_767_225_600_000}]
    assert (row["stage"], row["head_seq"], row["head"]) == ("case", 12, "b" * 64)
    assert 0 < row["left_ms"] <= LIMIT.left_ms
    station.close()
    centre.close()


def test_an_incident_is_filed_and_added_to_at_the_open_console(opened: Console, seat: Seat) -> None:
    centre = opened.link(CENTRE_KEYS.signing)
    told = {"told": "The alarm rang.", "who": "P.", "happened_ms": 1_767_225_600_000}
    first = AskIncident(category="environment", kind="alarm", stations=("Station 1",), **told)
    reference = centre.ask(first)
    assert opened.room.state.incidents[reference].stations == (seat.keys.station_id,)
    assert centre.ask(AskIncident(reference=reference, is_closed=True, **told)) == reference
    assert not opened.room.state.incidents[reference].is_open
    link = RoomLink(centre.address, certificate_of(opened.key), CENTRE_KEYS.signing, refusals=ASKED_REFUSALS)
    with pytest.raises(IncidentClosedError):
        link.ask(AskIncident(reference=reference, **told))
    with pytest.raises(UnknownKindError):
        link.ask(first.model_copy(update={"kind": "nothing"}))
    station = opened.link(seat.keys.signing)
    with pytest.raises(UnknownStationError):
        station.ask(first)
    for each in (centre, link, station):
        each.close()


def test_a_candidate_is_checked_in_once(opened: Console, seat: Seat) -> None:
    link = RoomLink(
        Address("127.0.0.1", opened.server.port),
        certificate_of(opened.key),
        CENTRE_KEYS.signing,
        refusals=ASKED_REFUSALS,
    )
    ask = AskCheckIn(candidate_id="C-17", admission_id="adm-1", how="document", who="P.")
    assert link.ask(ask) == "", "who sat down before is checked in all the same"
    with pytest.raises(HereAlreadyError):
        link.ask(ask)
    link.close()


def test_the_checklist_is_told_to_the_centre_alone(opened: Console, seat: Seat) -> None:
    centre, station = opened.link(CENTRE_KEYS.signing), opened.link(seat.keys.signing)
    told = centre.close_out("es")
    assert (told["is_green"], [line["stand"] for line in told["lines"]]) == (False, ["running"])
    assert "no ha entregado" in told["lines"][0]["what"]
    with pytest.raises(RoomError, match=r"room\.bad_request"):
        centre.close_out("xx")
    with pytest.raises(UnknownStationError):
        station.close_out("en")
    centre.close()
    station.close()


def test_an_order_without_its_reason_or_with_what_nobody_sees_is_refused_by_name_before_it_is_kept(
    opened: Console, seat: Seat
) -> None:
    link = RoomLink(
        Address("127.0.0.1", opened.server.port),
        certificate_of(opened.key),
        CENTRE_KEYS.signing,
        refusals=ASKED_REFUSALS,
    )
    with pytest.raises(ReasonNeededError):
        link.ask(AskOrder(station="Station 1", act=Pause(), who="P.", reason=" "))
    with pytest.raises(UnseenCharacterError) as told:
        link.ask(AskOrder(station="Station 1", act=Message(text="ok \u202eko"), who="P."))
    assert told.value.params == {"field": "text", "character": "U+202E"}
    assert opened.room.state.orders == {}
    link.close()


def test_a_flood_is_answered_with_when_to_come_again(tmp_path: Path) -> None:
    clock = ManualClock()
    counter = Counter(clock, station=Rate(burst=2, per_minute=1), stranger=Rate(burst=8, per_minute=1))
    with console(tmp_path, clock=clock, counter=counter) as opened:
        seat = Seat()
        link = opened.link(seat.keys.signing)
        link.hello(seat.hello())
        for _ in range(2):
            link.report(seat.report())
        with pytest.raises(RoomError, match=r"room\.too_often"):
            link.report(seat.report())
        stranger = opened.link()
        assert stranger.card()
        with pytest.raises(RoomError, match=r"room\.too_often"):
            [stranger.card() for _ in range(8)]
        link.close()
        stranger.close()


def test_clocks_that_are_years_apart_keep_nobody_out(tmp_path: Path) -> None:
    with console(tmp_path, clock=ManualClock(wall_ms=1_000_000_000_000)) as opened:
        seat = Seat()
        link = opened.link(seat.keys.signing)
        link.hello(seat.hello())
        assert link.report(seat.report(sitting())).wall_ms == 1_000_000_000_000
        assert link.wait(99).orders == ()
        link.close()


def test_another_computer_at_the_address_is_told_nothing(opened: Console) -> None:
    link = RoomLink(opened.address, certificate_of(SigningKey.generate()), SigningKey.generate())
    with pytest.raises(OtherRoomError):
        link.card()
    link.close()


def test_nobody_at_the_address_is_told_as_that() -> None:
    link = RoomLink(Address("127.0.0.1", 9), certificate_of(SigningKey.generate()))
    with pytest.raises(NotReachedError):
        link.card()
    link.close()


def test_tls_below_1_3_is_refused(opened: Console) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname = False
    old.verify_mode = ssl.CERT_NONE
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection(opened.address) as raw,
        pytest.raises(ssl.SSLError),
        old.wrap_socket(raw),
    ):
        pass


def test_one_program_holds_a_room(opened: Console, tmp_path: Path) -> None:
    with pytest.raises(RoomInUseError):
        LiveRoom(tmp_path, holder=HOLDER, clock=ManualClock())


def test_a_console_that_is_opened_again_knows_its_stations_and_orders(tmp_path: Path) -> None:
    seat = Seat()
    with console(tmp_path) as first:
        link = first.link(seat.keys.signing)
        link.hello(seat.hello())
        link.report(seat.report(sitting()))
        order_id = first.room.order("Station 1", Pause(), who="P.", reason="Because")
        name = first.room.state.console
        link.close()
    with console(tmp_path) as second:
        assert second.room.state.console == name
        assert second.room.state.orders[order_id].course == "sent"
        link = second.link(seat.keys.signing)
        assert link.report(seat.report(sitting())).orders == ()  # asked again of the proctor, not sent late
        assert second.room.state.orders[order_id].course == "again"
        link.close()


def test_an_order_reaches_the_station_that_the_disk_knows_of_and_no_other(opened: Console, seat: Seat) -> None:
    other = Seat(name="Station 2")
    link = opened.link(other.keys.signing)
    link.hello(other.hello())
    opened.room.order("Station 1", Pause(), who="P.", reason="Because")
    assert link.report(other.report()).orders == ()
    link.close()


def test_a_full_disk_keeps_orders_back_and_reports_not(
    opened: Console, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_event: object) -> None:
        raise JournalUnusableError(reason="SQLITE_FULL")

    link = opened.link(seat.keys.signing)
    with monkeypatch.context() as patch:
        patch.setattr(opened.room._journal, "append", full)
        link.report(seat.report(sitting(step_number=4)))
        assert opened.room.view().rows[0].step_number == 4
        with pytest.raises(JournalUnusableError):
            opened.room.order("Station 1", Pause(), who="P.", reason="Because")
        assert link.report(seat.report(sitting(step_number=4))).orders == ()
        assert str(opened.room.trouble).startswith("room.journal_unusable")
    opened.room.order("Station 1", Pause(), who="P.", reason="Because")
    assert str(opened.room.trouble) == "None"
    link.close()


def test_a_console_that_slept_sends_nothing_late(tmp_path: Path) -> None:
    clock = ManualClock(wall_ms=SystemClock().read().wall_ms)
    with console(tmp_path, clock=clock) as opened:
        seat = Seat()
        link = opened.link(seat.keys.signing)
        link.hello(seat.hello())
        link.report(seat.report(sitting()))
        order_id = opened.room.order("Station 1", Pause(), who="P.", reason="Because")
        clock.sleep(ms=GOOD_MS + 1)
        assert link.report(seat.report(sitting())).orders == ()
        assert opened.room.state.orders[order_id].course == "again"
        link.close()


def test_one_station_does_not_hold_every_question(opened: Console, seat: Seat) -> None:
    first = opened.link(seat.keys.signing)
    mark = first.wait(999).mark
    links = [opened.link(seat.keys.signing) for _ in range(MOST_WAITS + 1)]
    answered: list[RoomLink] = []

    def ask(link: RoomLink) -> None:
        link.wait(mark)
        answered.append(link)

    threads = [threading.Thread(target=ask, args=(link,)) for link in links]
    for thread in threads:
        thread.start()
        time.sleep(0.1)
    threads[0].join(3)  # the service would hold it for five seconds
    assert links[0] in answered
    opened.room.order("Station 1", Message(text="Go on"), who="P.")
    for thread in threads:
        thread.join()
    for link in (first, *links):
        link.close()


def test_the_relay_knows_only_who_is_in_the_room(opened: Console, seat: Seat) -> None:
    stranger = Seat(name="Stranger")
    link = opened.link(stranger.keys.signing)
    assert link.hello(stranger.hello(is_granted=False)).standing == "asking"
    key_id = stranger.keys.signing.public.key_id
    assert opened.room.member_key(key_id) is None
    assert opened.room.member_key(seat.keys.signing.public.key_id) == seat.keys.signing.public
    opened.room.let_in(stranger.station_id, who="P.")
    assert opened.room.member_key(key_id) == stranger.keys.signing.public
    opened.room.put_out(stranger.station_id, who="P.")
    assert opened.room.member_key(key_id) is None
    link.close()


def _idle(opened: Console, count: int, said: bytes = b"", host: str = "127.0.0.1") -> list[ssl.SSLSocket]:
    """Connections on which nobody asks anything."""
    found = []
    for _ in range(count):
        raw = socket.create_connection(opened.address, timeout=5, source_address=(host, 0))
        found.append(unpinned_context().wrap_socket(raw))
        with suppress(OSError):  # it may have given way
            found[-1].sendall(said)
    return found


@pytest.mark.parametrize("said", [b"", b"GET /v1/card HTTP/1.1\r\nHost: x\r\n"], ids=["nothing", "half-a-head"])
def test_who_connects_and_says_nothing_keeps_nobody_out(tmp_path: Path, said: bytes) -> None:
    with console(tmp_path, most_connections=8, head_s=0.3) as opened:
        held = _idle(opened, 12, said)
        seat = Seat()
        link = opened.link(seat.keys.signing)
        for one in held:
            with suppress(OSError):  # cut at once, as one of too many of its address
                assert one.recv(1) == b""
        assert link.hello(seat.hello()).standing == "joined"
        link.close()
        for one in held:
            one.close()


def _asked(
    opened: Console, host: str = "127.0.0.1", said: bytes = b"GET /v1/card HTTP/1.1\r\nHost: x\r\n\r\n"
) -> bytes:
    """What who connects from an address of this computer is answered, whole where the connection is closed."""
    raw = socket.create_connection(opened.address, timeout=5, source_address=(host, 0))
    with unpinned_context().wrap_socket(raw) as other:
        other.sendall(said)
        found = other.recv(4096)
        while b"\r\nconnection: close\r\n" in found.lower() and (more := other.recv(4096)):
            found += more
        return found


def test_two_addresses_leave_room_for_others_and_for_who_is_of_the_room(tmp_path: Path) -> None:
    with console(tmp_path, most_connections=12, head_s=30) as opened:
        seat = Seat()
        link = opened.link(seat.keys.signing)
        link.hello(seat.hello())
        held = [*_idle(opened, 12), *_idle(opened, 12, host="127.0.0.3")]
        assert _asked(opened, "127.0.0.2").startswith(b"HTTP/1.1 200 ")
        assert link.report(seat.report(sitting())).standing == "joined"
        link.close()
        for one in held:
            one.close()


def test_who_has_no_place_is_told_so_by_a_problem_document(tmp_path: Path) -> None:
    with console(tmp_path, most_connections=6, head_s=30) as opened:
        held = _idle(opened, 2)
        head, _, body = _asked(opened).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ")
        assert {b"retry-after: 2", b"connection: close", b"content-type: application/problem+json"} <= set(
            head.lower().split(b"\r\n")
        )
        assert json.loads(body)["code"] == "room.no_place"
        with pytest.raises(NoPlaceError):
            opened.link().card()
        for one in held:
            one.close()


def test_what_is_no_http_is_told_so_by_a_problem_document(opened: Console) -> None:
    head, _, body = _asked(opened, said=b"\x16\x03\x01 hello\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["code"] == "room.bad_request"


def test_a_connection_that_a_cut_left_behind_is_let_go_of_with_its_buffers(tmp_path: Path) -> None:
    with console(tmp_path, head_s=0.2, idle_s=0.2) as opened:
        seat = Seat()
        link = opened.link(seat.keys.signing)
        gc.collect()
        gc.disable()
        try:
            link.hello(seat.hello())  # and then says no good-bye, as one does whose cable was pulled
            (left,) = (weakref.ref(one) for one in gc.get_objects() if isinstance(one, RoomProtocol))
            deadline = time.monotonic() + 5
            while left() is not None and time.monotonic() < deadline:
                threading.Event().wait(0.02)
            assert left() is None, "it ended, and would be kept until garbage is looked for"
        finally:
            gc.enable()
            link.close()


def test_the_end_of_an_answer_waits_for_no_word_that_its_beginning_came(tmp_path: Path) -> None:
    with console(tmp_path) as opened:
        seat = Seat()
        link = opened.link(seat.keys.signing)
        link.hello(seat.hello())
        (held,) = (one for one in gc.get_objects() if isinstance(one, RoomProtocol) and not one.transport.is_closing())
        connection = held.transport.get_extra_info("socket")
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
        link.close()


def test_a_card_of_before_replaces_none_and_the_same_again_fills_no_disk(tmp_path: Path) -> None:
    key = SigningKey.from_seed(b"u" * 32)
    clock = ManualClock(wall_ms=1_767_225_600_000)
    with console(tmp_path / "a", clock=clock) as one, console(tmp_path / "b", key=key, clock=clock) as other:
        asked, told = other.link(), one.link()
        first = asked.card()
        told.meet(first)
        clock.advance(ms=60_000)
        told.meet(asked.card())
        assert list(one.room.state.peers.values()) == [first]
        clock.advance(ms=FRESH_MS)
        newest = asked.card()
        told.meet(newest)
        told.meet(first)
        assert list(one.room.state.peers.values()) == [newest]
        asked.close()
        told.close()


def test_who_fails_to_hear_of_an_event_undoes_it_for_nobody(
    opened: Console, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []

    def gone(_effects: object) -> None:
        raise RuntimeError("the window is gone")

    opened.room.on_effects(gone)
    opened.room.on_effects(heard.append)
    order_id = opened.room.order("Station 1", Message(text="Go on"), who="P.")
    assert opened.room.state.orders[order_id].course == "asked"
    assert heard
    beats = threading.Semaphore(0)

    def failing() -> None:
        beats.release()
        raise RuntimeError

    monkeypatch.setattr(opened.room, "tick", failing)
    assert all(beats.acquire(timeout=5) for _ in range(2)), "one failed beat is not the last"


def test_who_never_begins_tls_is_cut(tmp_path: Path) -> None:
    with console(tmp_path, head_s=0.3) as opened, socket.create_connection(opened.address, timeout=5) as raw:
        assert raw.recv(1) == b"", "cut, and not held for the minute that the library gives"
