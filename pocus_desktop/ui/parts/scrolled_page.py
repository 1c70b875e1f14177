"""A page of a window: a heading, what it is about, cards below each other that scroll."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.scroll import ScrollColumn
from pocus_desktop.ui.theme import look


class ScrolledPage(QWidget):
    """One page.

    Attributes:
        heading: Its title.
        lead: What it is about.
        column: The layout to add to.
        scrolled: The part that scrolls.

    Args:
        title: Its title.
        lead: A sentence below it.
        parent: The owner.
    """

    def __init__(self, title: str, lead: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        worn = look.current()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self.scrolled = ScrollColumn(title, widest_px=worn.fixed("page"), parent=self)
        self.column = self.scrolled.column
        wide = worn.space("wide")
        self.column.setContentsMargins(wide, wide, wide, wide)
        self.column.setSpacing(worn.space("base"))
        self.heading = Label(title, scale="heading")
        self.column.addWidget(self.heading)
        self.lead = Label(lead, tone="muted")
        self.column.addWidget(self.lead)
        whole.addWidget(self.scrolled)

    def add_card(self, title: str) -> Card:
        """A sheet with a title."""
        card = Card()
        card.setAccessibleName(title)
        card.body.addWidget(Label(title, scale="title"))
        self.column.addWidget(card)
        return card
