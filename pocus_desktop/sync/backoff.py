"""When to try again: later each time, and not all stations at once (formats/sync 4.3)."""

from typing import Final

FIRST_MS: Final = 5_000
LONGEST_MS: Final = 15 * 60_000
_DOUBLINGS: Final = 16


def delay_ms(attempts: int, *, chance: float, asked_ms: int | None = None) -> int:
    """How long to wait after so many attempts.

    Args:
        attempts: How many have failed, at least 1.
        chance: Drawn evenly from 0 to 1; spreads stations over the upper half of the delay.
        asked_ms: What the other side asked for; the wait is never shorter.
    """
    whole = min(FIRST_MS << min(attempts - 1, _DOUBLINGS), LONGEST_MS)
    return max(round(whole * (0.5 + chance / 2)), asked_ms or 0)
