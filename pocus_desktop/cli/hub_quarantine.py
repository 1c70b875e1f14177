"""`pocus hub quarantine`: what the hub refused, and judging it anew."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from pocus_desktop.cli.faces import Faces, Quarantined, pass_faces
from pocus_desktop.cli.hub_options import hub_options, told
from pocus_desktop.cli.options import ask_passphrase
from pocus_desktop.kernel import words

_json_option = click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")


@click.group()
def quarantine() -> None:
    """What the hub refused and keeps."""


@quarantine.command("list")
@_json_option
@hub_options
@pass_faces
def list_(faces: Faces, folder: Path, database_url: str | None, keys: Path, *, as_json: bool) -> None:
    """Every refused envelope with the reason."""
    found = faces.quarantine(
        folder=folder, keys=keys, passphrase=ask_passphrase(), database_url=database_url, is_retried=False
    )
    _tell(found, as_json=as_json)


@quarantine.command()
@_json_option
@hub_options
@pass_faces
def retry(faces: Faces, folder: Path, database_url: str | None, keys: Path, *, as_json: bool) -> None:
    """Judge all of it anew, after an update or with keys that came since; what is accepted gets its receipt.

    A station that set its copy aside gets that receipt when the result is queued there again.
    """
    found = faces.quarantine(
        folder=folder, keys=keys, passphrase=ask_passphrase(), database_url=database_url, is_retried=True
    )
    _tell(found, as_json=as_json)
    click.echo(f"{sum(one.is_accepted for one in found)} of {len(found)} accepted.", err=True)


def _tell(found: Sequence[Quarantined], *, as_json: bool) -> None:
    for one in found:
        click.echo(json.dumps(asdict(one)) if as_json else _line(one))
    if not found:
        click.echo("The quarantine is empty.", err=True)


def _line(one: Quarantined) -> str:
    why = words.explain(one.reason, {}).what if words.has(f"errors.{one.reason}.what") else ""
    state = "accepted" if one.is_accepted else f"[{one.reason}] {why if '{' not in why else ''}".rstrip()
    return f"{one.digest}  {told(one.received_ms)}  {one.size_bytes} bytes  {state}"
