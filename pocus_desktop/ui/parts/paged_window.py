"""A window of pages: tabs in its head, one sentence above the page that is shown, each page by Alt and its number."""

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QFrame, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from pocus_desktop.kernel.words import Explanation
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.comfort_menu import comfort_button
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.focus_ring import FocusRing
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words


class PagedWindow(QMainWindow):
    """The frame; what a page shows, and when, is its own.

    Attributes:
        tabs: By the name of the page.

    Args:
        words: Of the window.
        parent: The owner.
    """

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.tabs: dict[str, Button] = {}
        self._by_name: Mapping[str, QWidget] = {}
        self._notices = QVBoxLayout()
        self._stack = QStackedWidget()
        self.setLayoutDirection(words.direction)

    @property
    def page(self) -> str:
        """The page that is shown."""
        return next(name for name, page in self._by_name.items() if page is self._stack.currentWidget())

    def go_to(self, name: str) -> None:
        """Show a page."""
        raise NotImplementedError

    def lay_out(self, pages: Mapping[str, QWidget], *, words: str, first: QWidget, last: Sequence[QWidget]) -> None:
        """Put the window together.

        Args:
            pages: By name, in the order of the tabs.
            words: Below which the window's words stand: its `title`, and what each page is called (`page.NAME`).
            first: What stands before the tabs.
            last: What stands at the end of the head, before the menu of text size and theme.
        """
        worn = look.current()
        self._by_name = pages
        self.setWindowTitle(self._words(f"{words}.title"))
        whole = QWidget()
        whole.setProperty("ground", "canvas")
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QFrame()
        head.setProperty("part", "bar-top")
        row = FlowLayout(head, gap=worn.space("tight"))
        edge = worn.space("base")
        row.setContentsMargins(edge, worn.space("hair"), edge, worn.space("hair"))
        row.addWidget(first)
        group = QButtonGroup(self)
        for number, name in enumerate(pages, 1):
            tab = self._tab(name, self._words(f"{words}.page.{name}"), number)
            group.addButton(tab)
            row.addWidget(tab)
        row.add_end(last[0])
        for widget in (*last[1:], comfort_button(self._words)):
            row.addWidget(widget)
        column.addWidget(head)
        self._notices.setContentsMargins(edge, 0, edge, 0)
        column.addLayout(self._notices)
        for page in pages.values():
            self._stack.addWidget(page)
        column.addWidget(self._stack, 1)
        self.setCentralWidget(whole)
        self._ring = FocusRing(self)

    def notify(self, told: Explanation, *, kind: str) -> None:
        """One sentence above the page, in the place of the one before."""
        clear(self._notices)
        banner = Banner(kind=kind, what=told.what, next_step=told.next, dismiss=self._words("notice.dismiss"))
        banner.setObjectName("notice")
        banner.dismissed.connect(lambda: clear(self._notices))
        self._notices.addWidget(banner)
        announce(banner, f"{told.what} {told.next}".strip(), is_urgent=kind == "refused")

    def _tab(self, name: str, title: str, number: int) -> Button:
        tab = Button(title)
        tab.setObjectName(f"tab:{name}")
        tab.setProperty("part", "tab")
        tab.setCheckable(True)
        tab.clicked.connect(lambda _on=False: self.go_to(name))
        self.tabs[name] = tab
        shortcut = QShortcut(QKeySequence(f"Alt+{number}"), self)
        shortcut.activated.connect(lambda: self.go_to(name))
        return tab
