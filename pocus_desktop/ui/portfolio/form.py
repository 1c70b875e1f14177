"""Fields with their names above, filled in by keyboard alone; what is wrong stands beside the field."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.choice_card import CheckCard
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.file_field import choose_button
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words


class Form(QWidget):
    """A form; its fields are called as those of the document.

    Args:
        name: Stands before the object names of its fields.
        words: Of the window; a field's name is `portfolio.field.<field>`.
        keeps: Fields that keep what they say once it was taken.
        parent: The owner.

    Signals:
        given: Its button was pressed, or Enter in a line.
    """

    given = Signal()

    def __init__(self, name: str, words: Words, *, keeps: Iterable[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._words, self._keeps = name, words, frozenset(keeps)
        self.setMaximumWidth(look.current().size("column"))
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(look.current().space("hair"))
        self.fields: dict[str, QWidget] = {}
        self._labels: dict[str, Label] = {}
        self._faults: dict[str, Label] = {}
        self._ticked: dict[str, bool] = {}
        self._actions = FlowLayout(gap=look.current().space("tight"))

    def line(self, field: str, *, text: str = "", hint: str = "") -> QLineEdit:
        """A line of text."""
        line = QLineEdit(text)
        line.setPlaceholderText(hint)
        line.returnPressed.connect(self.given)
        line.setMaxLength(2000)
        self._take(field, line)
        return line

    def day(self, field: str) -> QLineEdit:
        """A day, typed: year, month, day."""
        line = self.line(field, hint=self._words("portfolio.day_hint"))
        named = self._words("portfolio.day_label", field=self._words(f"portfolio.field.{field}"))
        self._labels[field].setText(named)
        line.setAccessibleName(named)
        return line

    def file(self, field: str, *, hint: str = "") -> QLineEdit:
        """A file by its name: typed, pasted, or chosen."""
        line = self.line(field, hint=hint)
        name = self._words(f"portfolio.field.{field}")
        row = FlowLayout(gap=0)
        row.addWidget(choose_button(line, name, self._words))
        self.column.addLayout(row)
        return line

    def prose(self, field: str) -> QPlainTextEdit:
        """Several lines; Tab leaves it."""
        prose = QPlainTextEdit()
        prose.setTabChangesFocus(True)
        metrics = prose.fontMetrics()
        prose.setFixedHeight(metrics.lineSpacing() * 3 + 2 * look.current().space("snug"))
        self._take(field, prose)
        return prose

    def choice(self, field: str, options: Iterable[tuple[str, str]]) -> DropDown:
        """One of several: value and words."""
        box = DropDown(self._words(f"portfolio.field.{field}"))
        for value, told in options:
            box.addItem(told, value)
        self._take(field, box)
        return box

    def check(self, field: str, *, is_on: bool = False) -> CheckCard:
        """Yes or no."""
        card = CheckCard(self._words(f"portfolio.field.{field}"))
        card.setObjectName(f"{self._name}:{field}")
        card.setChecked(is_on)
        self.fields[field], self._ticked[field] = card, is_on
        self.column.addSpacing(look.current().space("hair"))
        self.column.addWidget(card)
        return card

    def action(self, text: str, *, kind: str = "secondary", icon_name: str = "") -> Button:
        """What gives the form; call it last."""
        button = Button(text, kind=kind, icon_name=icon_name)
        button.setObjectName(f"{self._name}:do")
        button.clicked.connect(self.given)
        self._actions.addWidget(button)
        self.column.addSpacing(look.current().space("tight"))
        self.column.addLayout(self._actions)
        return button

    def values(self) -> dict[str, Any]:
        """What was typed: nothing for what was left empty."""
        found: dict[str, Any] = {}
        for field, widget in self.fields.items():
            if widget.isHidden():
                found[field] = None
                continue
            match widget:
                case QLineEdit():
                    found[field] = widget.text().strip() or None
                case QPlainTextEdit():
                    found[field] = widget.toPlainText().strip()
                case DropDown():
                    found[field] = widget.currentData() or None
                case CheckCard():
                    found[field] = widget.isChecked()
        return found

    def fill(self, **values: object) -> None:
        """Show what is known, where nobody is typing."""
        for field, value in values.items():
            widget = self.fields[field]
            if isinstance(widget, QLineEdit) and not widget.hasFocus():
                widget.setText(str(value or ""))
            elif isinstance(widget, QPlainTextEdit) and not widget.hasFocus():
                widget.setPlainText(str(value or ""))
            elif isinstance(widget, CheckCard):
                widget.setChecked(bool(value))
            elif isinstance(widget, DropDown) and value is not None:
                widget.setCurrentIndex(max(widget.findData(str(value)), 0))

    def show_field(self, field: str, is_shown: bool) -> None:  # noqa: FBT001 - a state, like Qt's own setters
        """Ask for a field, or not."""
        self._labels[field].setVisible(is_shown)
        self.fields[field].setVisible(is_shown)

    def empty(self) -> None:
        """Ready for the next."""
        for field, widget in self.fields.items():
            if isinstance(widget, QLineEdit | QPlainTextEdit) and field not in self._keeps:
                widget.clear()
            elif isinstance(widget, CheckCard) and field not in self._keeps:
                widget.setChecked(self._ticked[field])  # what was said of one is not said of the next
        self.tell_fault("", "")

    def tell_fault(self, field: str, told: str) -> bool:
        """Say beside a field what is wrong, and go there; whether there is such a field."""
        for name, fault in self._faults.items():
            fault.setVisible(name == field)
        if field not in self._faults:
            return False
        self._faults[field].setText(told)
        self.fields[field].setFocus()
        announce(self._faults[field], told, is_urgent=True)
        return True

    def _take(self, field: str, widget: QWidget) -> None:
        title = self._words(f"portfolio.field.{field}")
        label = Label(title, weight="medium")
        label.setBuddy(widget)
        widget.setObjectName(f"{self._name}:{field}")
        widget.setAccessibleName(title)
        fault = Label("", tone="danger", scale="fine")
        fault.hide()
        self.column.addSpacing(look.current().space("hair"))
        self.column.addWidget(label)
        self.column.addWidget(widget)
        self.column.addWidget(fault)
        self.fields[field], self._faults[field], self._labels[field] = widget, fault, label
