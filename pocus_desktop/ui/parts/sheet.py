"""A question over the screen, with the screen dimmed behind it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QVBoxLayout, QWidget

from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.focus_ring import FocusRing
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.scroll import ScrollColumn
from pocus_desktop.ui.theme import look


class Sheet(QDialog):
    """A modal question that covers its window; Escape takes the way back.

    It never blocks: `ask()` opens it and the answer comes as a signal.

    Attributes:
        body: The layout for more than text.

    Args:
        owner: The window it covers.
        title: The question.
        text: More about it; may be empty.

    Signals:
        chosen: The name of the action taken; empty for the way back.
    """

    chosen = Signal(str)

    def __init__(self, owner: QWidget, *, title: str, text: str = "") -> None:
        super().__init__(owner)
        self._owner = owner.window()
        self.setWindowFlags(Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setAccessibleName(title)
        self.setWindowTitle(title)
        self.setLayoutDirection(owner.layoutDirection())
        worn = look.current()
        self._panel = QFrame(self)
        self._panel.setProperty("part", "sheet")
        inside, ring = worn.space("wide"), worn.space("hair")
        column = QVBoxLayout(self._panel)
        column.setContentsMargins(inside - ring, inside, inside - ring, inside)
        column.setSpacing(worn.space("base"))
        scroll = ScrollColumn(title)
        self.body = scroll.column
        self.body.setSpacing(worn.space("snug"))
        self.body.setContentsMargins(ring, 0, ring, ring)  # room for the ring of what has the focus
        self.body.addWidget(Label(title, scale="title"))
        if text:
            self.body.addWidget(Label(text))
        self._scroll = scroll
        column.addWidget(scroll, 1)
        self._actions = FlowLayout(gap=worn.space("snug"))
        self._actions.setContentsMargins(ring, 0, ring, 0)
        column.addLayout(self._actions)
        self._answer = ""
        self.finished.connect(self._tell)
        self._owner.installEventFilter(self)
        self._ring = FocusRing(self)

    def add_action(
        self,
        name: str,
        text: str,
        *,
        kind: str = "secondary",
        icon_name: str = "",
        allows: Callable[[], bool] = lambda: True,
    ) -> Button:
        """Add an answer; the first one has the focus unless something else is given it. Let it be the way back.

        Args:
            name: What `chosen` says; also the button's object name.
            text: What the button says.
            kind: As of `Button`; the primary one, added last, stands at the end.
            icon_name: A file of `assets/icons`.
            allows: Whether the answer is whole; where it is not, it says what is missing, and the question stays.
        """
        button = Button(text, kind=kind, icon_name=icon_name)
        button.setObjectName(name)
        if kind == "primary":
            self._actions.add_end(button)
        else:
            self._actions.addWidget(button)

        def take() -> None:
            if allows():
                self._answer = name
                self.accept()

        button.clicked.connect(take)
        return button

    def ask(self) -> None:
        """Open it over its window."""
        self._cover()
        self.open()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the window it covers."""
        if watched is self._owner and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._cover()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Dim the screen behind."""
        del event
        painter = QPainter(self)
        shade = look.current().colour("sunken").darker(400)
        shade.setAlphaF(0.62)
        painter.fillRect(self.rect(), shade)
        painter.end()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Measure once the style is on."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._arrange)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the panel in the middle."""
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Escape goes back; Enter presses the focused button only."""
        if event.key() == Qt.Key.Key_Escape:
            self.reject()
        else:
            event.ignore()

    def _cover(self) -> None:
        self.setGeometry(self._owner.geometry())
        self._arrange()

    def _arrange(self) -> None:
        worn = look.current()
        room = worn.space("wide")
        width = min(round(worn.fixed("column") * min(1.3, worn.text_percent / 100) * 0.8), self.width() - 2 * room)
        inside = 2 * worn.space("wide")
        across = width - inside + 2 * worn.space("hair")
        room_across = across - worn.fixed("scroll")
        body = self.body
        body.invalidate()
        wanted = body.totalHeightForWidth(room_across) if body.hasHeightForWidth() else body.totalSizeHint().height()
        actions = self._actions.heightForWidth(across)
        height = min(wanted + actions + inside + worn.space("base") + 4, self.height() - 2 * room)
        self._panel.setGeometry((self.width() - width) // 2, max(room, (self.height() - height) // 2), width, height)

    def _tell(self) -> None:
        self._owner.removeEventFilter(self)
        self._owner.activateWindow()
        self.chosen.emit(self._answer)
