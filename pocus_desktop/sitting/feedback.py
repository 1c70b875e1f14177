"""What practice and review say of an item: the key's verdict and why. Pure; a live station has no key to ask."""

from typing import Final, Literal, assert_never

from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.items.choice import ChoiceItem
from pocus_desktop.case.items.hotspot import HotspotItem
from pocus_desktop.case.items.registry import Item
from pocus_desktop.case.models import Case
from pocus_desktop.kernel import words
from pocus_desktop.scoring.key import ScoringKey
from pocus_desktop.scoring.rules.number import NumberEntry
from pocus_desktop.scoring.rules.points import PointEntry
from pocus_desktop.scoring.rules.registry import Entry
from pocus_desktop.scoring.rules.rubric import RubricEntry
from pocus_desktop.scoring.rules.selection import SelectionEntry
from pocus_desktop.scoring.rules.short_text import ShortTextEntry
from pocus_desktop.scoring.score import ItemScore, ScoreReport, score
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.state import SittingState
from pocus_desktop.sitting.views import Feedback

SHOWS_SCORE: Final = frozenset({Mode.PRACTICE, Mode.DEMO, Mode.REVIEW})
"""Modes that show a score at the end, where the bundle brings its key."""

_AT_ONCE: Final = frozenset({"choice", "hotspot", "select-point"})
"""In practice these are judged as they are answered; what is typed is judged at the end."""

Verdict = Literal["correct", "partly", "incorrect", "unanswered", "pending"]


def report_of(course: Course, state: SittingState, key: ScoringKey) -> ScoreReport:
    """The score as it stands.

    Raises:
        KeyMismatchError: The key is of another assessment.
    """
    return score(course.assessment, key, state.responses, course.shown_items(state.configuration))


def feedback_now(course: Course, state: SittingState, item: str, key: ScoringKey | None) -> Feedback | None:
    """What is said of an item while the case runs: in review always, in practice once it is answered."""
    if key is None or state.mode not in {Mode.PRACTICE, Mode.REVIEW}:
        return None
    response = state.responses.get(item)
    is_answered = response is not None and not response.is_empty
    if state.mode is Mode.PRACTICE and not (is_answered and course.plan.items[item].type in _AT_ONCE):
        return None
    lines = {line.item: line for line in report_of(course, state, key).items}
    return _feedback(course, state, key, lines[item]) if item in lines else None


def feedback_at_end(
    course: Course, state: SittingState, key: ScoringKey | None
) -> tuple[tuple[float, float] | None, tuple[tuple[str, Feedback], ...]]:
    """Points, maximum and a line for every item that counts; nothing in modes that keep the score."""
    if key is None or state.mode not in SHOWS_SCORE:
        return None, ()
    report = report_of(course, state, key)
    language = state.comfort.language
    found: list[tuple[str, Feedback]] = []
    for line in report.items:
        told = None if line.status in {"left-out", "unscored"} else _feedback(course, state, key, line)
        if told is not None:
            found.append((_heading(course, line.item, language), told))
    return (report.points, report.max_points), tuple(found)


def _heading(course: Course, item: str, language: str) -> str:
    return f"{course.plan.numbers.get(item, 0)}. {course.plan.items[item].prompt(language)}"


def _feedback(course: Course, state: SittingState, key: ScoringKey, line: ItemScore) -> Feedback | None:
    entry = key.entry(line.item)
    item = course.plan.items.get(line.item)
    if entry is None or item is None:
        return None
    language = state.comfort.language
    case = course.plan.places[course.plan.asked_at[line.item]].case
    return Feedback(
        verdict=_verdict(line),
        points=line.points,
        max_points=line.max_points or entry.points,
        correct=_correct(item, entry, language),
        rationale=_rationale(entry, state, line.item, language),
        citations=_citations(case, entry),
    )


def _verdict(line: ItemScore) -> Verdict:
    if line.status == "pending":
        return "pending"
    if line.status != "scored":
        return "unanswered"
    if line.points >= line.max_points:
        return "correct"
    return "partly" if line.points > 0 else "incorrect"


def _rationale(entry: Entry, state: SittingState, item: str, language: str) -> str:
    """Why the key says so, and what was wrong or right with what was chosen."""
    parts = [entry.rationale(language)] if entry.rationale is not None else []
    if isinstance(entry, SelectionEntry):
        response = state.responses.get(item)
        chosen = getattr(response, "choices", getattr(response, "regions", ()))
        parts += [entry.option_rationale[name](language) for name in chosen if name in entry.option_rationale]
    return "\n".join(parts)


def _citations(case: Case, entry: Entry) -> tuple[str, ...]:
    by_id = {reference.id: reference for reference in case.references}
    return tuple(by_id[name].citation for name in entry.cites if name in by_id)


def _correct(item: Item, entry: Entry, language: str) -> str:
    """The right answer in words."""
    match entry:
        case SelectionEntry():
            names = _names(item, language)
            return "; ".join(names.get(name, name) for name in entry.correct)
        case NumberEntry():
            number = entry.number
            spread = f"± {100 * number.tolerance:g} %" if number.is_relative else f"± {number.tolerance:g}"
            told = f"{number.value:g} {spread}" if number.tolerance else f"{number.value:g}"
            return f"{told} {number.unit}" if number.unit else told
        case ShortTextEntry():
            return "; ".join(entry.accept)
        case PointEntry():
            return words.say("sitting.correct.points", language, count=len(entry.areas))
        case RubricEntry():
            return "\n".join(criterion.text(language) for criterion in entry.rubric)
        case _:
            assert_never(entry)


def _names(item: Item, language: str) -> dict[str, str]:
    if isinstance(item, ChoiceItem):
        return {choice.id: choice.text(language) for choice in item.choices}
    if isinstance(item, HotspotItem):
        return {region.id: region.label(language) for region in item.regions}
    return {}
