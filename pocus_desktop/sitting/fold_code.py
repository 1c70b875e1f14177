"""What the room's one-time codes do (formats/code 4); and when the next one is looked at.

With one event a code's number is used up and the code takes effect, so that no power cut comes between the two.
"""

from dataclasses import replace
from typing import Final, assert_never

from pocus_desktop.admission.room_code import MAXIMUM_NUMBER, MINUTES, Challenge, Purpose, is_amount, wait_ms
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting import events, ledger, times
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.fold_flow import PAUSE, advance, go_on, reopened
from pocus_desktop.sitting.ledger import Scope
from pocus_desktop.sitting.state import SittingState, Stage, refused, span, told

CODE: Final = "code"
"""The reason of time that a code gave."""

MOVE: Final = "move"
"""Why a sitting is paused that is to go on at another station."""

_UNDER_WAY: Final = (Stage.CASE, Stage.REVIEW)


def tried(_course: Course, state: SittingState, event: events.CodeTried) -> SittingState:
    """A wrong code is remembered, where it was given in the sitting."""
    if event.purpose == "sign-in":
        return state
    if event.came_too_soon:
        return refused(state, "code.wait", time=span(wait_ms(state.wrong_room_codes, state.ledger.last)))
    return refused(replace(state, wrong_room_codes=(*state.wrong_room_codes, state.ledger.last)), "code.wrong")


def used(course: Course, state: SittingState, event: events.CodeUsed) -> SittingState:
    """A right code: its number is used up whatever it finds; what no longer applies is told."""
    if event.purpose == "sign-in":
        return state
    known = replace(state, code_number=max(state.code_number, event.number), wrong_room_codes=())
    if (event.purpose, event.minutes) not in open_to(course, state):
        return refused(known, "code.not_now")
    match event.purpose:
        case "start":
            return advance(known, Stage.IDENTITY)
        case "unlock" | "resume":
            return go_on(known)
        case "time":
            return _granted(course, known, event)
        case "move":
            paused = replace(known, pause=MOVE, held_by="code", paused_by="", is_barred=False)
            return replace(paused, ledger=ledger.hold(paused.ledger, PAUSE))
        case _:
            assert_never(event.purpose)


def moved(course: Course, state: SittingState, event: events.Moved) -> SittingState:
    """Where it goes on at another station, what paused it for the move is over."""
    later = reopened(course, state, event)
    return go_on(later) if is_to_move(later) else later


def is_to_move(state: SittingState) -> bool:
    """Whether a code paused it, which it does for a move alone; whatever a proctor is called and gives as a reason."""
    return state.held_by == "code"


def open_to(course: Course, state: SittingState) -> tuple[tuple[Purpose, int], ...]:
    """What a code could do now, with the minutes that it could give; nothing once the sitting is over.

    A proctor pauses before the case too, and then the room opens that as well.
    """
    if state.is_over:
        return ()
    found: list[tuple[Purpose, int]] = []
    if state.is_barred:
        found.append(("unlock", 0))
    elif state.is_held_by_proctor:
        found.append(("resume", 0))
    if state.stage is Stage.IDENTITY and state.opened.needs_start_code:
        found.append(("start", 0))
    if state.stage not in _UNDER_WAY or state.is_clock_free:
        return tuple(found)
    if not state.is_barred and _limited(course, state):
        found += [("time", minutes) for minutes in MINUTES]
    if not is_to_move(state):
        found.append(("move", 0))
    return tuple(found)


def challenges(course: Course, state: SittingState) -> tuple[Challenge, ...]:
    """What the station asks of the room, for everything that a code could do now; none once all numbers are used up."""
    number = state.code_number + 1
    if number > MAXIMUM_NUMBER:
        return ()
    digest = state.opened.admission_digest
    return tuple(
        Challenge(purpose=purpose, minutes=minutes, number=number, admission_digest=digest)
        for purpose, minutes in open_to(course, state)
    )


def is_in_turn(before: SittingState, event: events.Event, at: Reading) -> bool:
    """Whether a code in a history is one that a station would have taken, or refused, as it says."""
    if not isinstance(event, events.CodeTried | events.CodeUsed):
        return True
    if not is_amount(event.purpose, event.minutes):
        return False
    if event.purpose == "sign-in":
        return True
    has_to_wait = wait_ms(before.wrong_room_codes, at) > 0
    is_refused_for_it = isinstance(event, events.CodeTried) and event.came_too_soon
    return event.number == before.code_number + 1 and has_to_wait == is_refused_for_it


def _limited(course: Course, state: SittingState) -> tuple[Scope, ...]:
    """What has a limit that runs where the candidate is."""
    here = course.scopes(state.place)
    found = (deadline.limit.scope for deadline in times.deadlines(course, state))
    return tuple(dict.fromkeys(scope for scope in found if scope in here))


def _granted(course: Course, state: SittingState, event: events.CodeUsed) -> SittingState:
    """More time for every limit in force, so that no narrower one cuts off what the wider one gives."""
    extra_ms, signer = event.minutes * 60_000, f"{event.source} {event.number}"
    time = ledger.grant(state.ledger, *_limited(course, state), extra_ms=extra_ms, reason=CODE, signer=signer)
    return told(replace(state, ledger=time), "info", "sitting.time_granted", time=span(extra_ms))
