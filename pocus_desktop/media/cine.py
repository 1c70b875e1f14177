"""Ultrasound cines: numbered lossless pictures, their times, and where lengths can be measured (formats/cine).

A cine is not a clip: a clip player lands near a picture, and reading an ultrasound needs the exact one.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Self, TypeAlias, cast

from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.cine_container import Member, read_directory, write_container
from pocus_desktop.media.errors import (
    CineContainerError,
    CineFrameError,
    CineFramesError,
    CineHeaderError,
    CineIndexError,
    CineRegionKindError,
    CineRegionOutsideError,
    CineRegionOverlapError,
    CineRegionScaleError,
    CineTimesError,
    CineTooLargeError,
    CineVersionError,
)
from pocus_desktop.media.picture_header import picture_size
from pocus_desktop.media.player import BinaryReader

VERSION: Final = 1
MEDIA_TYPE: Final = "application/vnd.pocus.cine+zip"
MAX_FRAMES: Final = 5_000
MAX_SIDE_PX: Final = 8_192
MAX_REGIONS: Final = 16
MAX_HEADER_BYTES: Final = 1 << 20
MAX_FRAME_BYTES: Final = 64 << 20

FrameType: TypeAlias = Literal["image/webp", "image/png"]
_SUFFIX: Final[dict[str, str]] = {"image/webp": "webp", "image/png": "png"}
_FIELDS: Final = {"version", "width_px", "height_px", "frame_type", "times_us", "end_us", "loop", "regions"}
_REGION_FIELDS: Final = {"kind", "x0", "y0", "x1", "y1", "mm_per_px_x", "mm_per_px_y"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A rectangle of two-dimensional tissue and its scale (formats/cine 4).

    Attributes:
        x0: Left edge in pixels.
        y0: Upper edge in pixels.
        x1: First column right of it.
        y1: First row below it.
        mm_per_px_x: Millimetres that one pixel spans across.
        mm_per_px_y: Millimetres that one pixel spans down.
    """

    x0: int
    y0: int
    x1: int
    y1: int
    mm_per_px_x: float
    mm_per_px_y: float
    kind: Literal["tissue-2d"] = "tissue-2d"

    def contains(self, x: float, y: float) -> bool:
        """Whether a point of the frame lies in it."""
        return self.x0 <= x < self.x1 and self.y0 <= y < self.y1

    def distance_mm(self, first: tuple[float, float], second: tuple[float, float]) -> float:
        """The length between two points of the frame, as tissue measures it."""
        across = (second[0] - first[0]) * self.mm_per_px_x
        down = (second[1] - first[1]) * self.mm_per_px_y
        return float((across**2 + down**2) ** 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class CineInfo:
    """What a cine says of itself (formats/cine 2).

    Attributes:
        width_px: Of every frame.
        height_px: Of every frame.
        times_us: When each frame appears, in microseconds from the first; rises from 0.
        end_us: When the last frame has been shown long enough; later than its time.
        loop: Whether playing starts over at the end.
        regions: Where lengths can be measured.
        frame_type: How frames are compressed, always without loss.
    """

    width_px: int
    height_px: int
    times_us: tuple[int, ...]
    end_us: int
    loop: bool = True
    regions: tuple[Region, ...] = ()
    frame_type: FrameType = "image/webp"

    @property
    def frame_count(self) -> int:
        """How many frames there are; at least 1."""
        return len(self.times_us)

    @property
    def is_still(self) -> bool:
        """Whether it is a single picture."""
        return len(self.times_us) == 1

    def index_at(self, time_us: int) -> int:
        """The frame that is shown at a time: the last whose time has come, kept inside the cine."""
        return max(bisect_right(self.times_us, time_us) - 1, 0)

    def region_at(self, x: float, y: float) -> Region | None:
        """The calibration at a point of the frame."""
        return next((region for region in self.regions if region.contains(x, y)), None)


def even_times(count: int, *, fps: float) -> tuple[tuple[int, ...], int]:
    """Times of `count` frames at a steady rate, and their end, in microseconds."""
    times = tuple(round(index * 1_000_000 / fps) for index in range(count))
    return times, round(count * 1_000_000 / fps)


def write_cine(info: CineInfo, frames: Sequence[bytes]) -> bytes:
    """Pack a cine; the same frames give the same bytes (formats/cine 1).

    Args:
        info: What the cine says of itself.
        frames: One compressed picture a frame, of `info.frame_type`.

    Raises:
        CineError: The result would be refused on reading; says why.
    """
    _check(info)
    if len(frames) != info.frame_count:
        raise CineFramesError(announced=info.frame_count, held=len(frames))
    for index, data in enumerate(frames):
        _check_frame(info, index, data)
    members = [("cine.json", canonical.encode(_to_json(info)))]
    members += [(_frame_name(info, index), data) for index, data in enumerate(frames)]
    return write_container(members)


class CineReader:
    """Gives the frames of a cine by index; reads only what is asked for."""

    def __init__(self, open_reader: Callable[[], BinaryReader], size_bytes: int | None = None) -> None:
        """Open a cine and check everything but the pictures themselves.

        Args:
            open_reader: Gives a seekable reader of the file's bytes.
            size_bytes: Their number; asked of the reader when not given.

        Raises:
            CineError: The file is refused; says why.
        """
        self._reader = open_reader()
        try:
            size = self._reader.seek(0, 2) if size_bytes is None else size_bytes
            members = read_directory(self._reader, size)
            self._info = self._read_info(members)
            self._frames = self._match_frames(members[1:])
        except BaseException:
            self._reader.close()
            raise

    @property
    def info(self) -> CineInfo:
        """What the cine says of itself."""
        return self._info

    def frame_bytes(self, index: int) -> bytes:
        """One compressed picture, exact; its kind and size are checked.

        Raises:
            CineIndexError: There is no such frame.
            CineFrameError: The picture is not what the header announces.
        """
        if not 0 <= index < len(self._frames):
            raise CineIndexError(frame=index, frames=len(self._frames))
        data = self._read(self._frames[index])
        _check_frame(self._info, index, data)
        return data

    def index_at(self, time_us: int) -> int:
        """The frame that is shown at a time."""
        return self._info.index_at(time_us)

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, member: Member) -> bytes:
        return member.read(self._reader)

    def _read_info(self, members: Sequence[Member]) -> CineInfo:
        if not members or members[0].name != "cine.json":
            raise CineContainerError(reason="the first member is not cine.json")
        if members[0].size > MAX_HEADER_BYTES:
            raise CineTooLargeError(limit="header bytes", allowed=MAX_HEADER_BYTES)
        return parse_info(self._read(members[0]))

    def _match_frames(self, members: Sequence[Member]) -> tuple[Member, ...]:
        if len(members) != self._info.frame_count:
            raise CineFramesError(announced=self._info.frame_count, held=len(members))
        for index, member in enumerate(members):
            if member.name != _frame_name(self._info, index):
                raise CineContainerError(reason=f"member {index + 1} has another name than its place demands")
            if member.size > MAX_FRAME_BYTES:
                raise CineTooLargeError(limit="bytes in a frame", allowed=MAX_FRAME_BYTES)
        return tuple(members)


