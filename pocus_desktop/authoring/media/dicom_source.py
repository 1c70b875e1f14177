"""Frames, times and calibration out of a DICOM ultrasound file (PS3.3 C.7.6.5, C.8.5.5), and nothing else of it."""

import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pydicom
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import pixel_array

from pocus_desktop.authoring.media.errors import SourceDamagedError, SourceKindError, SourcePixelsError
from pocus_desktop.media.cine import MAX_FRAMES, Region, check_regions
from pocus_desktop.media.errors import CineError, CineTooLargeError

Pixels = npt.NDArray[np.uint8]

_TISSUE: Final = 1  # Region Data Type
_TWO_DIMENSIONAL: Final = 1  # Region Spatial Format
_CENTIMETRES: Final = 3  # Physical Units
_MM_PER_CM: Final = 10.0
_DAMAGE: Final = (
    # what pydicom and its decoders raise for files that are not as they should be
    InvalidDicomError,
    BytesLengthException,
    struct.error,
    OSError,
    EOFError,
    MemoryError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DicomFrames:
    """What a DICOM file gives to a cine.

    Attributes:
        frames: (height, width, 3) RGB or (height, width) grey.
        times_us: Microseconds from the first frame, or None where the file does not say.
        end_us: When the last frame has been shown long enough.
        regions: Calibrated two-dimensional tissue.
        notes: (kind, detail) pairs for the author.
    """

    frames: list[Pixels]
    times_us: tuple[int, ...] | None
    end_us: int
    regions: tuple[Region, ...]
    notes: tuple[tuple[str, str], ...]


def read_dicom(source: Path) -> DicomFrames:
    """Decode a DICOM image or cine.

    Raises:
        SourceDamagedError: It is not DICOM, or its pixels cannot be decoded.
        SourceKindError: It has no pixels.
        SourcePixelsError: Its pixels are of a kind that is not shown.
        CineTooLargeError: It has more frames than a cine may have.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # devices bend the standard in small ways that pydicom warns of and mends
        try:
            dataset = pydicom.dcmread(source)
            if "PixelData" not in dataset:
                if _should_hold_pixels(dataset):
                    raise SourceDamagedError(source=source.name, reason="its pixels are missing")
                raise SourceKindError(source=source.name)
            count = int(dataset.get("NumberOfFrames") or 1)
            if count > MAX_FRAMES:
                raise CineTooLargeError(limit="frames", allowed=MAX_FRAMES)
            frames = _frames(dataset, source.name, count)
            times, end = _times(dataset, len(frames))
            regions, notes = _regions(dataset, frames[0].shape[1], frames[0].shape[0])
            notes = [
                *_privacy_notes(dataset),
                *notes,
            ]  # a value is parsed when it is asked for
        except _DAMAGE as problem:
            raise SourceDamagedError(source=source.name, reason=type(problem).__name__) from problem
    return DicomFrames(
        frames=frames,
        times_us=times,
        end_us=end,
        regions=regions,
        notes=tuple(notes),
    )


def _should_hold_pixels(dataset: Any) -> bool:
    """Whether a file without pixels was cut: pydicom gives what it could read of a truncated file."""
    kind = dataset.file_meta.get("MediaStorageSOPClassUID")
    return "Rows" in dataset or (kind is not None and "Image Storage" in kind.name)


def _frames(dataset: Any, name: str, count: int) -> list[Pixels]:
    interpretation = str(dataset.PhotometricInterpretation)
    # Colour spaces of YBR are turned into RGB here; more frames than the file tells of would have a shape of their own.
    pixels = pixel_array(dataset, allow_excess_frames=False)
    if interpretation == "PALETTE COLOR":
        pixels = apply_color_lut(pixels, dataset)
        if pixels.dtype == np.uint16:
            pixels = (pixels >> 8).astype(np.uint8)
    elif interpretation in {"MONOCHROME1", "MONOCHROME2"}:
        pixels = _grey(pixels, int(dataset.BitsStored), name)
        if interpretation == "MONOCHROME1":
            pixels = np.uint8(255) - pixels
    elif not interpretation.startswith(("RGB", "YBR")):
        raise SourcePixelsError(source=name, reason=interpretation)
    if pixels.dtype != np.uint8:
        raise SourcePixelsError(source=name, reason=f"{pixels.dtype} samples")
    stack = pixels if count > 1 else pixels[None, ...]
    return [np.ascontiguousarray(frame) for frame in stack]


def _grey(pixels: npt.NDArray[Any], bits: int, name: str) -> Pixels:
    if np.issubdtype(pixels.dtype, np.signedinteger) or bits > 16:
        raise SourcePixelsError(source=name, reason=f"{pixels.dtype} samples")
    return (pixels >> max(bits - 8, 0)).astype(np.uint8)


def _times(dataset: Any, count: int) -> tuple[tuple[int, ...] | None, int]:
    """Frame Time Vector, else Frame Time, else Cine Rate, else Recommended Display Frame Rate (C.7.6.5)."""
    vector = dataset.get("FrameTimeVector")
    if vector is not None and len(vector) == count and count > 1:
        steps = [float(step) * 1000 for step in vector]
        steps[0] = 0.0
        times = tuple(round(sum(steps[: index + 1])) for index in range(count))
        return times, times[-1] + max(round(steps[-1]), 1)
    step_us = 0.0
    if dataset.get("FrameTime"):
        step_us = float(dataset.FrameTime) * 1000
    for rate in ("CineRate", "RecommendedDisplayFrameRate"):
        if step_us <= 0 and dataset.get(rate):
            step_us = 1_000_000 / float(dataset[rate].value)
    if step_us < 1:
        return None, 0
    return tuple(round(index * step_us) for index in range(count)), round(count * step_us)


def _regions(dataset: Any, width: int, height: int) -> tuple[tuple[Region, ...], list[tuple[str, str]]]:
    """Sequence of Ultrasound Regions (C.8.5.5): two-dimensional tissue in centimetres; the rest is noted."""
    kept: list[Region] = []
    notes: list[tuple[str, str]] = []
    for number, item in enumerate(dataset.get("SequenceOfUltrasoundRegions") or ()):
        if int(item.get("RegionSpatialFormat", 0)) != _TWO_DIMENSIONAL or int(item.get("RegionDataType", 0)) != _TISSUE:
            notes.append(("calibration_refused", f"region {number}: not two-dimensional tissue"))
            continue
        units = int(item.get("PhysicalUnitsXDirection", 0)), int(item.get("PhysicalUnitsYDirection", 0))
        if units != (_CENTIMETRES, _CENTIMETRES):
            notes.append(("calibration_refused", f"region {number}: not in centimetres"))
            continue
        x1, y1 = int(item.RegionLocationMaxX1) + 1, int(item.RegionLocationMaxY1) + 1  # the last pixel is inside
        if x1 == width + 1 or y1 == height + 1:  # some devices write the size where the last pixel belongs
            x1, y1 = min(x1, width), min(y1, height)
            notes.append(("calibration_trimmed", f"region {number}: by one pixel"))
        region = Region(
            x0=int(item.RegionLocationMinX0),
            y0=int(item.RegionLocationMinY0),
            x1=x1,
            y1=y1,
            mm_per_px_x=abs(float(item.PhysicalDeltaX)) * _MM_PER_CM,
            mm_per_px_y=abs(float(item.PhysicalDeltaY)) * _MM_PER_CM,
        )
        try:
            check_regions((*kept, region), width, height)
        except CineError as problem:
            bounds = f"{region.x0},{region.y0} to {region.x1},{region.y1} in {width}x{height}"
            notes.append(("calibration_refused", f"region {number}: {problem.code} ({bounds})"))
            continue
        kept.append(region)
    return tuple(kept), notes


def _privacy_notes(dataset: Any) -> list[tuple[str, str]]:
    notes: list[tuple[str, str]] = []
    burned_in = str(dataset.get("BurnedInAnnotation") or "")
    if burned_in == "YES":
        notes.append(("burned_in", ""))
    elif burned_in != "NO":
        notes.append(("burned_in_unknown", ""))
    if str(dataset.get("LossyImageCompression") or "") == "01":
        notes.append(("lossy_source", ""))
    return notes
