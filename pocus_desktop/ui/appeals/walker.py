"""Walks along a timeline: where one is, to the next stop and back, and on by itself at a multiple of its own pace."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from pocus_desktop.appeals.stops import Stop, after, before

PACES: Final = (1, 2, 4, 8, 16)
"""How many times as fast as it was a timeline can be walked."""

_BEAT_MS: Final = 100


class Walker(QObject):
    """A place on a timeline.

    Args:
        stops: Where one stops.
        length_ms: Where the timeline ends.
        parent: The owner.

    Signals:
        moved: To another place; time passed in milliseconds, and the entry that it is at.
        playing_changed: It goes on by itself from now on, or no longer does.
    """

    moved = Signal(object, int)
    playing_changed = Signal(bool)

    def __init__(self, stops: Sequence[Stop], length_ms: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._places = [(one.at.elapsed_ms, one.at.seq) for one in stops]
        self._answers = [(one.at.elapsed_ms, one.at.seq) for one in stops if one.answer is not None]
        self._length_ms = length_ms
        self._elapsed_ms, self._seq = 0, 0
        self.pace: int = 1
        self._beat = QTimer(self)
        self._beat.setInterval(_BEAT_MS)
        self._beat.timeout.connect(self._on_beat)
        self._since = QElapsedTimer()

    @property
    def elapsed_ms(self) -> int:
        """Where it is: time passed since the first event."""
        return self._elapsed_ms

    @property
    def seq(self) -> int:
        """The entry that it is at."""
        return self._seq

    @property
    def is_playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._beat.isActive()

    def go(self, elapsed_ms: int, *, seq: int | None = None) -> None:
        """To a place; to an entry, where several stand at one moment."""
        self._elapsed_ms = min(max(elapsed_ms, 0), self._length_ms)
        if seq is None:
            last = before(self._places, self._elapsed_ms, 1 << 62)
            seq = self._places[last][1] if last is not None else 0
        self._seq = seq
        self.moved.emit(self._elapsed_ms, seq)

    def go_on(self, *, is_answer: bool = False) -> None:
        """To the next stop, or the next answer."""
        self._step(1, is_answer=is_answer)

    def go_back(self, *, is_answer: bool = False) -> None:
        """To the stop before, or the answer before."""
        self._step(-1, is_answer=is_answer)

    def play(self) -> None:
        """Go on by itself; from the start where it was at the end."""
        if self._elapsed_ms >= self._length_ms:
            self.go(0)
        self._since.start()
        self._beat.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stay."""
        if self._beat.isActive():
            self._beat.stop()
            self.playing_changed.emit(False)

    def _step(self, way: int, *, is_answer: bool) -> None:
        self.pause()
        places = self._answers if is_answer else self._places
        find = after if way > 0 else before
        index = find(places, self._elapsed_ms, self._seq)
        if index is not None:
            self.go(places[index][0], seq=places[index][1])

    def _on_beat(self) -> None:
        self.advance(self._since.restart())

    def advance(self, passed_ms: int) -> None:
        """Go on as far as the pace brings it while so much time passes for who looks."""
        self.go(self._elapsed_ms + passed_ms * self.pace)
        if self._elapsed_ms >= self._length_ms:
            self.pause()
