"""`pocus proctor` on a centre's home: the window, the service on the LAN and a station over TLS, all of them real."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from pocus_desktop.admission.enrolling import EnrolmentGrant, issue_grant
from pocus_desktop.admission.enrolment import accept_grant
from pocus_desktop.admission.own_keys import own_keys
from pocus_desktop.admission.proctor_order import read_order
from pocus_desktop.app.console import HELD_AGE_MS, OpenDesk, Remembered, open_desk, show_console
from pocus_desktop.app.room_links import INTERFACES_VARIABLE
from pocus_desktop.cli.faces import RoomPlace
from pocus_desktop.crypto.keystore import open_keystore
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring.link import RoomLink, read_address, shown_certificate
from pocus_desktop.proctoring.relay_view import HeldEnvelope
from pocus_desktop.ui.proctor import intents
from pocus_desktop.ui.proctor.incident_sheet import IncidentSheet
from pocus_desktop.ui.proctor.window import ProctorWindow
from tests.proctoring.reports import sitting
from tests.proctoring.school_room import HUB, Seat
from tests.ui.proctor.conftest import done, settle
from tests.ui.proctor.test_proctors_day import fill, notice, press, said, sheet_of

PASSPHRASE = "correct horse battery staple"
HELD = HeldEnvelope(
    digest="a" * 64, station="ed25519-1", sitting="sit", is_partial=False, size_bytes=9, at_ms=1, where="waiting"
)
PLACE = RoomPlace(name="Room 1", host="127.0.0.1", port=0)


def enrol(home: Home) -> None:
    keys = own_keys(open_keystore(home.keys, PASSPHRASE))
    pair = {"signing": keys.signing.public, "sealing": keys.sealing.public, "name": "North Centre"}
    fields = {"enrolment_id": "enr-c", "kind": "centre", "hubs": (HUB.public,), "granted_at_ms": 1}
    grant = EnrolmentGrant.model_validate({**pair, **fields, "centre": {**pair, "centre_id": "north"}})
    accept_grant(home, keys, issue_grant(grant, HUB), academy=None, trusted=None, pin=lambda _root: None)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[OpenDesk]:
    """An open console that announces itself to no network."""
    monkeypatch.setenv(INTERFACES_VARIABLE, "-")
    home = Home(folder=tmp_path / "centre")
    enrol(home)
    with open_desk(home, place=PLACE, passphrase=PASSPHRASE, who="Pat Lee") as desk:
        yield desk


@pytest.fixture
def window(qtbot: QtBot, opened: OpenDesk) -> Iterator[ProctorWindow]:
    shown = show_console(opened, language="en")
    settle()
    yield shown
    shown.close()
    shown.deleteLater()
    settle()


def linked(window: ProctorWindow, seat: Seat) -> RoomLink:
    """A station that came to know this console by what it shows at its address."""
    address = read_address(window.view.centre.addresses[0])
    link = RoomLink(address, shown_certificate(address), seat.keys.signing)
    link.hello(seat.hello())
    return link


def test_a_station_over_the_network_is_seen_and_follows_the_window(
    qtbot: QtBot, window: ProctorWindow, opened: OpenDesk, tmp_path: Path
) -> None:
    assert "This console answers at: 127.0.0.1:" in said(window.set_up_page)
    seat = Seat(name="Desk 1")
    link = linked(window, seat)
    try:
        link.report(seat.report(sitting()))
        window.go_to("room")
        assert [row.name for row in window.room_page.grid.grid_model.rows] == ["Desk 1"]
        window.room_page.select_all()
        press(window, "action:pause")
        fill(sheet_of(window), "reason", "fire drill")
        press(sheet_of(window), "give")
        (envelope,) = link.wait(0).orders
        assert opened.desk.room is not None
        order = read_order(envelope, [opened.desk.room.signer.public]).order
        assert (order.act.kind, order.reason, order.who) == ("pause", "fire drill", "Pat Lee")
        link.report(seat.report(sitting(is_hand_raised=True, hand_note="No sound.")))
        qtbot.waitUntil(lambda: "No sound." in said(window.room_page.panel))
    finally:
        link.close()

    press(window, "action:incident")
    assert window.page == "incidents"
    assert window.incidents is not None
    assert sheet_of(window).isVisible()
    sheet_of(window).reject()
    window.incidents.send_asked.emit()
    qtbot.waitUntil(lambda: "knows no address of the academy" in notice(window))
    window.do(intents.WriteStick(tmp_path / "nowhere"))
    qtbot.waitUntil(lambda: "Plug in the USB stick" in notice(window))


def test_reports_of_incidents_go_with_the_stick_and_are_told_until_they_are_signed_for(
    qtbot: QtBot, window: ProctorWindow, opened: OpenDesk, tmp_path: Path
) -> None:
    window.ask("incident", ("none",))
    settle()
    assert window.incidents is not None
    sheet = sheet_of(window)
    assert isinstance(sheet, IncidentSheet)
    assert sheet.who.text() == "Pat Lee", "who is on duty is not asked again"
    sheet.told.setPlainText("The alarm rang.")
    press(sheet, "go")
    window.go_to("close_out")
    qtbot.waitUntil(lambda: "has not signed for yet: 1" in said(window.close_out_page), timeout=10_000)
    window.do(intents.WriteStick(tmp_path))
    qtbot.waitUntil(lambda: "to which key of the academy" in notice(window), timeout=10_000)


def test_what_the_relay_holds_is_read_now_and_then_and_a_disk_that_fails_ends_nothing() -> None:
    clock, looked = ManualClock(), [0]

    def look() -> tuple[HeldEnvelope, ...]:
        looked[0] += 1
        if looked[0] == 2:
            raise PocusError(code="sync.no_folder")
        return (HELD,) * looked[0]

    remembered = Remembered(look, clock, aside=lambda work: work())
    assert [remembered.now() for _ in range(3)] == [(HELD,)] * 3
    clock.advance(ms=HELD_AGE_MS)
    assert remembered.now() == (HELD,)
    clock.advance(ms=HELD_AGE_MS)
    assert remembered.now() == (HELD,) * 3


def test_the_window_does_not_wait_for_the_disk_of_the_relay(qtbot: QtBot) -> None:
    answers, asked = threading.Event(), [0]

    def look() -> tuple[HeldEnvelope, ...]:
        asked[0] += 1
        assert answers.wait(10)
        return (HELD,)

    clock = ManualClock()
    remembered = Remembered(look, clock)
    assert remembered.now() == ()
    clock.advance(ms=HELD_AGE_MS)
    assert remembered.now() == (), "and it is not asked twice at once"
    answers.set()
    qtbot.waitUntil(lambda: remembered.now() == (HELD,))
    assert asked[0] in {1, 2}


def test_a_computer_that_is_not_enrolled_opens_at_its_set_up(qtbot: QtBot, tmp_path: Path) -> None:
    with open_desk(Home(folder=tmp_path), place=PLACE, passphrase=PASSPHRASE) as opened:
        window = show_console(opened, language="en")
        settle()
        assert opened.desk.room is None
        assert "Not enrolled yet" in said(window.set_up_page)
        window.go_to("incidents")
        assert window.incidents is None
        assert "There is no room yet" in said(window)
        assert not done(window, intents.LetIn(("x25519-" + "0" * 32,)))
        window.close()
        window.deleteLater()
        settle()
