"""`pocus sitting`: look at a sitting that is over, or move one that is not (`cli.move`)."""

from pathlib import Path

import click

from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.move import move_in, pack, permit
from pocus_desktop.cli.options import ask_passphrase, keys_option
from pocus_desktop.cli.replay_options import Wanted, replay_options

_file = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def sitting() -> None:
    """Look at a sitting that is over, or move one that is under way to another station."""


for _command in (pack, permit, move_in):
    sitting.add_command(_command)


@sitting.command()
@click.argument("results", type=_file, nargs=-1, required=True)
@click.option(
    "--hub",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The hub's folder: its shelf has the texts.",
)
@click.option("--receipt", type=_file, help="The hub's receipt for the result.")
@keys_option
@replay_options
@pass_faces
@click.pass_context
def replay(
    context: click.Context,
    faces: Faces,
    results: tuple[Path, ...],
    hub: Path | None,
    receipt: Path | None,
    keys: Path,
    wanted: Wanted,
) -> None:
    """Show what was on the screen when, and everything that was done, from sealed results of one sitting."""
    request = wanted(results=results, hub=hub, receipt=receipt, keys=keys, passphrase=ask_passphrase())
    context.exit(faces.replay(request))
