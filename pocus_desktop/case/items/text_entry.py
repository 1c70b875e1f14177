"""Text entry: a number with its unit, or a short text (QTI `textEntryInteraction`)."""

import math
import re
from typing import Final, Literal

from pydantic import Field, model_validator

from pocus_desktop.case.items.item import ItemCore
from pocus_desktop.case.values import Model

_NUMBER: Final = re.compile(r"[+\-\u2212]?(?:\d+(?:[.,]\d*)?|[.,]\d+)")


class TextEntryItem(ItemCore):
    """One line to write on.

    `units` lists the units offered for a number; with one, it stands beside the field; with several, the candidate
    chooses. Tolerances belong to the scoring key.
    """

    type: Literal["text-entry"]
    kind: Literal["number", "text"]
    units: tuple[str, ...] = ()
    max_length: int = Field(default=80, ge=1, le=500)
    minimum: float | None = Field(default=None, description="Numbers below are questioned at once as a slip.")
    maximum: float | None = Field(default=None, description="Numbers above are questioned at once as a slip.")

    @model_validator(mode="after")
    def _units_of_numbers(self) -> "TextEntryItem":
        if self.kind == "text" and (self.units or self.minimum is not None or self.maximum is not None):
            raise ValueError("units, minimum and maximum belong to kind: number")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("minimum must not exceed maximum")
        return self


class TextEntryResponse(Model):
    """What was written, as written, and the unit chosen."""

    type: Literal["text-entry"] = "text-entry"
    text: str = Field(default="", max_length=500)
    unit: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written."""
        return not self.text.strip()

    @property
    def number(self) -> float | None:
        """The number written, with a decimal point or comma; None where it is not a number."""
        return parse_number(self.text)


def parse_number(text: str) -> float | None:
    """A number as clinicians write it: `7.5`, `7,5`, `.5`, `−2`; None for anything else, or too large for a double."""
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        return None
    number = float(stripped.replace(",", ".").replace("\u2212", "-"))
    return number if math.isfinite(number) else None
