"""The columns of a case log's CSV and the words in their cells, in English and Spanish (formats/programme 12.2)."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel import words
from pocus_desktop.programme.csv_sheet import CellError, plain
from pocus_desktop.programme.days import FIRST_DAY, LAST_DAY, days_after
from pocus_desktop.programme.values import Approach

HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "date": ("date", "performed on", "day", "exam date", "study date", "fecha", "fecha del examen", "día"),
    "area": ("area", "content area", "exam", "exam type", "área", "área clínica", "tipo de examen"),
    "approach": ("approach", "route", "vía", "abordaje"),
    "performed": ("performed", "scanned", "realizado"),
    "interpreted": ("interpreted", "read", "interpretado"),
    "findings": ("findings", "result", "impression", "hallazgos", "resultado", "impresión"),
}
"""By field, what its column may be called; case, accents and signs do not count."""

NEEDED: Final = ("date", "area")

_YES: Final = frozenset({"yes", "y", "true", "1", "x", "si", "s", "verdadero"})
_NO: Final = frozenset({"no", "n", "false", "0", "falso"})
_SHORT_AREAS: Final[Mapping[str, ContentArea]] = {
    "aaa": ContentArea.ABDOMINAL_AORTIC_ANEURYSM,
    "aorta": ContentArea.ABDOMINAL_AORTIC_ANEURYSM,
    "aneurisma de aorta": ContentArea.ABDOMINAL_AORTIC_ANEURYSM,
    "echo": ContentArea.CARDIAC,
    "heart": ContentArea.CARDIAC,
    "corazon": ContentArea.CARDIAC,
    "gi": ContentArea.GASTROINTESTINAL,
    "biliary": ContentArea.HEPATOBILIARY_SPLEEN,
    "hepatobiliary": ContentArea.HEPATOBILIARY_SPLEEN,
    "gallbladder": ContentArea.HEPATOBILIARY_SPLEEN,
    "hepatobiliary spleen": ContentArea.HEPATOBILIARY_SPLEEN,
    "ob": ContentArea.OBSTETRICS_FIRST_TRIMESTER,
    "obstetrics": ContentArea.OBSTETRICS_FIRST_TRIMESTER,
    "obstetricia": ContentArea.OBSTETRICS_FIRST_TRIMESTER,
    "fast": ContentArea.ABDOMINAL_TRAUMA,
    "efast": ContentArea.ABDOMINAL_TRAUMA,
    "trauma": ContentArea.ABDOMINAL_TRAUMA,
    "dvt": ContentArea.LOWER_EXTREMITY_DVT,
    "tvp": ContentArea.LOWER_EXTREMITY_DVT,
    "thoracic": ContentArea.LUNG,
    "msk": ContentArea.MSK_SOFT_TISSUE,
    "soft tissue": ContentArea.MSK_SOFT_TISSUE,
    "renal": ContentArea.RENAL_GENITOURINARY,
    "gu": ContentArea.RENAL_GENITOURINARY,
}
_APPROACHES: Final[Mapping[str, Approach]] = {
    "transvaginal": Approach.TRANSVAGINAL,
    "tv": Approach.TRANSVAGINAL,
    "endovaginal": Approach.TRANSVAGINAL,
    "transabdominal": Approach.TRANSABDOMINAL,
    "ta": Approach.TRANSABDOMINAL,
    "abdominal": Approach.TRANSABDOMINAL,
}
_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][\d:.]+Z?)?", re.ASCII)
_PARTS: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
_SERIAL: Final = re.compile(r"\d{5}", re.ASCII)
_COUNTED_FROM: Final = (date(1899, 12, 30), date(1904, 1, 1))
"""Spreadsheets count days from one or the other; the number does not say which."""


_FIELDS: Final = {plain(name): field for field, names in HEADINGS.items() for name in names}
_AREAS: Final[Mapping[str, ContentArea]] = {
    **_SHORT_AREAS,
    **{plain(area): area for area in ContentArea},
    **{
        plain(words.say(f"programme.area.{area}", language)): area
        for area in ContentArea
        for language in words.languages()
    },
}


def field_of(heading: str) -> str | None:
    """The field that a column of this heading holds; None where it is none of them."""
    return _FIELDS.get(plain(heading))


def read_area(cell: str) -> ContentArea:
    """The content area of a cell.

    Raises:
        CellError: It names none.
    """
    found = _AREAS.get(plain(cell))
    if found is None:
        raise CellError("area")
    return found


def read_approach(cell: str) -> Approach | None:
    """The approach of a cell; None where it is empty.

    Raises:
        CellError: It names none.
    """
    if not plain(cell):
        return None
    found = _APPROACHES.get(plain(cell))
    if found is None:
        raise CellError("approach")
    return found


def read_flag(cell: str) -> bool:
    """Yes or no; an empty cell is yes, since the log is of cases that were done.

    Raises:
        CellError: It is neither.
    """
    said = plain(cell)
    if not said or said in _YES:
        return True
    if said in _NO:
        return False
    raise CellError("flag")


def read_date(cell: str, *, is_day_first: bool | None, today: date) -> date:
    """The day of a cell.

    Args:
        cell: `2026-02-28`, or as people write where `is_day_first` says in which order.
        is_day_first: None refuses what has its year behind, since 03/04 is one day here and another there.
        today: A case cannot have been performed later.

    Raises:
        CellError: It is no day, or one of several, or one to come.
    """
    text = cell.strip()
    if (match := _ISO.fullmatch(text)) is not None:
        return _day(int(match[1]), int(match[2]), int(match[3]), today)
    match = _PARTS.fullmatch(text)
    if match is None:
        if _SERIAL.fullmatch(text):
            raise CellError("date-serial", " / ".join(_counted(int(text))))
        raise CellError("date")
    one, other, year = int(match[1]), int(match[2]), int(match[3])
    if is_day_first is None:
        raise _unordered(one, other, year)
    return _day(year, other, one, today) if is_day_first else _day(year, one, other, today)


def _day(year: int, month: int, day: int, today: date) -> date:
    try:
        found = date(year, month, day)
    except ValueError as problem:
        raise CellError("date-none") from problem
    if not FIRST_DAY <= found <= LAST_DAY:
        raise CellError("date-none")
    if found > today:
        raise CellError("date-to-come")
    return found


def _counted(days: int) -> list[str]:
    """What a spreadsheet's number of days may be, by either of the days that they count from."""
    return [days_after(first, days).isoformat() for first in _COUNTED_FROM]


def _unordered(one: int, other: int, year: int) -> CellError:
    """What is wrong with `03/04/2026`: it may be two days, one that is written otherwise here, or none."""
    found: list[str] = []
    for month, day in ((other, one), (one, other)):
        try:
            found.append(date(year, month, day).isoformat())
        except ValueError:
            continue
    days = list(dict.fromkeys(found))
    kind = {0: "date-none", 1: "date-written"}.get(len(days), "date-order")
    return CellError(kind, " / ".join(days))
