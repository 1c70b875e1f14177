"""The signed report of an incident, sealed for its way, and the academy's receipt (formats/incident 3 to 5).

The centre's key signs the whole incident. What leaves the centre is sealed to the academy: it may tell of someone's
health, and sticks are lost. The receipt is for the signed report, so that the same report sealed twice is one report.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from pydantic import Field

from pocus_desktop.admission.documents import CentreId, Moment, Part, bounded, checked, read_payload, signed
from pocus_desktop.admission.shape import Base64
from pocus_desktop.crypto import dsse, hpke
from pocus_desktop.crypto.keys import PublicKey, SealingKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.proctoring.documents import Digest, encode
from pocus_desktop.proctoring.incidents import MOST_ENTRIES, Incident, Line

REPORT_TYPE: Final = "application/vnd.pocus.incident-report.v1+json"
SEALED_TYPE: Final = "application/vnd.pocus.sealed-incident.v1+json"
RECEIPT_TYPE: Final = "application/vnd.pocus.incident-receipt.v1+json"
MAXIMUM_REPORT_BYTES: Final = 1024 * 1024
MAXIMUM_SEALED_BYTES: Final = 3 * 1024 * 1024
MAXIMUM_RECEIPT_BYTES: Final = 16 * 1024

_INFO: Final = b"pocus incident v1"
_MOST_RECIPIENTS: Final = 2
"""The academy's key of today, and the one before it."""


class NotTheCentresReportError(PocusError):
    """A report of an incident is not signed by the centre that it names."""

    code: ClassVar[str] = "incident.not_the_centres"
    blame: ClassVar[Blame] = Blame.CONTENT


class NoAcademyKeyError(PocusError):
    """Nothing here says to which key of the academy a report is to be sealed."""

    code: ClassVar[str] = "incident.no_academy_key"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT


class NotForUsError(PocusError):
    """A sealed report is sealed to another academy."""

    code: ClassVar[str] = "incident.not_for_us"
    blame: ClassVar[Blame] = Blame.CONTENT


class BadIncidentReceiptError(PocusError):
    """What came back is no receipt of the academy for this report."""

    code: ClassVar[str] = "incident.bad_receipt"
    blame: ClassVar[Blame] = Blame.CONTENT


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedReport:
    """An incident under its centre's signature; made by `sign_report` and `read_report` alone."""

    incident: Incident
    envelope: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the envelope: its name on the way, and what the receipt is for."""
        return canonical.digest(self.envelope)


class _Sealed(Part):
    """A report for one of the academy's keys: the same bytes to each, for keys change."""

    recipient: Line
    sealed: Base64


class SealedReport(Part):
    """What is sent or carried.

    Attributes:
        digest: SHA-256 of the signed report inside.
    """

    format: Literal[1] = 1
    digest: Digest
    to: tuple[_Sealed, ...] = Field(min_length=1, max_length=_MOST_RECIPIENTS)


class IncidentReceipt(Part):
    """The academy's word that it holds a report.

    Attributes:
        digest: SHA-256 of the signed report.
        entries: How many entries that has.
        is_extending: Whether it continues what the academy held of this incident; False where it contradicts it.
    """

    format: Literal[1] = 1
    digest: Digest
    reference: Line
    centre_id: CentreId
    entries: int = Field(ge=1, le=MOST_ENTRIES)
    is_extending: bool = True
    received_at_ms: Moment


def sign_report(incident: Incident, signer: SigningKey) -> SignedReport:
    """The report under the centre's signature.

    Raises:
        BadDocumentError: It is larger than any reader takes.
    """
    return SignedReport(
        incident=incident, envelope=bounded(signed(REPORT_TYPE, incident, [signer]), MAXIMUM_REPORT_BYTES)
    )


def read_report(envelope: bytes, centres: Iterable[PublicKey]) -> SignedReport:
    """Verify a report by keys of its centre.

    Raises:
        NotTheCentresReportError: None of them signed it.
        BadDocumentError, NewerDocumentError: It is no report that this program knows, or its chain is broken.
        PocusError: `crypto.*`: it is no envelope, or of another type.
    """
    parsed = dsse.Envelope.parse(bounded(envelope, MAXIMUM_REPORT_BYTES))
    try:
        dsse.verify(parsed, payload_type=REPORT_TYPE, keys=centres)
    except dsse.NotEnoughSignaturesError as problem:
        raise NotTheCentresReportError from problem
    return SignedReport(incident=read_payload(Incident, parsed.payload), envelope=envelope)


def told_by(envelope: bytes) -> Incident:
    """What a report says, its signature unseen: to look up who must have signed it.

    Raises:
        BadDocumentError, NewerDocumentError: It is no report that this program knows.
        PocusError: `crypto.*`: it is no envelope.
    """
    return read_payload(Incident, dsse.Envelope.parse(bounded(envelope, MAXIMUM_REPORT_BYTES)).payload)


def seal_report(report: SignedReport, recipients: Iterable[PublicKey]) -> bytes:
    """What is sent: the report sealed to each of the academy's keys.

    Raises:
        NoAcademyKeyError: There is none.
    """
    keys = {key.key_id: key for key in recipients if key.algorithm == "x25519"}
    if not keys:
        raise NoAcademyKeyError
    to = [
        {"recipient": key_id, "sealed": hpke.seal(key, report.envelope, info=_info(report.digest))}
        for key_id, key in list(keys.items())[:_MOST_RECIPIENTS]
    ]
    return encode(checked(SealedReport, {"digest": report.digest, "to": to}))


def open_report(data: bytes, openers: Iterable[SealingKey]) -> bytes:
    """The signed report inside, not verified yet.

    Raises:
        NotForUsError: It is sealed to none of these keys.
        BadDocumentError, NewerDocumentError: It is no sealed report, or holds another than it names.
        CannotOpenSealedError: It was altered.
    """
    document = read_payload(SealedReport, bounded(data, MAXIMUM_SEALED_BYTES))
    keys = {key.public.key_id: key for key in openers}
    for one in document.to:
        key = keys.get(one.recipient)
        if key is not None:
            return hpke.open_sealed(key, one.sealed, info=_info(document.digest))
    raise NotForUsError


def issue_receipt(receipt: IncidentReceipt, signer: SigningKey) -> bytes:
    """The receipt's envelope."""
    return signed(RECEIPT_TYPE, receipt, [signer])


def read_receipt(envelope: bytes, hubs: Iterable[PublicKey], *, digest: str) -> IncidentReceipt:
    """Verify a receipt for a report.

    Raises:
        BadIncidentReceiptError: No trusted key signed it, it is for another report, or it is no receipt at all.
    """
    try:
        parsed = dsse.Envelope.parse(bounded(envelope, MAXIMUM_RECEIPT_BYTES))
        dsse.verify(parsed, payload_type=RECEIPT_TYPE, keys=hubs)
        receipt = read_payload(IncidentReceipt, parsed.payload)
    except PocusError as problem:
        raise BadIncidentReceiptError(reason=problem.code) from problem
    if receipt.digest != digest:
        raise BadIncidentReceiptError(reason="it is for another report")
    return receipt


def _info(digest: str) -> bytes:
    """What a report is sealed for: its own digest, so that none can be given out as another."""
    return _INFO + b"\x00" + digest.encode("ascii")
