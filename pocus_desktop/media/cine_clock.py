"""Playing a cine as pure state: which frame is shown after so much time, by play, pause, step, scrub, loop and speed.

Nothing here reads a clock: `advanced(elapsed_us)` is told how much time passed. Positions are microseconds of the cine.
"""

from dataclasses import dataclass, replace
from typing import Final

from pocus_desktop.media.cine import CineInfo

SPEEDS: Final = (0.1, 0.25, 0.5, 1.0, 2.0)
"""The speeds that a screen offers, slowest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CinePlayback:
    """Where a cine stands; every command gives a new one.

    Attributes:
        info: The cine.
        position_us: Where it is, from 0 to just before `info.end_us`.
        is_playing: Whether time moves it.
        does_loop: Whether it starts over at its end.
        speed: Cine time per time that passes; above 0.
        passes: How often playing came to the end.
    """

    info: CineInfo
    position_us: float = 0.0
    is_playing: bool = False
    does_loop: bool
    speed: float = 1.0
    passes: int = 0

    @classmethod
    def of(cls, info: CineInfo) -> "CinePlayback":
        """A cine at its first frame, paused, looping as its author set."""
        return cls(info=info, does_loop=info.loop)

    @property
    def index(self) -> int:
        """The frame that is shown."""
        return self.info.index_at(int(self.position_us))

    @property
    def is_at_end(self) -> bool:
        """Whether the last frame is shown and playing would start over."""
        return self.index == self.info.frame_count - 1

    def played(self) -> "CinePlayback":
        """Playing; from the start when it stands at its end. A still stays as it is."""
        if self.info.is_still:
            return self
        start = 0.0 if self.is_at_end and not self.is_playing else self.position_us
        return replace(self, is_playing=True, position_us=start)

    def paused(self) -> "CinePlayback":
        """Standing still, at the very start of the frame that is shown, so that a step is a whole frame."""
        return replace(self, is_playing=False, position_us=float(self.info.times_us[self.index]))

    def stepped(self, frames: int) -> "CinePlayback":
        """Paused, so many frames on (or back); runs over the ends when looping, stays at them when not."""
        target = self.index + frames
        if self.does_loop:
            return self.at_index(target % self.info.frame_count)
        return self.at_index(target)

    def at_index(self, index: int) -> "CinePlayback":
        """Paused at a frame, kept inside the cine."""
        kept = min(max(index, 0), self.info.frame_count - 1)
        return replace(self, is_playing=False, position_us=float(self.info.times_us[kept]))

    def scrubbed(self, fraction: float) -> "CinePlayback":
        """Paused at the frame under a slider: 0 is the first, 1 the last, each frame as wide as the others."""
        kept = min(max(fraction, 0.0), 1.0)
        return self.at_index(min(int(kept * self.info.frame_count), self.info.frame_count - 1))

    def looping(self, does_loop: bool) -> "CinePlayback":  # noqa: FBT001 - one switch, named by the method
        """With looping on or off."""
        return replace(self, does_loop=does_loop)

    def at_speed(self, speed: float) -> "CinePlayback":
        """At another speed, kept between 0.05 and 8."""
        return replace(self, speed=min(max(speed, 0.05), 8.0))

    def advanced(self, elapsed_us: int) -> "CinePlayback":
        """After so much time passed."""
        if not self.is_playing or elapsed_us <= 0:
            return self
        reached = self.position_us + elapsed_us * self.speed
        if reached < self.info.end_us:
            return replace(self, position_us=reached)
        passes = int(reached // self.info.end_us)
        if self.does_loop:
            return replace(self, position_us=reached % self.info.end_us, passes=self.passes + passes)
        last = float(self.info.times_us[-1])
        return replace(self, is_playing=False, position_us=last, passes=self.passes + 1)

    def next_change_us(self) -> int | None:
        """How much time passes until another frame is shown; None when it stands still."""
        if not self.is_playing:
            return None
        after = self.index + 1
        change = self.info.times_us[after] if after < self.info.frame_count else self.info.end_us
        return max(int((change - self.position_us) / self.speed) + 1, 1)
