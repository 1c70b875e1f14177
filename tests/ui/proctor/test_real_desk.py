"""A proctor's day at the window over a centre's own home and its real room: from the first grant to the last stick."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pocus_desktop import __version__
from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission import preflight_report, room_code
from pocus_desktop.admission.admission import Admission, Candidate, StationKeys, Window
from pocus_desktop.admission.allowance import Allowance, AllowedBundle, issue_allowance
from pocus_desktop.admission.enrolling import EnrolmentGrant, issue_grant, read_request
from pocus_desktop.admission.enrolment import Enrolment
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.preflight_report import Check, Report
from pocus_desktop.admission.proctor_order import read_order
from pocus_desktop.admission.room_code import Challenge
from pocus_desktop.admission.room_policy import RoomPolicy, issue_policy
from pocus_desktop.admission.roster import Roster, RosterStation, issue_roster
from pocus_desktop.app.console_desk import ConsoleDesk
from pocus_desktop.app.console_known import Hosted
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring.documents import SittingReport
from pocus_desktop.proctoring.live_room import Holder, LiveRoom
from pocus_desktop.proctoring.relay_view import HeldEnvelope
from pocus_desktop.ui.proctor import intents
from pocus_desktop.ui.proctor.window import ProctorWindow
from pocus_desktop.ui.words import Words
from tests.proctoring.reports import order_came
from tests.proctoring.school_room import HUB, Seat
from tests.ui.conftest import named
from tests.ui.proctor.conftest import done, settle
from tests.ui.proctor.rooms import DONE, sitting_of
from tests.ui.proctor.test_proctors_day import fill, notice, press, said, sheet_of

NEXT_HUB = SigningKey.from_seed(b"n" * 32)

DAY_MS = 1_773_446_400_000  # 2026-03-14, midnight UTC
SECRET = b"\x07" * 32
ACADEMY = SealingKey.from_seed(b"a" * 32)


class Centre:
    """A centre from its first start on, and its stations as the network sees them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = Home(folder=folder / "home")
        self.keys = StationKeys.generate()
        self.clock = ManualClock(wall_ms=DAY_MS + 9 * 3_600_000)
        self.seats = [Seat(name=f"Desk {number}") for number in (1, 2, 3)]
        self.sittings: dict[str, SittingReport] = {}
        self.rooms: list[LiveRoom] = []
        self.on_stick: set[str] = set()
        self.desk = ConsoleDesk(self.home, keys=self.keys, clock=self.clock, host=self.host, aside=lambda work: work())

    def host(self, grant: EnrolmentGrant) -> Hosted:
        assert grant.centre is not None
        holder = Holder(centre=grant.centre, keys=self.keys, hubs=(HUB.public,))
        self.rooms.append(LiveRoom(self.home.room, holder=holder, clock=self.clock))
        return Hosted(
            room=self.rooms[0],
            addresses=("10.0.0.2:8421",),
            pairing=lambda _language: "amber kettle",
            results=self._results,
            stick=self._stick,
        )

    def _stick(self, path: Path) -> int:
        assert path.is_dir()
        self.on_stick = {one.result for one in self.sittings.values() if one.result}
        return len(self.on_stick)

    def _results(self) -> list[HeldEnvelope]:
        return [
            HeldEnvelope(
                digest=digest,
                station="ed25519-1",
                sitting="sit",
                is_partial=False,
                size_bytes=9,
                at_ms=1,
                where="carried",
            )
            for digest in self.on_stick
        ]

    @property
    def room(self) -> LiveRoom:
        return self.rooms[0]

    def path(self, name: str, data: bytes) -> str:
        (self.folder / name).write_bytes(data)
        return str(self.folder / name)

    def grant(self, request: bytes) -> bytes:
        asked = read_request(request).request
        fields = {"signing": asked.signing, "sealing": asked.sealing, "centre_id": asked.centre_id, "name": asked.name}
        return issue_grant(
            EnrolmentGrant.model_validate(
                {
                    **{key: fields[key] for key in ("signing", "sealing", "name")},
                    "enrolment_id": "enr-c",
                    "kind": "centre",
                    "centre": fields,
                    "hubs": (HUB.public,),
                    "granted_at_ms": 1,
                }
            ),
            HUB,
        )

    def admission(self, number: int, name: str) -> bytes:
        made = Admission(
            admission_id=f"adm_{number}",
            candidate=Candidate(id=f"C-{20_400 + number}", display_name=name),
            bundle_id="lung-a",
            mode=Mode.TRIAL,
            window=Window(not_before_ms=DAY_MS, not_after_ms=DAY_MS + 86_400_000),
            recipients=(ACADEMY.public,),
            centre_id="north",
            code_secrets=room_code.seal_secret(SECRET, [self.keys.sealing.public], admission_id=f"adm_{number}"),
        )
        return admissions.issue(made, [HUB])

    def roster(self, **changes: Any) -> bytes:
        me = {
            "signing": self.keys.signing.public,
            "sealing": self.keys.sealing.public,
            "centre_id": "north",
            "name": "North",
        }
        allowance = Allowance.model_validate(
            {
                "allowance_id": "alw-1",
                "centre": me,
                "not_before_ms": DAY_MS,
                "not_after_ms": DAY_MS + 86_400_000,
                "count": 1,
                "bundles": (AllowedBundle(bundle_id="lung-a", mode=Mode.TRIAL),),
                "recipients": (ACADEMY.public,),
                "credit_cap_ms": 900_000,
            }
        )
        stations = [
            RosterStation(
                signing=seat.keys.signing.public,
                sealing=seat.keys.sealing.public,
                enrolment_id=f"enr-{at}",
                name=seat.name,
            )
            for at, seat in enumerate(self.seats)
        ]
        return issue_roster(
            Roster.model_validate(
                {
                    "roster_id": "ros-1",
                    "centre": me,
                    "day": date(2026, 3, 14),
                    "zone": "UTC",
                    "made_at_ms": DAY_MS,
                    "stations": stations,
                    "admissions": [self.admission(1, "Maria Álvarez"), self.admission(2, "Jon Park")],
                    "allowance": issue_allowance(allowance, HUB),
                    **changes,
                }
            ),
            HUB,
        )

    def preflight(self, seat: Seat, *checks: Check) -> bytes:
        report = Report(
            made_at_ms=DAY_MS, station=seat.station_id, day="2026-03-14", application=__version__, checks=checks
        )
        return preflight_report.sign(report, seat.keys.signing)

    def arrive(self) -> None:
        """Every station finds the console."""
        for seat in self.seats:
            self.room.hello(seat.hello())
            self.say(seat)

    def say(self, seat: Seat, sitting: SittingReport | None = None, **changes: Any) -> None:
        if sitting is not None:
            self.sittings[seat.name] = sitting
        self.room.report(seat.report(self.sittings.get(seat.name), wall_ms=self.clock.read().wall_ms, **changes))

    def obey(self, seat: Seat, **becomes: Any) -> None:
        """The station verifies what goes out to it, follows it, and says so."""
        orders = self.room.reply(seat.station_id).orders
        assert orders
        sitting = self.sittings[seat.name]
        for envelope in orders:
            order = read_order(envelope, [self.keys.signing.public]).order
            came = order_came(
                order_id=order.order_id, console=order.console, number=order.number, kind=order.act.kind, who=order.who
            )
            sitting = sitting.model_copy(update={"orders": (*sitting.orders, came)})
        self.clock.advance(ms=1_000)
        self.say(seat, sitting.model_copy(update=becomes))


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path)
    yield made
    for room in made.rooms:
        room.close()


