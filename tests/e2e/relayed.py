"""An academy with a hub and a depot, a centre with its console, and stations that have no other network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
from pocus_desktop.bundle.trust import ceremony
from pocus_desktop.bundle.trust.academy import AcademyPolicy
from pocus_desktop.bundle.trust.ceremony import Holders
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring.documents import StationHello
from pocus_desktop.proctoring.hosting import OpenConsole, holder_of, open_console
from pocus_desktop.proctoring.link import Address, RoomLink
from pocus_desktop.proctoring.pairing import pair, save_rooms
from pocus_desktop.proctoring.relay import Relay
from pocus_desktop.proctoring.service_relay import relay_doors
from tests.bundle.trust.academy import AREA
from tests.bundle.trust.academy import Academy as TrustAcademy
from tests.e2e.academy import CANDIDATE, LEFT, answer, hand_in, to_case
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
    def desks(self) -> tuple[str, ...]:
        """The stations."""
        return tuple(name for name in self.keys if name != CENTRE)

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
    def room(
        self,
        desk: RelayDesk,
        *,
        computer: str = CENTRE,
        changed: Callable[[Relay], Relay] = lambda relay: relay,
    ) -> Iterator[OpenConsole]:
        """An open console, its relay changed as told; stations are paired with it by its card, and said hello."""
        hubs = self.trusting(CENTRE).hubs
        holder = holder_of(self.home(CENTRE), self.keys[CENTRE], hubs)
        with open_console(
            self.home(computer),
            holder=holder,
            key=SigningKey.generate(),
            clock=self.workshop.clock,
            host="127.0.0.1",
            port=0,
            interfaces=(),
            further=lambda live: [relay_doors(changed(desk.relay(live)))],
        ) as console:
            self.pair(console.addresses[0])
            yield console

    def pair(self, address: Address) -> None:
        """Every station comes to know the console, and it them."""
        for name in self.desks:
            grant = held_grant(self.home(name), self.workshop.enrolment.hubs)
            assert grant is not None
            paired = pair(str(address), centre=grant.centre, now_ms=self.now_ms)
            save_rooms(self.home(name).paired_rooms, [paired])
            hello = StationHello(
                name=name,
                signing=self.keys[name].signing.public,
                sealing=self.keys[name].sealing.public,
                grant=self.home(name).grant.read_bytes(),
            )
            link = RoomLink(address, paired.certificate, self.keys[name].signing)
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
