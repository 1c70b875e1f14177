"""The timeline of a sitting: everything that its journal holds, on both axes (formats/timeline). Frozen data only."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pocus_desktop.appeals.moment import At
from pocus_desktop.case.items.registry import Response
from pocus_desktop.kernel.errors import Safe
from pocus_desktop.sitting.events import Opened
from pocus_desktop.sitting.ledger import Entry, Scope
from pocus_desktop.sitting.state import Told

Screen: TypeAlias = Literal[
    "identity",
    "system-check",
    "agreement",
    "comfort",
    "tutorial",
    "ready",
    "case",
    "review",
    "handed-in",
    "survey",
    "farewell",
    "paused",
    "break",
    "off",
]
"""What stood on the screen; `off` where the program did not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What stood on the screen for a while.

    Attributes:
        visit: Which visit to the step it was, from 1; 0 outside the case.
    """

    begin: At
    end: At
    screen: Screen
    case: str = ""
    phase: str = ""
    step: str = ""
    visit: int = 0
    patient: str = ""


ClockKind: TypeAlias = Literal["before", "run", "hold", "gap", "after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What the exam clock did for a while. What all of them ran, held and credited is what the ledger has in all.

    Attributes:
        kind: `before` it was started, it `run`s, it is on `hold`, the program was away (`gap`), it was stopped
            (`after`).
        run_ms: Exam time consumed in it; less than nothing where a break that began earlier gave time back.
        held_ms: Time in it that stood still.
        credited_ms: What was given back: the part of a gap that the policy covers, or a wait for a recording.
        dark_ms: The part of a gap that only the wall clock knows of; nobody is charged for it.
        reasons: Why it stood still, or why it was credited, as the journal has it: `pause`, `disk`, `break`, …
        why: What was said of a pause.
        by: Who paused it; empty where the candidate or the program did.
    """

    kind: ClockKind
    begin: At
    end: At
    run_ms: int = 0
    held_ms: int = 0
    credited_ms: int = 0
    dark_ms: int = 0
    reasons: tuple[str, ...] = ()
    why: str = ""
    by: str = ""

    @property
    def lasted_ms(self) -> int:
        """How long it took by the clock on the wall."""
        return self.end.elapsed_ms - self.begin.elapsed_ms

    @property
    def lost_ms(self) -> int:
        """What a gap cost of exam time."""
        return max(self.run_ms, 0) if self.kind == "gap" else 0


PartKind: TypeAlias = Literal["playing", "paused", "stalled", "away"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a play: playing on, held, waiting for data, or without the program (`away`)."""

    kind: PartKind
    begin: At
    end: At
    from_ms: int
    to_ms: int


PlayEnd: TypeAlias = Literal["ended", "failed", "left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One play of a clip.

    Attributes:
        clip: Its stage key.
        number: Which play of this clip it was, from 1.
        parts: In order, without gaps.
        reported: Every position that the player told, as (time passed, position), in milliseconds.
        how: How it came to an end; `left` where it did not.
        reason: Why it failed.
    """

    clip: str
    number: int
    parts: tuple[Part, ...]
    reported: tuple[tuple[int, int], ...]
    how: PlayEnd
    reason: str = ""

    @property
    def begin(self) -> At:
        """When it was started."""
        return self.parts[0].begin

    @property
    def end(self) -> At:
        """When it was over, or last heard of."""
        return self.parts[-1].end

    @property
    def is_counted(self) -> bool:
        """Whether it counts against the plays allowed: a failed one was given back."""
        return self.how != "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLeft:
    """A limit in force, and what was left of it."""

    scope: Scope
    limit_ms: int
    left_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response as it arrived.

    Attributes:
        at: Its stamp; what counts for a deadline is this, not when it was written.
        item: Which question.
        number: The question's number on the screen; 0 where the assessment is not at hand or has no such question.
        response: As it was given; an empty one took an answer back.
        is_counted: Whether it was taken; None where the assessment is not at hand.
        refusal: The code of why not; empty where it was.
        replaced: What stood there before; None where nothing did (or it was not taken).
        is_final: Whether it is what counts in the end.
        limits: What was left of each limit in force at its stamp.
        step: Where the candidate was.
    """

    at: At
    item: str
    number: int
    response: Response
    is_counted: bool | None
    refusal: str = ""
    replaced: Response | None = None
    is_final: bool = False
    limits: tuple[LimitLeft, ...] = ()
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An event, and what came of it. Heartbeats and the player's reports of where it is are no marks.

    Attributes:
        kind: The event's type, such as `went-on`; also of kinds that were added after this was written.
        fields: What the event says, but for answers and names.
        told: What the candidate was told because of it, refusals among it.
        noted: What it left for the proctor, as (what, detail).
        drift_ms: By how much wall and monotonic clock fell apart at it; 0 where they agreed.
        step: Where the candidate was after it.
        moved_to: The step, where it is another than before.
    """

    at: At
    kind: str
    fields: tuple[tuple[str, Safe], ...] = ()
    told: tuple[Told, ...] = ()
    noted: tuple[tuple[str, str], ...] = ()
    drift_ms: int = 0
    step: str = ""
    moved_to: str = ""

    @property
    def is_proctors(self) -> bool:
        """Whether it is an act of the proctor."""
        is_in_a_name = self.kind in {"paused", "continued"} and any(name == "by" for name, _ in self.fields)
        return is_in_a_name or self.kind in {"ordered", "code-used", "time-granted", "hand-lowered"}

    @property
    def is_refused(self) -> bool:
        """Whether the rules refused it."""
        return any(one.kind == "refused" for one in self.told) or any(name == "refused" for name, _ in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the ledger, with the event at which it was closed."""

    seq: int
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a scope took.

    Attributes:
        limit_ms: The whole limit at the end, with accommodations and what was granted; None where it had none.
    """

    scope: Scope
    consumed_ms: int
    granted_ms: int
    limit_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The ledger in short: exam time consumed, held, gaps, what was credited, lost and dark of them, and granted."""

    elapsed_ms: int
    consumed_ms: int
    held_ms: int
    gap_ms: int
    credited_ms: int
    lost_ms: int
    dark_ms: int
    granted_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What is wrong with a history, said beside everything that is shown of it.

    Attributes:
        code: Of the table of words: `sitting.unfair_history`, `sitting.bad_history`, `appeals.forked`, …
    """

    code: str
    params: tuple[tuple[str, Safe], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A sitting on both axes.

    Attributes:
        opened: How it began.
        has_content: Whether the assessment was at hand; without it there are no screens, and nothing tells what
            counted.
        doubts: What is wrong with the history.
        points: One place an event, first to last: how exam time follows time that passed.
        last_seq: The last event.
    """

    opened: Opened
    has_content: bool
    doubts: tuple[Doubt, ...]
    points: tuple[At, ...]
    screens: tuple[Shown, ...]
    clock: tuple[Clock, ...]
    plays: tuple[Play, ...]
    answers: tuple[Answer, ...]
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    spent: tuple[Spent, ...]
    totals: Totals

    @property
    def begin(self) -> At:
        """The first event."""
        return self.points[0]

    @property
    def end(self) -> At:
        """The last event."""
        return self.points[-1]

    @property
    def interruptions(self) -> tuple[Clock, ...]:
        """Pauses, breaks, holds of the disk and gaps, in order."""
        return tuple(one for one in self.clock if one.kind in {"hold", "gap"})
