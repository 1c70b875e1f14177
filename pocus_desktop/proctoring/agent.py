"""A station's end of its room: tells where it stands, hears what is ordered, on threads of its own (formats/room 4).

Nothing here can stop a sitting: the room is asked by threads that nobody waits for, a console that is gone, lies or
answers slowly costs those threads their time and nothing else. What is ordered goes through one port, which verifies.

1. A report goes out every second, and sooner when something changed, though never more than five a second.
2. A second thread waits for orders while the room answers, so that one arrives at once and not with the next report.
3. After a failure it is tried again soon, later each time up to a few seconds, each station at another moment.
4. A console that does not answer where it was is looked for where its card or the network says that it may be.
"""

import threading
import time
from collections.abc import Callable, Iterable
from random import Random
from typing import Final, Literal, NamedTuple, TypeAlias

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.kernel import ids, log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.rate import Bucket, Rate, draw
from pocus_desktop.proctoring.documents import Health, RoomReply, SittingReport, StationHello, StationReport
from pocus_desktop.proctoring.errors import UnknownStationError
from pocus_desktop.proctoring.link import Address, RoomLink
from pocus_desktop.proctoring.pairing import PairedRoom

EVERY_S: Final = 1.0
LEAST_S: Final = 0.2
FIRST_RETRY_S: Final = 0.5
LAST_RETRY_S: Final = 4.0
"""A room that is back is found again within this and one report: within five seconds."""

WAITS: Final = Rate(burst=60, per_minute=120)
"""How often orders are asked for: a console that answers every question at once is not asked without end."""

PATIENCE_S: Final = 1.0

Standing: TypeAlias = Literal["offline", "asking", "joined"]


class Seen(NamedTuple):
    """What a station says of itself at a moment; None where nobody sits."""

    sitting: SittingReport | None
    health: Health


class Identity(NamedTuple):
    """Who a station is.

    Attributes:
        name: What people call it.
        grant: The hub's, as it was received; None for one that was set up by hand.
    """

    keys: StationKeys
    name: str
    grant: bytes | None
    app_version: str


def retry_s(failures: int, chance: float) -> float:
    """How long to wait after so many failures in a row: half of it for sure, half by chance."""
    whole: float = min(FIRST_RETRY_S * (1 << min(failures - 1, 8)), LAST_RETRY_S)
    return whole * (0.5 + chance / 2)


