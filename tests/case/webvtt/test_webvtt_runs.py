"""Runs: a cue's tree as what the screen draws."""

import pytest

from pocus_desktop.case.webvtt.runs import MOST_CLASSES, Line, Ruby, Run, plain, runs
from pocus_desktop.case.webvtt.tree import cue_text


def lines(text: str, language: str | None = None) -> tuple[Line, ...]:
    return runs(cue_text(text, language=language))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("plain", [Run(text="plain")]),
        ("<b>a</b>", [Run(text="a", is_bold=True)]),
        ("<i>a<u>b</u></i>", [Run(text="a", is_italic=True), Run(text="b", is_italic=True, is_underlined=True)]),
        ("<v Ann>a</v>b", [Run(text="a", voice="Ann"), Run(text="b")]),
        ("<lang es>a</lang>", [Run(text="a", language="es")]),
        ("<c.x.y>a<c.y.z>b", [Run(text="a", classes=("x", "y")), Run(text="b", classes=("x", "y", "z"))]),
        ("<c.red>a", [Run(text="a", classes=("red",), color="red")]),
        (
            "<c.yellow.bg_blue.magenta.bg_black>a",
            [
                Run(
                    text="a",
                    classes=("yellow", "bg_blue", "magenta", "bg_black"),
                    color="magenta",
                    background="black",
                )
            ],
        ),
        ("a<00:01.500>b", [Run(text="a"), Run(text="b", active_from_ms=1500)]),
        ("<ruby>a<rt>x</rt></ruby>b", [Run(text="a", ruby=Ruby(index=0, text="x")), Run(text="b")]),
        (
            "<ruby>a<b>c</b><rt>x</rt>d<rt>y</rt>e</ruby>",
            [
                Run(text="a", ruby=Ruby(index=0, text="x")),
                Run(text="c", is_bold=True, ruby=Ruby(index=0, text="x")),
                Run(text="d", ruby=Ruby(index=1, text="y")),
                Run(text="e"),
            ],
        ),
        ("<ruby><rt>x", [Run(text="", ruby=Ruby(index=0, text="x"))]),
        ("a&lt;b", [Run(text="a<b")]),
    ],
)
def test_a_line_of_runs(text: str, expected: list[Run]) -> None:
    assert lines(text) == (Line(runs=tuple(expected)),)


def test_line_breaks_begin_lines_and_keep_the_look() -> None:
    told = lines("<v Ann>a\n\n<b>b\nc")
    assert [line.text for line in told] == ["a", "", "b", "c"]
    assert told[3].runs == (Run(text="c", is_bold=True, voice="Ann"),)
    assert plain(told) == "a\n\nb\nc"


def test_the_language_of_the_captions_holds_where_the_text_says_no_other() -> None:
    (line,) = lines("a<lang fr>b</lang>c", language="en")
    assert [run.language for run in line.runs] == ["en", "fr", "en"]


def test_classes_without_end_are_cut() -> None:
    (line,) = lines("".join(f"<c.n{number}>" for number in range(1000)) + "x")
    assert line.runs[0].classes == tuple(f"n{number}" for number in range(MOST_CLASSES))
