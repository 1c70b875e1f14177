"""Select point: mark places on an image or a cine frame (QTI `selectPointInteraction`)."""

from typing import Literal

from pydantic import Field

from pocus_desktop.case.items.item import ItemCore
from pocus_desktop.case.media import Picture
from pocus_desktop.case.values import Model


class SelectPointItem(ItemCore):
    """Mark up to `max_points` places on the picture."""

    type: Literal["select-point"]
    picture: Picture
    max_points: int = Field(default=1, ge=1, le=20)


class Point(Model):
    """A place in the picture's own pixels (origin top left), and for a cine the frame it was marked on."""

    x_px: float = Field(ge=0)
    y_px: float = Field(ge=0)
    frame: int | None = Field(default=None, ge=0)


class SelectPointResponse(Model):
    """The places marked, in the order of marking."""

    type: Literal["select-point"] = "select-point"
    points: tuple[Point, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is marked."""
        return not self.points
