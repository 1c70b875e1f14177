"""An icon that is shown beside words and says nothing by itself."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.icons import pixmap


class IconLabel(QLabel):
    """A tinted icon, sized with the text.

    Args:
        name: A file of `assets/icons`.
        role: A colour role of the theme.
        size: A size of the tokens: icon or icon_large.
        parent: The owner.
    """

    def __init__(self, name: str, *, role: str = "text", size: str = "icon", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._role = role
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._tint()

    def display(self, name: str, role: str) -> None:
        """Change icon and colour."""
        if (name, role) != (self._name, self._role):
            self._name, self._role = name, role
            self._tint()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take colour and size from the look in force."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._tint()

    def _tint(self) -> None:
        worn = look.current()
        edge = worn.size(self._size)
        self.setPixmap(pixmap(self._name, worn.colour(self._role).name(), edge, self.devicePixelRatioF()))
        self.setFixedSize(edge, edge)
