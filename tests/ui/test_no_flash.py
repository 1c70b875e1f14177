"""Nothing that belongs inside a window is ever shown as a window of its own, not even for a moment."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QMenu, QWidget

from tests.ui.conftest import OpenWindow
from tests.ui.gallery import screens


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
