"""Survey: a few questions about the experience; it can be skipped."""

from PySide6.QtWidgets import QButtonGroup

from pocus_desktop.sitting.intents import AnswerSurvey
from pocus_desktop.sitting.views import SurveyView, View
from pocus_desktop.ui.candidate.screens.screen import CandidateScreen, ScreenContext
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.choice_card import RadioCard
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.page import Page


class SurveyScreen(CandidateScreen):
    """Radio cards a question."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        words = context.words
        self._page = self.hold(Page(heading=words("survey.title"), lead=words("survey.lead")))
        skip = self._page.add_action(words("survey.skip"))
        skip.setObjectName("skip")
        skip.clicked.connect(lambda: self.intended.emit(AnswerSurvey()))
        self._page.add_primary(words("survey.send"), icon_name="send").clicked.connect(self._send)
        self._cards: dict[str, dict[str, RadioCard]] = {}

    def render_view(self, view: View) -> None:
        """Show the questions once."""
        screen = view.screen
        assert isinstance(screen, SurveyView)  # noqa: S101 - the window pairs them
        if self._cards:
            return
        for question_id, question, options in screen.questions:
            card = Card()
            card.setObjectName(f"question:{question_id}")
            card.body.addWidget(Label(question, weight="medium"))
            group = QButtonGroup(self)
            self._cards[question_id] = {}
            for option_id, text in options:
                radio = RadioCard(text)
                radio.setObjectName(f"{question_id}:{option_id}")
                group.addButton(radio)
                card.body.addWidget(radio)
                self._cards[question_id][option_id] = radio
            self._page.body.addWidget(card)

    def _send(self) -> None:
        answers = tuple(
            (question, option)
            for question, options in self._cards.items()
            for option, card in options.items()
            if card.isChecked()
        )
        self.intended.emit(AnswerSurvey(answers=answers))
