"""Pictures of the proctor's window over simulated rooms of 5, 20 and 60 stations, in every look.

Run as `python -m tests.ui.proctor.gallery FOLDER [PART-OF-A-NAME]`.
"""

import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPoint, QTimer
from PySide6.QtGui import QPainter, QPixmap

from pocus_desktop.ui.launch import make_application
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.proctor.window import ProctorWindow
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words
from tests.ui.proctor.rooms import live_room

LOOKS = (
    ("1280-light", 1280, 800, "light", 100, "en"),
    ("1920-light", 1920, 1080, "light", 100, "en"),
    ("1920-dark-es", 1920, 1080, "dark", 100, "es"),
    ("1920-hc", 1920, 1080, "high-contrast", 100, "en"),
    ("1920-es-200", 1920, 1080, "light", 200, "es"),
    ("1920-rtl", 1920, 1080, "light", 100, "qps-plocm"),
)
PAGES = ("room", "room-one", "room-pause", "set_up", "before", "check_in", "incidents", "close_out")


def wait(ms: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def arrange(window: ProctorWindow, page: str) -> None:
    """What a picture is of."""
    window.go_to(page.partition("-")[0])
    match page:
        case "room-one":
            window.room_page.jump_to_worst()
        case "room-pause":
            window.room_page.select_all()
            window.ask("pause", window.room_page.selected)
        case "check_in":
            window.check_in_page.table.selectRow(2)
        case _:
            window.room_page.grid.clearSelection()


def picture(window: ProctorWindow) -> QPixmap:
    """The window, and the question over it."""
    taken = window.grab()
    for sheet in window.findChildren(Sheet):
        if sheet.isVisible():
            painter = QPainter(taken)
            sheet.render(painter, QPoint(0, 0))
            painter.end()
            sheet.reject()
    return taken


def main(folder: Path, only: str = "") -> None:
    """Write the pictures."""
    application = make_application([])
    folder.mkdir(parents=True, exist_ok=True)
    for name, width, height, theme, percent, language in LOOKS:
        for count in (5, 20, 60):
            wanted = [page for page in PAGES if only in f"{count:02}-{page}.{name}"]
            if not wanted:
                continue
            look.wear(look.Look(theme=theme, text_percent=percent))
            made = live_room(count)
            made.later(6_200, silent={2, 9, 33})
            window = ProctorWindow(made, words=Words(language))
            window.resize(width, height)
            window.show()
            for page in wanted:
                arrange(window, page)
                wait(300)
                picture(window).save(str(folder / f"{count:02}-{page}.{name}.png"))
            window.close()
            window.deleteLater()
            application.processEvents()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
