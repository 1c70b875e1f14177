"""No flash: nothing of a window is ever a window of its own, and no screen leaves an empty window behind it."""

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QMenu, QWidget

from pocus_desktop.sitting.views import View
from tests.ui.conftest import OpenWindow, host_of, settle
from tests.ui.gallery import in_comfort, screens

pytestmark = pytest.mark.slow


class Watch(QObject):
    """Remembers what was shown without a window around it."""

    def __init__(self) -> None:
        super().__init__()
        self.flashed: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if (
            event.type() == QEvent.Type.Show
            and isinstance(watched, QWidget)
            and watched.isWindow()
            and not isinstance(watched, QMainWindow | QDialog | QMenu)
        ):
            self.flashed.append(f"{type(watched).__name__} {watched.objectName()}")
        return False


def test_no_part_flashes_up_as_a_window(open_window: OpenWindow, qapp: QApplication) -> None:
    watch = Watch()
    qapp.installEventFilter(watch)
    try:
        for chrome, screen in screens().values():
            open_window(chrome, screen).close()
    finally:
        qapp.removeEventFilter(watch)
    assert sorted(set(watch.flashed)) == []


def test_the_next_screen_is_in_sight_as_soon_as_it_is_rendered(open_window: OpenWindow) -> None:
    shown = list({type(screen): (chrome, screen) for chrome, screen in screens().values()}.values())  # one a kind
    window = open_window(*shown[0])
    in_sight: list[tuple[str, bool]] = []
    window.rendered.connect(lambda name: in_sight.append((name, window.screen_shown.isVisible())))
    for chrome, screen in shown[1:]:
        host_of(window).show(View(chrome=chrome, screen=screen))
        settle()
    larger = in_comfort(chrome, text_percent=150)  # builds the frame anew
    host_of(window).show(View(chrome=larger, screen=screen))
    settle()
    assert len(in_sight) >= len(shown)
    assert [name for name, is_visible in in_sight if not is_visible] == []
