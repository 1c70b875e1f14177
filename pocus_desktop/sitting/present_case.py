"""Views of the case: stage beside questions, and the review."""

from dataclasses import replace
from typing import assert_never

from pocus_desktop.case.media import Cine, Clip, Image, PatientSummary, Stage
from pocus_desktop.case.patient import PatientState
from pocus_desktop.kernel import words
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.scoring.key import ScoringKey
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.feedback import feedback_now
from pocus_desktop.sitting.fold_break import can_leave
from pocus_desktop.sitting.fold_case import unanswered, unplayed
from pocus_desktop.sitting.plan import stage_of
from pocus_desktop.sitting.state import ClipProgress, SittingState
from pocus_desktop.sitting.views import (
    BreakView,
    CaseView,
    Chrome,
    CineState,
    ClipState,
    ImageState,
    ItemState,
    PatientCard,
    ReviewLine,
    ReviewView,
    StageState,
)


def case_view(course: Course, state: SittingState, key: ScoringKey | None) -> CaseView:
    """The case screen of the present step."""
    assert state.place.step is not None  # noqa: S101 - the stage is the case
    assert state.configuration is not None  # noqa: S101 - likewise
    language = state.comfort.language
    place = course.plan.places[state.place.step]
    step = place.step
    return CaseView(
        step=step.id,
        visit=course.visits(state.configuration, step.id),
        text=step.text(language) if step.text is not None else "",
        stage=tuple(_part(course, state, name, part) for name, part in stage_of(step)),
        items=tuple(_item(course, state, name, key) for name in step.ask if name in course.plan.items),
        unanswered=unanswered(course, state),
        can_go_back=course.previous(state.configuration, state.place) is not None,
        is_last=course.ends_next(state.configuration, now=state.ledger.consumed_ms),
        next_refused=_next_refused(course, state),
        jumps=_jumps(course, language),
    )


def break_view(course: Course, state: SittingState, now: Reading) -> BreakView:
    """The break: what comes next, and how long it still lasts."""
    rest = state.rest
    assert rest is not None  # noqa: S101 - the candidate is in a break
    cases = course.assessment.cases
    number, case = next((n, case) for n, case in enumerate(cases, start=1) if case.id == state.place.case)
    left_ms = state.ledger.rest_at(now)
    return BreakView(
        next_title=case.title(state.comfort.language),
        next_number=number,
        case_count=len(cases),
        length_ms=rest.length_ms,
        left_ms=left_ms,
        at_monotonic_ms=now.monotonic_ms,
        is_counting=state.ledger.is_let_go,
        can_leave=can_leave(state, left_ms=left_ms),
        by=rest.by,
        why=rest.reason,
        is_clock_held=rest.is_clock_held,
    )


def review_view(course: Course, state: SittingState) -> ReviewView:
    """Every item shown, whether it is answered, and whether one may return to it."""
    language, configuration = state.comfort.language, state.configuration
    lines: list[ReviewLine] = []
    for name in course.shown_items(configuration):
        step = course.plan.asked_at[name]
        response = state.responses.get(name)
        can_return = (
            configuration is not None
            and not course.is_locked(configuration, name)
            and course.can_go_to(configuration, state.place, step)
        )
        lines.append(
            ReviewLine(
                number=course.plan.numbers[name],
                item=name,
                prompt=course.plan.items[name].prompt(language),
                step=step,
                phase_title=course.plan.places[step].phase.title(language),
                is_answered=response is not None and not response.is_empty,
                is_flagged=name in state.flags,
                can_return=can_return,
            )
        )
    return ReviewView(lines=tuple(lines))


def with_place(chrome: Chrome, course: Course, state: SittingState, step: str) -> Chrome:
    """The frame with where the candidate is."""
    language = state.comfort.language
    place = course.plan.places[step]
    has_own_clock = course.plan.moves_time(place.case)
    return replace(
        chrome,
        case_title=place.case.title(language),
        step_title=place.step.title(language),
        step_number=place.number,
        step_count=place.count,
        phase_title=place.phase.title(language),
        phase_titles=tuple(phase.title(language) for phase in place.case.phases),
        phase_index=place.phase_index,
        simulated_ms=state.configuration.memory.simulated_ms if has_own_clock and state.configuration else None,
    )


def _part(course: Course, state: SittingState, key: str, part: Stage) -> StageState:
    match part:
        case Clip():
            progress = state.clips.get(key, ClipProgress())
            is_free = state.is_clock_free or part.plays is None
            return ClipState(
                key=key,
                clip=part,
                plays_used=progress.plays_used,
                plays_left=None if is_free or part.plays is None else max(part.plays - progress.plays_used, 0),
                position_ms=progress.position_ms,
                is_started=progress.is_started,
                is_ended=progress.is_ended,
                failure=progress.failure,
            )
        case Cine():
            return CineState(key=key, cine=part, frame=state.cines.get(key, 0))
        case Image():
            return ImageState(key=key, image=part)
        case PatientSummary():
            return _patient(course, state, key)
        case _:
            assert_never(part)


def _patient(course: Course, state: SittingState, key: str) -> PatientCard:
    """The patient as seen now; a case whose step shows a patient has one (the loader sees to that)."""
    patient = course.plan.places[state.place.step or ""].case.patient
    assert patient is not None  # noqa: S101 - see above
    by_id: dict[str | None, PatientState] = {one.id: one for one in patient.states}
    return PatientCard(
        key=key,
        patient=patient,
        state=by_id.get(state.place.patient, patient.states[0]),
        previous=by_id.get(state.patient_was),
    )


def _item(course: Course, state: SittingState, name: str, key: ScoringKey | None) -> ItemState:
    item = course.plan.items[name]
    assert state.configuration is not None  # noqa: S101 - the stage is the case
    response = state.responses.get(name)
    return ItemState(
        number=course.plan.numbers[name],
        item=item,
        response=response,
        is_flagged=name in state.flags,
        choice_order=course.plan.choice_order(item, state.opened.seed),
        locked_reason=_locked(course, state, name),
        feedback=feedback_now(course, state, name, key),
    )


def _locked(course: Course, state: SittingState, name: str) -> Explanation | None:
    language = state.comfort.language
    number = course.plan.numbers[name]
    assert state.configuration is not None  # noqa: S101 - the stage is the case
    if course.is_open(state.configuration, name):
        return None
    return words.explain("sitting.item_locked", {"number": number}, language)


def _next_refused(course: Course, state: SittingState) -> Explanation | None:
    if state.is_clock_free or not unplayed(course, state):
        return None
    return words.explain("sitting.clip_first", {}, state.comfort.language)


def _jumps(course: Course, language: str) -> tuple[tuple[str, str], ...]:
    if not course.can_jump:
        return ()
    return tuple((name, place.step.title(language)) for name, place in course.plan.places.items())
