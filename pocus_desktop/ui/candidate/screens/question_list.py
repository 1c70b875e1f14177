"""The questions of a step below its title and text."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from pocus_desktop.sitting.intents import GoTo
from pocus_desktop.sitting.views import CaseView
from pocus_desktop.ui.candidate.screens.screen import ScreenContext
from pocus_desktop.ui.items.item_card import ItemCard
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look


class QuestionList(QWidget):
    """Title, text, and a card a question.

    Args:
        screen: The step as it first stands.
        title: The step's title.
        context: What screens are made with.

    Signals:
        intended: What the questions ask for.
        entered: The id of the item that now has the focus.
    """

    intended = Signal(object)
    entered = Signal(str)

    def __init__(self, screen: CaseView, *, title: str, context: ScreenContext) -> None:
        super().__init__()
        self.cards: dict[str, ItemCard] = {}
        worn = look.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(worn.space("base"))
        if screen.jumps:
            column.addWidget(self._jump_box(screen, context))
        heading = Label(title, scale="title")
        heading.setObjectName("heading")
        column.addWidget(heading)
        if screen.text:
            for paragraph in screen.text.split("\n\n"):
                column.addWidget(Label(paragraph.strip()))
        for state in screen.items:
            card = ItemCard(state, context.items)
            card.intended.connect(self.intended)
            self.cards[state.item.id] = card
            column.addWidget(card)
        column.addStretch(1)
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101 - there is no widget without one
        application.focusChanged.connect(self._on_focus, Qt.ConnectionType.AutoConnection)

    def render_states(self, screen: CaseView, *, is_settled: bool) -> None:
        """Show the questions as they stand.

        Args:
            screen: The step.
            is_settled: Nothing is on its way to the disk any more.
        """
        for state in screen.items:
            self.cards[state.item.id].render_state(state, is_settled=is_settled)

    def flush(self) -> None:
        """Send on at once what is still being typed."""
        for card in self.cards.values():
            card.flush()

    def _jump_box(self, screen: CaseView, context: ScreenContext) -> DropDown:
        box = DropDown(context.words("case.jump"))
        box.setObjectName("jump")
        box.setSizeAdjustPolicy(DropDown.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for step, title in screen.jumps:
            box.addItem(title, step)
        box.setCurrentIndex(next((i for i, (step, _) in enumerate(screen.jumps) if step == screen.step), -1))
        box.activated.connect(lambda index: self.intended.emit(GoTo(step=str(box.itemData(index)))))
        return box

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is None:
            return
        for item_id, card in self.cards.items():
            if card.isAncestorOf(new):
                self.entered.emit(item_id)
                return
