"""A QR code, painted by Qt: black on white in every theme, as scanners want it."""

import segno
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pocus_desktop.ui.theme import look

_QUIET = 4


class QrCode(QWidget):
    """One code at whole-number scale with its quiet zone.

    Args:
        name: What it holds, for those who cannot see it.
        parent: The owner.
    """

    def __init__(self, name: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._rows: list[bytearray] = []
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str) -> None:
        """Encode a text; nothing is shown for an empty one."""
        self._rows = (
            [bytearray(row) for row in segno.make_qr(text, error="l", boost_error=False).matrix] if text else []
        )
        edge = self._edge()
        self.setFixedSize(edge, edge)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Large enough for a phone at arm's length."""
        return QSize(self._edge(), self._edge())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the modules."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        scale = self._scale()
        for y, row in enumerate(self._rows):
            for x, dark in enumerate(row):
                if dark:
                    painter.fillRect((x + _QUIET) * scale, (y + _QUIET) * scale, scale, scale, Qt.GlobalColor.black)
        painter.end()

    def _scale(self) -> int:
        modules = len(self._rows) + 2 * _QUIET
        return max(2, look.current().fixed("qr") // modules)

    def _edge(self) -> int:
        return (len(self._rows) + 2 * _QUIET) * self._scale() if self._rows else 0
