"""Choice: radio cards for one answer, check cards for several."""

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout

from pocus_desktop.case.items.choice import Choice, ChoiceItem, ChoiceResponse
from pocus_desktop.sitting.views import ItemState
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.items.answering import Answering, ItemContext
from pocus_desktop.ui.parts.choice_card import CheckCard, RadioCard
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look


class ChoiceAnswering(Answering):
    """Cards in the order of the state.

    Signals:
        responded: A `ChoiceResponse`.
    """

    def __init__(self, state: ItemState, context: ItemContext) -> None:
        super().__init__(state, context)
        assert isinstance(state.item, ChoiceItem)  # noqa: S101 - the registry pairs them
        self._item = state.item
        self._cards: dict[str, RadioCard | CheckCard] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.current().space("tight"))
        by_id = {choice.id: choice for choice in self._item.choices}
        self._group = QButtonGroup(self)  # of radio cards only: in a group, Tab stops at one button
        for choice_id in state.choice_order or tuple(by_id):
            card = self._card(by_id[choice_id])
            card.setObjectName(f"choice:{choice_id}")
            self._cards[choice_id] = card
            if self._item.is_single:
                self._group.addButton(card)
            column.addWidget(card)
            card.clicked.connect(self._tell)
        self._most = Label("", scale="fine", tone="muted")
        column.addWidget(self._most)
        self.render_state(state)

    def render_state(self, state: ItemState) -> None:
        """Show what is selected and whether it can still be changed."""
        selected = state.response.choices if isinstance(state.response, ChoiceResponse) else ()
        self._show(selected)
        for card in self._cards.values():
            card.setEnabled(state.locked_reason is None)
        self._tell_room(len(selected))

    def _show(self, selected: tuple[str, ...]) -> None:
        self._group.setExclusive(False)
        for choice_id, card in self._cards.items():
            card.setChecked(choice_id in selected)
        self._group.setExclusive(True)

    def _card(self, choice: Choice) -> RadioCard | CheckCard:
        words = choice.text(self.context.language)
        picture = None
        if choice.image is not None:
            picture = QPixmap.fromImage(self.context.pictures.still(choice.image))
            words_for_all = choice.image.alt(self.context.language)
        card = RadioCard(words, picture=picture) if self._item.is_single else CheckCard(words, picture=picture)
        if choice.image is not None:
            card.setAccessibleDescription(words_for_all)
        return card

    def _tell_room(self, selected: int) -> None:
        item = self._item
        is_bounded = not item.is_single and 0 < item.max_choices < len(item.choices)
        self._most.setVisible(is_bounded)
        self._most.set_tone("muted")
        if is_bounded:
            self._most.setText(self.context.words("item.select_up_to", most=item.max_choices, selected=selected))

    def _tell(self) -> None:
        selected = tuple(choice.id for choice in self._item.choices if self._cards[choice.id].isChecked())
        most = self._item.max_choices
        sender = self.sender()
        if most and len(selected) > most and isinstance(sender, CheckCard):
            sender.setChecked(False)
            told = self.context.words("item.select_no_more", most=most)
            self._most.setText(told)
            self._most.set_tone("danger")
            announce(self, told)
            return
        self._tell_room(len(selected))
        self.respond(ChoiceResponse(choices=selected))
