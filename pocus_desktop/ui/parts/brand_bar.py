"""The bar above the sign-in screen: the program's sign and name."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look


class BrandBar(QFrame):
    """Sign and name.

    Args:
        name: The program's name.
        parent: The owner.
    """

    def __init__(self, name: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "bar-top")
        worn = look.current()
        row = QHBoxLayout(self)
        row.setContentsMargins(worn.space("wide"), worn.space("snug"), worn.space("wide"), worn.space("snug"))
        row.setSpacing(worn.space("snug"))
        row.addWidget(IconLabel("scan-line", role="accent", size="icon_large"))
        row.addWidget(Label(name, weight="strong", wraps=False), 1)
