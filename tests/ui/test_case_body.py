"""The stage has the room of a large screen, and never hides that there are questions."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QSplitter, QWidget

from pocus_desktop.sitting.views import StageState
from pocus_desktop.ui.candidate.action_bar import ActionBar
from pocus_desktop.ui.candidate.screens.case_body import CaseBody
from pocus_desktop.ui.candidate.stage.script_panel import ScriptPanel
from pocus_desktop.ui.candidate.stage.stage_pane import StagePane
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.picture import PictureView
from pocus_desktop.ui.video.cine_surface import CineSurface
from pocus_desktop.ui.video.video_surface import VideoSurface
from tests.ui.conftest import OpenWindow, settle
from tests.ui.gallery import case, case_chrome, in_comfort, item_state, screens
from tests.ui.gallery_case import CINE, CLIP, IMAGE


def test_a_wider_window_makes_the_picture_wider_and_not_the_questions(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(item_state("compressible", 1), stage=(CINE,)), size=(1920, 1080))
    (stage,) = window.findChildren(StagePane)
    assert stage.width() > 1920 * 0.6
    window.resize(1280, 800)
    settle()
    assert stage.width() < 1280 * 0.6


def test_who_moved_the_divider_keeps_it(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(item_state("compressible", 1), stage=(CINE,)), size=(1600, 900))
    splitter = window.findChildren(CaseBody)[0].findChildren(QSplitter)[0]
    splitter.moveSplitter(800, 1)
    settle()
    window.resize(1600, 880)
    settle()
    assert abs(splitter.sizes()[0] - 800) < 20


@pytest.mark.parametrize("percent", [100, 125, 150, 175, 200])
def test_questions_stand_beside_the_stage_on_a_large_screen(open_window: OpenWindow, percent: int) -> None:
    chrome = in_comfort(case_chrome(), text_percent=percent)
    window = open_window(chrome, case(item_state("compressible", 1), stage=(CINE,)), size=(1920, 1080))
    assert window.findChildren(CaseBody)[0].is_stacked is False


def test_a_stage_above_leaves_the_questions_in_sight(open_window: OpenWindow) -> None:
    chrome = in_comfort(case_chrome(), text_percent=150)
    window = open_window(chrome, case(item_state("compressible", 1), stage=(CINE,)), size=(1300, 1000))
    (body,) = window.findChildren(CaseBody)
    (stage,) = window.findChildren(StagePane)
    assert body.is_stacked
    assert stage.height() <= body.height() * 0.8 + 1


@pytest.mark.parametrize("medium", [CINE, CLIP, IMAGE], ids=["cine", "clip", "image"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_picture_and_controls_are_seen_at_once_with_the_largest_text(
    open_window: OpenWindow, medium: StageState, language: str
) -> None:
    chrome = in_comfort(case_chrome(), text_percent=200, language=language)
    window = open_window(chrome, case(item_state("compressible", 1), stage=(medium,)))
    (body,) = window.findChildren(CaseBody)
    (stage,) = window.findChildren(StagePane)
    assert body.is_stacked
    assert stage.height() - stage.tabs_height <= body.height()
    seen = [w for w in stage.findChildren(QWidget) if w.isVisible()]
    (picture,) = [w for w in seen if isinstance(w, CineSurface | PictureView | VideoSurface)]
    assert picture.height() >= 160
    for control in (w for w in seen if isinstance(w, QAbstractButton | QAbstractSlider)):
        place = QRect(control.mapTo(stage, QPoint(0, 0)), control.size())
        assert stage.rect().contains(place)
        assert not place.intersects(QRect(picture.mapTo(stage, QPoint(0, 0)), picture.size()))


def test_an_open_script_leaves_the_questions_beside_the_stage(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(item_state("risks", 1), stage=(CLIP,)))
    (body,) = window.findChildren(CaseBody)
    QTest.keyClick(window, Qt.Key.Key_F2)
    settle()
    assert window.findChildren(ScriptPanel)[0].isVisible()
    assert body.is_stacked is False


def test_with_large_text_on_a_small_screen_the_actions_keep_to_one_row(open_window: OpenWindow) -> None:
    chrome, screen = screens()["12-case-cine"]
    for percent, is_folded in ((100, False), (200, True)):
        window = open_window(in_comfort(chrome, text_percent=percent, language="es"), screen, size=(1280, 800))
        bar = window.findChild(ActionBar)
        assert bar is not None
        shown = [button for button in bar.findChildren(Button) if button.isVisible()]
        assert len({button.geometry().center().y() for button in shown}) == 1, percent
        for button in shown:
            assert button.accessibleName(), "screen readers hear what it does"
            assert button.accessibleName() in button.toolTip()
            assert (button.text() == "") == (is_folded and button.objectName() != "primary")
