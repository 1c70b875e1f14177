"""What in a text looks like who a patient was (formats/programme 12.1). Pure.

A case log knows no patient. A program cannot know what a name is: it says what looks like one and where, never keeps
anybody from writing, and changes nothing by itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pocus_desktop.programme.answer import Told

Kind: TypeAlias = Literal["number", "date", "name", "email", "phone"]

_MONTHS: Final = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
)
_LABEL: Final = (
    r"(?:patient(?:'s)?(?:\s+name)?|pt|name|surname|paciente|nombre|apellidos?|nom|mother|madre|father|padre)"
)
_WORD: Final = r"[^\W\d_][\w'’-]+"
_TITLE: Final = r"(?:mr|mrs|ms|miss|sr|sra|srta|don|doña|señor|señora)"
_BIRTH: Final = r"dob|born(?:\s+on)?|date\s+of\s+birth|f(?:echa)?\.?\s*(?:de\s+)?nac\w*|nacid[oa]"
_FILE: Final = (
    r"mrn|hospital\s*(?:no|number|id)|nhs|ssn|passport|accession|chart\s*(?:no|number)|historia\s+cl[ií]nica|nhc|dni"
    r"|c[eé]dula|pasaporte|expediente"
)


def _any_case(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_PATTERNS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("email", _any_case(r"[^\s@<>]{1,64}@[^\s@<>]{1,190}\.[^\W\d_]{2,24}")),
    ("date", _any_case(r"(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)")),
    ("date", _any_case(r"(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})(?!\d)")),
    ("date", _any_case(rf"(?<!\d)\d{{1,2}}\.?\s+(?:de\s+)?(?:{_MONTHS})\.?,?\s+(?:del?\s+)?\d{{4}}(?!\d)")),
    ("date", _any_case(rf"\b(?:{_MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}(?!\d)")),
    ("date", _any_case(rf"\b(?:{_BIRTH})\b")),
    ("phone", _any_case(r"(?<![\w+])\+\d[\d ().-]{7,18}\d(?!\d)")),
    ("number", _any_case(rf"\b(?:{_FILE})\b")),
    ("number", _any_case(r"(?<![\d.,])\d(?:[ -]?\d){5,19}(?![\d.,]*\d)")),
    ("name", _any_case(rf"\b{_TITLE}\b\.?\s+{_WORD}(?:\s+{_WORD}){{0,2}}")),
    ("name", _any_case(rf"\b{_LABEL}\s*[:=]\s*{_WORD}(?:[\s,]+{_WORD}){{0,3}}")),
)
_HEADINGS: Final = re.compile(
    r"name|surname|patient|mrn|dob|birth|ssn|nhs|phone|mail|address|accession|paciente|nombre|apellido|nacimiento|historia|"
    r"tel[eé]fono|correo|direcci[oó]n|dni|c[eé]dula|expediente",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A part of a text that looks like who a patient was.

    Attributes:
        kind: What it looks like.
        start: Its first character, and `end` the one behind its last.
    """

    kind: Kind
    start: int
    end: int

    @property
    def told(self) -> Told:
        """In words; never the part itself."""
        return Told.of(f"identity.{self.kind}", place=self.start + 1)


def suspicions(text: str) -> tuple[Suspicion, ...]:
    """Every part that looks so, in order; where several overlap, the first of them."""
    found: list[Suspicion] = []
    for one in sorted(_found(text), key=lambda one: (one.start, -one.end)):
        if not found or one.start >= found[-1].end:
            found.append(one)
    return tuple(found)


def heads_identity(heading: str) -> bool:
    """Whether a column of this name would hold who patients were."""
    return _HEADINGS.search(heading) is not None


def _found(text: str) -> Iterator[Suspicion]:
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield Suspicion(kind=kind, start=match.start(), end=match.end())
