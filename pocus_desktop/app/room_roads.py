"""A station's ways to the academy: the hub, the relays of the rooms it knows, a folder (formats/relay 4)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sync.folder import FolderTransport
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.relay import RelayTransport
from pocus_desktop.sync.roads import Roads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pocus_desktop.proctoring.pairing import PairedRoom

CONNECT_S: Final = 3.0
"""How long connecting to a room takes at most; it is in the same building."""


def station_roads(home: Home, trusting: Trusting, key: SigningKey) -> Roads:
    """The ways of a station, the preferred first; rooms that it is paired with later count from then on."""
    rooms = PairedRelays(home, key)
    if trusting.hub_url:
        return Roads([HttpsTransport(trusting.hub_url, key=key)], relays=rooms.now, on_close=rooms.close)
    home.carry.mkdir(parents=True, exist_ok=True)
    return Roads([], relays=rooms.now, last=[FolderTransport(home.carry)], on_close=rooms.close)


class PairedRelays:
    """Transports to the rooms that a station is paired with; made once for each."""

    def __init__(self, home: Home, key: SigningKey) -> None:
        self._home = home
        self._key = key
        self._made: dict[PairedRoom, RelayTransport] = {}
        self._lock = threading.Lock()

    def now(self) -> Sequence[RelayTransport]:
        """Those of now, the one that was paired last first; none while the list cannot be read."""
        rooms = self._rooms()
        with self._lock:
            for gone in set(self._made) - set(rooms):
                self._made.pop(gone).close()
            for room in rooms:
                if room not in self._made:
                    self._made[room] = self._relay(room)
            return [self._made[room] for room in reversed(rooms)]

    def close(self) -> None:
        """Let go of their connections."""
        with self._lock:
            while self._made:
                self._made.popitem()[1].close()

    def _rooms(self) -> tuple[PairedRoom, ...]:
        if not self._home.paired_rooms.exists():
            return ()
        from pocus_desktop.proctoring.pairing import load_rooms  # only a station with a room needs it

        try:
            return load_rooms(self._home.paired_rooms)
        except PocusError as problem:
            log.failure(problem)
            return ()

    def _relay(self, room: PairedRoom) -> RelayTransport:
        from pocus_desktop.proctoring.tls import pinned_context  # as above

        return RelayTransport(
            room_url(room), key=self._key, trust=pinned_context(room.certificate), connect_s=CONNECT_S
        )


def room_url(room: PairedRoom) -> str:
    """Where a room's service is."""
    return f"https://{room.address}"
