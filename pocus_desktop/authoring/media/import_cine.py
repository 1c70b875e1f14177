"""Make a cine out of what ultrasound systems export: DICOM, video, image folders, stills.

Only pixels, times and calibration go in. Nothing else of the source does: no tag, no name, no date, no file name.
What may be burned into the pixels cannot be taken out here; the notes say so and the author looks.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from pocus_desktop.authoring.media import dicom_source, video_source
from pocus_desktop.authoring.media.errors import (
    SourceDamagedError,
    SourceKindError,
    SourceMissingError,
    SourcePixelsError,
    SourceRateError,
)
from pocus_desktop.media.cine import CineInfo, Region, even_times, write_cine

Pixels = npt.NDArray[np.uint8]

_VIDEOS: Final = {".mp4", ".webm", ".avi", ".mov", ".mkv", ".m4v"}
_IMAGES: Final = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"}
_DICOM_MAGIC: Final = (128, b"DICM")
_STILL_US: Final = 40_000


class NoteKind(StrEnum):
    """What an author should know after an import."""

    BURNED_IN = "burned_in"
    BURNED_IN_UNKNOWN = "burned_in_unknown"
    CALIBRATION_REFUSED = "calibration_refused"
    CALIBRATION_TRIMMED = "calibration_trimmed"
    LOSSY_SOURCE = "lossy_source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that did not stop the import and that the author should look at.

    Attributes:
        kind: What it is.
        detail: Numbers that explain it; never anything about a person.
    """

    kind: NoteKind
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """An imported cine.

    Attributes:
        data: The `.cine` file.
        info: What it says of itself.
        notes: What the author should look at.
    """

    data: bytes
    info: CineInfo
    notes: tuple[Note, ...] = ()


def import_cine(source: Path, *, fps: float | None = None) -> Imported:
    """Import a cine or a still; a still becomes a cine of one frame.

    Args:
        source: A DICOM file, a video, an image, or a folder of images (in the order of their names).
        fps: Frames a second; overrides what the source says, and is needed where it says nothing.

    Raises:
        ImportRefusedError: It cannot be imported; says why.
        CineError: It would make a cine that is refused (too many or too large frames).
    """
    if not source.exists():
        raise SourceMissingError(source=source.name)
    if fps is not None and not 0.01 <= fps <= 1000:
        raise SourceRateError(source=source.name)
    if source.is_dir():
        return _from_folder(source, fps)
    suffix = source.suffix.lower()
    if suffix in _VIDEOS:
        video = video_source.read_video(source)
        if fps is not None:
            return make_cine(video.frames, fps=fps, notes=(Note(kind=NoteKind.BURNED_IN_UNKNOWN),))
        return _timed(video.frames, video.times_us, video.end_us, notes=(Note(kind=NoteKind.BURNED_IN_UNKNOWN),))
    if suffix in _IMAGES:
        return make_cine([read_image(source)], notes=(Note(kind=NoteKind.BURNED_IN_UNKNOWN),))
    if suffix == ".dcm" or _is_dicom(source):
        return _from_dicom(source, fps)
    raise SourceKindError(source=source.name)


def make_cine(
    frames: Sequence[Pixels],
    *,
    fps: float | None = None,
    loop: bool = True,
    regions: Sequence[Region] = (),
    notes: tuple[Note, ...] = (),
) -> Imported:
    """Make a cine out of pixels.

    Args:
        frames: Pictures of one size, (height, width) grey or (height, width, 3) RGB, 8 bits.
        fps: Frames a second; not needed for a single frame.
        loop: Whether playing starts over at the end.
        regions: Where lengths can be measured.
        notes: Passed through.

    Raises:
        SourceRateError: Several frames and no rate.
        CineError: The cine would be refused.
    """
    if len(frames) == 1:
        return _timed(frames, (0,), _STILL_US, loop=loop, regions=regions, notes=notes)
    if fps is None:
        raise SourceRateError(source="cine")
    times, end = even_times(len(frames), fps=fps)
    return _timed(frames, times, end, loop=loop, regions=regions, notes=notes)


def encode_frame(pixels: Pixels) -> bytes:
    """One picture as lossless WebP without any metadata: smaller and faster to decode than PNG (ADR 0024)."""
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).convert("RGB").save(
        buffer, format="WEBP", lossless=True, quality=20, method=1, exact=True
    )
    return buffer.getvalue()


def read_image(source: Path) -> Pixels:
    """An image's pixels, (height, width, 3) RGB; its metadata is left behind.

    Raises:
        SourceDamagedError: It cannot be decoded.
        SourcePixelsError: It has more than 8 bits a channel.
    """
    try:
        with Image.open(source) as image:
            if image.mode.startswith(("I", "F")):
                raise SourcePixelsError(source=source.name, reason=f"mode {image.mode}")
            return np.asarray(image.convert("RGB"), dtype=np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise SourceDamagedError(source=source.name, reason=type(problem).__name__) from problem


def _timed(
    frames: Sequence[Pixels],
    times_us: Sequence[int],
    end_us: int,
    *,
    loop: bool = True,
    regions: Sequence[Region] = (),
    notes: tuple[Note, ...] = (),
) -> Imported:
    height, width = frames[0].shape[:2]
    info = CineInfo(
        width_px=width,
        height_px=height,
        times_us=tuple(times_us),
        end_us=end_us,
        loop=loop and len(frames) > 1,
        regions=tuple(regions),
    )
    return Imported(data=write_cine(info, [encode_frame(frame) for frame in frames]), info=info, notes=notes)


def _from_folder(folder: Path, fps: float | None) -> Imported:
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in _IMAGES)
    if not files:
        raise SourceMissingError(source=f"{folder.name}/*.png")
    if fps is None and len(files) > 1:
        raise SourceRateError(source=folder.name)
    frames = [read_image(path) for path in files]
    for path, frame in zip(files, frames, strict=True):
        if frame.shape != frames[0].shape:
            raise SourcePixelsError(source=path.name, reason="its size differs from the first image's")
    return make_cine(frames, fps=fps, notes=(Note(kind=NoteKind.BURNED_IN_UNKNOWN),))


def _from_dicom(source: Path, fps: float | None) -> Imported:
    found = dicom_source.read_dicom(source)
    notes = [Note(kind=NoteKind(kind), detail=detail) for kind, detail in found.notes]
    if fps is not None or len(found.frames) == 1:
        return make_cine(found.frames, fps=fps, regions=found.regions, notes=tuple(notes))
    if found.times_us is None:
        raise SourceRateError(source=source.name)
    return _timed(found.frames, found.times_us, found.end_us, regions=found.regions, notes=tuple(notes))


def _is_dicom(source: Path) -> bool:
    place, magic = _DICOM_MAGIC
    with source.open("rb") as file:
        return file.read(place + len(magic))[place:] == magic
