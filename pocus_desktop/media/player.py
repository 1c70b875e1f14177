"""The Player port: what screens and sittings know of playing, whoever plays.

Rules that every player keeps (the contract suite `tests/contract/test_player_contract.py` holds them):

1. One thread owns a player: all methods are called there, and `poll()` about every 50 ms while a clip is loaded.
2. Everything that happens is an event (`media.events`) to the sink; methods return at once and report by event.
3. No event comes after `close()` returned. `close()` may be called twice and during anything.
4. A failure is one `Failed` with the code of the cause; after it nothing plays until `play()` or `load()`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

from pocus_desktop.media.frames import FrameBuffer


class BinaryReader(Protocol):
    """A seekable reader of plaintext; decrypts and verifies on the fly where it must."""

    def read(self, size: int, /) -> bytes | None:
        """At most `size` bytes from the current place; empty at the end. May raise."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place, from the start (0) or the end (2); gives it counted from the start."""

    def close(self) -> None:
        """Let go of what is below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaSource:
    """A clip to play.

    Attributes:
        open: Gives a fresh reader; called for every play, from a thread of the player.
        size_bytes: Length of the plaintext.
        kind: Whether there is a picture.
        width_px: Width at which it is shown (square pixels); 0 for audio.
        height_px: Height at which it is shown; 0 for audio.
        duration_ms: Declared length; a clip that ends more than a second before it is refused as cut short.
    """

    open: Callable[[], BinaryReader]
    size_bytes: int
    kind: Literal["video", "audio"]
    width_px: int = 0
    height_px: int = 0
    duration_ms: int


class PlayerState(StrEnum):
    """What a player is doing."""

    EMPTY = "empty"
    OPENING = "opening"
    READY = "ready"
    PLAYING = "playing"
    STALLED = "stalled"
    PAUSED = "paused"
    ENDED = "ended"
    STOPPED = "stopped"
    FAILED = "failed"
    CLOSED = "closed"


class Player(Protocol):
    """Plays one clip at a time."""

    @property
    def state(self) -> PlayerState:
        """What it is doing, as of the last `poll()`."""

    @property
    def frames(self) -> FrameBuffer:
        """Where the pictures are."""

    @property
    def duration_ms(self) -> int:
        """Length of the clip: the player's own finding once open, the declared one before."""

    @property
    def plays(self) -> int:
        """How many plays began since the load."""

    def load(self, source: MediaSource) -> None:
        """Drop what is loaded and open this clip, paused at its start. Reports `Loaded` or `Failed`."""

    def play(self) -> None:
        """Start, resume, or start anew after an end, a stop or a failure.

        Raises:
            NothingLoadedError: No clip was loaded.
        """

    def pause(self) -> None:
        """Hold the play where it is; nothing happens when it is not running."""

    def stop(self) -> None:
        """End the play; the next `play()` begins at the start."""

    def seek(self, position_ms: int) -> None:
        """Jump; kept inside the clip. A paused player shows the picture there."""

    def set_rate(self, rate: float) -> None:
        """Play at `rate` times the natural speed (0.25 to 4)."""

    def set_volume(self, percent: int) -> None:
        """Loudness from 0 to 100."""

    def position_ms(self) -> int:
        """Where the play is now, interpolated between the player's own reports."""

    def poll(self) -> None:
        """Let the player look at what happened and tell it; call it often from the owner's thread."""

    def close(self) -> None:
        """Let go of everything; no event comes afterwards."""