def parse_info(data: bytes) -> CineInfo:
    """Read `cine.json` (formats/cine 2).

    Raises:
        CineError: It is refused; says why.
    """
    try:
        document = canonical.decode(data)
    except PocusError as problem:
        raise CineHeaderError(field="cine.json", reason="not JSON") from problem
    if not isinstance(document, dict):
        raise CineHeaderError(field="cine.json", reason="not an object")
    version = document.get("version")
    if type(version) is not int:
        raise CineHeaderError(field="version", reason="not a whole number")
    if version != VERSION:
        raise CineVersionError(version=version)
    _expect_fields(document, _FIELDS, "cine.json")
    times = document["times_us"]
    regions = document["regions"]
    if not isinstance(times, list):
        raise CineHeaderError(field="times_us", reason="not a list")
    if not isinstance(regions, list):
        raise CineHeaderError(field="regions", reason="not a list")
    if len(times) > MAX_FRAMES:
        raise CineTooLargeError(limit="frames", allowed=MAX_FRAMES)
    loop, frame_type = document["loop"], document["frame_type"]
    if not isinstance(loop, bool):
        raise CineHeaderError(field="loop", reason="neither true nor false")
    if not isinstance(frame_type, str) or frame_type not in _SUFFIX:
        raise CineHeaderError(field="frame_type", reason="neither image/webp nor image/png")
    info = CineInfo(
        width_px=_whole(document["width_px"], "width_px"),
        height_px=_whole(document["height_px"], "height_px"),
        times_us=tuple(_whole(time, "times_us") for time in times),
        end_us=_whole(document["end_us"], "end_us"),
        loop=loop,
        regions=tuple(_parse_region(region, number) for number, region in enumerate(regions)),
        frame_type=cast("FrameType", frame_type),
    )
    _check(info)
    return info


