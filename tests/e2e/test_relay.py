"""A room without a network of its own: everything to and from its stations goes through the console, and a stick."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop import __version__
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.enrolment import accept_grant, held_grant
from pocus_desktop.admission.forms import Form
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.records import Admitted, Order, RosterOrder
from pocus_desktop.admission.roster_folder import take_in
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.app.relay_desk import RelayDesk
from pocus_desktop.app.room_roads import station_roads
from pocus_desktop.app.room_stock import stock_from_rooms
from pocus_desktop.app.station import OpenSitting, Station
from pocus_desktop.app.workshop import Workshop
from pocus_desktop.authoring.build.recipe import Recipe
from pocus_desktop.bundle.depot import publish
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.trust import ceremony
from pocus_desktop.bundle.trust.academy import AcademyPolicy
from pocus_desktop.bundle.trust.ceremony import Holders
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.crypto.certificate import certificate_of
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.carried import take_folder
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring.documents import StationHello
from pocus_desktop.proctoring.link import Address, RoomLink
from pocus_desktop.proctoring.live_room import Holder, LiveRoom
from pocus_desktop.proctoring.pairing import issue_card, make_card, pair, save_rooms
from pocus_desktop.proctoring.relay_view import by_sitting, by_station
from pocus_desktop.proctoring.service import RoomServer, RoomService
from pocus_desktop.proctoring.service_relay import relay_doors
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sync.engine import Status
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.outbox import Outbox
from tests.bundle.trust.academy import AREA
from tests.bundle.trust.academy import Academy as TrustAcademy
from tests.e2e.academy import CANDIDATE, LEFT, answer, delivered, hand_in, to_case
from tests.hub.loopback import serving
from tests.hub.test_admissions import enrol

CENTRE = "north"


@dataclass(slots=True)
class World:
    """The academy with its hub and depot, a centre and two stations, each a folder; and a stick.

    Attributes:
        keys: Of every computer, by its name.
    """

    workshop: Workshop
    depot: TrustAcademy
    stick: Path
    keys: dict[str, StationKeys] = field(default_factory=dict)

    @classmethod
    def found(cls, folder: Path, source: Path) -> "World":
        """Publish the bundle, and enrol everyone with the academy's root."""
        clock = SystemClock()
        workshop = Workshop.open(folder, source=source, recipe=Recipe(mode="sealed"), clock=clock)
        now_ms = clock.read().wall_ms
        academy = TrustAcademy(folder=folder / "depot")
        academy.found(now_ms=now_ms, policy=AcademyPolicy(hubs=(workshop.academy.signing.public,)))
        academy.people["publisher"] = workshop.publisher.signing
        one = Holders(keys=(workshop.publisher.signing.public,), threshold=1)
        ceremony.delegate(academy.repository, AREA, one, now_ms=now_ms)
        academy.publish(now_ms=now_ms)
        publish.publish(academy.repository, workshop.built.bundle, now_ms=now_ms, app_version=__version__)
        academy.publish(now_ms=now_ms)
        made = cls(workshop=workshop, depot=academy, stick=folder / "stick")
        made.stick.mkdir()
        registry = workshop.hub.registry
        registry.enrolments.set_terms(root=academy.root, hub_url="")
        for name, kind in ((CENTRE, "centre"), ("desk-1", "station"), ("desk-2", "station")):
            made.add(name, kind=kind)
        registry.candidates.add(candidate_id=CANDIDATE, name="Alex Moreno", who="ada")
        return made

    @property
    def now_ms(self) -> int:
        """The present."""
        return self.workshop.clock.read().wall_ms

    def add(self, name: str, *, kind: Any) -> None:
        """A computer, enrolled with the centre."""
        registry = self.workshop.hub.registry
        self.keys[name] = enrol(registry, name, kind=kind, centre_id=CENTRE)
        grant = registry.enrolments.grant_again(self.keys[name].station_id)
        pin = TrustClient(self.home(name).trust_state).enrol
        accept_grant(self.home(name), self.keys[name], grant, academy=None, trusted=None, pin=pin)

    def home(self, name: str) -> Home:
        """A computer's folder."""
        return Home(folder=self.workshop.folder / name)

    def trusting(self, name: str) -> Trusting:
        """Whom a computer believes now."""
        return Trusting.load(self.home(name))

    def admit(self) -> Admitted:
        """The candidate is admitted; the roster goes to the centre alone."""
        manifest = self.workshop.built.manifest
        registry = self.workshop.hub.registry
        order = Order(
            candidate_id=CANDIDATE,
            forms=(Form(bundle_id=manifest.bundle_id, minimum_version=1),),
            mode=Mode.TRIAL,
            centre_id=CENTRE,
            content_keys={manifest.bundle_id: self.workshop.built.content_key},
        )
        admitted = registry.admissions.admit(order, who="ada")
        day = datetime.fromtimestamp(self.now_ms / 1000, tz=UTC).date()
        roster = registry.rosters.make(RosterOrder(centre_id=CENTRE, day=day), who="ada")
        hubs = self.trusting(CENTRE).hubs
        take_in(self.home(CENTRE), roster.envelope, hubs=hubs, grant=held_grant(self.home(CENTRE), hubs))
        return admitted

    def desk(self, computer: str = CENTRE, **more: Any) -> RelayDesk:
        """The centre's relay on one of its computers, opened (again)."""
        return RelayDesk(
            self.home(computer),
            keys=self.keys[CENTRE],
            trusting=self.trusting(CENTRE),
            clock=self.workshop.clock,
            **more,
        )

    @contextmanager
    def room(self, desk: RelayDesk, *, name: str = "room", seed: bytes = b"t") -> Iterator[RoomServer]:
        """A console's service; its stations are paired with it by its card, and said hello."""
        grant = held_grant(self.home(CENTRE), self.trusting(CENTRE).hubs)
        assert grant is not None
        assert grant.centre is not None
        key = SigningKey.from_seed(seed * 32)
        holder = Holder(centre=grant.centre, keys=self.keys[CENTRE], hubs=self.trusting(CENTRE).hubs)
        live = LiveRoom(self.workshop.folder / name, holder=holder, clock=self.workshop.clock)

        def card() -> bytes:
            made = make_card(
                key,
                centre=holder.centre,
                console=live.state.console,
                name=name,
                addresses=[f"127.0.0.1:{server.port}"],
                now_ms=self.now_ms,
            )
            return issue_card(made, holder.keys.signing)

        service = RoomService(live, clock=self.workshop.clock, card=card)
        server = RoomServer(service, key, further=[relay_doors(desk.relay(live))], host="127.0.0.1", port=0)
        server.start()
        try:
            self.pair(server.port, certificate_of(key))
            yield server
        finally:
            server.close()
            live.close()

    def pair(self, port: int, certificate: bytes) -> None:
        """Both stations come to know the console, and it them."""
        for name in ("desk-1", "desk-2"):
            grant = held_grant(self.home(name), self.workshop.enrolment.hubs)
            assert grant is not None
            paired = pair(f"127.0.0.1:{port}", centre=grant.centre, now_ms=self.now_ms)
            assert (paired.certificate, paired.way) == (certificate, "card")
            save_rooms(self.home(name).paired_rooms, [paired])
            hello = StationHello(
                name=name,
                signing=self.keys[name].signing.public,
                sealing=self.keys[name].sealing.public,
                grant=self.home(name).grant.read_bytes(),
            )
            link = RoomLink(Address("127.0.0.1", port), certificate, self.keys[name].signing)
            link.hello(hello)
            link.close()

    def stock(self, name: str) -> Any:
        """A station fetches from the room."""
        return stock_from_rooms(
            self.home(name), keys=self.keys[name], trusting=self.trusting(name), clock=self.workshop.clock
        )

    def station(self, name: str) -> Station:
        """A station's program, started (again), with the ways that it has."""
        keys = self.keys[name]
        trusting = self.trusting(name)
        return Station(
            self.home(name),
            keys=keys,
            trusting=trusting,
            transport=station_roads(self.home(name), trusting, keys.signing),
            clock=self.workshop.clock,
        )

    def sat(self, station: Station, admitted: Admitted) -> OpenSitting:
        """The candidate sits and hands in."""
        opened = station.open(
            candidate_id=CANDIDATE,
            admission_id=admitted.admission_id,
            language="en",
            code=admitted.sign_in_code,
        )
        to_case(opened)
        answer(opened, LEFT)
        hand_in(opened)
        return opened


