"""A sheet of surface with room around its content."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from pocus_desktop.ui.theme import look


class Card(QFrame):
    """A bordered surface.

    Attributes:
        body: The layout to add to.

    Args:
        part: card or well.
        room: The distance inside its edges, by name.
        parent: The owner.
    """

    def __init__(self, *, part: str = "card", room: str = "wide", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        worn = look.current()
        self.setProperty("part", part)
        self.body = QVBoxLayout(self)
        inside = worn.space(room)
        self.body.setContentsMargins(inside, inside, inside, inside)
        self.body.setSpacing(worn.space("snug"))
