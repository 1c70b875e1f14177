"""Choice: select one or several of the listed answers (QTI `choiceInteraction`)."""

from typing import Literal

from pydantic import Field, model_validator

from pocus_desktop.case.items.item import ItemCore
from pocus_desktop.case.media import Image
from pocus_desktop.case.values import Model, Name, Text, refuse_repeated


class Choice(Model):
    """One answer that can be selected."""

    id: Name
    text: Text
    image: Image | None = None
    fixed: bool = Field(default=False, description="Keeps its place when the others are shuffled.")


class ChoiceItem(ItemCore):
    """Select one (`max_choices: 1`) or several answers."""

    type: Literal["choice"]
    choices: tuple[Choice, ...] = Field(min_length=2)
    max_choices: int = Field(default=1, ge=0, description="0 means as many as one likes.")
    min_choices: int = Field(default=0, ge=0)
    shuffle: bool = False

    @model_validator(mode="after")
    def _bounds(self) -> "ChoiceItem":
        refuse_repeated((choice.id for choice in self.choices), "choices")
        most = self.max_choices or len(self.choices)
        if most > len(self.choices) or self.min_choices > most:
            raise ValueError("min_choices and max_choices must fit the number of choices")
        return self

    @property
    def is_single(self) -> bool:
        """Whether exactly one can be selected (radio buttons)."""
        return self.max_choices == 1


class ChoiceResponse(Model):
    """The ids selected, in the item's own order of choices."""

    type: Literal["choice"] = "choice"
    choices: tuple[Name, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is selected."""
        return not self.choices