@pytest.fixture
def world(playable: Path, tmp_path: Path) -> Iterator[World]:
    made = World.found(tmp_path, playable)
    yield made
    made.workshop.close()


def _ask_again(station: Station, world: World) -> None:
    """As the station does within a minute by itself."""
    station.outbox.retry(now_ms=world.now_ms)
    station._deliveries._worker.wake()


def test_from_the_academy_to_a_cleared_outbox_without_any_other_network(world: World) -> None:
    admitted = world.admit()
    desk = world.desk()
    fetched = desk.fetch([str(world.depot.folder)])
    assert [each.bundle_id for each in fetched.mirrored.listings] == [world.workshop.built.manifest.bundle_id]
    with world.room(desk):
        got = world.stock("desk-1")
        assert (got.admissions, got.problems) == (1, ())
        assert len(Library(world.home("desk-1").library).entries()) == 1
        again = world.stock("desk-1")
        assert again.stocked.fetched == (), "what is here is not fetched again"

        station = world.station("desk-1")
        opened = world.sat(station, admitted)
        told = delivered(opened, "held")
        assert "centre's computer keeps" in told.delivery_told.what
        assert told.receipt_lines == ()
        [row] = station.outbox.rows()
        outlook = station.waiting("en")
        assert outlook is not None
        assert "centre's computer keeps" in outlook.what

        [held] = desk.held()
        assert (held.station, held.where) == (world.keys["desk-1"].signing.key_id, "waiting")
        sealed = desk.holding.outbox.envelope(row.digest)
        assert CANDIDATE.encode() not in sealed, "the centre holds what it cannot read"
        sitting = opened.sitting.state.opened.sitting
        assert by_sitting(desk.held())[sitting].is_copied
        assert not by_sitting(desk.held())[sitting].is_sent

        assert [one.became for one in desk.stick(world.stick)] == ["written"]
        assert by_station(desk.held(), {held.station: "desk-1"})[0].carried == 1
        [carried] = take_folder(world.workshop.hub, world.stick)
        assert carried.is_new
        assert [one.became for one in desk.stick(world.stick)] == ["received"]
        assert by_sitting(desk.held())[sitting].is_sent

        _ask_again(station, world)
        told = delivered(opened, "received")
        assert told.receipt_lines != ()
        [row] = station.outbox.rows()
        assert row.status is Status.DONE
        document = station.outbox.receipt(row.digest)
        assert document is not None
        hubs = [world.workshop.academy.signing.public]
        assert verify_receipt(document, hubs, sealed_digest=row.digest).sitting == sitting
        opened.close()
        station.close()
    desk.close()
    [standing] = world.workshop.hub.standings()
    assert (standing.sitting, str(standing.status)) == (sitting, "scored")


