"""A magnified picture can be moved, by dragging it and by keyboard: what is beside the middle can be looked at."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from pocus_desktop.ui.candidate.window import CandidateWindow
from pocus_desktop.ui.parts.picture import PictureView
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.video.cine_surface import CineSurface
from tests.ui.conftest import OpenWindow, named, settle
from tests.ui.gallery import screens

ALL = screens()


def magnified(window: CandidateWindow) -> QWidget:
    for _ in range(2):
        zoom = named(window, "zoom-in")
        QTest.mouseClick(zoom, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, zoom.rect().center())
    settle()
    return named(window, "picture")


def middle(view: QWidget) -> QPointF:
    """What of the picture stands in the middle of the view, in picture pixels."""
    place = QPointF(view.rect().center())
    if isinstance(view, PictureView):
        return view.to_picture(place)
    assert isinstance(view, CineSurface)
    found = view.picture_point(place)
    assert found is not None
    return found


def by_key(view: QWidget) -> None:
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Down)


def by_hand(view: QWidget) -> None:
    start = view.rect().center()
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(view, left, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(view, start - QPoint(30, 20))
    QTest.mouseRelease(view, left, Qt.KeyboardModifier.NoModifier, start - QPoint(30, 20))


@pytest.mark.parametrize("name", ["12-case-cine", "13-case-image"])
@pytest.mark.parametrize("move", [by_key, by_hand])
def test_a_magnified_picture_is_moved(open_window: OpenWindow, name: str, move: Callable[[QWidget], None]) -> None:
    view = magnified(open_window(*ALL[name]))
    assert view.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert view.accessibleDescription()
    before = middle(view)
    move(view)
    after = middle(view)
    assert after.x() > before.x()
    assert after.y() > before.y()


@pytest.mark.parametrize("name", ["12-case-cine", "13-case-image"])
def test_a_magnified_picture_is_never_moved_out_of_its_view(open_window: OpenWindow, name: str) -> None:
    view = magnified(open_window(*ALL[name]))
    for _ in range(60):
        QTest.keyClick(view, Qt.Key.Key_Right)
    edge = middle(view)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert middle(view) == edge
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert middle(view).x() < edge.x()


@pytest.mark.parametrize("name", ["12-case-cine", "13-case-image"])
def test_a_whole_picture_is_no_stop_of_the_tab_key(open_window: OpenWindow, name: str) -> None:
    window = open_window(*ALL[name])
    view = magnified(window)
    fit = named(window, "zoom-fit")
    QTest.mouseClick(fit, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, fit.rect().center())
    assert view.focusPolicy() == Qt.FocusPolicy.NoFocus
    before = middle(view)
    by_hand(view)
    assert middle(view) == before


@pytest.mark.parametrize("name", ["12-case-cine", "13-case-image"])
def test_the_ring_around_a_picture_on_the_stage_has_the_colour_of_the_stage(open_window: OpenWindow, name: str) -> None:
    window = open_window(*ALL[name])
    view = magnified(window)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    settle()
    image = window.grab().toImage()
    wanted = look.current().colour("stage_accent").name()
    side = view.mapTo(window, QPoint(0, view.height() // 2))
    assert wanted in [image.pixelColor(side - QPoint(by, 0)).name() for by in range(5)]
