"""Eyes and hands of scripted people: widgets by their object names, clicks, and pictures of what is shown."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.ui.parts.sheet import Sheet


class ScriptStuckError(PocusError):
    """The scripted candidate waited in vain for something on the screen."""

    code = "ui.script_stuck"
    blame = Blame.BUG


def picture_of(window: QWidget) -> QPixmap:
    """What a window and the questions over it look like."""
    picture = window.grab()
    painter = QPainter(picture)
    for sheet in window.findChildren(Sheet):
        if sheet.isVisible():
            painter.drawPixmap(sheet.geometry().topLeft() - window.geometry().topLeft(), sheet.grab())
    painter.end()
    return picture


def named(inside: QWidget, name: str) -> QWidget:
    """The widget of a name, one in sight before others.

    Raises:
        ScriptStuckError: There is none.
    """
    found = [widget for widget in inside.findChildren(QWidget) if widget.objectName() == name]
    shown = [widget for widget in found if widget.isVisible()]
    if not found:
        raise ScriptStuckError(screen=name)
    return shown[0] if shown else found[0]


def has(inside: QWidget, name: str) -> bool:
    """Whether there is one."""
    return any(widget.objectName() == name for widget in inside.findChildren(QWidget))


def beginning(inside: QWidget, prefix: str) -> list[QWidget]:
    """Those whose names begin so."""
    return [widget for widget in inside.findChildren(QWidget) if widget.objectName().startswith(prefix)]


def click(inside: QWidget, name: str) -> None:
    """Click one."""
    widget = named(inside, name)
    widget.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, _middle(widget))


def turn_on(inside: QWidget, name: str) -> None:
    """Click one that is not on."""
    widget = named(inside, name)
    if not (isinstance(widget, QAbstractButton) and widget.isChecked()):
        click(inside, name)


def write(field: QWidget, text: str) -> None:
    """Type a text as an input method does, since key events carry ASCII only."""
    field.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    typed = QInputMethodEvent()
    typed.setCommitString(text)
    QApplication.sendEvent(field, typed)


def _middle(widget: QWidget) -> QPoint:
    return widget.rect().center()
