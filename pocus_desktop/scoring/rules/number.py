"""Text entry of a number: its value within a tolerance, in the unit it was given in."""

from typing import Final

from pydantic import Field

from pocus_desktop.case.items.text_entry import TextEntryResponse
from pocus_desktop.case.values import Model
from pocus_desktop.scoring.rules.entry import EntryCore, Outcome

_FACTORS: Final = {
    # unit: (dimension, factor to the dimension's first unit)
    "mm": ("length", 1.0),
    "cm": ("length", 10.0),
    "m": ("length", 1000.0),
    "mm/s": ("speed", 1.0),
    "cm/s": ("speed", 10.0),
    "m/s": ("speed", 1000.0),
    "ml": ("volume", 1.0),
    "l": ("volume", 1000.0),
    "mm2": ("area", 1.0),
    "cm2": ("area", 100.0),
    "ms": ("time", 1.0),
    "s": ("time", 1000.0),
    "min": ("time", 60000.0),
    "h": ("time", 3600000.0),
}
_SAME_SPELLING: Final = {"mm²": "mm2", "cm²": "cm2", "mL": "ml", "L": "l"}
_ROUNDING: Final = 1e-9  # decimal fractions such as 0.1 have no exact binary form; the bounds are meant to be included


class NumberKey(Model):
    """The value expected and how far off still counts.

    `tolerance` is in the key's unit, or a fraction of the value where `is_relative`.
    """

    value: float
    tolerance: float = Field(default=0, ge=0)
    unit: str | None = None
    is_relative: bool = Field(default=False, alias="relative")


class NumberEntry(EntryCore):
    """Scores a number."""

    number: NumberKey


def convert(value: float, unit: str | None, wanted: str | None) -> float | None:
    """A value in another unit of the same dimension; None where the units do not measure the same thing."""
    unit, wanted = (_SAME_SPELLING.get(name or "", name) for name in (unit, wanted))
    if unit == wanted or unit is None or wanted is None:
        return value
    if unit not in _FACTORS or wanted not in _FACTORS or _FACTORS[unit][0] != _FACTORS[wanted][0]:
        return None
    return value * _FACTORS[unit][1] / _FACTORS[wanted][1]


def score_number(entry: NumberEntry, response: TextEntryResponse) -> Outcome:
    """All points within the tolerance (bounds included), none outside or for what is not a number."""
    key = entry.number
    number = response.number
    if number is None:
        return Outcome(points=0.0, detail=("not-a-number",))
    converted = convert(number, response.unit, key.unit)
    if converted is None:
        return Outcome(points=0.0, detail=("wrong-dimension",))
    tolerance = key.tolerance * (abs(key.value) if key.is_relative else 1.0)
    is_within = abs(converted - key.value) <= tolerance + _ROUNDING * max(1.0, abs(key.value))
    return Outcome(points=entry.points if is_within else 0.0, detail=("within" if is_within else "outside",))
