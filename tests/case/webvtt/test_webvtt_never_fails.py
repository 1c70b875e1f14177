"""What always holds for the WebVTT reader: no input fails, trees are well formed, work is linear in the input."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.case.webvtt.blocks import blocks, decoded, has_signature
from pocus_desktop.case.webvtt.dump import dump
from pocus_desktop.case.webvtt.lint import lint
from pocus_desktop.case.webvtt.model import Document
from pocus_desktop.case.webvtt.nodes import Enter, Leaf, Leave, Span, Text, Tree, plain_text, walk
from pocus_desktop.case.webvtt.parser import parse
from pocus_desktop.case.webvtt.runs import plain, runs
from pocus_desktop.case.webvtt.timestamps import Collected, collect, written
from pocus_desktop.case.webvtt.tokens import tokens
from pocus_desktop.case.webvtt.tree import cue_text
from pocus_desktop.case.webvtt.write import write, write_text

FILE_PIECES = st.sampled_from(
    [
        "WEBVTT",
        "\n",
        "\n\n",
        "\r",
        "\r\n",
        "-->",
        "00:00.000 --> 00:01.000",
        "00:00",
        ".000",
        " ",
        "\t",
        "STYLE",
        "REGION",
        "NOTE",
        "id:a",
        "region:a",
        "line:1",
        "line:-1%,end",
        "position:3%,center",
        "size:9%",
        "align:end",
        "lines:2",
        "vertical:rl",
        "\x00",
        "\ufeff",
        "\ud800",
        "regionanchor:1%,2%",
        "scroll:up",
        "text",
        "<b>",
        "&amp;",
        "\x0c",
        "\x0b",
        "é",
    ]
)
FILE_TEXTS = st.one_of(
    st.text(), st.lists(FILE_PIECES).map("".join), st.lists(FILE_PIECES).map(lambda p: "WEBVTT\n\n" + "".join(p))
)
CUE_PIECES = st.sampled_from(
    [
        "<",
        ">",
        "</",
        "<b>",
        "</b>",
        "<i.x.y>",
        "</i>",
        "<u>",
        "</u>",
        "<ruby>",
        "</ruby>",
        "<rt>",
        "</rt>",
        "<v Ann>",
        "</v>",
        "<lang es>",
        "</lang>",
        "<c.red.bg_blue>",
        "</c>",
        "<00:01.000>",
        "<1:00:00.000>",
        "<0",
        "&",
        "&amp;",
        "&lt",
        "&#65;",
        "text",
        " ",
        "\n",
        "é",
        ".",
        "<x>",
        "</x>",
        "<.",
        "< a>",
        "\x00",
    ]
)
CUE_TEXTS = st.one_of(st.text(), st.lists(CUE_PIECES, max_size=40).map("".join))


@given(st.one_of(st.binary(), FILE_TEXTS, FILE_TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_no_file_fails(data: str | bytes) -> None:
    document = parse(data)
    assert document.has_signature or document == Document(has_signature=False)
    for cue in document.cues:
        assert cue.region is None or document.region(cue.region) is not None
        assert "-->" not in cue.text
        assert "\n\n" not in cue.text
        assert 0 <= cue.size <= 100
        assert cue.line == "auto" or isinstance(cue.line, float)
        assert cue.position == "auto" or 0 <= cue.position <= 100
        assert cue.start_ms >= 0
        assert cue.end_ms >= 0
    for problem in lint(data, duration_ms=1000):
        assert problem.what
        assert problem.fix
        assert problem.line >= 0


@given(FILE_TEXTS)
def test_the_blocks_of_a_file_lie_in_order_and_cover_every_written_line(text: str) -> None:
    clean = decoded(text)
    if not has_signature(clean):
        return
    lines = clean.split("\n")
    covered: list[int] = []
    for block in blocks(lines):
        covered += range(block.first, block.last)
    assert covered == sorted(set(covered))
    assert all(not lines[at] for at in range(1, len(lines)) if at not in set(covered))


@given(CUE_TEXTS)
def test_every_tree_is_well_formed(text: str) -> None:
    tree = cue_text(text)
    inside: list[Span] = []
    for step in walk(tree):
        match step:
            case Enter(span=span):
                if span.tag == "rt":
                    assert inside
                    assert inside[-1].tag == "ruby"
                assert all(span.classes)
                inside.append(span)
            case Leave(span=span):
                assert inside.pop() is span
            case Leaf(node=Text(value=value)):
                assert value
            case _:
                pass
    assert not inside
    assert dump(tree).startswith("#document-fragment")


@given(CUE_TEXTS)
def test_the_tokens_of_a_text_follow_each_other_without_gap(text: str) -> None:
    at = 0
    for token in tokens(text):
        assert token.start == at
        assert token.end > at
        at = token.end
    assert at == len(text)


@given(CUE_TEXTS)
def test_runs_hold_the_text_of_the_tree(text: str) -> None:
    tree = cue_text(text)
    lines = runs(tree)
    assert plain(lines) == plain_text(tree)
    assert len(lines) == plain_text(tree).count("\n") + 1
    assert all(run.text or run.ruby for line in lines for run in line.runs)


@given(CUE_TEXTS)
def test_a_tree_written_and_read_is_the_same_tree(text: str) -> None:
    tree = cue_text(text.replace("\0", "�"))
    again = write_text(tree)
    assert cue_text(again) == tree
    cues = parse(f"WEBVTT\n\n00:00.000 --> 00:01.000\n{again}\n").cues
    assert cue_text(cues[0].text) == tree


@given(FILE_TEXTS)
def test_a_file_read_written_and_read_is_the_same_document(text: str) -> None:
    document = parse(text)
    if not document.has_signature or any(not_writable(each) for each in document.styles):
        return
    assert parse(write(document)) == document


def not_writable(style: str) -> bool:
    return not style


@given(st.integers(min_value=0, max_value=10**15))
def test_a_timestamp_written_is_read_as_the_same_time(ms: int) -> None:
    text = written(ms)
    assert collect(text, 0) == Collected(ms=ms, position=len(text))
    cue = parse(f"WEBVTT\n\n{text} --> {text}\n").cues[0]
    assert cue.start_ms == min(ms, 2**53)


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python our modules run for some work."""
    count = 0

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace if "pocus_desktop" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


