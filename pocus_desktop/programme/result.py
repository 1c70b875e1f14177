"""Whether a sitting passed, and whether a certificate is due (formats/programme 7). Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pocus_desktop.admission.admission import same_candidate
from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.answer import Told
from pocus_desktop.programme.appealing import day_decided
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.documents.academy import AreaDecision, Decision, PeerOutcome, ResultSummary
from pocus_desktop.programme.documents.candidate import Application
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.voucher import Window


def passes(result: ResultSummary, rules: Rules) -> bool:
    """Whether a result passes by the rule of the day it was sat; a void one does not.

    Raises:
        NoRuleError: Nothing was in force that day.
    """
    row = rules.pass_rule(result.area, result.sat_on)
    return not result.is_void and result.score * 100 >= row.at_least_percent * result.maximum


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Whether a certificate is due for an area of an application.

    Attributes:
        evidence: Ids of what is there: the decision, the entry of the voucher, the result.
        missing: What is not, in the order in which it comes.
        complete_on: The day on which the last of it came; None while something is missing.
    """

    area: ContentArea
    evidence: tuple[str, ...]
    missing: tuple[Told, ...]
    complete_on: date | None

    @property
    def is_due(self) -> bool:
        """Whether it is."""
        return self.complete_on is not None


def certificate_due(
    portfolio: Portfolio, application: Application, area: ContentArea, window: Window | None, rules: Rules
) -> Due:
    """Whether the application is approved, the assessment passed and the evaluation done, both within the window.

    Args:
        portfolio: Decisions, results and outcomes.
        application: Which one.
        area: One of its areas.
        window: That of the voucher that pays for the area; None where none was entered.
        rules: The book.

    Raises:
        NoRuleError: Nothing was in force on the day of a sitting.
    """
    evidence: list[str] = []
    missing: list[Told] = []
    days: list[date] = []
    decided = decision_on(portfolio.decisions, application.application_id, area)
    if decided is None:
        missing.append(Told.of("due.decision"))
    elif not decided[1].is_approved:
        missing.append(Told.of("due.refused", reason=decided[1].reason))
    else:
        evidence.append(decided[0].decision_id)
        days.append(day_decided(decided[0], application.zone))
    if window is None:
        missing.append(Told.of("due.voucher"))
        return Due(area=area, evidence=tuple(evidence), missing=tuple(missing), complete_on=None)
    evidence.append(window.entry_id)
    result = best_result(results_of(portfolio.results, application, area), window, rules)
    if result is None or not passes(result, rules):
        missing.append(Told.of("due.assessment" if result is None else "due.not-passed"))
    else:
        evidence.append(result.result_id)
        days.append(result.sat_on)
    outcome = outcome_of(portfolio.peer_outcomes, application.application_id, area)
    if outcome is None or not window.first <= outcome.answered_on <= window.last:
        missing.append(Told.of("due.evaluation"))
    elif not outcome.is_supported:
        missing.append(Told.of("due.not-supported"))
    else:
        days.append(outcome.answered_on)
    return Due(
        area=area,
        evidence=tuple(evidence),
        missing=tuple(missing),
        complete_on=None if missing else max(days),
    )


def decision_on(
    decisions: Iterable[Decision], application_id: str, area: ContentArea
) -> tuple[Decision, AreaDecision] | None:
    """The last decision on an area: an appeal may have brought another."""
    found = [
        (decision, one)
        for decision in decisions
        if decision.application_id == application_id
        for one in decision.areas
        if one.area == area
    ]
    return max(found, key=lambda pair: (pair[0].made_at_ms, pair[0].decision_id), default=None)


def is_refused(portfolio: Portfolio, application_id: str, area: ContentArea) -> bool:
    """Whether the last decision on an area refused it."""
    decided = decision_on(portfolio.decisions, application_id, area)
    return decided is not None and not decided[1].is_approved


def outcome_of(outcomes: Iterable[PeerOutcome], application_id: str, area: ContentArea) -> PeerOutcome | None:
    """What came of the evaluation of an area; the last where it was decided again."""
    found = [one for one in outcomes if one.application_id == application_id and one.area == area]
    return max(found, key=lambda one: one.made_at_ms, default=None)


def best_result(results: Sequence[ResultSummary], window: Window, rules: Rules) -> ResultSummary | None:
    """Of the results of an area, the one of the window that speaks most for the candidate; None where none counts."""
    counted = [one for one in results if not one.is_void and window.first <= one.sat_on <= window.last]
    return max(
        counted, key=lambda one: (passes(one, rules), one.score / one.maximum, one.sat_on, one.result_id), default=None
    )


def certified_since(portfolio: Portfolio, application: Application, area: ContentArea) -> date | None:
    """The day of the certificate of an area that came since an application was made; None while there is none."""
    made_on = local_day(application.made_at_ms, application.zone)
    days = (one.issued_on for one in portfolio.certificates if one.area == area and one.issued_on >= made_on)
    return min(days, default=None)


def results_of(results: Iterable[ResultSummary], application: Application, area: ContentArea) -> list[ResultSummary]:
    """The results of an area that count for an application: of its candidate, and of no other application."""
    return [
        one
        for one in results
        if one.area == area
        and same_candidate(one.candidate_id, application.candidate_id)
        and one.application_id in {None, application.application_id}
    ]
