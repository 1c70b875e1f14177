"""The record of a ceremony: what was done, by whom, to which bytes; for the file and for paper (formats/trust 3.9).

The text is for a page of A4 in a type of fixed width: 78 columns, 60 lines, with blanks to sign by hand.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pocus_desktop.bundle.trust import fingerprint
from pocus_desktop.bundle.trust.changes import Body, Changes, Member
from pocus_desktop.bundle.trust.request import SigningRequest
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import Json

FORMAT: Final = "pocus.ceremony-record"
VERSION: Final = 1
COLUMNS: Final = 78
LINES: Final = 60
_HEAD_LINES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One role in a ceremony.

    Attributes:
        changes: What its new version changes.
        digest: SHA-256 of exactly what is signed, in hexadecimal.
        signed: Who signed, of those that count.
        missing: How many signatures it still lacks.
    """

    changes: Changes
    digest: str
    signed: tuple[Member, ...]
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was done.

    Attributes:
        what: `signing` or `publication`.
        at_ms: When, in milliseconds since the Unix epoch, by the clock of the machine it was done on.
        documents: Every role that took part.
    """

    what: str
    at_ms: int
    documents: tuple[Document, ...]

    @property
    def name(self) -> str:
        """A name for its files, without suffix."""
        return f"{self._moment:%Y-%m-%dT%H%M%SZ}-{self.what}"

    def to_bytes(self) -> bytes:
        """The record for programs."""
        document: dict[str, Json] = {
            "format": FORMAT,
            "version": VERSION,
            "what": self.what,
            "at_ms": self.at_ms,
            "documents": [_document(each) for each in self.documents],
        }
        return canonical.encode(document)

    def to_text(self) -> str:
        """The record for paper; a form feed begins each further page."""
        lines = list(self._lines())
        room = LINES - _HEAD_LINES
        pages = [lines[place : place + room] for place in range(0, len(lines), room)]
        told = []
        for number, page in enumerate(pages, start=1):
            title = f"POCUS Desktop: record of a {self.what}"
            place = f"page {number} of {len(pages)}"
            head = [title + place.rjust(COLUMNS - len(title)), "=" * COLUMNS, ""]
            told.append("\n".join([*head, *page]))
        return "\n\f".join(told) + "\n"

    @property
    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self.at_ms // 1000, tz=UTC)

    def _lines(self) -> Iterator[str]:
        yield f"Date (by this machine's clock)   {self._moment:%Y-%m-%d %H:%M:%S} UTC"
        yield "Place                            ____________________________________________"
        yield "Date and time by another clock   ____________________________________________"
        yield ""
        people: dict[str, Member] = {}
        for document in self.documents:
            yield from _document_lines(document)
            people.update((member.key_id, member) for member in document.signed)
        yield "SIGNED BY HAND by those present. Compare the words with your own key first."
        yield ""
        for member in people.values():
            yield from _member_lines(member)
            yield ""
            yield f"{member.name[:24]:<24}  signature _________________________  date __________"
            yield ""
        for _ in range(2):
            yield "Witness (name) ________________  signature _________________  date __________"
            yield ""


def document_of(request: SigningRequest) -> Document:
    """What a record says of a role that was signed.

    Raises:
        BadRequestError: A key in it is no usable key.
        MalformedMetadataError: Its withdrawals have the wrong form.
    """
    standing = request.standing()
    return Document(
        changes=request.changes(),
        digest=request.digest,
        signed=request.named(standing.signed),
        missing=standing.missing,
    )


def _document_lines(document: Document) -> Iterator[str]:
    changes = document.changes
    before = f"after version {changes.version_before}" if changes.version_before is not None else "the first"
    yield f"ROLE {changes.role}, version {changes.version} ({before})".upper()
    yield f"In force until {changes.expires:%Y-%m-%d %H:%M} UTC, unless a newer version comes before."
    yield "SHA-256 of what is signed:"
    yield f"   {_in_groups(document.digest[:32])}"
    yield f"   {_in_groups(document.digest[32:])}"
    yield ""
    for told in changes.told or ("Nothing changes but version and end.",):
        yield from textwrap.wrap(told, COLUMNS, subsequent_indent="   ", initial_indent=" " if told[0] == " " else "")
    yield ""
    for body in changes.bodies:
        yield from _body_lines(body)
    names = ", ".join(member.name for member in document.signed) or "no one yet"
    yield from textwrap.wrap(f"Signed by: {names}.", COLUMNS, subsequent_indent="   ")
    yield "Complete." if not document.missing else f"Signatures still missing: {document.missing}."
    yield "-" * COLUMNS
    yield ""


def _body_lines(body: Body) -> Iterator[str]:
    yield f"From then on {body.role} is signed by {body.threshold} of:"
    for member in body.members:
        yield from _member_lines(member)
    yield ""


def _member_lines(member: Member) -> Iterator[str]:
    yield f"   {member.name[:24]:<24}  {fingerprint.digits(member.key_id)}"
    yield from textwrap.wrap(member.words, COLUMNS, initial_indent=" " * 6, subsequent_indent=" " * 6)


def _document(document: Document) -> Json:
    changes = document.changes
    return {
        "role": changes.role,
        "version": changes.version,
        "version_before": changes.version_before,
        "expires": f"{changes.expires:%Y-%m-%dT%H:%M:%SZ}",
        "sha256": document.digest,
        "changes": list(changes.told),
        "bodies": [
            {
                "role": body.role,
                "threshold": body.threshold,
                "members": [_member(member) for member in body.members],
            }
            for body in changes.bodies
        ],
        "signed": [_member(member) for member in document.signed],
        "missing": document.missing,
    }


def _member(member: Member) -> Json:
    return {"name": member.name, "key_id": member.key_id, "words": member.words}


def _in_groups(digits: str) -> str:
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))
