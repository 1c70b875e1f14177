"""An open console: the room, its service at a port, its card, its announcement."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.enrolment import held_grant
from pocus_desktop.crypto.certificate import certificate_of
from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, to_base64
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import checked, log
from pocus_desktop.kernel.canonical import BadJsonError
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring.asks import ASKED_REFUSALS
from pocus_desktop.proctoring.close_out import Checklist
from pocus_desktop.proctoring.discovery import Announcement, own_addresses
from pocus_desktop.proctoring.errors import NoRoomHereError, NotServingError
from pocus_desktop.proctoring.incident_desk import IncidentDesk
from pocus_desktop.proctoring.link import Address, RoomLink, read_address, shown_certificate
from pocus_desktop.proctoring.live_room import Holder, LiveRoom
from pocus_desktop.proctoring.pairing import issue_card, make_card, read_card, room_qr, room_words, says_more
from pocus_desktop.proctoring.peering import Peering
from pocus_desktop.proctoring.service import DEFAULT_PORT, Door, RoomServer, RoomService
from pocus_desktop.proctoring.service_console import console_doors

SERVING: Final = "serving.json"
ROOM_NAME: Final = "Room"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenConsole:
    """A console while it is open.

    Attributes:
        addresses: Where stations may reach it, the likeliest first.
        key: Its TLS key.
        peering: Asks the other consoles what they did.
    """

    room: LiveRoom
    addresses: tuple[Address, ...]
    key: SigningKey
    peering: Peering

    def words(self, language: str = "en") -> tuple[str, ...]:
        """What is typed at a station of no centre, or of another."""
        return room_words(self.key.public, language)

    @property
    def qr(self) -> str:
        """The same as a QR code, with the address."""
        return room_qr(self.addresses[0], self.key.public)


def holder_of(home: Home, keys: StationKeys, hubs: tuple[PublicKey, ...]) -> Holder:
    """Whose room this computer's is.

    Raises:
        NoRoomHereError: It is no centre.
        PocusError: Its enrolment cannot be read.
    """
    grant = held_grant(home, hubs, keys)
    if grant is None or grant.kind != "centre" or grant.centre is None:
        raise NoRoomHereError
    return Holder(centre=grant.centre, keys=keys, hubs=hubs)


@contextmanager
def open_console(
    home: Home,
    *,
    holder: Holder,
    key: SigningKey,
    clock: Clock,
    name: str = ROOM_NAME,
    host: str = "0.0.0.0",  # noqa: S104 - as of the server
    port: int = DEFAULT_PORT,
    interfaces: Sequence[str] | None = None,
    peers: Sequence[str] = (),
    further: Callable[[LiveRoom], Sequence[Door]] = lambda _room: (),
    closing: Callable[[LiveRoom], Checklist] | None = None,
) -> Iterator[OpenConsole]:
    """Hold a console open.

    Args:
        home: The centre's.
        holder: Whose room it is.
        key: The console's TLS key.
        clock: The machine's.
        name: What people call the room.
        host: Where to listen.
        port: 0 takes a free one.
        interfaces: As for `discovery.Announcement`; empty announces nothing.
        peers: Addresses of other consoles of this centre, which are told of this one and tell stations of it.
        further: Doors beside the room's own, such as the relay's.
        closing: How the room stands at its end; None where nobody asks.

    Raises:
        RoomError: The room is open elsewhere, its journal does not work, or the port is taken.
        BadDocumentError: The name is none.
    """
    with ExitStack() as held:
        room = LiveRoom(home.room, holder=holder, clock=clock)
        held.callback(room.close)
        addresses: list[Address] = []

        def card() -> bytes:
            made = make_card(
                key,
                centre=holder.centre,
                console=room.state.console,
                name=name,
                addresses=[str(each) for each in addresses][:8],
                now_ms=clock.read().wall_ms,
            )
            return issue_card(made, holder.keys.signing)

        card()  # a name that is none is told before anyone listens
        service = RoomService(room, clock=clock, card=card)

        def incidents() -> IncidentDesk:
            return IncidentDesk.of(room, home.room, clock=clock)

        doors = console_doors(service, closing=None if closing is None else partial(closing, room), incidents=incidents)
        server = RoomServer(service, key, further=[*doors, *further(room)], host=host, port=port)
        numbers = (host,) if host not in {"0.0.0.0", "::", ""} else own_addresses()  # noqa: S104 - as above
        addresses += [Address(each, server.port) for each in numbers]
        server.start()
        held.callback(server.close)
        if interfaces is None or interfaces:
            told = Announcement(
                console=room.state.console, name=name, addresses=numbers, port=server.port, interfaces=interfaces
            )
            held.callback(told.close)
        for peer in peers:
            meet(room, peer, card(), now_ms=clock.read().wall_ms)
        _note_serving(home.room / SERVING, Address(_reached_at(host), server.port), certificate_of(key))
        held.callback(_forget_serving, home.room / SERVING)
        log.event("room.serving", port=server.port)
        peering = Peering(room, incidents=incidents, clock=clock)
        peering.start()
        held.callback(peering.close)
        yield OpenConsole(room=room, addresses=tuple(addresses), key=key, peering=peering)


def meet(room: LiveRoom, peer: str, card: bytes, *, now_ms: int) -> None:
    """Show this console's card to another one of the centre, and take its own.

    Raises:
        RoomError: It does not answer, or is no console of this centre.
    """
    address = read_address(peer)
    link = RoomLink(address, shown_certificate(address))
    try:
        theirs = link.meet(card)
    finally:
        link.close()
    shown = read_card(theirs, room.holder.centre, now_ms=now_ms)
    if says_more(shown, room.state.peers.get(shown.console)):
        room.see_peer(shown.console, theirs)


def own_console(home: Home, key: SigningKey) -> RoomLink:
    """A link to the console that is open on this computer, for whoever holds the centre's key.

    Raises:
        NotServingError: None is open.
    """
    try:
        document = checked.decode((home.room / SERVING).read_bytes())
    except FileNotFoundError as problem:
        raise NotServingError from problem
    except BadJsonError as problem:
        raise NotServingError from problem
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    match document:
        case {"address": str(address), "certificate": str(certificate)}:
            try:
                der = from_base64(certificate, field="certificate")
                return RoomLink(read_address(address), der, key, refusals=ASKED_REFUSALS)
            except (BadEncodingError, PocusError) as problem:
                raise NotServingError from problem
    raise NotServingError


def _note_serving(path: Path, address: Address, certificate: bytes) -> None:
    try:
        write_atomically(path, checked.encode({"address": str(address), "certificate": to_base64(certificate)}))
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem


def _forget_serving(path: Path) -> None:
    with suppress(OSError):  # it is told as not reached then
        path.unlink(missing_ok=True)


def _reached_at(host: str) -> str:
    """Where this very computer reaches what listens there."""
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - as above
