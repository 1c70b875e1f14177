"""Cases counted from a folder of DICOM: one a study, by its day, and nothing of the patient (formats/programme 12.3).

Of each file a few tags are read: modality, class, study, and the days of study, series and acquisition. The study's UID
leaves as a salted digest, so that a study is counted once and nobody finds it by it.
"""

import hashlib
import os
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal, TypeAlias

import pydicom
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_file_meta_info
from pydicom.uid import DeflatedExplicitVRLittleEndian

from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel import ids
from pocus_desktop.programme.documents.candidate import CaseEntry
from pocus_desktop.programme.values import Approach

MOST_FILES: Final = 200_000

_TAGS: Final = ["SOPClassUID", "Modality", "StudyInstanceUID", "StudyDate", "AcquisitionDate", "SeriesDate"]
_ULTRASOUND: Final = ("1.2.840.10008.5.1.4.1.1.6", "1.2.840.10008.5.1.4.1.1.3")
"""Ultrasound image storage, single and multi-frame, with their retired forms (PS3.4 B.5)."""

_PART_10: Final = b"DICM"
_DAMAGE: Final = (
    InvalidDicomError,
    BytesLengthException,
    struct.error,
    EOFError,
    MemoryError,
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)

Passed: TypeAlias = Literal["damaged", "unreadable", "deflated", "no-study", "no-day", "to-come"]
"""Why a DICOM file was passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One ultrasound study.

    Attributes:
        study: A salted digest of its UID.
        day: The earliest day that its files say.
    """

    study: str
    day: date
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a folder holds.

    Attributes:
        studies: By day.
        passed: DICOM files that were not counted, by their path within the folder, and why.
        other_modality: How many files are of something else than ultrasound.
        not_dicom: How many files are no DICOM.
        is_cut: Whether there were more files than are looked at.
    """

    studies: tuple[Study, ...]
    passed: tuple[tuple[str, Passed], ...]
    other_modality: int
    not_dicom: int
    is_cut: bool


def count_studies(folder: Path, *, account_id: str, today: date) -> Counted:
    """Look through a folder and all below it; links are not followed.

    Args:
        folder: Where.
        account_id: Salts the digests: the same study of two candidates has two.
        today: Where the candidate lives.
    """
    days: dict[str, date] = {}
    files: dict[str, int] = {}
    passed: list[tuple[str, Passed]] = []
    other = strange = looked = 0
    for path in _files(folder):
        looked += 1
        if looked > MOST_FILES:
            break
        name = path.relative_to(folder).as_posix()
        try:
            if not _is_dicom(path):
                strange += 1
                continue
            if _is_deflated(path):
                passed.append((name, "deflated"))
                continue
            said = _read(path)
        except OSError:
            passed.append((name, "unreadable"))
            continue
        except _DAMAGE:
            passed.append((name, "damaged"))
            continue
        if said is None:
            other += 1
            continue
        uid, day = said
        if not uid:
            passed.append((name, "no-study"))
        elif day is None:
            passed.append((name, "no-day"))
        elif day > today:
            passed.append((name, "to-come"))
        else:
            study = _digest(account_id, uid)
            days[study] = min(day, days.get(study, day))
            files[study] = files.get(study, 0) + 1
    studies = [Study(study=study, day=day, files=files[study]) for study, day in days.items()]
    return Counted(
        studies=tuple(sorted(studies, key=lambda one: (one.day, one.study))),
        passed=tuple(passed),
        other_modality=other,
        not_dicom=strange,
        is_cut=looked > MOST_FILES,
    )


def as_entries(
    counted: Counted, area: ContentArea, *, approach: Approach | None = None, known: frozenset[str] = frozenset()
) -> tuple[CaseEntry, ...]:
    """A case of an area for each study that the log does not hold already.

    Args:
        counted: What a folder holds.
        area: What the candidate says that these studies are of: files do not say it reliably.
        approach: Likewise.
        known: Digests of studies that the log holds.
    """
    return tuple(
        CaseEntry(
            case_entry_id=ids.new_id("log"),
            performed_on=one.day,
            area=area,
            approach=approach,
            origin="dicom",
            study=one.study,
        )
        for one in counted.studies
        if one.study not in known
    )


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink() and name != "DICOMDIR":
                yield path


def _is_dicom(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(128)
        return file.read(4) == _PART_10


def _is_deflated(path: Path) -> bool:
    """Whether all behind the file's head is compressed: it would have to be inflated whole, to whatever size."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bool(read_file_meta_info(path).get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian)


def _read(path: Path) -> tuple[str, date | None] | None:
    """Study and day; None where it is no ultrasound."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # devices bend the standard in small ways that pydicom warns of and mends
        dataset = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(_TAGS))
        modality = str(dataset.get("Modality") or "").strip().upper()
        kind = str(dataset.get("SOPClassUID") or dataset.file_meta.get("MediaStorageSOPClassUID") or "")
        if not modality and not kind:
            raise InvalidDicomError
        if modality != "US" and (modality or not kind.startswith(_ULTRASOUND)):
            return None
        days = [_day(dataset.get(tag)) for tag in ("StudyDate", "SeriesDate", "AcquisitionDate")]
        uid = str(dataset.get("StudyInstanceUID") or "").strip("\x00 ")
    return uid, next((day for day in days if day is not None), None)


def _day(value: object) -> date | None:
    """A DA value: `20260228`, and what early devices wrote, `2026.02.28`."""
    digits = str(value or "").strip("\x00 ").replace(".", "")
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _digest(account_id: str, uid: str) -> str:
    said = "\x00".join(("pocus study", account_id, uid))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
