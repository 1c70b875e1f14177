"""What a candidate says: account, credentials, logged cases, attestations, application, nominations, credits, appeals.

Each is written once under its id; whoever changes one writes it again with a higher `revision`.
"""

from typing import Literal

from pydantic import Field, model_validator

from pocus_desktop.case.models import ContentArea
from pocus_desktop.case.values import Language, Name, refuse_repeated
from pocus_desktop.programme.documents.parts import (
    AccountId,
    AppealId,
    ApplicationId,
    At,
    AttestationId,
    CandidateId,
    CaseEntryId,
    CredentialId,
    CreditId,
    Document,
    Email,
    EntryId,
    EvidenceFile,
    Line,
    NominationId,
    Prose,
    RuleId,
    Sha256,
    VoucherId,
    Zone,
)
from pocus_desktop.programme.values import Approach, CreditKind, Credits, Day, Topic
from pocus_desktop.programme.voucher_code import names_voucher


class Account(Document):
    """Who the portfolio is about.

    Attributes:
        candidate_id: The academy's ID number; None until it has given one.
        zone: Where the candidate declares to live: days are counted there (docs/adr/0201).
    """

    kind: Literal["account"] = "account"
    account_id: AccountId
    revision: int = Field(default=1, ge=1)
    candidate_id: CandidateId | None = None
    name: Line
    email: Email
    zone: Zone
    language: Language = "en"
    made_at_ms: At


class Credential(Document):
    """A credential, certificate or passed examination of any body.

    Attributes:
        credential: Its name in the rules, such as `rdms`, `spi`, `pocus-fundamentals`.
        level: As the body's CME rule knows it, such as `registered`; None where it has one level.
        issued_on: The day it was issued, or the examination was passed.
        expires_on: Its last day; None where it has none.
        status: As the body's register says.
        cycle_from: The day on which a cycle of continuing education began, as the body states it; None to count from
            the day of issue.
    """

    kind: Literal["credential"] = "credential"
    credential_id: CredentialId
    revision: int = Field(default=1, ge=1)
    body: Name
    credential: Name
    title: Line
    number: Line | None = None
    level: Name | None = None
    issued_on: Day
    expires_on: Day | None = None
    status: Literal["active", "lapsed", "revoked"] = "active"
    cycle_from: Day | None = None
    evidence: tuple[EvidenceFile, ...] = Field(default=(), max_length=100)


class CaseEntry(Document):
    """One case of the log. It knows no patient.

    Attributes:
        approach: Where the area's rule asks for it.
        did_perform: Whether the candidate scanned.
        did_interpret: Whether the candidate took part in the interpretation.
        findings: In the candidate's words, without anything that tells who the patient was.
        origin: How it came into the log.
        study: A salted digest of the study's UID where it was counted from DICOM, so that it is counted once.
    """

    kind: Literal["case"] = "case"
    case_entry_id: CaseEntryId
    revision: int = Field(default=1, ge=1)
    performed_on: Day
    area: ContentArea
    approach: Approach | None = None
    did_perform: bool = True
    did_interpret: bool = True
    findings: Prose = ""
    origin: Literal["hand", "csv", "dicom"] = "hand"
    study: Sha256 | None = None


class Attestation(Document):
    """A statement that was made; its words are those of the row.

    Attributes:
        rule_id: The row whose words were read.
        area: For which area, where the statement is made for each.
        made_on: The day, where the candidate lives.
        language: In which language the words were read.
    """

    kind: Literal["attestation"] = "attestation"
    attestation_id: AttestationId
    rule_id: RuleId
    area: ContentArea | None = None
    made_on: Day
    language: Language


class Application(Document):
    """An application for certificates.

    Attributes:
        areas: One certificate for each.
        attestations: The ids of those made for it.
        rules: The digest of the book by which eligibility was told when it was made.
    """

    kind: Literal["application"] = "application"
    application_id: ApplicationId
    candidate_id: CandidateId
    areas: tuple[ContentArea, ...] = Field(min_length=1, max_length=len(ContentArea))
    attestations: tuple[AttestationId, ...] = Field(default=(), max_length=100)
    made_at_ms: At
    zone: Zone
    rules: Sha256
    is_withdrawn: bool = False
    revision: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _each_once(self) -> "Application":
        refuse_repeated(self.areas, "areas")
        return self


