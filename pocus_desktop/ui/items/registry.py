"""The registry of widgets: item type to the widget that answers it.

A test holds it equal to the registries of `case` and `scoring`.
"""

from collections.abc import Mapping
from typing import Final

from pocus_desktop.sitting.views import ItemState
from pocus_desktop.ui.items.answering import Answering, ItemContext
from pocus_desktop.ui.items.choice import ChoiceAnswering
from pocus_desktop.ui.items.extended_text import ExtendedTextAnswering
from pocus_desktop.ui.items.hotspot import HotspotAnswering
from pocus_desktop.ui.items.select_point import SelectPointAnswering
from pocus_desktop.ui.items.text_entry import TextEntryAnswering

ANSWERINGS: Final[Mapping[str, type[Answering]]] = {
    "choice": ChoiceAnswering,
    "text-entry": TextEntryAnswering,
    "extended-text": ExtendedTextAnswering,
    "select-point": SelectPointAnswering,
    "hotspot": HotspotAnswering,
}
"""Item type to widget."""


def answering(state: ItemState, context: ItemContext) -> Answering:
    """The widget for an item.

    Raises:
        PocusError: A picture it asks about cannot be shown.
    """
    return ANSWERINGS[state.item.type](state, context)
