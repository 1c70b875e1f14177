"""Captions stand where their cue asks for along the line; colours that can be read are kept; no ruby text is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from pocus_desktop.case.webvtt import parse
from pocus_desktop.case.webvtt.model import Cue
from pocus_desktop.ui.candidate.stage.caption_band import CaptionBand
from pocus_desktop.ui.candidate.stage.caption_place import NARROWEST, place_of
from pocus_desktop.ui.candidate.stage.captions import Captions
from pocus_desktop.ui.theme import look


def captions(cue: str, settings: str = "") -> Captions:
    return Captions(parse(f"WEBVTT\n\n00:00.000 --> 00:10.000 {settings}\n{cue}\n").cues)


@pytest.mark.parametrize(
    ("settings", "left", "width"),
    [
        ("", 0.0, 1.0),
        ("align:start", 0.0, 1.0),
        ("align:start position:40%", 0.4, 0.6),
        ("align:end position:60%", 0.0, 0.6),
        ("align:end position:60% size:30%", 0.3, 0.3),
        ("position:30%", 0.0, 0.6),
        ("position:50% size:40%", 0.3, 0.4),
        ("position:20%,line-left size:50%", 0.2, 0.5),
        ("position:95% align:start", 0.0, 1.0),
        ("vertical:rl position:20%", 0.0, 1.0),
    ],
)
def test_a_cue_stands_where_it_asks_for(settings: str, left: float, width: float) -> None:
    (placed,) = captions("Hello", settings).at(1_000)
    assert (placed.place.left, placed.place.width) == pytest.approx((left, width))


@given(
    position=st.floats(0, 100),
    size=st.floats(0, 100),
    anchor=st.sampled_from(["auto", "line-left", "center", "line-right"]),
    align=st.sampled_from(["start", "center", "end", "left", "right"]),
)
def test_no_cue_leaves_the_band(position: float, size: float, anchor: str, align: str) -> None:
    cue = Cue(start=0, end=1, position=position, size=size, position_align=anchor, align=align)  # type: ignore[arg-type]
    place = place_of(cue)
    assert place.left >= -1e-9
    assert place.left + place.width <= 1 + 1e-9
    assert place.width >= NARROWEST


def painted(qtbot: QtBot, shown: Captions, now_ms: int = 1_000) -> QImage:
    band = CaptionBand()
    qtbot.addWidget(band)
    band.resize(800, 80)
    band.show_lines(shown.at(now_ms), caption_percent=100, now_ms=now_ms)
    return band.grab().toImage()


def lit(picture: QImage) -> list[int]:
    """The columns in which something is drawn."""
    return [
        x
        for x in range(picture.width())
        if any(picture.pixelColor(x, y).lightness() > 60 for y in range(picture.height()))
    ]


def test_alignment_moves_what_is_drawn(qtbot: QtBot) -> None:
    start, centre, end = (lit(painted(qtbot, captions("Hello", f"align:{a}"))) for a in ("start", "center", "end"))
    assert start[-1] < 200
    assert 300 < centre[0] < centre[-1] < 500
    assert end[0] > 600


def test_words_to_come_are_dimmed_until_their_time(qtbot: QtBot) -> None:
    shown = captions("<00:05.000>Hello")
    before, after = painted(qtbot, shown, 1_000), painted(qtbot, shown, 6_000)
    brightest = [
        max(p.pixelColor(x, y).lightness() for x in lit(p) for y in range(p.height())) for p in (before, after)
    ]
    assert brightest[0] < brightest[1] == 255


def test_colours_are_kept_where_they_can_be_read(qtbot: QtBot) -> None:
    def has_green(picture: QImage) -> bool:
        return any(
            (c := picture.pixelColor(x, y)).green() > 150 and c.red() < 60 for x in lit(picture) for y in range(80)
        )

    assert has_green(painted(qtbot, captions("<c.lime>HHH</c>")))
    assert not has_green(painted(qtbot, captions("HHH")))
    assert lit(painted(qtbot, captions("<c.black>HHH</c>"))), "black on black would be lost"
    look.wear(look.Look(theme="high-contrast"))
    assert not has_green(painted(qtbot, captions("<c.lime>HHH</c>")))


def test_ruby_text_follows_what_it_stands_above() -> None:
    (placed,) = captions("<ruby>漢<rt>kan</rt>字<rt>ji</rt></ruby> end").at(1_000)
    assert placed.line.text == "漢(kan)字(ji) end"


def test_each_change_of_voice_is_named() -> None:
    told = [placed.line.text for placed in captions("<v Dr Ruiz>One\n<v Ms Ortega>Two").at(1_000)]
    assert told == ["Dr Ruiz: One", "Ms Ortega: Two"]
