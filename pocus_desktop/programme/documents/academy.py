"""What the academy says: decisions, vouchers and what becomes of them, states of evaluators, results, certificates."""

from typing import Annotated, Literal

from pydantic import Field

from pocus_desktop.case.models import ContentArea
from pocus_desktop.case.values import Text
from pocus_desktop.programme.documents.parts import (
    AppealId,
    ApplicationId,
    At,
    CandidateId,
    CertificateId,
    DecisionId,
    Document,
    EntryId,
    Line,
    NominationId,
    Prose,
    ResultId,
    RuleId,
    Sha256,
    VoucherId,
)
from pocus_desktop.programme.peers.panel import NotTaken, SeenStage
from pocus_desktop.programme.values import Day


class AreaDecision(Document):
    """What was decided for one area, by which rows, and why."""

    area: ContentArea
    is_approved: bool
    rule_ids: tuple[RuleId, ...] = Field(max_length=100)
    reason: Prose = ""


class Decision(Document):
    """An application was decided.

    Attributes:
        decided_on: The day whose rules decide.
        rules: The digest of the book.
        by: Who decided.
        is_sampled: Whether the application was drawn for the audit.
    """

    kind: Literal["decision"] = "decision"
    decision_id: DecisionId
    application_id: ApplicationId
    decided_on: Day
    areas: tuple[AreaDecision, ...] = Field(min_length=1, max_length=len(ContentArea))
    rules: Sha256
    by: Line
    is_sampled: bool = False
    made_at_ms: At


class Question(Document):
    """The academy asks for more before it decides an application."""

    kind: Literal["question"] = "question"
    question_id: str = Field(pattern=r"^qst_[0-9a-z]{20}$")
    application_id: ApplicationId
    words: Prose
    by: Line
    made_at_ms: At


class AppealDecision(Document):
    """An appeal was decided.

    Attributes:
        is_granted: Whether what it was about is decided anew, or the sitting does not count.
    """

    kind: Literal["appeal-decision"] = "appeal-decision"
    appeal_decision_id: str = Field(pattern=r"^apd_[0-9a-z]{20}$")
    appeal_id: AppealId
    is_granted: bool
    reason: Prose
    by: Line
    decided_on: Day
    made_at_ms: At


class Voucher(Document):
    """Pays for the assessments of some areas, once. Signed by the academy.

    Attributes:
        voucher_id: Made from its code (`programme.voucher_code`), which stands nowhere in it.
        areas: What it pays for.
        candidate_id: Who may enter it; None is whoever has the code.
        enter_by: The last day on which it may be entered, where the candidate lives; None is any.
        words: What its holder reads on it, such as which department paid.
    """

    kind: Literal["voucher"] = "voucher"
    voucher_id: VoucherId
    areas: tuple[ContentArea, ...] = Field(min_length=1, max_length=len(ContentArea))
    candidate_id: CandidateId | None = None
    enter_by: Day | None = None
    issued_at_ms: At
    words: Text | None = None


class VoucherExtension(Document):
    """Days on top of a voucher's window, with the reason. Signed by the academy."""

    kind: Literal["voucher-extension"] = "voucher-extension"
    extension_id: str = Field(pattern=r"^ext_[0-9a-z]{20}$")
    voucher_id: VoucherId
    days: int = Field(ge=1, le=3660)
    reason: Line
    by: Line
    made_at_ms: At


class VoucherRefund(Document):
    """A voucher is worth nothing any more, with the reason. Signed by the academy."""

    kind: Literal["voucher-refund"] = "voucher-refund"
    voucher_id: VoucherId
    reason: Line
    by: Line
    made_at_ms: At


class EntryRefusal(Document):
    """An entry of a voucher that does not count, as the academy sees it, which knows of all entries. Signed.

    Attributes:
        code: Of the error that says why.
        day: That it names; None where it names none.
        reason: Why the voucher was refunded.
    """

    kind: Literal["entry-refusal"] = "entry-refusal"
    entry_id: EntryId
    voucher_id: VoucherId
    code: Literal[
        "voucher.unknown",
        "voucher.entered_already",
        "voucher.other_candidate",
        "voucher.other_areas",
        "voucher.too_late",
        "voucher.refunded",
    ]
    day: Day | None = None
    reason: Line | None = None


class AdmissionNotice(Document):
    """The academy admits to a sitting. What is sat with is the admission itself, which goes to where it is sat.

    Attributes:
        revision: Counts up as its state changes.
        state: `sat` once a result came under it.
        area: None where the academy does not hold the assessment.
        not_before_ms: When the sitting may begin; None is any time, as at its end.
        station: Key id of the only computer; None for any.
        centre_id: The only centre; None for any place.
        centre_name: As people call it; empty without a centre.
    """

    kind: Literal["admission-notice"] = "admission-notice"
    admission_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")
    revision: int = Field(default=1, ge=1, le=10_000)
    state: Literal["open", "withdrawn", "sat"] = "open"
    candidate_id: CandidateId
    area: ContentArea | None = None
    bundle_id: Line
    minimum_version: int = Field(default=1, ge=1)
    attempt: int = Field(default=1, ge=1)
    not_before_ms: At | None = None
    not_after_ms: At | None = None
    station: Line | None = None
    centre_id: Line | None = None
    centre_name: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class EvaluatorState(Document):
    """How it stands with an evaluator: never what was said.

    Attributes:
        area: For which area of the application; None is all for which they were named.
        why: Why a nomination was not taken.
    """

    kind: Literal["evaluator-state"] = "evaluator-state"
    nomination_id: NominationId
    area: ContentArea | None = Field(default=None, exclude_if=lambda area: area is None)
    state: SeenStage
    why: NotTaken | None = Field(default=None, exclude_if=lambda why: why is None)
    at_ms: At


class PeerOutcome(Document):
    """What came of the peer evaluation of an area, as a person of the academy decided on the combined answers.

    Attributes:
        policy: The version of the policy of peer evaluation by which they were combined.
        answered_on: The day on which the last answer came that was needed, where the candidate lives.
    """

    kind: Literal["peer-outcome"] = "peer-outcome"
    application_id: ApplicationId
    area: ContentArea
    is_supported: bool
    policy: int = Field(ge=1)
    answered_on: Day
    made_at_ms: At


class ResultSummary(Document):
    """What a sitting came to, as the academy released it.

    Attributes:
        sealed_digest: SHA-256 of the sealed result.
        score: In hundredths of a point, as `maximum`.
        is_void: Whether the sitting does not count.
        sat_on: The day it was handed in, where the candidate lives.
        revision: Counts up where the academy tells the same sitting again, such as after a key was corrected.
    """

    kind: Literal["result"] = "result"
    result_id: ResultId
    revision: int = Field(default=1, ge=1, le=10_000, exclude_if=lambda revision: revision == 1)
    application_id: ApplicationId | None = None
    candidate_id: CandidateId
    area: ContentArea
    sitting_id: Line
    sealed_digest: Sha256
    sat_on: Day
    score: int = Field(ge=0, le=2**40)
    maximum: int = Field(ge=1, le=2**40)
    is_void: bool = False
    released_on: Day


class CertificateHeld(Document):
    """A certificate of this academy, in short; the certificate itself is a credential of its own (`certificate`).

    Attributes:
        renewal_of: The certificate that it goes on from.
    """

    kind: Literal["certificate"] = "certificate"
    certificate_id: CertificateId
    candidate_id: CandidateId
    area: ContentArea
    issued_on: Day
    last_on: Day
    revoked_on: Day | None = None
    renewal_of: CertificateId | None = None
