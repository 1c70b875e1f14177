"""What the proctor's orders do (formats/order 3, 4).

An order that came before changes nothing. One that is out of its turn, or that does not apply, changes nothing but what
is known of it: why it was refused, for the report to the room. Otherwise it does the whole of what it says.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeAlias, assert_never

from pocus_desktop.admission import proctor_order as order_document
from pocus_desktop.admission.proctor_order import ProctorOrder, told_by
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting import events, ledger, times
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.errors import BadHistoryError
from pocus_desktop.sitting.fold_flow import PAUSE, go_on
from pocus_desktop.sitting.ledger import Scope
from pocus_desktop.sitting.orders import Ended, Word, find, last_number, outcome
from pocus_desktop.sitting.state import Rest, SittingState, Stage, after, changed, told

MOST_GRANTED_MS: Final = 4 * 3_600_000
"""What all orders together give one scope at most; a day's examination is no longer."""

LEAST_LEFT_MS: Final = 60_000
"""What is left of a limit, at least, where time is taken back: nobody's time ends by a stroke of the pen."""

_AT_WORK: Final = frozenset({Stage.CASE, Stage.REVIEW})

_Done: TypeAlias = SittingState | str
"""The state after an act, or the code of why it does not apply."""


def ordered(course: Course, state: SittingState, event: events.Ordered) -> SittingState:
    """An order is obeyed, or it is noted why not.

    Raises:
        BadHistoryError: It cannot be read; a station takes none of the kind down.
    """
    try:
        order = told_by(event.order)
    except PocusError as problem:
        raise BadHistoryError(reason=f"an order cannot be read ({problem.code})") from problem
    if find(state.orders, order.order_id) is not None:
        return state
    refusal = out_of_turn(state, order) or _not_of(state, order)
    done: _Done = refusal or _obey(course, state, order)
    later, code = (state, done) if isinstance(done, str) else (done, "")
    return changed(later, orders=(*state.orders, outcome(order, seq=state.last_seq, refused=code)))


def seen(_course: Course, state: SittingState, event: events.WordSeen) -> SittingState:
    """The candidate read what the proctor told with an order."""
    words = tuple(replace(word, is_seen=True) if word.order_id == event.order_id else word for word in state.words)
    return changed(state, words=words)


def out_of_turn(state: SittingState, order: ProctorOrder) -> str:
    """Why it is not an order's turn: the code of it, empty where it is (formats/order 3.3)."""
    last = last_number(state.orders, order.console)
    if order.number <= last:
        return "order.older"
    return "order.gap" if order.after > last else ""


def is_hand_answered(state: SittingState, event: events.Event) -> bool:
    """Whether the event that the state was just folded with is an order by which the hand was answered."""
    if not isinstance(event, events.Ordered) or not state.orders:
        return False
    last = state.orders[-1]
    return last.seq == state.last_seq and last.kind == "lower-hand" and last.is_obeyed


def _not_of(state: SittingState, order: ProctorOrder) -> str:
    """A history that a station made up may hold an order for another sitting."""
    is_its = order.admission_id == state.opened.admission_id and order.sitting in {None, state.opened.sitting}
    return "" if is_its else "order.other_sitting"


def _obey(course: Course, state: SittingState, order: ProctorOrder) -> _Done:
    if state.is_over:
        return "order.sitting_over"
    act = order.act
    match act:
        case order_document.Authorise():
            return _authorise(state)
        case order_document.Pause():
            return _pause(state, order)
        case order_document.Resume():
            return go_on(state) if state.pause is not None else "order.not_paused"
        case order_document.AddTime():
            return _add_time(course, state, order, act)
        case order_document.RemoveTime():
            return _remove_time(course, state, order, act)
        case order_document.Message():
            return _tell(state, order, act.text)
        case order_document.LowerHand():
            return _lower_hand(state, order, act.text)
        case order_document.Break():
            return _rest(state, order, act)
        case order_document.End():
            return _end(course, state, order)
        case order_document.Void():
            return _close(course, state, order, is_void=True)
        case _:
            assert_never(act)


def _authorise(state: SittingState) -> _Done:
    if state.is_barred:
        return go_on(state)
    if state.stage is not Stage.IDENTITY or not state.opened.needs_start_code or state.is_authorised:
        return "order.nothing_waits"
    return changed(state, is_authorised=True, wrong_codes=())


