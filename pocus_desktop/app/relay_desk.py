"""A centre's relay: its copy of the depot, what it holds for the academy, and its way there (formats/relay).

The console and the headless room open one with the room's service; the command line opens one beside them.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pocus_desktop import __version__
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.enrolment import held_grant
from pocus_desktop.admission.own_keys import own_keys
from pocus_desktop.admission.roster_folder import rosters, take_admissions
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.app.log_keeping import LogKeeping
from pocus_desktop.app.relay_papers import Papers
from pocus_desktop.bundle.carrier import Carrier
from pocus_desktop.bundle.depot.mirror import mirror
from pocus_desktop.bundle.depot.plan import Need
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.cli.relay_face import FetchedForRoom
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.crypto.keystore import open_keystore
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock, SystemClock
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring.arriving import Arriving
from pocus_desktop.proctoring.live_room import LiveRoom
from pocus_desktop.proctoring.relay import Relay
from pocus_desktop.proctoring.relay_view import HeldEnvelope
from pocus_desktop.sync.engine import Status
from pocus_desktop.sync.folder import FolderTransport
from pocus_desktop.sync.holding import Brought, Holding, state_of
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.hub_client import HubClient
from pocus_desktop.sync.outbox import Attempt
from pocus_desktop.sync.sticks import OnStick, export, flush
from pocus_desktop.sync.stocking import Stocker, Tell, carrier_of
from pocus_desktop.sync.transport import Transport
from pocus_desktop.sync.url_carrier import UrlCarrier
from pocus_desktop.sync.worker import OutboxWorker

HUB_DEPOT: Final = "/v1/depot"


class NoSourceError(PocusError):
    """Nothing says where the academy's depot is."""

    code = "app.no_source"
    blame = Blame.USER


