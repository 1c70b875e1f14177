"""A case log from a CSV that somebody else's program wrote (formats/programme 12.2).

1. Nothing is guessed and nothing is lost: each row is taken whole or told with its row, its column and how to mend it,
   and rows that were not taken are given back as they stood.
2. The file is bounded in bytes, rows and cells. UTF-8 and UTF-16 are read by their marks, else UTF-8, else
   Windows-1252, and then it is said.
3. Cells are text: what a spreadsheet would run stands as it was written, and goes out again with a mark before it.
4. The same file twice gives the same entries: an entry's id is made from the account, what the row says, and how many
   rows before it say the same. Whoever says that a file's rows are further cases gets further ids.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pydantic import ValidationError

from pocus_desktop.case.problems import Problem, Severity
from pocus_desktop.kernel import words
from pocus_desktop.programme.case_log.columns import (
    HEADINGS,
    NEEDED,
    CellError,
    field_of,
    read_approach,
    read_area,
    read_date,
    read_flag,
)
from pocus_desktop.programme.case_log.identity import heads_identity, suspicions
from pocus_desktop.programme.documents.candidate import CaseEntry

MAXIMUM_BYTES: Final = 32 * 1024 * 1024
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 200
MOST_CHARACTERS: Final = 10_000
"""Of one cell."""

_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r")
_ID_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLog:
    """What a file gave.

    Attributes:
        entries: The cases, in the order of the rows.
        problems: What to mend and what to consider, in the order of the file.
        refused: The rows that were not taken, as they stood, each with its number.
        heading: The first row, to write `refused` under.
    """

    entries: tuple[CaseEntry, ...]
    problems: tuple[Problem, ...]
    refused: tuple[tuple[int, tuple[str, ...]], ...]
    heading: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every row was taken."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)


def read_case_csv(
    data: bytes,
    file: str,
    *,
    account_id: str,
    today: date,
    is_day_first: bool | None = None,
    beside: frozenset[str] = frozenset(),
    language: str = words.SOURCE_LANGUAGE,
) -> ReadLog:
    """Read a file; never raises for what is in it.

    Args:
        data: Its bytes.
        file: What people call it.
        account_id: Whose log it is.
        today: Where the candidate lives.
        is_day_first: For dates that have their year behind; None refuses them.
        beside: Ids of logged cases that the rows come on top of, even where they say the same.
        language: Of what is told.
    """
    told = _Told(file=file, language=language)
    if len(data) > MAXIMUM_BYTES:
        told(0, 0, "too-large")
        return ReadLog(entries=(), problems=tuple(told.problems), refused=(), heading=())
    text = _decoded(data, told)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    reading = _Reading(told=told, account_id=account_id, today=today, is_day_first=is_day_first, beside=beside)
    return reading.read(rows)


def write_refused(found: ReadLog) -> bytes:
    """The rows that were not taken under their heading, as CSV: mended, it is read as any other file is."""
    return _written([found.heading, *(cells for _, cells in found.refused)])


def write_case_csv(entries: Iterable[CaseEntry]) -> bytes:
    """A case log as CSV, which `read_case_csv` reads again."""
    heading = ("date", "area", "approach", "performed", "interpreted", "findings")
    rows = [
        (
            entry.performed_on.isoformat(),
            str(entry.area),
            str(entry.approach or ""),
            "yes" if entry.did_perform else "no",
            "yes" if entry.did_interpret else "no",
            entry.findings,
        )
        for entry in entries
    ]
    return _written([heading, *rows])


def inert(cell: str) -> str:
    """A cell as it goes out: what a spreadsheet would run has an apostrophe before it (and what has one, another)."""
    return "'" + cell if cell.startswith((*_RUNS, "'")) else cell


def _live(cell: str) -> str:
    """A cell as it comes in: the mark of `inert` taken away."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_RUNS, "'")) else cell


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([inert(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")  # the mark makes spreadsheets read UTF-8


class _Told:
    """The problems of a file, told in a language."""

    def __init__(self, *, file: str, language: str) -> None:
        self._file = file
        self._language = language
        self.problems: list[Problem] = []

    def __call__(
        self, row: int, column: int, kind: str, *, severity: Severity = Severity.ERROR, **params: object
    ) -> None:
        """Tell one; rows and columns count from 1, and 0 is the whole."""
        what, fix = (words.say(f"programme.csv.{kind}.{part}", self._language, **params) for part in ("what", "fix"))
        problem = Problem(
            file=self._file, line=row, column=column, code=f"case-log.{kind}", what=what, fix=fix, severity=severity
        )
        self.problems.append(problem)

    @property
    def has_errors(self) -> bool:
        """Whether something stands in the way."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


class _Reading:
    """One pass over the rows."""

    def __init__(
        self, *, told: _Told, account_id: str, today: date, is_day_first: bool | None, beside: frozenset[str]
    ) -> None:
        self._told = told
        self._account_id = account_id
        self._today = today
        self._is_day_first = is_day_first
        self._beside = beside
        self._columns: dict[str, int] = {}
        self._heading: tuple[str, ...] = ()
        self._entries: list[CaseEntry] = []
        self._refused: list[tuple[int, tuple[str, ...]]] = []
        self._seen: Counter[str] = Counter()

    def read(self, rows: Iterable[list[str]]) -> ReadLog:
        """All rows; those behind one that cannot be parsed are told as one."""
        number = 0
        try:
            for number, cells in enumerate(rows, 1):
                if number > MOST_ROWS + 1:
                    self._told(number, 0, "too-many-rows", most=MOST_ROWS)
                    break
                if not any(cell.strip() for cell in cells):
                    continue
                if not self._heading:
                    if not self._read_heading(number, cells):
                        break
                else:
                    self._read_row(number, cells)
        except csv.Error:
            self._told(number + 1, 0, "not-csv")
        if not self._heading and not self._told.has_errors:
            self._told(0, 0, "empty")
        return ReadLog(
            entries=tuple(self._entries),
            problems=tuple(sorted(self._told.problems, key=lambda one: (one.line, one.column))),
            refused=tuple(self._refused),
            heading=self._heading,
        )

    def _read_heading(self, number: int, cells: list[str]) -> bool:
        if len(cells) > MOST_COLUMNS:
            self._told(number, 0, "too-many-columns", most=MOST_COLUMNS)
            return False
        self._heading = tuple(cells)
        for column, heading in enumerate(cells, 1):
            field = field_of(_live(heading))
            if field is None:
                if heading.strip():
                    kind = "identity-column" if heads_identity(heading) else "unknown-column"
                    self._told(number, column, kind, severity=Severity.WARNING)
            elif field in self._columns:
                self._told(number, column, "column-twice", name=field)
            else:
                self._columns[field] = column - 1
        lacking = [field for field in NEEDED if field not in self._columns]
        for field in lacking:
            self._told(number, 0, "column-missing", name=field)
        return not self._told.has_errors

    def _read_row(self, number: int, cells: list[str]) -> None:
        found: dict[str, object] = {}
        is_sound = True
        if any(cell.strip() for cell in cells[len(self._heading) :]):
            self._told(number, len(self._heading) + 1, "too-many-cells")
            is_sound = False
        for field, at in self._columns.items():
            cell = _live(cells[at]) if at < len(cells) else ""
            try:
                found[field] = self._read_cell(field, cell)
            except CellError as slip:
                self._told(number, at + 1, slip.kind, hint=slip.hint)
                is_sound = False
        entry = self._entry(number, found) if is_sound else None
        if entry is None:
            self._refused.append((number, tuple(cells)))
            return
        self._entries.append(entry)
        for one in suspicions(entry.findings)[:3]:
            column = self._columns["findings"] + 1
            self._told(number, column, f"identity-{one.kind}", severity=Severity.WARNING)

    def _read_cell(self, field: str, cell: str) -> object:
        if len(cell) > MOST_CHARACTERS:
            raise CellError("too-long")
        match field:
            case "date":
                return read_date(cell, is_day_first=self._is_day_first, today=self._today)
            case "area":
                return read_area(cell)
            case "approach":
                return read_approach(cell)
            case "performed" | "interpreted":
                return read_flag(cell)
            case _:
                return "\n".join(cell.strip().splitlines())

    def _entry(self, number: int, found: dict[str, object]) -> CaseEntry | None:
        said = [str(found.get(field, "")) for field in HEADINGS]
        key = "\x1f".join(said)
        self._seen[key] += 1
        while (entry_id := _entry_id(self._account_id, key, self._seen[key])) in self._beside:
            self._seen[key] += 1
        fields = {
            "case_entry_id": entry_id,
            "performed_on": found["date"],
            "area": found["area"],
            "approach": found.get("approach"),
            "did_perform": found.get("performed", True),
            "did_interpret": found.get("interpreted", True),
            "findings": found.get("findings", ""),
            "origin": "csv",
        }
        try:
            return CaseEntry.model_validate(fields)
        except ValidationError:
            self._told(number, self._columns.get("findings", 0) + 1, "control-character")
            return None


def _entry_id(account_id: str, key: str, nth: int) -> str:
    said = "\x00".join(("pocus case log", account_id, key, str(nth)))
    bits = int.from_bytes(hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest(), "big")
    return "log_" + "".join(_ID_ALPHABET[bits >> 5 * at & 31] for at in range(20))


def _decoded(data: bytes, told: _Told) -> str:
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as problem:
        row = data[: problem.start].count(b"\n") + 1
        told(row, 0, "encoding", severity=Severity.WARNING)
        text = data.decode("cp1252" if encoding == "utf-8" else encoding, "replace")
    if "\x00" in text:  # it ends a cell in some readers and not in others
        told(text[: text.index("\x00")].count("\n") + 1, 0, "zero-byte", severity=Severity.WARNING)
        text = text.replace("\x00", "")
    return text


def _delimiter(text: str) -> str:
    """That which parts the first row into most cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t|", key=first.count)
