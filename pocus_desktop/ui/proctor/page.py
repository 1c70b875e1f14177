"""What the pages of the proctor's window share: they render the console's view, and hand it intents."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from pocus_desktop.ui.parts.scrolled_page import ScrolledPage
from pocus_desktop.ui.proctor.desk import ConsoleView
from pocus_desktop.ui.words import Words


class ProctorPage(ScrolledPage):
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
        super().__init__(words(f"console.page.{name}"), words(f"console.{name}.lead"), parent)
        self.words = words

    def render_view(self, view: ConsoleView) -> None:
        """Show the present."""
        raise NotImplementedError
