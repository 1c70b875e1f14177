"""Tutorial: one of each item to try; nothing is kept."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pocus_desktop.case.items.registry import Item
from pocus_desktop.sitting.intents import Answer, FinishTutorial
from pocus_desktop.sitting.views import ItemState, TutorialView, View
from pocus_desktop.ui.candidate.screens.screen import CandidateScreen, ScreenContext
from pocus_desktop.ui.candidate.screens.tutorial_pictures import picture_items, tutorial_pictures
from pocus_desktop.ui.items.answering import ItemContext
from pocus_desktop.ui.items.item_card import ItemCard
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.page import Page


class TutorialScreen(CandidateScreen):
    """Steps through the items by itself and forgets the answers."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        words = context.words
        self._page = self.hold(Page(heading=words("tutorial.title"), lead=words("tutorial.lead")))
        self._told = Label("", tone="muted")
        self._page.body.addWidget(self._told)
        self._how = Banner(kind="info", what=words("tutorial.keys"))
        self._page.body.addWidget(self._how)
        self._holder = QVBoxLayout()
        self._page.body.addLayout(self._holder)
        self._items: tuple[Item, ...] = ()
        self._context = ItemContext(words=words, formats=context.formats, pictures=tutorial_pictures())
        self._at = 0
        self._state: ItemState | None = None
        self._card: ItemCard | None = None
        skip = self._page.add_action(words("tutorial.skip"))
        skip.setObjectName("skip")
        skip.clicked.connect(self._finish)
        self._back = self._page.add_action(words("action.back"), icon_name="arrow-left")
        self._back.setObjectName("back")
        self._back.clicked.connect(lambda: self._show(self._at - 1))
        self._on = self._page.add_primary(words("tutorial.next"))
        self._on.clicked.connect(self._go_on)

    def render_view(self, view: View) -> None:
        """Show the first item; later views change nothing."""
        screen = view.screen
        assert isinstance(screen, TutorialView)  # noqa: S101 - the window pairs them
        if not self._items:
            self._items = (*screen.items, *picture_items())
            self._show(0)

    def _show(self, at: int) -> None:
        if not self._items:
            return
        self._at = at
        words = self.context.words
        if self._card is not None:
            self._card.hide()
            self._card.deleteLater()
        item = self._items[at]
        self._state = ItemState(number=at + 1, item=item, response=None, is_flagged=False)
        self._card = ItemCard(self._state, self._context, can_flag=False)
        self._card.intended.connect(self._on_answer, Qt.ConnectionType.QueuedConnection)
        self._holder.addWidget(self._card)
        self._told.setText(words("tutorial.item_of", number=at + 1, count=len(self._items)))
        self._back.setVisible(at > 0)
        self._on.say(words("tutorial.done" if at == len(self._items) - 1 else "tutorial.next"))
        self._page.scrolled.verticalScrollBar().setValue(0)

    def _on_answer(self, intent: object) -> None:
        if isinstance(intent, Answer) and self._state is not None and intent.item == self._state.item.id:
            self._state = replace(self._state, response=intent.response)
            if self._card is not None:
                self._card.render_state(self._state)

    def _go_on(self) -> None:
        if self._at + 1 < len(self._items):
            self._show(self._at + 1)
        else:
            self._finish()

    def _finish(self) -> None:
        self.intended.emit(FinishTutorial())

    def first_focus(self) -> QWidget | None:
        """The way on."""
        return self._on
