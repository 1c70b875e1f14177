"""`pocus proctor`: the centre's console with its window."""

import os

import click

from pocus_desktop.cli.faces import Faces, RoomPlace, pass_faces
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE
from pocus_desktop.kernel.words import SOURCE_LANGUAGE, languages
from pocus_desktop.proctoring.link import DEFAULT_PORT


@click.command()
@click.option("--who", default="", help="Who is on duty; else the window asks.")
@click.option("--language", type=click.Choice(languages()), default=SOURCE_LANGUAGE, show_default=True)
@click.option("--name", default="Room", show_default=True, help="What people call the room.")
@click.option("--host", default="0.0.0.0", show_default=True, help="The address to listen at.")  # noqa: S104 - the LAN
@click.option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True, help="0: a free one.")
@click.option("--peer", "peers", multiple=True, metavar="ADDRESS", help="Another console of this centre.")
@pass_faces
@click.pass_context
def proctor(
    context: click.Context,
    faces: Faces,
    who: str,
    language: str,
    name: str,
    host: str,
    port: int,
    peers: tuple[str, ...],
) -> None:
    """Open the proctor's window on the centre's computer, and hold its room open while it is open."""
    place = RoomPlace(name=name, host=host, port=port, peers=peers)
    passphrase = os.environ.get(PASSPHRASE_VARIABLE)
    context.exit(faces.proctor(place=place, passphrase=passphrase, language=language, who=who))