@pytest.fixture
def window(qtbot: QtBot, centre: Centre) -> Iterator[ProctorWindow]:
    opened = ProctorWindow(centre.desk, words=Words("en"))
    opened.resize(1600, 1000)
    with qtbot.waitExposed(opened):
        opened.show()
    settle()
    yield opened
    opened.close()
    opened.deleteLater()
    settle()


def take(window: ProctorWindow, field: str, path: str) -> None:
    fill(window, field, path)
    press(window, f"{field}:do")


def test_a_centre_from_its_first_start_to_the_last_stick(
    qtbot: QtBot, window: ProctorWindow, centre: Centre, tmp_path: Path
) -> None:
    one, two, three = centre.seats

    # Set up, once.
    assert window.page == "set_up"
    assert "Not enrolled yet" in said(window.set_up_page)
    fill(window, "centre_name", "North")
    fill(window, "centre_id", "north")
    take(window, "request", str(tmp_path / "north.request"))
    assert "The request is in north.request." in notice(window)
    take(window, "grant", centre.path("north.grant", centre.grant((tmp_path / "north.request").read_bytes())))
    assert "Fingerprint of the academy" in notice(window)
    assert "Enrolled: North (north)" in said(window.set_up_page)
    assert "amber kettle" in said(window.set_up_page)
    take(window, "roster", centre.path("day.roster", centre.roster()))
    assert "2 admissions are new" in notice(window)
    assert "2026-03-14: 2 expected; walk-ins left: 1" in said(window.set_up_page)
    assert "Desk 3" in said(window.set_up_page)
    take(window, "roster", centre.path("nonsense", b"{}"))
    assert "is damaged or not a signed document" in notice(window)

    # Before the day.
    window.go_to("before")
    assert "lung-a" in said(window.before_page)
    take(
        window,
        "report",
        centre.path("one.json", centre.preflight(one, Check(subject="station", level="ok", code="disk_ok"))),
    )
    assert "Desk 1: ready" in said(window.before_page)
    problem = Check(subject="station", level="problem", code="disk_full", params={"free": 1, "needed": 2})
    take(window, "report", centre.path("two.json", centre.preflight(two, problem)))
    assert "Desk 2: has to be mended" in said(window.before_page)
    take(window, "report", centre.path("stranger.json", centre.preflight(Seat(name="Nowhere"))))
    assert "signed by no station of this centre" in notice(window)
    assert "Desk 3: not looked at yet" in said(window.before_page)

    # The day: nothing is kept without a name.
    centre.arrive()
    window.go_to("check_in")
    page = window.check_in_page
    QTest.keyClicks(page.search, "alvarez")
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    settle()
    press(page, "check-in")
    assert "nobody said who is on duty" in notice(window)
    window.go_to("set_up")
    fill(window, "who", "Pat Lee")
    window.set_up_page.who.editingFinished.emit()
    window.go_to("check_in")
    settle()
    press(page, "check-in")
    press(page, "give-seat")
    assert "Sits at Desk 1" in said(page)
    assert centre.room.state.stations[one.station_id].admission_id == "adm_1"
    page.search.clear()
    fill(page, "walk_in_id", "W-9")
    fill(page, "walk_in_full_name", "Late Comer")
    press(page, "admit")
    assert "Sign-in code:" in notice(window)
    assert [row.name for row in page.list_model.entrants] == ["Jon Park", "Late Comer", "Maria Álvarez"]

    # Authorise, pause and resume, add time, answer a hand.
    window.go_to("room")
    grid = window.room_page.grid
    centre.say(one, sitting_of(1, stage="identity", times=(), is_running=False))
    window.refresh()
    grid.select([one.station_id])
    press(window, "action:authorise")
    press(sheet_of(window), "give")
    centre.obey(one, stage="case", is_running=True)
    centre.say(two, sitting_of(2))
    window.refresh()
    window.room_page.select_all()
    press(window, "action:pause")
    fill(sheet_of(window), "reason", "fire drill")
    press(sheet_of(window), "give")
    centre.obey(one, pause="fire drill", paused_by="Pat Lee", is_running=False)
    centre.obey(two, pause="fire drill", paused_by="Pat Lee", is_running=False)
    window.refresh()
    grid.clearSelection()
    assert "Pause · Desk 1, Desk 2" in said(window.room_page.panel)
    window.room_page.select_all()
    press(window, "action:resume")
    press(sheet_of(window), "give")
    centre.obey(one, pause=None, paused_by="", is_running=True)
    centre.obey(two, pause=None, paused_by="", is_running=True)
    window.refresh()
    grid.select([two.station_id])
    press(window, "action:add-time")
    fill(sheet_of(window), "minutes", "7")
    fill(sheet_of(window), "reason", "the projector fell")
    press(sheet_of(window), "give")
    (envelope,) = centre.room.reply(two.station_id).orders
    order = read_order(envelope, [centre.keys.signing.public]).order
    assert (order.act.kind, order.reason, order.who) == ("add-time", "the projector fell", "Pat Lee")
    centre.obey(two, is_hand_raised=True, hand_note="The sound is gone.")
    window.refresh()
    QTest.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert grid.selected == (two.station_id,)
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    settle()
    press(sheet_of(window), "give")
    centre.obey(two, is_hand_raised=False, hand_note="")
    window.refresh()
    assert "7 min" in said(window.room_page.panel)
    assert "Hand answered" in said(window.room_page.panel)

    # An order that does not arrive is asked about, and ordered again on a word.
    centre.clock.advance(ms=6_000)
    centre.room.tick()
    window.refresh()
    press(window, "action:message")
    fill(sheet_of(window), "text", "Ten minutes.")
    press(sheet_of(window), "give")
    centre.clock.advance(ms=125_000)
    centre.room.tick()
    window.refresh()
    settle()
    press(window.room_page.panel, "order-again")
    window.refresh()
    settle()
    assert "1 given up" in said(window.room_page.panel)
    assert "1 waiting for the link" in said(window.room_page.panel)
    centre.obey(two)

    # The lights go out when nothing can be lost.
    window.go_to("close_out")
    assert "Not yet: 2" in named(window, "verdict").accessibleName()
    centre.say(one, sitting_of(1, **DONE))
    centre.say(two, sitting_of(2, **(DONE | {"result": "b" * 64, "delivery": "waiting"})))
    centre.say(three)
    window.refresh()
    assert "sealed, and only Desk 2 has it" in said(window.close_out_page)
    take(window, "stick", str(tmp_path))
    qtbot.waitUntil(lambda: "Sealed results written to" in notice(window))
    assert "on this computer's own disk" in notice(window), "a folder of the same disk is no stick"
    assert "Everything is safe" in named(window, "verdict").accessibleName()


