"""From state to view: what the screen shows, in the candidate's language (formats/journal 4.4). Pure."""

from collections.abc import Mapping
from typing import Final, Literal, assert_never

from pocus_desktop.admission.mode import Mode
from pocus_desktop.kernel import words
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.scoring.key import ScoringKey
from pocus_desktop.sitting import fold_code, present_case, present_end, present_start, times
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.delivery import Delivery
from pocus_desktop.sitting.orders import Word
from pocus_desktop.sitting.state import SittingState, Stage, span
from pocus_desktop.sitting.views import (
    Chrome,
    FarewellView,
    Notice,
    PausedView,
    ProctorWord,
    Screen,
    StoppedView,
    TimeLeft,
    View,
)

MINUTES_LEFT: Final[Mapping[int, str]] = {
    10: "sitting.minutes_left_10",
    5: "sitting.minutes_left_5",
    1: "sitting.minutes_left_1",
}


_SEEN_IN_BREAKS: Final = ("assessment", "case")


def view(
    course: Course,
    state: SittingState,
    *,
    now: Reading,
    key: ScoringKey | None = None,
    delivery: Delivery | None = None,
    failure: PocusError | None = None,
    saved: Literal["saved", "saving", "failed"] = "saved",
    takes_codes: bool = False,
) -> View:
    """The view of a state at a moment.

    Args:
        course: What is sat.
        state: Where the sitting stands.
        now: A reading of the boot the state's last event is of.
        key: The scoring key, in practice and review.
        delivery: What is known of the sealed result; None before hand-in.
        failure: Why the disk refuses; None while it does not.
        saved: Whether anything is still on its way to the disk.
        takes_codes: Whether one-time codes of the room can be checked here.
    """
    language = state.comfort.language
    told_saved: Literal["saved", "saving", "failed"] = "failed" if failure is not None else saved
    if failure is not None:
        screen: Screen = StoppedView(told=failure.explain(language), code=failure.code)
    elif state.is_barred:
        screen = present_start.identity(course, state)
    elif state.pause is not None:
        told = words.explain(_why_paused(state), {}, language)
        screen = PausedView(
            reason=told,
            can_resume=not state.is_held_by_proctor,
            by=state.paused_by,
            why=state.pause if state.paused_by else "",
            is_to_move=fold_code.is_to_move(state),
            asks_start_code=state.is_held_by_proctor and state.opened.needs_start_code and not takes_codes,
        )
    elif state.rest is not None:
        screen = present_case.break_view(course, state, now)
    else:
        screen = _screen(course, state, key, delivery)
    left = times.times_left(course, state, now)
    asked = fold_code.challenges(course, state) if takes_codes and failure is None else ()
    return View(chrome=_chrome(course, state, now, left, told_saved), screen=screen, challenges=asked)


def _why_paused(state: SittingState) -> str:
    if fold_code.is_to_move(state):
        return "sitting.pause_move"
    return "sitting.pause_proctor" if state.is_held_by_proctor else "sitting.pause_own"


def _screen(course: Course, state: SittingState, key: ScoringKey | None, delivery: Delivery | None) -> Screen:
    match state.stage:
        case Stage.IDENTITY:
            return present_start.identity(course, state)
        case Stage.SYSTEM_CHECK:
            return present_start.system_check(course, state)
        case Stage.AGREEMENT:
            return present_start.agreement(state)
        case Stage.COMFORT:
            return present_start.comfort(course)
        case Stage.TUTORIAL:
            return present_start.tutorial()
        case Stage.READY:
            return present_start.ready(course, state)
        case Stage.CASE:
            return present_case.case_view(course, state, key)
        case Stage.REVIEW:
            return present_case.review_view(course, state)
        case Stage.HANDED_IN:
            return present_end.handed_in(course, state, key, delivery)
        case Stage.SURVEY:
            return present_end.survey(state)
        case Stage.FAREWELL:
            return FarewellView(is_declined=state.is_declined, is_void=state.is_void)
        case _:
            assert_never(state.stage)


def _chrome(
    course: Course,
    state: SittingState,
    now: Reading,
    left: tuple[TimeLeft, ...],
    saved: Literal["saved", "saving", "failed"],
) -> Chrome:
    language = state.comfort.language
    chrome = Chrome(
        mode=Mode(state.mode),
        comfort=state.comfort,
        candidate_name=state.opened.candidate_name,
        candidate_id=state.opened.candidate_id,
        assessment_title=course.assessment.title(language),
        times=left if state.rest is None else tuple(time for time in left if time.scope in _SEEN_IN_BREAKS),
        saved=saved,
        saved_at_ms=state.ledger.last.wall_ms,
        is_hand_raised=state.is_hand_raised,
        notices=_notices(course, state, now),
        words=tuple(_word(word, language) for word in state.unseen_words),
    )
    if state.place.step is None or state.rest is not None or state.stage not in {Stage.CASE, Stage.REVIEW}:
        return chrome
    return present_case.with_place(chrome, course, state, state.place.step)


def _word(word: Word, language: str) -> ProctorWord:
    heading = words.say(f"sitting.word.{word.kind}", language, who=word.who, time=span(word.amount_ms))
    return ProctorWord(order_id=word.order_id, heading=heading, text=word.text)


def _notices(course: Course, state: SittingState, now: Reading) -> tuple[Notice, ...]:
    language = state.comfort.language
    told = [
        Notice(kind=one.kind, code=one.code, told=words.explain(one.code, dict(one.params), language))
        for one in state.notices
    ]
    for warning in times.warnings(course, state, now):
        scope = words.say(f"sitting.scope.{warning.deadline.limit.scope[0]}", language)
        code = MINUTES_LEFT[warning.minutes]
        params = {"scope": scope}
        told.append(Notice(kind="warning", code=code, told=words.explain(code, params, language)))
    return tuple(told)
