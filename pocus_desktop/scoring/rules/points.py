"""Select point: places marked inside target areas, on the right frames (QTI `map_response_point`)."""

from pydantic import Field

from pocus_desktop.case.items.hotspot import Area, contains
from pocus_desktop.case.items.select_point import Point
from pocus_desktop.case.values import Model
from pocus_desktop.scoring.rules.entry import EntryCore, Outcome


class TargetArea(Model):
    """Where a mark earns points; for a cine, between two frames (both included)."""

    area: Area
    points: float = Field(default=1, gt=0)
    frames: tuple[int, int] | None = None


class PointEntry(EntryCore):
    """Scores marked places; each target counts once."""

    areas: tuple[TargetArea, ...] = Field(min_length=1)


def score_points(entry: PointEntry, marked: tuple[Point, ...]) -> Outcome:
    """The points of every target that at least one mark hits, up to the entry's points."""
    hit = [n for n, target in enumerate(entry.areas) if any(_hits(target, point) for point in marked)]
    earned = sum(entry.areas[n].points for n in hit)
    return Outcome(points=min(earned, entry.points), detail=tuple(f"area-{n + 1}" for n in hit))


def _hits(target: TargetArea, point: Point) -> bool:
    if target.frames is not None and (point.frame is None or not target.frames[0] <= point.frame <= target.frames[1]):
        return False
    return contains(target.area, point.x_px, point.y_px)
