"""The frame of a screen that is read and confirmed: heading, content that scrolls, one primary action below."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.scroll import ScrollColumn
from pocus_desktop.ui.theme import look


class Page(QWidget):
    """A column in the middle of the window with its actions pinned below.

    Attributes:
        heading: The screen's heading.
        lead: What it is about.
        body: The layout for the content.
        scrolled: The part that scrolls.
        action_row: The flow of buttons; the primary one stands at its end.

    Args:
        heading: The heading.
        lead: A sentence below it; may be empty.
        is_wide: Whether its content needs more than the width of a column of text.
        parent: The owner.
    """

    def __init__(self, *, heading: str, lead: str = "", is_wide: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        worn = look.current()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        widest = worn.fixed("page") if is_wide else min(worn.size("column"), worn.fixed("page"))
        self.scrolled = ScrollColumn(heading, widest_px=widest, parent=self)
        wide = worn.space("wide")
        column = self.scrolled.column
        column.setContentsMargins(wide, worn.space("broad"), wide, wide)
        column.setSpacing(worn.space("tight"))
        self.heading = Label(heading, scale="heading")
        self.heading.setObjectName("heading")
        self.lead = Label(lead, scale="lead", tone="muted")
        if not lead:
            self.lead.hide()
        column.addWidget(self.heading)
        column.addWidget(self.lead)
        column.addSpacing(worn.space("base"))
        self.body = QVBoxLayout()
        self.body.setSpacing(worn.space("base"))
        column.addLayout(self.body)
        column.addStretch(1)
        whole.addWidget(self.scrolled, 1)
        self.footer = QFrame(self)
        self.footer.setProperty("part", "bar-bottom")
        self.action_row = FlowLayout(self.footer, gap=worn.space("snug"))
        self.action_row.setContentsMargins(wide, worn.space("snug"), wide, worn.space("snug"))
        whole.addWidget(self.footer)

    def add_primary(self, text: str, *, icon_name: str = "arrow-right") -> Button:
        """Add the one primary action."""
        button = Button(text, icon_name=icon_name, kind="primary", is_trailing=icon_name == "arrow-right")
        button.setObjectName("primary")
        self.action_row.add_end(button)
        return button

    def add_action(self, text: str, *, icon_name: str = "", kind: str = "secondary") -> Button:
        """Add another action at the leading edge."""
        button = Button(text, icon_name=icon_name, kind=kind)
        self.action_row.add_start(button)
        return button
