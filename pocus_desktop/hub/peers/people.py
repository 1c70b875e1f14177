"""Whom an applicant names, and what is checked of them (docs/formats/peer-evaluation 1)."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.peers.errors import BadNominationError

Language: TypeAlias = Literal["en", "es"]
MOST_LINE: Final = 200
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An evaluator as they were named.

    Attributes:
        email: As `checked_address` gives it.
        background: Their clinical background in ultrasound, in the applicant's words.
        language: In which they are written to.
        nomination_id: Of the applicant's document; empty where there is none.
    """

    name: str
    email: str
    background: str
    language: Language = "en"
    nomination_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whose evaluation it is, and of what.

    Attributes:
        candidate_email: Empty where it is not known; nobody evaluates themselves.
        closes_ms: The first moment after the window of 180 days.
        zone: Where the candidate declared to live when the window began.
    """

    application_id: str
    candidate_id: str
    candidate_name: str
    area: ContentArea
    closes_ms: int
    candidate_email: str = ""
    zone: str = "UTC"


def checked(person: Person) -> Person:
    """A nomination with its parts in one form.

    Raises:
        BadNominationError: A part is missing or cannot be used; names which.
    """
    if person.language not in {"en", "es"}:
        raise BadNominationError(field="language", reason="en or es")
    return Person(
        name=checked_line(person.name, "name"),
        email=checked_address(person.email),
        background=checked_line(person.background, "background"),
        language=person.language,
        nomination_id=person.nomination_id,
    )


def checked_line(text: str, field: str) -> str:
    """One line of text that people can read.

    Raises:
        BadNominationError: It is none.
    """
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if not line or len(line) > MOST_LINE or not line.isprintable():
        raise BadNominationError(field=field, reason=f"one line of 1 to {MOST_LINE} characters")
    return line


def checked_address(text: str) -> str:
    """An e-mail address that any mail server takes: ASCII before the sign, a host name (as IDNA writes it) after it.

    Raises:
        BadNominationError: It is none.
    """
    local, at, domain = text.strip().rpartition("@")
    try:
        host = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        host = ""
    labels = host.split(".")
    is_host = len(labels) > 1 and len(host) <= 253 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    if not at or not is_host or not _LOCAL.fullmatch(local) or len(local) > 64:
        raise BadNominationError(field="email", reason="an address such as ana@example.org")
    return f"{local}@{host}"
