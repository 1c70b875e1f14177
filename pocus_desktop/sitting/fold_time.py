"""What events do to time that was lost: the evidence of the clocks, leaving, and waiting for a recording (journal 7).

Each function takes the course, the state with its ledger already at the event's stamp, and the event.
"""

from typing import Final

from pocus_desktop.sitting import events, fold_orders, ledger, lost
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.fold_flow import PAUSE
from pocus_desktop.sitting.ledger import Ledger
from pocus_desktop.sitting.state import NoticeKind, SittingState, Stage, changed, span, told

OF_INTERRUPTIONS: Final = frozenset(
    {
        "sitting.proctor_needed",
        "sitting.time_credited",
        "sitting.time_lost",
        "sitting.sleep_credited",
        "sitting.sleep_lost",
        "sitting.left_lost",
    }
)
"""Notices of what an interruption cost."""

AWAY: Final = "away"
"""Why a sitting is paused that was away for longer than clocks prove and the credit allows."""

WAITS: Final = "sitting.clock_waits"
"""What is told as long as the clock stands still for a recording."""

_WORTH_TELLING_MS: Final = 1_000
_GOES: Final = frozenset({"recovered", "position", "resumed", "ended", "paused"})
"""Reports of a player that plays, or that a person stopped."""

_WORKING: Final = (
    events.Answered,
    events.WentOn,
    events.WentBack,
    events.WentTo,
    events.HandedIn,
    events.HandLowered,
    events.Left,
)
"""Who does one of these no longer waits for a recording; nor who was seen to by the proctor."""


def clocks_shown(_course: Course, state: SittingState, event: events.ClocksShown) -> SittingState:
    """What the machine slept since is lost, and given back as far as that goes."""
    time = lost.clocks_shown(
        state.ledger, asleep_ms=event.asleep_ms, station=event.station, cap_ms=state.opened.credit_cap_ms
    )
    return told_of(changed(state, ledger=time), state.ledger)


def left(_course: Course, state: SittingState, _event: events.Left) -> SittingState:
    """Who leaves lets the clock run on; who may pause has paused."""
    gone = changed(state, has_left=True)
    if not state.opened.can_pause or state.pause is not None or state.stage not in {Stage.CASE, Stage.REVIEW}:
        return gone
    return changed(gone, pause=lost.LEFT, held_by="candidate", ledger=ledger.hold(state.ledger, PAUSE))


def wait_over(_course: Course, state: SittingState, _event: events.WaitOver) -> SittingState:
    """No more may be credited; who still waits is told that the clock runs."""
    return state if state.ledger.is_waiting else told(state, "warning", "sitting.wait_over")


def attended(before: SittingState, state: SittingState, event: events.Event) -> SittingState:
    """Begin to wait for a recording that stopped by itself, or end that.

    The clock stands still until the recording goes on, the candidate does something else, the proctor has seen to it,
    or no more may be credited.
    """
    if isinstance(event, events.Heartbeat):
        return state
    if isinstance(event, events.MediaReported) and event.what in {"stalled", "failed"}:
        return _waiting(before, state, event)
    waited_ms = 0
    if state.ledger.is_waiting and _ends_wait(state, event):
        waited_ms = 0 if state.ledger.holds else state.ledger.held_ms
        state = changed(state, ledger=ledger.end_rest(state.ledger))
    if state.notices and not state.ledger.is_waiting:
        rest = tuple(notice for notice in state.notices if notice.code != WAITS)
        state = state if len(rest) == len(state.notices) else changed(state, notices=rest)
    return _worth_telling(state, "info", "sitting.wait_credited", time_ms=waited_ms)


def _ends_wait(state: SittingState, event: events.Event) -> bool:
    if isinstance(event, events.MediaReported):
        return event.what in _GOES
    return isinstance(event, _WORKING) or fold_orders.is_hand_answered(state, event)


def _waiting(before: SittingState, state: SittingState, event: events.MediaReported) -> SittingState:
    progress = before.clips.get(event.clip)
    is_here = state.place.step is not None and event.clip.rpartition(".")[0] == state.place.step
    if progress is None or not progress.is_started or not is_here or state.stage is not Stage.CASE:
        return state
    if state.ledger.shown is None or state.rest is not None or state.is_clock_free:
        return state
    time = ledger.wait(state.ledger, cap_ms=state.opened.credit_cap_ms)
    return state if time is state.ledger else told(changed(state, ledger=time), "info", WAITS)


def back(state: SittingState, before: Ledger, event: events.Reopened | events.Moved) -> SittingState:
    """What the return came to; where clocks cannot prove enough, the proctor's word is awaited and the clock stands."""
    later = told_of(changed(state, has_left=False), before)
    cap_ms = state.opened.credit_cap_ms
    is_doubted = lost.is_beyond_proof(before, state.ledger, cap_ms=cap_ms, station=event.station)
    if not is_doubted or isinstance(event, events.Moved) or not state.opened.needs_start_code:
        return later
    held = changed(later, pause=AWAY, held_by="away", is_barred=True, ledger=ledger.hold(later.ledger, PAUSE))
    return told(held, "warning", "sitting.proctor_needed")


def told_of(state: SittingState, before: Ledger) -> SittingState:
    """What an interruption gave back and what it cost, where that is a second or more."""
    new = state.ledger.entries[len(before.entries) :]
    lines = [entry for entry in new if entry.kind in {"gap", "credit", "dark"} and entry.reason != ledger.MEDIA]
    credited_ms = sum(entry.amount_ms for entry in lines if entry.kind in {"credit", "dark"})
    away_ms = sum(entry.amount_ms for entry in lines if entry.kind in {"gap", "dark"})
    reason = lines[0].reason if lines else ""
    gave, cost = _CODES.get(reason, ("sitting.time_credited", "sitting.time_lost"))
    state = _worth_telling(state, "info", gave, time_ms=credited_ms, away_ms=away_ms)
    return _worth_telling(state, "lost", cost, time_ms=away_ms - credited_ms, away_ms=away_ms)


_CODES: Final = {
    lost.SLEPT: ("sitting.sleep_credited", "sitting.sleep_lost"),
    lost.LEFT: ("sitting.time_credited", "sitting.left_lost"),
}


def _worth_telling(
    state: SittingState, kind: NoticeKind, code: str, *, time_ms: int, away_ms: int | None = None
) -> SittingState:
    if time_ms < _WORTH_TELLING_MS:
        return state
    away = {} if away_ms is None else {"away": span(away_ms)}
    return told(state, kind, code, time=span(time_ms), **away)
