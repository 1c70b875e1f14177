"""Writing captions: what reads back as the same, and what no file can say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.case.webvtt.model import Cue, Document, Region
from pocus_desktop.case.webvtt.nodes import Span, Text, Tree
from pocus_desktop.case.webvtt.parser import parse
from pocus_desktop.case.webvtt.write import CaptionsNotWritableError, write, write_text

percentages = st.floats(min_value=0, max_value=100).map(abs)
words = st.text("abc -é<>&", min_size=1, max_size=12).map(str.strip).filter(lambda word: word and "-->" not in word)
times = st.integers(min_value=0, max_value=10**9).map(lambda ms: ms / 1000)


@st.composite
def cues(draw: st.DrawFn, regions: list[str]) -> Cue:
    settings: dict[str, Any] = {}
    if draw(st.booleans()):
        settings["snap_to_lines"] = draw(st.booleans())
        numbers = st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0)
        settings["line"] = draw(numbers if settings["snap_to_lines"] else percentages)
        settings["line_align"] = draw(st.sampled_from(["start", "center", "end"]))
    if draw(st.booleans()):
        settings["position"] = draw(percentages)
        settings["position_align"] = draw(st.sampled_from(["auto", "line-left", "center", "line-right"]))
    return Cue(
        id=draw(st.one_of(st.just(""), words)),
        start=draw(times),
        end=draw(times),
        region=draw(st.sampled_from([None, *regions])),
        vertical=draw(st.sampled_from(["", "rl", "lr"])),
        size=draw(percentages),
        align=draw(st.sampled_from(["start", "center", "end", "left", "right"])),
        text=draw(st.lists(words, max_size=3).map("\n".join)),
        **settings,
    )


@st.composite
def documents(draw: st.DrawFn) -> Document:
    names = draw(st.lists(st.text("abc", min_size=1), unique=True, max_size=3))
    regions = [
        Region(
            id=name,
            width=draw(percentages),
            lines=draw(st.integers(min_value=0, max_value=10**9)),
            region_anchor_x=draw(percentages),
            region_anchor_y=draw(percentages),
            viewport_anchor_x=draw(percentages),
            viewport_anchor_y=draw(percentages),
            scroll=draw(st.sampled_from(["", "up"])),
        )
        for name in names
    ]
    styles = draw(st.lists(st.just("::cue {\n  color: lime;\n}"), max_size=2))
    return Document(cues=tuple(draw(st.lists(cues(names), max_size=4))), regions=tuple(regions), styles=tuple(styles))


@given(documents())
def test_a_document_written_and_read_is_the_same(document: Document) -> None:
    assert parse(write(document)) == document


def test_a_written_file_is_plain_to_read() -> None:
    document = Document(
        regions=(Region(id="low", width=40.5),),
        cues=(Cue(id="a", start=1.5, end=3, region="low", text="Hello"), Cue(start=3, end=4, line=-1.0, text="you")),
    )
    assert write(document) == (
        "WEBVTT\n\nREGION\nid:low\nwidth:40.5%\n\n"
        "a\n00:00:01.500 --> 00:00:03.000 region:low\nHello\n\n"
        "00:00:03.000 --> 00:00:04.000 line:-1\nyou\n"
    )


@pytest.mark.parametrize(
    ("document", "part"),
    [
        (Document(cues=(Cue(start=0, end=1, id="a-->b"),)), "cue 1"),
        (Document(cues=(Cue(start=0, end=1), Cue(start=0, end=1, text="a\n\nb"))), "cue 2"),
        (Document(cues=(Cue(start=0, end=1, text="-->"),)), "cue 1"),
        (Document(cues=(Cue(start=0, end=1, region="nowhere"),)), "cue 1"),
        (Document(cues=(Cue(start=0.0001, end=1),)), "cue 1"),
        (Document(cues=(Cue(start=0, end=1, line_align="end"),)), "cue 1"),
        (Document(cues=(Cue(start=0, end=1, pause_on_exit=True),)), "cue 1"),
        (Document(regions=(Region(id="a b"),)), "region 1"),
        (Document(regions=(Region(width=101),)), "region 1"),
        (Document(styles=("a\n\nb",)), "style 1"),
        (Document(styles=("",)), "style 1"),
        (Document(has_signature=False), "the signature"),
    ],
)
def test_what_no_file_can_say_is_refused_by_name(document: Document, part: str) -> None:
    with pytest.raises(CaptionsNotWritableError) as refused:
        write(document)
    assert refused.value.params == {"part": part}
    assert part in refused.value.explain("es").what


def test_marks_in_text_are_written_as_references() -> None:
    tree = Tree(children=(Text(value="a < b --> c & d\n\n"), Span(tag="v", voice="R&B", children=(Text(value="x"),))))
    assert write_text(tree) == "a &lt; b --&gt; c &amp; d\n&#10;<v R&amp;B>x</v>"
