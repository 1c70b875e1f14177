"""Ready: what comes, how long, what the rules are; the clock starts with the button."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout

from pocus_desktop.sitting.intents import StartCase
from pocus_desktop.sitting.views import ReadyView, View
from pocus_desktop.ui.candidate.screens.screen import CandidateScreen, ScreenContext
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.page import Page
from pocus_desktop.ui.theme import look


class ReadyScreen(CandidateScreen):
    """The last screen before the clock."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        words = context.words
        self._page = self.hold(Page(heading=words("ready.title"), lead=words("ready.lead")))
        self._facts = Card()
        self._rules = Card()
        self._page.body.addWidget(self._facts)
        self._page.body.addWidget(self._rules)
        start = self._page.add_primary(words("ready.start"), icon_name="play")
        start.clicked.connect(lambda: self.intended.emit(StartCase()))
        self._shown: ReadyView | None = None

    def render_view(self, view: View) -> None:
        """Show the facts and rules."""
        screen = view.screen
        assert isinstance(screen, ReadyView)  # noqa: S101 - the window pairs them
        if screen == self._shown:
            return
        self._shown = screen
        words, formats = self.context.words, self.context.formats
        self._facts.body.addWidget(Label(screen.assessment_title, scale="title"))
        for title in screen.case_titles:
            self._fact(self._facts, "stethoscope", title)
        items = words("ready.items", count=formats.number(screen.item_count))
        self._fact(self._facts, "list-checks", items)
        limit = (
            words("ready.no_limit")
            if screen.limit_ms is None
            else words("ready.limit", time=formats.spoken(screen.limit_ms))
        )
        self._fact(self._facts, "clock", limit)
        self._rules.body.addWidget(Label(words("ready.rules"), weight="strong"))
        self._rules.setVisible(bool(screen.rules))
        for rule in screen.rules:
            self._fact(self._rules, "check", rule)

    def _fact(self, card: Card, icon_name: str, text: str) -> None:
        row = QHBoxLayout()
        row.setSpacing(look.current().space("snug"))
        row.addWidget(IconLabel(icon_name, role="accent"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Label(text), 1)
        card.body.addLayout(row)
