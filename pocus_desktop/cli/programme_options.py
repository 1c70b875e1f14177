"""What the commands of the programme share: the portfolio, the rules, the day, and how problems are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

import click

from pocus_desktop.admission.latest_time import LatestTime
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.case.problems import Problem
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import words
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.programme.days import end_of_day_ms, local_day
from pocus_desktop.programme.documents.candidate import Account
from pocus_desktop.programme.documents.registry import AnyDocument
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.portfolio_files import append_documents, read_portfolio
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.keeping import rules_in_use
from pocus_desktop.programme.rules.load import load_rules
from pocus_desktop.programme.values import parse_day

_F = TypeVar("_F", bound=Callable[..., Any])
_NOON_MS: Final = 12 * 60 * 60 * 1000


class NoAccountError(PocusError):
    """A portfolio has no account, so nobody knows whose log it is."""

    code: ClassVar[str] = "programme.no_account"
    blame: ClassVar[Blame] = Blame.USER


class _Day(click.ParamType[date]):
    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return parse_day(value)
        except ValueError as problem:
            self.fail(str(problem), param, ctx)


DAY: Final = _Day()
PORTFOLIO: Final = click.argument("portfolio", type=click.Path(path_type=Path, exists=True))
EXISTING: Final = click.Path(path_type=Path, dir_okay=False, exists=True)


def rules_option(command: _F) -> _F:
    """`--rules`: a book that is not the one in use."""
    return click.option("--rules", "book", type=EXISTING, help="Rules from a TOML file, instead of those in use.")(
        command
    )


def telling_options(command: _F) -> _F:
    """`--on`, `--rules`, `--json`, `--language`: what those who tell have in common."""
    for option in (
        click.option("--on", type=DAY, help="The day; today where the candidate lives, if omitted."),
        rules_option,
        click.option("--json", "as_json", is_flag=True, help="One JSON document."),
        click.option("--language", type=click.Choice(words.languages()), default="en", show_default=True),
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a command is asked about."""

    portfolio: Portfolio
    rules: Rules
    now_ms: int
    on: date


def academy_keys() -> tuple[PublicKey, ...]:
    """Whom this computer believes; nobody where it was never set up."""
    try:
        return tuple(Trusting.load(Home.default()).hubs)
    except PocusError:
        return ()


def rules_from(book: Path | None) -> Rules:
    """The rules of a file, else those in use here.

    Raises:
        BadRulesError: The file has problems.
    """
    if book is not None:
        return load_rules(book).demand()
    return rules_in_use(Home.default().programme_rules, academy_keys())


def now() -> int:
    """The present, never earlier than the latest time that was seen here."""
    return max(SystemClock().read().wall_ms, LatestTime(Home.default().latest_time).seen_ms())


def asked(path: Path, book: Path | None, on: date | None) -> Asked:
    """Read what is asked about; problems of documents are told on standard error.

    Raises:
        BadRulesError: The rules have problems.
        FileRefusedError: The portfolio cannot be read.
    """
    found = read_portfolio(path, academy_keys())
    tell(found.problems)
    zone = found.portfolio.zone
    now_ms = now() if on is None else end_of_day_ms(on, zone) - _NOON_MS
    return Asked(portfolio=found.portfolio, rules=rules_from(book), now_ms=now_ms, on=on or local_day(now_ms, zone))


def held_with_account(path: Path) -> tuple[Portfolio, Account]:
    """A portfolio that has an account; problems of documents are told on standard error.

    Raises:
        NoAccountError: It has none.
        FileRefusedError: It cannot be read.
    """
    found = read_portfolio(path, academy_keys())
    tell(found.problems)
    if found.portfolio.account is None:
        raise NoAccountError
    return found.portfolio, found.portfolio.account


def append_to(portfolio: Path, file: str, new: Iterable[AnyDocument]) -> None:
    """Add documents to a file of a portfolio's folder, or to the portfolio where it is one file.

    Raises:
        FileRefusedError: The disk does not take them.
    """
    append_documents(portfolio / file if portfolio.is_dir() else portfolio, new)


def tell(problems: Iterable[Problem]) -> None:
    """Problems on standard error, as a person reads them."""
    for one in problems:
        place = f"{one.file}:{one.line}" + (f":{one.column}" if one.column else "") if one.line else one.file
        click.echo(f"{place}: {one.what}\n    {one.fix}  [{one.severity}: {one.code}]", err=True)
