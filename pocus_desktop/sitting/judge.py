"""Judges a history that a station may have made up (formats/journal 4.5, 7.1): what the academy replays with.

`fold` takes events as they come, for on a station the runner made them. Whoever gets a history from elsewhere asks:

1. Time goes from one boot to another by `reopened` and `moved` only.
2. A limit that ran out by the stamp of an event was fired before it; only those two come first, for they charge the
   gap in which limits ran out.
3. What was fired is the limit that ran out first, at the exam time at which it was due.
4. Within a boot, no machine has slept less than it had before.
5. A one-time code counts once, in its turn, for what it may be about, and not while a wait lasts (formats/code 4).

The runner asks the same of itself by the same functions, so that its own histories are fair to the millisecond.
"""

from collections.abc import Sequence

from pocus_desktop.sitting import events, fold_code, times
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.errors import UnfairHistoryError
from pocus_desktop.sitting.fold import fold, replay
from pocus_desktop.sitting.state import SittingState


def judge(course: Course, recorded: Sequence[Recorded]) -> SittingState:
    """The state that a whole history makes, like `fold.replay`, if the history is fair.

    Raises:
        BadHistoryError: It is not the history of a sitting of this assessment.
        UnfairHistoryError: Rules 1 to 5.
    """
    state = replay(course, recorded[:1])
    for one in recorded[1:]:
        if not isinstance(one.event, events.CAME_BACK) and not _is_fair(course, state, one):
            raise UnfairHistoryError(seq=one.seq)
        state = fold(course, state, one)
    return state


def _is_fair(course: Course, before: SittingState, one: Recorded) -> bool:
    ran_out = times.due(course, before, one.at)
    due = None if ran_out is None else (ran_out.limit.timer, ran_out.due_ms)
    fired = (one.event.timer, one.event.due_ms) if isinstance(one.event, events.TimerFired) else None
    is_in_time = fired == due and one.at.boot_id == before.ledger.last.boot_id
    return is_in_time and not _has_unslept(before, one) and fold_code.is_in_turn(before, one.event, one.at)


def _has_unslept(before: SittingState, one: Recorded) -> bool:
    shown = before.ledger.shown
    return (
        isinstance(one.event, events.ClocksShown)
        and shown is not None
        and shown.boot_id == one.at.boot_id
        and one.event.asleep_ms < shown.asleep_ms
    )
