"""Admissions as the hub hands them to a station: their envelopes in one document (formats/enrolment 6.4)."""

from typing import Final, Literal

from pydantic import Field

from pocus_desktop.admission.documents import Part, bounded, read_payload
from pocus_desktop.admission.shape import Base64
from pocus_desktop.kernel import canonical

MEDIA_TYPE: Final = "application/vnd.pocus.admissions.v1+json"
MAXIMUM_BYTES: Final = 64 * 1024 * 1024


class _Handed(Part):
    format: Literal[1] = 1
    admissions: tuple[Base64, ...] = Field(default=(), max_length=2000)


def write_admissions(envelopes: tuple[bytes, ...]) -> bytes:
    """The document; the first 2000, which a station that took them in asks for no more once they are over."""
    return canonical.encode(_Handed(admissions=envelopes[:2000]).model_dump(mode="json"))


def read_admissions(document: bytes) -> tuple[bytes, ...]:
    """The envelopes, none of them verified.

    Raises:
        BadDocumentError, NewerDocumentError: It is no such document.
    """
    return read_payload(_Handed, bounded(document, MAXIMUM_BYTES)).admissions
