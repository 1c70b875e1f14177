"""The written script of a clip, beside the stage: one key away, with search by eye and keyboard scrolling."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTextEdit, QVBoxLayout, QWidget

from pocus_desktop.case.script import (
    Direction,
    Heading,
    ListItem,
    Paragraph,
    Rule,
    ScriptDocument,
    Speech,
)
from pocus_desktop.case.script import (
    Words as Piece,
)
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words


class ScriptPanel(QFrame):
    """A drawer with a script.

    Args:
        words: The interface language.
        parent: The owner.

    Signals:
        closed: The close button or Escape.
    """

    closed = Signal()

    def __init__(self, words: Words, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "drawer")
        self.setObjectName("script-panel")
        self._words = words
        worn = look.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(worn.space("base"), worn.space("snug"), worn.space("base"), worn.space("base"))
        head = QHBoxLayout()
        self._title = Label("", scale="title")
        head.addWidget(self._title, 1)
        close = Button(words("script.close"), icon_name="x", kind="quiet", is_icon_only=True)
        close.setObjectName("close-script")
        close.clicked.connect(self.closed)
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        self._text = QTextEdit()
        self._text.setObjectName("script")
        self._text.setReadOnly(True)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self._text.setTabChangesFocus(True)
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._text.setAccessibleName(words("script.title"))
        self._text.document().setDocumentMargin(worn.space("tight"))
        column.addWidget(self._text, 1)

    def show_script(self, title: str, script: ScriptDocument) -> None:
        """Show a script under a title."""
        self._title.setText(title)
        self._text.clear()
        cursor = QTextCursor(self._text.document())
        worn = look.current()
        is_first = True
        for block in script.blocks:
            form = QTextBlockFormat()
            form.setBottomMargin(worn.space("tight"))
            form.setLineHeight(140.0, 1)  # QTextBlockFormat.ProportionalHeight as the number that setLineHeight takes
            match block:
                case Heading():
                    form.setTopMargin(worn.space("snug"))
                    self._begin(cursor, form, is_first=is_first)
                    self._write(cursor, block.words, weight=QFont.Weight.DemiBold, size=worn.text_px("lead"))
                case Paragraph():
                    self._begin(cursor, form, is_first=is_first)
                    self._write(cursor, block.words)
                case Speech():
                    self._begin(cursor, form, is_first=is_first)
                    self._write(cursor, (Piece(text=f"{block.speaker}: ", is_bold=True), *block.words))
                case Direction():
                    self._begin(cursor, form, is_first=is_first)
                    self._write(cursor, block.words, is_italic=True, tone="muted")
                case ListItem():
                    form.setIndent(block.level + 1)
                    self._begin(cursor, form, is_first=is_first)
                    sign = "• " if block.number is None else f"{block.number}. "
                    self._write(cursor, (Piece(text=sign), *block.words))
                case Rule():
                    form.setAlignment(Qt.AlignmentFlag.AlignHCenter)
                    self._begin(cursor, form, is_first=is_first)
                    self._write(cursor, (Piece(text="⁂"),), tone="muted")
            is_first = False
        self._text.moveCursor(QTextCursor.MoveOperation.Start)

    def take_focus(self) -> None:
        """Put the focus on the text, for keyboard scrolling."""
        self._text.setFocus()

    def _begin(self, cursor: QTextCursor, form: QTextBlockFormat, *, is_first: bool) -> None:
        if is_first:
            cursor.setBlockFormat(form)
        else:
            cursor.insertBlock(form)

    def _write(
        self,
        cursor: QTextCursor,
        pieces: tuple[Piece, ...],
        *,
        weight: QFont.Weight = QFont.Weight.Normal,
        size: int = 0,
        is_italic: bool = False,
        tone: str = "text",
    ) -> None:
        worn = look.current()
        for piece in pieces:
            form = QTextCharFormat()
            form.setFont(worn.font())
            form.setFontWeight(QFont.Weight.DemiBold if piece.is_bold else weight)
            form.setFontItalic(is_italic or piece.is_italic)
            form.setForeground(worn.colour(tone))
            if size:
                form.setProperty(QTextCharFormat.Property.FontPixelSize, size)
            cursor.insertText(piece.text, form)
