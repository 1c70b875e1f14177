"""A candidate's documents as one value (formats/programme 4). Pure: reading and writing them is others' work.

Of several writings of one document the one with the highest revision counts. Two of the same revision that differ were
made in two places; both are given back as a conflict, and neither is guessed to be right.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TypeVar, cast

from pocus_desktop.case.models import ContentArea
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
from pocus_desktop.programme.documents.registry import AnyDocument, encode_document

_D = TypeVar("_D", bound=AnyDocument)

_ID_FIELDS = (
    "account_id",
    "credential_id",
    "case_entry_id",
    "attestation_id",
    "entry_id",
    "nomination_id",
    "credit_id",
    "appeal_id",
    "decision_id",
    "question_id",
    "appeal_decision_id",
    "extension_id",
    "result_id",
    "certificate_id",
    "admission_id",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two writings of one document, made apart; the portfolio holds the first.

    Attributes:
        key: Kind and id.
    """

    key: tuple[str, str]
    writings: tuple[AnyDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """What is known of a candidate."""

    account: Account | None = None
    credentials: tuple[Credential, ...] = ()
    cases: tuple[CaseEntry, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    applications: tuple[Application, ...] = ()
    decisions: tuple[Decision, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    entries: tuple[VoucherEntry, ...] = ()
    extensions: tuple[VoucherExtension, ...] = ()
    refunds: tuple[VoucherRefund, ...] = ()
    entry_refusals: tuple[EntryRefusal, ...] = ()
    admissions: tuple[AdmissionNotice, ...] = ()
    nominations: tuple[Nomination, ...] = ()
    reminder_requests: tuple[ReminderRequest, ...] = ()
    evaluators: tuple[EvaluatorState, ...] = ()
    peer_outcomes: tuple[PeerOutcome, ...] = ()
    results: tuple[ResultSummary, ...] = ()
    certificates: tuple[CertificateHeld, ...] = ()
    credits: tuple[CmeCredit, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    questions: tuple[Question, ...] = ()
    appeal_decisions: tuple[AppealDecision, ...] = ()
    conflicts: tuple[Conflict, ...] = field(default=(), compare=False)

    @property
    def zone(self) -> str:
        """Where the candidate declares to live; UTC until an account says."""
        return self.account.zone if self.account is not None else "UTC"

    def cases_of(self, area: ContentArea) -> tuple[CaseEntry, ...]:
        """The logged cases of an area."""
        return tuple(entry for entry in self.cases if entry.area == area)


def document_key(document: AnyDocument) -> tuple[str, str]:
    """Kind and id, by which writings of one document are told from other documents."""
    kind = document.kind
    match document:
        case Application():
            return kind, document.application_id
        case Voucher() | VoucherRefund():
            return kind, document.voucher_id
        case EvaluatorState():
            return kind, f"{document.nomination_id} {document.area or '-'} {document.state} {document.at_ms}"
        case PeerOutcome():
            return kind, f"{document.application_id} {document.area} {document.made_at_ms}"
        case ReminderRequest():
            return kind, document.request_id
        case _:
            return kind, str(getattr(document, _id_field(type(document))))


@cache
def _id_field(kind: type[AnyDocument]) -> str:
    return next(name for name in _ID_FIELDS if name in kind.model_fields)


def gather(documents: Iterable[AnyDocument]) -> Portfolio:
    """One portfolio of all documents, in whatever order they come."""
    writings: dict[tuple[str, str], list[AnyDocument]] = defaultdict(list)
    for document in documents:
        writings[document_key(document)].append(document)
    kept: dict[type, list[AnyDocument]] = defaultdict(list)
    conflicts: list[Conflict] = []
    for key in sorted(writings):
        found = writings[key]
        last = found if len(found) == 1 else _last(found)  # of nearly all there is one: a log may have thousands
        kept[type(last[0])].append(last[0])
        if len(last) > 1:
            conflicts.append(Conflict(key=key, writings=tuple(last)))

    def of(kind: type[_D]) -> tuple[_D, ...]:
        return cast("tuple[_D, ...]", tuple(kept.get(kind, ())))

    accounts = of(Account)
    if len(accounts) > 1:
        conflicts.append(Conflict(key=("account", ""), writings=accounts))
    return Portfolio(
        account=accounts[0] if accounts else None,
        credentials=of(Credential),
        cases=of(CaseEntry),
        attestations=of(Attestation),
        applications=of(Application),
        decisions=of(Decision),
        vouchers=of(Voucher),
        entries=of(VoucherEntry),
        extensions=of(VoucherExtension),
        refunds=of(VoucherRefund),
        entry_refusals=of(EntryRefusal),
        admissions=of(AdmissionNotice),
        nominations=of(Nomination),
        reminder_requests=of(ReminderRequest),
        evaluators=of(EvaluatorState),
        peer_outcomes=of(PeerOutcome),
        results=of(ResultSummary),
        certificates=of(CertificateHeld),
        credits=of(CmeCredit),
        appeals=of(Appeal),
        questions=of(Question),
        appeal_decisions=of(AppealDecision),
        conflicts=tuple(conflicts),
    )


def _last(writings: Sequence[AnyDocument]) -> Sequence[AnyDocument]:
    """Of several writings of one document those that count, in an order that does not hang on how they came."""
    found = {encode_document(one): one for one in writings}
    highest = max(getattr(one, "revision", 1) for one in writings)
    last = [found[data] for data in sorted(found) if getattr(found[data], "revision", 1) == highest]
    return _revoked(last) or _noticed(last) or last


def _noticed(writings: Sequence[AnyDocument]) -> list[AnyDocument]:
    """Of what the academy computes whenever it is asked, told again where something around it changed.

    Such as an admission after its assessment came to the academy, or a refused entry whose voucher was refunded since.
    That is no conflict: the academy alone says it.
    """
    said = [one for one in writings if isinstance(one, AdmissionNotice | EntryRefusal)]
    return [max(said, key=lambda one: (getattr(one, "area", None) is not None, encode_document(one)))] if said else []


def _revoked(writings: Sequence[AnyDocument]) -> list[AnyDocument]:
    """Of a certificate that the academy revoked after it was given, the writing that says so; else nothing."""
    said = [one for one in writings if isinstance(one, CertificateHeld) and one.revoked_on is not None]
    return [min(said, key=lambda one: (one.revoked_on or date.max, encode_document(one)))] if said else []
