"""The scoring key of an assessment: right answers, points, rationales and the cut score.

It never enters a live bundle: it travels to the academy in a sealed file of its own, or inside a practice bundle.
"""

from typing import Final, Literal

from pydantic import Field

from pocus_desktop.case.items.registry import Item
from pocus_desktop.case.items.select_point import SelectPointItem
from pocus_desktop.case.items.text_entry import TextEntryItem
from pocus_desktop.case.models import Assessment
from pocus_desktop.case.values import Model, Name
from pocus_desktop.scoring.rules.number import NumberEntry, convert
from pocus_desktop.scoring.rules.points import PointEntry
from pocus_desktop.scoring.rules.registry import Entry, fits
from pocus_desktop.scoring.rules.selection import SelectionEntry

_ROUNDING: Final = 1e-9


class ScoringKey(Model):
    """All entries of one assessment.

    Attributes:
        cut_score: The fraction of the points that passes.
    """

    format: Literal[1] = 1
    assessment_id: Name
    cut_score: float = Field(default=0.7, ge=0, le=1)
    entries: tuple[Entry, ...] = ()

    def entry(self, item: str) -> Entry | None:
        """The entry that scores an item; None where it is not scored."""
        return next((entry for entry in self.entries if entry.item == item), None)

    def to_json(self) -> bytes:
        """The stored form; `from_json` gives an equal key back."""
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "ScoringKey":
        """Read the stored form.

        Raises:
            pydantic.ValidationError: The bytes are not a scoring key.
        """
        return cls.model_validate_json(data)


def mismatches(assessment: Assessment, key: ScoringKey) -> tuple[tuple[str, str], ...]:
    """Where a key and its assessment disagree, as (item, reason).

    Reasons: `duplicate`, `unknown_item`, `wrong_rule`, `unknown_choice`, `unknown_reference`, `missing` (a scored item
    without an entry).
    """
    found: list[tuple[str, str]] = []
    items = {item.id: (item, case) for case in assessment.cases for item in case.items}
    seen: set[str] = set()
    for entry in key.entries:
        if entry.item in seen:
            found.append((entry.item, "duplicate"))
        seen.add(entry.item)
        if entry.item not in items:
            found.append((entry.item, "unknown_item"))
            continue
        item, case = items[entry.item]
        if not fits(item, entry):
            found.append((entry.item, "wrong_rule"))
        elif item.type in {"choice", "hotspot"}:
            offered = {choice.id for choice in getattr(item, "choices", getattr(item, "regions", ()))}
            used = {*getattr(entry, "correct", ()), *getattr(entry, "map", ()), *getattr(entry, "option_rationale", ())}
            if not used <= offered:
                found.append((entry.item, "unknown_choice"))
        if not set(entry.cites) <= {reference.id for reference in case.references}:
            found.append((entry.item, "unknown_reference"))
    found += [(name, "missing") for name, (item, _) in items.items() if item.scored and name not in seen]
    return tuple(found)


def flaws(assessment: Assessment, key: ScoringKey) -> tuple[tuple[str, str], ...]:
    """Entries that fit their item and yet can never give all their points, as (item, reason).

    Reasons: `unattainable`, and `wrong_unit` for a number whose unit one of the item's units cannot be converted to.
    Such a key still scores; an author should not publish it.
    """
    items = {item.id: item for item in assessment.items()}
    found: list[tuple[str, str]] = []
    for entry in key.entries:
        item = items.get(entry.item)
        if item is None or not fits(item, entry):
            continue
        if isinstance(entry, NumberEntry) and isinstance(item, TextEntryItem):
            if not _has_fitting_unit(entry, item):
                found.append((entry.item, "wrong_unit"))
        elif _most(entry, item) < entry.points - _ROUNDING:
            found.append((entry.item, "unattainable"))
    return tuple(found)


def _has_fitting_unit(entry: NumberEntry, item: TextEntryItem) -> bool:
    """Every unit that is offered must say how much the number is; without units the number is taken as it stands."""
    if entry.number.unit is None:
        return len(item.units) <= 1
    return all(convert(1.0, unit, entry.number.unit) is not None for unit in item.units)


def _most(entry: Entry, item: Item) -> float:
    """The most points that any response to the item can earn."""
    match entry:
        case SelectionEntry(rule="match"):
            allowed = getattr(item, "max_choices", 0) or len(entry.correct)
            wanted = len(set(entry.correct))
            return entry.points if getattr(item, "min_choices", 0) <= wanted <= allowed else 0.0
        case SelectionEntry():
            gains = sorted((points for points in entry.map.values() if points > 0), reverse=True)
            return sum(gains[: getattr(item, "max_choices", 0) or None])
        case PointEntry():
            is_still = isinstance(item, SelectPointItem) and item.picture.kind == "image"
            hit = (
                area
                for area in entry.areas
                if area.frames is None or (area.frames[0] <= area.frames[1] and not is_still)
            )
            return sum(area.points for area in hit)
        case _:
            return entry.points
