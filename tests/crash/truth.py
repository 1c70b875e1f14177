"""What a sitting told of itself before it was killed, and what must be so when it is opened again."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from pocus_desktop.app.station import OpenSitting
from pocus_desktop.sitting import events
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.fold import replay
from pocus_desktop.sitting.state import SittingState

CLOCK_MS: Final = 1_000
"""By how much the exam clock may be off after a restart."""

MEDIA_MS: Final = 500
"""By how much a clip may be off after a restart."""


@dataclass
class Tally:
    """What is counted over many sittings.

    Attributes:
        killed: How often by what.
        compared: How often what was compared after a restart.
        furthest_ms: By how much it was off at most.
        sittings: How many were finished, sealed, received and opened.
    """

    killed: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    furthest_ms: Counter[str] = field(default_factory=Counter)
    sittings: int = 0

    def note(self, what: str, off_ms: int) -> None:
        """Something was compared, and off by so much."""
        self.compared[what] += 1
        self.furthest_ms[what] = max(off_ms, self.furthest_ms[what])


@dataclass
class Truth:
    """What is known of a sitting from what it told through the pipe.

    Attributes:
        acknowledged: The essence that went with the last view that said `saved`.
        saved: Each of them, by the number of its last event.
        asked: The responses that were given, as JSON.
        refused: Responses that no item takes, which were answered all the same.
        consumed_ms: What the exam clock showed last.
        is_running: Whether it ran.
        now: The clocks when it told last: monotonic, wall, boot.
        gone_ms: How long the program was gone each time since it told the clock, by the monotonic clock of this boot.
        seen: Clip by key to the position that the person saw last.
        tally: What is counted.
        resumed: The same as this life began, of clips that it did not show yet.
    """

    acknowledged: dict[str, Any] | None = None
    saved: dict[int, dict[str, Any]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    consumed_ms: int = 0
    is_running: bool = False
    now: tuple[int, int, str] = (1_000, 1_795_000_000_000, "boot-0")
    gone_ms: list[int] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    resumed: dict[str, int] = field(default_factory=dict)
    tally: "Tally" = field(default_factory=Tally)
    sealed: str = ""
    received: str = ""

    def hear(self, told: dict[str, Any]) -> None:
        """Take one line of the pipe."""
        match told:
            case {"asked": what}:
                self.asked.add(what)
            case {"refused": what}:
                self.refused.add(what)
            case {"saved": essence}:
                self.saved.setdefault(essence["seq"], essence)
                if self.acknowledged is None or essence["seq"] > self.acknowledged["seq"]:
                    self.acknowledged = essence
            case {"clock": [monotonic_ms, wall_ms, boot, consumed_ms, is_running]}:
                self.gone_ms = []
                self.now, self.consumed_ms, self.is_running = (monotonic_ms, wall_ms, boot), consumed_ms, is_running
            case {"seen": [clip, position_ms]}:
                self._require_close(clip, position_ms)
                self.seen[clip] = position_ms
            case {"off": [what, off_ms]}:
                self.tally.note(what, off_ms)
            case {"sealed": digest}:
                self.sealed = digest
            case {"received": digest}:
                self.received = digest
            case _:
                raise AssertionError(f"the child told {told}")

    def begin_life(self) -> None:
        """The program starts again."""
        self.resumed = dict(self.seen)

    def _require_close(self, clip: str, position_ms: int) -> None:
        """The player goes on where the person was, whatever the journal says."""
        plays = self.acknowledged["plays"] if self.acknowledged is not None else {}
        before_ms = self.resumed.pop(clip, None)
        if before_ms is not None and plays.get(clip, (0, 0, False))[2]:
            off = abs(before_ms - position_ms)
            assert off <= MEDIA_MS, f"{clip} was seen at {before_ms} ms, and then played from {position_ms} ms"
            self.tally.note("clip played on", off)


def essence(state: SittingState) -> dict[str, Any]:
    """All that a candidate could miss, as JSON gives it back."""
    told = {
        "seq": state.last_seq,
        "stage": str(state.stage),
        "step": state.place.step,
        "responses": {item: response.model_dump(mode="json") for item, response in state.responses.items()},
        "plays": {key: [clip.plays_used, clip.position_ms, clip.is_started] for key, clip in state.clips.items()},
        "cines": dict(state.cines),
        "flags": sorted(state.flags),
        "consumed_ms": state.ledger.consumed_ms,
    }
    return json.loads(json.dumps(told))  # type: ignore[no-any-return]


def require_kept(opened: OpenSitting, truth: Truth) -> Iterator[tuple[str, int]]:
    """The sitting goes on from all that was acknowledged and from nothing that was refused.

    Yields:
        What was compared, and by how many milliseconds it is off.

    Raises:
        AssertionError: It does not; the words say in what.
    """
    sitting = opened.sitting
    if not sitting.recorded:  # handed in: its journal no longer opens here
        assert sitting.sealed is not None, "a sitting that is closed was sealed"
        return
    before = _before_the_return(sitting.recorded)
    told = truth.acknowledged
    if told is not None:
        assert len(before) >= told["seq"], f"{told['seq']} events were acknowledged, {len(before)} are there"
        at_that_time = essence(replay(sitting.course, before[: told["seq"]]))
        assert at_that_time == told, f"acknowledged {told}, found {at_that_time}"
    given = {one.event.response.model_dump_json() for one in before if isinstance(one.event, events.Answered)}
    assert given <= truth.asked | truth.refused, "the journal has an answer that nobody gave"
    then, now = replay(sitting.course, before), sitting.state
    assert (now.place.step, now.clips, now.cines, now.flags) == (then.place.step, then.clips, then.cines, then.flags)
    assert now.responses == then.responses
    kept = {response.model_dump_json() for response in now.responses.values()}
    assert not kept & truth.refused, "what was refused is an answer now"
    back = then.ledger.consumed_ms
    yield "clock", abs(back - truth.consumed_ms)
    assert abs(back - truth.consumed_ms) <= CLOCK_MS, f"the clock showed {truth.consumed_ms} ms, it is at {back} ms"
    yield "time away", _require_charged(sitting.recorded, then, truth, sitting.course)
    for key, position_ms in truth.seen.items():
        clip = now.clips.get(key)
        if clip is not None and clip.is_started:
            off = abs(clip.position_ms - position_ms)
            yield "clip", off
            assert off <= MEDIA_MS, f"{key} was seen at {position_ms} ms, it is at {clip.position_ms} ms"


def _require_charged(recorded: tuple[Recorded, ...], then: SittingState, truth: Truth, course: Course) -> int:
    """What the return charged and gave back is the time away; by how much that is off the truth."""
    back = then.last_seq + 1
    at, last, now = recorded[back - 1].at, recorded[back - 2].at, replay(course, recorded[:back]).ledger
    is_same_boot = at.boot_id == last.boot_id and at.monotonic_ms >= last.monotonic_ms
    proved_ms = at.monotonic_ms - (last.monotonic_ms if is_same_boot else 0)
    lost_ms = max(proved_ms - then.ledger.rest_ms, 0) if then.ledger.is_let_go else 0
    due_ms = 0 if then.has_left else min(lost_ms, then.opened.credit_cap_ms - then.ledger.credited_ms)
    credited_ms = now.credited_ms - then.ledger.credited_ms
    charged_ms = now.consumed_ms - then.ledger.consumed_ms
    assert credited_ms == due_ms, f"{lost_ms} ms were lost, {credited_ms} ms given back, {due_ms} ms were due"
    assert charged_ms == lost_ms - due_ms, f"{lost_ms} ms were lost, {charged_ms} ms charged"
    if not truth.gone_ms or not is_same_boot or not lost_ms:
        return 0
    # one that was killed before it told anything may have noted its own return, or not
    off_ms = min(abs(lost_ms - sum(truth.gone_ms[first:])) for first in range(len(truth.gone_ms)))
    assert off_ms <= CLOCK_MS, f"the program was gone for {truth.gone_ms} ms, {lost_ms} ms are told"
    return off_ms


def _before_the_return(recorded: tuple[Recorded, ...]) -> tuple[Recorded, ...]:
    """What was there before the last `reopened`."""
    last = max(place for place, one in enumerate(recorded) if isinstance(one.event, events.Reopened))
    return recorded[:last]
