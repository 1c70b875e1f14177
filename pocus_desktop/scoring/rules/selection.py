"""Choice and hotspot: QTI's `match_correct` (all or nothing) and `map_response` (points by choice) templates."""

from typing import Literal

from pydantic import Field, model_validator

from pocus_desktop.case.values import Name, Text
from pocus_desktop.scoring.rules.entry import EntryCore, Outcome


class SelectionEntry(EntryCore):
    """The right selection, and for partial credit what each choice adds or costs."""

    rule: Literal["match", "map"] = "match"
    correct: tuple[Name, ...] = Field(min_length=1)
    map: dict[Name, float] = Field(default_factory=dict)
    option_rationale: dict[Name, Text] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _map_goes_with_map(self) -> "SelectionEntry":
        if (self.rule == "map") != bool(self.map):
            raise ValueError("rule: map needs map: with points by choice, and map: needs rule: map")
        return self


def score_selection(entry: SelectionEntry, selected: tuple[str, ...]) -> Outcome:
    """Points for the choices or regions selected.

    `match` gives all points for exactly the correct set. `map` adds the points of each selected choice, with a floor of
    0 and the entry's points as a ceiling.
    """
    detail = tuple(f"{'+' if name in entry.correct else '-'}{name}" for name in selected)
    if entry.rule == "match":
        points = entry.points if set(selected) == set(entry.correct) else 0.0
    else:
        points = min(max(sum(entry.map.get(name, 0.0) for name in dict.fromkeys(selected)), 0.0), entry.points)
    return Outcome(points=points, detail=detail)
