"""`pocus trust key`: one person's key, on a medium of its own."""

from pathlib import Path

import click

from pocus_desktop.bundle.trust import custody, fingerprint
from pocus_desktop.bundle.trust.custody import Holder
from pocus_desktop.cli.options import ask_passphrase

_folder = click.Path(path_type=Path, file_okay=False)


@click.group()
def key() -> None:
    """Make and show the key of one person, on a medium of its own."""


@key.command()
@click.option("--out", type=_folder, required=True, help="A folder on the holder's own medium, such as a stick.")
@click.option("--name", required=True, help="The holder's name in the ceremony, such as ann.")
def new(out: Path, name: str) -> None:
    """Make a key. Only its holder types the passphrase; without it the key is lost."""
    made = custody.make(out, name, ask_passphrase(is_new=True))
    click.echo(f"Made. {out / (name + custody.PUBLIC_SUFFIX)} is the half to give to others.", err=True)
    click.echo("Copy the whole folder to a second medium, and keep the two in different places.", err=True)
    _tell(made.holder)


@key.command()
@click.argument("files", type=click.Path(path_type=Path, dir_okay=False), nargs=-1, required=True)
def show(files: tuple[Path, ...]) -> None:
    """Show the fingerprints of public FILES, to compare them aloud."""
    for path in files:
        _tell(custody.read_public(path))


def _tell(holder: Holder) -> None:
    click.echo(f"{holder.name}  {holder.key.key_id}")
    click.echo(f"   in digits  {fingerprint.digits(holder.key.key_id)}")
    click.echo(f"   in words   {fingerprint.words(holder.key)}")
