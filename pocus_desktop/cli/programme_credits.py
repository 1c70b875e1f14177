"""`pocus programme credits`: take certificates of continuing education from CSV, and export them."""

from pathlib import Path
from typing import Final

import click

from pocus_desktop.cli.csv_table import DATE_ORDERS, TABLE, settle, table_bytes, table_options
from pocus_desktop.cli.programme_options import (
    PORTFOLIO,
    academy_keys,
    append_to,
    held_with_account,
    now,
    rules_from,
    tell,
)
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.programme.cme.activity_report import activity_report
from pocus_desktop.programme.cme.csv_file import read_credits_csv, write_credits_csv
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.portfolio_files import read_portfolio

CREDITS_FILE: Final = "credits.jsonl"
"""Within a portfolio's folder."""


@click.group()
def credits_() -> None:
    """Take certificates of continuing education from CSV, and export them."""


@credits_.command("import")
@TABLE
@PORTFOLIO
@table_options
@click.pass_context
def import_csv(
    context: click.Context, file: Path, portfolio: Path, dates: str, rest: Path | None, language: str, *, is_look: bool
) -> None:
    """Take certificates from a CSV file into a portfolio; each row that cannot be taken is told, and none twice.

    Where one row cannot be taken, none is, unless --rest says where the others go.
    """
    held, account = held_with_account(portfolio)
    known = {one.credit_id for one in held.credits}
    found = read_credits_csv(
        table_bytes(file),
        file.name,
        account_id=account.account_id,
        today=local_day(now(), account.zone),
        rules=rules_from(None),
        held=held.credits,
        is_day_first=DATE_ORDERS[dates],
        language=language,
    )
    settle(
        context,
        found.beside(lambda one: one.credit_id in known),
        lambda new: append_to(portfolio, CREDITS_FILE, new),
        rest=rest,
        is_look=is_look,
        language=language,
    )


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
