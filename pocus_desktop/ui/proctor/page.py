"""What the pages of the proctor's window share: a heading, what it is about, and content that scrolls."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.scroll import ScrollColumn
from pocus_desktop.ui.proctor.desk import ConsoleView
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words


class ProctorPage(QWidget):
    """One page.

    Args:
        name: Of its words.
        words: Of the window.
        parent: The owner.

    Signals:
        intended: An intent.
    """

    intended = Signal(object)

    def __init__(self, name: str, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words
        worn = look.current()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        title = words(f"console.page.{name}")
        self.scrolled = ScrollColumn(title, widest_px=worn.fixed("page"), parent=self)
        self.column = self.scrolled.column
        wide = worn.space("wide")
        self.column.setContentsMargins(wide, wide, wide, wide)
        self.column.setSpacing(worn.space("base"))
        self.heading = Label(title, scale="heading")
        self.column.addWidget(self.heading)
        self.lead = Label(words(f"console.{name}.lead"), tone="muted")
        self.column.addWidget(self.lead)
        whole.addWidget(self.scrolled)

    def render_view(self, view: ConsoleView) -> None:
        """Show the present."""
        raise NotImplementedError

    def add_card(self, title: str) -> Card:
        """A sheet with a title."""
        card = Card()
        card.body.addWidget(Label(title, scale="title"))
        self.column.addWidget(card)
        return card


def clear(layout: QLayout) -> None:
    """Take everything out of a layout, and the widgets off the screen at once."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
