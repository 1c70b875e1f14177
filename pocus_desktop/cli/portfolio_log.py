"""`pocus portfolio case|import|count`: the case log, and continuing education from CSV."""

from datetime import date
from pathlib import Path

import click

from pocus_desktop.case.models import ContentArea
from pocus_desktop.cli.portfolio_options import AREA, LANGUAGE, opened, say
from pocus_desktop.cli.programme_options import DATE_ORDERS, DAY, EXISTING, tell, tell_plan
from pocus_desktop.kernel import words
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.programme.case_log.identity import suspicions
from pocus_desktop.programme.csv_sheet import write_refused
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
@click.argument("file", type=EXISTING)
@click.option("--credits", "is_credits", is_flag=True, help="Continuing education, instead of cases.")
@click.option(
    "--dates", type=click.Choice(list(DATE_ORDERS)), default="year", show_default=True, help="What dates begin with."
)
@click.option(
    "--rest",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Take the rows that can be taken, and write the others here.",
)
@click.option("--dry-run", "is_look", is_flag=True, help="Only tell what would be taken.")
@LANGUAGE
@click.pass_context
def import_(
    context: click.Context, file: Path, dates: str, rest: Path | None, language: str, *, is_credits: bool, is_look: bool
) -> None:
    """Take cases or continuing education from a CSV file; each row that cannot be taken is told, and none twice.

    Where one row cannot be taken, none is, unless --rest says where the others go.
    """
    with opened() as desk:
        look = taking_in.planned_credits if is_credits else taking_in.planned_cases
        planned = look(desk, file, is_day_first=DATE_ORDERS[dates], language=language)
        is_taken = not is_look and (planned.is_whole or rest is not None)
        if is_taken:
            taking_in.take(desk, planned)
    tell(planned.problems)
    tell_plan(planned.documents, len(planned.refused), planned.known, language, is_taken=is_taken)
    if is_taken and rest is not None and planned.refused:
        write_atomically(rest, write_refused(planned.heading, planned.refused))
    context.exit(0 if planned.is_whole else 1)


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
