"""Whether what is marked on a picture lies on it: hotspot regions, target areas, frames."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, assert_never

from pocus_desktop.authoring.source.faults import fault
from pocus_desktop.authoring.source.place import Place
from pocus_desktop.case.items.hotspot import Area, Ellipse, HotspotItem, Polygon, Rectangle
from pocus_desktop.case.items.select_point import SelectPointItem
from pocus_desktop.case.media import Picture
from pocus_desktop.case.models import Assessment
from pocus_desktop.case.problems import Problem, Severity
from pocus_desktop.scoring.key import ScoringKey
from pocus_desktop.scoring.rules.points import PointEntry


class Size(NamedTuple):
    """How large a picture is, in its own pixels, and how many frames it has."""

    width_px: int
    height_px: int
    frames: int = 1


def check_pictures(
    assessment: Assessment,
    key: ScoringKey,
    sizes: Mapping[str, Size],
    *,
    items: Mapping[str, Place],
    entries: Mapping[str, Place],
) -> Iterator[Problem]:
    """What lies beside its picture, or on a frame that the picture does not have.

    Args:
        assessment: Compiled, so that its pictures have the names of members.
        key: Its scoring key.
        sizes: By member; marks on a picture that is not among them are passed over.
        items: By item, where it stands in the source.
        entries: By item, where its entry in the scoring key stands.
    """
    for item in assessment.items():
        if not isinstance(item, HotspotItem | SelectPointItem) or (size := sizes.get(_member(item.picture))) is None:
            continue
        if isinstance(item, HotspotItem):
            place = items[item.id]
            if item.frame >= size.frames:
                yield fault("source.frame_missing", place, item=item.id, frame=item.frame, last=size.frames - 1)
            for region in item.regions:
                yield from _beside(region.area, size, place, f"The region {region.id}")
        elif isinstance(entry := key.entry(item.id), PointEntry):
            place = entries[item.id]
            for target in entry.areas:
                if target.frames is not None and target.frames[1] >= size.frames:
                    yield fault(
                        "source.frame_missing", place, item=item.id, frame=target.frames[1], last=size.frames - 1
                    )
                yield from _beside(target.area, size, place, f"A target area of {item.id}")


def _member(picture: Picture) -> str:
    return picture.frames if picture.kind == "cine" else picture.file


def _beside(area: Area, size: Size, place: Place, name: str) -> Iterator[Problem]:
    left, top, right, bottom = _extent(area)
    if left < size.width_px and top < size.height_px and right > 0 and bottom > 0:
        if left >= 0 and top >= 0 and right <= size.width_px and bottom <= size.height_px:
            return
        severity = Severity.WARNING
    else:
        severity = Severity.ERROR
    yield fault("source.area_beside", place, severity=severity, name=name, width=size.width_px, height=size.height_px)


def _extent(area: Area) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of an area, in pixels."""
    match area:
        case Rectangle():
            return area.left, area.top, area.right, area.bottom
        case Ellipse():
            return area.x - area.radius_x, area.y - area.radius_y, area.x + area.radius_x, area.y + area.radius_y
        case Polygon():
            across, down = zip(*area.points, strict=True)
            return min(across), min(down), max(across), max(down)
        case _:
            assert_never(area)
