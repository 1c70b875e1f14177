"""Time as two readings: monotonic for measuring, wall for telling. Pure code takes readings, never a clock."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

LATEST_MS: Final = 253_402_300_799_999
"""The last wall time that a calendar has: the end of the year 9999."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look at the clocks.

    Attributes:
        monotonic_ms: Milliseconds since an arbitrary start of this boot; never goes back, stands still in suspend
            on some systems.
        wall_ms: Milliseconds since the Unix epoch (UTC), as the operating system believes it.
        boot_id: Names the boot that `monotonic_ms` counts from; readings of two boots cannot be subtracted.
    """

    monotonic_ms: int
    wall_ms: int
    boot_id: str

    @property
    def utc(self) -> datetime:
        """The wall reading as an aware datetime."""
        return datetime.fromtimestamp(self.wall_ms / 1000, tz=UTC)


class Clock(Protocol):
    """Gives readings."""

    def read(self) -> Reading:
        """Look at both clocks now."""


class SystemClock:
    """The machine's clocks."""

    def __init__(self, boot_id: str | None = None) -> None:
        self._boot_id = boot_id if boot_id is not None else _this_boot()

    def read(self) -> Reading:
        """Look at both clocks now."""
        return Reading(
            monotonic_ms=time.monotonic_ns() // 1_000_000,
            wall_ms=time.time_ns() // 1_000_000,
            boot_id=self._boot_id,
        )


class ManualClock:
    """A clock that moves only when told: for tests, replays and scripted candidates."""

    def __init__(self, *, monotonic_ms: int = 0, wall_ms: int = 1_767_225_600_000, boot_id: str = "boot") -> None:
        self._reading = Reading(monotonic_ms=monotonic_ms, wall_ms=wall_ms, boot_id=boot_id)

    def read(self) -> Reading:
        """The reading as it was last set."""
        return self._reading

    def advance(self, *, ms: int) -> None:
        """Move both clocks on."""
        self.set(monotonic_ms=self._reading.monotonic_ms + ms, wall_ms=self._reading.wall_ms + ms)

    def set(self, *, monotonic_ms: int | None = None, wall_ms: int | None = None, boot_id: str | None = None) -> None:
        """Set what is given, keep the rest: a wall clock set back, a new boot."""
        now = self._reading
        self._reading = Reading(
            monotonic_ms=now.monotonic_ms if monotonic_ms is None else monotonic_ms,
            wall_ms=now.wall_ms if wall_ms is None else wall_ms,
            boot_id=now.boot_id if boot_id is None else boot_id,
        )


def _this_boot() -> str:
    """An id for the running boot: the kernel's where there is one, else the boot time rounded to 10 s."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:  # noqa: PTH123 - a kernel file
            return file.read().strip()
    except OSError:
        return f"up-{round((time.time() - time.monotonic()) / 10)}"
