"""What the proctor told, under the notices, until the candidate says that they read it."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pocus_desktop.sitting.views import ProctorWord
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

MOST: Final = 2
"""How many are shown at once, oldest first, one with large text; the next comes when one was read."""

_LARGE_PERCENT: Final = 150

_LONGEST: Final = 120
"""Characters that a banner shows; more is read on a sheet, which scrolls."""


class WordArea(QWidget):
    """Shows what was told and not read yet. It takes no focus by itself, and stops nobody from working.

    Args:
        words: The candidate's language.

    Signals:
        read: The order's id of what the candidate says that they read; and whether the keyboard was on the button.
    """

    read = Signal(str, bool)

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.setObjectName("proctor-words")
        self._words = words
        self._shown: tuple[ProctorWord, ...] = ()
        self._announced: set[str] = set()
        worn = look.current()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(worn.space("wide"), worn.space("tight"), worn.space("wide"), 0)
        self._column.setSpacing(worn.space("tight"))
        self.hide()

    @property
    def shown(self) -> tuple[ProctorWord, ...]:
        """What is in sight."""
        return self._shown

    def show_words(self, told: tuple[ProctorWord, ...]) -> None:
        """Show what a view has."""
        wanted = told[: 1 if look.current().text_percent >= _LARGE_PERCENT else MOST]
        if wanted == self._shown:
            return
        self._shown = wanted
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for word in wanted:
            self._column.addWidget(self._banner(word))
        self.setVisible(bool(wanted))
        for word in wanted:
            if word.order_id not in self._announced:
                self._announced.add(word.order_id)
                announce(self, f"{word.heading}: {word.text}", is_urgent=True)

    def _banner(self, word: ProctorWord) -> Banner:
        is_long = len(word.text) > _LONGEST
        text = f"{word.text[:_LONGEST].rstrip()}…" if is_long else word.text
        action = self._words("proctor_word.open" if is_long else "proctor_word.read")
        banner = Banner(kind="message", what=word.heading, next_step=text, action=action)
        banner.setObjectName(f"word:{word.order_id}")
        banner.acted.connect(lambda: self._open(word) if is_long else self._say_read(word, banner))
        return banner

    def _open(self, word: ProctorWord) -> None:
        sheet = Sheet(self, title=word.heading, text=word.text)
        sheet.setObjectName("proctor-word")
        sheet.add_action("later", self._words("proctor_word.later"))
        sheet.add_action("read", self._words("proctor_word.read"), kind="primary", icon_name="check")
        sheet.chosen.connect(lambda name: self.read.emit(word.order_id, True) if name == "read" else None)
        sheet.ask()

    def _say_read(self, word: ProctorWord, banner: Banner) -> None:
        has_focus = any(child.hasFocus() for child in banner.findChildren(QWidget))
        self.read.emit(word.order_id, has_focus)
