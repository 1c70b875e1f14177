"""What continuing education asks next (formats/programme 11.3). Pure.

1. A cycle that runs and is not met: what is missing, by its last day.
2. The last cycle of a body that is over and not met, where the portfolio knows of it: credits lie in it, or the account
   is older than its last day.
3. Credits without a certificate: in the cycle that runs by its last day, and in the one before, which may be audited.
4. Credits whose day lies in no cycle of any body.
5. A credential whose level is none of those that its body asks by: nothing of it can be told until it is written.
"""

from collections.abc import Iterator
from datetime import date

from pocus_desktop.programme.cme.cycles import levels_unsaid
from pocus_desktop.programme.cme.progress import Progress, progress
from pocus_desktop.programme.cme.standing import standings
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.step import Actor, NextStep, StepKind, step
from pocus_desktop.programme.values import format_credits


def steps_of_education(portfolio: Portfolio, rules: Rules, on: date) -> Iterator[NextStep]:
    """The steps, in no order."""
    found = progress(portfolio, rules, on)
    for body in dict.fromkeys(one.cycle.body for one in found):
        *_, last = of_body = [one for one in found if one.cycle.body == body]
        over = last if last.cycle.last < on else of_body[-2] if len(of_body) > 1 else None
        if last.cycle.last >= on:
            yield from _of_running(last)
        if over is not None:
            yield from _of_over(over, portfolio, on)
    for held, levels in levels_unsaid(portfolio.credentials, rules, on):
        names = ", ".join(levels)
        yield step(StepKind.LEVEL, about=held.credential_id, title=held.title, body=held.body.upper(), levels=names)
    outside = [one for one in standings(found, portfolio.credits) if one.is_outside]
    if outside:
        days = [one.credit.completed_on for one in outside]
        yield step(
            StepKind.CREDITS_OUTSIDE,
            count=len(outside),
            first=min(days).isoformat(),
            last=max(days).isoformat(),
            is_optional=True,
        )


def _of_running(one: Progress) -> Iterator[NextStep]:
    about = f"{one.cycle.body} {one.cycle.number}"
    if not one.is_met:
        kind, told = StepKind.CREDITS, one.told()
        yield NextStep(kind=kind, actor=Actor.CANDIDATE, by=one.cycle.last, told=told, about=about)
    if one.without_evidence:
        yield _evidence(one, one.cycle.last, about)


def _of_over(one: Progress, portfolio: Portfolio, on: date) -> Iterator[NextStep]:
    about = f"{one.cycle.body} {one.cycle.number}"
    if not one.is_met and _is_known(one, portfolio, on):
        yield step(
            StepKind.CREDITS_OVER,
            by=one.cycle.last,
            about=about,
            body=one.cycle.body.upper(),
            have=format_credits(one.have),
            need=format_credits(one.need),
            more=format_credits(one.missing),
            day=one.cycle.last.isoformat(),
        )
    if one.without_evidence and one.cycle.rule.is_audited:
        yield _evidence(one, None, about)


def _is_known(one: Progress, portfolio: Portfolio, on: date) -> bool:
    """Whether what is missing says something: nobody writes down the credits of ten years ago."""
    account = portfolio.account
    made_on = local_day(account.made_at_ms, account.zone) if account is not None else on
    return bool(one.counted or one.left) or made_on <= one.cycle.last


def _evidence(one: Progress, by: date | None, about: str) -> NextStep:
    body, count = one.cycle.body.upper(), len(one.without_evidence)
    return step(StepKind.EVIDENCE, by=by, about=about, count=count, body=body, day=one.cycle.last.isoformat())
