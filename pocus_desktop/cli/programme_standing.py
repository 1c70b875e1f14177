"""`pocus programme eligibility|deadlines|cme`: what is computed from a portfolio, for people and for programs."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from pocus_desktop.case.models import ContentArea
from pocus_desktop.cli.programme_options import PORTFOLIO, asked, telling_options
from pocus_desktop.kernel import words
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.programme.answer import Answer, spoken
from pocus_desktop.programme.calendar_file import calendar
from pocus_desktop.programme.cme.progress import Progress, counts_for, current_progress, progress
from pocus_desktop.programme.cme.standing import standings
from pocus_desktop.programme.eligibility import eligibility as eligible
from pocus_desktop.programme.eligibility import eligibility_of_all
from pocus_desktop.programme.grounds import grounds
from pocus_desktop.programme.next_steps import next_steps
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.step import NextStep
from pocus_desktop.programme.values import format_credits


@click.command()
@PORTFOLIO
@click.option("--area", type=click.Choice([str(area) for area in ContentArea]), help="One area; all if omitted.")
@telling_options
def eligibility(
    portfolio: Path, area: str | None, on: date | None, book: Path | None, language: str, *, as_json: bool
) -> None:
    """Tell for each content area what is met, by which documents, until when; and what is missing, by which rule."""
    about = asked(portfolio, book, on)
    if area is None:
        answers = eligibility_of_all(about.portfolio, about.rules, about.on)
    else:
        answers = (eligible(about.portfolio, ContentArea(area), about.rules, about.on),)
    if as_json:
        _print([answer.as_json(language) for answer in answers])
        return
    for answer in answers:
        tell_answer(answer, about.portfolio, language, is_full=area is not None)


@click.command()
@PORTFOLIO
@click.option("--ics", type=click.Path(path_type=Path, dir_okay=False), help="Also write them as an iCalendar file.")
@telling_options
def deadlines(
    portfolio: Path, ics: Path | None, on: date | None, book: Path | None, language: str, *, as_json: bool
) -> None:
    """Tell what comes next and by when, the nearest first."""
    about = asked(portfolio, book, on)
    steps = next_steps(about.portfolio, about.rules, about.now_ms)
    if ics is not None:
        account = about.portfolio.account
        account_id = account.account_id if account is not None else ""
        write_atomically(ics, calendar(steps, account_id=account_id, now_ms=about.now_ms, language=language))
    if as_json:
        _print([step.as_json(language) for step in steps])
        return
    tell_steps(steps, language)


@click.command()
@PORTFOLIO
@click.option("--all", "is_all", is_flag=True, help="Also the cycles that are over.")
@telling_options
def cme(portfolio: Path, on: date | None, book: Path | None, language: str, *, is_all: bool, as_json: bool) -> None:
    """Tell for each body what counts in its cycle, what does not and why, and how much is missing until when."""
    about = asked(portfolio, book, on)
    tell_education(about.portfolio, about.rules, about.on, language, is_all=is_all, as_json=as_json)


def tell_education(portfolio: Portfolio, rules: Rules, on: date, language: str, *, is_all: bool, as_json: bool) -> None:
    """Continuing education on standard output, as a person or a program reads it."""
    every = progress(portfolio, rules, on)
    found = every if is_all else current_progress(portfolio, rules, on)
    each = standings(every, portfolio.credits)
    twice = {credit: bodies for credit, bodies in counts_for(found).items() if len(set(bodies)) > 1}
    if as_json:
        credits_ = [one.as_json(language) for one in each]
        _print({"cycles": [one.as_json(language) for one in found], "counts_for_several": twice, "credits": credits_})
        return
    for cycle in found:
        _tell_progress(cycle, language)
    for one in each:
        value = format_credits(one.credit.credits)
        click.echo(f"{one.credit.completed_on.isoformat()}  {value:>6}  {one.credit.activity} ({one.credit.credit_id})")
        for before in one.each:
            click.echo(f"    {before.told()(language)}")
    if not found:
        click.echo(words.say("programme.tell.no-cycle", language))


def tell_steps(steps: Sequence[NextStep], language: str) -> None:
    """What comes next on standard output, as a person reads it."""
    for step in steps:
        by = step.by.isoformat() if step.by is not None else " " * 10
        optional = words.say("programme.tell.optional", language) if step.is_optional else ""
        who = words.say(f"programme.actor.{step.actor}", language)
        click.echo(f"{by}  {who:<11} {step.told(language)}{optional}")
    if not steps:
        click.echo(words.say("programme.tell.nothing", language))


def tell_answer(answer: Answer, portfolio: Portfolio, language: str, *, is_full: bool) -> None:
    """One area on standard output, as a person reads it; in full with what it is met by, rule and source."""
    area = words.say(f"programme.area.{answer.area}", language)
    click.echo(f"{area}: {_standing(answer.until, language, is_met=answer.is_met)}")
    for finding, met_by in zip(answer.findings, grounds(portfolio, answer.findings), strict=True):
        if finding.is_met and not is_full:
            continue
        kind, _, statement = finding.requirement.partition(".")
        name = words.say(f"programme.requirement.{kind}", language)
        if statement:
            name += f" ({words.say(f'programme.name.{statement}', language)})"
        standing = _standing(finding.until, language, is_met=finding.is_met)
        click.echo(f"  {name}: {standing} [{finding.rule.rule_id}]")
        for told in (*(met_by if is_full else ()), *finding.missing, *finding.notes):
            click.echo(f"    {told(language)}")
        if is_full:
            click.echo(f"    {finding.rule.words}\n    {finding.rule.where}")


def _standing(until: date | None, language: str, *, is_met: bool) -> str:
    by = words.say("programme.tell.until", language, day=until.isoformat()) if until is not None else ""
    return words.say(f"programme.tell.{'met' if is_met else 'missing'}", language) + by


def _tell_progress(one: Progress, language: str) -> None:
    click.echo(one.told()(language))
    for share in one.shares:
        click.echo(f"  {spoken(share.subject, language)}: {share.have} / {share.need}")
    if not one.cycle.is_stated:
        click.echo(f"  {words.say('programme.tell.counted-from-issue', language)}")


def _print(document: Sequence[object] | dict[str, object]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
