"""`pocus hub database`, `work`, `backup` and `restore`: for the person who keeps the hub."""

from pathlib import Path
from typing import Final

import click

from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import hub_options, place_options
from pocus_desktop.cli.keeping_face import HubPlace
from pocus_desktop.cli.options import ask_passphrase, keys_option

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)


@click.group()
def database() -> None:
    """The revisions of the hub's database. Stop every process of the hub, and make a backup, before changing it."""


@database.command()
@place_options
@pass_faces
def show(faces: Faces, folder: Path, database_url: str | None) -> None:
    """Which revisions there are, and of which the database is."""
    for revision in faces.keep_hub().revisions(HubPlace(folder=folder, database_url=database_url)):
        click.echo(f"{'*' if revision.is_here else ' '} {revision.number}  {revision.told}")


@database.command()
@click.argument("revision", default="head")
@place_options
@pass_faces
def upgrade(faces: Faces, revision: str, folder: Path, database_url: str | None) -> None:
    """Bring the database, with its data, to the newest REVISION or to one that is named."""
    found = faces.keep_hub().upgrade(HubPlace(folder=folder, database_url=database_url), revision)
    click.echo(f"The database is at revision {found}.")


@database.command()
@click.argument("revision")
@click.confirmation_option(prompt="What only the later revisions hold is lost. Go back?")
@place_options
@pass_faces
def downgrade(faces: Faces, revision: str, folder: Path, database_url: str | None) -> None:
    """Bring the database back to an earlier REVISION; for a program of before."""
    found = faces.keep_hub().downgrade(HubPlace(folder=folder, database_url=database_url), revision)
    click.echo(f"The database is at revision {found}.")


@click.command()
@click.option("--at-once", type=click.IntRange(1, 64), default=2, show_default=True, help="Results scored together.")
@click.option("--once", "is_draining", is_flag=True, help="Stop when nothing waits.")
@hub_options
@pass_faces
def work(faces: Faces, at_once: int, folder: Path, database_url: str | None, keys: Path, *, is_draining: bool) -> None:
    """Score what was accepted, where the hub's database is PostgreSQL; any number of these may run."""
    place = HubPlace(folder=folder, database_url=database_url)
    faces.keep_hub().work(place, keys=keys, passphrase=ask_passphrase(), at_once=at_once, is_draining=is_draining)


@click.command()
@click.argument("into", type=_FOLDER)
@hub_options
@pass_faces
def backup(faces: Faces, into: Path, folder: Path, database_url: str | None, keys: Path) -> None:
    """Back the hub up INTO a folder, while it runs; again into the same folder copies only what is new."""
    place = HubPlace(folder=folder, database_url=database_url)
    click.echo(faces.keep_hub().back_up(place, into, keys=keys, passphrase=ask_passphrase()))


@click.command()
@click.argument("backup", type=click.Path(path_type=Path, file_okay=False, exists=True))
@hub_options
@pass_faces
def restore(faces: Faces, backup: Path, folder: Path, database_url: str | None, keys: Path) -> None:
    """Restore a BACKUP into an empty folder, database and place for objects, and look at all that is there then."""
    place = HubPlace(folder=folder, database_url=database_url)
    click.echo(faces.keep_hub().restore(place, backup, keys=keys, passphrase=ask_passphrase()))


@click.command("verify-backup")
@click.argument("backup", type=click.Path(path_type=Path, file_okay=False, exists=True))
@keys_option
@pass_faces
def verify_backup(faces: Faces, backup: Path, keys: Path) -> None:
    """Look at every byte of a BACKUP without restoring it."""
    click.echo(faces.keep_hub().verify_backup(backup, keys=keys, passphrase=ask_passphrase()))


COMMANDS: Final = (database, work, backup, restore, verify_backup)
