"""Character references in cue text, beside html5lib's tokenizer and the rules of HTML."""

import html
import re

import html5lib
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pocus_desktop.case.webvtt.nodes import Span, plain_text
from pocus_desktop.case.webvtt.references import consume
from pocus_desktop.case.webvtt.tree import cue_text

NAMES = sorted(html.entities.html5)
TAILS = ["", ";", "x", "1", " ", "=", "&", "é", "it;"]


def by_html5lib(text: str) -> str:
    element = html5lib.parseFragment(text, namespaceHTMLElements=False)
    return element.text or ""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("&notit;", "¬it;"),
        ("&notin;", "∉"),
        ("&amp", "&"),
        ("&ampamp", "&amp"),
        ("&gtx", ">x"),
        ("&GT", ">"),
        ("&apos", "&apos"),
        ("&CounterClockwiseContourIntegral;", "∳"),
        ("&CounterClockwiseContourIntegral", "&CounterClockwiseContourIntegral"),
        ("&copyright;", "©right;"),
        ("&nsubE;", "⫅̸"),
        ("&#0;", "�"),
        ("&#x0", "�"),
        ("&#x80;", "€"),
        ("&#x81;", "\x81"),
        ("&#159;", "Ÿ"),
        ("&#xD800;", "�"),
        ("&#xDFFF;", "�"),
        ("&#x110000;", "�"),
        ("&#x10FFFF;", "\U0010ffff"),
        ("&#99999999999999999999;", "�"),
        ("&#00000000000000000000065", "A"),
        ("&#x;", "&#x;"),
        ("&#xg;", "&#xg;"),
        ("&#;", "&#;"),
        ("&#x41g", "Ag"),
        ("&#13;", "\r"),
        ("&;", "&;"),
        ("&é;", "&é;"),
        ("&a&b", "&a&b"),
    ],
)
def test_a_reference_by_the_rules_of_html(text: str, meant: str) -> None:
    assert plain_text(cue_text(text)) == meant


@pytest.mark.parametrize("tail", TAILS)
def test_every_name_of_the_table_with_and_without_what_follows(tail: str) -> None:
    for name in NAMES:
        characters, position = consume(f"{name}{tail}", 0) or ("", 0)
        longest = max((known for known in NAMES if f"{name}{tail}".startswith(known)), key=len) if tail else name
        assert (characters, position) == (html.entities.html5[longest], len(longest))


def test_numbers_that_name_a_control_character_are_windows_1252() -> None:
    for code in range(0x80, 0xA0):
        assert plain_text(cue_text(f"&#{code};")) == by_html5lib(f"&#{code};")


@given(
    st.lists(
        st.one_of(
            st.sampled_from(NAMES), st.sampled_from(["&", "#", "x", "X", ";", "=", " "]), st.text("019aFgé", max_size=9)
        )
    )
)
def test_references_mean_what_html5lib_reads(pieces: list[str]) -> None:
    text = "&" + "".join(pieces)
    if html_replaces_or_drops(text):
        return
    assert plain_text(cue_text(text)) == by_html5lib(text)


def html_replaces_or_drops(text: str) -> bool:
    """Whether HTML's tree construction makes markup or nothing of it, which cue text does not know."""
    return "<" in text


@given(st.text("&abglmnopqrtux#;0123456789 >.", max_size=40))
@example("&#10")
@example("&#9a&#12b &#13")
def test_inside_an_annotation_the_same_rules_hold(text: str) -> None:
    annotation = text.replace(">", "")
    tree = cue_text(f"<v {annotation}>x")
    inside = plain_text(cue_text(annotation))
    voice = tree.children[0]
    assert isinstance(voice, Span)
    assert voice.voice == re.sub(r"[ \t\n\f\r]+", " ", inside).strip(" ")
