"""A page of one message: what every standing screen is made of."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look


class Standstill(Card):
    """An icon, what happened, and what comes next.

    Args:
        icon_name: A file of `assets/icons`.
        role: Its colour role.
        parent: The owner.
    """

    def __init__(self, *, icon_name: str, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        row = QHBoxLayout()
        row.setSpacing(look.current().space("base"))
        self._icon = IconLabel(icon_name, role=role, size="icon_large")
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(look.current().space("tight"))
        self._what = Label("", scale="lead", weight="medium")
        self._next = Label("")
        words.addWidget(self._what)
        words.addWidget(self._next)
        row.addLayout(words, 1)
        self.body.addLayout(row)

    def tell(self, what: str, next_step: str) -> None:
        """Show the message."""
        self._what.setText(what)
        self._next.setText(next_step)
        self._next.setVisible(bool(next_step))
        self.setAccessibleName(f"{what} {next_step}".strip())

    def sign(self, icon_name: str, role: str) -> None:
        """Change the icon."""
        self._icon.display(icon_name, role)
