"""`pocus trust show`: who holds what, and what is staged; also what a signature would change, in words."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from pocus_desktop.bundle.trust import fingerprint
from pocus_desktop.bundle.trust.changes import Body
from pocus_desktop.bundle.trust.overview import Overview, Role, overview
from pocus_desktop.bundle.trust.repository import Repository
from pocus_desktop.bundle.trust.request import SigningRequest
from pocus_desktop.cli.trust_options import depot_option, now_ms


@click.command()
@depot_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(depot: Path, *, as_json: bool) -> None:
    """Tell who holds what, until when it is good, what is staged, who is missing, and what was withdrawn."""
    found = overview(Repository(folder=depot))
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
        return
    for line in _told(found, now_ms()):
        click.echo(line)


def told_changes(request: SigningRequest) -> Iterator[str]:
    """What a person reads before signing."""
    changes = request.changes()
    before = f"now version {changes.version_before}" if changes.version_before is not None else "the first"
    yield ""
    yield f"=== {changes.role}, version {changes.version} ({before}) ==="
    yield f"Good until {changes.expires:%Y-%m-%d}. SHA-256 of what is signed:"
    yield f"   {fingerprint.digits(request.digest)}"
    for told in changes.told or ("Nothing changes but version and end.",):
        yield f"   {told}"
    for body in changes.bodies:
        yield f"From then on {body.role} is signed by {body.threshold} of:"
        yield from _members(body)


def _told(found: Overview, at_ms: int) -> Iterator[str]:
    for role in found.roles:
        yield from _role(role, at_ms)
    for withdrawal in found.withdrawals:
        yield f"WITHDRAWN  {withdrawal}"
    for staged in found.staged:
        missing = "complete" if not staged.missing else f"{staged.missing} missing"
        yield f"STAGED     {staged.role} version {staged.version}: {missing}"
        yield f"   signed by      {', '.join(member.name for member in staged.signed) or 'no one yet'}"
        if staged.missing:
            yield f"   may still sign {', '.join(member.name for member in staged.may_sign)}"
    if not found.staged:
        yield "Nothing is staged."


def _role(role: Role, at_ms: int) -> Iterator[str]:
    if role.version is None:
        state = "not published yet"
    else:
        assert role.expires_ms is not None  # noqa: S101 - what is published has an end
        days = (role.expires_ms - at_ms) // 86_400_000
        end = f"{datetime.fromtimestamp(role.expires_ms / 1000, tz=UTC):%Y-%m-%d}"
        left = f"{days} days left" if days >= 0 else "OVER"
        state = f"version {role.version}, good until {end} ({left})"
    yield f"{role.name}: {state}"
    if role.body is not None:
        yield f"   signed by {role.body.threshold} of:"
        yield from _members(role.body)


def _members(body: Body) -> Iterator[str]:
    for member in body.members:
        yield f"   - {member.name}  {member.key_id}"
        yield f"       {member.words}"
