"""A whole history, to be asked for the state after any event and at any moment between two.

States are worked out by the fold that ran while the person sat. One in every few is kept; the rest is folded anew when
it is asked for, so that a history of any length takes little room and every question has its answer at once.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from pocus_desktop.appeals import bare
from pocus_desktop.appeals.bare import Bare
from pocus_desktop.appeals.moment import At, passed_ms
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting import events, fold
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.errors import BadHistoryError
from pocus_desktop.sitting.ledger import Ledger
from pocus_desktop.sitting.state import SittingState, pauser
from pocus_desktop.sitting.unswept import unswept

KEEP_EVERY: Final = 64
"""Of so many states one is kept."""

_RECENT: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """One event, between the states before and after it.

    Attributes:
        one: The event.
        at: Where it stands.
        before: The ledger before it; for the first event its own.
        time: The ledger after it.
        was: The state before; None without the assessment, and for the first event.
        now: The state after; None without the assessment.
        pause: Why the sitting is paused after it, and by whom; None where it is not.
        is_back: Whether the program came back with it, on this station or another.
    """

    one: Recorded
    at: At
    before: Ledger
    time: Ledger
    was: SittingState | None
    now: SittingState | None
    pause: tuple[str, str] | None
    is_back: bool


class History:
    """Events in order, with the assessment where it is at hand.

    Args:
        recorded: A whole history, as a sealed result has it: numbered from 1, the first opens the sitting.
        course: The assessment; None where it is not at hand.

    Raises:
        BadHistoryError: With an assessment: the events do not make a sitting of it.
    """

    def __init__(self, recorded: Sequence[Recorded], course: Course | None) -> None:
        if not recorded or not isinstance(recorded[0].event, events.Opened):
            raise BadHistoryError(reason="the first event opens no sitting")
        self.recorded: Final = tuple(recorded)
        self.course: Final = course
        self._kept: dict[int, SittingState] = {}
        self._ends_at = bare.end_of(recorded)
        self._passed_ms = self._axis()
        self.state_after = lru_cache(maxsize=_RECENT)(self._state_after)

    @property
    def length_ms(self) -> int:
        """Time that passed from the first event to the last."""
        return self._passed_ms[-1]

    def walk(self) -> Iterator[Passed]:
        """Every event with what it changed."""
        with unswept():
            yield from self._with_course(self.course) if self.course is not None else self._alone()

    def index_at(self, elapsed_ms: int) -> int:
        """The last event that had happened by then (counted from 0); the first one before that."""
        return max(bisect_right(self._passed_ms, elapsed_ms) - 1, 0)

    def at(self, elapsed_ms: int) -> tuple[SittingState, Reading]:
        """The state at a moment, and what the clocks of the station said then; only with an assessment."""
        index = self.index_at(elapsed_ms)
        state = self.state_after(index)
        since = max(elapsed_ms - self._passed_ms[index], 0)
        last = state.ledger.last
        now = replace(last, monotonic_ms=last.monotonic_ms + since, wall_ms=self.recorded[index].at.wall_ms + since)
        return state, now

    def elapsed_of(self, index: int) -> int:
        """When an event (counted from 0) happened."""
        return self._passed_ms[index]

    def is_running_at(self, elapsed_ms: int) -> bool:
        """Whether the program ran: not so between the last event before a gap and the event that came back."""
        following = self.index_at(elapsed_ms) + 1
        if following >= len(self.recorded):
            return True
        return not (self._is_back(following) and elapsed_ms > self._passed_ms[following - 1])

    def _is_back(self, index: int) -> bool:
        """Whether the program came back with an event: the journal says so, or time goes on in another boot."""
        if not index:
            return False
        one = self.recorded[index]
        return isinstance(one.event, events.CAME_BACK) or one.at.boot_id != self.recorded[index - 1].at.boot_id

    def _axis(self) -> tuple[int, ...]:
        found, last = [0], self.recorded[0].at
        for one in self.recorded[1:]:
            found.append(found[-1] + passed_ms(last, one.at))
            # as the ledger does: a monotonic clock that went back counts from where it had been, but not over a return
            is_behind = one.at.boot_id == last.boot_id and one.at.monotonic_ms < last.monotonic_ms
            is_return = isinstance(one.event, events.CAME_BACK)
            last = replace(one.at, monotonic_ms=last.monotonic_ms) if is_behind and not is_return else one.at
        return tuple(found)

    def _at(self, index: int, time: Ledger) -> At:
        one = self.recorded[index]
        return At(seq=one.seq, elapsed_ms=self._passed_ms[index], exam_ms=time.consumed_ms, wall_ms=one.at.wall_ms)

    def _with_course(self, course: Course) -> Iterator[Passed]:
        was: SittingState | None = None
        for index, one in enumerate(self.recorded):
            now = fold.begin(course, one) if was is None else fold.fold(course, was, one)
            if index % KEEP_EVERY == 0:
                self._kept[index] = now
            pause = None if now.pause is None else (now.pause, pauser(now.held_by, now.paused_by))
            yield Passed(
                one=one,
                at=self._at(index, now.ledger),
                before=now.ledger if was is None else was.ledger,
                time=now.ledger,
                was=was,
                now=now,
                pause=pause,
                is_back=self._is_back(index),
            )
            was = now

    def _alone(self) -> Iterator[Passed]:
        was: Bare | None = None
        for index, one in enumerate(self.recorded):
            now = bare.begin(one) if was is None else bare.follow(was, one, ends_at=self._ends_at)
            pause = None if now.pause is None else (now.pause, pauser(now.held_by, now.paused_by))
            before = now.ledger if was is None else was.ledger
            yield Passed(
                one=one,
                at=self._at(index, now.ledger),
                before=before,
                time=now.ledger,
                was=None,
                now=None,
                pause=pause,
                is_back=self._is_back(index),
            )
            was = now

    def _state_after(self, index: int) -> SittingState:
        course = self.course
        assert course is not None  # noqa: S101 - asked only where there is one
        start = index - index % KEEP_EVERY
        while start and start not in self._kept:
            start -= KEEP_EVERY
        state = self._kept.get(start)
        if state is None:
            state = fold.begin(course, self.recorded[0])
            start = 0
        for one in self.recorded[start + 1 : index + 1]:
            state = fold.fold(course, state, one)
        return state