HOSTILE_CUES = [
    "<",
    "<<",
    "&",
    "&a",
    "&#",
    "&#9",
    "&notit",
    "<b>",
    "</b>",
    "<ruby><rt>",
    "<ruby>",
    "<v a",
    "<c.a",
    "<00:",
    ".",
]
HOSTILE_CUES += ["<c.a>x", "<ruby>a<rt>b", "<lang a>x", "x<b>y</i>", "\n", "<ruby>a<rt>b</rt>", "<1:00:00.000>", "< "]
HOSTILE_FILES = [
    "-->\n",
    "a\n-->\n",
    "REGION\n",
    "REGION\nid:a\n\n",
    "STYLE\nx\n\n",
    "\n",
    "\r",
    "a",
    "a\n",
    "00:00.000 --> 00:01.000\n",
]
HOSTILE_FILES += [
    "00:00.000 --> 00:01.000 region:a\nx\n\n",
    "0",
    ":",
    " ",
    "line:1 ",
    "00:00.000 --> 00:01.000 " + "line:1 " * 9 + "\n\n",
]


@pytest.mark.parametrize("piece", HOSTILE_CUES)
def test_the_work_for_a_hostile_cue_grows_with_its_length(piece: str) -> None:
    def work(times: int) -> int:
        text = piece * times
        return lines_run(lambda: runs(cue_text(text)))

    small, large = work(200), work(800)
    assert large <= 4 * small + 400


@pytest.mark.parametrize("piece", HOSTILE_FILES)
def test_the_work_for_a_hostile_file_grows_with_its_length(piece: str) -> None:
    def work(times: int) -> int:
        data = "WEBVTT\n\n" + piece * times
        return lines_run(lambda: (parse(data), lint(data)))

    small, large = work(100), work(400)
    assert large <= 4 * small + 400


@pytest.mark.parametrize("piece", ["<b>", "<ruby>", "<ruby><rt>", "<c.a>", "<lang x>", "<v y>"])
def test_nesting_without_end_is_read_flattened_and_written(piece: str) -> None:
    tree = cue_text(piece * 20_000 + "x")
    assert "x" in "".join(run.text + (run.ruby.text if run.ruby else "") for line in runs(tree) for run in line.runs)
    assert write_text(tree).count("<") == 2 * (piece * 20_000).count("<")


def test_a_number_of_a_million_digits_is_read() -> None:
    digits = "9" * 1_000_000
    times = f"{digits}:00:00.000 --> {digits}:00:01.000 line:{digits}"
    text = f"WEBVTT\n\nREGION\nid:a\nlines:{digits}\n\n{times}\n&#{digits};"
    document = parse(text)
    assert document.regions[0].lines == 10**308
    assert document.cues[0].start_ms == 2**53
    assert document.cues[0].line == "auto"
    assert plain_text(cue_text(document.cues[0].text)) == "�"


def test_a_tree_of_nothing() -> None:
    assert cue_text("") == Tree()