def _pause(state: SittingState, order: ProctorOrder) -> _Done:
    """One's own pause becomes the proctor's."""
    if state.is_held_by_proctor:
        return "order.already_paused"
    time = ledger.hold(state.ledger, PAUSE)
    return changed(state, pause=order.reason, held_by="proctor", paused_by=order.who, ledger=time)


def _add_time(course: Course, state: SittingState, order: ProctorOrder, act: order_document.AddTime) -> _Done:
    scopes = tuple(limit.limit.scope for limit in _limits(course, state, act))
    if not scopes:
        return "order.no_limit"
    if any(state.ledger.granted(scope) + act.extra_ms > MOST_GRANTED_MS for scope in scopes):
        return "order.too_much_time"
    return _granted(state, order, scopes, act.extra_ms)


def _remove_time(course: Course, state: SittingState, order: ProctorOrder, act: order_document.RemoveTime) -> _Done:
    """Only what was granted is taken back, so that nobody gets less than the limit they came for."""
    running = _limits(course, state, act)
    if not running:
        return "order.no_limit"
    found = [limit for limit in running if state.ledger.granted(limit.limit.scope) >= act.extra_ms]
    if not found:
        return "order.not_granted"
    if any(limit.due_ms - state.ledger.consumed_ms - act.extra_ms < LEAST_LEFT_MS for limit in found):
        return "order.too_little_left"
    return _granted(state, order, tuple(limit.limit.scope for limit in found), -act.extra_ms)


def _granted(state: SittingState, order: ProctorOrder, scopes: tuple[Scope, ...], extra_ms: int) -> SittingState:
    time = ledger.grant(state.ledger, *scopes, extra_ms=extra_ms, reason=order.reason, signer=order.who)
    return _tell(changed(state, ledger=time), order, order.reason, amount_ms=abs(extra_ms))


def _limits(
    course: Course, state: SittingState, act: order_document.AddTime | order_document.RemoveTime
) -> Sequence[times.Deadline]:
    """The limits in force that an order is about: the one it names, or all that run where the candidate is."""
    running = times.deadlines(course, state)
    if act.scope == "sitting":
        here = course.scopes(state.place)
        return [limit for limit in running if limit.limit.scope in here]
    name = act.scope_id or (course.assessment.id if act.scope == "assessment" else "")
    return [limit for limit in running if limit.limit.scope == (act.scope, name)]


def _tell(state: SittingState, order: ProctorOrder, text: str, *, amount_ms: int = 0) -> SittingState:
    word = Word(order_id=order.order_id, kind=order.act.kind, who=order.who, text=text, amount_ms=amount_ms)
    return changed(state, words=(*state.words, word))


def _lower_hand(state: SittingState, order: ProctorOrder, text: str) -> _Done:
    if not state.is_hand_raised:
        return "order.no_hand"
    lowered = changed(state, is_hand_raised=False)
    return _tell(lowered, order, text) if text else told(lowered, "info", "sitting.hand_answered", who=order.who)


def _rest(state: SittingState, order: ProctorOrder, act: order_document.Break) -> _Done:
    if state.stage not in _AT_WORK:
        return "order.not_begun"
    if state.pause is not None:
        return "order.already_paused"
    if state.rest is not None:
        return "order.in_break"
    if not state.ledger.is_started:
        return "order.clock_stopped"
    length_ms = act.minutes * 60_000
    rest = Rest(
        after="",
        length_ms=length_ms,
        is_optional=True,
        by=order.who,
        reason=order.reason,
        is_clock_held=act.is_clock_held,
    )
    time = ledger.end_rest(state.ledger)  # who waited for a recording waits no more
    if act.is_clock_held:
        time = ledger.rest(time, length_ms)
    return changed(state, rest=rest, ledger=time)


def _end(course: Course, state: SittingState, order: ProctorOrder) -> _Done:
    if state.stage not in _AT_WORK:
        return "order.not_begun"
    return _close(course, state, order, is_void=False)


def _close(course: Course, state: SittingState, order: ProctorOrder, *, is_void: bool) -> SittingState:
    """What there is, is handed in, whatever held the sitting."""
    freed = go_on(state)
    time = ledger.stop(freed.ledger) if freed.ledger.is_started else freed.ledger
    configuration = state.configuration
    if configuration is not None:
        configuration = course.stop(configuration, now=time.consumed_ms)
    return changed(
        freed,
        configuration=configuration,
        ledger=time,
        rest=None,
        is_hand_raised=False,
        stage=after(Stage.REVIEW, state.mode),
        handed_in_at=time.last,
        ended=Ended(order_id=order.order_id, who=order.who, reason=order.reason, is_void=is_void),
    )
