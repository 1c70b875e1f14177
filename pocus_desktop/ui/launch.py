"""Starts the candidate's face: fonts and style, the first paint, and only then the heavy rooms.

Importing the heavy rooms (SQLAlchemy, cryptography, VLC, the case models) before the first paint costs several times
what a bare window costs; that is why `run_candidate` takes a maker of rooms and imports inside functions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from pocus_desktop.kernel import words as table
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.ui import event_loop
from pocus_desktop.ui.candidate.sign_in_window import SignInWindow
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.fonts import load_fonts

if TYPE_CHECKING:
    from pocus_desktop.ui.candidate.rooms import Rooms
    from pocus_desktop.ui.candidate.shell import CandidateShell

_PROGRAM = ("pocus-desktop", "-style", "Fusion")
"""Qt's own argument for the style: a call would hand back a `QStyle`, whose enumerations cost what our sheet does."""
WINDOW_PX = (1280, 800)
"""The size of a window that is not full screen."""


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """The application with our fonts and look; the one there is, where there is one.

    Raises:
        FontMissingError: A broken installation.
    """
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        application = existing
        application.setStyle("Fusion")
    else:
        application = QApplication([*_PROGRAM, *arguments])
    application.setApplicationName("pocus-desktop")
    application.setApplicationDisplayName("POCUS Desktop")
    load_fonts()
    look.wear(look.Look())
    return application


def show_sign_in(
    *, language: str = table.SOURCE_LANGUAGE, is_full_screen: bool = False, chosen: str = ""
) -> SignInWindow:
    """Show the sign-in window; an application must exist."""
    window = SignInWindow(languages=table.languages(), language=language, chosen=chosen)
    window.resize(*WINDOW_PX)
    if is_full_screen:
        window.showFullScreen()
    else:
        window.show()
    return window


def run_candidate(
    make_rooms: Callable[[], Rooms],
    *,
    language: str = table.SOURCE_LANGUAGE,
    is_full_screen: bool = False,
    chosen: str = "",
    on_ready: Callable[[CandidateShell], None] | None = None,
) -> int:
    """Run the candidate's program until its window is closed.

    Args:
        make_rooms: Makes what stands behind the windows; called after the first paint.
        language: The interface language to begin with.
        is_full_screen: Take the whole screen, as in an examination room.
        chosen: The admission that it is opened for; empty for none.
        on_ready: Called with the shell once admissions are listed.

    Returns:
        The exit status of the event loop.
    """
    application = make_application()
    window = show_sign_in(language=language, is_full_screen=is_full_screen, chosen=chosen)
    held: list[CandidateShell] = []

    def go_on() -> None:
        from pocus_desktop.kernel import log  # after the first paint, for start-up time
        from pocus_desktop.ui.candidate.shell import CandidateShell

        try:
            held.append(CandidateShell(window, make_rooms()))
        except PocusError as error:  # there is a window already: what stands in the way is told in it
            log.failure(error)
            window.show_choices(())
            window.refuse(error.explain(window.language))
            return
        event_loop.keep_what_was_loaded()
        if on_ready is not None:
            on_ready(held[0])

    window.painted.connect(go_on)
    return event_loop.run(application)
