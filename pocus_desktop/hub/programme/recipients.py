"""A table of whom vouchers are for: CSV that others wrote, read whole or not at all (formats/academy 5.2). Pure.

The first line names the columns: `recipient`, and where they are wanted `candidate` and `areas` (separated by blanks).
A cell that a spreadsheet would take for a formula is refused, so that what is exported again does nothing there.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.programme.errors import BadRecipientsError
from pocus_desktop.programme.csv_sheet import RUNS

MAXIMUM_BYTES: Final = 512 * 1024
MOST: Final = 2000
_COLUMNS: Final = frozenset({"recipient", "candidate", "areas"})
_LONGEST: Final = 200


class Reader(Protocol):
    """What `csv.reader` gives."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]:
        """Rows."""

    def __next__(self) -> list[str]:
        """A row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A line of the table.

    Attributes:
        name: Whom the voucher is handed to: a name or an address.
        candidate_id: The only one who may enter it; None for whoever has the code.
        areas: What it pays for; empty for those of the whole order.
    """

    name: str
    candidate_id: str | None = None
    areas: tuple[ContentArea, ...] = ()


def read_recipients(data: bytes) -> tuple[Recipient, ...]:
    """The lines of a table.

    Raises:
        BadRecipientsError: Names the first line that cannot be used, and why.
    """
    if len(data) > MAXIMUM_BYTES:
        raise BadRecipientsError(line=0, reason=f"the file is larger than {MAXIMUM_BYTES // 1024} KiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BadRecipientsError(line=data[: problem.start].count(b"\n") + 1, reason="it is not UTF-8") from problem
    if "\0" in text:
        raise BadRecipientsError(line=text[: text.index("\0")].count("\n") + 1, reason="it is not text")
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return tuple(_lines(reader))
    except csv.Error as problem:
        raise BadRecipientsError(line=reader.line_num, reason="it is not CSV") from problem


def _lines(reader: "Reader") -> Iterator[Recipient]:
    heading = [name.strip().lower() for name in next(reader, [])]
    if "recipient" not in heading or not set(heading) <= _COLUMNS or len(set(heading)) != len(heading):
        raise BadRecipientsError(line=1, reason="the first line names the columns recipient, candidate, areas")
    count = 0
    for cells in reader:
        line = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MOST:
            raise BadRecipientsError(line=line, reason=f"more than {MOST} lines")
        if len(cells) != len(heading):
            raise BadRecipientsError(line=line, reason="it has another number of cells than the first line")
        yield _recipient(dict(zip(heading, (cell.strip() for cell in cells), strict=True)), line)
    if not count:
        raise BadRecipientsError(line=1, reason="it names nobody")


def _recipient(cells: dict[str, str], line: int) -> Recipient:
    for cell in cells.values():
        if cell.startswith(RUNS):
            raise BadRecipientsError(line=line, reason="a cell begins as a formula does")
        if len(cell) > _LONGEST or not cell.isprintable():
            raise BadRecipientsError(line=line, reason="a cell is no line of text")
    if not cells["recipient"]:
        raise BadRecipientsError(line=line, reason="it names nobody")
    try:
        areas = tuple(dict.fromkeys(ContentArea(name) for name in cells.get("areas", "").split()))
    except ValueError as problem:
        raise BadRecipientsError(line=line, reason="there is no such area") from problem
    return Recipient(name=cells["recipient"], candidate_id=cells.get("candidate") or None, areas=areas)
