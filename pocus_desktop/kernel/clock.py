"""Time as two readings: monotonic for measuring, wall for telling. Pure code takes readings, never a clock."""

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Protocol

from pocus_desktop.kernel.machine_clocks import MachineClocks, machine_clocks

LATEST_MS: Final = 253_402_300_799_999
"""The last wall time that a calendar has: the end of the year 9999."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look at the clocks.

    Attributes:
        monotonic_ms: Milliseconds since this boot; never goes back, and stands still while the machine sleeps.
        wall_ms: Milliseconds since the Unix epoch (UTC), as the operating system believes it.
        boot_id: Names the boot that `monotonic_ms` counts from; readings of two boots cannot be subtracted.
        asleep_ms: How long the machine has slept since this boot. Evidence beside the reading, no part of it: two
            readings are the same without.
    """

    monotonic_ms: int
    wall_ms: int
    boot_id: str
    asleep_ms: int = field(default=0, compare=False)

    @property
    def utc(self) -> datetime:
        """The wall reading as an aware datetime."""
        return datetime.fromtimestamp(self.wall_ms / 1000, tz=UTC)


class Clock(Protocol):
    """Gives readings."""

    def read(self) -> Reading:
        """Look at the clocks now."""


class SystemClock:
    """The machine's clocks.

    Args:
        clocks: Those that nobody can set, where they are not this machine's own.
    """

    def __init__(self, clocks: MachineClocks | None = None) -> None:
        self._clocks = clocks if clocks is not None else machine_clocks()

    def read(self) -> Reading:
        """Look at the clocks now."""
        awake_ns, passed_ns = self._clocks.awake_ns(), self._clocks.passed_ns()
        return Reading(
            monotonic_ms=awake_ns // 1_000_000,
            wall_ms=time.time_ns() // 1_000_000,
            boot_id=self._clocks.boot_id,
            asleep_ms=max(passed_ns - awake_ns, 0) // 1_000_000,
        )


class ManualClock:
    """A clock that moves only when told: for tests, replays and scripted candidates."""

    def __init__(self, *, monotonic_ms: int = 0, wall_ms: int = 1_767_225_600_000, boot_id: str = "boot") -> None:
        self._reading = Reading(monotonic_ms=monotonic_ms, wall_ms=wall_ms, boot_id=boot_id)

    def read(self) -> Reading:
        """The reading as it was last set."""
        return self._reading

    def advance(self, *, ms: int) -> None:
        """Time passes, and the machine is awake."""
        now = self._reading
        self._reading = replace(now, monotonic_ms=now.monotonic_ms + ms, wall_ms=now.wall_ms + ms)

    def sleep(self, *, ms: int) -> None:
        """Time passes, and the machine sleeps."""
        now = self._reading
        self._reading = replace(now, wall_ms=now.wall_ms + ms, asleep_ms=now.asleep_ms + ms)

    def set(self, *, monotonic_ms: int | None = None, wall_ms: int | None = None, boot_id: str | None = None) -> None:
        """Set what is given, keep the rest: a wall clock set back, a new boot (which has not slept yet)."""
        now = self._reading
        self._reading = Reading(
            monotonic_ms=now.monotonic_ms if monotonic_ms is None else monotonic_ms,
            wall_ms=now.wall_ms if wall_ms is None else wall_ms,
            boot_id=now.boot_id if boot_id is None else boot_id,
            asleep_ms=now.asleep_ms if boot_id is None else 0,
        )
