"""Pictures of the portfolio's window at several points of the way, in every look.

Run as `python -m tests.ui.portfolio.gallery FOLDER [PART-OF-A-NAME]`.
"""

import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPoint, QTimer
from PySide6.QtGui import QPainter, QPixmap

from pocus_desktop.app.portfolio import carried, read_academy
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.ui.launch import make_application
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.portfolio.apply_page import ApplyPage
from pocus_desktop.ui.portfolio.window import PAGES, PortfolioWindow
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words
from tests.ui.portfolio.desks import LUNG, STAGES
from tests.ui.test_every_screen import cut_off

PATIENCE_S = 5.0

LOOKS = (
    ("1280-light", 1280, 800, "light", 100, "en"),
    ("1280-dark-es", 1280, 800, "dark", 100, "es"),
    ("1280-hc", 1280, 800, "high-contrast", 100, "en"),
    ("1280-es-200", 1280, 800, "light", 200, "es"),
    ("1280-rtl", 1280, 800, "light", 100, "qps-plocm"),
)


def wait(ms: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def opened(stage: str, folder: Path, language: str) -> PortfolioWindow:
    """The window over a stage."""
    desk = STAGES[stage](folder)
    window = PortfolioWindow(
        desk,
        words=Words(language),
        sync=lambda: Explanation(what="", next=""),
        carry=partial(carried, desk, language),
        read_keys=read_academy,
        sit=lambda _admission: None,
    )
    window.destroyed.connect(desk.close)
    return window


def settle(window: PortfolioWindow) -> None:
    """Let what wraps anew find its place: on a busy computer that takes more than a moment."""
    wait(200)
    until_s = time.monotonic() + PATIENCE_S
    while cut_off(window) and time.monotonic() < until_s:  # type: ignore[arg-type]  # any window
        wait(50)


def arrange(window: PortfolioWindow, page: str) -> None:
    """What a picture is of."""
    name = page.partition("-")[0]
    window.go_to(name)
    if page == "eligibility-open":
        button = window.findChild(Button, f"open:{LUNG}")
        if button is not None:
            button.setChecked(True)
    if page == "apply-sheet":
        shown = window.pages["apply"]
        assert isinstance(shown, ApplyPage)
        for card in list(shown.cards.values())[:2]:
            card.setChecked(True)
        shown.go.click()


def picture(window: PortfolioWindow, *, is_whole: bool) -> QPixmap:
    """The window with the question over it; the whole page, however long, where that is asked for."""
    if is_whole:
        inside = window.pages[window.page].scrolled.inside
        whole = QPixmap(inside.size())
        whole.fill(look.current().colour("canvas"))  # what lies behind the page, and is no part of it
        inside.render(whole, QPoint())
        return whole
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
        for stage in STAGES:
            pages = [*PAGES, "eligibility-open", "apply-sheet"]
            wanted = [page for page in pages if only in f"{stage}-{page}.{name}"]
            if not wanted:
                continue
            look.wear(look.Look(theme=theme, text_percent=percent))
            with tempfile.TemporaryDirectory() as place:
                window = opened(stage, Path(place), language)
                window.resize(width, height)
                window.show()
                while window.is_busy:
                    wait(20)
                for page in wanted:
                    arrange(window, page)
                    settle(window)
                    picture(window, is_whole=False).save(str(folder / f"{stage}-{page}.{name}.png"))
                    if page in PAGES:
                        picture(window, is_whole=True).save(str(folder / f"{stage}-{page}.{name}.whole.png"))
                window.close()
                window.deleteLater()
                application.processEvents()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
