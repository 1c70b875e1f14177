"""`pocus room close-out`: whether everything of the day is safe; what is missing stands first."""

import json

import click

from pocus_desktop.appeals.plain import plain
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.kernel.words import languages


@click.command()
@click.option("--language", type=click.Choice(languages()), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@pass_faces
@click.pass_context
def close_out(context: click.Context, faces: Faces, language: str, *, as_json: bool) -> None:
    """Tell whether everything of the day is safe; the status is 0 then, and else 1.

    It asks the console that is open on this computer. Where none is, it tells what the room's journal knows: stations
    that were not heard since then are named.
    """
    told = faces.close_out(language)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(plain(f"{told['what']} {told['next']}"))
        for line in told["lines"]:
            click.echo(plain(f"  [{'x' if line['is_done'] else ' '}] {line['what']}"))
            if line["next"]:
                click.echo(plain(f"      {line['next']}"))
        for note in told["notes"]:
            click.echo(plain(f"  {note}"))
    context.exit(0 if told["is_green"] else 1)
