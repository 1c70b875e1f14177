"""A part that is filled into a stencil is the page that the template would have rendered."""

import random
from dataclasses import replace
from typing import Any

import pytest

from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.pages.stencil import Stencil, place
from pocus_desktop.hub.pages.templates import LANGUAGES, render
from pocus_desktop.hub.peers.answering import Sheet
from pocus_desktop.hub.peers.part_page import part_html, part_stencil
from pocus_desktop.programme.days import day_told, last_day_before
from pocus_desktop.programme.peers.answers import Answers
from pocus_desktop.programme.peers.evaluator import Standing
from pocus_desktop.programme.peers.questionnaire import (
    MOST_COMMENT_CHARACTERS,
    UNSEEN,
    Comment,
    Questionnaire,
    Section,
)
from pocus_desktop.programme.peers.questionnaire_files import shipped

NASTY = "</textarea><script>alert('1')</script> \"&amp; {{ csrf }} \ue000csrf\ue001\nÑandú"


def as_the_template_has_it(
    questionnaire: Questionnaire, section: Section, answers: Answers, language: str, **told: Any
) -> str:
    def ticked(question: str, value: object) -> str:
        return " checked" if answers.get(question) == str(value) else ""

    page = render(
        "peers/part.html",
        language,
        questionnaire=questionnaire,
        section=section,
        place=questionnaire.sections.index(section) + 1,
        count=len(questionnaire.sections),
        ticked=ticked,
        written=lambda question: answers.get(question, ""),
        unseen=UNSEEN,
        most=MOST_COMMENT_CHARACTERS,
        **told,
    )
    return page.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")  # the same, as the standard library writes it


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_is_the_page_of_its_reader(language: str) -> None:
    chance = random.Random(7)
    shown = 0
    for _, questionnaire in shipped().versions:
        for section in questionnaire.sections:
            answers = {
                question.id: NASTY if isinstance(question, Comment) else chance.choice(sorted(choices))
                for question in section.question
                for choices in [questionnaire.choices.get(question.id, frozenset())]
                if chance.random() < 0.8
            }
            is_changed = chance.random() < 0.5
            sheet = Sheet(
                evaluator_id="evl_1",
                panel_id="pnl_1",
                candidate_name=NASTY,
                area=ContentArea(questionnaire.area),
                closes_ms=1_790_000_000_000,
                standing=Standing(closes_ms=1_790_000_000_000),
                questionnaire=questionnaire,
                answers=answers,
            )
            for one, said in ((sheet, answers), (replace(sheet, candidate_name="Ana"), {})):  # nothing of it stays
                page = part_html(one, section, said, language=language, seen="ab", csrf="cd", is_changed=is_changed)
                assert page.replace("&#34;", "&quot;").replace("&#39;", "&#x27;") == as_the_template_has_it(
                    questionnaire,
                    section,
                    said,
                    language,
                    candidate=one.candidate_name,
                    csrf="cd",
                    seen="ab",
                    closes=day_told(last_day_before(one.closes_ms), language),
                    is_changed=is_changed,
                )
                shown += 1
    assert shown > 20


def test_each_answer_has_a_place_in_the_stencil() -> None:
    for _, questionnaire in shipped().versions:
        for section in questionnaire.sections:
            wanted = {
                f"{question.id}={answer}"
                for question in section.question
                for answer in questionnaire.choices.get(question.id, ())
            }
            wanted |= {one.id for one in section.question if isinstance(one, Comment)}
            found = part_stencil(questionnaire.name, section.id, "es", is_changed=False).places
            assert wanted <= found <= wanted | {"candidate", "csrf", "seen", "closes"}


def test_what_is_filled_in_is_escaped_once_and_is_no_place_itself() -> None:
    page = Stencil(f"<p>{place('a')}–{place('b')}–{place('a')}</p>")
    assert page.places == {"a", "b"}
    assert page.filled({"a": "<&>"}) == "<p>&lt;&amp;&gt;––&lt;&amp;&gt;</p>"
    assert page.filled({"a": "", "b": place("a")}) == f"<p>–{place('a')}–</p>"
    with pytest.raises(KeyError):
        page.filled({"c": ""})
