"""How often a password or a code is looked at: counted in the database, for all processes of the hub together.

A bucket is a row (`kernel.rate`), by the wall clock, since processes on several machines share no other. A row of which
nobody tried for an hour is full again, and is removed.
"""

from typing import Final

from pocus_desktop.hub.registry.store import RegistryStore
from pocus_desktop.hub.staff.errors import TooManyTriesError
from pocus_desktop.hub.staff.store import TRY
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.rate import Bucket, Rate, draw

KEPT_MS: Final = 3_600_000
"""Longer than any bucket takes to fill. One that lies so far ahead was written by a clock that was wrong."""


class Tries:
    """Counts them; any thread and several processes may call."""

    def __init__(self, store: RegistryStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def count(self, what: str, who: str, rate: Rate) -> None:
        """One more try.

        Raises:
            TooManyTriesError: It is not looked at now.
        """
        now_ms = self._clock.read().wall_ms
        digest = canonical.digest(f"{what}\0{who}".encode())
        with self._store.rows() as rows:
            rows.forget(TRY, "at_ms", now_ms - KEPT_MS)
            found = rows.find(TRY, digest=digest)
            before = None
            if found:
                at_ms = found[0]["at_ms"]
                before = Bucket(tokens=found[0]["tokens"], at_ms=at_ms if at_ms <= now_ms + KEPT_MS else now_ms)
            bucket, wait_ms = draw(before, rate, now_ms)
            if not rows.change(TRY, {"digest": digest}, tokens=bucket.tokens, at_ms=bucket.at_ms):
                rows.add(TRY, digest=digest, tokens=bucket.tokens, at_ms=bucket.at_ms)
        if wait_ms:
            raise TooManyTriesError(wait_s=-(-wait_ms // 1000))
