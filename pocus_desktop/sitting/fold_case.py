"""What deeds in the case do: answers, ways, plays, timers, the hand-in (formats/journal 4.3).

Each function takes the course, the state with its ledger already at the event's stamp, and the event.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from pocus_desktop.case.items.registry import problem_with
from pocus_desktop.sitting import events, ledger
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.ledger import ScopeKind
from pocus_desktop.sitting.state import ClipProgress, SittingState, Stage, after, changed, refused, told

TIME_OVER: Final[Mapping[ScopeKind, str]] = {
    "assessment": "sitting.assessment_time_over",
    "case": "sitting.case_time_over",
    "phase": "sitting.phase_time_over",
    "step": "sitting.step_time_over",
    "item": "sitting.item_time_over",
}


def started(course: Course, state: SittingState, _event: events.CaseStarted) -> SittingState:
    """The clock starts, and with it the case."""
    if state.configuration is not None or state.stage not in {Stage.READY, Stage.CASE}:
        return state
    if state.pause is not None:
        return refused(state, "sitting.paused_refused")
    time = state.ledger if state.is_clock_free else ledger.start(state.ledger)
    return changed(state, stage=Stage.CASE, ledger=time, configuration=course.begin(now=time.consumed_ms))


def answered(course: Course, state: SittingState, event: events.Answered) -> SittingState:
    """A response counts if it fits its item and the item is open."""
    item = course.plan.items.get(event.item)
    if state.configuration is None or item is None or state.stage is not Stage.CASE:
        code = "sitting.item_closed" if state.handed_in_at is None else "sitting.answer_too_late"
        return refused(state, code, number=course.plan.numbers.get(event.item, 0))
    if (standing := _standing(state)) is not None:
        return refused(state, standing)
    problem = problem_with(item, event.response)
    if problem is not None:
        return refused(state, "sitting.bad_response", reason=problem, number=course.plan.numbers[item.id])
    number = course.plan.numbers[item.id]
    later, refusal = course.answer(state.configuration, item, event.response, now=state.ledger.consumed_ms)
    if refusal is not None:
        return refused(state, refusal, number=number)
    responses = MappingProxyType({**state.responses, item.id: event.response})
    return changed(state, configuration=later, responses=responses)


def flagged(course: Course, state: SittingState, event: events.Flagged) -> SittingState:
    """An item is marked for review, or no longer."""
    if event.item not in course.plan.items:
        return state
    flags = state.flags | {event.item} if event.is_flagged else state.flags - {event.item}
    return changed(state, flags=flags)


def went_on(course: Course, state: SittingState, event: events.WentOn) -> SittingState:
    """On to the next step: unless a clip must be started, or required items lack a confirmed omission."""
    if state.configuration is None or state.stage is not Stage.CASE or event.step not in {"", state.place.step}:
        return state
    if (standing := _standing(state)) is not None:
        return refused(state, standing)
    if not state.is_clock_free and unplayed(course, state):
        return refused(state, "sitting.clip_first")
    missing = unanswered(course, state)
    if missing and not event.is_confirmed and not state.is_clock_free:
        return refused(state, "sitting.unanswered", numbers=", ".join(str(number) for number in missing))
    later = course.go_on(state.configuration, now=state.ledger.consumed_ms)
    if later.is_finished and course.can_return_after(state.place):
        return changed(state, stage=Stage.REVIEW)  # the end waits for the hand-in, so that the way back stays open
    return changed(state, configuration=later)


def went_back(course: Course, state: SittingState, _event: events.WentBack) -> SittingState:
    """To the step before, in a nonlinear phase."""
    if state.configuration is None or state.stage is not Stage.CASE:
        return state
    if (standing := _standing(state)) is not None:
        return refused(state, standing)
    step = course.previous(state.configuration, state.place)
    if step is None:
        return refused(state, "sitting.cannot_go_back")
    return changed(state, configuration=course.go_to(state.configuration, step, now=state.ledger.consumed_ms))


def went_to(course: Course, state: SittingState, event: events.WentTo) -> SittingState:
    """To a step by name: visited and in the same nonlinear phase, or any in review mode."""
    if state.configuration is None or state.stage not in {Stage.CASE, Stage.REVIEW}:
        return state
    if (standing := _standing(state)) is not None:
        return refused(state, standing)
    if not course.can_go_to(state.configuration, state.place, event.step):
        return refused(state, "sitting.cannot_go_there")
    if event.step == state.place.step:
        return changed(state, stage=Stage.CASE)
    later = course.go_to(state.configuration, event.step, now=state.ledger.consumed_ms)
    return changed(state, configuration=later, stage=Stage.CASE)


def play(course: Course, state: SittingState, event: events.PlayStarted) -> SittingState:
    """A play is counted, if the clip is here and has plays left; one under way goes on uncounted."""
    clip = course.plan.clips.get(event.clip)
    if state.handed_in_at is not None:
        return state
    if clip is None or not _is_here(state, event.clip) or state.stage is not Stage.CASE:
        return refused(state, "sitting.clip_not_here")
    progress = state.clips.get(event.clip, ClipProgress())
    if progress.is_started:
        return state
    if state.rest is not None:
        return refused(state, "sitting.break_refused")
    if clip.plays is not None and progress.plays_used >= clip.plays and not state.is_clock_free:
        return refused(state, "sitting.no_plays_left")
    begun = ClipProgress(plays_used=progress.plays_used + 1, is_started=True)
    return _with_clip(state, event.clip, begun)


def media(course: Course, state: SittingState, event: events.MediaReported) -> SittingState:
    """What the player says moves the clip on; a play that failed is given back."""
    progress = state.clips.get(event.clip)
    if event.clip not in course.plan.clips or progress is None:
        return state
    if event.what == "failed":
        if not progress.is_started:
            return _with_clip(state, event.clip, replace(progress, failure=event.reason or "unknown"))
        given_back = ClipProgress(plays_used=progress.plays_used - 1, failure=event.reason or "unknown")
        return told(_with_clip(state, event.clip, given_back), "warning", "sitting.play_given_back")
    if not progress.is_started:
        return state
    if event.what == "ended":
        ended = replace(progress, is_started=False, is_ended=True, position_ms=event.position_ms)
        return _with_clip(state, event.clip, ended)
    return _with_clip(state, event.clip, replace(progress, position_ms=event.position_ms))


def cine(course: Course, state: SittingState, event: events.CineLeft) -> SittingState:
    """The frame of a cine is kept."""
    if event.cine not in course.plan.cines:
        return state
    return changed(state, cines=MappingProxyType({**state.cines, event.cine: event.frame}))


def fired(course: Course, state: SittingState, event: events.TimerFired) -> SittingState:
    """A limit ran out: what follows is the scenario's; what ended is told."""
    if state.configuration is None or state.stage not in {Stage.CASE, Stage.REVIEW}:
        return state
    scope = course.scope_of(event.timer)
    later = course.fire(state.configuration, event.timer, now=event.due_ms)
    moved = changed(state, configuration=later, is_time_over=later.is_finished)
    if scope is None:
        return moved
    kind, name = scope
    if kind == "item":
        if scope not in state.ledger.scopes:
            return moved
        return told(moved, "warning", TIME_OVER[kind], number=course.plan.numbers.get(name, 0))
    if later.active_set != state.configuration.active_set:
        return told(moved, "warning", TIME_OVER[kind])
    return moved


