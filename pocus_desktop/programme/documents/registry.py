"""Every kind of document, and how one is read and refused (formats/programme 3.2)."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from pydantic import ValidationError

from pocus_desktop.admission.shape import first_fault
from pocus_desktop.kernel import canonical
from pocus_desktop.programme.documents.academy import (
    AdmissionNotice,
    AppealDecision,
    CertificateHeld,
    Decision,
    EntryRefusal,
    EvaluatorState,
    PeerOutcome,
    Question,
    ResultSummary,
    Voucher,
    VoucherExtension,
    VoucherRefund,
)
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
from pocus_desktop.programme.documents.parts import FORMAT
from pocus_desktop.programme.errors import BadDocumentError, NewerDocumentError

AnyDocument: TypeAlias = (
    Account
    | Credential
    | CaseEntry
    | Attestation
    | Application
    | VoucherEntry
    | Nomination
    | ReminderRequest
    | CmeCredit
    | Appeal
    | Decision
    | Question
    | AppealDecision
    | Voucher
    | VoucherExtension
    | VoucherRefund
    | EntryRefusal
    | AdmissionNotice
    | EvaluatorState
    | PeerOutcome
    | ResultSummary
    | CertificateHeld
)

KINDS: Final[Mapping[str, type[AnyDocument]]] = {
    str(model.model_fields["kind"].default): model
    for model in (
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
        Decision,
        Question,
        AppealDecision,
        Voucher,
        VoucherExtension,
        VoucherRefund,
        EntryRefusal,
        AdmissionNotice,
        EvaluatorState,
        PeerOutcome,
        ResultSummary,
        CertificateHeld,
    )
}


def read_document(fields: object) -> AnyDocument:
    """A document from its fields.

    Raises:
        NewerDocumentError: A newer program wrote it.
        BadDocumentError: It is something else; names the first fault, never its value.
    """
    if not isinstance(fields, dict):
        raise BadDocumentError(reason="it is no object")
    found: Any = fields.get("format", FORMAT)
    if isinstance(found, int) and found > FORMAT:
        raise NewerDocumentError(found=found, known=FORMAT)
    kind = fields.get("kind")
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise BadDocumentError(reason="kind: unknown")
    try:
        return model.model_validate(fields)
    except ValidationError as problem:
        raise BadDocumentError(reason=first_fault(problem)) from problem


def parse_document(data: bytes) -> AnyDocument:
    """A document from its bytes.

    Raises:
        NewerDocumentError, BadDocumentError: As `read_document`.
    """
    try:
        return read_document(canonical.decode(data))
    except canonical.BadJsonError as problem:
        raise BadDocumentError(reason="it is not JSON") from problem


def encode_document(document: AnyDocument) -> bytes:
    """Its canonical bytes."""
    return canonical.encode(document.model_dump(mode="json"))
