"""The question that answers a station without a network: whose challenge it is, and its eight digits."""

from PySide6.QtWidgets import QLineEdit, QWidget

from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.parts.choice_card import CheckCard
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.proctor.intents import TellCode
from pocus_desktop.ui.proctor.order_sheet import GIVE
from pocus_desktop.ui.words import Words

_DIGITS = 8


class CodeSheet(Sheet):
    """Asks for a challenge.

    Args:
        owner: The window it covers.
        candidate_id: Of the selected station; empty where none is selected.
        words: Of the window.
    """

    def __init__(self, owner: QWidget, candidate_id: str, words: Words) -> None:
        super().__init__(owner, title=words("console.code.title"), text=words("console.code.lead"))
        self._words = words
        self.candidate = self._field("candidate", candidate_id)
        self.challenge = self._field("challenge", "")
        self.again = CheckCard(words("console.code.again"))
        self.again.setObjectName("again")
        self.body.addWidget(self.again)
        self._fault = Label("", tone="danger", weight="medium")
        self._fault.hide()
        self.body.addWidget(self._fault)
        self.add_action("back", words("console.not_now"), icon_name="arrow-left")
        self.add_action(GIVE, words("console.code.do"), kind="primary", icon_name="key-round", allows=self._is_whole)
        (self.challenge if candidate_id else self.candidate).setFocus()

    def answer(self) -> TellCode:
        """What was asked for, once it was answered with `give`."""
        return TellCode(
            candidate_id=self.candidate.text().strip(),
            challenge=self.challenge.text().strip(),
            is_again=self.again.isChecked(),
        )

    def _field(self, name: str, text: str) -> QLineEdit:
        title = self._words(f"console.code.{name}")
        label = Label(title, weight="medium")
        field = QLineEdit(text)
        field.setObjectName(f"code-{name}")
        field.setAccessibleName(title)
        field.setMaxLength(80)
        label.setBuddy(field)
        self.body.addWidget(label)
        self.body.addWidget(field)
        return field

    def _is_whole(self) -> bool:
        digits = sum(one.isdigit() for one in self.challenge.text())
        if self.candidate.text().strip() and digits == _DIGITS:
            return True
        field = self.challenge if self.candidate.text().strip() else self.candidate
        said = self._words("console.code.missing")
        self._fault.setText(said)
        self._fault.show()
        field.setFocus()
        announce(self._fault, said, is_urgent=True)
        return False
