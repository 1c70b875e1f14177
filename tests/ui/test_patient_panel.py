"""A change of the vital signs is in sight without scrolling."""

from dataclasses import replace

from tests.ui.conftest import OpenWindow, named
from tests.ui.gallery import case, case_chrome
from tests.ui.gallery_case import CARD


def test_vital_signs_that_changed_come_first(open_window: OpenWindow) -> None:
    window = open_window(case_chrome(), case(stage=(CARD,)), size=(1280, 800))
    vitals, summary = named(window, "vitals"), named(window, "summary")
    assert vitals.visibleRegion().boundingRect() == vitals.rect()
    assert vitals.y() < summary.y()


def test_the_summary_comes_first_where_nothing_changed(open_window: OpenWindow) -> None:
    for previous in (None, CARD.state):
        window = open_window(case_chrome(), case(stage=(replace(CARD, previous=previous),)))
        assert named(window, "summary").y() < named(window, "vitals").y()