class VoucherEntry(Document):
    """A voucher's code was entered in an application: the clock starts.

    Attributes:
        code: As it was typed, in its plain form; the voucher's id is made from it, so that it can be entered where the
            voucher itself is not at hand.
        entered_at_ms: As the clock of the computer said.
        zone: Where the candidate declared to live at that moment; a later move changes no deadline.
    """

    kind: Literal["voucher-entry"] = "voucher-entry"
    entry_id: EntryId
    voucher_id: VoucherId
    code: str = Field(max_length=40, repr=False)
    application_id: ApplicationId
    candidate_id: CandidateId
    entered_at_ms: At
    zone: Zone

    @model_validator(mode="after")
    def _code_of_the_voucher(self) -> "VoucherEntry":
        if not names_voucher(self.code, self.voucher_id):
            raise ValueError("the code is not that of the voucher")
        return self


class Nomination(Document):
    """A clinician who is to evaluate the candidate.

    Attributes:
        areas: For which of the application's areas; empty is all of them.
        background: Their clinical background in ultrasound, as the candidate states it.
        language: In which they are written to.
        has_agreed: Whether they agreed to be written to; None where nobody said, which is no agreement.
        has_interest: Whether the candidate knows of an interest of theirs in the outcome, such as kinship.
        replaces: The nomination that this one takes the place of.
    """

    kind: Literal["nomination"] = "nomination"
    nomination_id: NominationId
    application_id: ApplicationId
    areas: tuple[ContentArea, ...] = Field(default=(), max_length=len(ContentArea))
    name: Line
    email: Email
    background: Line
    language: Language = Field(default="en", exclude_if=lambda language: language == "en")
    has_agreed: bool | None = Field(default=None, exclude_if=lambda agreed: agreed is None)
    has_interest: bool = Field(default=False, exclude_if=lambda interest: not interest)
    made_at_ms: At
    replaces: NominationId | None = None


class ReminderRequest(Document):
    """The candidate asks that an evaluator be reminded, besides the reminders that go by themselves."""

    kind: Literal["reminder-request"] = "reminder-request"
    request_id: str = Field(pattern=r"^rem_[0-9a-z]{20}$")
    nomination_id: NominationId
    made_at_ms: At


class CmeCredit(Document):
    """Continuing education that was completed.

    Attributes:
        activity: What it was.
        activity_id: The provider's number for it, by which it is known again.
        provider: The row of the provider; None where it stands in none.
        provider_name: As the certificate says.
        way: How it was taken; None where nobody said.
        topic: What it was about; likewise.
        approvals: Bodies that approved the activity, as the certificate says.
        subjects: What it is about, as bodies ask for it, such as `cardiovascular`.
        completed_on: The day on the certificate.
    """

    kind: Literal["cme"] = "cme"
    credit_id: CreditId
    revision: int = Field(default=1, ge=1)
    activity: Line
    activity_id: Line | None = None
    provider: Name | None = None
    provider_name: Line
    way: CreditKind | None = None
    topic: Topic | None = None
    subjects: tuple[Name, ...] = Field(default=(), max_length=20)
    approvals: tuple[Name, ...] = Field(default=(), max_length=20)
    completed_on: Day
    credits: Credits
    evidence: tuple[EvidenceFile, ...] = Field(default=(), max_length=20)


class Appeal(Document):
    """An appeal against a decision.

    Attributes:
        ground: One of the grounds of the rule.
        about: The id of the decision or of the result.
        decided_on: The day that was told.
    """

    kind: Literal["appeal"] = "appeal"
    appeal_id: AppealId
    candidate_id: CandidateId
    ground: Name
    about: Line
    decided_on: Day
    made_at_ms: At
    zone: Zone
    words: Prose
    evidence: tuple[EvidenceFile, ...] = Field(default=(), max_length=20)
