"""Extended text: room for sentences, with a count of words."""

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QFontMetrics, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout

from pocus_desktop.case.items.extended_text import ExtendedTextItem, ExtendedTextResponse
from pocus_desktop.sitting.views import ItemState
from pocus_desktop.ui.items.answering import SETTLE_MS, Answering, ItemContext
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look


class ExtendedTextAnswering(Answering):
    """Several lines; Tab leaves the field, so that nobody is caught in it.

    Signals:
        responded: An `ExtendedTextResponse`, when typing rests or the field is left.
    """

    def __init__(self, state: ItemState, context: ItemContext) -> None:
        super().__init__(state, context)
        assert isinstance(state.item, ExtendedTextItem)  # noqa: S101 - the registry pairs them
        self._item = state.item
        worn = look.current()
        self._field = QPlainTextEdit()
        self._field.setObjectName("field")
        self._field.setTabChangesFocus(True)
        self._field.setAccessibleName(state.item.prompt(context.language))
        lines = min(self._item.expected_lines, 12)
        self._field.setMinimumHeight(QFontMetrics(worn.font()).lineSpacing() * lines + 2 * worn.space("base"))
        self._field.installEventFilter(self)
        self._count = Label("", scale="fine", tone="muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(worn.space("hair"))
        column.addWidget(self._field)
        column.addWidget(self._count)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLE_MS)
        self._settled.timeout.connect(self._tell)
        self._told: ExtendedTextResponse | None = None
        self._is_rendering = False
        self.render_state(state)
        self._field.textChanged.connect(self._on_changed)

    def render_state(self, state: ItemState) -> None:
        """Show what is written, unless the candidate is writing."""
        response = state.response if isinstance(state.response, ExtendedTextResponse) else ExtendedTextResponse()
        if not self._settled.isActive() and response != self._told:
            self._told = response
            if self._field.toPlainText() != response.text:
                self._is_rendering = True
                self._field.setPlainText(response.text)
                self._field.moveCursor(QTextCursor.MoveOperation.End)
                self._is_rendering = False
        self._field.setReadOnly(state.locked_reason is not None)
        self._tell_count()

    def flush(self) -> None:
        """Send on at once what is still being typed."""
        if self._settled.isActive():
            self._settled.stop()
            self._tell()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Send on when the field is left."""
        if watched is self._field and event.type() == QEvent.Type.FocusOut:
            self.flush()
        return super().eventFilter(watched, event)

    def _on_changed(self) -> None:
        if self._is_rendering:
            return
        text = self._field.toPlainText()
        if len(text) > self._item.max_characters:
            self._is_rendering = True
            cursor = self._field.textCursor()
            at = min(cursor.position(), self._item.max_characters)
            self._field.setPlainText(text[: self._item.max_characters])
            cursor = self._field.textCursor()
            cursor.setPosition(at, QTextCursor.MoveMode.MoveAnchor)
            self._field.setTextCursor(cursor)
            self._is_rendering = False
        self._tell_count()
        self._settled.start()

    def _tell(self) -> None:
        response = ExtendedTextResponse(text=self._field.toPlainText())
        if response != self._told:
            self._told = response
            self.respond(response)

    def _tell_count(self) -> None:
        text = self._field.toPlainText()
        words, formats = self.context.words, self.context.formats
        left = self._item.max_characters - len(text)
        counted = words("item.words_written", count=formats.number(len(text.split())))
        if left <= self._item.max_characters // 10:
            counted += " · " + words("item.characters_left", count=formats.number(left))
        self._count.setText(counted)
