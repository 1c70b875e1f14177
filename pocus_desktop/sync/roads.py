"""The ways by which results leave a station, tried in order: the hub, the room's relay, a folder (formats/relay 4).

Rules kept here:

1. The first that takes it has it. One that cannot be reached, or answers that it cannot now, passes it on to the next,
   and is asked again only after a while: a dead link does not hold up every result.
2. One that was cut off after it had brought something over goes on from there next time; nobody else is asked.
3. What the hub refuses for good stays refused; nobody else is asked.
4. Where nobody can be reached, that is said by name.
"""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from pocus_desktop.sync.errors import GaveWayError, NoConnectionError, NoRoadError, NoUploadsError, SyncError
from pocus_desktop.sync.transport import CarriesLog, PiecewiseTransport, Transport

AWAY_S: Final = 20.0
"""How long a way that could not take anything is passed over."""


class Roads:
    """Several transports as one; see `PiecewiseTransport` and `CarriesLog`."""

    def __init__(
        self,
        first: Sequence[Transport],
        *,
        relays: Callable[[], Sequence[Transport]] = tuple,
        last: Sequence[Transport] = (),
        on_close: Callable[[], None] = lambda: None,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Join them.

        Args:
            first: The preferred ways.
            relays: Those of the rooms that this station is paired with, as it is now; the same objects while they are.
            last: What remains where none of these is there.
            on_close: Lets go of the relays.
            monotonic_s: A clock that nobody sets.
        """
        self._first = tuple(first)
        self._relays = relays
        self._last = tuple(last)
        self._on_close = on_close
        self._monotonic_s = monotonic_s
        self._away_until: dict[int, float] = {}
        self._name = next((way.name for way in (*self._first, *self._last)), "relay")
        self._log = next((way for way in (*self._first, *self._last) if isinstance(way, CarriesLog)), None)
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Of the way that was taken last."""
        return self._name

    def reaches(self) -> bool:
        """Whether any of them is there now, and would keep what arrived before a cut."""
        return any(isinstance(way, PiecewiseTransport) and way.reaches() for way in self._ways())

    def deliver(self, envelope: bytes, digest: str) -> bytes:
        """By the first way that takes it; see `Transport`.

        Raises:
            NoRoadError: None is there.
            SyncError: As the way that was taken says.
        """
        return self._by(lambda way: way.deliver(envelope, digest), lambda: False)

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
        known = {upload: offset}
        has_moved = False

        def note(address: str, reached: int) -> None:
            nonlocal has_moved
            has_moved |= reached > known.get(address, 0)
            known[address] = reached
            moved(address, reached)

        def bring(way: Transport) -> bytes:
            if not isinstance(way, PiecewiseTransport):
                return way.deliver(envelope, digest)
            return way.upload(envelope, digest, upload=upload, offset=offset, moved=note, is_wanted=is_wanted)

        return self._by(bring, lambda: has_moved)

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
        for way in (*self._first, *self._last):
            way.close()
        self._on_close()

    def _ways(self) -> tuple[Transport, ...]:
        return (*self._first, *self._relays(), *self._last)

    def _by(self, bring: Callable[[Transport], bytes], has_moved: Callable[[], bool]) -> bytes:
        ways = self._ways()
        refusals: list[SyncError] = []
        for way in ways:
            if len(ways) > 1 and self._is_away(way):
                continue
            self._name = way.name
            try:
                return bring(way)
            except (NoUploadsError, GaveWayError):
                raise
            except SyncError as error:
                if error.is_final or error.has_arrived or (error.is_cut and has_moved()):  # rules 2 and 3
                    raise
                self._pass_over(way)
                refusals.append(error)
        spoken = [error for error in refusals if len(ways) == 1 or not isinstance(error, NoConnectionError)]
        raise spoken[0] if spoken else NoRoadError()  # rule 4

    def _is_away(self, way: object) -> bool:
        with self._lock:
            return self._monotonic_s() < self._away_until.get(id(way), 0.0)

    def _pass_over(self, way: object) -> None:
        """Rule 1; a folder says at once that it is not there, and is looked at each time."""
        if isinstance(way, PiecewiseTransport):
            with self._lock:
                self._away_until[id(way)] = self._monotonic_s() + AWAY_S
