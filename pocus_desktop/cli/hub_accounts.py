"""`pocus hub accounts`: candidates' accounts: which ID number, which key."""

from typing import Any

import click

from pocus_desktop.cli.academy_options import academy, json_option, tell
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import hub_options, who_options


@click.group()
def accounts() -> None:
    """Candidates' accounts: which ID number, which key."""


@accounts.command("list")
@click.argument("text", default="")
@json_option
@hub_options
@pass_faces
def accounts_list(faces: Faces, /, text: str, *, as_json: bool, **where: Any) -> None:
    """Accounts, or those that have TEXT in name, number or address."""
    with academy(faces, where) as desk:
        tell(desk.accounts.all(text), as_json=as_json)


@accounts.command("confirm")
@click.argument("account")
@click.argument("number")
@who_options
@hub_options
@pass_faces
def accounts_confirm(faces: Faces, /, account: str, number: str, by: str, why: str, **where: Any) -> None:
    """Say that ACCOUNT has the ID number NUMBER, which the registry knows."""
    with academy(faces, where) as desk:
        desk.accounts.confirm_number(account, number, who=by, why=why)
    click.echo(f"{account} has the number {number}.")


@accounts.command("accept-key")
@click.argument("account")
@click.argument("key_id")
@who_options
@hub_options
@pass_faces
def accounts_key(faces: Faces, /, account: str, key_id: str, by: str, why: str, **where: Any) -> None:
    """Let the next submission of ACCOUNT bring another key, of the id KEY_ID."""
    with academy(faces, where) as desk:
        desk.accounts.accept_key(account, key_id, who=by, why=why)
    click.echo(f"{key_id} is awaited.")
