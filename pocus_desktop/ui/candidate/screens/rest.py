"""A break, scheduled or given by the proctor: how long it lasts, what comes next, the way on; no case is seen."""

from PySide6.QtCore import QTimer

from pocus_desktop.sitting.intents import EndBreak
from pocus_desktop.sitting.views import BreakView, View
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.candidate.screens.screen import CandidateScreen, ScreenContext
from pocus_desktop.ui.candidate.screens.standstill import Standstill
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.page import Page

_BEAT_MS = 250
_TELL_MS = 60_000
"""A minute before the end, a screen reader says so."""


class BreakScreen(CandidateScreen):
    """Counts the break down, and says so when it is over."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        words = context.words
        self._page = page = self.hold(Page(heading=words("break.title"), lead=words("break.lead")))
        self._told = Standstill(icon_name="hourglass", role="accent")
        page.body.addWidget(self._told)
        self._left = Label("", scale="figure", is_tabular=True)
        self._left.setObjectName("break-left")
        page.body.addWidget(self._left)
        self._how = Label("", tone="muted")
        page.body.addWidget(self._how)
        self._on = page.add_primary(words("break.go_on"), icon_name="play")
        self._on.clicked.connect(lambda: self.intended.emit(EndBreak()))
        self._view: BreakView | None = None
        self._is_told = False
        self._beat = QTimer(self)
        self._beat.setInterval(_BEAT_MS)
        self._beat.timeout.connect(self._refresh)

    @property
    def left_ms(self) -> int:
        """What is left of the break now."""
        view = self._view
        if view is None:
            return 0
        gone = self.context.clock.read().monotonic_ms - view.at_monotonic_ms if view.is_counting else 0
        return max(0, view.left_ms - gone)

    def render_view(self, view: View) -> None:
        """Show the break as it stands."""
        screen = view.screen
        assert isinstance(screen, BreakView)  # noqa: S101 - the window pairs them
        self._view = screen
        if screen.left_ms and screen.is_counting:
            self._beat.start()
        self._refresh()

    def _refresh(self) -> None:
        view, words, formats = self._view, self.context.words, self.context.formats
        if view is None:
            return
        left_ms = self.left_ms
        comes = words("break.next", number=view.next_number, count=view.case_count, title=view.next_title)
        if view.by:
            comes = words("break.given", who=view.by, why=view.why)
        self._on.say(words("break.go_back" if view.by else "break.go_on"))
        if not view.is_clock_held:
            self._told.sign("clock", "warning")
            self._told.tell(comes, words("break.runs", time=formats.spoken(view.length_ms)))
        elif not left_ms:
            self._beat.stop()
            self._told.sign("triangle-alert", "warning")
            self._told.tell(words("break.over"), comes)
        else:
            self._told.sign("hourglass", "accent")
            self._told.tell(comes, words("break.stands"))
        self._left.setText(words("break.left", time=formats.clock(left_ms)))
        self._left.setVisible(bool(left_ms))
        self._left.setAccessibleName(words("break.left", time=formats.spoken(left_ms)))
        can_leave = view.can_leave or not left_ms
        self._how.setText(words("break.may_leave" if can_leave else "break.whole", time=formats.spoken(view.length_ms)))
        self._how.setVisible(bool(left_ms))
        self._page.footer.setVisible(can_leave)
        if 0 < left_ms <= _TELL_MS < view.length_ms and not self._is_told:
            self._is_told = True
            announce(self, words("break.left", time=formats.spoken(left_ms)))