def set_up(window: ProctorWindow, centre: Centre) -> None:
    """As above, without looking."""
    request = centre.folder / "r"
    fill(window, "centre_name", "North")
    fill(window, "centre_id", "north")
    take(window, "request", str(request))
    take(window, "grant", centre.path("g", centre.grant(request.read_bytes())))
    take(window, "roster", centre.path("day.roster", centre.roster()))
    centre.arrive()
    window.set_up_page.who.setText("Pat Lee")
    window.set_up_page.who.editingFinished.emit()


def test_what_another_program_took_in_is_seen(window: ProctorWindow, centre: Centre) -> None:
    set_up(window, centre)
    write_atomically(
        centre.home.rosters / "ros-2.roster", centre.roster(roster_id="ros-2", made_at_ms=DAY_MS + 1, admissions=[])
    )
    (centre.home.rosters / "ros-1.roster").unlink()
    assert len(centre.desk.view("en").entrants) == 2
    centre.clock.advance(ms=5_000)
    assert centre.desk.view("en").entrants == ()


def test_whom_the_centre_believes_is_followed_while_the_console_is_open(window: ProctorWindow, centre: Centre) -> None:
    set_up(window, centre)
    assert list(centre.room.holder.hubs) == [HUB.public]
    before = Enrolment.load(centre.home.trust)
    replace(before, hubs=(*before.hubs, NEXT_HUB.public)).save(centre.home.trust)
    centre.desk.view("en")
    centre.clock.advance(ms=5_000)
    centre.desk.view("en")
    assert list(centre.room.holder.hubs) == [HUB.public, NEXT_HUB.public]
    centre.home.trust.write_bytes(b"{")
    centre.clock.advance(ms=5_000)
    assert [one.name for one in centre.desk.view("en").entrants] == ["Jon Park", "Maria Álvarez"]
    assert list(centre.room.holder.hubs) == [HUB.public, NEXT_HUB.public], "what cannot be read changes nothing"


