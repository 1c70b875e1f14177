"""The clock of a rehearsal: the machine's, and as many days on top as the rehearsal has let pass.

How many stands in a file, so that every program of a rehearsal tells the same time. No program but a rehearsal's reads
it: what a candidate or an academy runs has the machine's clock.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final

from pocus_desktop.kernel.clock import Reading, SystemClock
from pocus_desktop.kernel.files import write_atomically

DAY_MS: Final = 86_400_000


class MovedClock:
    """Goes on as the machine's does, from a later moment.

    Args:
        file: Holds how much later, in milliseconds; without it, now.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._machine = SystemClock()

    def read(self) -> Reading:
        """Look at the clocks now."""
        now, passed_ms = self._machine.read(), self.passed_ms()
        return replace(now, monotonic_ms=now.monotonic_ms + passed_ms, wall_ms=now.wall_ms + passed_ms)

    def passed_ms(self) -> int:
        """How much later than the machine's it is."""
        try:
            return int(self._file.read_text(encoding="ascii"))
        except FileNotFoundError:
            return 0

    def advance(self, *, ms: int) -> None:
        """Let time pass, for every program of the rehearsal."""
        write_atomically(self._file, str(self.passed_ms() + ms).encode("ascii"))
