"""Scheduled breaks: the clock stands still between two cases for a while (formats/journal 4.8, 7.6).

The next case stands ready behind the break; its limits run from where the break is over, whether the candidate is back
or not. Nothing of it is seen or can be done before the candidate leaves the break.
"""

from pocus_desktop.admission.mode import Mode
from pocus_desktop.sitting import events, ledger
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.state import Rest, SittingState, changed, refused, span, told

_FREE_TO_LEAVE = frozenset({Mode.PRACTICE, Mode.DEMO})


def begun(course: Course, state: SittingState, before: str | None, since_ms: int | None) -> SittingState:
    """The state at the first step of another case, with the break that comes between, if one does.

    Args:
        course: What is sat.
        state: At the new case; time is charged to it.
        before: The case that it was at.
        since_ms: Exam time at which it moved, where that was before the last reading.
    """
    found = course.plan.break_between(before, state.place.case)
    if found is None or before is None or state.is_clock_free:
        return state  # one that was overstayed for a whole case still stands
    rest = Rest(after=before, length_ms=found.length_ms, is_optional=found.optional)
    return changed(state, rest=rest, ledger=ledger.rest(state.ledger, rest.length_ms, since_ms=since_ms))


def can_leave(state: SittingState, *, left_ms: int) -> bool:
    """Whether the candidate may leave the break with so much of it left."""
    return state.rest is not None and (state.rest.is_optional or not left_ms or state.mode in _FREE_TO_LEAVE)


def ended(_course: Course, state: SittingState, _event: events.BreakEnded) -> SittingState:
    """On to the next case; the clock runs."""
    if state.rest is None:
        return state
    if state.pause is not None:
        return refused(state, "sitting.paused_refused")
    left_ms = state.ledger.rest_ms
    if not can_leave(state, left_ms=left_ms):
        return refused(state, "sitting.break_goes_on", time=span(left_ms))
    return changed(state, rest=None, ledger=ledger.end_rest(state.ledger))


def over(_course: Course, state: SittingState, _event: events.BreakOver) -> SittingState:
    """Who is not back yet is told that the clock runs."""
    if state.rest is None or state.ledger.rest_ms:
        return state
    return told(state, "warning", "sitting.break_over")
