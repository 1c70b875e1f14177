"""`pocus portfolio account|credential`: who the portfolio is of, and what they hold."""

from datetime import date
from pathlib import Path

import click

from pocus_desktop.cli.portfolio_options import LANGUAGE, opened, say
from pocus_desktop.cli.programme_options import DAY, EXISTING
from pocus_desktop.kernel import words
from pocus_desktop.programme.own import changes


@click.command()
@click.option("--name", help="As it shall stand on certificates.")
@click.option("--email")
@click.option("--zone", help="Where you live, such as America/Bogota: days are counted there.")
@click.option("--number", help="Your ID number, where the academy gave you one before.")
@click.option("--language", type=click.Choice(words.languages()), help="Of mail from the academy.")
def account(**given: str | None) -> None:
    """Set the account up, or correct it: what is not given stays."""
    number = given.pop("number")
    fields = {name: value for name, value in given.items() if value is not None}
    if number is not None:
        fields["candidate_id"] = number
    with opened() as desk:
        written = changes.write_account(desk.portfolio(), now_ms=desk.now_ms, **fields)
        desk.write(written)
    say("account", written.language, name=written.name, number=written.candidate_id or "-", zone=written.zone)


@click.command()
@click.option("--body", required=True, help="Who gave it, such as ardms.")
@click.option("--credential", "named", required=True, help="Its name in the rules, such as spi or rdms.")
@click.option("--title", help="As it is called; its name, if omitted.")
@click.option("--number")
@click.option("--issued", type=DAY, required=True, help="The day it was issued, or the examination was passed.")
@click.option("--expires", type=DAY)
@click.option("--level")
@click.option("--cycle-from", type=DAY, help="The day your cycle of education began, as the body states it.")
@click.option("--file", "files", type=EXISTING, multiple=True, help="A file that proves it.")
@LANGUAGE
def credential(
    body: str,
    named: str,
    title: str | None,
    number: str | None,
    issued: date,
    expires: date | None,
    level: str | None,
    cycle_from: date | None,
    files: tuple[Path, ...],
    language: str,
) -> None:
    """Add a credential, with its files."""
    with opened() as desk:
        held = changes.write_credential(
            desk.portfolio(),
            body=body,
            credential=named,
            title=title or named.upper(),
            number=number,
            issued_on=issued,
            expires_on=expires,
            level=level,
            cycle_from=cycle_from,
            evidence=[desk.files.keep(path).model_dump() for path in files],
        )
        desk.write(held)
    say("credential", language, credential=held.credential_id, title=held.title)
