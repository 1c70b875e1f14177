"""Whether the hub can take an envelope now (formats/sync 2.10): database, objects, room on the disk."""

import shutil
import threading
from typing import Final

from pocus_desktop.hub.errors import NoRoomError, StoreUnavailableError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel.errors import PocusError

MINIMUM_FREE_BYTES: Final = 256 * 1024 * 1024
"""Room for a few of the largest envelopes and for what the database writes beside them."""

FRESH_MS: Final = 1_000
"""How long an answer stands: whoever asks often costs the database one look a second."""


class Readiness:
    """Looks, at most once a second; any thread may ask."""

    def __init__(self, hub: Hub, *, minimum_free_bytes: int = MINIMUM_FREE_BYTES) -> None:
        self._hub = hub
        self._minimum_free_bytes = minimum_free_bytes
        self._lock = threading.Lock()
        self._looked_ms: int | None = None
        self._found: PocusError | None = None

    def require(self) -> None:
        """Return where an envelope could be taken.

        Raises:
            StoreUnavailableError: The database or the folder does not answer.
            PlaceMissingError, PlaceOfAnotherError: What is mounted for the objects is not the hub's.
            NoRoomError: The disk of the hub's folder or of its objects is nearly full.
        """
        with self._lock:
            now_ms = self._hub.clock.read().monotonic_ms
            if self._looked_ms is None or now_ms - self._looked_ms >= FRESH_MS:
                self._found = self._look()
                self._looked_ms = now_ms
            if self._found is not None:
                raise type(self._found)(**self._found.params)  # a fresh one: it may be told on several threads

    def _look(self) -> PocusError | None:
        try:
            self._hub.check()
            of_place = self._hub.free_bytes()
            free = min(shutil.disk_usage(self._hub.folder).free, *(() if of_place is None else (of_place,)))
        except PocusError as error:
            return error
        except OSError as problem:
            return StoreUnavailableError(reason=problem.strerror or "")
        if free < self._minimum_free_bytes:
            return NoRoomError(free_mib=free // 2**20, needed_mib=self._minimum_free_bytes // 2**20)
        return None
