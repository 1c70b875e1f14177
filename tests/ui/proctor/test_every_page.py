"""Every page in every look: names, sizes, nothing cut off."""

import contextlib

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QSplitterHandle, QWidget
from pytestqt.exceptions import TimeoutError as QtBotTimeoutError
from pytestqt.qtbot import QtBot

from pocus_desktop.proctoring.order_plan import OrderPlan
from pocus_desktop.ui.proctor.action_bar import ACTIONS
from pocus_desktop.ui.theme import look
from tests.ui.proctor.conftest import Open, settle
from tests.ui.proctor.gallery import PAGES, arrange
from tests.ui.proctor.rooms import live_room, station_id
from tests.ui.test_every_screen import LEAST_TARGET_PX, cut_off, name_of, shown


def controls(window: QWidget) -> list[QWidget]:
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isEnabled()
        and not isinstance(widget, QAbstractItemView)
        and widget.objectName() != "qt_scrollarea_viewport"
    ]


def test_every_control_has_a_name_and_is_large_enough(open_room: Open) -> None:
    window = open_room(live_room(5))
    for page in PAGES:
        arrange(window, page)
        settle()
        look_at(controls(window))
        for sheet in window.findChildren(QWidget, "order-sheet"):
            sheet.reject()  # type: ignore[attr-defined]


def look_at(found: list[QWidget]) -> None:
    assert [(type(one).__name__, one.objectName()) for one in found if not name_of(one).strip()] == []
    small = [
        one
        for one in found
        if min(one.width(), one.height()) < LEAST_TARGET_PX and not isinstance(one, QSplitterHandle)
    ]
    assert [(type(one).__name__, one.objectName(), one.size()) for one in small] == []
    assert sum(one.property("kind") == "primary" for one in found) <= 1


@pytest.mark.parametrize(
    ("size", "language", "percent"),
    [
        pytest.param((1280, 800), "en", 100, id="small"),
        pytest.param((1920, 1080), "es", 200, id="spanish-large-text"),
        pytest.param((1920, 1080), "qps-plocm", 150, id="from-right-to-left-longer-larger-text"),
    ],
)
def test_no_text_is_cut_off(qtbot: QtBot, open_room: Open, size: tuple[int, int], language: str, percent: int) -> None:
    look.wear(look.Look(text_percent=percent))
    window = open_room(live_room(5), language=language, size=size)
    found: list[str] = []
    for page in PAGES:
        arrange(window, page)
        settle()
        with contextlib.suppress(QtBotTimeoutError):  # what wraps anew takes another round of the layout
            qtbot.waitUntil(lambda: not cut_off(window), timeout=1_000)  # type: ignore[arg-type]
        found += [f"{page}: {what}" for what in cut_off(window)]  # type: ignore[arg-type]
        for sheet in window.findChildren(QWidget, "order-sheet"):
            sheet.reject()  # type: ignore[attr-defined]
    assert found == []


def test_the_bar_has_every_order(open_room: Open) -> None:
    window = open_room(live_room(5))
    orders = [name for name, _sign, _key in ACTIONS if name not in {"move", "incident", "code"}]
    for name in orders:
        planned = window._desk.plan(name, [station_id(1)])  # type: ignore[arg-type]
        assert isinstance(planned, OrderPlan)
        assert planned.does()
    assert len({key for _name, _sign, key in ACTIONS}) == len(ACTIONS)
    assert all(one.toolTip() for one in shown(window) if one.objectName().startswith("action:"))  # type: ignore[arg-type]
