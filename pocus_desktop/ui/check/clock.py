"""Can the computer's date be right?"""

from datetime import UTC, datetime
from typing import Final

from pocus_desktop.kernel.clock import Reading
from pocus_desktop.ui.check.finding import Finding

EARLIEST: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Before this program was made; no right clock shows it."""

LATEST: Final = datetime(2046, 1, 1, tzinfo=UTC)
"""Further ahead than any bundle is valid."""


def probe_clock(now: Reading) -> Finding:
    """Look at the wall clock.

    Args:
        now: Both clocks.
    """
    if not EARLIEST <= now.utc <= LATEST:
        return Finding(probe="clock", level="problem", code="clock_wrong", params=(("year", now.utc.year),))
    return Finding(probe="clock", level="ok", code="clock_ok", params=(("date", now.utc.date().isoformat()),))
