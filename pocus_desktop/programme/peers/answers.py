"""What an evaluator has said so far, and what is still needed (docs/formats/peer-evaluation 3). Pure.

1. Of what a form brings, only answers to the questions of its section count, and only such as the questions have.
2. A section that is saved replaces what was said in that section, whole; an answer taken back is gone.
3. Who has never scanned with the person is asked nothing more, and what was said about the person does not count.
4. Everything is needed but comments; a comment is needed beside the answer that names it.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

from pocus_desktop.programme.peers.questionnaire import (
    MOST_COMMENT_CHARACTERS,
    UNSEEN,
    Choice,
    Comment,
    Question,
    Questionnaire,
    Rated,
    Section,
    Statement,
)

Answers: TypeAlias = Mapping[str, str]
"""Question id to answer: a step as digits or `unseen`, an option's id, `yes`, or a comment."""

_KEPT_CONTROLS: Final = "\n"
_TURNS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""Characters that turn the direction of the text after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A question that has no answer yet, and its section."""

    section: str
    question: str


def save(questionnaire: Questionnaire, answers: Answers, section: Section, form: Mapping[str, str]) -> Answers:
    """What is said once a section's form is saved (rules 1 and 2).

    Args:
        questionnaire: Whose answers.
        answers: Before.
        section: Whose form it is.
        form: Fields as they came; anything else in it is passed over.
    """
    of_section = [question.id for question in section.question]
    kept = {name: answer for name, answer in answers.items() if name not in of_section}
    return {**kept, **_read(questionnaire, of_section, form)}


def read_stored(questionnaire: Questionnaire, stored: Mapping[str, object]) -> Answers:
    """Answers as they were kept; what no longer fits a question is left out."""
    said = {name: answer for name, answer in stored.items() if isinstance(answer, str)}
    return _read(questionnaire, said, said)


def never_scanned(questionnaire: Questionnaire, answers: Answers) -> bool:
    """Whether an answer ends the questionnaire (rule 3)."""
    return any(
        option.ends and answers.get(question.id) == option.id
        for question in questionnaire.questions()
        if isinstance(question, Choice)
        for option in question.options
    )


def lacking(questionnaire: Questionnaire, answers: Answers) -> tuple[Lacking, ...]:
    """What must be answered before it can be sent, in order (rules 3 and 4)."""
    sections = sections_asked(questionnaire, answers)
    is_ended = never_scanned(questionnaire, answers)
    return tuple(
        Lacking(section=section.id, question=question.id)
        for section in sections
        for question in section.question
        if question.id not in answers and _is_needed(question, answers, is_ended=is_ended)
    )


def sections_asked(questionnaire: Questionnaire, answers: Answers) -> Sequence[Section]:
    """The sections that are asked: the first alone of who has never scanned with the person (rule 3)."""
    return questionnaire.sections[:1] if never_scanned(questionnaire, answers) else questionnaire.sections


def told(questionnaire: Questionnaire, answers: Answers) -> Answers:
    """What is sent: without what rule 3 takes out."""
    if not never_scanned(questionnaire, answers):
        return answers
    asked = {question.id for section in questionnaire.sections[:1] for question in section.question}
    return {name: answer for name, answer in answers.items() if name in asked}


def ratings(questionnaire: Questionnaire, answers: Answers) -> Iterator[tuple[Rated, int | None]]:
    """Each question on a scale with the step that was chosen; None where it was not seen, or not answered."""
    for question in questionnaire.rated():
        answer = answers.get(question.id, UNSEEN)
        yield question, None if answer == UNSEEN else int(answer)


def _is_needed(question: Question, answers: Answers, *, is_ended: bool) -> bool:
    match question:
        case Comment():
            beside = question.required_with
            return beside is not None and answers.get(beside.question) == beside.option
        case Statement():
            return not is_ended or question.id == "identity"
        case Choice():
            return not is_ended
        case Rated():
            return True
        case _:
            assert_never(question)


def _read(questionnaire: Questionnaire, asked: Iterable[str], given: Mapping[str, str]) -> Answers:
    """The answers among fields, by question: only such as the questions have (rule 1)."""
    found: dict[str, str] = {}
    for name in asked:
        answer = given.get(name, "")
        if name in questionnaire.comments:
            answer = clean(answer)
        elif answer not in questionnaire.choices.get(name, ()):
            continue
        if answer:
            found[name] = answer
    return found


def clean(text: str, most: int | None = MOST_COMMENT_CHARACTERS) -> str:
    """A comment as it is kept: no control characters but line ends, nothing that turns text, `most` characters."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if plain.replace("\n", "").isprintable():  # as nearly all is: nothing of it has to be taken out
        return plain.strip()[:most].strip()
    kept = "".join(c for c in plain if c in _KEPT_CONTROLS or unicodedata.category(c) not in {"Cc", "Cs", "Co", "Cn"})
    kept = "".join(c for c in kept if c not in _TURNS)
    return kept.strip()[:most].strip()
