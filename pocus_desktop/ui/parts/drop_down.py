"""A combo box with an arrow of the theme."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QWidget

from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.icons import pixmap


class DropDown(QComboBox):
    """One of a list.

    Args:
        name: What screen readers call it.
        is_on_stage: Whether it stands on the stage.
        parent: The owner.
    """

    def __init__(self, name: str, *, is_on_stage: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._role = "on_stage" if is_on_stage else "text"
        if is_on_stage:
            self.setProperty("ground", "stage")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The box, and the arrow at its trailing edge."""
        super().paintEvent(event)
        worn = look.current()
        edge = worn.size("icon")
        place = QRect(self.width() - edge - worn.space("tight"), (self.height() - edge) // 2, edge, edge)
        painter = QPainter(self)
        sign = pixmap("chevron-down", worn.colour(self._role).name(), edge, self.devicePixelRatioF())
        painter.drawPixmap(QStyle.visualRect(self.layoutDirection(), self.rect(), place), sign)
        painter.end()
