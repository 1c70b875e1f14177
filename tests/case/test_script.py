"""Written scripts: what each form of the Markdown subset becomes, and what always holds."""

import sys
from itertools import pairwise
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.case.script import (
    Block,
    Direction,
    Heading,
    ListItem,
    Paragraph,
    Rule,
    ScriptDocument,
    Speech,
    Words,
    parse_script,
)

SCRIPT = """# Arrival

*A woman limps in,
holding her calf.*

**Dr Ruiz:** Good morning. **Where** does it hurt?
It looks *swollen*.
**Ms Vega:** Here.

She sits down.

- left leg
  since yesterday
  1. warm
* no fever

---
"""


def plain(text: str) -> tuple[Words, ...]:
    return (Words(text=text),)


def test_a_script_becomes_its_blocks() -> None:
    script = parse_script(SCRIPT)
    assert script.blocks == (
        Heading(level=1, words=plain("Arrival")),
        Direction(words=plain("A woman limps in, holding her calf.")),
        Speech(
            speaker="Dr Ruiz",
            words=(
                Words(text="Good morning. "),
                Words(text="Where", is_bold=True),
                Words(text=" does it hurt? It looks "),
                Words(text="swollen", is_italic=True),
                Words(text="."),
            ),
        ),
        Speech(speaker="Ms Vega", words=plain("Here.")),
        Paragraph(words=plain("She sits down.")),
        ListItem(level=0, number=None, words=plain("left leg since yesterday")),
        ListItem(level=1, number=1, words=plain("warm")),
        ListItem(level=0, number=None, words=plain("no fever")),
        Rule(),
    )
    assert script.speakers == ("Dr Ruiz", "Ms Vega")
    assert script.text.splitlines()[:3] == [
        "Arrival",
        "A woman limps in, holding her calf.",
        "Dr Ruiz: Good morning. Where does it hurt? It looks swollen.",
    ]


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("### Exam ###", Heading(level=3, words=plain("Exam"))),
        ("#hashtag", Paragraph(words=plain("#hashtag"))),
        ("####### seven", Paragraph(words=plain("####### seven"))),
        ("**Nurse**: Yes?", Speech(speaker="Nurse", words=plain("Yes?"))),
        ("__Nurse:__ Yes?", Speech(speaker="Nurse", words=plain("Yes?"))),
        ("**Nurse** says yes", Paragraph(words=(Words(text="Nurse", is_bold=True), Words(text=" says yes")))),
        ("_He nods._", Direction(words=plain("He nods."))),
        ("***Alarm!***", Direction(words=(Words(text="Alarm!", is_bold=True),))),
        ("*He nods.* Then", Paragraph(words=(Words(text="He nods.", is_italic=True), Words(text=" Then")))),
        ("*left open", Paragraph(words=plain("*left open"))),
        ("2 * 3 * 4", Paragraph(words=plain("2 * 3 * 4"))),
        ("a_b_c", Paragraph(words=plain("a_b_c"))),
        (r"\*not\* italic", Paragraph(words=plain("*not* italic"))),
        ("7. Seventh", ListItem(level=0, number=7, words=plain("Seventh"))),
        ("- *x", ListItem(level=0, number=None, words=plain("*x"))),
        ("<b>bold</b>", Paragraph(words=plain("<b>bold</b>"))),
        ("<script>alert(1)</script>", Paragraph(words=plain("<script>alert(1)</script>"))),
        ("[a](http://b)", Paragraph(words=plain("[a](http://b)"))),
        (
            "*a **b** c* d",
            Paragraph(
                words=(
                    Words(text="a ", is_italic=True),
                    Words(text="b", is_bold=True, is_italic=True),
                    Words(text=" c", is_italic=True),
                    Words(text=" d"),
                )
            ),
        ),
        ("**a *b** c", Paragraph(words=(Words(text="a *b", is_bold=True), Words(text=" c")))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_block(text: str, block: Block) -> None:
    assert parse_script(text).blocks == (block,)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings_do_not_matter(ending: str) -> None:
    assert parse_script("\ufeff" + SCRIPT.replace("\n", ending)) == parse_script(SCRIPT)


def test_nothing_is_an_empty_script() -> None:
    assert parse_script("") == ScriptDocument()
    assert parse_script(" \n\t\n") == ScriptDocument()


PIECES = st.sampled_from(
    ["#", "*", "**", "_", "***", "-", "1.", " ", "\n", "\n\n", "a", "b:", ":**", "\\", "<b>", "---", "\t", "\0", "é"]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join)))
def test_no_text_fails_and_every_letter_is_kept(text: str) -> None:
    script = parse_script(text)
    for block in script.blocks:
        if not isinstance(block, Rule):
            assert all(each.text for each in block.words)
            looks = [(each.is_bold, each.is_italic) for each in block.words]
            assert all(left != right for left, right in pairwise(looks))
    assert [each for each in script.text if each.isalpha()] == [each for each in text if each.isalpha()]


@pytest.mark.parametrize(
    "piece", ["*", "**a", "*a**b", "_a *b ", "# ", "- ", "* * ", "a\n", "**a:** ", "\\", "\n", "*a*"]
)
def test_the_work_grows_with_the_length(piece: str) -> None:
    def work(times: int) -> int:
        count = 0

        def trace(frame: FrameType, event: str, arg: object) -> Any:
            nonlocal count
            count += event == "line"
            return trace if "pocus_desktop" in frame.f_code.co_filename else None

        text = piece * times
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            parse_script(text)
        finally:
            sys.settrace(before)
        return count

    small, large = work(200), work(800)
    assert large <= 4 * small + 400
