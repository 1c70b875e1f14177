"""What a room may know of a sitting while it goes on: where it is, its time, what it asks for; no content, no answers.

Pure; a station's report to its room is made of it.
"""

from dataclasses import dataclass
from typing import Final, Literal

from pocus_desktop.admission.mode import Mode
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting import times
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.ledger import MEDIA, ScopeKind
from pocus_desktop.sitting.orders import Obeyed
from pocus_desktop.sitting.state import SittingState, Stage, pauser

CALLED: Final = "proctor-called"
"""The note that a raised hand leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitNow:
    """A limit in force, tightest first in a list of them.

    Attributes:
        scope: What it limits.
        scope_id: Which; orders that add time name it.
        limit_ms: The whole of it for this candidate.
        left_ms: What is left.
        granted_ms: What was granted of it, which is all that can be taken back.
    """

    scope: ScopeKind
    scope_id: str
    limit_ms: int
    left_ms: int
    granted_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A sitting as its room sees it.

    Attributes:
        stage: How far it is.
        case_number: Which of the cases, from 1; 0 before the first.
        step_number: Which of the steps of the case, from 1; 0 outside.
        step_count: How many steps the case has.
        limits: Those that the candidate can still do something about, tightest first.
        is_running: Whether exam time passes now.
        needs_word: What of the proctor is awaited: that the candidate may `begin`, or `go-on`; empty for nothing.
        pause: Why it is paused; empty where it is not.
        paused_by: Who or what paused it, as people are told; empty where the candidate did, or nobody.
        break_left_ms: What is left of a break with the clock held; 0 for none.
        is_in_break: Whether the candidate is in a break, however much of it is left.
        is_waiting: Whether the clock stands still for a recording that does not play.
        hand: What the candidate wrote with the raised hand, maybe nothing; None where no hand is raised.
        has_left: The window was closed by the person.
        saved_at_ms: Wall time of the last durable event.
        last_seq: Its number.
        orders: What came of each order.
        unread: How many of the proctor's words the candidate has not read.
        notes: What was noted for the proctor, as (what, detail), raised hands left out.
        lost_ms: Time that interruptions took, in all.
        credited_ms: What of it was given back.
        dark_ms: What of it only the wall clock knows.
        granted_ms: Extra time granted, in all.
        ended_by: The proctor who ended it; empty where nobody did.
    """

    sitting: str
    admission_id: str
    candidate_id: str
    mode: Mode
    attempt: int
    stage: Stage
    case_number: int = 0
    case_count: int = 0
    step_number: int = 0
    step_count: int = 0
    limits: tuple[LimitNow, ...] = ()
    is_running: bool = False
    needs_word: Literal["", "begin", "go-on"] = ""
    pause: str = ""
    paused_by: str = ""
    break_left_ms: int = 0
    is_in_break: bool = False
    is_waiting: bool = False
    hand: str | None = None
    has_left: bool = False
    saved_at_ms: int = 0
    last_seq: int = 0
    orders: tuple[Obeyed, ...] = ()
    unread: int = 0
    notes: tuple[tuple[str, str], ...] = ()
    lost_ms: int = 0
    credited_ms: int = 0
    dark_ms: int = 0
    granted_ms: int = 0
    ended_by: str = ""
    is_void: bool = False
    is_declined: bool = False


def summary(course: Course, state: SittingState, now: Reading) -> Summary:
    """A sitting at a moment.

    Args:
        course: What is sat.
        state: Where it stands.
        now: A reading of the boot that the state's last event is of.
    """
    ledger, place = state.ledger, state.place
    is_at_work = state.stage in {Stage.CASE, Stage.REVIEW}
    cases = [case.id for case in course.assessment.cases]
    steps: list[str] = []
    if is_at_work and place.step is not None:
        steps = [step.id for step in course.plan.places[place.step].case.steps()]
    lost_ms = sum(entry.amount_ms for entry in ledger.entries if entry.kind == "gap")
    return Summary(
        sitting=state.opened.sitting,
        admission_id=state.opened.admission_id,
        candidate_id=state.opened.candidate_id,
        mode=Mode(state.mode),
        attempt=state.opened.attempt,
        stage=state.stage,
        case_number=cases.index(place.case) + 1 if place.case in cases else 0,
        case_count=len(cases),
        step_number=steps.index(place.step) + 1 if place.step in steps else 0,
        step_count=len(steps),
        limits=_limits(course, state, now),
        is_running=ledger.is_running_at(now),
        needs_word=_needs_word(state),
        pause=state.pause or "",
        paused_by=pauser(state.held_by, state.paused_by),
        break_left_ms=0 if ledger.is_waiting else ledger.rest_at(now),
        is_in_break=state.rest is not None,
        is_waiting=ledger.is_waiting,
        hand=_hand(state),
        has_left=state.has_left,
        saved_at_ms=ledger.last.wall_ms,
        last_seq=state.last_seq,
        orders=state.orders,
        unread=len(state.unseen_words),
        notes=tuple(note for note in state.integrity if note[0] != CALLED),
        lost_ms=lost_ms + sum(entry.amount_ms for entry in ledger.entries if entry.reason == MEDIA),
        credited_ms=ledger.credited_ms,
        dark_ms=sum(entry.amount_ms for entry in ledger.entries if entry.kind == "dark"),
        granted_ms=sum(entry.amount_ms for entry in ledger.entries if entry.kind == "extra"),
        ended_by=state.ended.who if state.ended is not None else "",
        is_void=state.is_void,
        is_declined=state.is_declined,
    )


def _limits(course: Course, state: SittingState, now: Reading) -> tuple[LimitNow, ...]:
    return tuple(
        LimitNow(
            scope=one.scope,
            scope_id=one.scope_id,
            limit_ms=one.limit_ms,
            left_ms=one.left_ms,
            granted_ms=state.ledger.granted((one.scope, one.scope_id)),
        )
        for one in times.times_left(course, state, now)
    )


def _needs_word(state: SittingState) -> Literal["", "begin", "go-on"]:
    if state.is_barred:
        return "go-on"
    is_waiting = state.stage is Stage.IDENTITY and state.opened.needs_start_code and not state.is_authorised
    return "begin" if is_waiting else ""


def _hand(state: SittingState) -> str | None:
    if not state.is_hand_raised:
        return None
    return next((detail for what, detail in reversed(state.integrity) if what == CALLED), "")
