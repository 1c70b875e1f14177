"""The ways by which results leave a station, tried in order: the hub, the room's relay, a folder (formats/relay 4).

Rules kept here:

1. The first that can be reached takes it; who was out of reach is asked again only after a while, so that a dead link
   does not hold up every result.
2. One that answers that it cannot, passes it on to the next; one that was cut off on the way goes on next time.
3. What the hub refuses for good stays refused; nobody else is asked.
4. Where nobody can be reached, that is said by name.
"""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from pocus_desktop.sync.errors import NoRoadError, NoUploadsError, SyncError
from pocus_desktop.sync.relay import RelayTransport
from pocus_desktop.sync.transport import CarriesLog, PiecewiseTransport, Transport

AWAY_S: Final = 20.0
"""How long a way that could not be reached is passed over."""


class Roads:
    """Several transports as one; see `PiecewiseTransport` and `CarriesLog`."""

    def __init__(self, ways: Sequence[Transport], *, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        """Join them.

        Args:
            ways: The preferred first.
            monotonic_s: A clock that nobody sets.
        """
        self._ways = tuple(ways)
        self._monotonic_s = monotonic_s
        self._away_until: dict[int, float] = {}
        self._last = self._ways[0]
        logs = (way for way in self._ways if isinstance(way, CarriesLog) and not isinstance(way, RelayTransport))
        self._log = next(logs, None)
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Of the way that was taken last."""
        return self._last.name

    def reaches(self) -> bool:
        """Whether any of them is there now, and would keep what arrived before a cut."""
        return any(isinstance(way, PiecewiseTransport) and self._is_there(way) for way in self._ways)

    def deliver(self, envelope: bytes, digest: str) -> bytes:
        """By the first way that is there; see `Transport`.

        Raises:
            NoRoadError: None is.
            SyncError: As the way that was taken says.
        """
        return self._by(lambda way: way.deliver(envelope, digest))

    def upload(
        self,
        envelope: bytes,
        digest: str,
        *,
        upload: str,
        offset: int,
        moved: Callable[[str, int], None],
        is_wanted: Callable[[], bool],
    ) -> bytes:
        """The same in pieces; a way that knows no pieces takes it whole. What was begun elsewhere is begun anew.

        Raises:
            NoRoadError: None is there.
            SyncError: As the way that was taken says.
        """

        def bring(way: Transport) -> bytes:
            if not isinstance(way, PiecewiseTransport):
                return way.deliver(envelope, digest)
            return way.upload(envelope, digest, upload=upload, offset=offset, moved=moved, is_wanted=is_wanted)

        return self._by(bring)

    @property
    def is_live(self) -> bool:
        """As the way that gives the hub's log."""
        return self._log is not None and self._log.is_live

    @property
    def heads(self) -> Path | None:
        """Where stations meet on that way."""
        return None if self._log is None else self._log.heads

    def read_log(self, path: str) -> bytes | None:
        """A part of the hub's log, by the way that gives it."""
        return None if self._log is None else self._log.read_log(path)

    def close(self) -> None:
        """Let go of all of them."""
        for way in self._ways:
            way.close()

    def _by(self, bring: Callable[[Transport], bytes]) -> bytes:
        refusal: SyncError | None = None
        for way in self._ways:
            if not self._is_there(way):
                continue
            self._last = way
            try:
                return bring(way)
            except NoUploadsError:
                raise
            except SyncError as error:
                if error.is_final or error.is_cut or error.has_arrived:  # rules 2 and 3
                    raise
                refusal = refusal or error
        raise refusal or NoRoadError  # rule 4

    def _is_there(self, way: object) -> bool:
        """Rule 1; a folder says so itself when it takes something."""
        if not isinstance(way, PiecewiseTransport):
            return True
        with self._lock:
            if self._monotonic_s() < self._away_until.get(id(way), 0.0):
                return False
        is_there = way.reaches()
        with self._lock:
            self._away_until[id(way)] = 0.0 if is_there else self._monotonic_s() + AWAY_S
        return is_there
