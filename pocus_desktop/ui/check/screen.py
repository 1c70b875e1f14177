"""Is the screen large enough, and is it the only one?"""

from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QGuiApplication

from pocus_desktop.ui.check.finding import Finding

LEAST_WIDTH_PX: Final = 1024
LEAST_HEIGHT_PX: Final = 700


@dataclass(frozen=True, slots=True, kw_only=True)
class Screens:
    """The displays, in device-independent pixels."""

    count: int
    width_px: int
    height_px: int


def read_screens() -> Screens:
    """Ask Qt; call on the GUI thread."""
    primary = QGuiApplication.primaryScreen()
    size = primary.size()
    return Screens(count=len(QGuiApplication.screens()), width_px=size.width(), height_px=size.height())


def probe_screen(screens: Screens) -> Finding:
    """Judge the displays."""
    size = (("width", screens.width_px), ("height", screens.height_px))
    if screens.count > 1:
        return Finding(probe="screen", level="problem", code="screen_second", params=(("count", screens.count),))
    if screens.width_px < LEAST_WIDTH_PX or screens.height_px < LEAST_HEIGHT_PX:
        return Finding(probe="screen", level="note", code="screen_small", params=size)
    return Finding(probe="screen", level="ok", code="screen_ok", params=size)
