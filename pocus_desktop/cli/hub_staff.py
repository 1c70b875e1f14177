"""`pocus hub staff`: who may sign in to the academy, and what each may do."""

import os
from typing import Any, Final

import click

from pocus_desktop.cli.academy_options import academy, json_option, tell
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import by_option, hub_options, who_options

PASSWORD: Final = "POCUS_STAFF_PASSWORD"  # noqa: S105 - the name of a variable
ROLES: Final = ("registrar", "decision-maker", "appeals-officer", "auditor", "administrator")
_roles_option = click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, required=True)


@click.group()
def staff() -> None:
    """Staff of the academy: who may sign in, and what each may do."""


@staff.command("add")
@click.argument("login")
@click.option("--name", required=True, help="As candidates read it beside decisions.")
@_roles_option
@click.option("--issuer", default="", help="The address of a provider of OpenID Connect that vouches for them.")
@click.option("--subject", default="", help="The account there.")
@click.option("--no-password", is_flag=True, help="They come by the provider only.")
@click.option("--why", default="", help="For the trail.")
@by_option
@hub_options
@pass_faces
def staff_add(
    faces: Faces,
    /,
    login: str,
    name: str,
    roles: tuple[str, ...],
    issuer: str,
    subject: str,
    why: str,
    by: str,
    *,
    no_password: bool,
    **where: Any,
) -> None:
    """Enter somebody. The password is asked for, or taken from POCUS_STAFF_PASSWORD."""
    if bool(issuer) != bool(subject):
        raise click.UsageError("--issuer and --subject go together.")
    password = None if no_password else _password()
    provider = (issuer, subject) if issuer else None
    with academy(faces, where) as desk:
        entered = desk.staff.add(login, name=name, roles=roles, password=password, provider=provider, who=by, why=why)
    tell([entered], as_json=False)


@staff.command("list")
@json_option
@hub_options
@pass_faces
def staff_list(faces: Faces, /, *, as_json: bool, **where: Any) -> None:
    """Everyone."""
    with academy(faces, where) as desk:
        tell(desk.staff.all(), as_json=as_json)


@staff.command("roles")
@click.argument("login")
@_roles_option
@who_options
@hub_options
@pass_faces
def staff_roles(faces: Faces, /, login: str, roles: tuple[str, ...], by: str, why: str, **where: Any) -> None:
    """Give somebody these roles instead of those before."""
    with academy(faces, where) as desk:
        tell([desk.staff.change_roles(login, roles, who=by, why=why)], as_json=False)


@staff.command("password")
@click.argument("login")
@who_options
@hub_options
@pass_faces
def staff_password(faces: Faces, /, login: str, by: str, why: str, **where: Any) -> None:
    """Give somebody another password, and sign them out everywhere."""
    password = _password()
    with academy(faces, where) as desk:
        desk.staff.set_password(login, password, who=by, why=why)
    click.echo(f"{login} has another password.")


@staff.command("forget-factor")
@click.argument("login")
@who_options
@hub_options
@pass_faces
def staff_factor(faces: Faces, /, login: str, by: str, why: str, **where: Any) -> None:
    """Take a second factor that was lost; the next sign-in sets up another."""
    with academy(faces, where) as desk:
        desk.staff.forget_factor(login, who=by, why=why)
    click.echo(f"{login} sets up another second factor at the next sign-in.")


@staff.command("sign-out")
@click.argument("login")
@who_options
@hub_options
@pass_faces
def staff_sign_out(faces: Faces, /, login: str, by: str, why: str, **where: Any) -> None:
    """Sign somebody out of every browser."""
    with academy(faces, where) as desk:
        click.echo(f"{desk.staff.sign_out(login, who=by, why=why)} sessions ended.")


@staff.command("end")
@click.argument("login")
@who_options
@hub_options
@pass_faces
def staff_end(faces: Faces, /, login: str, by: str, why: str, **where: Any) -> None:
    """Let somebody sign in no more."""
    with academy(faces, where) as desk:
        tell([desk.staff.end(login, who=by, why=why)], as_json=False)


@staff.command("reactivate")
@click.argument("login")
@_roles_option
@click.option("--no-password", is_flag=True, help="They come by the provider only.")
@who_options
@hub_options
@pass_faces
def staff_reactivate(
    faces: Faces, /, login: str, roles: tuple[str, ...], by: str, why: str, *, no_password: bool, **where: Any
) -> None:
    """Give an ended account back, with these roles and a new password; their second factor stays."""
    password = None if no_password else _password()
    with academy(faces, where) as desk:
        tell([desk.staff.reactivate(login, roles, password=password, who=by, why=why)], as_json=False)


def _password() -> str:
    given = os.environ.get(PASSWORD)
    if given is None:
        given = click.prompt("Password of the account", hide_input=True, confirmation_prompt=True, err=True)
    return str(given)