def handed_in(course: Course, state: SittingState, event: events.HandedIn) -> SittingState:
    """The sitting ends, if confirmed or nothing required is unanswered."""
    if state.stage not in {Stage.CASE, Stage.REVIEW} or state.configuration is None:
        return state
    if (standing := _standing(state)) is not None:
        return refused(state, standing)
    missing = unanswered(course, state, everywhere=True)
    if not event.is_confirmed and (missing or state.stage is Stage.CASE):
        return refused(state, "sitting.hand_in_unconfirmed", count=len(missing))
    later = course.stop(state.configuration, now=state.ledger.consumed_ms)
    time = ledger.stop(state.ledger)
    return changed(
        state, configuration=later, ledger=time, stage=after(Stage.REVIEW, state.mode), handed_in_at=time.last
    )


def time_over(_course: Course, state: SittingState, _event: events.TimeOver) -> SittingState:
    """The sitting ends by itself, where its time is over."""
    if not state.hands_itself_in:
        return state
    ended = changed(state, stage=after(Stage.REVIEW, state.mode), handed_in_at=state.ledger.last)
    return told(ended, "warning", "sitting.time_over")


def _standing(state: SittingState) -> str | None:
    """Why nothing of the case can be done now; None where it can."""
    if state.pause is not None:
        return "sitting.paused_refused"
    return None if state.rest is None else "sitting.break_refused"


def _with_clip(state: SittingState, key: str, progress: ClipProgress) -> SittingState:
    return changed(state, clips=MappingProxyType({**state.clips, key: progress}))


def unanswered(course: Course, state: SittingState, *, everywhere: bool = False) -> tuple[int, ...]:
    """Numbers of required items without an answer: those still open on this step, or those of all steps shown."""
    configuration, here = state.configuration, state.place.step
    if configuration is None:
        return ()
    if everywhere:
        names: Iterable[str] = course.shown_items(configuration)
    else:
        asked = course.plan.places[here].step.ask if here is not None else ()
        names = (name for name in asked if course.is_open(configuration, name))
    missing = (name for name in names if _is_empty(state, name))
    return tuple(course.plan.numbers[name] for name in missing if course.plan.items[name].required)


def unplayed(course: Course, state: SittingState) -> tuple[str, ...]:
    """Keys of clips on this step that must be started before going on, were not, and did not fail."""
    return tuple(
        key
        for key, clip in course.plan.clips.items()
        if clip.required and _is_here(state, key) and state.clips.get(key, ClipProgress()) == ClipProgress()
    )


def _is_here(state: SittingState, key: str) -> bool:
    """Whether a part of the stage belongs to the present step."""
    return state.place.step is not None and key.rpartition(".")[0] == state.place.step


def _is_empty(state: SittingState, item: str) -> bool:
    response = state.responses.get(item)
    return response is None or response.is_empty
