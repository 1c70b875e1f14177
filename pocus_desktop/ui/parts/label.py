"""Text on the screen, in a size and tone of the theme."""

import re
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from pocus_desktop.ui.theme import look

_LONG: Final = re.compile(r"\S{25,}")


def breakable(text: str) -> str:
    """Let long names, paths and digests break over lines (a zero-width space after every 16 characters)."""
    return _LONG.sub(lambda long: "\u200b".join(long[0][at : at + 16] for at in range(0, len(long[0]), 16)), text)


class Label(QLabel):
    """Plain text that wraps; sizes and colours come from the style sheet by its properties.

    Args:
        text: What it says; never read as markup.
        scale: A size of the type scale: fine, body, lead, title, heading, figure.
        tone: A colour role: muted, accent, danger, warning, success, stage, stage-muted; text colour where empty.
        weight: regular, medium or strong.
        wraps: Whether it may take several lines.
        is_tabular: Figures of one width, for what changes in place.
        parent: The owner.
    """

    def __init__(
        self,
        text: str = "",
        *,
        scale: str = "body",
        tone: str = "",
        weight: str = "regular",
        wraps: bool = True,
        is_tabular: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("scale", scale)
        self.setProperty("tone", tone)
        self.setProperty("weight", weight)
        self.setWordWrap(wraps)
        if is_tabular:
            self.setFont(look.current().font(scale, weight, is_tabular=True))
        if wraps:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        self.setText(text)

    def set_tone(self, tone: str) -> None:
        """Change the colour role."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().polish(self)
