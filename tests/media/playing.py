"""Clips whose every picture says its number, sources that misbehave, and a driver for real and fake players."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from pocus_desktop.authoring.media.clip import SAMPLE_RATE, Clip, Samples, encode_clip
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.media.deck_player import DeckPlayer
from pocus_desktop.media.events import FrameReady, PlayerEvent
from pocus_desktop.media.frames import Frame
from pocus_desktop.media.player import BinaryReader, MediaSource

WIDTH, HEIGHT, FPS = 320, 240, 25
FRAME_MS = 1000 // FPS
_BITS = 8
E = TypeVar("E")


class TamperedError(PocusError):
    """What a verifying reader raises when a chunk is not what was signed."""

    code = "crypto.chunk_altered"
    blame = Blame.CONTENT


def numbered_pictures(count: int, *, noise: int = 0) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """Pictures that carry their number as eight bright or dark blocks; noise below them makes the clip large."""
    random = np.random.default_rng(7)
    for index in range(count):
        picture = np.full((HEIGHT, WIDTH, 3), 60, np.uint8)
        for bit in range(_BITS):
            picture[40:120, 20 + bit * 36 : 48 + bit * 36] = 235 if index >> bit & 1 else 16
        if noise:
            picture[160:] = random.integers(128 - noise, 128 + noise, (HEIGHT - 160, WIDTH, 1), np.uint8)
        yield picture


def number_of(frame: Frame) -> int:
    """The number that a picture carries."""
    row = 80 * frame.stride
    return sum(1 << bit for bit in range(_BITS) if frame.data[row + (34 + bit * 36) * 4 + 1] > 128)


def tone(seconds: float) -> Samples:
    """A sweep, which correlates with itself at one place only."""
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.4 * np.sin(2 * np.pi * (300 + 400 * t) * t)).astype(np.float32)


def make_video(seconds: float = 2.0, *, noise: int = 0) -> Clip:
    """A small numbered video with sound."""
    pictures = numbered_pictures(int(seconds * FPS), noise=noise)
    return encode_clip(frames=pictures, fps=FPS, samples=tone(seconds), effort=6)


def make_audio(seconds: float = 2.0) -> Clip:
    """A small clip of sound alone."""
    return encode_clip(samples=tone(seconds))


def source_of(clip: Clip, *, wrap: Callable[[BinaryReader], BinaryReader] = lambda reader: reader) -> MediaSource:
    """A source in memory, its reader wrapped at will."""
    return MediaSource(
        open=lambda: wrap(io.BytesIO(clip.data)),
        size_bytes=len(clip.data),
        kind=clip.kind,
        width_px=clip.width_px,
        height_px=clip.height_px,
        duration_ms=clip.duration_ms,
    )


class Bursts:
    """Gives at most a kilobyte a call, so that playing reads many times."""

    def __init__(self, reader: BinaryReader) -> None:
        self.reader, self.place = reader, 0

    def read(self, size: int, /) -> bytes | None:
        data = self.reader.read(min(size, 1024)) or b""
        self.place += len(data)
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self.place = self.reader.seek(offset, whence)
        return self.place

    def close(self) -> None:
        self.reader.close()


class Tampered(Bursts):
    """Raises once reading passes a place."""

    def __init__(self, reader: BinaryReader, *, at: int) -> None:
        super().__init__(reader)
        self.at = at

    def read(self, size: int, /) -> bytes | None:
        if self.place >= self.at:
            raise TamperedError
        return super().read(size)


class Gated(Bursts):
    """Hangs once reading passes a place, until the gate opens."""

    def __init__(self, reader: BinaryReader, *, at: int, gate: threading.Event) -> None:
        super().__init__(reader)
        self.at, self.gate = at, gate
        self.is_waiting = threading.Event()

    def read(self, size: int, /) -> bytes | None:
        if self.place >= self.at:
            self.is_waiting.set()
            self.gate.wait(30)
        return super().read(size)


class Driver:
    """Turns the crank of a player until something happens; for a fake it also moves the clock."""

    def __init__(self, make: Callable[[Callable[[PlayerEvent], None]], DeckPlayer], clock: ManualClock | None) -> None:
        self.clock = clock
        self.events: list[PlayerEvent] = []
        self.pictures = 0
        self._arrived = threading.Event()
        self.player = make(self._sink)

    def _sink(self, event: PlayerEvent) -> None:
        if isinstance(event, FrameReady):
            self.pictures += 1
        else:
            self.events.append(event)
        self._arrived.set()

    def turn(self) -> None:
        """One turn: a little time and a poll."""
        if self.clock is not None:
            self.clock.advance(ms=20)
        else:
            self._arrived.wait(0.02)
            self._arrived.clear()
        self.player.poll()

    def until(self, condition: Callable[[], object], *, within_s: float = 12.0) -> None:
        """Turn until the condition holds."""
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, f"did not happen; so far: {self.events}, {self.player.state}"
            self.turn()

    def wait_for(self, kind: type[E]) -> E:
        """Turn until an event of this kind comes; earlier events are dropped."""
        self.until(lambda: any(isinstance(event, kind) for event in self.events))
        index = next(i for i, event in enumerate(self.events) if isinstance(event, kind))
        found = self.events[index]
        del self.events[: index + 1]
        assert isinstance(found, kind)
        return found

    def run_for(self, ms: int) -> None:
        """Turn for so much of the player's time."""
        if self.clock is not None:
            end = self.clock.read().monotonic_ms + ms
            while self.clock.read().monotonic_ms < end:
                self.turn()
            return
        deadline = time.monotonic() + ms / 1000
        while time.monotonic() < deadline:
            self.turn()

    def kinds(self) -> list[str]:
        """The names of the events so far, without positions."""
        return [type(event).__name__ for event in self.events if type(event).__name__ != "PositionChanged"]
