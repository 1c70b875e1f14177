"""`pocus hub files`: what candidates sent to prove something; saved, and let go."""

from pathlib import Path
from typing import Any

import click

from pocus_desktop.cli.academy_options import academy, json_option, tell
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import NEW_FILE, by_option, hub_options, who_options
from pocus_desktop.kernel.files import write_atomically


@click.group()
def files() -> None:
    """Files that candidates sent: what they prove, saved, let go."""


@files.command("list")
@click.argument("account")
@json_option
@hub_options
@pass_faces
def files_list(faces: Faces, /, account: str, *, as_json: bool, **where: Any) -> None:
    """What the documents of ACCOUNT (its id, or the ID number) name, and whether it is here."""
    with academy(faces, where) as desk:
        tell(desk.files.all(account), as_json=as_json)


@files.command("save")
@click.argument("account")
@click.argument("sha256")
@click.argument("out", type=NEW_FILE)
@by_option
@hub_options
@pass_faces
def files_save(faces: Faces, /, account: str, sha256: str, out: Path, by: str, **where: Any) -> None:
    """Write a file to OUT; that it was opened stands in the trail."""
    with academy(faces, where) as desk:
        content, kind = desk.files.open(account, sha256, who=by)
    write_atomically(out, content, is_private=True)
    click.echo(f"{out}  {kind}")


@files.command("let-go")
@click.argument("account")
@click.argument("sha256")
@who_options
@hub_options
@pass_faces
def files_let_go(faces: Faces, /, account: str, sha256: str, by: str, why: str, **where: Any) -> None:
    """Let a file go for good; the trail keeps that it was here."""
    with academy(faces, where) as desk:
        desk.files.let_go(account, sha256, who=by, why=why)
    click.echo(f"{sha256} is gone.")


@files.command("let-go-old")
@hub_options
@pass_faces
def files_let_go_old(faces: Faces, /, **where: Any) -> None:
    """Let go what was kept for five years, as each file that arrives does, and what a killed hub left unentered."""
    with academy(faces, where) as desk:
        count = desk.files.let_go_old()
    click.echo(f"{count} gone.")