def _parse_region(region: Json, number: int) -> Region:
    if not isinstance(region, dict):
        raise CineHeaderError(field="regions", reason="not an object")
    if region.get("kind") != "tissue-2d":
        raise CineRegionKindError(region=number)
    _expect_fields(region, _REGION_FIELDS, "regions")
    scales = region["mm_per_px_x"], region["mm_per_px_y"]
    if not all(isinstance(scale, int | float) and not isinstance(scale, bool) for scale in scales):
        raise CineRegionScaleError(region=number)
    return Region(
        x0=_whole(region["x0"], "x0"),
        y0=_whole(region["y0"], "y0"),
        x1=_whole(region["x1"], "x1"),
        y1=_whole(region["y1"], "y1"),
        mm_per_px_x=float(cast("float", scales[0])),
        mm_per_px_y=float(cast("float", scales[1])),
    )


def _expect_fields(document: dict[str, Json], fields: set[str], where: str) -> None:
    missing, unknown = sorted(fields - document.keys()), sorted(document.keys() - fields)
    if missing:
        raise CineHeaderError(field=where, reason=f"{missing[0]} is missing")
    if unknown:
        raise CineHeaderError(field=where, reason="a field that version 1 does not know")


def _whole(value: Json, field: str) -> int:
    if type(value) is not int:
        raise CineHeaderError(field=field, reason="not a whole number")
    return value


def _check(info: CineInfo) -> None:
    for field, side in (("width_px", info.width_px), ("height_px", info.height_px)):
        if side < 1:
            raise CineHeaderError(field=field, reason="not positive")
        if side > MAX_SIDE_PX:
            raise CineTooLargeError(limit="pixels on a side", allowed=MAX_SIDE_PX)
    if not info.times_us:
        raise CineHeaderError(field="times_us", reason="no frames")
    if info.frame_count > MAX_FRAMES:
        raise CineTooLargeError(limit="frames", allowed=MAX_FRAMES)
    if info.times_us[0] != 0:
        raise CineTimesError(frame=0)
    for index in range(1, info.frame_count):
        if info.times_us[index] <= info.times_us[index - 1]:
            raise CineTimesError(frame=index)
    if info.end_us <= info.times_us[-1]:
        raise CineTimesError(frame=info.frame_count)
    check_regions(info.regions, info.width_px, info.height_px)


def check_regions(regions: Sequence[Region], width_px: int, height_px: int) -> None:
    """Hold calibration to formats/cine 4.

    Raises:
        CineError: A region is refused; says which and why.
    """
    if len(regions) > MAX_REGIONS:
        raise CineTooLargeError(limit="regions", allowed=MAX_REGIONS)
    for number, region in enumerate(regions):
        if region.kind != "tissue-2d":
            raise CineRegionKindError(region=number)
        if not (0 <= region.x0 < region.x1 <= width_px and 0 <= region.y0 < region.y1 <= height_px):
            raise CineRegionOutsideError(region=number)
        for scale in (region.mm_per_px_x, region.mm_per_px_y):
            if not 0.0001 <= scale <= 100:
                raise CineRegionScaleError(region=number)
        for other in range(number):
            if _overlap(regions[other], region):
                raise CineRegionOverlapError(first=other, second=number)


def _overlap(a: Region, b: Region) -> bool:
    return a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1


def _check_frame(info: CineInfo, index: int, data: bytes) -> None:
    size = picture_size(data, info.frame_type)
    if size is None:
        raise CineFrameError(frame=index, reason=f"it is not a lossless {info.frame_type}")
    if size != (info.width_px, info.height_px):
        raise CineFrameError(frame=index, reason=f"it is {size[0]}x{size[1]} pixels")


def _frame_name(info: CineInfo, index: int) -> str:
    return f"frames/{index:05d}.{_SUFFIX[info.frame_type]}"


def _to_json(info: CineInfo) -> Json:
    return {
        "version": VERSION,
        "width_px": info.width_px,
        "height_px": info.height_px,
        "frame_type": info.frame_type,
        "times_us": list(info.times_us),
        "end_us": info.end_us,
        "loop": info.loop,
        "regions": [
            {
                "kind": region.kind,
                "x0": region.x0,
                "y0": region.y0,
                "x1": region.x1,
                "y1": region.y1,
                "mm_per_px_x": region.mm_per_px_x,
                "mm_per_px_y": region.mm_per_px_y,
            }
            for region in info.regions
        ],
    }
