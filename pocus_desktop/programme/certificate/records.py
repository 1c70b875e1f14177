"""What is known of certificates at the academy, as those who ask for it read it."""

from dataclasses import dataclass
from enum import StrEnum

from pocus_desktop.programme.certificate.commitment import Opening
from pocus_desktop.programme.certificate.document import Certificate


class CertificateState(StrEnum):
    """How a certificate stands at the academy, its dates apart."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRecord:
    """A certificate at the academy.

    Attributes:
        certificate: What it says.
        candidate_id: Whose it is; the certificate itself does not say.
        state: How it stands.
        issued_ms: When it was signed first.
        renews: The id of the one that it renews; None where it is the first.
        credential: Signed.
        openings: Of its commitments; for the candidate.
    """

    certificate: Certificate
    candidate_id: str
    state: CertificateState
    issued_ms: int
    renews: str | None
    credential: bytes
    openings: tuple[Opening, ...]
