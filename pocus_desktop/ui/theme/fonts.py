"""The shipped font: Inter (SIL Open Font License), with figures of one width for clocks and measurements."""

from PySide6.QtGui import QFont, QFontDatabase

from pocus_desktop.kernel import assets
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.ui.theme.tokens import tokens


class FontMissingError(PocusError):
    """A shipped font is not there or cannot be read."""

    code = "ui.font_missing"
    blame = Blame.ENVIRONMENT


def load_fonts() -> None:
    """Make the shipped fonts known to Qt; a `QGuiApplication` must exist.

    Raises:
        FontMissingError: A broken installation.
    """
    files = sorted(assets.folder("fonts").glob("*.ttf"))
    if not files:
        raise FontMissingError(file="fonts")
    for file in files:
        if QFontDatabase.addApplicationFont(str(file)) < 0:
            raise FontMissingError(file=file.name)


def interface_font(*, pixel_size: int, weight: int, is_tabular: bool = False) -> QFont:
    """The interface font.

    Args:
        pixel_size: The size in pixels.
        weight: 400 regular to 600 strong.
        is_tabular: Figures of one width, for clocks and counts that change in place.
    """
    font = QFont(tokens().family)
    font.setPixelSize(pixel_size)
    font.setWeight(QFont.Weight(weight))
    font.setFeature(QFont.Tag("calt"), 0)  # it draws the x of an id such as `a1x60` as a multiplication sign
    if is_tabular:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font
