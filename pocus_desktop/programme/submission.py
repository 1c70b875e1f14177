"""What a portfolio sends the academy, and the academy's receipt (formats/academy 3).

A portfolio has a key of its own. It signs the documents that it sends, and what leaves the computer is sealed to the
academy: it tells of a person. The first submission of an account brings its key, and the receipt its ID number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from pocus_desktop.admission.documents import Moment, Part, bounded, checked, read_payload, signed
from pocus_desktop.admission.shape import Base64
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import BadKeyError, PublicKey, SealingKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.programme.documents.candidate import (
    Account,
    Appeal,
    Application,
    Attestation,
    CaseEntry,
    CmeCredit,
    Credential,
    Nomination,
    ReminderRequest,
    VoucherEntry,
)
from pocus_desktop.programme.documents.parts import AccountId, CandidateId, Sha256
from pocus_desktop.programme.documents.registry import AnyDocument, read_document
from pocus_desktop.programme.sealing import open_envelope, seal_envelope

SUBMISSION_TYPE: Final = "application/vnd.pocus.portfolio.v1+json"
SEALED_TYPE: Final = "application/vnd.pocus.sealed-portfolio.v1+json"
RECEIPT_TYPE: Final = "application/vnd.pocus.portfolio-receipt.v1+json"
MAXIMUM_BYTES: Final = 4 * 1024 * 1024
MAXIMUM_SEALED_BYTES: Final = 12 * 1024 * 1024
MOST_DOCUMENTS: Final = 2000
_LABEL: Final = b"pocus portfolio v1"
_RAW_KEY_BYTES: Final = 32

OWN_KINDS: Final = (
    Account,
    Credential,
    CaseEntry,
    Attestation,
    Application,
    VoucherEntry,
    Nomination,
    ReminderRequest,
    CmeCredit,
    Appeal,
)
"""What a candidate says. Everything else is the academy's to say, and is refused in a submission."""


class NotThePortfoliosError(PocusError):
    """A submission is not signed by the key that it brings, or says what only the academy says."""

    code: ClassVar[str] = "portfolio.not_its_own"
    blame: ClassVar[Blame] = Blame.CONTENT


class BadPortfolioReceiptError(PocusError):
    """What came back is no receipt of the academy for this submission."""

    code: ClassVar[str] = "portfolio.bad_receipt"
    blame: ClassVar[Blame] = Blame.CONTENT


class Submission(Part):
    """What is signed.

    Attributes:
        key: The portfolio's Ed25519 key, which signs.
        documents: As `programme.documents` has them.
    """

    format: Literal[1] = 1
    account_id: AccountId
    key: Base64
    sent_at_ms: Moment
    documents: Annotated[tuple[dict[str, Any], ...], Field(min_length=1, max_length=MOST_DOCUMENTS)]


class PortfolioReceipt(Part):
    """The academy's word that it holds a submission.

    Attributes:
        candidate_id: The account's ID number; None while a person has to look first.
    """

    format: Literal[1] = 1
    digest: Sha256
    account_id: AccountId
    candidate_id: CandidateId | None = None
    received_at_ms: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A submission that was verified; made by `read_submission` alone."""

    account_id: str
    key: PublicKey
    sent_at_ms: int
    documents: tuple[AnyDocument, ...]
    envelope: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the signed envelope."""
        return canonical.digest(self.envelope)


def sign_submission(account_id: str, documents: Sequence[AnyDocument], signer: SigningKey, *, now_ms: int) -> bytes:
    """The signed envelope of some documents.

    Raises:
        BadDocumentError: There are more than one submission takes.
    """
    fields = {
        "account_id": account_id,
        "key": signer.public.raw,
        "sent_at_ms": now_ms,
        "documents": [document.model_dump(mode="json") for document in documents],
    }
    return bounded(signed(SUBMISSION_TYPE, checked(Submission, fields), [signer]), MAXIMUM_BYTES)


def seal_submission(envelope: bytes, recipients: Iterable[PublicKey]) -> bytes:
    """What is sent: the envelope sealed to each of the academy's keys."""
    return seal_envelope(envelope, recipients, label=_LABEL)


def open_submission(data: bytes, openers: Iterable[SealingKey]) -> bytes:
    """The signed envelope inside, not verified yet.

    Raises:
        NotForUsError: It is sealed to none of these keys.
        BadDocumentError, NewerDocumentError: It is no submission.
        CannotOpenSealedError: It was altered.
    """
    return open_envelope(data, openers, label=_LABEL, maximum_bytes=MAXIMUM_SEALED_BYTES)


def read_submission(envelope: bytes) -> Sent:
    """Verify a submission by the key that it brings; whose key that is, is the hub's to know.

    Raises:
        NotThePortfoliosError: Another key signed it, or it says what a candidate cannot say.
        BadDocumentError, NewerDocumentError: A document is none that this program knows.
        PocusError: `crypto.*`: it is no envelope, or of another type.
    """
    submission, key = _verified(envelope)
    documents = tuple(read_document(fields) for fields in submission.documents)
    if not all(isinstance(document, OWN_KINDS) for document in documents):
        raise NotThePortfoliosError(reason="it says what the academy says")
    return Sent(
        account_id=submission.account_id,
        key=key,
        sent_at_ms=submission.sent_at_ms,
        documents=documents,
        envelope=envelope,
    )


def signer_of(envelope: bytes) -> PublicKey:
    """Whose key signed a submission, whatever is in it.

    Raises:
        NotThePortfoliosError, BadDocumentError, NewerDocumentError: It is none, or another key signed it.
        PocusError: `crypto.*`: it is no envelope, or of another type.
    """
    return _verified(envelope)[1]


def issue_receipt(receipt: PortfolioReceipt, signer: SigningKey) -> bytes:
    """The receipt's envelope."""
    return signed(RECEIPT_TYPE, receipt, [signer])


def read_receipt(envelope: bytes, hubs: Iterable[PublicKey], *, digest: str) -> PortfolioReceipt:
    """Verify a receipt for a submission.

    Raises:
        BadPortfolioReceiptError: No trusted key signed it, it is for another, or it is no receipt at all.
    """
    try:
        parsed = dsse.Envelope.parse(bounded(envelope))
        dsse.verify(parsed, payload_type=RECEIPT_TYPE, keys=hubs)
        receipt = read_payload(PortfolioReceipt, parsed.payload)
    except PocusError as problem:
        raise BadPortfolioReceiptError(reason=problem.code) from problem
    if receipt.digest != digest:
        raise BadPortfolioReceiptError(reason="it is for another submission")
    return receipt


def _verified(envelope: bytes) -> tuple[Submission, PublicKey]:
    """A submission that the key which it brings has signed; its documents are still to be read."""
    parsed = dsse.Envelope.parse(bounded(envelope, MAXIMUM_BYTES))
    submission = read_payload(Submission, parsed.payload)
    if len(submission.key) != _RAW_KEY_BYTES:
        raise NotThePortfoliosError(reason="it brings no key")
    try:
        key = PublicKey(algorithm="ed25519", raw=submission.key)
        dsse.verify(parsed, payload_type=SUBMISSION_TYPE, keys=[key])
    except (BadKeyError, dsse.NotEnoughSignaturesError) as problem:
        raise NotThePortfoliosError(reason="another key signed it") from problem
    return submission, key
