"""`pocus portfolio credit|education|providers|audit-pack|report`: continuing education, and what auditors are given."""

import json
from datetime import date
from pathlib import Path

import click

from pocus_desktop.cli.portfolio_options import LANGUAGE, opened, say
from pocus_desktop.cli.programme_options import DAY, EXISTING
from pocus_desktop.cli.programme_standing import tell_education
from pocus_desktop.kernel import words
from pocus_desktop.programme.cme.providers import find_providers, provider_called
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.education import FORMATS, audit_pack, write_report
from pocus_desktop.programme.values import CreditKind, Topic

_OUT = click.argument("out", type=click.Path(path_type=Path, dir_okay=False))


@click.command()
@click.option("--on", "day", type=DAY, required=True, help="The day on the certificate.")
@click.option("--activity", required=True)
@click.option(
    "--provider", "provider_name", required=True, help="As its certificate says; known by name or short name."
)
@click.option("--credits", "amount", required=True, help="Such as 1.25.")
@click.option("--approved-by", "approvals", multiple=True, help="A body that its certificate names, such as ardms.")
@click.option("--subject", "subjects", multiple=True, help="Such as cardiovascular, where a body asks for it.")
@click.option("--number", "activity_id", help="The provider's number of the activity.")
@click.option("--way", type=click.Choice([str(one) for one in CreditKind]))
@click.option("--topic", type=click.Choice([str(one) for one in Topic]))
@click.option("--file", "files", type=EXISTING, multiple=True, help="A file that proves it.")
@LANGUAGE
def credit(
    day: date,
    activity: str,
    provider_name: str,
    amount: str,
    approvals: tuple[str, ...],
    subjects: tuple[str, ...],
    activity_id: str | None,
    way: str | None,
    topic: str | None,
    files: tuple[Path, ...],
    language: str,
) -> None:
    """Add continuing education, with its certificate."""
    with opened() as desk:
        view = desk.view()
        row = provider_called(view.rules, provider_name, view.on)
        written = changes.write_credit(
            view.portfolio,
            today=view.on,
            completed_on=day,
            activity=activity,
            activity_id=activity_id,
            provider=row.provider if row is not None else None,
            provider_name=row.name(language) if row is not None else provider_name,
            credits=amount,
            approvals=[one.casefold() for one in approvals],
            subjects=[one.casefold() for one in subjects],
            way=way,
            topic=topic,
            evidence=[desk.files.keep(path).model_dump() for path in files],
        )
        desk.write(written)
    say("credit", language, credit=written.credit_id, activity=written.activity)


@click.command()
@click.option("--all", "is_all", is_flag=True, help="Also the cycles that are over.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@LANGUAGE
def education(language: str, *, is_all: bool, as_json: bool) -> None:
    """Tell for each body what counts in its cycle, what does not and why, and how much is missing until when."""
    with opened() as desk:
        view = desk.view()
    tell_education(view.portfolio, view.rules, view.on, language, is_all=is_all, as_json=as_json)


@click.command()
@click.argument("text", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@LANGUAGE
def providers(text: tuple[str, ...], language: str, *, as_json: bool) -> None:
    """Find who offers continuing education, by name, topic, way or approval as people write them; all without TEXT."""
    with opened() as desk:
        view = desk.view()
    found = find_providers(view.rules, " ".join(text), view.on, language)
    for row in found:
        name, approvals = row.name(language), [*row.approvals]
        if as_json:
            click.echo(json.dumps({"provider": row.provider, "name": name, "approvals": approvals}, ensure_ascii=False))
        else:
            click.echo(f"{row.provider:<16} {name}" + "".join(f"  {one.upper()}" for one in approvals))
    if not found and not as_json:
        say("no-provider", language)


@click.command("audit-pack")
@_OUT
@click.option("--body", help="Whose cycle; all that run today, if omitted.")
@click.option("--cycle", "number", type=click.IntRange(1), help="Its number; the one that runs, if omitted.")
@LANGUAGE
def audit_pack_(out: Path, body: str | None, number: int | None, language: str) -> None:
    """Write one PDF with what is claimed of a cycle, by which rule, and every file of evidence."""
    with opened() as desk:
        pack = audit_pack(
            desk, out, body=body.casefold() if body is not None else None, number=number, language=language
        )
    say("packed", language, file=out.name, credits=pack.credits, files=len(pack.shown))
    for one in pack.shown:
        if one.problem:
            why = words.say(f"pack.problem.{one.problem}", language)
            say("packed-not-shown", language, file=one.file.name, why=why)
    if not pack.is_archival:
        say("packed-plain", language)


@click.command()
@_OUT
@click.option("--as", "form", type=click.Choice(FORMATS), help="By the file's ending, if omitted; else xml.")
@LANGUAGE
def report(out: Path, form: str | None, language: str) -> None:
    """Write all continuing education as a MedBiquitous Activity Report (xml), or as a table (csv)."""
    chosen = form or ("csv" if out.suffix.casefold() == ".csv" else "xml")
    with opened() as desk:
        count = write_report(desk, out, form=chosen)
    say("reported", language, file=out.name, count=count)
