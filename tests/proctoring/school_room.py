"""A centre with its console and stations, as tests need them: real keys and grants, real TLS on the loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.documents import Centre
from pocus_desktop.admission.enrolling import EnrolmentGrant, issue_grant
from pocus_desktop.crypto.certificate import certificate_of
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel.clock import Clock, SystemClock
from pocus_desktop.proctoring import day
from pocus_desktop.proctoring.documents import SittingReport, StationHello, StationReport
from pocus_desktop.proctoring.incident_desk import IncidentDesk
from pocus_desktop.proctoring.link import Address, RoomLink
from pocus_desktop.proctoring.live_room import Holder, LiveRoom, passed_ms
from pocus_desktop.proctoring.pairing import issue_card, make_card
from pocus_desktop.proctoring.service import RoomServer, RoomService
from pocus_desktop.proctoring.service_console import console_doors
from pocus_desktop.proctoring.service_http import Counter
from pocus_desktop.proctoring.service_places import Places
from tests.proctoring.reports import RUN, report

HUB = SigningKey.from_seed(b"h" * 32)
CENTRE_KEYS = StationKeys(signing=SigningKey.from_seed(b"c" * 32), sealing=SealingKey.from_seed(b"C" * 32))
CENTRE = Centre(
    signing=CENTRE_KEYS.signing.public, sealing=CENTRE_KEYS.sealing.public, centre_id="north", name="North Centre"
)
HOLDER = Holder(centre=CENTRE, keys=CENTRE_KEYS, hubs=(HUB.public,))


def grant_of(keys: StationKeys, name: str, centre: Centre | None = CENTRE, hub: SigningKey = HUB) -> bytes:
    """A hub's grant for a station."""
    return issue_grant(
        EnrolmentGrant(
            signing=keys.signing.public,
            sealing=keys.sealing.public,
            enrolment_id="enr-1",
            kind="station",
            name=name,
            centre=centre,
            hubs=(hub.public,),
            granted_at_ms=1,
        ),
        hub,
    )


@dataclass
class Seat:
    """A station as the network sees it."""

    name: str = "Station 1"
    keys: StationKeys = field(default_factory=StationKeys.generate)
    run: str = RUN
    number: int = 0

    @property
    def station_id(self) -> str:
        return self.keys.station_id

    def hello(self, *, grant: bytes | None = None, is_granted: bool = True) -> StationHello:
        given = grant if grant is not None or not is_granted else grant_of(self.keys, self.name)
        return StationHello(
            name=self.name, signing=self.keys.signing.public, sealing=self.keys.sealing.public, grant=given
        )

    def report(self, sitting: SittingReport | None = None, **changes: Any) -> StationReport:
        self.number += 1
        fields = {"station_id": self.station_id, "name": self.name, "run": self.run, "number": self.number}
        return report(**(fields | {"sitting": sitting} | changes))


@dataclass
class Console:
    """An open console."""

    room: LiveRoom
    service: RoomService
    server: RoomServer
    key: SigningKey

    @property
    def address(self) -> Address:
        return Address("127.0.0.1", self.server.port)

    @property
    def certificate(self) -> bytes:
        return certificate_of(self.key)

    def link(self, key: SigningKey | None = None) -> RoomLink:
        return RoomLink(self.address, self.certificate, key)


@contextmanager
def console(
    folder: Path,
    *,
    key: SigningKey | None = None,
    port: int = 0,
    clock: Clock | None = None,
    wait_s: float = 5.0,
    counter: Counter | None = None,
    holder: Holder = HOLDER,
    most_connections: int | None = None,
    **bounds: Any,
) -> Iterator[Console]:
    """A console that listens on the loopback."""
    clock = clock or SystemClock()
    key = key or SigningKey.from_seed(b"t" * 32)
    room = LiveRoom(folder, holder=holder, clock=clock)

    def card() -> bytes:
        now_ms = clock.read().wall_ms
        made = make_card(
            key,
            centre=holder.centre,
            console=room.state.console,
            name="Room 1",
            addresses=[f"127.0.0.1:{server.port}"],
            now_ms=now_ms,
        )
        return issue_card(made, holder.keys.signing)

    places = None if most_connections is None else Places(most_connections)
    service = RoomService(room, clock=clock, card=card, wait_s=wait_s, counter=counter, places=places)
    doors = console_doors(
        service,
        closing=lambda: day.closing(room.state, (), now_ms=passed_ms(clock.read())),
        incidents=lambda: IncidentDesk.of(room, folder, clock=clock),
    )
    server = RoomServer(service, key, further=doors, host="127.0.0.1", port=port, **bounds)
    server.start()
    try:
        yield Console(room=room, service=service, server=server, key=key)
    finally:
        server.close()
        room.close()
