"""What every interaction's widget is: it shows an item's state and says what was answered."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from pocus_desktop.case.items.registry import Response
from pocus_desktop.sitting.views import ItemState
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.pictures import Pictures
from pocus_desktop.ui.words import Words

SETTLE_MS = 400
"""How long typing rests before it is sent on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemContext:
    """What the widgets of a step share."""

    words: Words
    formats: Formats
    pictures: Pictures

    @property
    def language(self) -> str:
        """The candidate's language, for the item's own texts."""
        return self.words.language


class Answering(QWidget):
    """The answering part of an item.

    Args:
        state: The item as it first stands.
        context: What the widgets of a step share.

    Signals:
        responded: The response as it now stands, an `items.registry.Response`.
    """

    responded = Signal(object)

    def __init__(self, state: ItemState, context: ItemContext) -> None:
        super().__init__()
        self.context = context
        self._under_way: list[Response | None] = []
        self.setObjectName(f"answer:{state.item.id}")

    def show_state(self, state: ItemState, *, is_settled: bool) -> None:
        """Show the item as it stands, unless the view is older than what was answered since.

        Args:
            state: The item in a view.
            is_settled: Nothing is on its way to the disk any more: the view knows every answer.
        """
        if is_settled or state.locked_reason is not None:
            self._under_way.clear()
        elif state.response in self._under_way:
            del self._under_way[: self._under_way.index(state.response) + 1]
        if not self._under_way:
            self.render_state(state)

    def render_state(self, state: ItemState) -> None:
        """Show the item as it stands."""
        raise NotImplementedError

    def respond(self, response: Response) -> None:
        """Tell a response and remember that it is under way."""
        self._under_way.append(response)
        self.responded.emit(response)

    def flush(self) -> None:
        """Send on at once what is still being typed; nothing for widgets that never wait."""
