"""What would follow, told before it is done; and what a person means who names nothing. Pure."""

from collections.abc import Collection, Mapping
from datetime import date

from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.answer import Told
from pocus_desktop.programme.appealing import day_decided
from pocus_desktop.programme.days import days_after, local_day
from pocus_desktop.programme.own.errors import NotThereError
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.step import StepKind


def last_day_if_entered(view: PortfolioView) -> date:
    """The last day of a window that began with a voucher entered now."""
    today = local_day(view.now_ms, view.portfolio.zone)
    return days_after(today, view.rules.window(today).days)


def only_application(portfolio: Portfolio) -> str:
    """The id of the one application there is.

    Raises:
        NotThereError: There is none, or several.
    """
    found = [one.application_id for one in portfolio.applications if not one.is_withdrawn]
    if len(found) != 1:
        raise NotThereError(what=" ".join(found) or "-")
    return found[0]


def may_appeal(view: PortfolioView) -> Mapping[str, date]:
    """By id of a decision or a result, until when an appeal may be made; it is not there where none may."""
    kinds = {StepKind.APPEAL_DECISION, StepKind.APPEAL_RESULT}
    return {step.about: step.by for step in view.steps if step.kind in kinds and step.about and step.by}


def lacking(view: PortfolioView, areas: Collection[ContentArea]) -> tuple[Told, ...]:
    """What an application for these areas would lack today, but for the statements that are made with it."""
    missing = [
        told
        for answer in view.answers
        if answer.area in areas
        for finding in answer.findings
        if not finding.requirement.startswith("attestation.")
        for told in finding.missing
    ]
    return tuple(told for at, told in enumerate(missing) if told not in missing[:at])


def decided_on(portfolio: Portfolio, about: str) -> date:
    """The day of a decision or a result, by its id.

    Raises:
        NotThereError: There is none.
    """
    for decision in portfolio.decisions:
        if decision.decision_id == about:
            return day_decided(decision, portfolio.zone)
    for result in portfolio.results:
        if result.result_id == about:
            return result.released_on
    raise NotThereError(what=about)
