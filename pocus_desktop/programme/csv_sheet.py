"""Rows from a CSV that somebody else's program wrote, and rows that go out as one (formats/programme 12.2).

1. The file is bounded in bytes, rows and cells. UTF-8 and UTF-16 are read by their marks, else UTF-8, else
   Windows-1252, and then it is said.
2. Cells are text: what a spreadsheet would run stands as it was written, and goes out again with a mark before it.
3. Every row that is not taken is told with its row, its column and how to mend it, and given back as it stood.
"""

import csv
import hashlib
import io
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeAlias, TypeVar

from pocus_desktop.case.problems import Problem, Severity
from pocus_desktop.kernel import words

MAXIMUM_BYTES: Final = 32 * 1024 * 1024
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 200
MOST_CHARACTERS: Final = 10_000
"""Of one cell."""

_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
RUNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet run a cell; some take the wide signs of East Asian keyboards for the narrow ones."""

_ID_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"

D = TypeVar("D")

Refused: TypeAlias = tuple[int, tuple[str, ...]]
"""A row that was not taken: its number, and its cells as they stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[D]):
    """What a file gave; nothing of it is kept yet.

    Attributes:
        documents: What its rows say, in their order.
        problems: What to mend and what to consider, in the order of the file.
        refused: The rows that cannot be taken, as they stood.
        heading: The first row, to write `refused` under.
        known: How many rows say what is noted already.
    """

    documents: tuple[D, ...]
    problems: tuple[Problem, ...]
    refused: tuple[Refused, ...]
    heading: tuple[str, ...]
    known: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether every row can be taken."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)

    def beside(self, is_held: Callable[[D], bool]) -> "Table[D]":
        """What of it is new where some is held already, in whatever writing: a row corrected since stays corrected."""
        new = tuple(one for one in self.documents if not is_held(one))
        return replace(self, documents=new, known=self.known + len(self.documents) - len(new))