class RelayDesk:
    """A centre's relay; any thread may call, and some calls block on a network or a disk."""

    def __init__(
        self,
        home: Home,
        *,
        keys: StationKeys | None,
        trusting: Trusting,
        clock: Clock,
        transport: Transport | None = None,
        is_alone: bool = True,
    ) -> None:
        """Open what it holds.

        Args:
            home: The centre's.
            keys: Its own, whose signing key signs for what it sends on; None where nothing is asked or sent.
            trusting: Whom it believes.
            clock: The machine's.
            transport: Instead of the hub at its address.
            is_alone: False beside a program that may be sending.

        Raises:
            OutboxUnreadableError: It cannot be read or written.
        """
        self._home = home
        self._keys = keys
        self._trusting = trusting
        self._clock = clock
        self._has_hub = transport is not None or bool(trusting.hub_url)
        way = transport or _way(home, trusting, keys)
        self.holding = Holding(home.relay, way, trusting.hubs, is_alone=is_alone)
        self._way = way
        self._log = LogKeeping(home, way, trusting.hubs)
        self._worker = OutboxWorker(self.holding.outbox, clock=clock, on_attempt=self._attempted)

    def start(self) -> None:
        """Send on what is held whenever the hub can be reached, until closed."""
        if self._has_hub:
            self._worker.start()

    def renew(self, trusting: Trusting) -> None:
        """Believe these from now on; another address of the hub counts when this is opened next."""
        self._trusting = trusting
        self.holding.outbox.believe(trusting.hubs)
        self._log = LogKeeping(self._home, self._way, trusting.hubs)

    def relay(self, room: LiveRoom) -> Relay:
        """What a room's service gives to its stations and takes from them (`proctoring.service_relay`)."""

        def station_id(key: PublicKey) -> str | None:
            station = room.station_of(key)
            return None if station is None else station.station_id

        return Relay(
            results=self.holding,
            arriving=Arriving(self._home.relay / "arriving"),
            papers=Papers(self._home, lambda: self._trusting.hubs, station_id),
            depot=self._home.relay / "depot",
            find=room.member_key,
            clock=self._clock,
            on_held=self._worker.wake,
        )

    def fetch(
        self, sources: Sequence[str] = (), *, bundles: Sequence[str] = (), tell: Tell | None = None
    ) -> FetchedForRoom:
        """Bring trust, bundles and admissions of this centre up to date, and the copy that its room fetches from.

        Args:
            sources: Depots, by address or folder; the hub's own where none is given.
            bundles: Bundles asked for beside what admissions need.
            tell: Told how far each bundle is.

        Raises:
            NoSourceError: None is given, and this centre has no hub.
            PocusError: `trust.*`: no source served.
        """
        carriers = self._carriers(sources)
        try:
            return self._fetch(carriers, bundles, tell, asks_hub=not sources)
        finally:
            for carrier in carriers:
                if isinstance(carrier, UrlCarrier):
                    carrier.close()

    def send(self) -> tuple[Attempt, ...]:
        """Try to send everything that is held, now."""
        now_ms = self._clock.read().wall_ms
        self.holding.outbox.retry(now_ms=now_ms)
        return self.holding.outbox.run_once(now_ms, on_attempt=self._attempted)

    def stick(self, stick: Path) -> tuple[OnStick, ...]:
        """Write what has no receipt to a stick, read it back, and take the receipts that lie there.

        Raises:
            NoFolderError: There is no such folder.
            FolderNotWritableError: The system does not say that it is all on the medium.
            OutboxUnreadableError: What is held cannot be read or written.
        """
        found = export(self.holding.outbox, stick, now_ms=self._clock.read().wall_ms)
        heads = LogKeeping(self._home, FolderTransport(stick), self._trusting.hubs)
        for one in found:
            document = self.holding.outbox.receipt(one.digest) if one.became == "received" else None
            if document is not None:
                heads.receipt_came(document)
        if any(one.became == "written" for one in found):
            flush(stick)
        return found

    def held(self) -> tuple[HeldEnvelope, ...]:
        """Everything that stations brought, and how far it is.

        Raises:
            OutboxUnreadableError: It cannot be read.
        """
        return tuple(map(told, self.holding.brought()))

    def names(self) -> Mapping[str, str]:
        """By the id of its device key, what people call each station of this centre's rosters, by the newest."""
        oldest_first = reversed(rosters(self._home, self._trusting.hubs))
        return {one.signing.key_id: one.name for each in oldest_first for one in each.roster.stations}

    def close(self) -> None:
        """Stop after what is under way."""
        if self._worker.close():
            self.holding.close()

    def _fetch(
        self, carriers: Sequence[Carrier], bundles: Sequence[str], tell: Tell | None, *, asks_hub: bool
    ) -> FetchedForRoom:
        stocker = Stocker(home=self._home, app_version=__version__, wall_ms=self._clock.read().wall_ms)
        refreshed = stocker.refresh(carriers)
        problems = list(refreshed.told)
        count = self._ask_hub(problems) if asks_hub else None
        todo = stocker.plan(refreshed.state, [Need(bundle_id=each) for each in bundles], hubs=self._trusting.hubs)
        stocked = stocker.carry_out(todo, refreshed.state, carriers, tell=tell)
        client, library = TrustClient(self._home.trust_state), Library(self._home.library)
        mirrored = mirror(self._home.relay / "depot", client, library, carriers)
        log.event("relay.fetched", bundles=len(mirrored.listings))
        return FetchedForRoom(stocked=stocked, mirrored=mirrored, admissions=count, problems=tuple(problems))

    def _carriers(self, sources: Sequence[str]) -> list[Carrier]:
        given = list(sources) or ([self._trusting.hub_url.rstrip("/") + HUB_DEPOT] if self._trusting.hub_url else [])
        if not given:
            raise NoSourceError
        return [carrier_of(source) for source in given]

    def _ask_hub(self, problems: list[tuple[str, PocusError]]) -> int | None:
        """Take in what the hub hands to this centre; a hub that does not answer keeps no bundle from coming."""
        if self._keys is None or not self._trusting.hub_url:
            return None
        try:
            with HubClient(self._trusting.hub_url) as client:
                came = client.admissions(self._keys.signing, now_ms=self._clock.read().wall_ms)
            grant = held_grant(self._home, self._trusting.hubs, self._keys)
            return len(take_admissions(self._home, came, hubs=self._trusting.hubs, grant=grant))
        except PocusError as problem:
            log.failure(problem)
            problems.append((self._trusting.hub_url, problem))
            return None

    def _attempted(self, attempt: Attempt) -> None:
        document = self.holding.outbox.receipt(attempt.digest) if attempt.receipt is not None else None
        if document is not None:
            self._log.receipt_came(document)


@contextmanager
def beside(home: Home, passphrase: str | None, *, signs: bool) -> Iterator[RelayDesk]:
    """A centre's relay for one command, beside the console that may be running; its keys only where it `signs`.

    Raises:
        PocusError: Its keys, its trust or what it holds cannot be opened.
    """
    keys = own_keys(open_keystore(home.keys, passphrase)) if signs else None
    trusting = Trusting.load(home)
    desk = RelayDesk(home, keys=keys, trusting=trusting, clock=SystemClock(), is_alone=False)
    try:
        yield desk
    finally:
        desk.close()


def told(brought: Brought) -> HeldEnvelope:
    """An envelope as the views have it."""
    row = brought.row
    return HeldEnvelope(
        digest=row.digest,
        station=brought.station,
        sitting=row.sitting,
        is_partial=row.is_partial,
        size_bytes=row.size_bytes,
        at_ms=brought.at_ms,
        where="received" if row.status is Status.DONE else state_of(row).value,
        problem=row.problem,
    )


def _way(home: Home, trusting: Trusting, keys: StationKeys | None) -> Transport:
    """To the hub by its address; without one, nothing is sent by itself, and sticks are written when asked for."""
    if trusting.hub_url:
        return HttpsTransport(trusting.hub_url, key=None if keys is None else keys.signing)
    return FolderTransport(home.carry)
