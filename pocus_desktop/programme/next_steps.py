"""What next, and by when: one ordered list (formats/programme 11). Pure.

Steps with a day come first, the nearest before; of one day, and of those without, in the order of the way. Each says
who has to act: the candidate, the academy, or the evaluators. What is over is told where something can still be done.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.answer import Answer
from pocus_desktop.programme.appealing import appeal_until, day_decided
from pocus_desktop.programme.cme.steps import steps_of_education
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.documents.academy import ResultSummary, Voucher
from pocus_desktop.programme.documents.candidate import Application
from pocus_desktop.programme.eligibility import eligibility_of_all
from pocus_desktop.programme.evaluators import stages_of
from pocus_desktop.programme.peers import policy
from pocus_desktop.programme.peers.panel import NO_LONGER
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.result import (
    best_result,
    certificate_due,
    certified_since,
    decision_on,
    outcome_of,
    passes,
    results_of,
)
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.step import Actor, NextStep, StepKind, step
from pocus_desktop.programme.validity import CertificateState, validity
from pocus_desktop.programme.voucher import Life, VoucherError, VoucherState, Window, life

_NONE_RECEIVED: Final[Mapping[str, int]] = MappingProxyType({})
_ORDER: Final = {kind: at for at, kind in enumerate(StepKind)}


def next_steps(
    portfolio: Portfolio, rules: Rules, now_ms: int, received: Mapping[str, int] = _NONE_RECEIVED
) -> tuple[NextStep, ...]:
    """What next, and by when.

    Args:
        portfolio: What is known of the candidate.
        rules: The book.
        now_ms: Never earlier than the latest moment that was seen.
        received: By entry of a voucher, when the academy received it.

    Raises:
        NoRuleError: Nothing is in force today.
    """
    on = local_day(now_ms, portfolio.zone)
    lives = _lives(portfolio, rules, now_ms, received)
    found = [
        *_of_account(portfolio),
        *_of_areas(portfolio, rules, on),
        *_of_vouchers(portfolio, lives),
        *_of_applications(portfolio, rules, on, lives, now_ms),
        *_of_questions(portfolio),
        *_of_appeals(portfolio),
        *_of_certificates(portfolio, rules, on),
        *_of_credentials(portfolio, on),
        *steps_of_education(portfolio, rules, on),
    ]
    return tuple(sorted({step.key: step for step in found}.values(), key=_place))


def _place(step: NextStep) -> tuple[bool, date, int, str]:
    is_first = step.kind in {StepKind.CONFLICT, StepKind.ACCOUNT}
    by = date.min if is_first else step.by or date.max
    return not is_first and step.by is None, by, _ORDER[step.kind], step.key


def _lives(portfolio: Portfolio, rules: Rules, now_ms: int, received: Mapping[str, int]) -> tuple[Life, ...]:
    known = {one.voucher_id for one in portfolio.vouchers} | {one.voucher_id for one in portfolio.entries}
    return tuple(life(voucher_id, portfolio, rules, now_ms, received) for voucher_id in sorted(known))


def _of_account(portfolio: Portfolio) -> Iterator[NextStep]:
    for conflict in portfolio.conflicts:
        yield step(StepKind.CONFLICT, about=" ".join(conflict.key).strip())
    if portfolio.account is None:
        yield step(StepKind.ACCOUNT)
    elif portfolio.account.candidate_id is None:
        yield step(StepKind.ID_NUMBER, Actor.ACADEMY, about=portfolio.account.account_id)


def _of_areas(portfolio: Portfolio, rules: Rules, on: date) -> Iterator[NextStep]:
    """Areas in which cases were logged, and for which nothing is under way."""
    begun = {entry.area for entry in portfolio.cases}
    busy = {area for one in portfolio.applications for area in one.areas if _is_alive(portfolio, one, area, rules, on)}
    busy |= {one.area for one in portfolio.certificates if one.revoked_on is None and on <= one.last_on}
    answers = [one for one in eligibility_of_all(portfolio, rules, on) if one.area in begun - busy]
    if not portfolio.applications and not answers:
        answers = list(eligibility_of_all(portfolio, rules, on))[:1]
        yield from _foundation(answers[0]) if answers else ()
        return
    for answer in answers[:1]:
        yield from _foundation(answer)
    for answer in answers:
        if answer.is_met:
            yield step(StepKind.APPLY, by=answer.until, area=answer.area)
            continue
        missing = {finding.requirement: finding for finding in answer.findings if not finding.is_met}
        if "cases" in missing:
            cases = missing["cases"]
            yield step(StepKind.LOG_CASES, area=answer.area, have=cases.have, need=cases.need)
        elif "foundation" not in missing:
            yield step(StepKind.ATTEST, area=answer.area)


def _is_alive(portfolio: Portfolio, application: Application, area: ContentArea, rules: Rules, on: date) -> bool:
    """Whether something may still come of an application; nothing does once it was refused and cannot be appealed."""
    decided = decision_on(portfolio.decisions, application.application_id, area)
    if application.is_withdrawn or decided is None or decided[1].is_approved:
        return not application.is_withdrawn
    return on <= appeal_until(day_decided(decided[0], portfolio.zone), rules)


def _foundation(answer: Answer) -> Iterator[NextStep]:
    if any(finding.requirement == "foundation" and not finding.is_met for finding in answer.findings):
        yield step(StepKind.FOUNDATION)


def _of_vouchers(portfolio: Portfolio, lives: Sequence[Life]) -> Iterator[NextStep]:
    """Vouchers at hand that nobody entered."""
    for one in lives:
        voucher = one.voucher
        if one.state is VoucherState.ISSUED and voucher is not None and not _application_for(portfolio, voucher):
            yield step(StepKind.APPLY, by=voucher.enter_by, area=voucher.areas[0], about=voucher.voucher_id)


def _application_for(portfolio: Portfolio, voucher: Voucher) -> bool:
    return any(set(one.areas) & set(voucher.areas) for one in portfolio.applications if not one.is_withdrawn)


def _of_applications(
    portfolio: Portfolio, rules: Rules, on: date, lives: Sequence[Life], now_ms: int
) -> Iterator[NextStep]:
    for application in portfolio.applications:
        if application.is_withdrawn:
            continue
        for area in application.areas:
            yield from _of_area(portfolio, application, area, rules, on, lives, now_ms)


def _of_area(
    portfolio: Portfolio,
    application: Application,
    area: ContentArea,
    rules: Rules,
    on: date,
    lives: Sequence[Life],
    now_ms: int,
) -> Iterator[NextStep]:
    about = application.application_id
    if certified_since(portfolio, application, area) is not None:
        return
    decided = decision_on(portfolio.decisions, about, area)
    if decided is None:
        yield step(StepKind.DECISION, Actor.ACADEMY, area=area, about=about)
    elif not decided[1].is_approved:
        last = appeal_until(day_decided(decided[0], portfolio.zone), rules)
        if on <= last and not _is_appealed(portfolio, decided[0].decision_id):
            yield step(StepKind.APPEAL_DECISION, by=last, area=area, about=decided[0].decision_id, is_optional=True)
        return
    window = window_for(lives, about, area, now_ms)
    if window is None:
        yield step(StepKind.VOUCHER, by=enter_by(lives, area), area=area, about=about)
        return
    if decided is not None and certificate_due(portfolio, application, area, window, rules).is_due:
        yield step(StepKind.CERTIFICATE, Actor.ACADEMY, area=area, about=about)
        return
    results = results_of(portfolio.results, application, area)
    yield from _of_results(portfolio, results, rules, on)  # the days for an appeal may go beyond the window
    if now_ms >= window.ends_at_ms:
        if not _is_applied_again(portfolio, application, area):
            yield step(StepKind.WINDOW_OVER, area=area, about=about, day=window.last.isoformat())
        return
    best = best_result(results, window, rules)
    if best is None:
        yield step(StepKind.SIT, by=window.last, area=area, about=about)
    elif not passes(best, rules):
        yield step(StepKind.NOT_PASSED, area=area, about=best.result_id)
    yield from _of_evaluation(portfolio, application, area, window)


def _is_applied_again(portfolio: Portfolio, application: Application, area: ContentArea) -> bool:
    later = (application.made_at_ms, application.application_id)
    return any(
        area in one.areas and not one.is_withdrawn and (one.made_at_ms, one.application_id) > later
        for one in portfolio.applications
    )


def window_for(lives: Sequence[Life], application_id: str, area: ContentArea, now_ms: int) -> Window | None:
    """The window in which an area of an application is assessed: an open one, the one that ends last; None without."""
    found = [
        one.window
        for one in lives
        if one.window is not None
        and one.state is not VoucherState.REFUNDED
        and one.window.application_id == application_id
        and (one.voucher is None or area in one.voucher.areas)
    ]
    return max(found, key=lambda one: (one.is_open(now_ms), one.ends_at_ms, one.entry_id), default=None)


def refused_entries(lives: Sequence[Life], portfolio: Portfolio, application: Application) -> tuple[VoucherError, ...]:
    """Why entries of vouchers in an application do not count."""
    of_application = {one.entry_id for one in portfolio.entries if one.application_id == application.application_id}
    return tuple(error for one in lives for name, error in one.refusals.items() if name in of_application)


def enter_by(lives: Sequence[Life], area: ContentArea) -> date | None:
    """The last day on which a voucher for an area that is at hand may be entered; None for any."""
    days = [
        one.voucher.enter_by
        for one in lives
        if one.state is VoucherState.ISSUED and one.voucher is not None and area in one.voucher.areas
    ]
    return min((day for day in days if day is not None), default=None)


def _of_results(portfolio: Portfolio, results: Sequence[ResultSummary], rules: Rules, on: date) -> Iterator[NextStep]:
    """Those that may be appealed against."""
    for one in results:
        last = appeal_until(one.released_on, rules)
        is_good = passes(one, rules) or _is_appealed(portfolio, one.result_id)
        if on <= last and not is_good:
            yield step(StepKind.APPEAL_RESULT, by=last, area=one.area, about=one.result_id, is_optional=True)


def _of_evaluation(
    portfolio: Portfolio, application: Application, area: ContentArea, window: Window
) -> Iterator[NextStep]:
    about = application.application_id
    outcome = outcome_of(portfolio.peer_outcomes, about, area)
    if outcome is not None:
        if not outcome.is_supported:
            yield step(StepKind.NOT_SUPPORTED, area=area, about=about)
        return
    row = policy.in_force(policy.shipped(), window.first)
    stages = stages_of(portfolio, about, area)
    usable = [stage for stage in stages.values() if stage not in NO_LONGER]
    if len(usable) < row.nominated:
        more = row.nominated - len(usable)
        yield step(StepKind.NOMINATE, by=window.last, area=area, about=about, more=more, need=row.nominated)
    answered = sum(stage == "answered" for stage in usable)
    if answered < row.least_answers and usable:
        yield step(
            StepKind.EVALUATION,
            Actor.EVALUATORS,
            by=window.last,
            area=area,
            about=about,
            have=answered,
            need=row.least_answers,
        )
    elif answered:
        yield step(StepKind.EVALUATION_DECISION, Actor.ACADEMY, area=area, about=about, have=answered)


def _of_questions(portfolio: Portfolio) -> Iterator[NextStep]:
    """What the academy asked, and has not decided since."""
    withdrawn = {one.application_id for one in portfolio.applications if one.is_withdrawn}
    for one in portfolio.questions:
        decided = [each.made_at_ms for each in portfolio.decisions if each.application_id == one.application_id]
        if one.application_id not in withdrawn and max(decided, default=-1) < one.made_at_ms:
            yield step(StepKind.QUESTION, about=one.question_id, words=one.words)


def _of_appeals(portfolio: Portfolio) -> Iterator[NextStep]:
    """Appeals that wait for the academy."""
    heard = {one.appeal_id for one in portfolio.appeal_decisions}
    for one in portfolio.appeals:
        if one.appeal_id not in heard:
            yield step(StepKind.APPEAL, Actor.ACADEMY, about=one.appeal_id)


def _is_appealed(portfolio: Portfolio, about: str) -> bool:
    return any(one.about == about for one in portfolio.appeals)


def _of_certificates(portfolio: Portfolio, rules: Rules, on: date) -> Iterator[NextStep]:
    for one in portfolio.certificates:
        found = validity(one, portfolio.certificates, rules, on)
        if found.state is CertificateState.RENEWABLE:
            yield step(StepKind.RENEW, by=found.last, area=one.area, about=one.certificate_id)
        elif found.state is CertificateState.VALID:
            yield step(
                StepKind.RENEW_LATER,
                by=found.renew_from,
                area=one.area,
                about=one.certificate_id,
                is_optional=True,
                day=found.last.isoformat(),
            )


def _of_credentials(portfolio: Portfolio, on: date) -> Iterator[NextStep]:
    for one in portfolio.credentials:
        if one.status == "active" and one.expires_on is not None and one.expires_on >= on:
            yield step(StepKind.CREDENTIAL_ENDS, by=one.expires_on, about=one.credential_id, title=one.title)
