"""`pocus portfolio case|import|count`: the case log, and continuing education from CSV."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from pocus_desktop.case.models import ContentArea
from pocus_desktop.cli.csv_table import DATE_ORDERS, TABLE, settle, table_options
from pocus_desktop.cli.portfolio_options import AREA, LANGUAGE, opened, say
from pocus_desktop.cli.programme_options import DAY
from pocus_desktop.kernel import words
from pocus_desktop.programme.case_log.identity import suspicions
from pocus_desktop.programme.own import changes, taking_in
from pocus_desktop.programme.values import Approach

_APPROACH = click.option("--approach", type=click.Choice([str(one) for one in Approach]), help="Where it matters.")


@click.command()
@click.option("--on", "day", type=DAY, required=True, help="The day.")
@click.option("--area", type=AREA, required=True)
@_APPROACH
@click.option("--findings", default="", help="Nothing that tells who the patient was.")
@click.option("--not-performed", is_flag=True, help="Somebody else scanned.")
@click.option("--not-interpreted", is_flag=True, help="You took no part in the interpretation.")
@LANGUAGE
def case(
    day: date,
    area: str,
    approach: str | None,
    findings: str,
    language: str,
    *,
    not_performed: bool,
    not_interpreted: bool,
) -> None:
    """Log one case."""
    with opened() as desk:
        view = desk.view()
        entry = changes.write_case(
            view.portfolio,
            today=view.on,
            performed_on=day,
            area=area,
            approach=approach,
            findings=findings,
            did_perform=not not_performed,
            did_interpret=not not_interpreted,
        )
        desk.write(entry)
    for one in suspicions(findings):
        click.echo(one.told(language), err=True)
    say("logged", language, case=entry.case_entry_id)


@click.command("import")
@TABLE
@click.option("--credits", "is_credits", is_flag=True, help="Continuing education, instead of cases.")
@table_options
@click.pass_context
def import_(
    context: click.Context, file: Path, dates: str, rest: Path | None, language: str, *, is_credits: bool, is_look: bool
) -> None:
    """Take cases or continuing education from a CSV file; each row that cannot be taken is told, and none twice.

    Where one row cannot be taken, none is, unless --rest says where the others go.
    """
    how: dict[str, Any] = {"rest": rest, "is_look": is_look, "language": language}
    with opened() as desk:
        if is_credits:
            education = taking_in.planned_credits(desk, file, is_day_first=DATE_ORDERS[dates], language=language)
            settle(context, education, lambda new: desk.write(*new), **how)
        else:
            log = taking_in.planned_cases(desk, file, is_day_first=DATE_ORDERS[dates], language=language)
            settle(context, log, lambda new: desk.write(*new), **how)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--area", type=AREA, required=True, help="What the studies of the folder are of.")
@_APPROACH
@LANGUAGE
def count(folder: Path, area: str, approach: str | None, language: str) -> None:
    """Count the ultrasound studies of a folder of DICOM files as cases of an area; nothing of patients is kept."""
    with opened() as desk:
        found = taking_in.dicom_folder(
            desk, folder, area=ContentArea(area), approach=Approach(approach) if approach else None
        )
    for name, why in found.passed:
        click.echo(f"{name}: {words.say(f'programme.passed.{why}', language)}", err=True)
    if found.is_cut:
        click.echo(words.say("programme.passed.cut", language), err=True)
    params = {"new": found.new, "known": found.known, "other": found.other, "strange": found.strange}
    click.echo(words.say("programme.tell.counted", language, **params))
