"""A part of a questionnaire as a page: one stencil for all who are asked the same in the same language.

What evaluators see of it differs in who is evaluated, until when, in what they have said and in the marks of their
session; all else is of the program, and rendered once by a process.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final

from pocus_desktop.hub.pages.stencil import Stencil, place
from pocus_desktop.hub.pages.templates import render
from pocus_desktop.hub.peers.answering import Sheet
from pocus_desktop.programme.days import day_told, last_day_before
from pocus_desktop.programme.peers import questionnaire_files
from pocus_desktop.programme.peers.answers import Answers
from pocus_desktop.programme.peers.questionnaire import MOST_COMMENT_CHARACTERS, UNSEEN, Comment, Section

_CHECKED: Final = " checked"


def part_html(
    sheet: Sheet, section: Section, answers: Answers, *, language: str, seen: str, csrf: str, is_changed: bool
) -> str:
    """The page.

    Args:
        sheet: Whose.
        section: The part.
        answers: What its fields hold.
        language: Of its words.
        seen: The stamp of the answers that it is shown with.
        csrf: The mark of the session's forms.
        is_changed: Whether it says that another window changed what was shown.
    """
    return part_stencil(sheet.questionnaire.name, section.id, language, is_changed=is_changed).filled(
        {
            "candidate": sheet.candidate_name,
            "csrf": csrf,
            "seen": seen,
            "closes": day_told(last_day_before(sheet.closes_ms), language),
            **dict(_answers(section, answers)),
        }
    )


@cache
def part_stencil(questionnaire_name: str, section_id: str, language: str, *, is_changed: bool) -> Stencil:
    """The page for everyone who is asked this.

    Raises:
        NoQuestionnaireError: There is none of that name.
    """
    questionnaire = questionnaire_files.shipped().named(questionnaire_name)
    section = next(one for one in questionnaire.sections if one.id == section_id)
    return Stencil(
        render(
            "peers/part.html",
            language,
            questionnaire=questionnaire,
            section=section,
            place=questionnaire.sections.index(section) + 1,
            count=len(questionnaire.sections),
            candidate=place("candidate"),
            csrf=place("csrf"),
            seen=place("seen"),
            closes=place("closes"),
            ticked=lambda question, value: place(f"{question}={value}"),
            written=place,
            is_changed=is_changed,
            unseen=UNSEEN,
            most=MOST_COMMENT_CHARACTERS,
        )
    )


def _answers(section: Section, answers: Answers) -> Iterator[tuple[str, str]]:
    """What stands at the places of a section's fields."""
    for question in section.question:
        said = answers.get(question.id, "")
        if isinstance(question, Comment):
            yield question.id, said
        elif said:
            yield f"{question.id}={said}", _CHECKED