class RoomAgent:
    """One station's link to one console.

    Args:
        room: The console.
        who: The station.
        clock: The machine's.
        look: What the station says of itself now; called on this agent's thread, must not wait.
        obey: Takes the envelope of an order, verifies it, and sees to it; the same one may come often.
        elsewhere: Where else the console may be, when it does not answer.
        on_cards: Takes the cards of other consoles that came, unverified.
        on_standing: Told when it changes, with the address that answered; both on an agent's thread.
        random: Spreads stations.
    """

    def __init__(
        self,
        room: PairedRoom,
        *,
        who: Identity,
        clock: Clock,
        look: Callable[[], Seen],
        obey: Callable[[bytes], None],
        elsewhere: Callable[[PairedRoom], Iterable[Address]] = lambda _room: (),
        on_cards: Callable[[tuple[bytes, ...]], None] = lambda _cards: None,
        on_standing: Callable[[Standing, Address], None] = lambda _standing, _address: None,
        random: Random | None = None,
    ) -> None:
        self.room = room
        self._who = who
        self._clock = clock
        self._look = look
        self._obey = obey
        self._elsewhere = elsewhere
        self._on_cards = on_cards
        self._on_standing = on_standing
        self._random = random or Random()
        self._run = ids.new_id("run")
        self._number = 0
        self._mark = 0
        self._standing: Standing = "offline"
        self._address = room.address
        self._cards: tuple[bytes, ...] = ()
        self._stop = threading.Event()
        self._wish = threading.Event()
        self._linked = threading.Event()
        self._links: set[RoomLink] = set()
        self._links_lock = threading.Lock()
        self._reporting = threading.Thread(target=self._report_on, name="pocus-room-report", daemon=True)
        self._waiting = threading.Thread(target=self._wait_on, name="pocus-room-orders", daemon=True)

    @property
    def standing(self) -> Standing:
        """Whether the room answers, and whether this station is of it."""
        return self._standing

    def asks_at(self, address: Address) -> bool:
        """Whether it asks at an address, now or when it looks for its console again."""
        return address in {self.room.address, self._address}

    def start(self) -> None:
        """Begin."""
        self._reporting.start()
        self._waiting.start()

    def wake(self) -> None:
        """Something changed: report soon. From any thread; never waits."""
        self._wish.set()

    def close(self) -> bool:
        """Stop; whether both threads ended in a moment. A connection that is being made ends with its time-out."""
        self.stop()
        until = time.monotonic() + PATIENCE_S
        for thread in (self._reporting, self._waiting):
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(max(until - time.monotonic(), 0))
        return not (self._reporting.is_alive() or self._waiting.is_alive())

    def stop(self) -> None:
        """Begin to stop; never waits. What is under way is cut off: nothing of it would be missed."""
        self._stop.set()
        self._wish.set()
        self._linked.set()
        with self._links_lock:
            for link in self._links:
                link.cut()

    def _report_on(self) -> None:
        failures = 0
        while not self._stop.is_set():
            link = self._open(self._address)
            try:
                while not self._stop.is_set():
                    self._wish.clear()
                    self._take(self._say(link))
                    failures = 0
                    self._linked.set()
                    if not self._stop.wait(LEAST_S):  # rule 1
                        self._wish.wait(EVERY_S - LEAST_S)
            except PocusError as error:
                failures += 1
                self._lost(error)
            except Exception as bug:  # noqa: BLE001 - a mistake in here must not leave the station silent for the day
                failures += 1
                log.bug("room.agent_failed", bug)
            finally:
                self._close(link)
            if failures and not self._stop.wait(retry_s(failures, self._random.random())):
                self._address = self._next_address(failures)

    def _wait_on(self) -> None:
        """Rule 2."""
        bucket: Bucket | None = None
        while not self._stop.is_set():
            self._linked.wait()
            if self._stop.is_set():
                return
            link = self._open(self._address)
            try:
                while self._linked.is_set():
                    bucket, wait_ms = draw(bucket, WAITS, self._clock.read().monotonic_ms)
                    if self._stop.wait(wait_ms / 1000):
                        return
                    self._take(link.wait(self._mark))
            except PocusError as error:
                if self._linked.is_set() and not self._stop.is_set():
                    log.event("room.orders_link_lost", code=error.code)
                self._linked.clear()  # the next report that is answered sets it
            except Exception as bug:  # noqa: BLE001 - as above
                self._linked.clear()
                log.bug("room.agent_failed", bug)
            finally:
                self._close(link)

    def _say(self, link: RoomLink) -> RoomReply:
        seen = self._look()
        self._number += 1
        report = StationReport(
            station_id=self._who.keys.station_id,
            name=self._who.name,
            run=self._run,
            number=self._number,
            app_version=self._who.app_version,
            wall_ms=self._clock.read().wall_ms,
            sitting=seen.sitting,
            health=seen.health,
        )
        try:
            return link.report(report)
        except UnknownStationError:
            keys = self._who.keys
            link.hello(
                StationHello(
                    name=self._who.name,
                    signing=keys.signing.public,
                    sealing=keys.sealing.public,
                    grant=self._who.grant,
                )
            )
            return link.report(report)

    def _take(self, reply: RoomReply) -> None:
        self._mark = reply.mark
        for envelope in reply.orders:
            try:
                self._obey(envelope)
            except PocusError as error:  # one that is not for here keeps no other back
                log.failure(error)
        if reply.cards != self._cards:
            self._cards = reply.cards
            self._on_cards(reply.cards)
        self._stand(reply.standing)

    def _lost(self, error: PocusError) -> None:
        if self._standing != "offline" and not self._stop.is_set():
            log.failure(error)
        self._linked.clear()
        self._stand("offline")

    def _stand(self, standing: Standing) -> None:
        if standing != self._standing:
            self._standing = standing
            self._on_standing(standing, self._address)

    def _next_address(self, failures: int) -> Address:
        """Rule 4; the one that was known first comes round again."""
        try:
            known = tuple(dict.fromkeys((self.room.address, *self._elsewhere(self.room))))
        except PocusError as error:
            log.failure(error)
            known = (self.room.address,)
        return known[failures % len(known)]

    def _open(self, address: Address) -> RoomLink:
        link = RoomLink(address, self.room.certificate, self._who.keys.signing)
        with self._links_lock:
            self._links.add(link)
        if self._stop.is_set():
            link.cut()
        return link

    def _close(self, link: RoomLink) -> None:
        with self._links_lock:
            self._links.discard(link)
        link.close()
