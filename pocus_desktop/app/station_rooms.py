"""A station and the rooms it is paired with: one link to each console, and what it says and hears there."""

import re
import shutil
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from pocus_desktop import __version__
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.documents import Centre
from pocus_desktop.admission.enrolling import EnrolmentGrant
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring.agent import Identity, RoomAgent, Seen, Standing
from pocus_desktop.proctoring.discovery import Discovery
from pocus_desktop.proctoring.documents import MOST_RECEIVED, Health
from pocus_desktop.proctoring.link import Address
from pocus_desktop.proctoring.obeying import Obeying
from pocus_desktop.proctoring.pairing import PairedRoom, load_rooms, pair, paired_by_card, save_rooms, with_room
from pocus_desktop.proctoring.telling import Teller
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.ui.candidate.desk import Link
from pocus_desktop.ui.check.battery import read_power

HEALTH_MS: Final = 5_000
"""How long what was found of the computer is told before it is looked at again."""

MEET_MS: Final = 30_000
MOST_MET: Final = 32
UNNAMED: Final = "Station"


class StationRooms:
    """The links of one station; any thread may call.

    Args:
        home: This station's.
        keys: Its keys.
        grant: Its enrolment, and as it was received; None where it was set up by hand.
        clock: The machine's.
        waiting: How many results wait to be sent.
        received: SHA-256 of those whose receipt is here, the latest last.
        hub: How it stands with the academy's hub.
        discovery: Where else consoles may be; None asks no network.
    """

    def __init__(
        self,
        home: Home,
        *,
        keys: StationKeys,
        grant: tuple[EnrolmentGrant, bytes] | None,
        clock: Clock,
        waiting: Callable[[], int],
        received: Callable[[], Sequence[str]] = tuple,
        hub: Callable[[], Link],
        discovery: Discovery | None = None,
    ) -> None:
        self._home = home
        self._keys = keys
        self._grant = grant
        self._clock = clock
        self._waiting = waiting
        self._received = received
        self._hub = hub
        self._discovery = discovery
        self._lock = threading.RLock()
        self._writing = threading.Lock()
        self._agents: dict[bytes, RoomAgent] = {}
        self._paired: tuple[PairedRoom, ...] = ()
        self._paired_as: object = None
        self._teller: Teller | None = None
        self._health: tuple[int, Health] | None = None
        self._met: dict[str, int] = {}
        self._is_closed = False
        self._obeying = Obeying(lambda: self.sitting, centre=self.centre, on_change=self.wake)

    @property
    def centre(self) -> Centre | None:
        """This station's."""
        return self._grant[0].centre if self._grant is not None else None

    @property
    def sitting(self) -> Sitting | None:
        """The sitting that is open."""
        teller = self._teller
        return teller.sitting if teller is not None else None

    @property
    def standing(self) -> Standing | None:
        """How it stands with the rooms, by the best of them; None where none is paired."""
        found = [agent.standing for agent in self._agents.values()]
        return next((each for each in ("joined", "asking", "offline") if each in found), None)

    def watch(self, sitting: Sitting) -> None:
        """A sitting was opened: it is told of from now on, and hears what is ordered."""
        self._teller = Teller(sitting, self._obeying)
        sitting.on_view(lambda _view: self.wake())
        self.wake()

    def leave(self, sitting: Sitting) -> None:
        """A sitting was closed."""
        if self.sitting is sitting:
            self._teller = None
            self._health = None  # what waits to be sent is told anew with the first report without it
            self.wake()

    def wake(self) -> None:
        """Something changed: report soon."""
        for agent in tuple(self._agents.values()):
            agent.wake()

    def refresh(self) -> None:
        """Take up the consoles that were paired since; cheap where none were, so it may be called every few seconds."""
        stamp = _stamp(self._home.paired_rooms)
        with self._lock:
            if stamp == self._paired_as or self._is_closed:
                return
            try:
                self._paired = load_rooms(self._home.paired_rooms)
            except PocusError as error:
                log.failure(error)
                return
            self._paired_as = stamp
            wanted = {room.certificate: room for room in self._paired}
            gone = [
                self._agents.pop(each)
                for each, agent in tuple(self._agents.items())
                if each not in wanted or not agent.asks_at(wanted[each].address)  # it was joined at another address
            ]
            for certificate, room in wanted.items():
                if certificate not in self._agents:
                    self._agents[certificate] = agent = self._agent(room)
                    agent.start()
        for agent in gone:  # whoever asks is not kept waiting for their last words
            agent.stop()

    def close(self) -> None:
        """End all links."""
        with self._lock:
            self._is_closed = True
            agents, self._agents = tuple(self._agents.values()), {}
        for agent in agents:
            agent.stop()
        for agent in agents:
            if not agent.close():
                log.event("room.agent_slow")
        if self._discovery is not None:
            self._discovery.close()

    def _agent(self, room: PairedRoom) -> RoomAgent:
        name = self._grant[0].name if self._grant is not None else UNNAMED
        return RoomAgent(
            room,
            who=Identity(
                keys=self._keys,
                name=name,
                grant=self._grant[1] if self._grant is not None else None,
                app_version=__version__,
            ),
            clock=self._clock,
            look=self._look,
            obey=self._obeying.take,
            elsewhere=self._elsewhere,
            on_cards=self._cards_came,
            on_standing=lambda standing, address: self._stood(room, standing, address),
        )

    def _look(self) -> Seen:
        teller = self._teller
        return Seen(sitting=teller.tell() if teller is not None else None, health=self._healthy())

    def _healthy(self) -> Health:
        now_ms, known = self._clock.read().monotonic_ms, self._health
        if known is None or not 0 <= now_ms - known[0] < HEALTH_MS:  # a disk may be slow: no lock is held for it
            self._health = known = (now_ms, self._examined())
        health = known[1]
        sitting = self.sitting
        failed = [] if sitting is None else [clip.failure for clip in sitting.state.clips.values() if clip.failure]
        return health.model_copy(update={"media_fault": _code(failed[0])}) if failed else health

    def _examined(self) -> Health:
        try:
            free: int | None = shutil.disk_usage(self._home.folder).free
        except OSError:  # the sitting tells of a disk that does not answer
            free = None
        power = read_power()
        try:
            waiting, received = self._waiting(), tuple(self._received()[-MOST_RECEIVED:])
        except PocusError:  # the window tells of it; the room must not take it for sent
            waiting, received = 1, ()
        return Health(
            disk_free_bytes=free,
            battery_percent=power.percent if power is not None else None,
            is_on_battery=power is not None and power.percent is not None and not power.is_plugged,
            outbox_waiting=waiting,
            received=received,
            hub=self._hub(),
        )

    def _elsewhere(self, room: PairedRoom) -> Iterable[Address]:
        """Where the network says it is; other consoles of this centre are met too, should this one be gone for good."""
        self._meet()
        heard = self._discovery.found() if self._discovery is not None else ()
        return tuple(each.address for each in heard if each.console == room.console)

    def _meet(self) -> None:
        """Pair with consoles that the network tells of and this centre signed a card for; each is tried seldom."""
        if self._discovery is None or self.centre is None:
            return
        now = self._clock.read()
        with self._lock:
            known = {room.console for room in self._paired}
            heard = [
                each
                for each in self._discovery.found()
                if each.console not in known
                and now.monotonic_ms - self._met.get(each.console, -MEET_MS) >= MEET_MS
                and len(self._met) < MOST_MET
            ]
            self._met.update((each.console, now.monotonic_ms) for each in heard)
        for each in heard:
            try:
                found = pair(str(each.address), centre=self.centre, now_ms=now.wall_ms)
            except PocusError as error:  # anyone can announce anything
                log.failure(error)
                continue
            self._keep(found)

    def _cards_came(self, cards: tuple[bytes, ...]) -> None:
        """Other consoles of this centre are links of their own from now on; anyone else's card counts for nothing."""
        if self.centre is None:
            return
        for card in cards:
            try:
                named = paired_by_card(card, self.centre, now_ms=self._clock.read().wall_ms)
            except PocusError as error:
                log.failure(error)
                continue
            if named:
                self._keep(named[0])

    def _keep(self, new: PairedRoom) -> None:
        """A console that was not known is a link of its own from now on."""
        with self._writing:
            rooms = load_rooms(self._home.paired_rooms)
            if new.certificate in {room.certificate for room in rooms}:
                return
            save_rooms(self._home.paired_rooms, with_room(rooms, new))
        self.refresh()

    def _stood(self, room: PairedRoom, standing: Standing, address: Address) -> None:
        """Where it was met is where results are brought (`app.room_roads`); a disk that refuses is met again."""
        log.event("room.link", standing=standing, port=address.port)
        if standing != "joined":
            return
        try:
            with self._writing:
                rooms = load_rooms(self._home.paired_rooms)
                there = [each for each in rooms if each.certificate == room.certificate and each.address != address]
                if there:
                    moved = with_room(rooms, replace(there[0], address=address))
                    save_rooms(self._home.paired_rooms, moved)
        except PocusError as error:
            log.failure(error)


def _code(reason: str) -> str:
    return re.sub(r"[^a-z0-9_.-]", "-", reason.lower())[:80]


def _stamp(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
