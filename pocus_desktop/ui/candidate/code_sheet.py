"""The sheet for a one-time code of the proctor: what is asked, the digits to read out, the code that came back."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QWidget

from pocus_desktop.admission.room_code import Challenge, plain
from pocus_desktop.sitting.intents import UseCode
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.choice_card import RadioCard
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.words import Words

_DIGITS: Final = 8
_LONGEST: Final = 32


class CodeSheet(Sheet):
    """Asks the room for a code; closes once one was typed.

    Args:
        owner: The window it covers.
        challenges: What a code could do now; at least one.
        words: The candidate's language.

    Signals:
        used: A `UseCode`.
    """

    used = Signal(object)

    def __init__(self, owner: QWidget, challenges: Sequence[Challenge], *, words: Words) -> None:
        super().__init__(owner, title=words("room_code.title"), text=words("room_code.text"))
        self._words = words
        self._asked = challenges[0]
        self._digits = Label("", scale="figure", is_tabular=True)
        self._digits.setObjectName("challenge")
        self._number = Label("", tone="muted")
        self._choices = QButtonGroup(self)
        if len(challenges) > 1:
            self.body.addWidget(Label(words("room_code.what"), weight="medium"))
        for index, one in enumerate(challenges if len(challenges) > 1 else ()):
            card = RadioCard(words(f"room_code.for_{one.purpose.replace('-', '_')}", minutes=one.minutes))
            card.setObjectName(f"code-for:{one.purpose}:{one.minutes}")
            card.toggled.connect(lambda is_on, chosen=one: self._choose(chosen) if is_on else None)
            self._choices.addButton(card)
            self.body.addWidget(card)
            card.setChecked(index == 0)
        self.body.addWidget(Label(words("room_code.read_out"), weight="medium"))
        self.body.addWidget(self._digits)
        self.body.addWidget(self._number)
        self._code = self._add_field("code")
        self._start_code = self._add_field("start_code")
        self._problem = Label("", tone="danger")
        self._problem.setObjectName("code-problem")
        self._problem.hide()
        self.body.addWidget(self._problem)
        self.add_action("back", words("room_code.back"))
        use = Button(words("room_code.use"), kind="primary", icon_name="key-round")
        use.setObjectName("use-code")
        use.clicked.connect(self._use)
        self._actions.add_end(use)
        self._choose(challenges[0])
        self._code.setFocus()

    def _add_field(self, name: str) -> QLineEdit:
        words = self._words
        label = Label(words(f"room_code.{name}"), weight="medium")
        field = QLineEdit()
        field.setObjectName(f"room-{name.replace('_', '-')}")
        field.setAccessibleName(words(f"room_code.{name}"))
        field.setAccessibleDescription(words(f"room_code.{name}_help"))
        field.setMaxLength(_LONGEST)
        field.returnPressed.connect(self._use)
        label.setBuddy(field)
        for widget in (label, field, Label(words(f"room_code.{name}_help"), scale="fine", tone="muted")):
            self.body.addWidget(widget)
        return field

    def _choose(self, challenge: Challenge) -> None:
        self._asked = challenge
        self._digits.setText(challenge.shown)
        self._digits.setAccessibleName(" ".join(challenge.digits))
        self._number.setText(self._words("room_code.number", number=challenge.number))

    def _use(self) -> None:
        typed = plain(self._code.text())
        if len(typed) != _DIGITS or not typed.isdecimal():
            self._problem.setText(self._words("room_code.not_eight"))
            self._problem.show()
            announce(self, self._problem.text(), is_urgent=True)
            self._code.setFocus()
            self._code.selectAll()
            self._arrange()
            return
        asked = self._asked
        given = UseCode(
            purpose=asked.purpose, minutes=asked.minutes, code=typed, start_code=self._start_code.text().strip()
        )
        self.accept()
        self.used.emit(given)
