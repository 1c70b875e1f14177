"""Names that are meant, below a line while it is typed: Down goes to them, Enter takes one, Escape leaves them."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView

from pocus_desktop.ui.theme import look

_MOST_SEEN = 8


class Suggestions(QCompleter):
    """Suggests below a line.

    Args:
        line: Where it is typed.
        name: What screen readers call the list.
        find: The names that are meant by what was typed, the likeliest first.
    """

    def __init__(self, line: QLineEdit, name: str, find: Callable[[str], list[str]]) -> None:
        super().__init__(line)
        self._line, self._names, self._find = line, QStringListModel(self), find
        self.setModel(self._names)
        self.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)  # what is found decides, not Qt
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setMaxVisibleItems(_MOST_SEEN)
        popup = self.popup()
        if popup is not None:
            popup.setAccessibleName(name)
        if isinstance(popup, QListView):
            popup.setSpacing(look.current().space("hair"))  # rows as large as a finger needs them
        line.setCompleter(self)
        line.textEdited.connect(self._look)

    @property
    def names(self) -> list[str]:
        """What is suggested."""
        return self._names.stringList()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Enter takes the name that was gone to, and does not give the form that the line stands in."""
        popup = self.popup()
        if popup is not None and watched is popup and isinstance(event, QKeyEvent) and _is_enter(event):
            chosen = popup.currentIndex()
            if chosen.isValid():
                self._line.setText(str(chosen.data()))
                popup.hide()
                return True
        return super().eventFilter(watched, event)

    def _look(self, typed: str) -> None:
        self._names.setStringList(self._find(typed) if typed.strip() else [])


def _is_enter(event: QKeyEvent) -> bool:
    return event.type() == QEvent.Type.KeyPress and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
