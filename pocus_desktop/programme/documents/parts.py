"""What all documents of the programme share (formats/programme 3.1)."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from pocus_desktop.admission.documents import Moment, Part
from pocus_desktop.programme.days import UnknownZoneError, zone

FORMAT: Final = 1


def _id(prefix: str) -> object:
    return Field(pattern=rf"^{prefix}_[0-9a-z]{{20}}$")


def _zone(value: str) -> str:
    try:
        zone(value)
    except UnknownZoneError as problem:
        raise ValueError("use the name of a time zone such as America/Bogota") from problem
    return value


AccountId = Annotated[str, _id("acc")]
CredentialId = Annotated[str, _id("crd")]
CaseEntryId = Annotated[str, _id("log")]
AttestationId = Annotated[str, _id("ats")]
ApplicationId = Annotated[str, _id("app")]
DecisionId = Annotated[str, _id("dec")]
VoucherId = Annotated[str, _id("vch")]
EntryId = Annotated[str, _id("ent")]
NominationId = Annotated[str, _id("nom")]
ResultId = Annotated[str, _id("res")]
CertificateId = Annotated[str, _id("crt")]
CreditId = Annotated[str, _id("cme")]
AppealId = Annotated[str, _id("apl")]

CandidateId = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""The academy's ID number, as in the registry and in admissions."""

Zone = Annotated[str, Field(max_length=80), AfterValidator(_zone)]
"""The IANA name of the time zone that somebody declares to live in."""

Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""One line that people wrote."""

Prose = Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
"""Lines that people wrote; no control character but line feed and tab."""

_LOCAL, _DOMAIN = r"[^@\s\x00-\x1f\x7f<>,;\"]{1,64}", r"[^@\s\x00-\x1f\x7f<>,;\".]+"
Email = Annotated[str, Field(max_length=254, pattern=rf"^{_LOCAL}@(?:{_DOMAIN}\.)+{_DOMAIN}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
RuleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", max_length=200)]
At = Moment
"""Wall time in milliseconds since 1970 (UTC)."""


class EvidenceFile(Part):
    """A file that proves something; it lies beside the documents under its digest.

    Attributes:
        name: As the candidate's computer called it, without folders.
    """

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/\\]+$")]
    media_type: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$", max_length=100)]
    size_bytes: int = Field(ge=0, le=2**40)
    sha256: Sha256


class Document(Part):
    """A document of a portfolio: its kind, the version of its format, and what a newer program added."""

    format: Annotated[int, Field(ge=1, le=1)] = FORMAT
