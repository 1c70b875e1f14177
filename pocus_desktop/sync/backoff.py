"""When to try again: later each time, and not all stations at once (formats/sync 4.3, 4.8)."""

from typing import Final

FIRST_MS: Final = 5_000
LONGEST_MS: Final = 15 * 60_000
PAUSE_MS: Final = 200
"""Between a cut and going on, while each attempt brings something over."""

SPREAD_OF_ASKED: Final = 0.25
"""Who was asked to wait comes up to this part later than asked, so that a hub that comes back is not run down."""

LEAST_SPREAD_MS: Final = 2_000
_DOUBLINGS: Final = 16


def delay_ms(attempts: int, *, chance: float, asked_ms: int | None = None) -> int:
    """How long to wait after so many attempts.

    Args:
        attempts: How many have failed in a row, at least 1.
        chance: Drawn evenly from 0 to 1; spreads stations over the upper half of the delay.
        asked_ms: What the other side asked for; the wait is never shorter, and spread on top of it.
    """
    whole = min(FIRST_MS << min(attempts - 1, _DOUBLINGS), LONGEST_MS)
    own = round(whole * (0.5 + chance / 2))
    if asked_ms is None:
        return own
    return max(own, asked_ms + round(max(asked_ms * SPREAD_OF_ASKED, LEAST_SPREAD_MS) * chance))


def pause_ms(*, chance: float) -> int:
    """How long to pause before going on after an attempt that brought something over."""
    return round(PAUSE_MS * (0.5 + chance / 2))
