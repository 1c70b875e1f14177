"""What a candidate can do with the portfolio, one function each: documents come out, nothing is kept here. Pure.

Whoever changes a document writes it again with the next revision. What a rule forbids is refused by name before a
document is made; what only the academy can know is left to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel.ids import new_id
from pocus_desktop.programme.answer import Finding
from pocus_desktop.programme.appealing import require_appeal
from pocus_desktop.programme.days import local_day
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
from pocus_desktop.programme.documents.parts import EvidenceFile
from pocus_desktop.programme.documents.registry import AnyDocument
from pocus_desktop.programme.eligibility import eligibility
from pocus_desktop.programme.evaluators import evaluators_of
from pocus_desktop.programme.next_steps import window_for
from pocus_desktop.programme.own.errors import (
    AppliedAlreadyError,
    BadFieldError,
    EnoughNamedError,
    HasInterestError,
    NamedAlreadyError,
    NoAccountYetError,
    NoNumberError,
    NotAgreedError,
    NotAttestedError,
    NotRemindedNowError,
    NotReplaceableError,
    NotSettledHereError,
    NotThereError,
)
from pocus_desktop.programme.peers import policy
from pocus_desktop.programme.peers.mailbox import mailbox
from pocus_desktop.programme.peers.panel import NO_LONGER
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.result import certificate_due, certified_since, decision_on
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.model import AttestationRule
from pocus_desktop.programme.voucher import Life, enter

Statement = tuple[str, ContentArea | None]
"""A row of an attestation, and the area where it is made for each."""

_M = TypeVar("_M", bound=BaseModel)


def made(kind: type[_M], fields: Mapping[str, Any]) -> _M:
    """A document of what was typed.

    Raises:
        BadFieldError: The first field that cannot be taken, by name and never by value.
    """
    try:
        return kind.model_validate(dict(fields))
    except ValidationError as problem:
        first = problem.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or str(first["msg"]).removeprefix("Value error, ")
        raise BadFieldError(field=field) from problem


def require_account(portfolio: Portfolio) -> Account:
    """The account.

    Raises:
        NoAccountYetError: There is none.
    """
    if portfolio.account is None:
        raise NoAccountYetError
    return portfolio.account


def require_number(portfolio: Portfolio) -> str:
    """The account's ID number.

    Raises:
        NoAccountYetError: There is no account.
        NoNumberError: The academy has given it no number yet, and would not know whose a document is.
    """
    number = require_account(portfolio).candidate_id
    if number is None:
        raise NoNumberError
    return number


def write_account(portfolio: Portfolio, *, now_ms: int, **fields: Any) -> Account:
    """Set the account up, or correct it.

    Args:
        portfolio: What is known.
        now_ms: The present.
        fields: `name`, `email`, `zone`, `language`, and `candidate_id` where the academy gave a number before.
    """
    old = portfolio.account
    if old is None:
        return made(Account, {"account_id": new_id("acc"), "made_at_ms": now_ms, **fields})
    return made(Account, old.model_dump() | fields | {"revision": old.revision + 1})


def write_credential(portfolio: Portfolio, *, credential_id: str = "", **fields: Any) -> Credential:
    """Add a credential, or correct one."""
    require_account(portfolio)
    old = {one.credential_id: one for one in portfolio.credentials}.get(credential_id)
    return _again(Credential, old, {"credential_id": credential_id or new_id("crd")}, fields)


def write_case(portfolio: Portfolio, *, case_entry_id: str = "", today: date, **fields: Any) -> CaseEntry:
    """Log a case, or correct one.

    Raises:
        BadFieldError: `performed_on` where the day is still to come, or another field.
    """
    require_account(portfolio)
    old = {one.case_entry_id: one for one in portfolio.cases}.get(case_entry_id)
    entry = _again(CaseEntry, old, {"case_entry_id": case_entry_id or new_id("log")}, fields)
    if entry.performed_on > today:
        raise BadFieldError(field="performed_on")
    return entry


def write_credit(portfolio: Portfolio, *, credit_id: str = "", today: date, **fields: Any) -> CmeCredit:
    """Add continuing education, or correct it."""
    require_account(portfolio)
    old = {one.credit_id: one for one in portfolio.credits}.get(credit_id)
    credit = _again(CmeCredit, old, {"credit_id": credit_id or new_id("cme")}, fields)
    if credit.completed_on > today:
        raise BadFieldError(field="completed_on")
    return credit


def prove_credit(portfolio: Portfolio, credit_id: str, file: EvidenceFile, *, today: date) -> CmeCredit:
    """Add a file to what proves a credit; the same file twice is once.

    Raises:
        NotThereError: There is no such credit.
    """
    held = {one.credit_id: one for one in portfolio.credits}.get(credit_id)
    if held is None:
        raise NotThereError(what=credit_id)
    files = [one for one in held.evidence if one.sha256 != file.sha256]
    evidence = [one.model_dump() for one in (*files, file)]
    return write_credit(portfolio, credit_id=credit_id, today=today, evidence=evidence)


def statements_for(
    portfolio: Portfolio, rules: Rules, areas: Sequence[ContentArea], on: date
) -> tuple[tuple[AttestationRule, ContentArea | None], ...]:
    """What has still to be attested before an application for some areas, each statement once."""
    rows = {row.statement: row for row in rules.attestations(on, "application")}
    found: dict[Statement, AttestationRule] = {}
    for area in areas:
        for finding in eligibility(portfolio, area, rules, on).findings:
            row = rows.get(finding.requirement.removeprefix("attestation."))
            if row is not None and not finding.is_met:
                found[row.id, area if row.scope == "area" else None] = row
    ordered = sorted(found, key=lambda one: (one[1] is not None, one[1] or ""))
    return tuple((found[one], one[1]) for one in ordered)


def apply(
    portfolio: Portfolio,
    rules: Rules,
    *,
    areas: Sequence[ContentArea],
    attested: Iterable[Statement],
    language: str,
    lives: Sequence[Life],
    now_ms: int,
) -> tuple[AnyDocument, ...]:
    """Apply for certificates, with what was attested for it.

    Cases or a credential that are missing keep nobody from applying: the academy decides, and is told.

    Raises:
        NoAccountYetError, NoNumberError: The academy would not know whose it is.
        AppliedAlreadyError: An application for one of the areas is under way.
        NotAttestedError: A statement was not made.
        BadFieldError: No area was chosen.
    """
    account, number = require_account(portfolio), require_number(portfolio)
    for area in areas:
        if under_way(portfolio, area, rules, lives, now_ms):
            raise AppliedAlreadyError(area=str(area))
    on, given = local_day(now_ms, account.zone), set(attested)
    wanted = statements_for(portfolio, rules, areas, on)
    for row, of in wanted:
        if (row.id, of) not in given:
            raise NotAttestedError(statement=row.words(language))
    attestations = [
        made(
            Attestation,
            {"attestation_id": new_id("ats"), "rule_id": row.id, "area": of, "made_on": on, "language": language},
        )
        for row, of in wanted
    ]
    known = [
        each
        for area in areas
        for finding in eligibility(portfolio, area, rules, on).findings
        if finding.requirement.startswith("attestation.")
        for each in _counting(finding)
    ]
    named = [*known, *(one.attestation_id for one in attestations)]
    application = made(
        Application,
        {
            "application_id": new_id("app"),
            "candidate_id": number,
            "areas": list(areas),
            "attestations": list(dict.fromkeys(named)),
            "made_at_ms": now_ms,
            "zone": account.zone,
            "rules": rules.digest,
        },
    )
    return (*attestations, application)


def application_in(documents: Iterable[AnyDocument]) -> Application:
    """The application among what `apply` gave."""
    return next(one for one in documents if isinstance(one, Application))


def _counting(finding: Finding) -> tuple[str, ...]:
    return finding.evidence if finding.is_met else ()


def under_way(portfolio: Portfolio, area: ContentArea, rules: Rules, lives: Sequence[Life], now_ms: int) -> bool:
    """Whether an application for an area waits, or was approved and may still lead to a certificate.

    Args:
        portfolio: What is known.
        area: Which one.
        rules: The book.
        lives: How the vouchers stand.
        now_ms: The present.

    Raises:
        NoRuleError: Nothing was in force on the day of a sitting.
    """
    for one in portfolio.applications:
        if one.is_withdrawn or area not in one.areas:
            continue
        decided = decision_on(portfolio.decisions, one.application_id, area)
        window = window_for(lives, one.application_id, area, now_ms)
        is_over = certified_since(portfolio, one, area) is not None
        if window is not None and now_ms >= window.ends_at_ms:
            is_over = is_over or not certificate_due(portfolio, one, area, window, rules).is_due
        if not is_over and (decided is None or decided[1].is_approved):
            return True
    return False


def withdraw(portfolio: Portfolio, application_id: str) -> Application:
    """Take an application back."""
    old = application_of(portfolio, application_id)
    return old.model_copy(update={"is_withdrawn": True, "revision": old.revision + 1})


def application_of(portfolio: Portfolio, application_id: str) -> Application:
    """One application.

    Raises:
        NotThereError: There is none of that id.
    """
    for one in portfolio.applications:
        if one.application_id == application_id:
            return one
    raise NotThereError(what=application_id)


def enter_voucher(portfolio: Portfolio, *, code: str, application_id: str, now_ms: int) -> VoucherEntry:
    """Enter a voucher: the clock starts.

    Raises:
        NotThereError: There is no such application.
        BadVoucherCodeError, VoucherError: As `programme.voucher.enter`.
    """
    application = application_of(portfolio, application_id)
    return enter(code, application, portfolio, entry_id=new_id("ent"), now_ms=now_ms)


def nominate(
    portfolio: Portfolio,
    *,
    application_id: str,
    now_ms: int,
    areas: Sequence[ContentArea] = (),
    replaces: str | None = None,
    **fields: Any,
) -> Nomination:
    """Name an evaluator, or another in the place of one.

    Args:
        portfolio: What is known.
        application_id: For which application.
        now_ms: The present.
        areas: Of the application; empty is all.
        replaces: The nomination of who is replaced.
        fields: `name`, `email`, `background`, `has_agreed`, and if you like `language`, `has_interest`.

    Raises:
        NotAgreedError: Nobody said that they agreed to be written to, or that they did not.
        HasInterestError: They have an interest in the outcome.
        NamedAlreadyError: An evaluator of the area has the mailbox, or the candidate.
        NotReplaceableError: Who is replaced has answered, was replaced before, or was asked a short time ago.
        EnoughNamedError: As many as the policy asks for are named.
    """
    application, account = application_of(portfolio, application_id), require_account(portfolio)
    wanted = tuple(areas or application.areas)
    new = made(
        Nomination,
        {
            "nomination_id": new_id("nom"),
            "application_id": application_id,
            "areas": list(areas),
            "made_at_ms": now_ms,
            "replaces": replaces,
            **fields,
        },
    )
    if not new.has_agreed:
        raise NotAgreedError
    if new.has_interest:
        raise HasInterestError
    if mailbox(new.email) == mailbox(account.email):
        raise NamedAlreadyError
    row = policy.in_force(policy.shipped(), local_day(now_ms, account.zone))
    for area in wanted:
        held = evaluators_of(portfolio, application_id, area, now_ms)
        if any(mailbox(one.nomination.email) == mailbox(new.email) and one.stage != "refused" for one in held):
            raise NamedAlreadyError
        if any(one.nomination.nomination_id == replaces and not one.may_be_replaced for one in held):
            raise NotReplaceableError(days=row.replaceable_after_days)
        usable = sum(one.stage not in NO_LONGER and one.nomination.nomination_id != replaces for one in held)
        if usable >= row.nominated:
            raise EnoughNamedError(most=row.nominated)
    return new


def ask_to_remind(portfolio: Portfolio, nomination_id: str, *, now_ms: int) -> ReminderRequest:
    """Ask the academy to remind an evaluator.

    Raises:
        NotThereError: Nobody was named by that id.
        NotRemindedNowError: In no area may they be reminded now.
    """
    named = next((one for one in portfolio.nominations if one.nomination_id == nomination_id), None)
    if named is None:
        raise NotThereError(what=nomination_id)
    row = policy.in_force(policy.shipped(), local_day(now_ms, portfolio.zone))
    areas = application_of(portfolio, named.application_id).areas
    held = [one for area in areas for one in evaluators_of(portfolio, named.application_id, area, now_ms)]
    if not any(one.nomination.nomination_id == nomination_id and one.may_be_reminded for one in held):
        raise NotRemindedNowError(days=row.least_days_between_mails, most=row.most_asked_reminders)
    return ReminderRequest(request_id=new_id("rem"), nomination_id=nomination_id, made_at_ms=now_ms)


def make_appeal(
    portfolio: Portfolio, rules: Rules, *, about: str, ground: str, decided_on: date, words: str, now_ms: int
) -> Appeal:
    """Appeal against a decision or a result.

    Raises:
        NoNumberError: The academy would not know whose it is.
        TooLateToAppealError, NotAGroundError: It may not be made.
    """
    account, number = require_account(portfolio), require_number(portfolio)
    appeal = made(
        Appeal,
        {
            "appeal_id": new_id("apl"),
            "candidate_id": number,
            "ground": ground,
            "about": about,
            "decided_on": decided_on,
            "made_at_ms": now_ms,
            "zone": account.zone,
            "words": words,
        },
    )
    require_appeal(appeal, decided_on, rules)
    return appeal


def settle(writings: Sequence[AnyDocument], choice: int) -> AnyDocument:
    """End a conflict: the chosen writing becomes the next revision.

    Raises:
        NotSettledHereError: It is of a kind that is never written again, so that only the academy can end it.
    """
    chosen = writings[choice]
    revision = getattr(chosen, "revision", None)
    if revision is None:
        raise NotSettledHereError(kind=chosen.kind)
    highest = max(int(getattr(one, "revision", 1)) for one in writings)
    return chosen.model_copy(update={"revision": highest + 1})


def _again(kind: type[_M], old: _M | None, named: Mapping[str, str], fields: Mapping[str, Any]) -> _M:
    """A document that was not there, or the next revision of one; only what was given is changed."""
    if old is None:
        return made(kind, {**named, **fields})
    before = old.model_dump()
    return made(kind, before | dict(fields) | {"revision": before["revision"] + 1})
