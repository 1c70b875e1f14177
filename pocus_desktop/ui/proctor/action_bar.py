"""What can be done to the selected stations: each button opens a question that says first what it will do."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.icons import icon
from pocus_desktop.ui.words import Words

ACTIONS: Final[tuple[tuple[str, str, str], ...]] = (
    ("authorise", "shield-check", "Ctrl+1"),
    ("lower-hand", "hand", "Ctrl+2"),
    ("message", "mail", "Ctrl+3"),
    ("pause", "circle-pause", "Ctrl+4"),
    ("resume", "circle-play", "Ctrl+5"),
    ("add-time", "plus", "Ctrl+6"),
    ("remove-time", "minus", "Ctrl+7"),
    ("break", "hourglass", "Ctrl+8"),
    ("move", "arrow-right", "Ctrl+9"),
    ("code", "key-round", "Ctrl+0"),
    ("incident", "flag", "Ctrl+I"),
    ("end", "square", "Ctrl+Shift+E"),
    ("void", "circle-slash-2", "Ctrl+Shift+V"),
)
"""Name, icon and key of each."""


class ActionBar(QFrame):
    """Buttons, and above them whom they mean.

    Args:
        words: Of the window.
        parent: The owner.

    Signals:
        asked: An action is wanted; its name.
        all_asked: The whole room shall be selected.
    """

    asked = Signal(str)
    all_asked = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.setProperty("part", "bar-bottom")
        worn = look.current()
        column = QVBoxLayout(self)
        edge = worn.space("base")
        column.setContentsMargins(edge, worn.space("tight"), edge, worn.space("tight"))
        column.setSpacing(worn.space("tight"))
        self.whom = Label("", weight="medium")
        self.whom.setObjectName("whom")
        top = QHBoxLayout()
        top.addWidget(self.whom, 1)
        column.addLayout(top)
        row = FlowLayout(gap=worn.space("tight"))
        column.addLayout(row)
        self.buttons: dict[str, Button] = {}
        for name, sign, key in ACTIONS:
            button = Button(words(f"console.action.{name}"), icon_name=sign)
            button.setObjectName(f"action:{name}")
            button.setToolTip(words("console.action_tip", action=words(f"console.action.{name}"), key=key))
            button.clicked.connect(lambda _on=False, wanted=name: self.asked.emit(wanted))
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(lambda wanted=name: self.asked.emit(wanted))
            self.buttons[name] = button
            row.addWidget(button)
        self.everyone = Button(words("console.select_all"), icon_name="list-checks", kind="quiet")
        self.everyone.setObjectName("select-all")
        self.everyone.clicked.connect(self.all_asked)
        top.addWidget(self.everyone)

    def show_whom(self, names: tuple[str, ...]) -> None:
        """Say whom the actions mean."""
        most = 6
        if not names:
            said = self._words("console.whom_nobody")
        elif len(names) > most:
            said = self._words("console.whom_many", names=", ".join(names[:most]), count=len(names) - most)
        else:
            said = self._words("console.whom", names=", ".join(names))
        if said != self.whom.text():
            self.whom.setText(said)

    def menu(self, parent: QWidget) -> QMenu:
        """The same actions as a menu."""
        worn, menu = look.current(), QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, sign, _key in ACTIONS:
            entry = menu.addAction(
                icon(sign, worn.colour("text").name(), worn.size("icon")), self._words(f"console.action.{name}")
            )
            entry.triggered.connect(lambda _on=False, wanted=name: self.asked.emit(wanted))
        return menu
