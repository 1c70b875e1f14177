"""Waits for a station to be paired with a room, and opens its links then, on a thread: no window waits for a network.

Kept free of the heavy rooms: a station without a room imports none of them.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pocus_desktop.app.station_rooms import StationRooms
    from pocus_desktop.sitting.session import Sitting

PATIENCE_S: Final = 2.0


class RoomWatch:
    """A station's rooms, as far as it has any; any thread may call, and no call waits but `close`.

    Args:
        paired: The list of consoles that were paired.
        open_links: Opens the links; called once, on a thread of its own.
    """

    def __init__(self, paired: Path, open_links: Callable[[], StationRooms]) -> None:
        self._paired = paired
        self._open_links = open_links
        self._lock = threading.Lock()
        self._rooms: StationRooms | None = None
        self._sitting: Sitting | None = None
        self._opening: threading.Thread | None = None
        self._is_closed = False

    def look(self) -> StationRooms | None:
        """The links, with consoles that were paired since; None while there are none. Cheap, for it is called often."""
        with self._lock:
            rooms = self._rooms
            if rooms is None and self._opening is None and not self._is_closed and self._paired.exists():
                self._opening = threading.Thread(target=self._open, name="pocus-rooms", daemon=True)
                self._opening.start()
        if rooms is not None:
            rooms.refresh()
        return rooms

    def watch(self, sitting: Sitting) -> None:
        """A sitting was opened."""
        with self._lock:
            self._sitting, rooms = sitting, self._rooms
        if rooms is not None:
            rooms.watch(sitting)
        self.look()

    def leave(self, sitting: Sitting) -> None:
        """A sitting was closed."""
        with self._lock:
            if self._sitting is sitting:
                self._sitting = None
            rooms = self._rooms
        if rooms is not None:
            rooms.leave(sitting)

    def close(self) -> None:
        """End the links."""
        with self._lock:
            self._is_closed = True
            opening = self._opening
        if opening is not None:
            opening.join(PATIENCE_S)
        with self._lock:
            rooms, self._rooms = self._rooms, None
        if rooms is not None:
            rooms.close()

    def _open(self) -> None:
        try:
            rooms = self._open_links()
        except PocusError as error:  # a room is a comfort; nobody is kept from sitting for it
            log.failure(error)
            return
        except Exception as bug:  # noqa: BLE001 - nor for a mistake in it
            log.bug("room.links_failed", bug)
            return
        with self._lock:
            is_closed, sitting = self._is_closed, self._sitting
            if not is_closed:
                self._rooms = rooms
        if is_closed:
            rooms.close()
            return
        if sitting is not None:
            rooms.watch(sitting)
        rooms.refresh()
