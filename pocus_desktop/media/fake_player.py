"""A player without a machine: plays by a clock that a test moves, and reads its source like a real one."""

from collections.abc import Callable
from typing import Final

from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.deck import (
    AudioCount,
    DeckEnded,
    DeckFailed,
    DeckHeld,
    DeckLength,
    DeckOpened,
    DeckRunning,
    DeckTime,
    Report,
)
from pocus_desktop.media.deck_player import DeckPlayer
from pocus_desktop.media.errors import UnplayableError
from pocus_desktop.media.events import Sink
from pocus_desktop.media.frames import FrameBuffer
from pocus_desktop.media.player import MediaSource
from pocus_desktop.media.source_pump import SourcePump

_MAGIC: Final = ((0, b"\x1aE\xdf\xa3"), (4, b"ftyp"), (0, b"OggS"), (0, b"RIFF"), (0, b"fLaC"))
_PIECE: Final = 16_384
_AHEAD_MS: Final = 300
_PATIENCE_S: Final = 0.25
_IMPATIENCE_S: Final = 0.005  # once it is known to wait
_REPORT_MS: Final = 250


class FakePlayer(DeckPlayer):
    """Plays nothing audible or visible but grey pictures; its time is the clock's."""

    def __init__(self, sink: Sink, *, clock: Clock, is_silent: bool = False) -> None:
        """Make a player.

        Args:
            sink: Takes the events.
            clock: What it plays by, usually a `ManualClock`; call `poll()` after moving it.
            is_silent: Behave like a computer without a sound device.
        """
        super().__init__(
            sink,
            make_deck=lambda source, frames, report, shown: _FakeDeck(
                source, frames, report, shown, clock=clock, is_silent=is_silent
            ),
            now_s=lambda: clock.read().monotonic_ms / 1000,
        )


class _FakeDeck:
    """Reads as many bytes as its position needs and stands still while they do not come."""

    def __init__(
        self,
        source: MediaSource,
        frames: FrameBuffer,
        report: Report,
        shown: Callable[[], None],
        *,
        clock: Clock,
        is_silent: bool,
    ) -> None:
        self._source, self._frames, self._report, self._clock = source, frames, report, clock
        self._shown = shown
        self._is_silent = is_silent
        self._rate = 1.0
        self._pump: SourcePump | None = None
        self._close_state()

    def _close_state(self) -> None:
        self._phase = "closed"
        self._position_ms = 0.0
        self._reported_ms = -_REPORT_MS
        self._read_bytes = 0
        self._is_asking = False
        self._waiting_from_ms: int | None = None
        self._looked_ms = 0

    @property
    def waiting_s(self) -> float:
        """By the clock, not by the wall."""
        if self._waiting_from_ms is None:
            return 0.0
        return (self._now_ms() - self._waiting_from_ms) / 1000

    def open(self, *, at_ms: int) -> None:
        """Begin to read the head of the clip."""
        self.halt()
        self._phase = "opening"
        self._position_ms = float(at_ms)
        self._looked_ms = self._now_ms()
        self._pump = SourcePump(self._source, self._source_failed)

    def hurry(self) -> None:
        """Opening takes no time here."""

    def run(self) -> None:
        """Let time run."""
        self._looked_ms = self._now_ms()
        self._phase = "running"
        self._report(DeckRunning())

    def hold(self) -> None:
        """Let time stand still."""
        self._advance()
        if self._phase == "running":
            self._phase = "held"
            self._report(DeckHeld())

    def seek(self, position_ms: int) -> None:
        """Jump."""
        self._position_ms = float(position_ms)
        self._reported_ms = -_REPORT_MS
        if self._phase == "held":
            self._show()

    def halt(self) -> None:
        """Close the reader."""
        if self._pump is not None:
            self._pump.close()
            self._pump = None
        self._close_state()

    def set_rate(self, rate: float) -> None:
        """Set the speed."""
        self._rate = rate

    def set_volume(self, percent: int) -> None:
        """Nothing to hear."""

    def audio(self) -> AudioCount:
        """Sound is always decoded, and taken unless this computer is silent."""
        return AudioCount(decoded=1, played=0 if self._is_silent else 1)

    def give_up_audio(self) -> None:
        """Nothing to hear."""

    def tick(self) -> None:
        """Read what is due and move on."""
        if self._phase == "opening":
            self._finish_opening()
        elif self._phase == "running":
            self._advance()

    def release(self) -> None:
        """Close the reader."""
        self.halt()

    def _finish_opening(self) -> None:
        head = self._fetch(min(_PIECE, max(self._source.size_bytes, 1)))
        if head is None:
            return
        if not any(head[start : start + len(magic)] == magic for start, magic in _MAGIC):
            self._phase = "closed"
            self._report(DeckFailed(error=UnplayableError()))
            return
        self._phase = "held"
        self._show()
        self._report(DeckLength(duration_ms=self._source.duration_ms))
        self._report(DeckOpened())

    def _advance(self) -> None:
        now = self._now_ms()
        target = self._position_ms + (now - self._looked_ms) * self._rate
        self._looked_ms = now
        if self._phase != "running" or not self._has_bytes_for(target):
            return
        duration = self._source.duration_ms
        self._position_ms = min(target, float(duration))
        self._show()
        if self._position_ms - self._reported_ms >= _REPORT_MS:
            self._reported_ms = int(self._position_ms)
            self._report(DeckTime(position_ms=self._reported_ms))
        if self._position_ms >= duration:
            self._phase = "held"
            self._report(DeckEnded())

    def _has_bytes_for(self, position_ms: float) -> bool:
        share = min((position_ms + _AHEAD_MS) / max(self._source.duration_ms, 1), 1.0)
        needed = int(self._source.size_bytes * share)
        while self._read_bytes < needed:
            if self._fetch(_PIECE) is None:
                return False
        return True

    def _fetch(self, size: int) -> bytes | None:
        if self._pump is None:
            return None
        if not self._is_asking:
            self._pump.seek(self._read_bytes)
            self._pump.ask(size)
            self._is_asking = True
        piece = self._pump.take(_PATIENCE_S if self._waiting_from_ms is None else _IMPATIENCE_S)
        if piece is None:
            self._waiting_from_ms = self._now_ms() if self._waiting_from_ms is None else self._waiting_from_ms
            return None
        self._is_asking, self._waiting_from_ms = False, None
        self._read_bytes += len(piece)
        return piece

    def _show(self) -> None:
        if self._source.kind != "video":
            return
        view = self._frames.writing_view()
        view[:] = bytes([int(self._position_ms / 40) % 256]) * len(view)
        self._frames.publish()
        self._shown()

    def _source_failed(self, error: PocusError) -> None:
        self._report(DeckFailed(error=error))

    def _now_ms(self) -> int:
        return self._clock.read().monotonic_ms
