"""Trees and settings where the public suite is silent: languages, regions dropped, exact times."""

import pytest

from pocus_desktop.case.webvtt.nodes import Enter, Leaf, Text, walk
from pocus_desktop.case.webvtt.parser import parse
from pocus_desktop.case.webvtt.tree import cue_text


def languages(text: str, language: str | None) -> list[tuple[str, str | None]]:
    """Each span of a text: its tag and the language that applies to it."""
    steps = walk(cue_text(text, language=language))
    return [(step.span.tag, step.span.language) for step in steps if isinstance(step, Enter)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("<b>a", None, [("b", None)]),
        ("<b>a", "en", [("b", "en")]),
        ("<lang es><b>a</b></lang><i>b", None, [("lang", "es"), ("b", "es"), ("i", None)]),
        ("<lang es>a</lang><i>b", "en", [("lang", "es"), ("i", "en")]),
        ("<lang es><lang fr>a</lang><b>c</b></lang>", "en", [("lang", "es"), ("lang", "fr"), ("b", "es")]),
        ("<lang es><b>a</lang>c</b></lang><i>", None, [("lang", "es"), ("b", "es"), ("i", None)]),
        ("<lang>a<b>c", "en", [("lang", ""), ("b", "")]),
        ("<lang es&amp;x  y >a", None, [("lang", "es&x y")]),
    ],
)
def test_the_language_that_applies(text: str, language: str | None, expected: list[tuple[str, str | None]]) -> None:
    assert languages(text, language) == expected


def test_texts_beside_each_other_stay_apart() -> None:
    leaves = [step.node for step in walk(cue_text("a</x>b<q>c")) if isinstance(step, Leaf)]
    assert leaves == [Text(value="a"), Text(value="b"), Text(value="c")]


@pytest.mark.parametrize(
    ("settings", "region"),
    [
        ("region:a", "a"),
        ("region:a size:50%", None),
        ("region:a size:100%", "a"),
        ("size:50% region:a", "a"),
        ("region:a line:0", None),
        ("line:0 region:a", "a"),
        ("region:a line:x", "a"),
        ("region:a vertical:rl", None),
        ("region:a vertical:x", "a"),
        ("vertical:rl region:a vertical:x", None),
        ("region:a region:b", None),
        ("region:a position:1%", "a"),
    ],
)
def test_when_a_cue_drops_out_of_its_region(settings: str, region: str | None) -> None:
    document = parse(f"WEBVTT\n\nREGION\nid:a\n\n00:00.000 --> 00:01.000 {settings}\nx\n")
    assert document.cues[0].region == region


@pytest.mark.parametrize(
    ("written", "seconds", "milliseconds"),
    [
        ("00:01.500", 1.5, 1500),
        ("00:00.001", 0.001, 1),
        ("59:59.999", 3599.999, 3_599_999),
        ("100:00:00.007", 360000.007, 360_000_007),
        ("999999:59:59.999", 3_599_999_999.999, 3_599_999_999_999),
    ],
)
def test_times_are_exact(written: str, seconds: float, milliseconds: int) -> None:
    cue = parse(f"WEBVTT\n\n{written} --> {written}\n").cues[0]
    assert cue.start == cue.end == seconds
    assert cue.start_ms == cue.end_ms == milliseconds


def test_a_later_region_of_the_same_id_counts() -> None:
    document = parse("WEBVTT\n\nREGION\nid:a lines:1\n\nREGION\nid:a lines:2\n\n00:00.000 --> 00:01.000 region:a\nx\n")
    region = document.region(document.cues[0].region)
    assert region is not None
    assert region.lines == 2
    assert document.region("nowhere") is None
    assert document.region(None) is None


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfWEBVTT\n\n00:00.000 --> 00:01.000\na", "a"),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\na\xe2\x82b\xff\xc0\x80", "a�b���"),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\n\xed\xa0\x80", "���"),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\na\x00\xef\xbb\xbf", "a�\ufeff"),
    ],
)
def test_bytes_are_decoded_as_a_browser_does(data: bytes, text: str) -> None:
    assert parse(data).cues[0].text == text
