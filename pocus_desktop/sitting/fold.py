"""The fold: event after event makes the state (formats/journal 4.3). Pure and total on what a session records.

The same function runs while a person sits, when a sitting resumes, and at the academy; so what a screen showed is what
the academy sees. A deed that the rules refuse changes nothing but leaves a notice.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from pocus_desktop.kernel.clock import Reading
from pocus_desktop.scenario.configuration import Configuration
from pocus_desktop.scenario.vocabulary import place_of
from pocus_desktop.sitting import (
    events,
    fold_break,
    fold_case,
    fold_code,
    fold_flow,
    fold_orders,
    fold_time,
    ledger,
    lost,
)
from pocus_desktop.sitting.codec import Recorded
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.errors import BadHistoryError
from pocus_desktop.sitting.ledger import Ledger
from pocus_desktop.sitting.state import SittingState, Stage, Told, after, changed, stages
from pocus_desktop.sitting.unswept import unswept
from pocus_desktop.sitting.views import Comfort

Handler: TypeAlias = Callable[[Course, SittingState, Any], SittingState]


def begin(course: Course, first: Recorded) -> SittingState:
    """The state that the first event makes.

    Raises:
        BadHistoryError: It opens no sitting, or one of another assessment.
    """
    opened = first.event
    if not isinstance(opened, events.Opened) or first.seq != 1:
        raise BadHistoryError(reason="the first event opens no sitting")
    if opened.assessment != course.assessment.id:
        raise BadHistoryError(reason="they belong to another assessment")
    comfort = Comfort(
        text_percent=opened.text_percent,
        theme=opened.theme,
        captions=opened.captions,
        language=opened.language,
        is_reduced_motion=opened.is_reduced_motion,
    )
    return SittingState(
        opened=opened, last_seq=1, stage=stages(opened.mode)[0], ledger=Ledger(last=first.at), comfort=comfort
    )


def fold(course: Course, state: SittingState, recorded: Recorded) -> SittingState:
    """The state after one more event.

    Raises:
        BadHistoryError: The event does not follow, or a second one opens the sitting.
    """
    return _fold(course, state, (), recorded)


def _fold(course: Course, state: SittingState, beats: Sequence[Reading], recorded: Recorded) -> SittingState:
    """The state after heartbeats and one more event; by heartbeats nothing but time passes."""
    event, missing = recorded.event, state.last_seq + len(beats) + 1
    if recorded.seq != missing:
        raise BadHistoryError(reason=f"event {missing} is missing")
    handler = _HANDLERS.get(type(event))
    if handler is None:
        raise BadHistoryError(reason="a second event opens the sitting")
    if isinstance(event, events.CAME_BACK):
        lived = ledger.observe(state.ledger, *beats)
        time = lost.came_back(
            lived,
            recorded.at,
            cap_ms=state.opened.credit_cap_ms,
            station=event.station,
            is_moved=isinstance(event, events.Moved),
            was_left=state.has_left,
        )
    else:
        lived = time = ledger.observe(state.ledger, *beats, recorded.at)
    notices = _left_standing(event, state)
    later = handler(course, changed(state, last_seq=recorded.seq, ledger=time, notices=notices), event)
    if isinstance(event, events.CAME_BACK):
        later = fold_time.back(later, lived, event)
    later = fold_time.attended(state, later, event)
    if _has_moved(state.configuration, later.configuration):
        since_ms = event.due_ms if isinstance(event, events.TimerFired) else None
        return _placed(course, later, since_ms=since_ms)
    return later


@unswept()
def replay(course: Course, recorded: Iterable[Recorded]) -> SittingState:
    """The state that a whole history makes.

    Raises:
        BadHistoryError: It is not the history of a sitting of this assessment.
    """
    several = iter(recorded)
    first = next(several, None)
    if first is None:
        raise BadHistoryError(reason="there are none")
    state = begin(course, first)
    beats: list[Reading] = []  # most events
    for one in several:
        if type(one.event) is events.Heartbeat and one.seq == state.last_seq + len(beats) + 1:
            beats.append(one.at)
            continue
        state = _fold(course, state, beats, one)
        beats.clear()
    if not beats:
        return state
    return changed(state, last_seq=state.last_seq + len(beats), ledger=ledger.observe(state.ledger, *beats))


def _has_moved(before: Configuration | None, now: Configuration | None) -> bool:
    """Whether the scenario may be at another place; an answer alone leaves it where it is."""
    if now is before or now is None:
        return False
    return before is None or now.active_set != before.active_set or now.is_finished != before.is_finished


def _placed(course: Course, state: SittingState, *, since_ms: int | None) -> SittingState:
    """After the scenario moved: note the place, charge time to it; a case that is through leads on."""
    assert state.configuration is not None  # noqa: S101 - it just changed, and never back to None
    place = place_of(state.configuration)
    if place == state.place:
        return state
    was = state.patient_was
    if place.patient != state.place.patient:
        was = state.place.patient if place.case == state.place.case else None
    time = ledger.charge(state.ledger, course.scopes(place), since_ms=since_ms)
    later = changed(state, place=place, patient_was=was, ledger=time)
    if not place.is_finished:
        return later if place.case == state.place.case else fold_break.begun(course, later, state.place.case, since_ms)
    stage = after(Stage.CASE, state.mode) if state.stage is Stage.CASE else state.stage
    return changed(later, ledger=ledger.stop(time), stage=stage, rest=None)


_HANDLERS: Final[Mapping[type, Handler]] = {
    events.Reopened: fold_flow.reopened,
    events.Moved: fold_code.moved,
    events.Heartbeat: fold_flow.same,
    events.ClocksShown: fold_time.clocks_shown,
    events.Left: fold_time.left,
    events.StartCodeTried: fold_flow.start_code,
    events.CodeTried: fold_code.tried,
    events.CodeUsed: fold_code.used,
    events.IdentityConfirmed: fold_flow.identity,
    events.SystemCheckPassed: fold_flow.checked,
    events.AgreementAccepted: fold_flow.accepted,
    events.AgreementDeclined: fold_flow.declined,
    events.ComfortSet: fold_flow.comfort,
    events.ComfortFinished: fold_flow.comfort_done,
    events.TutorialFinished: fold_flow.tutorial_done,
    events.CaseStarted: fold_case.started,
    events.Answered: fold_case.answered,
    events.Flagged: fold_case.flagged,
    events.WentOn: fold_case.went_on,
    events.WentBack: fold_case.went_back,
    events.WentTo: fold_case.went_to,
    events.PlayStarted: fold_case.play,
    events.MediaReported: fold_case.media,
    events.CineLeft: fold_case.cine,
    events.Paused: fold_flow.paused,
    events.Continued: fold_flow.continued,
    events.BreakEnded: fold_break.ended,
    events.BreakOver: fold_break.over,
    events.WaitOver: fold_time.wait_over,
    events.DiskStopped: fold_flow.disk_stopped,
    events.DiskRecovered: fold_flow.disk_recovered,
    events.TimerFired: fold_case.fired,
    events.TimeGranted: fold_flow.granted,
    events.ProctorCalled: fold_flow.called,
    events.HandLowered: fold_flow.lowered,
    events.IntegrityNoted: fold_flow.noted,
    events.Ordered: fold_orders.ordered,
    events.WordSeen: fold_orders.seen,
    events.HandedIn: fold_case.handed_in,
    events.TimeOver: fold_case.time_over,
    events.LeftReceipt: fold_flow.left_receipt,
    events.SurveyAnswered: fold_flow.surveyed,
}

_DEEDS: Final = frozenset(
    (
        events.StartCodeTried,
        events.CodeTried,
        events.CodeUsed,
        events.IdentityConfirmed,
        events.SystemCheckPassed,
        events.AgreementAccepted,
        events.ComfortFinished,
        events.TutorialFinished,
        events.CaseStarted,
        events.Answered,
        events.WentOn,
        events.WentBack,
        events.WentTo,
        events.PlayStarted,
        events.Paused,
        events.Continued,
        events.BreakEnded,
        events.ProctorCalled,
        events.HandedIn,
        events.TimeOver,
        events.LeftReceipt,
        events.SurveyAnswered,
        events.Reopened,
        events.Moved,
        events.TimerFired,
        events.DiskRecovered,
        events.TimeGranted,
    )
)
"""What puts older notices aside. A timer's own notice replaces what stood there; heartbeats and reports of the player
leave it standing."""


def _left_standing(event: events.Event, state: SittingState) -> tuple[Told, ...]:
    """Which notices an event leaves: what an interruption cost until the person does something, and all on the receipt.

    On the receipt's screen nothing is left to do, so what is told there stays until it is left.
    """
    if type(event) not in _DEEDS:
        return state.notices
    if isinstance(event, events.TimerFired | events.TimeOver):
        return tuple(notice for notice in state.notices if notice.code in fold_time.OF_INTERRUPTIONS)
    is_leaving = isinstance(event, events.LeftReceipt | events.SurveyAnswered)
    return state.notices if state.stage is Stage.HANDED_IN and not is_leaving else ()
