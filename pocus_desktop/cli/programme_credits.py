"""`pocus programme credits`: take certificates of continuing education from CSV, and export them."""

from pathlib import Path
from typing import Final

import click

from pocus_desktop.cli.programme_options import (
    DATE_ORDERS,
    EXISTING,
    PORTFOLIO,
    academy_keys,
    append_to,
    held_with_account,
    now,
    rules_from,
    tell,
    tell_plan,
)
from pocus_desktop.kernel import words
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.programme.cme.activity_report import activity_report
from pocus_desktop.programme.cme.csv_file import read_credits_csv, write_credits_csv
from pocus_desktop.programme.csv_sheet import MAXIMUM_BYTES, write_refused
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.portfolio_files import read_portfolio

CREDITS_FILE: Final = "credits.jsonl"
"""Within a portfolio's folder."""


@click.group()
def credits_() -> None:
    """Take certificates of continuing education from CSV, and export them."""


@credits_.command("import")
@click.argument("file", type=EXISTING)
@PORTFOLIO
@click.option(
    "--dates", type=click.Choice(list(DATE_ORDERS)), default="year", show_default=True, help="What dates begin with."
)
@click.option(
    "--rest",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Take the rows that can be taken, and write the others here.",
)
@click.option("--dry-run", "is_look", is_flag=True, help="Only tell what would be taken.")
@click.option("--language", type=click.Choice(words.languages()), default="en", show_default=True)
@click.pass_context
def import_csv(
    context: click.Context, file: Path, portfolio: Path, dates: str, rest: Path | None, language: str, *, is_look: bool
) -> None:
    """Take certificates from a CSV file into a portfolio; each row that cannot be taken is told, and none twice.

    Where one row cannot be taken, none is, unless --rest says where the others go.
    """
    held, account = held_with_account(portfolio)
    with file.open("rb") as opened:
        data = opened.read(MAXIMUM_BYTES + 1)
    found = read_credits_csv(
        data,
        file.name,
        account_id=account.account_id,
        today=local_day(now(), account.zone),
        rules=rules_from(None),
        held=held.credits,
        is_day_first=DATE_ORDERS[dates],
        language=language,
    )
    tell(found.problems)
    known = {one.credit_id for one in held.credits}
    new = [one for one in found.credits if one.credit_id not in known]
    is_taken = not is_look and (found.is_whole or rest is not None)
    if is_taken:
        append_to(portfolio, CREDITS_FILE, new)
        if rest is not None and found.refused:
            write_atomically(rest, write_refused(found.heading, found.refused))
    tell_plan(new, len(found.refused), found.known + len(found.credits) - len(new), language, is_taken=is_taken)
    context.exit(0 if found.is_whole else 1)


@credits_.command()
@PORTFOLIO
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
def export(portfolio: Path, out: Path) -> None:
    """Write the credits as CSV, in a form that no spreadsheet runs."""
    found = read_portfolio(portfolio, academy_keys())
    tell(found.problems)
    write_atomically(out, write_credits_csv(sorted(found.portfolio.credits, key=lambda one: one.completed_on)))
    click.echo(f"{out}  {len(found.portfolio.credits)}")


@credits_.command()
@PORTFOLIO
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
def report(portfolio: Path, out: Path) -> None:
    """Write the credits as a MedBiquitous Activity Report."""
    held, account = held_with_account(portfolio)
    write_atomically(out, activity_report(account, held.credentials, held.credits, now_ms=now()))
    click.echo(f"{out}  {len(held.credits)}")
