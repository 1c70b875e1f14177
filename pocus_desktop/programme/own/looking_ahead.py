"""What would follow, told before it is done; and what a person means who names nothing. Pure."""

from datetime import date

from pocus_desktop.programme.appealing import day_decided
from pocus_desktop.programme.days import days_after, local_day
from pocus_desktop.programme.own.desk import PortfolioView
from pocus_desktop.programme.own.errors import NotThereError
from pocus_desktop.programme.portfolio import Portfolio


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
