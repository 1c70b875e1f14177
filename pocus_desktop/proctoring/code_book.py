"""The paper book: for each candidate the codes that may be needed, by number and deed (formats/code 7). Pure."""

from dataclasses import dataclass, field
from typing import Final

from pocus_desktop.admission.admission import VerifiedAdmission
from pocus_desktop.admission.room_code import MINUTES, Challenge, Purpose, response
from pocus_desktop.kernel.words import say

NUMBERS: Final = 12
"""How many codes a candidate's page has, where nothing else is said."""

SIGN_INS: Final = 4
"""How many codes for signing in it has."""

COLUMNS: Final[tuple[tuple[Purpose, int], ...]] = (
    ("start", 0),
    ("resume", 0),
    ("unlock", 0),
    *(("time", minutes) for minutes in MINUTES),
    ("move", 0),
)
"""What a code of each number may do, in the order of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A code and the challenge that it answers."""

    challenge: Challenge
    code: str = field(repr=False)

    @property
    def shown(self) -> str:
        """The code in two halves."""
        return f"{self.code[:4]} {self.code[4:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A candidate's codes.

    Attributes:
        needs_start_code: Whether the codes need the start code beside them.
        rows: By number from 1, an entry a column.
        sign_in: For signing in, by number from 1.
    """

    candidate_id: str
    candidate_name: str
    bundle_id: str
    admission_id: str
    attempt: int
    needs_start_code: bool
    rows: tuple[tuple[Entry, ...], ...]
    sign_in: tuple[Entry, ...]


def page(admitted: VerifiedAdmission, secret: bytes, *, numbers: int = NUMBERS) -> Page:
    """A candidate's page.

    Args:
        admitted: The admission.
        secret: Of its codes.
        numbers: How many rows.
    """

    def entry(purpose: Purpose, minutes: int, number: int) -> Entry:
        challenge = Challenge(purpose=purpose, minutes=minutes, number=number, admission_digest=admitted.digest)
        return Entry(challenge=challenge, code=response(secret, "book", challenge))

    admission = admitted.admission
    return Page(
        candidate_id=admission.candidate.id,
        candidate_name=admission.candidate.display_name,
        bundle_id=admission.bundle_id,
        admission_id=admission.admission_id,
        attempt=admission.attempt,
        needs_start_code=admission.start_code is not None,
        rows=tuple(
            tuple(entry(purpose, minutes, number) for purpose, minutes in COLUMNS) for number in range(1, numbers + 1)
        ),
        sign_in=tuple(entry("sign-in", 0, number) for number in range(1, SIGN_INS + 1)),
    )


def column_title(purpose: Purpose, minutes: int, language: str) -> str:
    """What a column is for."""
    return say(f"code.column.{purpose}", language, minutes=minutes)


def instructions(shown: Page, language: str) -> tuple[str, ...]:
    """What the proctor does with a page."""
    names = ["how", "strike", *(["start_code"] if shown.needs_start_code else []), "envelope"]
    return tuple(say(f"code.book.{name}", language) for name in names)


def on_one_line(text: str) -> str:
    """A name as a terminal or a printer may have it: whoever wrote it makes no line of their own."""
    return "".join(one if one.isprintable() else " " if one.isspace() else "\N{REPLACEMENT CHARACTER}" for one in text)


def as_text(shown: Page, language: str) -> str:
    """The page as text of fixed width, for a terminal or a printer without graphics."""
    titles = [column_title(purpose, minutes, language) for purpose, minutes in COLUMNS]
    width = max(10, *map(len, titles)) + 2
    lines = [
        on_one_line(say("code.book.title", language, name=shown.candidate_name, candidate_id=shown.candidate_id)),
        on_one_line(
            say("code.book.of", language, bundle=shown.bundle_id, attempt=shown.attempt, admission=shown.admission_id)
        ),
        "",
        *instructions(shown, language),
        "",
        f"{say('code.book.number', language):<8}" + "".join(f"{title:<{width}}" for title in titles).rstrip(),
        *(
            f"{number:<8}" + "".join(f"{one.shown:<{width}}" for one in row).rstrip()
            for number, row in enumerate(shown.rows, start=1)
        ),
        "",
        say("code.book.sign_in", language),
        *(f"{number:<8}{one.shown}" for number, one in enumerate(shown.sign_in, start=1)),
    ]
    return "\n".join(lines) + "\n"
