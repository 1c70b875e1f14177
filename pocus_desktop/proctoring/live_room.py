"""A room while it is open: its state behind a lock, its journal on the disk, and who is told (formats/room 6).

What must be kept is on the disk before anyone sees it. Any thread may call; whoever is told is called on the thread
that did it, and must only hand on.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.documents import Centre
from pocus_desktop.admission.enrolling import read_grant
from pocus_desktop.admission.proctor_order import Act, issue_order, make_order, new_order_id
from pocus_desktop.admission.room_policy import VerifiedPolicy
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import ids, log
from pocus_desktop.kernel.clock import Clock, Reading
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring import events, room, room_orders, shortening
from pocus_desktop.proctoring.documents import MOST_CARDS_TOLD, RoomReply, StationHello, StationReport
from pocus_desktop.proctoring.errors import REFUSALS, NobodySitsError, NoSuchStationError, RoomError
from pocus_desktop.proctoring.events import Event
from pocus_desktop.proctoring.policy import held_policy, require_within
from pocus_desktop.proctoring.room_orders import outstanding
from pocus_desktop.proctoring.room_state import Effect, Refuse, RoomState, Station, Step
from pocus_desktop.proctoring.shared import Shared, SharedIncident, read_shared, sign_shared
from pocus_desktop.proctoring.sharing import shared_of
from pocus_desktop.proctoring.store import RoomJournal
from pocus_desktop.proctoring.view import RoomView, room_view

JOURNAL: Final = "journal.sqlite"
LONG: Final = 20_000
"""So many rows of its journal take a console a few seconds to open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose room it is.

    Attributes:
        centre: As its grant has it.
        keys: Its own; the signing key signs orders and cards.
        hubs: Whose grants are believed.
    """

    centre: Centre
    keys: StationKeys
    hubs: tuple[PublicKey, ...]


class LiveRoom:
    """An open room; see the module."""

    def __init__(self, folder: Path, *, holder: Holder, clock: Clock) -> None:
        """Open the room of a folder, and begin it where there is none.

        Raises:
            RoomInUseError: Another program holds it.
            JournalUnusableError, LaterJournalError, BadRoomEventError: Its journal cannot be used.
        """
        self._folder = folder
        self._holder = holder
        self._clock = clock
        self._lock = threading.RLock()
        self._trouble: PocusError | None = None
        self._told: list[Callable[[tuple[Effect, ...]], None]] = []
        self._policy = held_policy(folder, holder.hubs, centre_id=holder.centre.centre_id)
        self._journal = RoomJournal(folder / JOURNAL)
        try:
            found = shortening.superseded(self._journal.rows())
            self._state = found.state
            console = self._state.console or ids.new_id("con")
            self.do(events.Opened(console=console, **self._stamp()))
            if self._journal.count() > LONG:
                self._shorten(found.superseded)
        except BaseException:
            self._journal.close()
            raise

    @property
    def state(self) -> RoomState:
        """The room as it is."""
        return self._state

    @property
    def holder(self) -> Holder:
        """Whose it is."""
        return self._holder

    @property
    def number(self) -> int:
        """Of the last row of its journal."""
        return self._journal.last

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self._folder

    @property
    def clock(self) -> Clock:
        """The console's."""
        return self._clock

    @property
    def policy(self) -> VerifiedPolicy | None:
        """What proctors may grant by themselves; None where nothing says."""
        return self._policy

    def renew(self, hubs: tuple[PublicKey, ...]) -> None:
        """Believe these from now on, and hold to the policy that lies in the folder now."""
        policy = held_policy(self._folder, hubs, centre_id=self._holder.centre.centre_id)
        with self._lock:
            self._holder = replace(self._holder, hubs=hubs)
            self._policy = policy

    def view(self, language: str = "en") -> RoomView:
        """What a proctor sees now."""
        now = self._clock.read()
        return room_view(self._state, passed_ms(now), wall_ms=now.wall_ms, language=language)

    def on_effects(self, callback: Callable[[tuple[Effect, ...]], None]) -> None:
        """Call this with what each event did besides changing the state; with nothing too, for the state changed."""
        self._told.append(callback)

    def do(self, event: Event) -> Step:
        """Take an event.

        Raises:
            RoomError: The room refuses it.
            JournalUnusableError: The disk does not take it; nothing has changed then.
        """
        with self._lock:
            done = room.step(self._state, event)
            for effect in done.effects:
                if isinstance(effect, Refuse):
                    raise REFUSALS.get(effect.code, RoomError)()
            if done.is_kept:
                self._keep(event)
            self._state = done.state
        for take in self._told:
            try:
                take(done.effects)
            except Exception as bug:  # noqa: BLE001 - what was done stands, whoever fails to hear of it
                log.bug("room.not_told", bug)
        return done

    @property
    def trouble(self) -> PocusError | None:
        """Why the journal does not take what stations tell; None while it does."""
        return self._trouble

    def _keep(self, event: Event) -> None:
        """A report counts although the disk refuses it: the truth is at its station, and it comes again each second."""
        try:
            self._journal.append(event)
        except PocusError as error:
            if self._trouble is None:
                log.failure(error)
            self._trouble = error
            if not isinstance(event, events.ReportCame):
                raise
        else:
            self._trouble = None

    def tick(self) -> None:
        """Time passed."""
        self.do(events.Ticked(**self._stamp()))

    def hello(self, hello: StationHello) -> None:
        """A station says who it is; that the request was signed by the key it names was checked.

        Raises:
            RoomError: It cannot come in.
        """
        self.do(
            events.StationCame(
                station_id=hello.sealing.key_id,
                name=hello.name,
                signing=hello.signing,
                is_ours=self._is_ours(hello),
                **self._stamp(),
            )
        )

    def report(self, report: StationReport) -> None:
        """A station reported; its sender was checked.

        Raises:
            RoomError: It is an old one, or its station is not known.
        """
        self.do(events.ReportCame(report=report, **self._stamp()))

    def reply(self, station_id: str) -> RoomReply:
        """What a station is answered, with the orders that go out to it now."""
        with self._lock:
            station = self.station(station_id)
            orders = outstanding(self._state, station_id)
            if any(order.course == "asked" for order in orders):
                handed = tuple(order.asked.order_id for order in orders)
                self.do(events.OrdersHandedOver(order_ids=handed, **self._stamp()))
        return RoomReply(
            standing="joined" if station.is_in else "asking",
            orders=tuple(order.asked.envelope for order in orders),
            mark=station.mark,
            cards=tuple(self._state.peers.values())[-MOST_CARDS_TOLD:],
            wall_ms=self._clock.read().wall_ms,
        )

    def station(self, station: str) -> Station:
        """A station by its id, or by its name where only one has it.

        Raises:
            NoSuchStationError: There is none.
        """
        found = self._state.stations.get(station)
        if found is not None:
            return found
        named = [each for each in self._state.stations.values() if each.name == station]
        if len(named) != 1:
            raise NoSuchStationError(station=station)
        return named[0]

    def key_of(self, key_id: str) -> PublicKey | None:
        """The device key of a station that said who it is, by the key's id."""
        for station in self._state.stations.values():
            if station.signing.key_id == key_id:
                return station.signing
        return None

    def member_key(self, key_id: str) -> PublicKey | None:
        """The device key of a station that is in the room, by the key's id; of one that only asks, None."""
        for station in self._state.stations.values():
            if station.is_in and station.signing.key_id == key_id:
                return station.signing
        return None

    def station_of(self, key: PublicKey) -> Station | None:
        """Whose device key it is."""
        return next((each for each in self._state.stations.values() if each.signing == key), None)

    def order(self, station: str, act: Act, *, who: str, reason: str = "") -> str:
        """Order something at a station, for the sitting that is there; the order's id. It goes out at once.

        Args:
            station: Its id, or its name.
            act: What.
            who: The proctor.
            reason: Why; some acts need one.

        Raises:
            NoSuchStationError, NobodySitsError: It cannot be ordered anything.
            BeyondPolicyError: The policy does not let a proctor grant it, and the reason names no incident.
            BadDocumentError: The act, the name or the reason does not fit.
            JournalUnusableError: The disk does not take it; it was not ordered then.
        """
        with self._lock:
            found = self.station(station)
            sitting = found.report.sitting if found.report is not None else None
            if sitting is None:
                raise NobodySitsError(station=found.name)
            if self._policy is not None:
                allowed, admission_id = self._policy.policy, sitting.admission_id
                require_within(allowed, act, self._state, admission_id=admission_id, who=who, reason=reason)
            number, after = room_orders.next_number(self._state, found.station_id, sitting.admission_id)
            order = make_order(
                {
                    "order_id": new_order_id(),
                    "centre_id": self._holder.centre.centre_id,
                    "console": self._state.console,
                    "number": number,
                    "after": after,
                    "admission_id": sitting.admission_id,
                    "sitting": sitting.sitting,
                    "station": found.signing.raw.hex(),
                    "made_at_ms": self._clock.read().wall_ms,
                    "who": who,
                    "reason": reason,
                    "act": act.model_dump(mode="json"),
                }
            )
            self.do(
                events.OrderAsked(
                    order_id=order.order_id,
                    station_id=found.station_id,
                    admission_id=sitting.admission_id,
                    number=number,
                    kind=act.kind,
                    who=who,
                    reason=reason,
                    envelope=issue_order(order, self._holder.keys.signing),
                    **self._stamp(),
                )
            )
        log.event("room.ordered", kind=act.kind, order=order.order_id)
        return order.order_id

    def withdraw(self, order_id: str, *, who: str) -> None:
        """Give an order up.

        Raises:
            OrderOverError: It was obeyed, refused or given up before.
        """
        self.do(events.OrderWithdrawn(order_id=order_id, who=who, **self._stamp()))

    def let_in(self, station: str, *, who: str) -> None:
        """Let a station in that is not of this centre."""
        self.do(events.StationLetIn(station_id=self.station(station).station_id, who=who, **self._stamp()))

    def put_out(self, station: str, *, who: str) -> None:
        """Take a station out of the room."""
        self.do(events.StationPutOut(station_id=self.station(station).station_id, who=who, **self._stamp()))

    def assign(self, station: str, candidate_id: str | None, *, who: str, admission_id: str | None = None) -> None:
        """Give a candidate a seat; None frees it."""
        self.do(
            events.StationAssigned(
                station_id=self.station(station).station_id,
                candidate_id=candidate_id,
                admission_id=admission_id,
                who=who,
                **self._stamp(),
            )
        )

    def check_in(
        self, candidate_id: str, *, who: str, how: str = "", admission_id: str | None = None, is_present: bool = True
    ) -> None:
        """A candidate's identity was looked at; or that is taken back."""
        self.do(
            events.CheckedIn(
                candidate_id=candidate_id,
                admission_id=admission_id,
                who=who,
                how=how,
                is_present=is_present,
                **self._stamp(),
            )
        )

    def answer_hand(self, station: str, *, who: str) -> None:
        """Someone is on the way to a raised hand.

        Raises:
            NoHandError: None is raised.
        """
        self.do(events.HandAnswered(station_id=self.station(station).station_id, who=who, **self._stamp()))

    def file_incident(self, fields: Mapping[str, Any]) -> None:
        """Note an incident, by the fields of `events.IncidentFiled` without its stamps."""
        self.do(events.IncidentFiled(**fields, **self._stamp()))

    def see_peer(self, console: str, card: bytes) -> None:
        """Another console of this centre was seen; its card was verified."""
        self.do(events.PeerSeen(console=console, card=card, **self._stamp()))

    def share(self, incidents: Iterable[SharedIncident] = ()) -> bytes:
        """What this console did, signed, for another one of this centre.

        Args:
            incidents: Those that are here.
        """
        with self._lock:
            state, number = self._state, self._journal.last
        centre_id = self._holder.centre.centre_id
        return sign_shared(
            shared_of(state, centre_id=centre_id, number=number, incidents=incidents), self._holder.keys.signing
        )

    def take_shared(self, envelope: bytes) -> Shared:
        """Take what another console of this centre told.

        Raises:
            PocusError: As `read_shared`.
            JournalUnusableError: The disk does not take it; it is not seen then.
        """
        holder = self._holder
        shared = read_shared(envelope, centre_id=holder.centre.centre_id, key=holder.keys.signing.public)
        self.do(events.PeerShared(shared=shared, **self._stamp()))
        return shared

    def close(self) -> None:
        """Let go of the journal."""
        self._journal.close()

    @property
    def signer(self) -> SigningKey:
        """The centre's key."""
        return self._holder.keys.signing

    def _shorten(self, gone: frozenset[int]) -> None:
        """Leave rows out that later ones say anyway; none where that changed anything, or the disk refuses."""
        rest = room.replay(event for _, event in self._journal.rows(without=gone))
        if not shortening.is_same(rest, self._state):
            log.event("room.not_shortened", rows=len(gone))
            return
        try:
            self._journal.leave_out(gone, aside=self._folder / f"journal-to-{self._journal.last}.sqlite")
        except PocusError as error:
            log.failure(error)
        else:
            log.event("room.shortened", rows=len(gone))

    def _is_ours(self, hello: StationHello) -> bool:
        """Whether a hub that is believed here says that the station belongs to this centre."""
        if hello.grant is None:
            return False
        try:
            grant = read_grant(hello.grant, academy=self._holder.hubs).grant
        except PocusError as problem:  # the proctor may let it in all the same
            log.failure(problem)
            return False
        return (
            grant.kind == "station"
            and grant.is_of == hello.is_of
            and grant.centre is not None
            and grant.centre.centre_id == self._holder.centre.centre_id
        )

    def _stamp(self) -> dict[str, int]:
        now = self._clock.read()
        return {"at_ms": passed_ms(now), "wall_ms": now.wall_ms}


def passed_ms(now: Reading) -> int:
    """Time since this boot, awake or asleep: while the console slept, orders grew old and stations fell silent."""
    return now.monotonic_ms + now.asleep_ms
