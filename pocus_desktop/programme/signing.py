"""What the academy signs: vouchers, decisions, results and the like, and its book of rules (formats/programme 3.4)."""

from collections.abc import Iterable
from typing import Final, TypeVar

from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.programme.documents.registry import AnyDocument, encode_document, parse_document
from pocus_desktop.programme.errors import BadDocumentError, NotTheAcademysError

MAXIMUM_BYTES: Final = 1024 * 1024

_D = TypeVar("_D", bound=AnyDocument)


def payload_type(kind: str) -> str:
    """The media type of a signed document of a kind."""
    return f"application/vnd.pocus.{kind}.v1+json"


def sign_document(document: AnyDocument, *signers: SigningKey) -> bytes:
    """The document's envelope."""
    return dsse.sign(payload_type(document.kind), encode_document(document), signers).to_bytes()


def read_signed(kind: type[_D], envelope: bytes, hubs: Iterable[PublicKey]) -> _D:
    """Verify a document of the academy.

    Raises:
        NotTheAcademysError: No trusted hub key signed it.
        BadDocumentError, NewerDocumentError: It is no document that this program knows.
        PocusError: `crypto.*`: it is no envelope, or of another type.
    """
    payload = verified_payload(envelope, hubs, payload_type(str(kind.model_fields["kind"].default)), MAXIMUM_BYTES)
    document = parse_document(payload)
    if not isinstance(document, kind):
        raise BadDocumentError(reason="kind: another")
    return document


def verified_payload(envelope: bytes, hubs: Iterable[PublicKey], of_type: str, maximum_bytes: int) -> bytes:
    """What an envelope of the academy holds.

    Raises:
        NotTheAcademysError: No trusted hub key signed it.
        BadDocumentError: It is larger than any is.
        PocusError: `crypto.*`: it is no envelope, or of another type.
    """
    if len(envelope) > maximum_bytes:
        raise BadDocumentError(reason="it is larger than any is")
    parsed = dsse.Envelope.parse(envelope)
    try:
        dsse.verify(parsed, payload_type=of_type, keys=hubs)
    except dsse.NotEnoughSignaturesError as problem:
        raise NotTheAcademysError from problem
    return parsed.payload
