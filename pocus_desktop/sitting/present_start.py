"""Views before the clock starts: identity, agreement, comfort, tutorial, the last word before the case."""

from collections.abc import Iterator, Sequence
from typing import Final

from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.items.registry import ITEM, Item
from pocus_desktop.case.values import choose
from pocus_desktop.kernel import words
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.disk_trial import room_bytes
from pocus_desktop.sitting.state import SittingState
from pocus_desktop.sitting.views import (
    AgreementView,
    ComfortView,
    IdentityView,
    ReadyView,
    SystemCheckView,
    TutorialView,
)

AGREEMENT_VERSION: Final = "2"
AGREEMENT_PARAGRAPHS: Final = 5

_TUTORIAL: Final[tuple[dict[str, object], ...]] = (
    {
        "type": "choice",
        "id": "try-choice",
        "prompt": "sitting.tutorial.choice.prompt",
        "help": "sitting.tutorial.choice.help",
        "choices": [{"id": name, "text": f"sitting.tutorial.choice.{name}"} for name in ("linear", "curved", "phased")],
    },
    {
        "type": "choice",
        "id": "try-choices",
        "prompt": "sitting.tutorial.choices.prompt",
        "help": "sitting.tutorial.choices.help",
        "max_choices": 0,
        "choices": [{"id": name, "text": f"sitting.tutorial.choices.{name}"} for name in ("gain", "depth", "focus")],
    },
    {
        "type": "text-entry",
        "id": "try-number",
        "prompt": "sitting.tutorial.number.prompt",
        "help": "sitting.tutorial.number.help",
        "kind": "number",
        "units": ["mm", "cm"],
    },
    {
        "type": "extended-text",
        "id": "try-text",
        "prompt": "sitting.tutorial.text.prompt",
        "help": "sitting.tutorial.text.help",
        "expected_lines": 3,
    },
)


def identity(course: Course, state: SittingState) -> IdentityView:
    """Is this you?"""
    return IdentityView(
        name=state.opened.candidate_name,
        candidate_id=state.opened.candidate_id,
        assessment_title=course.assessment.title(state.comfort.language),
        needs_start_code=state.is_barred or (state.opened.needs_start_code and not state.is_authorised),
        languages=course.assessment.languages,
        is_authorised=state.is_authorised and not state.is_barred,
        is_back=state.is_barred,
    )


def system_check(course: Course, state: SittingState) -> SystemCheckView:
    """What the machine must be able to do for this assessment."""
    clips = course.plan.clips.values()
    return SystemCheckView(
        needs_sound=bool(clips),
        needs_video=any(clip.video for clip in clips),
        room_bytes=room_bytes(_length_ms(course, state)),
    )


def agreement(state: SittingState) -> AgreementView:
    """The confidentiality agreement."""
    language = state.comfort.language
    return AgreementView(
        version=AGREEMENT_VERSION,
        title=words.say("sitting.agreement.title", language),
        paragraphs=tuple(
            words.say(f"sitting.agreement.paragraph_{number}", language)
            for number in range(1, AGREEMENT_PARAGRAPHS + 1)
        ),
    )


def comfort(course: Course) -> ComfortView:
    """What may be set before the clock."""
    return ComfortView(languages=course.assessment.languages)


def tutorial() -> TutorialView:
    """One of each item that needs no picture of its own; screens add theirs."""
    return TutorialView(items=tuple(_worded(item) for item in _TUTORIAL))


def ready(course: Course, state: SittingState) -> ReadyView:
    """What comes, how long, and the rules."""
    language, assessment = state.comfort.language, course.assessment
    limit_ms = _length_ms(course, state)
    rules = ["saved", "forward", "media"]
    rules += ["timed"] if limit_ms is not None else []
    rules += (
        ["noted", "help"]
        if state.mode in {Mode.LIVE, Mode.TRIAL}
        else ["feedback"]
        if state.mode is Mode.PRACTICE
        else []
    )
    return ReadyView(
        assessment_title=assessment.title(language),
        case_titles=tuple(case.title(language) for case in assessment.cases),
        limit_ms=limit_ms,
        item_count=len(course.plan.items),
        rules=(
            *_other_language(assessment.languages, language),
            *(words.say(f"sitting.rules.{rule}", language) for rule in rules),
            *_breaks(course, language),
        ),
    )


def _other_language(written: Sequence[str], language: str) -> Iterator[str]:
    """Where the assessment is not written in the candidate's language: which one they will read (formats/case 10)."""
    read = choose({one: one for one in written}, language) or language
    if read not in {language, language.partition("-")[0]}:
        wanted, instead = (words.say(f"ui.language.{one}", language) for one in (language, read))
        yield words.say("sitting.rules.language", language, wanted=wanted, instead=instead)


def _breaks(course: Course, language: str) -> Iterator[str]:
    """How many breaks there are, where there are any."""
    count = len(course.plan.assessment.breaks)
    if count:
        yield words.say("sitting.rules.breaks" if count > 1 else "sitting.rules.break", language, count=count)


def _limit_ms(course: Course) -> int | None:
    """The assessment's limit, else the sum of its cases' where every case has one."""
    if course.assessment.time_limit_ms is not None:
        return course.assessment.time_limit_ms
    found = [case.time_limit_ms for case in course.assessment.cases if case.time_limit_ms is not None]
    return sum(found) if len(found) == len(course.assessment.cases) else None


def _length_ms(course: Course, state: SittingState) -> int | None:
    """The same for this candidate."""
    whole_ms = _limit_ms(course)
    return None if whole_ms is None else round(whole_ms * state.opened.time_factor)


def _worded(item: dict[str, object]) -> Item:
    """A tutorial item with its keys of the word table replaced by words in every language."""
    return ITEM.validate_python(_with_words(item))


def _with_words(value: object) -> object:
    if isinstance(value, dict):
        return {name: _with_words(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_words(inner) for inner in value]
    if isinstance(value, str) and value.startswith("sitting.tutorial."):
        return {language: words.say(value, language) for language in words.languages()}
    return value
