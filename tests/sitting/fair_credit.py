"""What is to be given back, reckoned anew from the events of a sitting; for the tests of fair time.

Beside `tests.sitting.fair`, whose truth is how much time clocks prove: this says how much of it the candidate is not
charged for, and why. It shares nothing with the ledger but the length of breaks. From the state it takes where the
scenario is, which clip plays and whether somebody has paused; from the events their stamps and what was shown.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting import events
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.fold import begin, fold
from pocus_desktop.sitting.state import SittingState, Stage

_PLAYS_AGAIN: Final = {"recovered", "position", "resumed", "ended", "paused"}
_DOES_SOMETHING: Final = (
    events.Answered,
    events.WentOn,
    events.WentBack,
    events.WentTo,
    events.HandedIn,
    events.HandLowered,
    events.Left,
)


@dataclass
class Credit:
    """The credit of one sitting so far.

    Attributes:
        cap_ms: Of the admission.
        given_ms: What was given back, by its reason.
        is_waiting: A recording does not play, and the candidate waits for it.
        is_disk_full: The disk refuses, and says so in the journal.
    """

    cap_ms: int
    given_ms: Counter[str] = field(default_factory=Counter)
    is_waiting: bool = False
    is_disk_full: bool = False
    has_left: bool = False
    asleep_ms: int | None = None
    state: SittingState | None = None
    last: Reading | None = None

    @property
    def left_ms(self) -> int:
        """What may still be given."""
        return self.cap_ms - sum(self.given_ms.values())

    def take(self, course: Course, one: Recorded) -> None:
        """One more event."""
        if self.state is None or self.last is None:
            self.state, self.last = begin(course, one), one.at
            return
        before, event = self.state, one.event
        later = fold(course, before, one)
        if isinstance(event, events.Reopened):
            is_same_boot = one.at.boot_id == self.last.boot_id
            gone_ms = one.at.monotonic_ms - (self.last.monotonic_ms if is_same_boot else 0)
            self._lose(before, gone_ms, at=self.last, reason="left" if self.has_left else "away")
            self.is_waiting = self.is_disk_full = self.has_left = False
            self.asleep_ms = self.asleep_ms if is_same_boot else 0
        else:
            self._wait(before, one.at)
        if isinstance(event, events.ClocksShown):
            slept_ms = 0 if self.asleep_ms is None else event.asleep_ms - self.asleep_ms
            self.asleep_ms = event.asleep_ms
            if slept_ms > 0:
                self._lose(before, slept_ms, at=one.at, reason="slept")
                self.is_waiting = False
        self._note(before, later, event)
        self.state, self.last = later, one.at

    def at(self, now: Reading) -> int:
        """All that is given back, if nothing happens until then."""
        assert self.last is not None
        assert self.state is not None
        waits_ms = now.monotonic_ms - self.last.monotonic_ms if self._waits(self.state) else 0
        return sum(self.given_ms.values()) + min(waits_ms, self.left_ms)

    def _runs(self, state: SittingState) -> bool:
        is_on = state.stage in {Stage.CASE, Stage.REVIEW} and not state.is_time_over
        return is_on and state.pause is None and not self.is_disk_full

    def _waits(self, state: SittingState) -> bool:
        return self.is_waiting and self._runs(state)

    def _wait(self, before: SittingState, now: Reading) -> None:
        assert self.last is not None
        if self._waits(before):
            self.given_ms["waited"] += min(now.monotonic_ms - self.last.monotonic_ms, self.left_ms)

    def _lose(self, before: SittingState, gone_ms: int, *, at: Reading, reason: str) -> None:
        """Time is lost to both of the break first; what a clock proves of the rest is given back, but not who left."""
        if self._runs(before):
            rest_ms = before.ledger.rest_at(at) if before.rest is not None else 0
            self.given_ms[reason] += 0 if reason == "left" else min(max(gone_ms - rest_ms, 0), self.left_ms)

    def _note(self, before: SittingState, later: SittingState, event: events.Event) -> None:
        match event:
            case events.DiskStopped():
                self.is_disk_full = True
            case events.DiskRecovered():
                self.is_disk_full = False
            case events.Left():
                self.has_left = True
            case events.MediaReported(what="stalled" | "failed"):
                clip = before.clips.get(event.clip)
                is_here = event.clip.rpartition(".")[0] == later.place.step
                if clip is not None and clip.is_started and is_here and later.rest is None and self._runs(later):
                    self.is_waiting = self.is_waiting or self.left_ms > 0
        is_going = isinstance(event, events.MediaReported) and event.what in _PLAYS_AGAIN
        if is_going or isinstance(event, _DOES_SOMETHING) or later.rest is not None or self.left_ms == 0:
            self.is_waiting = False
