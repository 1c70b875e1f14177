"""From a moment on one axis to the same moment on the others (formats/timeline 2)."""

from bisect import bisect_left, bisect_right
from typing import Final

from pocus_desktop.appeals.moment import At
from pocus_desktop.appeals.timeline import Timeline

STEPS_MS: Final = tuple(
    seconds * 1000
    for seconds in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400)
)
"""Distances between marks on a ruler that people can count in."""


class Axis:
    """The places of a timeline, and everything between them.

    Args:
        told: The timeline.
    """

    def __init__(self, told: Timeline) -> None:
        ends = [place for one in told.clock for place in (one.begin, one.end)]
        self._places: Final = tuple(sorted({*told.points, *ends}, key=lambda at: (at.elapsed_ms, at.seq, at.exam_ms)))
        self._elapsed: Final = tuple(at.elapsed_ms for at in self._places)
        reached, highest = [], 0
        for at in self._places:
            highest = max(highest, at.exam_ms)
            reached.append(highest)
        self._reached: Final = tuple(reached)

    @property
    def length_ms(self) -> int:
        """Time that passed in all."""
        return self._elapsed[-1]

    @property
    def exam_ms(self) -> int:
        """The most exam time that was ever consumed."""
        return self._reached[-1]

    def at(self, elapsed_ms: int) -> At:
        """The place after so much time passed; the first or last one before or after all."""
        index = max(bisect_right(self._elapsed, elapsed_ms) - 1, 0)
        last = self._places[index]
        if index + 1 == len(self._places) or elapsed_ms <= last.elapsed_ms:
            return last
        following = self._places[index + 1]
        since, whole = elapsed_ms - last.elapsed_ms, following.elapsed_ms - last.elapsed_ms
        exam = last.exam_ms + (following.exam_ms - last.exam_ms) * since // whole
        return At(seq=last.seq, elapsed_ms=elapsed_ms, exam_ms=exam, wall_ms=last.wall_ms + since)

    def elapsed_at(self, exam_ms: int) -> int:
        """When so much exam time was first consumed; the end where it never was."""
        index = bisect_left(self._reached, exam_ms)
        if index == len(self._reached):
            return self.length_ms
        if not index or self._reached[index] == exam_ms:
            return self._elapsed[index]
        before, after = self._reached[index - 1], self._reached[index]
        start, stop = self._elapsed[index - 1], self._elapsed[index]
        return start + (stop - start) * (exam_ms - before) // (after - before)


def step_for(span_ms: int, *, at_most: int) -> int:
    """The distance between marks on a ruler over a span, with at most so many of them; whole days beyond a day."""
    most, day_ms = max(at_most, 1), STEPS_MS[-1]
    longest = -(-span_ms // (most * day_ms)) * day_ms  # a clock that was set by years makes a gap of years
    return next((step for step in STEPS_MS if span_ms <= step * most), longest)
