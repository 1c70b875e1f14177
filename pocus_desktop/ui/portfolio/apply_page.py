"""Applying: certificates chosen; what became of each application, its voucher and its evaluators."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.answer import Answer
from pocus_desktop.programme.own import changes, looking_ahead
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.choice_card import CheckCard
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.portfolio.application_card import ApplicationCard
from pocus_desktop.ui.portfolio.apply_sheet import GIVE, ApplySheet
from pocus_desktop.ui.portfolio.page import PortfolioPage
from pocus_desktop.ui.words import Words


class ApplyPage(PortfolioPage):
    """Applications, the newest first, and a new one above.

    Args:
        words: Of the window.
        parent: The owner.
    """

    name = "apply"

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: PortfolioView | None = None
        self._shown: object = None
        self._made = QVBoxLayout()
        self._cards: dict[str, ApplicationCard] = {}
        self.column.addLayout(self._made)
        card = self.add_card(words("portfolio.apply.new"))
        self._none = Label(words("portfolio.apply.none_left"), tone="muted")
        card.body.addWidget(self._none)
        self._choices = QVBoxLayout()
        card.body.addLayout(self._choices)
        self.cards: dict[ContentArea, CheckCard] = {}
        self.go = Button(words("portfolio.apply.go"), kind="primary", icon_name="arrow-right", is_trailing=True)
        self.go.setObjectName("apply:go")
        self.go.clicked.connect(self._ask)
        row = FlowLayout(gap=0)
        row.addWidget(self.go)
        card.body.addLayout(row)
        self.column.addStretch(1)

    def render_view(self, view: PortfolioView) -> None:
        """Show what was applied for, and what can be."""
        self._view = view
        shown = (view.portfolio, view.on, view.lives)
        if shown == self._shown:
            return
        self._shown = shown
        typed = {
            (application_id, name): form.values()
            for application_id, made in self._cards.items()
            for name, form in made.forms.items()
        }
        clear(self._made)
        self._cards = {}
        for application in sorted(view.portfolio.applications, key=lambda one: one.made_at_ms, reverse=True):
            made = ApplicationCard(self, view, application)
            for name, form in made.forms.items():  # what somebody is typing while something comes
                form.fill(**typed.get((application.application_id, name), {}))
            self._cards[application.application_id] = made
            self._made.addWidget(made)
        chosen = {area for area, card in self.cards.items() if card.isChecked()}
        clear(self._choices)
        self.cards = {}
        for answer in sorted(view.answers, key=self._nearest):
            if changes.under_way(view.portfolio, answer.area, view.rules, view.lives, view.now_ms):
                continue
            is_ready = answer.is_met or answer.lacks_only_statements
            key = "portfolio.apply.eligible" if is_ready else "portfolio.apply.lacks"
            card = CheckCard(self.words(key, area=self.area(answer.area)))
            card.setObjectName(f"apply:{answer.area}")
            card.setChecked(answer.area in chosen)
            self.cards[answer.area] = card
            self._choices.addWidget(card)
        self._none.setVisible(not self.cards)
        self.go.setVisible(bool(self.cards))

    def _nearest(self, answer: Answer) -> tuple[bool, str]:
        """What may be applied for first; else by name, as the eye looks for it."""
        return not (answer.is_met or answer.lacks_only_statements), self.area(answer.area).casefold()

    def _ask(self) -> None:
        view, words = self._view, self.words
        chosen = [area for area, card in self.cards.items() if card.isChecked()]
        if view is None:
            return
        if not chosen:
            self.asked.emit(None, words("portfolio.apply.choose"))
            return
        if view.portfolio.account is None or view.portfolio.account.candidate_id is None:
            self.asked.emit(lambda desk: _refuse_early(desk, chosen), None)
            return
        wanted = changes.statements_for(view.portfolio, view.rules, chosen, view.on)
        notes = [told(words.language) for told in looking_ahead.lacking(view, chosen)]
        if notes:
            notes = [words("portfolio.apply.missing_all_the_same"), *notes]
        sheet = ApplySheet(self.window(), wanted, notes, words)
        sheet.setObjectName("apply-sheet")
        sheet.chosen.connect(lambda taken: self._apply(chosen, sheet.attested()) if taken == GIVE else None)
        sheet.ask()

    def _apply(self, areas: list[ContentArea], attested: tuple[changes.Statement, ...]) -> None:
        words = self.words

        def work(desk: PortfolioDesk) -> Explanation:
            view = desk.view()
            documents = changes.apply(
                view.portfolio,
                view.rules,
                areas=areas,
                attested=attested,
                language=words.language,
                lives=view.lives,
                now_ms=view.now_ms,
            )
            desk.write(*documents)
            return Explanation(what=words("portfolio.apply.done"), next=words("portfolio.apply.done_next"))

        self.asked.emit(work, None)


def _refuse_early(desk: PortfolioDesk, areas: list[ContentArea]) -> None:
    """Tells why nobody can apply yet, before any statement is read.

    Raises:
        NoAccountYetError, NoNumberError: Why.
    """
    view = desk.view()
    changes.apply(
        view.portfolio, view.rules, areas=areas, attested=(), language="en", lives=view.lives, now_ms=view.now_ms
    )
