"""Agreement: the confidentiality agreement, read and accepted or declined."""

from PySide6.QtCore import QTimer

from pocus_desktop.sitting.intents import AcceptAgreement, DeclineAgreement
from pocus_desktop.sitting.views import AgreementView, View
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.candidate.screens.screen import CandidateScreen, ScreenContext
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.choice_card import CheckCard
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.page import Page
from pocus_desktop.ui.parts.sheet import Sheet


class AgreementScreen(CandidateScreen):
    """The paragraphs, a box to tick, and the way on; without the tick the way on says what is missing."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        words = context.words
        self._page = self.hold(Page(heading=words("agreement.title"), lead=words("agreement.lead")))
        self._card = Card()
        self._page.body.addWidget(self._card)
        self._missing = Banner(
            kind="refused", what=words("agreement.missing"), next_step=words("agreement.missing_next")
        )
        self._missing.setObjectName("missing")
        self._missing.hide()
        self._page.body.addWidget(self._missing)
        self._accept = CheckCard(words("agreement.accept"))
        self._accept.setObjectName("accept")
        self._accept.clicked.connect(self._hide_missing)
        self._page.body.addWidget(self._accept)
        decline = self._page.add_action(words("agreement.decline"))
        decline.setObjectName("decline")
        decline.clicked.connect(self._ask_decline)
        self._page.add_primary(words("agreement.go")).clicked.connect(self._go)
        self._version = ""

    def render_view(self, view: View) -> None:
        """Show the agreement's paragraphs."""
        screen = view.screen
        assert isinstance(screen, AgreementView)  # noqa: S101 - the window pairs them
        if screen.version == self._version:
            return
        self._version = screen.version
        self._card.body.addWidget(Label(screen.title, scale="title"))
        for paragraph in screen.paragraphs:
            self._card.body.addWidget(Label(paragraph))
        self._card.body.addWidget(
            Label(self.context.words("agreement.version", version=screen.version), scale="fine", tone="muted")
        )

    def _hide_missing(self) -> None:
        self._missing.hide()

    def _go(self) -> None:
        if self._accept.isChecked():
            self.intended.emit(AcceptAgreement(version=self._version))
        else:
            self._missing.show()
            announce(self, self._missing.accessibleName())
            QTimer.singleShot(0, self._accept, self._accept.setFocus)  # once it stands below the message

    def _ask_decline(self) -> None:
        words = self.context.words
        sheet = Sheet(self, title=words("agreement.decline_title"), text=words("agreement.decline_text"))
        sheet.add_action("keep", words("agreement.keep"))
        sheet.add_action("decline-now", words("agreement.decline"), kind="primary")
        sheet.chosen.connect(self._on_decline)
        sheet.ask()

    def _on_decline(self, chosen: str) -> None:
        if chosen == "decline-now":
            self.intended.emit(DeclineAgreement())
