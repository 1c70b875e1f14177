"""`pocus hub replay`: an appeal from what the hub holds, without a file by hand."""

from pathlib import Path

import click

from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import hub_options
from pocus_desktop.cli.options import ask_passphrase
from pocus_desktop.cli.replay_options import Wanted, replay_options


@click.command()
@click.argument("sitting")
@replay_options
@hub_options
@pass_faces
@click.pass_context
def replay(
    context: click.Context,
    faces: Faces,
    sitting: str,
    folder: Path,
    database_url: str | None,
    keys: Path,
    wanted: Wanted,
) -> None:
    """Show what was on the screen when in a sitting, and everything that was done, by its id (`pocus hub list`)."""
    request = wanted(sitting=sitting, hub=folder, database_url=database_url, keys=keys, passphrase=ask_passphrase())
    context.exit(faces.replay(request))


COMMANDS = (replay,)
