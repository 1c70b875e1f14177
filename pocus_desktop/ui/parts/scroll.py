"""A column that scrolls, by keyboard too, and keeps what has the focus in sight."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from pocus_desktop.ui.theme import look


class ScrollColumn(QScrollArea):
    """Widgets below each other; scrolls vertically only, and to whatever gets the focus.

    Where it scrolls and nothing in it takes the focus, it takes the focus itself: arrow and page keys then scroll it.

    Attributes:
        column: The layout to add to.
        inside: The widget that scrolls.
        held: The widget in it that the column lays out.

    Args:
        name: What screen readers call the region.
        widest_px: The column is at most so wide and stands in the middle; as wide as there is room for where 0.
        parent: The owner.
    """

    def __init__(self, name: str, *, widest_px: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setViewport(QWidget())  # one that Python made: asking for Qt's own looks through every class of Qt
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(name)
        self.inside = inside = QWidget(self.viewport())
        inside.setProperty("part", "scrolled")
        across = QHBoxLayout(inside)
        across.setContentsMargins(0, 0, 0, 0)
        self.held = held = QWidget(inside)
        self.column = QVBoxLayout(held)
        self.column.setContentsMargins(0, 0, 0, 0)
        if widest_px:
            held.setMaximumWidth(widest_px)
            across.addStretch(1)
            across.addWidget(held, 1000)
            across.addStretch(1)
        else:
            across.addWidget(held)
        self.setWidget(inside)
        self.verticalScrollBar().rangeChanged.connect(self._choose_focus)
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101 - there is no widget without one
        application.focusChanged.connect(self._follow_focus)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the focus in sight when the room changes."""
        super().resizeEvent(event)
        self._follow_focus(None, QApplication.focusWidget())

    def _choose_focus(self, _least: int, most: int) -> None:
        is_reached = any(
            child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisibleTo(self.inside)
            for child in self.inside.findChildren(QWidget)
        )
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if most > 0 and not is_reached else Qt.FocusPolicy.NoFocus)

    def _follow_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and self.isAncestorOf(new):
            margin = look.current().space("wide")
            self.ensureWidgetVisible(new, 0, margin)