class CellError(ValueError):
    """A cell does not say what its column must.

    Attributes:
        kind: Names the words, below `programme.csv.`.
        hint: What might be meant; empty where nothing suggests itself.
    """

    def __init__(self, kind: str, hint: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.hint = hint


class Sheet:
    """A file while it is read: what is told of it, and the rows that were not taken.

    Args:
        file: What people call it.
        code: Stands before the kinds of its problems.
        language: Of what is told.
    """

    def __init__(self, *, file: str, code: str, language: str) -> None:
        self._file = file
        self._code = code
        self._language = language
        self._problems: list[Problem] = []
        self._columns: dict[str, int] = {}
        self._refused: list[Refused] = []
        self._heading: tuple[str, ...] = ()

    def table(self, documents: Iterable[D], *, known: int = 0) -> Table[D]:
        """What was read, with all that was told of it."""
        return Table(
            documents=tuple(documents),
            problems=tuple(sorted(self._problems, key=lambda one: (one.line, one.column))),
            refused=tuple(self._refused),
            heading=self._heading,
            known=known,
        )

    def tell(self, row: int, column: int, kind: str, *, severity: Severity = Severity.ERROR, **params: object) -> None:
        """Tell one problem; rows and columns count from 1, and 0 is the whole."""
        what, fix = (words.say(f"programme.csv.{kind}.{part}", self._language, **params) for part in ("what", "fix"))
        code = f"{self._code}.{kind}"
        self._problems.append(
            Problem(file=self._file, line=row, column=column, code=code, what=what, fix=fix, severity=severity)
        )

    def column(self, field: str) -> int:
        """The number of a field's column, from 1; 1 where it has none."""
        return self._columns.get(field, 0) + 1

    def read(
        self,
        data: bytes,
        *,
        field_of: Callable[[str], str | None],
        needed: Sequence[str],
        cell: Callable[[str, str], object],
        take: Callable[[int, Mapping[str, object]], bool],
        is_identity: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Read all rows; never raises for what is in them.

        Args:
            data: The file's bytes.
            field_of: The field that a column of a heading holds; None where it is not read.
            needed: Fields without which nothing is read.
            cell: The value of a field's cell; raises CellError.
            take: Is given each sound row's number and values by field; whether it took it, having told why not.
            is_identity: Whether a column that is not read looks as if it said who patients were.
        """
        if len(data) > MAXIMUM_BYTES:
            self.tell(0, 0, "too-large")
            return
        text = self._decoded(data)
        number = 0
        try:
            rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
            for number, cells in enumerate(rows, 1):
                if number > MOST_ROWS + 1:
                    self.tell(number, 0, "too-many-rows", most=MOST_ROWS)
                    break
                if not any(one.strip() for one in cells):
                    continue
                if not self._heading:
                    if not self._read_heading(number, cells, field_of, needed, is_identity):
                        break
                    continue
                found = self._values(number, cells, cell)
                if found is None or not take(number, found):
                    self._refused.append((number, tuple(cells)))
        except csv.Error:
            self.tell(number + 1, 0, "not-csv")
        if not self._heading and not self._has_errors:
            self.tell(0, 0, "empty")

    @property
    def _has_errors(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self._problems)

    def _read_heading(
        self,
        number: int,
        cells: list[str],
        field_of: Callable[[str], str | None],
        needed: Sequence[str],
        is_identity: Callable[[str], bool],
    ) -> bool:
        if len(cells) > MOST_COLUMNS:
            self.tell(number, 0, "too-many-columns", most=MOST_COLUMNS)
            return False
        self._heading = tuple(cells)
        for column, heading in enumerate(cells, 1):
            field = field_of(live(heading))
            if field is None:
                if heading.strip():
                    kind = "identity-column" if is_identity(heading) else "unknown-column"
                    self.tell(number, column, kind, severity=Severity.WARNING)
            elif field in self._columns:
                self.tell(number, column, "column-twice", name=field)
            else:
                self._columns[field] = column - 1
        for field in needed:
            if field not in self._columns:
                self.tell(number, 0, "column-missing", name=field)
        return not self._has_errors

    def _values(self, number: int, cells: list[str], cell: Callable[[str, str], object]) -> Mapping[str, object] | None:
        """By field; None where a cell does not say what it must, or there are too many."""
        found: dict[str, object] = {}
        is_sound = True
        if any(one.strip() for one in cells[len(self._heading) :]):
            self.tell(number, len(self._heading) + 1, "too-many-cells")
            is_sound = False
        for field, at in self._columns.items():
            text = live(cells[at]) if at < len(cells) else ""
            try:
                if len(text) > MOST_CHARACTERS:
                    raise CellError("too-long")  # noqa: TRY301 - told beside what cells say
                found[field] = cell(field, text)
            except CellError as slip:
                self.tell(number, at + 1, slip.kind, hint=slip.hint)
                is_sound = False
        return found if is_sound else None

    def _decoded(self, data: bytes) -> str:
        encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as problem:
            self.tell(data[: problem.start].count(b"\n") + 1, 0, "encoding", severity=Severity.WARNING)
            text = data.decode("cp1252" if encoding == "utf-8" else encoding, "replace")
        if "\x00" in text:  # it ends a cell in some readers and not in others
            self.tell(text[: text.index("\x00")].count("\n") + 1, 0, "zero-byte", severity=Severity.WARNING)
            text = text.replace("\x00", "")
        return text


class RowIds:
    """Ids made from what rows say, so that the same file twice gives the same ids.

    Args:
        prefix: Of the ids.
        account_id: Whose rows they are.
        beside: Ids that are taken: rows come on top of them, even where they say the same.
    """

    def __init__(self, prefix: str, account_id: str, beside: frozenset[str] = frozenset()) -> None:
        self._prefix = prefix
        self._account_id = account_id
        self._beside = beside
        self._seen: Counter[str] = Counter()

    def of(self, said: Iterable[object]) -> str:
        """The id of a row; of rows that say the same, each has its own."""
        key = "\x1f".join(str(one) for one in said)
        while True:
            self._seen[key] += 1
            found = self._made(key, self._seen[key])
            if found not in self._beside:
                return found

    def _made(self, key: str, nth: int) -> str:
        said = "\x00".join((f"pocus {self._prefix}", self._account_id, key, str(nth)))
        bits = int.from_bytes(hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest(), "big")
        return f"{self._prefix}_" + "".join(_ID_ALPHABET[bits >> 5 * at & 31] for at in range(20))


def plain(text: str) -> str:
    """A heading or word as it is compared: no case, no accents, no signs."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c if c.isalnum() else " " for c in decomposed if not unicodedata.combining(c))
    return " ".join(kept.split())


def inert(cell: str) -> str:
    """A cell as it goes out: what a spreadsheet would run has an apostrophe before it (and what has one, another)."""
    return "'" + cell if cell.startswith((*RUNS, "'")) else cell


def live(cell: str) -> str:
    """A cell as it comes in: the mark of `inert` taken away."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*RUNS, "'")) else cell


def written(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV that no spreadsheet runs."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([inert(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")  # the mark makes spreadsheets read UTF-8


def write_refused(table: Table[D]) -> bytes:
    """Rows that were not taken under their heading: mended, they are read as any other file is."""
    return written([table.heading, *(cells for _, cells in table.refused)])


def _delimiter(text: str) -> str:
    """That which parts the first row into most cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t|", key=first.count)
