"""Every page at several points of the way: names, sizes, nothing cut off, in both languages and mirrored."""

import contextlib

import pytest
from pytestqt.exceptions import TimeoutError as QtBotTimeoutError
from pytestqt.qtbot import QtBot

from pocus_desktop.ui.portfolio.window import PAGES
from pocus_desktop.ui.theme import look
from tests.ui.portfolio.conftest import Open, settle
from tests.ui.portfolio.gallery import arrange
from tests.ui.proctor.test_every_page import controls, look_at
from tests.ui.test_every_screen import cut_off


@pytest.mark.parametrize("stage", ["empty", "applied", "certified", "conflict"])
def test_every_control_has_a_name_and_is_large_enough(open_stage: Open, stage: str) -> None:
    window = open_stage(stage)
    for page in (*PAGES, "eligibility-open"):
        arrange(window, page)
        settle()
        look_at(controls(window))


@pytest.mark.parametrize(
    ("size", "language", "percent"),
    [
        pytest.param((1280, 800), "en", 100, id="small"),
        pytest.param((1280, 800), "es", 200, id="spanish-large-text"),
        pytest.param((1600, 1000), "qps-plocm", 150, id="from-right-to-left-longer-larger-text"),
    ],
)
def test_no_text_is_cut_off(qtbot: QtBot, open_stage: Open, size: tuple[int, int], language: str, percent: int) -> None:
    look.wear(look.Look(text_percent=percent))
    window = open_stage("certified", language=language, size=size)
    found: list[str] = []
    for page in (*PAGES, "eligibility-open"):
        arrange(window, page)
        settle()
        with contextlib.suppress(QtBotTimeoutError):  # what wraps anew takes another round of the layout
            qtbot.waitUntil(lambda: not cut_off(window), timeout=1_000)  # type: ignore[arg-type]
        found += [f"{page}: {what}" for what in cut_off(window)]  # type: ignore[arg-type]
    assert found == []
