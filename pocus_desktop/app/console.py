"""`pocus proctor`: the console's window over a centre's home, with the room's service and the relay behind it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Generic, TypeVar

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.enrolling import EnrolmentGrant
from pocus_desktop.admission.own_keys import own_keys
from pocus_desktop.admission.roster_folder import rosters
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.app.closing import closing
from pocus_desktop.app.console_desk import ConsoleDesk
from pocus_desktop.app.console_known import Hosted
from pocus_desktop.app.console_rehearsal import ConsoleRehearsal
from pocus_desktop.app.display import require_display
from pocus_desktop.app.relay_desk import RelayDesk
from pocus_desktop.app.room_links import interfaces
from pocus_desktop.cli.faces import RoomPlace
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.crypto.keystore import open_keystore
from pocus_desktop.kernel import log, words
from pocus_desktop.kernel.clock import Clock, SystemClock
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.proctoring.hosting import holder_of, open_console
from pocus_desktop.proctoring.incident_desk import IncidentDesk
from pocus_desktop.proctoring.incident_sending import IncidentCarrier
from pocus_desktop.proctoring.service_relay import relay_doors
from pocus_desktop.proctoring.tls import fingerprint, room_key
from pocus_desktop.sync.errors import NoReceiptYetError
from pocus_desktop.sync.hub_client import HubClient
from pocus_desktop.sync.incident_carrier import FolderIncidents, HubIncidents
from pocus_desktop.ui import event_loop, qt_messages
from pocus_desktop.ui.launch import make_application
from pocus_desktop.ui.proctor.window import ProctorWindow
from pocus_desktop.ui.words import Words

WINDOW_PX: Final = (1600, 1000)
_Found = TypeVar("_Found")
HELD_AGE_MS: Final = 2_000
"""How old what is told of held results may be."""


class NoHubError(PocusError):
    """What is to be sent has no address to go to."""

    code = "console.no_hub"
    blame = Blame.ENVIRONMENT


def _aside(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="console-held", daemon=True).start()


class Remembered(Generic[_Found]):
    """What the relay holds, or reports that wait: read again after a while and aside.

    The window asks on every beat, and waits for no disk.

    Args:
        look: Reads it from the disk.
        clock: The machine's.
        aside: Runs what reads, on another thread.
    """

    def __init__(
        self,
        look: Callable[[], tuple[_Found, ...]],
        clock: Clock,
        *,
        aside: Callable[[Callable[[], None]], None] = _aside,
    ) -> None:
        self._look, self._clock, self._aside = look, clock, aside
        self._found: tuple[_Found, ...] = ()
        self._read_ms: int | None = None
        self._is_reading = False

    def now(self) -> tuple[_Found, ...]:
        """What was there when it was read last; nothing before the first time. On one thread."""
        now_ms = self._clock.read().monotonic_ms
        if not self._is_reading and (self._read_ms is None or now_ms - self._read_ms >= HELD_AGE_MS):
            self._read_ms, self._is_reading = now_ms, True
            self._aside(self._read)
        return self._found

    def _read(self) -> None:
        try:
            self._found = self._look()
        except PocusError as problem:
            log.failure(problem)
        except Exception as bug:  # noqa: BLE001 - a thread has no one above it, and it is read again
            log.bug("console.held_failed", bug)
        finally:
            self._is_reading = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDesk:
    """A desk and what its window is made of.

    Attributes:
        open_incidents: As of the window.
        send_incidents: Tries what waits, once; for a worker.
    """

    desk: ConsoleDesk
    open_incidents: Callable[[], IncidentDesk | None]
    send_incidents: Callable[[str], Explanation]


def proctor(home: Home, *, place: RoomPlace, passphrase: str | None, language: str, who: str) -> int:
    """Run the console until its window is closed; the exit status.

    Args:
        home: The centre's.
        place: Where its room is served.
        passphrase: Of its keys, where the operating system has no key store.
        language: Of the window.
        who: The proctor, where known already.

    Raises:
        PocusError: There is no display, or the keys, the room or the relay cannot be opened.
    """
    require_display()
    qt_messages.route()
    with open_desk(home, place=place, passphrase=passphrase, who=who) as opened:
        application = make_application()
        window = show_console(opened, language=language)
        try:
            return event_loop.run(application)
        finally:
            window.close()


def show_console(opened: OpenDesk, *, language: str) -> ProctorWindow:
    """The window over an open desk; an application must exist."""
    window = ProctorWindow(
        opened.desk,
        words=Words(language),
        open_incidents=opened.open_incidents,
        send_incidents=partial(opened.send_incidents, language),
    )
    window.resize(*WINDOW_PX)
    window.show()
    return window


@contextmanager
def open_desk(home: Home, *, place: RoomPlace, passphrase: str | None, who: str = "") -> Iterator[OpenDesk]:
    """The desk of a centre's home: with its room open as soon as the academy enrolled it.

    Raises:
        PocusError: The keys, the room or the relay cannot be opened.
    """
    clock = SystemClock()
    store = open_keystore(home.keys, passphrase)
    keys = own_keys(store)
    with ExitStack() as held:

        def host(_grant: EnrolmentGrant) -> Hosted:
            return held.enter_context(hosted(home, keys=keys, key=room_key(store), clock=clock, place=place))

        rehearsal = ConsoleRehearsal(home.room, key=keys.signing, clock=clock)
        held.callback(rehearsal.close)
        desk = ConsoleDesk(home, keys=keys, clock=clock, host=host, who=who, rehearsal=rehearsal)
        held.callback(desk.close)

        def incidents() -> IncidentDesk | None:
            if desk.room is None:
                return None
            return IncidentDesk.of(
                desk.room, home.room, clock=clock, rosters=lambda: rosters(home, Trusting.load(home).hubs)
            )

        def send(language: str) -> Explanation:
            filed, hub_url = incidents(), Trusting.load(home).hub_url
            if filed is None or not hub_url:
                raise NoHubError
            with HubClient(hub_url) as client:
                return _sent(filed, HubIncidents(client, keys.signing, clock), language)

        yield OpenDesk(desk=desk, open_incidents=incidents, send_incidents=send)


@contextmanager
def hosted(home: Home, *, keys: StationKeys, key: SigningKey, clock: Clock, place: RoomPlace) -> Iterator[Hosted]:
    """The room of an enrolled centre, served, with its relay beside it.

    Raises:
        PocusError: The room or the relay cannot be opened.
    """
    trusting = Trusting.load(home)
    relay = RelayDesk(home, keys=keys, trusting=trusting, clock=clock)
    try:
        with open_console(
            home,
            holder=holder_of(home, keys, trusting.hubs),
            key=key,
            clock=clock,
            name=place.name,
            host=place.host,
            port=place.port,
            interfaces=interfaces(),
            peers=place.peers,
            further=lambda room: [relay_doors(relay.relay(room))],
            closing=lambda room: closing(home, room, relay, clock),
        ) as console:
            relay.start()

            def incidents() -> IncidentDesk:
                return IncidentDesk.of(
                    console.room, home.room, clock=clock, rosters=lambda: rosters(home, console.room.holder.hubs)
                )

            waiting = Remembered(lambda: incidents().waiting(), clock)
            yield Hosted(
                room=console.room,
                addresses=tuple(map(str, console.addresses)),
                pairing=lambda language: " ".join(console.words(language)),
                qr=console.qr,
                fingerprint=fingerprint(console.key.public).hex(),
                results=Remembered(relay.held, clock).now,
                stick=lambda path: _write(relay, path),
                reports=lambda: len(waiting.now()),
                reports_to=lambda path: _carried(incidents(), path),
                silent_consoles=lambda: console.peering.silent,
                renew=relay.renew,
            )
    finally:
        relay.close()


def _write(relay: RelayDesk, path: Path) -> int:
    return sum(one.became == "written" for one in relay.stick(path))


def _carried(filed: IncidentDesk, path: Path) -> int:
    """How many reports lie on a stick now and wait for their receipt.

    Raises:
        PocusError: One could not be written.
    """
    if not filed.waiting():
        return 0
    sent = filed.send(FolderIncidents(path))
    for one in sent:
        if one.error is not None and not isinstance(one.error, NoReceiptYetError):
            raise one.error
    return sum(one.receipt is None for one in sent)


def _sent(filed: IncidentDesk, carrier: IncidentCarrier, language: str) -> Explanation:
    sent = filed.send(carrier)
    refused = [one for one in sent if one.error is not None]
    if refused and refused[0].error is not None:
        raise refused[0].error
    return Explanation(
        what=words.say("console.incidents_sent.what", language, count=len(sent)),
        next=words.say("console.incidents_sent.next", language),
    )
