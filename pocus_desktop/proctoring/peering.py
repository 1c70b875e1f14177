"""A console asks the other consoles of its room what they did, now and then, on a thread of its own (formats/room 7).

1. Only consoles whose cards were met are asked, at the addresses of their cards, with the centre's key.
2. What comes is verified, then kept in this room's journal where it says something else than before.
3. Reports of incidents that are not here are fetched. Two that contradict each other are both kept, and told.
4. A console that does not answer is asked again; what it told last stands, and it is told as silent.
"""

import threading
from collections.abc import Callable
from typing import Final

from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.incident_desk import IncidentDesk
from pocus_desktop.proctoring.link import RoomLink, read_address
from pocus_desktop.proctoring.live_room import LiveRoom
from pocus_desktop.proctoring.pairing import read_card
from pocus_desktop.proctoring.shared import Shared

EVERY_S: Final = 5.0


class Peering:
    """Asks; `close` waits for what is under way.

    Args:
        room: This console's.
        incidents: Its desk of incidents, as it is then.
        clock: The machine's.
        every_s: How often each console is asked.
    """

    def __init__(
        self, room: LiveRoom, *, incidents: Callable[[], IncidentDesk], clock: Clock, every_s: float = EVERY_S
    ) -> None:
        self._room, self._incidents, self._clock, self._every_s = room, incidents, clock, every_s
        self._stop = threading.Event()
        self._silent: frozenset[str] = frozenset()
        self._asking = threading.Thread(target=self._ask_on, name="pocus-room-peers", daemon=True)

    @property
    def silent(self) -> int:
        """How many of the consoles that were met did not answer when they were asked last."""
        return len(self._silent)

    def start(self) -> None:
        """Begin."""
        self._asking.start()

    def close(self) -> None:
        """Stop after what is under way."""
        self._stop.set()
        if self._asking.is_alive():
            self._asking.join()

    def ask(self) -> None:
        """Ask every console once."""
        silent = set()
        for console, card in tuple(self._room.state.peers.items()):
            try:
                self._ask_one(card)
            except PocusError as error:
                silent.add(console)
                if console not in self._silent:
                    log.failure(error)
        self._silent = frozenset(silent)

    def _ask_on(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                self.ask()
            except Exception as bug:  # noqa: BLE001 - a mistake in it must not end it for the day
                log.bug("room.peering_failed", bug)

    def _ask_one(self, envelope: bytes) -> None:
        """At the first of its addresses that answers.

        Raises:
            PocusError: None does, or what comes does not count.
        """
        holder = self._room.holder
        card = read_card(envelope, holder.centre, now_ms=self._clock.read().wall_ms)
        refused: PocusError | None = None
        for address in card.addresses:
            link = RoomLink(read_address(address), card.certificate, holder.keys.signing)
            try:
                shared = self._room.take_shared(link.shared())
                self._take_incidents(link, shared)
            except PocusError as error:
                refused = error
            else:
                return
            finally:
                link.close()
        if refused is not None:
            raise refused

    def _take_incidents(self, link: RoomLink, shared: Shared) -> None:
        if not shared.incidents:
            return
        desk = self._incidents()
        for one in shared.incidents:
            if not desk.has(one.reference, one.digest):
                desk.take(link.incident(one.digest))
