"""Whether an appeal may be made, and until when (formats/programme 9). Pure."""

from datetime import date, timedelta
from typing import ClassVar, Final

from pocus_desktop.kernel import words
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.programme.days import days_after, local_day
from pocus_desktop.programme.documents.academy import AppealDecision, Decision
from pocus_desktop.programme.documents.candidate import Appeal
from pocus_desktop.programme.rules.choose import Rules

_NOT_TAKEN: Final = frozenset({"appeal.too_late", "appeal.no_ground", "academy.unknown_application"})
"""What stands as the reason where an appeal was not taken at all: a code, which each reader has words for."""


class AppealError(PocusError):
    """An appeal is not taken; always one of the classes below."""

    code: ClassVar[str] = "appeal.refused"
    blame: ClassVar[Blame] = Blame.USER


class TooLateToAppealError(AppealError):
    """The days for it are over."""

    code = "appeal.too_late"


class NotAGroundError(AppealError):
    """The rule knows no such ground."""

    code = "appeal.no_ground"


def day_decided(decision: Decision, zone: str) -> date:
    """The day on which an application was decided, where the candidate lives: from it the days for an appeal count.

    The decision's own `decided_on` is the day whose rules decided, which may lie weeks before.
    """
    return local_day(decision.made_at_ms, zone)


def appeal_until(decided_on: date, rules: Rules) -> date:
    """The last day for an appeal against what was decided on a day.

    Raises:
        NoRuleError: Nothing was in force that day.
    """
    return days_after(decided_on, rules.appeal(decided_on).days)


def require_appeal(appeal: Appeal, decided_on: date, rules: Rules, *, received_at_ms: int | None = None) -> None:
    """An appeal may be taken.

    Args:
        appeal: As it was made; what it says of the day of the decision is not believed.
        decided_on: The day, as the academy knows it.
        rules: The book.
        received_at_ms: When the academy received it. An appeal that was made in time and came later is in time; where
            its clock says a day before the decision, it cannot be right, and the arrival counts.

    Raises:
        TooLateToAppealError, NotAGroundError: It may not.
        NoRuleError: Nothing was in force.
    """
    row = rules.appeal(decided_on)
    if appeal.ground not in row.grounds:
        raise NotAGroundError(ground=appeal.ground, grounds=", ".join(row.grounds))
    last = appeal_until(decided_on, rules)
    made_on = local_day(appeal.made_at_ms, appeal.zone)
    if received_at_ms is not None:
        received_on = local_day(received_at_ms, appeal.zone)
        is_before = made_on < decided_on - timedelta(days=1)  # one day: the academy may live ahead of the candidate
        made_on = received_on if is_before else min(made_on, received_on)
    if made_on > last:
        raise TooLateToAppealError(day=last.isoformat())


def is_taken(decision: AppealDecision) -> bool:
    """Whether somebody decided it; else it was turned away as it came, with a code for its reason."""
    return decision.reason not in _NOT_TAKEN


def reason_told(reason: str, language: str) -> str:
    """Why an appeal was decided so: as it was written, or in words where it was not taken."""
    return words.say(f"programme.appeal.{reason.partition('.')[2]}", language) if reason in _NOT_TAKEN else reason
