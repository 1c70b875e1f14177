"""What a form brings, and what is still needed."""

import unicodedata
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.peers.answers import Answers, clean, lacking, read_stored, save, sections_asked, told
from pocus_desktop.programme.peers.questionnaire import MOST_COMMENT_CHARACTERS, Section
from pocus_desktop.programme.peers.questionnaire_files import shipped

LUNG = shipped().on(ContentArea.LUNG, date(2026, 6, 1))
YOU = {
    "identity": "yes",
    "background": "yes",
    "relationship": "supervised",
    "seen": "more",
    "last-seen": "half-year",
    "interest": "none",
}


def section(name: str) -> Section:
    found = LUNG.section(name)
    assert found is not None
    return found


def all_said(step: str = "4") -> Answers:
    found: Answers = {}
    form = YOU | {question.id: step for question in LUNG.rated()} | {"concern": "no"}
    for one in LUNG.sections:
        found = save(LUNG, found, one, form)
    return found


def test_what_is_lacking_is_told_in_order_until_nothing_is() -> None:
    assert lacking(LUNG, {})[0].question == "identity"
    assert lacking(LUNG, all_said()) == ()


def test_only_answers_to_the_section_s_questions_count() -> None:
    before = save(LUNG, {}, section("you"), YOU)
    form = {
        "acquire-views": "5",
        "acquire-start": "9",
        "interest": "some",
        "stage": "answered",
        "optimise-settings": "5",
    }
    found = save(LUNG, before, section("acquisition"), form)
    assert found == {**YOU, "acquire-views": "5"}


def test_a_section_that_is_saved_again_replaces_what_was_said_in_it() -> None:
    before = save(LUNG, {}, section("acquisition"), {"acquire-views": "5", "acquire-start": "unseen"})
    assert save(LUNG, before, section("acquisition"), {"acquire-start": "2"}) == {"acquire-start": "2"}


def test_the_whole_cannot_be_unseen() -> None:
    assert save(LUNG, {}, section("whole"), {"whole-trust": "unseen"}) == {}


def test_a_comment_is_needed_beside_the_answer_that_names_it() -> None:
    said = {**all_said(), "interest": "some"}
    assert [one.question for one in lacking(LUNG, said)] == ["interest-told"]
    assert lacking(LUNG, {**said, "interest-told": "We share a practice."}) == ()


def test_who_never_scanned_with_them_is_asked_nothing_more() -> None:
    said = {**all_said(), "relationship": "never"}
    assert lacking(LUNG, {"identity": "yes", "relationship": "never"}) == ()
    assert [one.question for one in lacking(LUNG, {"relationship": "never"})] == ["identity"]
    assert [one.id for one in sections_asked(LUNG, said)] == ["you"]
    assert "acquire-views" not in told(LUNG, said)
    assert told(LUNG, all_said()) == all_said()


def test_a_comment_keeps_its_lines_and_loses_what_hides() -> None:
    assert clean(" a\r\nb\x00\u202e<script>\t ") == "a\nb<script>"
    assert len(clean("a" * 5000)) == MOST_COMMENT_CHARACTERS


@given(st.dictionaries(st.sampled_from([*YOU, "acquire-views", "remarks", "x"]), st.text() | st.integers()))
def test_what_was_kept_is_read_as_far_as_it_fits(stored: dict[str, object]) -> None:
    found = read_stored(LUNG, stored)
    assert read_stored(LUNG, found) == found


@given(st.text(st.characters(exclude_characters="\r")))
def test_whatever_is_written_only_what_hides_is_taken_out_of_it(text: str) -> None:
    turns = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    hides = {"Cc", "Cs", "Co", "Cn"}
    plain = unicodedata.normalize("NFC", text)
    kept = [
        one
        for one in plain
        if one == "\n"
        or not (
            unicodedata.category(one) in hides or unicodedata.bidirectional(one) in turns or one in "\u200e\u200f\u061c"
        )
    ]
    assert clean(text, most=None) == "".join(kept).strip()
