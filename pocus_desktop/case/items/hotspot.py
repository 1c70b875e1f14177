"""Hotspot: select regions of an image or a cine frame (QTI `hotspotInteraction`)."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from pocus_desktop.case.items.item import ItemCore
from pocus_desktop.case.media import Picture
from pocus_desktop.case.values import Model, Name, Text, refuse_repeated

Pixels: TypeAlias = Annotated[float, Field(ge=0)]


class Rectangle(Model):
    """A rectangle in picture pixels."""

    shape: Literal["rect"]
    left: Pixels
    top: Pixels
    right: Pixels
    bottom: Pixels

    @model_validator(mode="after")
    def _has_area(self) -> "Rectangle":
        if self.right <= self.left or self.bottom <= self.top:
            raise ValueError("right must exceed left, and bottom must exceed top")
        return self


class Ellipse(Model):
    """An ellipse in picture pixels; equal radii make a circle."""

    shape: Literal["ellipse"]
    x: Pixels
    y: Pixels
    radius_x: Annotated[float, Field(gt=0)]
    radius_y: Annotated[float, Field(gt=0)]


class Polygon(Model):
    """A closed polygon in picture pixels."""

    shape: Literal["poly"]
    points: tuple[tuple[Pixels, Pixels], ...] = Field(min_length=3)


Area: TypeAlias = Annotated[Rectangle | Ellipse | Polygon, Field(discriminator="shape")]
"""A part of a picture."""


class Region(Model):
    """A region that can be selected; `label` names it for screen readers and the keyboard (“region A”)."""

    id: Name
    label: Text
    area: Area


class HotspotItem(ItemCore):
    """Select regions of the picture; for a cine, on the frame named by `frame` (the first where it is left out)."""

    type: Literal["hotspot"]
    picture: Picture
    frame: int = Field(default=0, ge=0)
    regions: tuple[Region, ...] = Field(min_length=2)
    max_choices: int = Field(default=1, ge=0, description="0 means as many as one likes.")

    @model_validator(mode="after")
    def _bounds(self) -> "HotspotItem":
        refuse_repeated((region.id for region in self.regions), "regions")
        if self.max_choices > len(self.regions):
            raise ValueError("max_choices must fit the number of regions")
        return self


class HotspotResponse(Model):
    """The ids of the regions selected, in the item's own order."""

    type: Literal["hotspot"] = "hotspot"
    regions: tuple[Name, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is selected."""
        return not self.regions


def contains(area: Area, x_px: float, y_px: float) -> bool:
    """Whether a point lies in an area (edges included)."""
    match area:
        case Rectangle():
            return area.left <= x_px <= area.right and area.top <= y_px <= area.bottom
        case Ellipse():
            return ((x_px - area.x) / area.radius_x) ** 2 + ((y_px - area.y) / area.radius_y) ** 2 <= 1
        case Polygon():
            return _in_polygon(area.points, x_px, y_px)


def _in_polygon(points: tuple[tuple[float, float], ...], x: float, y: float) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
        cross = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        if cross == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
