"""Where a play is between the player's own reports, which come only every 250 to 500 ms. Pure arithmetic."""

from typing import Final

_LEAD_MS: Final = 700
"""Never run further than this past the last report: if none comes, the picture stands still."""

_SETTLING_S: Final = 0.6
"""For so long after a jump a late report may still speak of the place before it."""


class PositionEstimate:
    """Interpolates a position; never goes back except by a jump. Stamps are monotonic seconds."""

    def __init__(self) -> None:
        self._anchor_ms = 0.0
        self._anchor_at = 0.0
        self._rate = 1.0
        self._is_running = False
        self._floor_ms = 0.0
        self._before_jump: tuple[float, float] | None = None

    def jump(self, position_ms: float, *, at: float) -> None:
        """The play continues somewhere else."""
        self._before_jump = (self._raw(at), at)
        self._anchor_ms = self._floor_ms = position_ms
        self._anchor_at = at

    def run(self, *, at: float) -> None:
        """The play goes on from where it stands."""
        self._anchor_ms = self.value(at=at)
        self._anchor_at = at
        self._is_running = True

    def hold(self, *, at: float) -> None:
        """The play stands still where it is."""
        self._anchor_ms = self.value(at=at)
        self._anchor_at = at
        self._is_running = False

    def set_rate(self, rate: float, *, at: float) -> None:
        """The play goes at another speed from now on."""
        self._anchor_ms = self.value(at=at)
        self._anchor_at = at
        self._rate = rate

    def report(self, position_ms: float, *, at: float) -> None:
        """The player says where it is; believed, unless it still speaks of the place before a jump."""
        if not self._is_running:
            return
        if self._before_jump is not None:
            old_ms, jumped_at = self._before_jump
            if at - jumped_at > _SETTLING_S:
                self._before_jump = None
            elif abs(position_ms - old_ms) < abs(position_ms - self._raw(at)):
                return
        self._anchor_ms = position_ms
        self._anchor_at = at

    def value(self, *, at: float) -> float:
        """The position in milliseconds at a moment."""
        self._floor_ms = max(self._floor_ms, self._raw(at))
        return self._floor_ms

    def _raw(self, at: float) -> float:
        if not self._is_running:
            return self._anchor_ms
        return self._anchor_ms + min(max(at - self._anchor_at, 0.0) * 1000, _LEAD_MS) * self._rate
