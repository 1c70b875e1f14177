"""Farewell: all is done; the station can be left."""

from PySide6.QtCore import Signal

from pocus_desktop.sitting.views import FarewellView, View
from pocus_desktop.ui.candidate.screens.screen import CandidateScreen, ScreenContext
from pocus_desktop.ui.candidate.screens.standstill import Standstill
from pocus_desktop.ui.parts.page import Page


class FarewellScreen(CandidateScreen):
    """The last words.

    Signals:
        left: The candidate closes the sitting; the next one can sign in.
    """

    left = Signal()

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        words = context.words
        page = self.hold(Page(heading=words("farewell.title")))
        self._told = Standstill(icon_name="circle-check", role="success")
        page.body.addWidget(self._told)
        page.add_primary(words("farewell.leave"), icon_name="check").clicked.connect(self.left)

    def render_view(self, view: View) -> None:
        """Thank, or say that the agreement was declined, or that the sitting does not count."""
        screen = view.screen
        assert isinstance(screen, FarewellView)  # noqa: S101 - the window pairs them
        words = self.context.words
        kind = "declined" if screen.is_declined else "void" if screen.is_void else "done"
        self._told.sign(*(("circle-check", "success") if kind == "done" else ("info", "accent")))
        self._told.tell(words(f"farewell.{kind}"), words(f"farewell.{kind}_next"))
