"""The registry of interactions: every item type, its model and its response.

A new interaction joins here, in `scoring` (its rule) and in `ui` (its widget); a test holds the three complete.
"""

from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias

from pydantic import ConfigDict, Field, TypeAdapter

from pocus_desktop.case.items.choice import ChoiceItem, ChoiceResponse
from pocus_desktop.case.items.extended_text import ExtendedTextItem, ExtendedTextResponse
from pocus_desktop.case.items.hotspot import HotspotItem, HotspotResponse
from pocus_desktop.case.items.select_point import SelectPointItem, SelectPointResponse
from pocus_desktop.case.items.text_entry import TextEntryItem, TextEntryResponse

Item: TypeAlias = Annotated[
    ChoiceItem | TextEntryItem | ExtendedTextItem | SelectPointItem | HotspotItem, Field(discriminator="type")
]
"""Any item."""

Response: TypeAlias = Annotated[
    ChoiceResponse | TextEntryResponse | ExtendedTextResponse | SelectPointResponse | HotspotResponse,
    Field(discriminator="type"),
]
"""Any response."""

RESPONSES: Final[Mapping[str, type[Response]]] = {
    "choice": ChoiceResponse,
    "text-entry": TextEntryResponse,
    "extended-text": ExtendedTextResponse,
    "select-point": SelectPointResponse,
    "hotspot": HotspotResponse,
}
"""Item type to the class of its response."""

RESPONSE: Final[TypeAdapter[Response]] = TypeAdapter(Response, config=ConfigDict(defer_build=True))
"""Reads a response from JSON."""

ITEM: Final[TypeAdapter[Item]] = TypeAdapter(Item, config=ConfigDict(defer_build=True))
"""Reads an item from JSON or YAML data."""


def problem_with(item: Item, response: Response) -> str | None:
    """Why this response cannot be one to this item, as an error code's last part; None where it can.

    Checks what a screen must never send: the wrong type, unknown choices or regions, too many of them, points without
    a picture's frame, text longer than allowed.
    """
    if RESPONSES[item.type] is not type(response):
        return "wrong_type"
    match item, response:
        case ChoiceItem(), ChoiceResponse():
            return _selection(tuple(c.id for c in item.choices), response.choices, item.max_choices)
        case HotspotItem(), HotspotResponse():
            return _selection(tuple(r.id for r in item.regions), response.regions, item.max_choices)
        case TextEntryItem(), TextEntryResponse():
            if len(response.text) > item.max_length:
                return "too_long"
            return "unknown_unit" if response.unit is not None and response.unit not in item.units else None
        case ExtendedTextItem(), ExtendedTextResponse():
            return "too_long" if len(response.text) > item.max_characters else None
        case SelectPointItem(), SelectPointResponse():
            if len(response.points) > item.max_points:
                return "too_many"
            is_cine = item.picture.kind == "cine"
            return "wrong_frame" if any((point.frame is not None) != is_cine for point in response.points) else None
    return None


def _selection(offered: tuple[str, ...], selected: tuple[str, ...], most: int) -> str | None:
    if len(set(selected)) != len(selected) or not set(selected) <= set(offered):
        return "unknown_choice"
    return "too_many" if most and len(selected) > most else None
