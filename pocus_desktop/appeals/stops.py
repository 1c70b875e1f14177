"""Where one stops on a walk along a timeline, and which stops a search leaves."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pocus_desktop.appeals.moment import At
from pocus_desktop.appeals.names import Names
from pocus_desktop.appeals.telling import Telling
from pocus_desktop.appeals.timeline import Answer, Mark, Timeline

Kind: TypeAlias = Literal["all", "answers", "media", "clock", "refused", "noted"]
"""What a list of stops can be narrowed to."""

KINDS: Final[tuple[Kind, ...]] = ("all", "answers", "media", "clock", "refused", "noted")

_MEDIA: Final = frozenset({"play-started", "media-reported", "cine-left"})
_CLOCK: Final = frozenset(
    {
        "case-started", "reopened", "paused", "continued", "break-ended", "break-over", "disk-stopped",
        "disk-recovered", "timer-fired", "time-granted", "handed-in", "time-over", "moved", "left", "clocks-shown",
        "wait-over", "ordered", "code-used",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """An event to stop at, in words.

    Attributes:
        what: What happened.
        more: What came of it, a line each.
    """

    at: At
    mark: Mark
    answer: Answer | None
    what: str
    more: tuple[str, ...]

    def is_of(self, kind: Kind) -> bool:
        """Whether it belongs to a kind."""
        mark = self.mark
        match kind:
            case "all":
                return True
            case "answers":
                return self.answer is not None
            case "media":
                return mark.kind in _MEDIA
            case "clock":
                return mark.kind in _CLOCK or bool(mark.drift_ms)
            case "refused":
                return mark.is_refused
            case "noted":
                return bool(mark.noted) or mark.kind in {"flagged", "hand-lowered"}

    def has(self, words: Sequence[str]) -> bool:
        """Whether every word (in lower case) stands somewhere in it."""
        text = " ".join((self.what, *self.more, str(self.at.seq))).lower()
        return all(word in text for word in words)


def stops(told: Timeline, names: Names) -> tuple[Stop, ...]:
    """Every stop, in order."""
    telling = Telling(names)
    answers = {one.at.seq: one for one in told.answers}
    found = []
    for mark in told.marks:
        answer = answers.get(mark.at.seq)
        what, more = telling.event(mark), telling.consequences(mark)
        if answer is not None:
            what = f"{what} → {names.response(answer.item, answer.response)}"
            more = (*(() if mark.is_refused else (telling.outcome(answer),)), *more)
        found.append(Stop(at=mark.at, mark=mark, answer=answer, what=what, more=more))
    return tuple(found)


def after(places: Sequence[tuple[int, int]], elapsed_ms: int, seq: int) -> int | None:
    """The first of places (time passed, entry) that comes after another; None where none does."""
    index = bisect_right(places, (elapsed_ms, seq))
    return index if index < len(places) else None


def before(places: Sequence[tuple[int, int]], elapsed_ms: int, seq: int) -> int | None:
    """The last of places that comes before another; None where none does."""
    index = bisect_left(places, (elapsed_ms, seq)) - 1
    return index if index >= 0 else None