def test_a_station_that_is_carried_away_meets_the_hub_itself_and_makes_no_double(world: World) -> None:
    """The centre keeps a result; before it sends it on, the station itself has met the hub elsewhere."""
    admitted = world.admit()
    hub = world.workshop.hub
    desk = world.desk()
    desk.fetch([str(world.depot.folder)])
    with world.room(desk):
        world.stock("desk-1")
        station = world.station("desk-1")
        opened = world.sat(station, admitted)
        delivered(opened, "held")
        opened.close()
        station.close()
    desk.close()

    with serving(hub) as url:
        hubs = [world.workshop.academy.signing.public]
        direct = HttpsTransport(url, key=world.keys["desk-1"].signing)
        box = Outbox(world.home("desk-1").outbox, direct, hubs)
        box.retry(now_ms=world.now_ms)
        [own] = box.run_once(world.now_ms)
        assert own.receipt is not None
        desk = world.desk(transport=HttpsTransport(url, key=world.keys[CENTRE].signing))
        [sent] = desk.send()
        assert sent.receipt == own.receipt
        assert desk.holding.outbox.receipt(sent.digest) == box.receipt(own.digest)
        box.close()
        desk.close()
    assert len(hub.standings()) == 1


def test_two_consoles_hold_the_same_and_the_hub_has_it_once(world: World) -> None:
    """The console is swapped during the day; both computers' sticks reach the academy, and one receipt clears all."""
    admitted = world.admit()
    first = world.desk()
    first.fetch([str(world.depot.folder)])
    with world.room(first):
        world.stock("desk-1")
        station = world.station("desk-1")
        opened = world.sat(station, admitted)
        delivered(opened, "held")
        world.home("desk-1").paired_rooms.unlink()
        assert not station.outbox.reaches(), "it holds on to no room that it is not paired with any more"
    second = world.desk("console-2")
    with world.room(second, name="other-room", seed=b"u"):
        station.outbox.retry(now_ms=world.now_ms)
        station.outbox.run_once(world.now_ms)
        [held], [before] = second.held(), first.held()
        assert held.digest == before.digest
        assert [one.became for desk in (first, second) for one in desk.stick(world.stick)] == ["written", "written"]
        [carried] = take_folder(world.workshop.hub, world.stick)
        assert carried.is_new
        for desk in (second, first):
            assert [one.became for one in desk.stick(world.stick)] == ["received"]
        _ask_again(station, world)
        delivered(opened, "received")
        opened.close()
        station.close()
    first.close()
    second.close()
    assert len(world.workshop.hub.standings()) == 1


def test_a_centre_without_bundles_says_so_and_nothing_is_made_worse(world: World) -> None:
    world.admit()
    desk = world.desk()
    with world.room(desk):
        with pytest.raises(PocusError) as told:
            world.stock("desk-1")
        assert told.value.code == "trust.no_carrier"
    desk.close()
