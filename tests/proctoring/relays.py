"""A room's relay on real sockets with TLS 1.3, between stations and a hub."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.handing_out import write_admissions, write_releases
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel.clock import Clock, SystemClock
from pocus_desktop.proctoring.arriving import Arriving
from pocus_desktop.proctoring.relay import HasPapers, Relay
from pocus_desktop.proctoring.service_relay import relay_doors
from pocus_desktop.sync.holding import Holding
from pocus_desktop.sync.relay import RelayTransport
from pocus_desktop.sync.transport import Transport
from tests.hub.certificates import write_certificate
from tests.hub.loopback import running
from tests.hub.school import School


@dataclass
class Papers:
    """The same for every station."""

    envelopes: tuple[bytes, ...] = ()
    files: tuple[bytes, ...] = ()
    asked: list[PublicKey] = field(default_factory=list)

    def admissions(self, station: PublicKey) -> bytes:
        self.asked.append(station)
        return write_admissions(self.envelopes)

    def releases(self, station: PublicKey) -> bytes:
        self.asked.append(station)
        return write_releases(self.files)


@dataclass
class Centre:
    """A centre's computer with a relay.

    Attributes:
        stations: Whom its room knows.
        forward: How it reaches the hub.
    """

    school: School
    folder: Path
    forward: Transport
    stations: list[StationKeys]
    papers: HasPapers = field(default_factory=Papers)
    clock: Clock = field(default_factory=SystemClock)
    free_bytes: Callable[[Path], int] = lambda _folder: 10**12
    holding: Holding = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate = write_certificate(self.folder / "room.pem", "127.0.0.1")
        self.open()

    def open(self) -> None:
        """(Again) from its folder."""
        self.holding = Holding(
            self.folder / "relay", self.forward, [self.school.keys.signing.public], free_bytes=self.free_bytes
        )

    @property
    def trust(self) -> ssl.SSLContext:
        """What a station that was paired with this room trusts."""
        return pinned(self.certificate)

    def find(self, key_id: str) -> PublicKey | None:
        known = {one.signing.key_id: one.signing.public for one in self.stations}
        return known.get(key_id)

    def relay(self) -> Relay:
        return Relay(
            results=self.holding,
            arriving=Arriving(self.folder / "relay" / "arriving"),
            papers=self.papers,
            depot=self.folder / "depot",
            find=self.find,
            clock=self.clock,
        )

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The room's address while it serves."""
        app = Starlette(routes=[relay_doors(self.relay())])
        configured = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", ws="none", ssl_certfile=self.certificate
        )
        configured.load()
        assert configured.ssl is not None
        configured.ssl.minimum_version = ssl.TLSVersion.TLSv1_3
        with running(configured) as port:
            yield f"https://127.0.0.1:{port}"

    def send(self, now_ms: int) -> None:
        """Whatever waits goes to the hub, whenever it is due."""
        self.holding.outbox.retry(now_ms=now_ms)
        self.holding.outbox.run_once(now_ms)

    def close(self) -> None:
        self.holding.close()


def pinned(certificate: Path) -> ssl.SSLContext:
    """Trusts one certificate and nothing else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cafile=str(certificate))
    return context


def station(centre: Centre, url: str, keys: StationKeys | None = None) -> RelayTransport:
    """A station's way to the relay."""
    own = keys or centre.stations[0]
    return RelayTransport(url, key=own.signing, trust=centre.trust, connect_s=5, stall_s=5)
