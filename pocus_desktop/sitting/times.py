"""Limits as they bind this candidate: with accommodations, extra time and what was spent (formats/journal 7.4)."""

from dataclasses import dataclass
from typing import Final

from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting.course import Course, Limit
from pocus_desktop.sitting.state import SittingState, Stage
from pocus_desktop.sitting.views import TimeLeft

WARN_MS: Final = (10 * 60_000, 5 * 60_000, 60_000)
"""When the candidate is told that time runs short."""

WARN_FOR_MS: Final = 20_000
"""How long a warning stays on the screen."""

_WORTH_WARNING: Final = 1.5
"""A limit is warned of only where it is this much longer than the warning's time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A limit in force.

    Attributes:
        limit: The engine's timer.
        limit_ms: The whole of it, for this candidate.
        due_ms: Exam time at which it runs out.
    """

    limit: Limit
    limit_ms: int
    due_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning_:  # noqa: N801 - `Warning` is Python's
    """A limit runs short: which, and how many minutes were left when it was said."""

    deadline: Deadline
    minutes: int


def deadlines(course: Course, state: SittingState) -> tuple[Deadline, ...]:
    """Every limit in force, first due first; none in review mode or outside the case."""
    if state.is_clock_free or state.stage not in {Stage.CASE, Stage.REVIEW}:
        return ()
    found = [_deadline(course, state, limit) for limit in course.limits(state.configuration)]
    return tuple(sorted(found, key=lambda deadline: deadline.due_ms))


def due(course: Course, state: SittingState, now: Reading) -> Deadline | None:
    """The first limit that has run out by a reading; None where none has."""
    first = next(iter(deadlines(course, state)), None)
    return first if first is not None and first.due_ms <= state.ledger.consumed_at(now) else None


def warnings(course: Course, state: SittingState, now: Reading) -> tuple[Warning_, ...]:
    """What runs short now and was said to within the last seconds."""
    consumed_ms = state.ledger.consumed_at(now)
    return tuple(
        Warning_(deadline=deadline, minutes=at_ms // 60_000)
        for deadline in _seen(course, state)
        for at_ms in WARN_MS
        if deadline.limit_ms >= at_ms * _WORTH_WARNING and at_ms - WARN_FOR_MS < deadline.due_ms - consumed_ms <= at_ms
    )


def next_change_ms(course: Course, state: SittingState, *, now: Reading) -> int | None:
    """Exam time at which the next limit runs out, or a warning comes or goes; None where nothing will."""
    consumed_ms = state.ledger.consumed_at(now)
    moments = [
        moment
        for deadline in deadlines(course, state)
        for moment in (
            deadline.due_ms,
            *(
                deadline.due_ms - at_ms + shown_ms
                for at_ms in WARN_MS
                if deadline.limit_ms >= at_ms * _WORTH_WARNING
                for shown_ms in (0, WARN_FOR_MS)
            ),
        )
        if moment > consumed_ms or moment == deadline.due_ms
    ]
    return min(moments, default=None)


def times_left(course: Course, state: SittingState, now: Reading) -> tuple[TimeLeft, ...]:
    """The limits as screens show them, tightest first; of items only those on the present step."""
    consumed_ms = state.ledger.consumed_at(now)
    return tuple(
        TimeLeft(
            scope=deadline.limit.scope[0],
            scope_id=deadline.limit.scope[1],
            limit_ms=deadline.limit_ms,
            left_ms=max(deadline.due_ms - consumed_ms, 0),
            at_monotonic_ms=now.monotonic_ms,
            is_running=state.ledger.is_running_at(now),
        )
        for deadline in _seen(course, state)
    )


def _seen(course: Course, state: SittingState) -> tuple[Deadline, ...]:
    """The limits that the candidate can still do something about."""
    here = course.scopes(state.place)
    return tuple(deadline for deadline in deadlines(course, state) if deadline.limit.scope in here)


def _deadline(course: Course, state: SittingState, limit: Limit) -> Deadline:
    """The steps of a nonlinear phase have one limit for all visits; any other limit counts from when it was armed."""
    ledger = state.ledger
    whole_ms = round(limit.after_ms * state.opened.time_factor) + ledger.granted(limit.scope)
    kind, name = limit.scope
    if kind == "step" and course.plan.places[name].phase.navigation == "nonlinear":
        return Deadline(
            limit=limit, limit_ms=whole_ms, due_ms=ledger.consumed_ms + whole_ms - ledger.spent(limit.scope)
        )
    return Deadline(limit=limit, limit_ms=whole_ms, due_ms=limit.armed_ms + whole_ms)