def test_whatever_a_file_is_it_is_taken_in_or_refused_in_words(window: ProctorWindow, centre: Centre) -> None:
    set_up(window, centre)
    for number, data in enumerate((b"", b"{", b"\xff\xfe", b"[]", centre.admission(9, "X"), centre.roster()[:-40])):
        assert not done(window, intents.TakeIn(Path(centre.path(f"file-{number}", data))))
        assert notice(window)
    assert not done(window, intents.TakeIn(centre.folder))
    assert not done(window, intents.TakeIn(centre.folder / "nowhere"))
    assert not done(window, intents.AskEnrolment(name="", centre_id="A b", path=centre.folder / "x"))
    assert not done(window, intents.AskEnrolment(name="North", centre_id="north", path=centre.folder))
    assert not done(window, intents.AdmitWalkIn(candidate_id="x" * 81, name="Y"))
    assert not done(window, intents.Seat("adm_none", centre.seats[0].station_id))
    assert not done(window, intents.GoToHands((centre.seats[0].station_id, "x25519-none")))
    assert [one.name for one in centre.desk.view("en").entrants] == ["Jon Park", "Maria Álvarez"]


def test_the_academys_policy_is_taken_in_and_holds_at_once(window: ProctorWindow, centre: Centre) -> None:
    set_up(window, centre)
    limits = {"extra_once_minutes": 5, "extra_total_minutes": 10, "breaks": 1, "break_minutes": 5}
    named = {"policy_id": "pol_" + "0" * 20, "centre_id": "north", "made_at_ms": DAY_MS}
    take(window, "roster", centre.path("policy", issue_policy(RoomPolicy.model_validate(named | limits), HUB)))
    assert "The policy of the academy is here." in notice(window)
    assert centre.room.policy is not None
    other = RoomPolicy.model_validate(named | limits | {"centre_id": "south"})
    take(window, "roster", centre.path("theirs", issue_policy(other, HUB)))
    assert "The policy of the academy is here." not in notice(window)


