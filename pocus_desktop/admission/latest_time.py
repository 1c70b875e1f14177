"""The latest time that this station has seen, so that turning the clock back opens no window that is over."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pocus_desktop.kernel import canonical, checked, log
from pocus_desktop.kernel.clock import LATEST_MS
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import write_atomically

FORMAT: Final = 1


class ClockSetBackError(PocusError):
    """Something is over by a time that this station has seen, though its clock now says otherwise."""

    code = "app.clock_set_back"
    blame = Blame.ENVIRONMENT


class LatestTimeDamagedError(PocusError):
    """The note of the latest time cannot be read or kept; the clock is believed then."""

    code = "app.latest_time_damaged"
    blame = Blame.ENVIRONMENT


class LatestTime:
    """A note of the latest wall time at which something was verified here: a sitting begun, a receipt received.

    Args:
        path: The file; a proctor may remove it where the clock was wrong before and is right now.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def seen_ms(self) -> int:
        """The latest time, in milliseconds since the Unix epoch; 0 where none is known."""
        try:
            document = checked.decode(self._path.read_bytes())
        except FileNotFoundError:
            return 0
        except (OSError, canonical.BadJsonError) as problem:
            log.failure(LatestTimeDamagedError(reason=type(problem).__name__))
            return 0
        match document:
            case {"wall_ms": int(seen)} if 0 <= seen <= LATEST_MS:
                return seen
            case _:
                log.failure(LatestTimeDamagedError(reason="it names no moment"))
                return 0

    def note(self, wall_ms: int) -> None:
        """Keep a time if it is later. A disk that refuses changes nothing: the sitting matters more."""
        if wall_ms <= self.seen_ms():
            return
        try:
            write_atomically(self._path, checked.encode({"format": FORMAT, "wall_ms": wall_ms}))
        except OSError as problem:
            log.failure(LatestTimeDamagedError(reason=problem.strerror or type(problem).__name__))


def moment(wall_ms: int) -> str:
    """A wall time in words, in UTC."""
    return f"{datetime.fromtimestamp(wall_ms / 1000, tz=UTC):%Y-%m-%d %H:%M} UTC"
