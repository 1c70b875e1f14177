"""The cycles of continuing education of the bodies whose credentials are held (formats/programme 10.1). Pure.

1. A body asks once of all who hold its credentials, however many they hold: of those held when a cycle begins, the row
   that asks for most holds.
2. Where a credential states when a cycle began, cycles are counted from there; else from the day the oldest of the
   body's credentials was issued. With the anchor `calendar` the first cycle is the rest of that year and as many
   whole years, and each later one as many whole years.
3. A cycle ends on the day before the next begins, and its rules are those of its first day: a later row changes no
   cycle that has begun. One that began before the body's first row has the rules of that row.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pocus_desktop.programme.days import days_after
from pocus_desktop.programme.documents.candidate import Credential
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.model import CmeRule

_MOST_CYCLES: Final = 2000
"""More than there are between the first and the last day of the calendar of documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One cycle of a body.

    Attributes:
        number: From 1.
        first: Its first day.
        last: Its last.
        rule: What is asked in it.
        credentials: Ids of the credentials that it keeps.
        is_stated: Whether the body's own day is known; else it was counted from the day of issue.
    """

    body: str
    number: int
    first: date
    last: date
    rule: CmeRule
    credentials: tuple[str, ...]
    is_stated: bool


def cycles(credentials: Iterable[Credential], rules: Rules, until: date) -> tuple[Cycle, ...]:
    """Every cycle that began until a day, by body and in order of time, of credentials that are kept that day."""
    held: dict[str, list[Credential]] = defaultdict(list)
    for credential in credentials:
        if _is_held(credential, until) and _rule(credential, rules, credential.issued_on, until) is not None:
            held[credential.body].append(credential)
    return tuple(cycle for body in sorted(held) for cycle in _of_body(body, held[body], rules, until))


def current_cycles(credentials: Iterable[Credential], rules: Rules, on: date) -> tuple[Cycle, ...]:
    """The cycle of each body that a day lies in."""
    return tuple(cycle for cycle in cycles(credentials, rules, on) if cycle.first <= on <= cycle.last)


def levels_unsaid(
    credentials: Iterable[Credential], rules: Rules, on: date
) -> tuple[tuple[Credential, tuple[str, ...]], ...]:
    """Credentials that no row keeps that day, since their level is none of those that their body asks by.

    What is a foundation by its name is asked for by that, and is none to keep; what was written once more with its
    level is told no longer.
    """
    held = [one for one in credentials if _is_held(one, on)]
    kept = {(one.body, one.credential) for one in held if rules.cme(one.body, one.level, on) is not None}
    others = [one for one in held if (one.body, one.credential) not in kept]
    unsaid = [(one, levels) for one in others if (levels := rules.cme_levels(one.body, on))]
    ways = rules.foundation(on).any_of if unsaid else ()
    foundations = {name for way in ways for name in way.credentials}
    return tuple((one, levels) for one, levels in unsaid if one.credential not in foundations)


def _is_held(credential: Credential, on: date) -> bool:
    is_over = credential.expires_on is not None and credential.expires_on < on
    return credential.status == "active" and credential.issued_on <= on and not is_over


def _of_body(body: str, held: list[Credential], rules: Rules, until: date) -> Iterator[Cycle]:
    held = sorted(held, key=lambda one: (one.issued_on, one.credential_id))
    stated = max((one.cycle_from for one in held if one.cycle_from is not None), default=None)
    first = stated if stated is not None else held[0].issued_on
    for number in range(1, _MOST_CYCLES):
        if first > until:
            return
        kept = [one for one in held if one.issued_on <= first] or held[:1]
        row = _asks_most(kept, rules, first, until)
        if row is None:
            return
        following = _next_first(first, row, is_first=number == 1 and stated is None)
        yield Cycle(
            body=body,
            number=number,
            first=first,
            last=following - timedelta(days=1),
            rule=row,
            credentials=tuple(one.credential_id for one in held if one.issued_on < following),
            is_stated=stated is not None,
        )
        first = following


def _asks_most(held: Iterable[Credential], rules: Rules, on: date, until: date) -> CmeRule | None:
    rows = [row for one in held if (row := _rule(one, rules, on, until)) is not None]
    return max(rows, key=lambda row: (row.credits, sum(share.credits for share in row.of_which), row.id), default=None)


def _rule(credential: Credential, rules: Rules, on: date, until: date) -> CmeRule | None:
    """What is asked for keeping a credential; None where nothing is, or it is none to keep."""
    body, level = credential.body, credential.level
    row = rules.cme(body, level, on) or rules.first_cme(body, level, on, until)
    return None if row is None or credential.credential in row.but_not else row


def _next_first(first: date, row: CmeRule, *, is_first: bool) -> date:
    if row.anchor == "calendar" and is_first:
        return date(min(first.year + 1 + row.years, date.max.year), 1, 1)
    return same_day(first, row.years)


def same_day(day: date, years: int) -> date:
    """The day on which a following cycle begins: the same day, or 1 March after 29 February in a year without one."""
    year = min(day.year + years, date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return days_after(date(year, 2, 28), 1)
