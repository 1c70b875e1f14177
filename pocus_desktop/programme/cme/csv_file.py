"""Certificates of continuing education from CSV, and as one (formats/programme 10.3).

As a case log is read (`programme.csv_sheet`): each row whole or told, the same file twice the same credits. Rows that
say the same are one credit, since an activity counts once; what is noted already is not taken again.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from pydantic import ValidationError

from pocus_desktop.case.problems import Severity
from pocus_desktop.kernel import ids, words
from pocus_desktop.programme.case_log.columns import read_date
from pocus_desktop.programme.cme.progress import activity
from pocus_desktop.programme.csv_sheet import CellError, RowIds, Sheet, Table, plain, written
from pocus_desktop.programme.documents.candidate import CmeCredit
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.values import CreditKind, Topic, format_credits, parse_credits

HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "date": ("date", "completed on", "completion date", "fecha", "fecha de finalización"),
    "activity": ("activity", "title", "course", "actividad", "título", "curso"),
    "provider": ("provider", "organization", "proveedor", "organización"),
    "credits": ("credits", "hours", "cme", "ceu", "créditos", "horas"),
    "approvals": ("approvals", "approved by", "accreditation", "aprobaciones", "aprobado por", "acreditación"),
    "number": ("number", "activity number", "activity id", "número", "número de actividad"),
    "way": ("way", "format", "modalidad"),
    "topic": ("topic", "tema"),
    "subjects": ("subjects", "specialty", "materias", "especialidad"),
}
"""By field, what its column may be called; case, accents and signs do not count."""

NEEDED: Final = ("date", "activity", "provider", "credits")

_FIELDS: Final = {plain(name): field for field, names in HEADINGS.items() for name in names}
_LINE_CHARACTERS: Final = 200
_MOST_NAMES: Final = 20


def read_credits_csv(
    data: bytes,
    file: str,
    *,
    account_id: str,
    today: date,
    rules: Rules,
    held: Iterable[CmeCredit] = (),
    is_day_first: bool | None = None,
    language: str = words.SOURCE_LANGUAGE,
) -> Table[CmeCredit]:
    """Read a file; never raises for what is in it.

    Args:
        data: Its bytes.
        file: What people call it.
        account_id: Whose certificates they are.
        today: Where the candidate lives.
        rules: Whose providers are known by their names.
        held: Credits that are noted already.
        is_day_first: For dates that have their year behind; None refuses them.
        language: Of what is told.
    """
    sheet = Sheet(file=file, code="cme", language=language)
    row_ids = RowIds("cme", account_id)
    first_rows: dict[tuple[object, ...], int] = {}
    noted = {_what(one): one.credit_id for one in held}
    providers = {plain(row.name(name)): row.provider for row in rules.providers(today) for name in row.name.languages}
    found_credits: list[CmeCredit] = []
    known = 0

    def cell(field: str, text: str) -> object:
        return read_date(text, is_day_first=is_day_first, today=today) if field == "date" else _read_cell(field, text)

    def take(number: int, found: Mapping[str, object]) -> bool:
        nonlocal known
        said = tuple(found.get(field) or "" for field in HEADINGS)  # a column left out says what an empty one does
        first = first_rows.setdefault(said, number)
        if first != number:
            sheet.tell(number, 0, "row-twice", severity=Severity.WARNING, first=first)
            return True
        name = str(found["provider"])
        fields = {
            "credit_id": row_ids.of(said),
            "activity": found["activity"],
            "activity_id": found.get("number") or None,
            "provider": providers.get(plain(name)),
            "provider_name": name,
            "way": found.get("way"),
            "topic": found.get("topic"),
            "subjects": found.get("subjects", ()),
            "approvals": found.get("approvals", ()),
            "completed_on": found["date"],
            "credits": found["credits"],
        }
        try:
            one = CmeCredit.model_validate(fields)
        except ValidationError:
            sheet.tell(number, sheet.column("activity"), "control-character")
            return False
        if noted.get(_what(one), one.credit_id) != one.credit_id:
            sheet.tell(number, 0, "known", severity=Severity.WARNING)
            known += 1
        else:
            found_credits.append(one)
        return True

    sheet.read(data, field_of=lambda heading: _FIELDS.get(plain(heading)), needed=NEEDED, cell=cell, take=take)
    return sheet.table(found_credits, known=known)


def write_credits_csv(credits_: Iterable[CmeCredit]) -> bytes:
    """Credits as CSV, which `read_credits_csv` reads again."""
    rows = [
        (
            one.completed_on.isoformat(),
            one.activity,
            one.provider_name,
            format_credits(one.credits),
            " ".join(one.approvals),
            one.activity_id or "",
            str(one.way or ""),
            str(one.topic or ""),
            " ".join(one.subjects),
        )
        for one in credits_
    ]
    return written([tuple(HEADINGS), *rows])


def _what(one: CmeCredit) -> tuple[object, ...]:
    """By what a row is known to be a credit that is noted already."""
    return (*activity(one), one.completed_on, one.credits)


def _read_cell(field: str, text: str) -> object:
    line = " ".join(text.split())
    match field:
        case "credits":
            return _read_credits(line)
        case "approvals" | "subjects":
            return _read_names(text)
        case "way":
            return _one_of(CreditKind, line, "way")
        case "topic":
            return _one_of(Topic, line, "topic")
        case _:
            if not line and field in NEEDED:
                raise CellError("missing")
            if len(line) > _LINE_CHARACTERS:
                raise CellError("too-long-line")
            return line


def _read_credits(line: str) -> Decimal:
    """`1.25`, and `1,25` as half the world writes it: more than one sign is refused."""
    try:
        return parse_credits(line.replace(",", ".") if line.count(",") == 1 and "." not in line else line)
    except ValueError as problem:
        raise CellError("credits") from problem


def _read_names(text: str) -> tuple[str, ...]:
    """Names parted by blanks, commas, semicolons or bars, as rules write them."""
    parts = text.replace(",", " ").replace(";", " ").replace("|", " ").replace("/", " ").split()
    names = tuple(dict.fromkeys(plain(part).replace(" ", "-") for part in parts))
    if len(names) > _MOST_NAMES or any(not ids.NAME.fullmatch(name) for name in names):
        raise CellError("names")
    return names


def _one_of(kind: type[CreditKind] | type[Topic], line: str, slip: str) -> object:
    """A value by its own name or its words in any language; None where the cell is empty."""
    if not line:
        return None
    for one in kind:
        said = {plain(one), *(plain(words.say(f"programme.name.{one}", language)) for language in words.languages())}
        if plain(line) in said:
            return one
    raise CellError(slip)
