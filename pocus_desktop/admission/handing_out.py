"""What is handed to a station over a network: envelopes of one kind in one document.

Admissions by the hub (formats/enrolment 6.4) and by a room's relay, releases of bundles by a relay (formats/relay 2).
"""

from typing import Final, Literal

from pydantic import Field

from pocus_desktop.admission.documents import Part, bounded, read_payload
from pocus_desktop.admission.shape import Base64
from pocus_desktop.kernel import canonical

MEDIA_TYPE: Final = "application/vnd.pocus.admissions.v1+json"
MAXIMUM_BYTES: Final = 64 * 1024 * 1024
RELAY_PATH: Final = "/v1/relay"
"""Where a room's service has what it relays; below it stand the addresses of a hub."""

ADMISSIONS_PATH: Final = "/v1/stations/me/admissions"
RELEASES_TYPE: Final = "application/vnd.pocus.releases.v1+json"
RELEASES_PATH: Final = "/v1/stations/me/releases"


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


class _Released(Part):
    format: Literal[1] = 1
    releases: tuple[Base64, ...] = Field(default=(), max_length=2000)


def write_releases(files: tuple[bytes, ...]) -> bytes:
    """The document; the first 2000."""
    return canonical.encode(_Released(releases=files[:2000]).model_dump(mode="json"))


def read_releases(document: bytes) -> tuple[bytes, ...]:
    """The releases as they came, none of them verified.

    Raises:
        BadDocumentError, NewerDocumentError: It is no such document.
    """
    return read_payload(_Released, bounded(document, MAXIMUM_BYTES)).releases
