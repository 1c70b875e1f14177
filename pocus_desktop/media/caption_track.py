"""Which captions are shown at a moment of a clip; knows nothing of how captions are written."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Payload = TypeVar("Payload")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedCue(Generic[Payload]):
    """A caption and when it is shown.

    Attributes:
        start_ms: From here on.
        end_ms: Until just before here.
        payload: Whatever is drawn.
    """

    start_ms: int
    end_ms: int
    payload: Payload


class CaptionTrack(Generic[Payload]):
    """Answers for any moment which cues are active, in the order in which they were given."""

    def __init__(self, cues: Iterable[TimedCue[Payload]]) -> None:
        """Sort out when anything changes; a cue that ends before it starts is never shown."""
        kept = [cue for cue in cues if cue.end_ms > cue.start_ms]
        self._edges = sorted({edge for cue in kept for edge in (cue.start_ms, cue.end_ms)})
        starts: dict[int, list[int]] = {}
        ends: dict[int, list[int]] = {}
        for number, cue in enumerate(kept):
            starts.setdefault(cue.start_ms, []).append(number)
            ends.setdefault(cue.end_ms, []).append(number)
        self._spans: list[tuple[TimedCue[Payload], ...]] = [()]
        showing: set[int] = set()
        for edge in self._edges:
            showing.difference_update(ends.get(edge, ()))
            showing.update(starts.get(edge, ()))
            self._spans.append(tuple(kept[number] for number in sorted(showing)))

    @property
    def end_ms(self) -> int:
        """When the last cue ends; 0 without cues."""
        return self._edges[-1] if self._edges else 0

    def active(self, position_ms: float) -> tuple[TimedCue[Payload], ...]:
        """The cues at a moment."""
        return self._spans[bisect_right(self._edges, position_ms)]

    def next_change_ms(self, position_ms: float) -> int | None:
        """When the cues change next after a moment; None when they do not."""
        after = bisect_right(self._edges, position_ms)
        return self._edges[after] if after < len(self._edges) else None
