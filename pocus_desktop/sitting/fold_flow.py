"""What deeds around the case do: the way from sign-in to farewell, pauses, the disk, the proctor (formats/journal 4.3).

Each function takes the course, the state with its ledger already at the event's stamp, and the event.
"""

from dataclasses import replace
from typing import Final

from pocus_desktop.sitting import events, ledger
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.state import HeldBy, SittingState, Stage, after, refused, span, start_code_wait_ms, told
from pocus_desktop.sitting.views import Comfort

PAUSE: Final = "pause"
DISK: Final = "disk"


def reopened(_course: Course, state: SittingState, _event: events.Reopened | events.Moved) -> SittingState:
    """The program came back, and this very event shows that the disk takes events: it no longer holds the clock."""
    return replace(state, ledger=ledger.release(state.ledger, DISK)) if DISK in state.ledger.holds else state


def same(_course: Course, state: SittingState, _event: object) -> SittingState:
    """Nothing but time passes."""
    return state


def start_code(_course: Course, state: SittingState, event: events.StartCodeTried) -> SittingState:
    """A wrong start code is remembered, a right one clears the memory, and ends what waits for the proctor."""
    if event.is_right:
        known = replace(state, wrong_codes=())
        return go_on(known) if state.is_held_by_proctor else known
    if event.came_too_soon:
        wait_ms = start_code_wait_ms(state, state.ledger.last)
        return refused(state, "sitting.start_code_wait", time=span(wait_ms))
    return refused(replace(state, wrong_codes=(*state.wrong_codes, state.ledger.last)), "sitting.wrong_start_code")


def identity(_course: Course, state: SittingState, _event: events.IdentityConfirmed) -> SittingState:
    """On to the system check."""
    return advance(state, Stage.IDENTITY)


def checked(_course: Course, state: SittingState, event: events.SystemCheckPassed) -> SittingState:
    """What was not in order is noted for the proctor; on to the agreement."""
    notes = tuple(("system-check", finding) for finding in event.findings)
    return advance(replace(state, integrity=(*state.integrity, *notes)), Stage.SYSTEM_CHECK)


def accepted(_course: Course, state: SittingState, _event: events.AgreementAccepted) -> SittingState:
    """On to comfort."""
    return advance(state, Stage.AGREEMENT)


def declined(_course: Course, state: SittingState, _event: events.AgreementDeclined) -> SittingState:
    """The sitting ends unused."""
    if state.stage is not Stage.AGREEMENT:
        return state
    return replace(state, is_declined=True, stage=Stage.FAREWELL)


def comfort(_course: Course, state: SittingState, event: events.ComfortSet) -> SittingState:
    """Settings take effect, at any stage."""
    return replace(state, comfort=Comfort(**event.model_dump(exclude={"v", "type"})))


def comfort_done(_course: Course, state: SittingState, _event: events.ComfortFinished) -> SittingState:
    """On to the tutorial."""
    return advance(state, Stage.COMFORT)


def tutorial_done(_course: Course, state: SittingState, _event: events.TutorialFinished) -> SittingState:
    """On to the last screen before the clock."""
    return advance(state, Stage.TUTORIAL)


def paused(_course: Course, state: SittingState, event: events.Paused) -> SittingState:
    """The clock stands still, if the candidate may pause or a proctor does."""
    if state.pause is not None or state.stage not in {Stage.CASE, Stage.REVIEW}:
        return state
    if not state.opened.can_pause and not event.by:
        return refused(state, "sitting.cannot_pause")
    by: HeldBy = "proctor" if event.by else "candidate"
    time = ledger.hold(state.ledger, PAUSE)
    return replace(state, pause=event.reason, held_by=by, paused_by=event.by, ledger=time)


def continued(_course: Course, state: SittingState, event: events.Continued) -> SittingState:
    """The clock goes on; who is paused by the proctor waits for the proctor."""
    if state.pause is None:
        return state
    if state.is_held_by_proctor and not event.by:
        return refused(state, "sitting.cannot_resume_pause")
    return go_on(state)


def go_on(state: SittingState) -> SittingState:
    """Nothing pauses or bars the sitting any more."""
    time = ledger.release(state.ledger, PAUSE)
    return replace(state, pause=None, held_by="", paused_by="", is_barred=False, ledger=time)


def disk_stopped(_course: Course, state: SittingState, _event: events.DiskStopped) -> SittingState:
    """The clock stands still from the moment the disk refused."""
    return replace(state, ledger=ledger.hold(state.ledger, DISK))


def disk_recovered(_course: Course, state: SittingState, _event: events.DiskRecovered) -> SittingState:
    """The clock goes on, and the candidate is told for how long it stood."""
    held_ms = state.ledger.held_ms
    later = replace(state, ledger=ledger.release(state.ledger, DISK))
    return told(later, "info", "sitting.disk_recovered", time=span(held_ms))


def granted(_course: Course, state: SittingState, event: events.TimeGranted) -> SittingState:
    """A scope gets more time."""
    time = ledger.grant(
        state.ledger,
        (event.scope, event.scope_id),
        extra_ms=event.extra_ms,
        reason=event.reason,
        signer=event.signer,
    )
    return told(replace(state, ledger=time), "info", "sitting.time_granted", time=span(event.extra_ms))


def called(_course: Course, state: SittingState, event: events.ProctorCalled) -> SittingState:
    """A hand is raised."""
    noted = (*state.integrity, ("proctor-called", event.note))
    return told(replace(state, is_hand_raised=True, integrity=noted), "info", "sitting.proctor_called")


def lowered(_course: Course, state: SittingState, _event: events.HandLowered) -> SittingState:
    """The hand is seen to."""
    return replace(state, is_hand_raised=False)


def noted(_course: Course, state: SittingState, event: events.IntegrityNoted) -> SittingState:
    """Something is kept for the proctor."""
    return replace(state, integrity=(*state.integrity, (event.what, event.detail)))


def left_receipt(_course: Course, state: SittingState, _event: events.LeftReceipt) -> SittingState:
    """On to the survey, where the mode has one; nobody asks how it was who sat for nothing."""
    if state.is_void and state.stage is Stage.HANDED_IN:
        return replace(state, stage=Stage.FAREWELL)
    return advance(state, Stage.HANDED_IN)


def surveyed(_course: Course, state: SittingState, event: events.SurveyAnswered) -> SittingState:
    """The survey is kept; farewell."""
    if state.stage not in {Stage.HANDED_IN, Stage.SURVEY}:
        return state
    return replace(state, survey=event.answers, stage=Stage.FAREWELL)


def advance(state: SittingState, stage: Stage) -> SittingState:
    """Leave a stage; a deed that comes late (a double click) finds the sitting further and changes nothing."""
    return replace(state, stage=after(stage, state.mode)) if state.stage is stage else state
