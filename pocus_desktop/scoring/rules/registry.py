"""Which entry scores which interaction, and the one way to apply it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import Discriminator, Tag

from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.case.items.extended_text import ExtendedTextResponse
from pocus_desktop.case.items.hotspot import HotspotResponse
from pocus_desktop.case.items.registry import Item, Response
from pocus_desktop.case.items.select_point import SelectPointResponse
from pocus_desktop.case.items.text_entry import TextEntryItem, TextEntryResponse
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.scoring.rules.entry import Outcome
from pocus_desktop.scoring.rules.number import NumberEntry, score_number
from pocus_desktop.scoring.rules.points import PointEntry, score_points
from pocus_desktop.scoring.rules.rubric import RubricEntry, score_rubric
from pocus_desktop.scoring.rules.selection import SelectionEntry, score_selection
from pocus_desktop.scoring.rules.short_text import ShortTextEntry, score_short_text

_KEYS: Final = ("correct", "number", "accept", "areas", "rubric")


def _which(value: Any) -> str | None:
    keys = value if isinstance(value, dict) else getattr(type(value), "model_fields", {})
    return next((key for key in _KEYS if key in keys), None)


Entry: TypeAlias = Annotated[
    Annotated[SelectionEntry, Tag("correct")]
    | Annotated[NumberEntry, Tag("number")]
    | Annotated[ShortTextEntry, Tag("accept")]
    | Annotated[PointEntry, Tag("areas")]
    | Annotated[RubricEntry, Tag("rubric")],
    Discriminator(
        _which,
        custom_error_type="entry_unknown",
        custom_error_message="say what is right with one of correct, number, accept, areas, rubric",
    ),
]
"""One entry of a scoring key."""

ENTRIES: Final[Mapping[str, tuple[type[Entry], ...]]] = {
    "choice": (SelectionEntry,),
    "text-entry": (NumberEntry, ShortTextEntry),
    "extended-text": (RubricEntry,),
    "select-point": (PointEntry,),
    "hotspot": (SelectionEntry,),
}
"""Item type to the entries that can score it."""


class RuleMismatchError(PocusError):
    """An entry cannot score the response it is given (the key is of another assessment)."""

    code = "scoring.rule_mismatch"
    blame = Blame.CONTENT


def fits(item: Item, entry: Entry) -> bool:
    """Whether an entry is of a kind that can score the item."""
    if isinstance(item, TextEntryItem):
        return isinstance(entry, NumberEntry if item.kind == "number" else ShortTextEntry)
    return isinstance(entry, ENTRIES[item.type])


def apply(entry: Entry, response: Response) -> Outcome:
    """Score one response.

    Raises:
        RuleMismatchError: The entry is for another kind of response.
    """
    match entry, response:
        case SelectionEntry(), ChoiceResponse():
            return score_selection(entry, response.choices)
        case SelectionEntry(), HotspotResponse():
            return score_selection(entry, response.regions)
        case NumberEntry(), TextEntryResponse():
            return score_number(entry, response)
        case ShortTextEntry(), TextEntryResponse():
            return score_short_text(entry, response.text)
        case PointEntry(), SelectPointResponse():
            return score_points(entry, response.points)
        case RubricEntry(), ExtendedTextResponse():
            return score_rubric(entry)
    raise RuleMismatchError(item=entry.item, response=response.type)
