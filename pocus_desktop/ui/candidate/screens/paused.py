"""Paused: the clock stands still; nothing of the case is seen."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from pocus_desktop.sitting.intents import ConfirmIdentity, Resume
from pocus_desktop.sitting.views import PausedView, View
from pocus_desktop.ui.candidate.screens.screen import CandidateScreen, ScreenContext
from pocus_desktop.ui.candidate.screens.standstill import Standstill
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.page import Page


class PausedScreen(CandidateScreen):
    """Why, and who can go on."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        words = context.words
        self._page = page = self.hold(Page(heading=words("paused.title"), lead=words("paused.lead")))
        self._told = Standstill(icon_name="circle-pause", role="accent")
        page.body.addWidget(self._told)
        self._who = Label(words("paused.proctor_resumes"), tone="muted")
        page.body.addWidget(self._who)
        self._code = Button(words("room_code.give"), icon_name="key-round")
        self._code.setObjectName("room-code")
        self._code.clicked.connect(self.code_asked)
        page.body.addWidget(self._code, 0, Qt.AlignmentFlag.AlignLeading)
        self._start_code_card = Card()
        label = Label(words("identity.start_code"), weight="medium")
        self._start_code = QLineEdit()
        self._start_code.setObjectName("start-code")
        self._start_code.setMaxLength(32)
        self._start_code.setAccessibleName(words("identity.start_code"))
        self._start_code.setAccessibleDescription(words("paused.start_code_help"))
        self._start_code.returnPressed.connect(self._go_on)
        label.setBuddy(self._start_code)
        help_text = Label(words("paused.start_code_help"), scale="fine", tone="muted")
        for widget in (label, self._start_code, help_text):
            self._start_code_card.body.addWidget(widget)
        page.body.addWidget(self._start_code_card)
        self._resume = page.add_primary(words("paused.resume"), icon_name="play")
        self._resume.clicked.connect(self._go_on)
        self._is_to_move = self._asks_start_code = False

    def render_view(self, view: View) -> None:
        """Show the reason."""
        screen = view.screen
        assert isinstance(screen, PausedView)  # noqa: S101 - the window pairs them
        words = self.context.words
        what = words("paused.by", who=screen.by, why=screen.why) if screen.by else screen.reason.what
        self._told.tell(what, screen.reason.next)
        self._is_to_move = screen.is_to_move
        self._resume.say(words("paused.pack" if screen.is_to_move else "paused.resume"))
        self._resume.show_icon("log-in" if screen.is_to_move else "play")
        self._asks_start_code = screen.asks_start_code
        self._start_code_card.setVisible(screen.asks_start_code)
        self._page.footer.setVisible(screen.can_resume or screen.is_to_move or screen.asks_start_code)
        self._who.setVisible(not screen.can_resume)
        self._code.setVisible(bool(view.challenges) and not screen.can_resume)

    def first_focus(self) -> QWidget | None:
        """The way on: the candidate's own, or the proctor's code; never what leads away."""
        if self._asks_start_code:
            return self._start_code
        return self._code if self._code.isVisibleTo(self) else super().first_focus()

    def _go_on(self) -> None:
        if self._is_to_move:
            self.packing_asked.emit()
        elif self._asks_start_code:
            self._try_start_code()
        else:
            self.intended.emit(Resume())

    def _try_start_code(self) -> None:
        code = self._start_code.text().strip()
        if not code:  # nothing was tried
            self._start_code.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._start_code.clear()
        self.intended.emit(ConfirmIdentity(start_code=code))
