"""A digest or a key's id to be compared by eye: groups of eight characters in columns of one width."""

from typing import Final

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pocus_desktop.ui.theme import look

GROUP: Final = 8
"""Characters in a group."""
_IN_A_LINE: Final = (8, 4, 2, 1)
"""How many groups a line may have; each divides the eight groups of a SHA-256, so that its lines are even."""


class Fingerprint(QWidget):
    """One value; every character stands in a cell of the same width, whatever the font.

    Args:
        value: The digest or id.
        name: What it is, for screen readers.
        parent: The owner.
    """

    def __init__(self, value: str, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self.setAccessibleName(f"{name} {value}".strip())
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def lines(self, width: int) -> tuple[tuple[str, ...], ...]:
        """The groups of each line at a width in pixels."""
        groups = [self._value[at : at + GROUP] for at in range(0, len(self._value), GROUP)]
        most = next((count for count in _IN_A_LINE if self._advance() * count - self._gap() <= width), 1)
        return tuple(tuple(groups[at : at + most]) for at in range(0, len(groups), most))

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Fewer groups in a line make more lines."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """The height of all lines."""
        return round(len(self.lines(width)) * self._metrics().lineSpacing()) + 1

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """All groups in one line."""
        width = round(self._advance() * -(-len(self._value) // GROUP))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One group a line."""
        return QSize(round(self._advance()), round(self._metrics().lineSpacing()))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw each character in the middle of its cell, from the left in every language."""
        del event
        worn = look.current()
        metrics, cell = self._metrics(), self._cell()
        painter = QPainter(self)
        painter.setFont(worn.font("fine", is_tabular=True))
        painter.setPen(worn.colour("text"))
        for row, groups in enumerate(self.lines(self.width())):
            y = row * metrics.lineSpacing() + metrics.ascent()
            for column, group in enumerate(groups):
                for index, character in enumerate(group):
                    x = column * self._advance() + index * cell + (cell - metrics.horizontalAdvance(character)) / 2
                    painter.drawText(QPointF(x, y), character)
        painter.end()

    def _metrics(self) -> QFontMetricsF:
        return QFontMetricsF(look.current().font("fine", is_tabular=True))

    def _cell(self) -> float:
        metrics = self._metrics()
        return max(metrics.horizontalAdvance(character) for character in "0abcdef")

    def _gap(self) -> int:
        return look.current().space("tight")

    def _advance(self) -> float:
        return GROUP * self._cell() + self._gap()
