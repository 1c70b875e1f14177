"""A file or folder by its name: typed, pasted, or chosen."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget

from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words


class FileField(QWidget):
    """A line for the name, a button that looks for it, and one or two that do what it is for.

    Args:
        name: What it names.
        action: What is done with it.
        words: Of the window.
        is_folder: A folder is meant.
        is_new: A file that is written.
        object_name: Of the line; the button of the action is `OBJECT_NAME:do`, of the other one `OBJECT_NAME:other`.
        other_action: What else is done with it; nothing else where empty.
        parent: The owner.

    Signals:
        given: A path was confirmed.
        given_other: The same, for the other action.
    """

    given = Signal(object)
    given_other = Signal(object)

    def __init__(
        self,
        name: str,
        action: str,
        *,
        words: Words,
        object_name: str,
        other_action: str = "",
        is_folder: bool = False,
        is_new: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.current().space("hair"))
        label = Label(name, weight="medium")
        column.addWidget(label)
        self.line = QLineEdit()
        self.line.setObjectName(object_name)
        self.line.setAccessibleName(name)
        label.setBuddy(self.line)
        column.addWidget(self.line)
        row = FlowLayout(gap=look.current().space("tight"))
        mode = (
            QFileDialog.FileMode.Directory
            if is_folder
            else QFileDialog.FileMode.AnyFile
            if is_new
            else QFileDialog.FileMode.ExistingFile
        )
        row.addWidget(choose_button(self.line, name, words, mode))
        self.do = Button(action)
        self.do.setObjectName(f"{object_name}:do")
        self.do.clicked.connect(self._give)
        row.addWidget(self.do)
        if other_action:
            other = Button(other_action)
            other.setObjectName(f"{object_name}:other")
            other.clicked.connect(self._give_other)
            row.addWidget(other)
        column.addLayout(row)
        self.line.returnPressed.connect(self._give)

    def _give(self) -> None:
        if (path := self._path()) is not None:
            self.given.emit(path)

    def _give_other(self) -> None:
        if (path := self._path()) is not None:
            self.given_other.emit(path)

    def _path(self) -> Path | None:
        """What was typed; where that is nothing, the line is where to go on."""
        typed = self.line.text().strip()
        if not typed:
            self.line.setFocus()
            return None
        return Path(typed).expanduser()


def choose_button(
    line: QLineEdit, name: str, words: Words, mode: QFileDialog.FileMode = QFileDialog.FileMode.ExistingFile
) -> Button:
    """Looks for a file or a folder, and writes its name into a line."""
    button = Button(words("file.choose"), kind="quiet", icon_name="file-text")
    button.setAccessibleName(words("file.choose_what", what=name))

    def choose() -> None:
        dialog = QFileDialog(line, name)
        dialog.setFileMode(mode)
        dialog.fileSelected.connect(line.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    button.clicked.connect(choose)
    return button
