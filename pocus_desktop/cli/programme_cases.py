"""`pocus programme cases`: fill the case log from CSV and from DICOM, and export it."""

from pathlib import Path
from typing import Final

import click

from pocus_desktop.case.models import ContentArea
from pocus_desktop.cli.csv_table import DATE_ORDERS, TABLE, settle, table_bytes, table_options
from pocus_desktop.cli.programme_options import PORTFOLIO, academy_keys, append_to, held_with_account, now, tell
from pocus_desktop.kernel import words
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.programme.case_log.csv_file import read_case_csv, write_case_csv
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.portfolio_files import read_portfolio
from pocus_desktop.programme.values import Approach

LOG_FILE: Final = "cases.jsonl"
"""Within a portfolio's folder."""

_AREA: Final = click.Choice([str(area) for area in ContentArea])


@click.group()
def cases() -> None:
    """Fill the case log from CSV and from DICOM, and export it."""


@cases.command("import")
@TABLE
@PORTFOLIO
@click.option("--further", is_flag=True, help="Rows that say the same as logged cases are further cases.")
@table_options
@click.pass_context
def import_csv(
    context: click.Context,
    file: Path,
    portfolio: Path,
    dates: str,
    rest: Path | None,
    language: str,
    *,
    further: bool,
    is_look: bool,
) -> None:
    """Take cases from a CSV file into a portfolio; each row that cannot be taken is told, and none twice.

    Where one row cannot be taken, none is, unless --rest says where the others go.
    """
    held, account = held_with_account(portfolio)
    known = frozenset(entry.case_entry_id for entry in held.cases)
    found = read_case_csv(
        table_bytes(file),
        file.name,
        account_id=account.account_id,
        today=local_day(now(), account.zone),
        is_day_first=DATE_ORDERS[dates],
        beside=known if further else frozenset(),
        language=language,
    )
    settle(
        context,
        found.beside(lambda one: one.case_entry_id in known),
        lambda new: append_to(portfolio, LOG_FILE, new),
        rest=rest,
        is_look=is_look,
        language=language,
    )


@cases.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@PORTFOLIO
@click.option("--area", type=_AREA, required=True, help="What the studies of the folder are of.")
@click.option("--approach", type=click.Choice([str(one) for one in Approach]), help="Where it matters.")
@click.option("--dry-run", is_flag=True, help="Tell, and write nothing.")
@click.option("--language", type=click.Choice(words.languages()), default="en", show_default=True)
def count(folder: Path, portfolio: Path, area: str, approach: str | None, language: str, *, dry_run: bool) -> None:
    """Count the ultrasound studies of a folder of DICOM files as cases of an area; nothing of patients is kept."""
    from pocus_desktop.programme.case_log.dicom_folder import as_entries, count_studies  # needs the portfolio extra

    held, account = held_with_account(portfolio)
    counted = count_studies(folder, account_id=account.account_id, today=local_day(now(), account.zone))
    known = frozenset(entry.study for entry in held.cases if entry.study is not None)
    new = as_entries(counted, ContentArea(area), approach=Approach(approach) if approach else None, known=known)
    if not dry_run:
        append_to(portfolio, LOG_FILE, new)
    for name, why in counted.passed:
        click.echo(f"{name}: {words.say(f'programme.passed.{why}', language)}", err=True)
    if counted.is_cut:
        click.echo(words.say("programme.passed.cut", language), err=True)
    params = {
        "new": len(new),
        "known": len(counted.studies) - len(new),
        "other": counted.other_modality,
        "strange": counted.not_dicom,
    }
    click.echo(words.say("programme.tell.counted", language, **params))


@cases.command()
@PORTFOLIO
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
def export(portfolio: Path, out: Path) -> None:
    """Write the case log as CSV, in a form that no spreadsheet runs."""
    found = read_portfolio(portfolio, academy_keys())
    tell(found.problems)
    write_atomically(out, write_case_csv(sorted(found.portfolio.cases, key=lambda one: one.performed_on)))
    click.echo(f"{out}  {len(found.portfolio.cases)}")
