"""A case log from CSV, and as one (formats/programme 12.2).

Nothing is guessed and nothing is lost (`programme.csv_sheet`). The same file twice gives the same entries: their ids
are made from the account, what the row says, and how many rows before it say the same. Whoever says that the rows
are further cases gets further ids.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from pydantic import ValidationError

from pocus_desktop.case.problems import Severity
from pocus_desktop.kernel import words
from pocus_desktop.programme.case_log.columns import (
    HEADINGS,
    NEEDED,
    field_of,
    read_approach,
    read_area,
    read_date,
    read_flag,
)
from pocus_desktop.programme.case_log.identity import heads_identity, suspicions
from pocus_desktop.programme.csv_sheet import RowIds, Sheet, Table, written
from pocus_desktop.programme.documents.candidate import CaseEntry


def read_case_csv(
    data: bytes,
    file: str,
    *,
    account_id: str,
    today: date,
    is_day_first: bool | None = None,
    beside: frozenset[str] = frozenset(),
    language: str = words.SOURCE_LANGUAGE,
) -> Table[CaseEntry]:
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
    sheet = Sheet(file=file, code="case-log", language=language)
    ids = RowIds("log", account_id, beside)
    entries: list[CaseEntry] = []

    def cell(field: str, text: str) -> object:
        match field:
            case "date":
                return read_date(text, is_day_first=is_day_first, today=today)
            case "area":
                return read_area(text)
            case "approach":
                return read_approach(text)
            case "performed" | "interpreted":
                return read_flag(text)
            case _:
                return "\n".join(text.strip().splitlines())

    def take(number: int, found: Mapping[str, object]) -> bool:
        fields = {
            "case_entry_id": ids.of(found.get(field, "") for field in HEADINGS),
            "performed_on": found["date"],
            "area": found["area"],
            "approach": found.get("approach"),
            "did_perform": found.get("performed", True),
            "did_interpret": found.get("interpreted", True),
            "findings": found.get("findings", ""),
            "origin": "csv",
        }
        try:
            entry = CaseEntry.model_validate(fields)
        except ValidationError:
            sheet.tell(number, sheet.column("findings"), "control-character")
            return False
        entries.append(entry)
        for one in suspicions(entry.findings)[:3]:
            sheet.tell(number, sheet.column("findings"), f"identity-{one.kind}", severity=Severity.WARNING)
        return True

    sheet.read(data, field_of=field_of, needed=NEEDED, is_identity=heads_identity, cell=cell, take=take)
    return sheet.table(entries)


def write_case_csv(entries: Iterable[CaseEntry]) -> bytes:
    """A case log as CSV, which `read_case_csv` reads again."""
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
    return written([tuple(HEADINGS), *rows])
