"""An academy's own book of rules: signed, and never rewriting what was decided (formats/programme 1.6, 1.7)."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from pydantic import ValidationError

from pocus_desktop.admission.shape import first_fault
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.programme.errors import BadDocumentError, NewerDocumentError, RewritesHistoryError
from pocus_desktop.programme.rules.choose import Rules, encode_book
from pocus_desktop.programme.rules.load import MAXIMUM_BYTES
from pocus_desktop.programme.rules.model import FORMAT, RuleBook
from pocus_desktop.programme.signing import verified_payload

PAYLOAD_TYPE: Final = "application/vnd.pocus.rules.v1+json"


def sign_rules(rules: Rules, *signers: SigningKey) -> bytes:
    """The book's envelope."""
    return dsse.sign(PAYLOAD_TYPE, encode_book(rules.book), signers).to_bytes()


def read_rules(envelope: bytes, hubs: Iterable[PublicKey]) -> Rules:
    """Verify an academy's book.

    Raises:
        NotTheAcademysError: No trusted hub key signed it.
        BadDocumentError, NewerDocumentError: It is no book that this program knows.
        PocusError: `crypto.*`: it is no envelope, or of another type.
    """
    payload = verified_payload(envelope, hubs, PAYLOAD_TYPE, 2 * MAXIMUM_BYTES)
    try:
        fields = canonical.decode(payload)
    except canonical.BadJsonError as problem:
        raise BadDocumentError(reason="it is not JSON") from problem
    found = fields.get("format") if isinstance(fields, dict) else None
    if isinstance(found, int) and found > FORMAT:
        raise NewerDocumentError(found=found, known=FORMAT)
    try:
        return Rules(RuleBook.model_validate(fields))
    except ValidationError as problem:
        raise BadDocumentError(reason=first_fault(problem)) from problem


def require_succession(before: Rules, after: Rules, *, decided_until: date | None = None) -> None:
    """A book may take the place of another.

    1. It is of the same line, and was not published earlier.
    2. It holds every earlier row, unchanged.
    3. The rows that it adds begin after the day the earlier book was published, and after every day on which was
       decided by it.

    A book of another line begins a history of its own: whoever takes it decides so.

    Args:
        before: The earlier one.
        after: The one that is to take its place.
        decided_until: The last day on which may have been decided by the earlier one; None at a computer that decides
            nothing, where books may come late and not each of them.

    Raises:
        RewritesHistoryError: It may not; names the row.
    """
    published = before.book.published
    if after.book.book_id != before.book.book_id:
        raise RewritesHistoryError(what=f"book_id {after.book.book_id}", published=published.isoformat())
    if after.book.published < published:
        raise RewritesHistoryError(what=f"published {after.book.published}", published=published.isoformat())
    for row in before.book.rules:
        if after.named(row.id) != row:
            raise RewritesHistoryError(what=row.id, published=published.isoformat())
    last = max(published, decided_until or published)
    for row in after.book.rules:
        if before.named(row.id) is None and row.since <= last:
            raise RewritesHistoryError(what=row.id, published=last.isoformat())
