"""The question before an application goes: each statement is read and made by itself."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.own.changes import Statement
from pocus_desktop.programme.rules.model import AttestationRule
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.parts.choice_card import CheckCard
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.words import Words

GIVE = "give"


class ApplySheet(Sheet):
    """Statements of an application.

    Args:
        owner: The window it covers.
        wanted: What has to be attested, and for which area where it is made for each.
        notes: What is missing all the same, told before.
        words: Of the window.
    """

    def __init__(
        self,
        owner: QWidget,
        wanted: Sequence[tuple[AttestationRule, ContentArea | None]],
        notes: Sequence[str],
        words: Words,
    ) -> None:
        super().__init__(owner, title=words("portfolio.apply.title"), text=words("portfolio.apply.sheet_lead"))
        self._words, self._wanted = words, tuple(wanted)
        for told in notes:
            self.body.addWidget(Label(told, tone="warning", weight="medium"))
        self.cards: list[CheckCard] = []
        for row, area in wanted:
            prefix = f"{words(f'portfolio.area.{area}')}: " if area is not None else ""
            card = CheckCard(prefix + row.words(words.language))
            card.setObjectName(f"attest:{row.statement}:{area or ''}")
            self.cards.append(card)
            self.body.addWidget(card)
        self._fault = Label("", tone="danger", weight="medium")
        self._fault.hide()
        self.body.addWidget(self._fault)
        self.add_action("back", words("portfolio.not_now"), icon_name="arrow-left")
        self.add_action(GIVE, words("portfolio.apply.do"), kind="primary", icon_name="send", allows=self._is_whole)

    def attested(self) -> tuple[Statement, ...]:
        """What was made."""
        return tuple(
            (row.id, area) for (row, area), card in zip(self._wanted, self.cards, strict=True) if card.isChecked()
        )

    def _is_whole(self) -> bool:
        left = next((card for card in self.cards if not card.isChecked()), None)
        if left is None:
            return True
        said = self._words("portfolio.apply.left")
        self._fault.setText(said)
        self._fault.show()
        left.setFocus()
        announce(self._fault, said, is_urgent=True)
        return False