def test_a_station_without_a_network_is_answered_by_a_code(window: ProctorWindow, centre: Centre) -> None:
    set_up(window, centre)
    window.go_to("room")
    envelope = centre.home.admission("adm_1").read_bytes()
    digest = admissions.verify(envelope, [HUB.public]).digest
    challenge = Challenge(purpose="time", minutes=10, number=1, admission_digest=digest)
    press(window, "action:code")
    fill(sheet_of(window), "code-candidate", "c-20401")
    fill(sheet_of(window), "code-challenge", "1234")
    press(sheet_of(window), "give")
    assert "all eight digits" in said(sheet_of(window))
    fill(sheet_of(window), "code-challenge", challenge.shown)
    press(sheet_of(window), "give")
    told = notice(window)
    code = told.partition("Code for Maria Álvarez: ")[2][:9]
    assert room_code.source_of(SECRET, challenge, code) == "device"
    assert "gives 10 minutes more (number 1)" in told
    press(window, "action:code")
    fill(sheet_of(window), "code-candidate", "C-20401")
    fill(sheet_of(window), "code-challenge", challenge.shown)
    press(sheet_of(window), "give")
    assert code not in notice(window)


def test_a_seat_changes_at_once_and_a_sitting_only_with_its_stick(window: ProctorWindow, centre: Centre) -> None:
    one, two, _three = centre.seats
    set_up(window, centre)
    assert done(window, intents.CheckIn("adm_1", "document"))
    assert done(window, intents.Seat("adm_1", one.station_id))
    window.go_to("room")
    window.room_page.grid.select([one.station_id])
    press(window, "action:move")
    assert "Nothing was begun at Desk 1" in said(sheet_of(window))
    press(sheet_of(window), "give")
    assert centre.room.state.stations[two.station_id].admission_id == "adm_1"
    centre.say(two, sitting_of(1))
    window.refresh()
    window.room_page.grid.select([two.station_id])
    press(window, "action:move")
    press(sheet_of(window), "give")
    assert "Give the stick's folder and the reason." in said(sheet_of(window))
    fill(sheet_of(window), "move-stick", str(centre.folder))
    fill(sheet_of(window), "move-why", "its screen went dark")
    press(sheet_of(window), "give")
    assert "stick" in notice(window)
    assert centre.room.state.stations[two.station_id].admission_id == "adm_1"


def test_a_console_that_comes_back_finds_its_day(window: ProctorWindow, centre: Centre) -> None:
    set_up(window, centre)
    window.go_to("check_in")
    window.check_in_page.table.selectRow(0)
    settle()
    press(window.check_in_page, "check-in")
    centre.room.close()
    again = ConsoleDesk(
        centre.home,
        keys=centre.keys,
        clock=centre.clock,
        host=lambda grant: Hosted(
            room=LiveRoom(
                centre.home.room,
                holder=Holder(centre=grant.centre, keys=centre.keys, hubs=(HUB.public,)),  # type: ignore[arg-type]
                clock=centre.clock,
            )
        ),
    )
    assert again.room is not None
    centre.rooms[0] = again.room
    assert [(one.name, one.standing) for one in again.view("en").entrants] == [
        ("Jon Park", "here"),
        ("Maria Álvarez", "expected"),
    ]


def test_a_console_that_slept_still_tells_who_is_silent(window: ProctorWindow, centre: Centre) -> None:
    set_up(window, centre)
    centre.clock.sleep(ms=3_600_000)
    centre.arrive()
    assert done(window, intents.CheckIn("adm_1", "passport"))
    assert done(window, intents.Seat("adm_1", centre.seats[0].station_id))
    centre.clock.advance(ms=60_000)
    seen = centre.desk.view("en")
    assert not any(one.is_heard for one in seen.stations)
    assert not any(one.is_ready for one in seen.seats)
    assert "silent" in {mark.code for row in seen.room.rows for mark in row.marks}
    assert not seen.checklist.is_green, "a silent station may hold a sitting that nobody here was told of"
