"""Answers and all other events, with what came of each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pocus_desktop.appeals.history import Passed
from pocus_desktop.appeals.ordered import ordered_fields
from pocus_desktop.appeals.timeline import Answer, LimitLeft, Mark
from pocus_desktop.case.items.registry import Response
from pocus_desktop.kernel.errors import Safe
from pocus_desktop.sitting import events, times
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.events import Event
from pocus_desktop.sitting.state import Told

_UNMARKED: Final = (events.Heartbeat,)
_UNTOLD: Final = frozenset({"v", "type", "response", "candidate_id", "candidate_name", "answers", "permit"})
"""Fields that stand elsewhere, that nobody reads, or that a blind review must not meet."""
_POSITION: Final = "position"


def answer(passed: Passed, event: events.Answered, course: Course | None) -> Answer:
    """An answer with its stamp, whether it counted, and what was left of each limit."""
    was, now = passed.was, passed.now
    if course is None or was is None or now is None:
        return Answer(at=passed.at, item=event.item, number=0, response=event.response, is_counted=None)
    is_counted = now.responses is not was.responses
    refused = [one.code for one in now.notices if one.kind == "refused"]
    return Answer(
        at=passed.at,
        item=event.item,
        number=course.plan.numbers.get(event.item, 0),
        response=event.response,
        is_counted=is_counted,
        refusal="" if is_counted or not refused else refused[-1],
        replaced=was.responses.get(event.item) if is_counted else None,
        limits=tuple(
            LimitLeft(scope=(one.scope, one.scope_id), limit_ms=one.limit_ms, left_ms=one.left_ms)
            for one in times.times_left(course, was, passed.one.at)
        ),
        step=was.place.step or "",
    )


def with_final(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """The same answers, those marked that count in the end."""
    last = {one.item: index for index, one in enumerate(answers) if one.is_counted is not False}
    final = set(last.values())
    return tuple(replace(one, is_final=index in final) for index, one in enumerate(answers))


def before_each(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """Without the assessment: what each answer would replace if all of them counted."""
    stood: dict[str, Response] = {}
    found = []
    for one in answers:
        found.append(replace(one, replaced=stood.get(one.item)))
        stood[one.item] = one.response
    return tuple(found)


def mark(passed: Passed) -> Mark | None:
    """An event as a mark; None for a sign of life or of the player."""
    event = passed.one.event
    if isinstance(event, _UNMARKED) or (isinstance(event, events.MediaReported) and event.what == _POSITION):
        return None if not _drift_ms(passed) else _mark(passed, event)
    return _mark(passed, event)


def _mark(passed: Passed, event: Event) -> Mark:
    was = "" if passed.was is None else passed.was.place.step or ""
    step = "" if passed.now is None else passed.now.place.step or ""
    return Mark(
        at=passed.at,
        kind=event.type,
        fields=_fields(event, passed),
        told=_told(passed),
        noted=_noted(passed, event),
        drift_ms=_drift_ms(passed),
        step=step,
        moved_to=step if step != was else "",
    )


def _fields(event: Event, passed: Passed) -> tuple[tuple[str, Safe], ...]:
    if isinstance(event, events.Ordered):
        return ordered_fields(event, None if passed.now is None else passed.now.orders)
    found: list[tuple[str, Safe]] = []
    for name, value in event.model_dump(mode="json").items():
        if name in _UNTOLD or value is None:
            continue
        plain = ", ".join(map(str, value)) if isinstance(value, list) else value
        if isinstance(plain, str | int | float | bool) and plain != "":
            found.append((name, plain))
    return tuple(found)


def _told(passed: Passed) -> tuple[Told, ...]:
    """What is newly told; a refusal that is said again because of this event is new too."""
    if passed.now is None or passed.was is None or passed.now.notices is passed.was.notices:
        return ()
    standing = {id(one) for one in passed.was.notices}
    return tuple(one for one in passed.now.notices if id(one) not in standing)


def _noted(passed: Passed, event: Event) -> tuple[tuple[str, str], ...]:
    if passed.now is not None:
        return passed.now.integrity[len(passed.was.integrity) :] if passed.was is not None else passed.now.integrity
    match event:
        case events.IntegrityNoted():
            return ((event.what, event.detail),)
        case events.ProctorCalled():
            return (("proctor-called", event.note),)
        case events.SystemCheckPassed():
            return tuple(("system-check", one) for one in event.findings)
        case _:
            return ()


def _drift_ms(passed: Passed) -> int:
    return sum(one.delta_ms for one in passed.time.notes[len(passed.before.notes) :])
