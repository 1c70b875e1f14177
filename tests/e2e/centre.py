"""A centre with two stations of an academy that has a hub: what a sitting is moved between."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pocus_desktop import __version__
from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.enrolment import accept_grant, held_grant
from pocus_desktop.admission.forms import Form
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.move_permit import MovePermit
from pocus_desktop.admission.records import Admitted, Order, RosterOrder
from pocus_desktop.admission.roster_folder import rosters, take_in
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.app.station import OpenSitting, Station
from pocus_desktop.app.workshop import HUB_URL, Workshop
from pocus_desktop.authoring.build.recipe import Recipe
from pocus_desktop.bundle.library import Library
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sitting.moving.move_in import Arrival
from pocus_desktop.sitting.moving.move_stick import PackedSitting, only_on
from pocus_desktop.sitting.moving.packing import pack
from pocus_desktop.sitting.moving.permitting import MoveOrder, looked_into, permit, station_of
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.https import HttpsTransport
from tests.e2e.academy import CANDIDATE, answer, to_case
from tests.hub.test_admissions import enrol

CENTRE = "north"


@dataclass(slots=True)
class Centre:
    """The hub, a centre, its stations and a stick.

    Attributes:
        keys: Of every computer, by its name.
    """

    workshop: Workshop
    stick: Path
    keys: dict[str, StationKeys] = field(default_factory=dict)
    stations: list[Station] = field(default_factory=list)

    @classmethod
    def found(cls, folder: Path, *, source: Path, clock: Clock) -> "Centre":
        """Build the bundle and enrol everyone."""
        workshop = Workshop.open(folder, source=source, recipe=Recipe(mode="sealed"), clock=clock)
        made = cls(workshop=workshop, stick=folder / "stick")
        made.stick.mkdir()
        made.add(CENTRE, kind="centre")
        made.add("desk-1")
        made.add("desk-2")
        workshop.hub.registry.candidates.add(candidate_id=CANDIDATE, name="Alex Moreno", who="ada")
        return made

    @property
    def now_ms(self) -> int:
        """The present."""
        return self.workshop.clock.read().wall_ms

    def add(self, name: str, *, kind: Any = "station", centre_id: str = CENTRE, has_bundle: bool = True) -> None:
        """Another computer, enrolled with a centre."""
        registry = self.workshop.hub.registry
        self.keys[name] = enrol(registry, name, kind=kind, centre_id=centre_id)
        grant = registry.enrolments.grant_again(self.keys[name].station_id)
        accept_grant(self.home(name), self.keys[name], grant, academy=None, trusted=None, pin=lambda _root: None)
        self.workshop.enrolment.save(self.home(name).trust)
        if has_bundle and kind == "station":
            self.give_bundle(name)

    def give_bundle(self, name: str) -> None:
        """Import the bundle at a station."""
        Library(self.home(name).library).import_bundle(
            self.workshop.built.bundle,
            self.workshop.enrolment.policy(),
            now_ms=self.now_ms,
            app_version=__version__,
        )

    def home(self, name: str) -> Home:
        """A computer's folder."""
        return Home(folder=self.workshop.folder / name)

    def trusting(self) -> Trusting:
        """Whom every computer here believes."""
        return Trusting.by_hand(self.workshop.enrolment)

    def admit(self, **changes: Any) -> Admitted:
        """The hub admits the candidate; the admission goes out with the day's roster."""
        manifest = self.workshop.built.manifest
        given: dict[str, Any] = {
            "candidate_id": CANDIDATE,
            "forms": (Form(bundle_id=manifest.bundle_id, minimum_version=1),),
            "mode": Mode.TRIAL,
            "centre_id": CENTRE,
            "content_keys": {manifest.bundle_id: self.workshop.built.content_key},
        }
        made = self.workshop.hub.registry.admissions.admit(Order(**{**given, **changes}), who="ada")
        self.hand_out_roster()
        return made

    def hand_out_roster(self) -> None:
        """The roster of the day, taken in everywhere."""
        day = datetime.fromtimestamp(self.now_ms / 1000, tz=UTC).date()
        roster = self.workshop.hub.registry.rosters.make(RosterOrder(centre_id=CENTRE, day=day), who="ada")
        hubs = self.workshop.enrolment.hubs
        for name, keys in self.keys.items():
            grant = held_grant(self.home(name), hubs, keys)
            if grant is not None and grant.centre is not None and grant.centre.centre_id == CENTRE:
                take_in(self.home(name), roster.envelope, hubs=hubs, grant=grant)

    def station(self, name: str) -> Station:
        """A station's program, started (again)."""
        inside = InProcessTransport(create_app(self.workshop.hub))
        transport = HttpsTransport(HUB_URL, transport=inside, key=self.keys[name].signing)
        made = Station(
            self.home(name),
            keys=self.keys[name],
            trusting=self.trusting(),
            transport=transport,
            clock=self.workshop.clock,
        )
        self.stations.append(made)
        return made

    def open(self, name: str, admitted: Admitted) -> OpenSitting:
        """The candidate signs in at a station."""
        return self.station(name).open(
            candidate_id=CANDIDATE,
            admission_id=admitted.admission_id,
            language="en",
            code=admitted.sign_in_code,
        )

    def begun(self, admitted: Admitted, response: Any, name: str = "desk-1") -> None:
        """A sitting with one answer, whose station stops."""
        opened = to_case(self.open(name, admitted))
        answer(opened, response)
        self.stop()

    def stop(self) -> None:
        """Close every program."""
        for station in self.stations:
            station.close()
        self.stations.clear()

    def sitting(self, name: str, admitted: Admitted) -> Path:
        """The sitting's folder at a station."""
        return self.home(name).sittings / admitted.admission_id

    def pack(self, admitted: Admitted, name: str = "desk-1", stick: Path | None = None) -> PackedSitting:
        """At a station."""
        return pack(self.sitting(name, admitted), stick or self.stick, now_ms=self.now_ms)

    def permit(
        self, to: str = "desk-2", *, centre: str = CENTRE, stick: Path | None = None, **changes: Any
    ) -> MovePermit:
        """At the centre."""
        own, hubs = self.keys[centre], self.workshop.enrolment.hubs
        given: dict[str, Any] = {"own": own, "now_ms": self.now_ms, "issued": self.home(centre).moves}
        order: dict[str, Any] = {"who": "Pat Lee", "why": "the screen stays dark"}
        for name in ("valid_ms", "is_first_off"):
            if name in changes:
                order[name] = changes.pop(name)
        with looked_into(only_on(stick or self.stick), own=own, hubs=hubs) as looked:
            key = admissions.content_key(looked.admission, [own.sealing])
            made = MoveOrder(to=station_of(to, rosters(self.home(centre), hubs)), **order)
            return permit(looked, made, **{**given, "content_key": key, **changes})

    def arrival(self, name: str = "desk-2") -> Arrival:
        """The new station."""
        return Arrival(home=self.home(name), keys=self.keys[name], trusting=self.trusting(), clock=self.workshop.clock)

    def move_in(self, name: str = "desk-2", stick: Path | None = None, **more: Any) -> None:
        """At the new station."""
        self.arrival(name).take_in(only_on(stick or self.stick), **more)

    def close(self) -> None:
        """Let go of everything."""
        self.stop()
        self.workshop.close()
