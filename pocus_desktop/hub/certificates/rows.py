"""Rows of certificates as records, and a record as portfolios have it."""

from typing import Final

from pocus_desktop.hub.certificates.errors import UnknownCertificateError
from pocus_desktop.hub.certificates.store import CERTIFICATE
from pocus_desktop.hub.registry.store import RegistryRows, Row
from pocus_desktop.kernel import canonical
from pocus_desktop.programme import days
from pocus_desktop.programme.certificate import document as documents
from pocus_desktop.programme.certificate.commitment import Opening
from pocus_desktop.programme.certificate.records import CertificateRecord, CertificateState
from pocus_desktop.programme.certificate.verify import read_json
from pocus_desktop.programme.documents.academy import CertificateHeld

ZONE: Final = "UTC"
"""In which days of certificates are counted."""


def certificate_row(rows: RegistryRows, certificate_id: str) -> Row:
    """The row of one.

    Raises:
        UnknownCertificateError: There is none of that id.
    """
    found = rows.find(CERTIFICATE, certificate_id=certificate_id)
    if not found:
        raise UnknownCertificateError
    return found[0]


def record_of(row: Row) -> CertificateRecord:
    """What a row says."""
    openings = canonical.decode(row["openings"])
    assert isinstance(openings, list)  # noqa: S101 - as it was written here
    return CertificateRecord(
        certificate=documents.of_credential(read_json(row["credential"])),
        candidate_id=row["candidate_id"],
        state=CertificateState(row["state"]),
        issued_ms=row["issued_ms"],
        renews=row["renews"],
        credential=row["credential"],
        openings=tuple(Opening.parse(canonical.encode(one)) for one in openings),
    )


def held(record: CertificateRecord) -> CertificateHeld:
    """A certificate in short, as portfolios have it."""
    one = record.certificate
    return CertificateHeld(
        certificate_id=one.certificate_id,
        candidate_id=record.candidate_id,
        area=one.areas[0],
        issued_on=days.local_day(one.valid_from_ms, ZONE),
        last_on=days.local_day(one.valid_until_ms, ZONE),
        renewal_of=record.renews,
    )
