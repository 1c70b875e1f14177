"""Whether a window can be shown; asked before Qt is, which would end the process where none can."""

import os

from pocus_desktop.cli.station import has_display
from pocus_desktop.kernel.errors import Blame, PocusError


class NoDisplayError(PocusError):
    """There is no display to open a window on."""

    code = "app.no_display"
    blame = Blame.ENVIRONMENT


def can_show_windows() -> bool:
    """Whether Qt will start: there is a display, or a platform without one was chosen."""
    return has_display() or bool(os.environ.get("QT_QPA_PLATFORM"))


def require_display() -> None:
    """Windows can be shown.

    Raises:
        NoDisplayError: They cannot.
    """
    if not can_show_windows():
        raise NoDisplayError


def draw_without_one() -> None:
    """Let Qt draw pictures and paper where no window can be shown; said before it is started."""
    if not can_show_windows():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
