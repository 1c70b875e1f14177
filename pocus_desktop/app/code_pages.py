"""Pages of the paper book of codes, as PDF; Qt draws them, display or not."""

from typing import Literal

from pocus_desktop.app.display import draw_without_one
from pocus_desktop.proctoring.code_book import Page
from pocus_desktop.ui import qt_messages
from pocus_desktop.ui.launch import make_application
from pocus_desktop.ui.proctor.code_page import code_page


def print_codes(page: Page, *, paper: Literal["a4", "letter"], language: str) -> bytes:
    """The bytes of the PDF."""
    draw_without_one()
    qt_messages.route()
    make_application()
    return code_page(page, paper=paper, language=language)
