"""Extended text: an answer in sentences (QTI `extendedTextInteraction`), scored by people with a rubric."""

from typing import Literal

from pydantic import Field

from pocus_desktop.case.items.item import ItemCore
from pocus_desktop.case.values import Model


class ExtendedTextItem(ItemCore):
    """Room for several lines."""

    type: Literal["extended-text"]
    expected_lines: int = Field(default=5, ge=2, le=40)
    max_characters: int = Field(default=2000, ge=20, le=20000)


class ExtendedTextResponse(Model):
    """What was written."""

    type: Literal["extended-text"] = "extended-text"
    text: str = Field(default="", max_length=20000)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written."""
        return not self.text.strip()
