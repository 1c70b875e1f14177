"""How many wrong codes are looked at in a while (formats/enrolment 7.3)."""

import threading
from collections import deque
from typing import Final

from pocus_desktop.hub.registry.errors import TooManyTriesError

LIMIT: Final = 30
WITHIN_MS: Final = 10 * 60_000


class Tries:
    """Counts failures of all askers together: no address of anyone is kept, and one who changes theirs gains nothing.

    Args:
        limit: How many failures are met before no further code is looked at.
        within_ms: In how long a time.
    """

    def __init__(self, *, limit: int = LIMIT, within_ms: int = WITHIN_MS) -> None:
        self._limit = limit
        self._within_ms = within_ms
        self._failed: deque[int] = deque(maxlen=limit)
        self._lock = threading.Lock()

    def require(self, now_ms: int) -> None:
        """Whether another code is looked at now (monotonic time).

        Raises:
            TooManyTriesError: Not now.
        """
        with self._lock:
            if len(self._failed) == self._limit and now_ms - self._failed[0] < self._within_ms:
                raise TooManyTriesError

    def fail(self, now_ms: int) -> None:
        """A wrong code came."""
        with self._lock:
            self._failed.append(now_ms)
