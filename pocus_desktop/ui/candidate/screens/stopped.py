"""Stopped: the sitting cannot go on for now; nothing acknowledged is lost."""

from pocus_desktop.sitting.intents import CallProctor, Resume
from pocus_desktop.sitting.views import StoppedView, View
from pocus_desktop.ui.candidate.screens.screen import CandidateScreen, ScreenContext
from pocus_desktop.ui.candidate.screens.standstill import Standstill
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.page import Page


class StoppedScreen(CandidateScreen):
    """What happened, what to do, and the code to tell the proctor."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        words = context.words
        page = self.hold(Page(heading=words("stopped.title"), lead=words("stopped.lead")))
        self._told = Standstill(icon_name="triangle-alert", role="danger")
        page.body.addWidget(self._told)
        self._code = Label("", scale="fine", tone="muted")
        page.body.addWidget(self._code)
        call = page.add_action(words("action.call_proctor"), icon_name="hand")
        call.setObjectName("call-proctor")
        call.clicked.connect(lambda: self.intended.emit(CallProctor()))
        again = page.add_primary(words("stopped.again"), icon_name="refresh-cw")
        again.clicked.connect(lambda: self.intended.emit(Resume()))

    def render_view(self, view: View) -> None:
        """Show what happened."""
        screen = view.screen
        assert isinstance(screen, StoppedView)  # noqa: S101 - the window pairs them
        self._told.tell(screen.told.what, screen.told.next)
        self._code.setText(self.context.words("stopped.code", code=screen.code))
