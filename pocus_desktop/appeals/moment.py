"""Two axes of one sitting: time that passed, and exam time (formats/timeline 2).

Time that passed is what the evidence tells of it: the monotonic clock within a boot, the wall clock from one boot to
the next, and never less than nothing. Wall time is told beside it as the station's clock had it, right or wrong.
"""

from dataclasses import dataclass

from pocus_desktop.kernel.clock import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """A place on both axes.

    Attributes:
        seq: The last event at or before it.
        elapsed_ms: Time passed since the first event.
        exam_ms: Exam time consumed by then.
        wall_ms: What the wall clock of the station said.
    """

    seq: int
    elapsed_ms: int
    exam_ms: int
    wall_ms: int


def passed_ms(earlier: Reading, later: Reading) -> int:
    """How long it was from one reading to the next, in milliseconds."""
    if earlier.boot_id == later.boot_id:
        return max(later.monotonic_ms - earlier.monotonic_ms, 0)
    return max(later.wall_ms - earlier.wall_ms, 0)
