"""`pocus hub terms|code|enrol|stations|rename|move|retire|revoke`: the stations and centres of the academy."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final, get_args

import click

from pocus_desktop.admission.enrolling import Kind
from pocus_desktop.admission.records import EnrolmentRecord
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_options import (
    EXISTING,
    MOMENT,
    NEW_FILE,
    by_option,
    hub_options,
    milliseconds,
    registry,
    told,
    who_options,
)
from pocus_desktop.cli.options import read_public_keys
from pocus_desktop.kernel.files import write_atomically

_HOUR_MS: Final = 3_600_000
_kind_option = click.option("--kind", type=click.Choice(get_args(Kind)), default="station", show_default=True)
_json_option = click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")


@click.command()
@click.option("--root", type=EXISTING, help="Root metadata of the academy's trust (a file N.root.json).")
@click.option("--url", help="Where results are sent, such as https://hub.example.org; '' where they are carried.")
@click.option("--publisher", type=EXISTING, multiple=True, help="Whose bundles count where there is no root.")
@hub_options
@pass_faces
def terms(faces: Faces, /, root: Path | None, url: str | None, publisher: tuple[Path, ...], **where: Any) -> None:
    """Say what every later enrolment tells a station; what is not given stays as it was."""
    publishers = tuple(key for path in publisher for key in read_public_keys(path) if key.algorithm == "ed25519")
    with registry(faces, where) as desk:
        desk.enrolments.set_terms(
            root=None if root is None else root.read_bytes(), hub_url=url, publishers=publishers or None
        )
    click.echo("Kept. Stations that are enrolled already learn it from the trust metadata, or from a new grant.")


@click.command()
@click.argument("centre")
@click.argument("name", required=False)
@by_option
@hub_options
@pass_faces
def zone(faces: Faces, /, centre: str, name: str | None, by: str, **where: Any) -> None:
    """Say or tell in which time zone a centre's days are reckoned: NAME such as Europe/Madrid."""
    with registry(faces, where) as desk:
        if name is not None:
            desk.enrolments.set_zone(centre, name, who=by)
        click.echo(desk.enrolments.zone(centre))


@click.group()
def code() -> None:
    """One-time codes for enrolling over the network."""


@code.command()
@_kind_option
@click.option("--centre", help="The centre that the station will belong to, or the new centre's id.")
@click.option("--hours", type=click.IntRange(1, 720), default=24, show_default=True, help="How long it can be used.")
@by_option
@hub_options
@pass_faces
def new(faces: Faces, /, kind: Kind, centre: str | None, hours: int, by: str, **where: Any) -> None:
    """Make a code; it is shown this once and works once."""
    with registry(faces, where) as desk:
        made = desk.enrolments.new_code(kind=kind, centre_id=centre, valid_ms=hours * _HOUR_MS, who=by)
    click.echo(made.code)
    click.echo(f"It can be used once, until {told(made.expires_ms)}.", err=True)


@click.command()
@click.argument("request", type=EXISTING)
@click.option("--out", type=NEW_FILE, required=True, help="The grant, to be carried back.")
@click.option("--name", help="Instead of the name in the request.")
@click.option("--centre", help="Instead of the centre in the request.")
@click.option("--why", default="", help="For the history.")
@by_option
@hub_options
@pass_faces
def enrol(
    faces: Faces, /, request: Path, out: Path, name: str | None, centre: str | None, why: str, by: str, **where: Any
) -> None:
    """Enrol a station or centre by its request; the same request again gives the same grant."""
    with registry(faces, where) as desk:
        grant = desk.enrolments.enrol(request.read_bytes(), who=by, why=why, name=name, centre_id=centre)
    write_atomically(out, grant)
    click.echo(f"{out}  carry it back to that computer: pocus enrol accept {out.name}")


@click.command()
@click.argument("station", required=False)
@click.option("--grant", type=NEW_FILE, help="Write the grant of STATION as it stands now.")
@_json_option
@hub_options
@pass_faces
def stations(faces: Faces, /, station: str | None, grant: Path | None, *, as_json: bool, **where: Any) -> None:
    """List stations and centres; with STATION, tell what happened to that one."""
    if grant is not None and station is None:
        raise click.UsageError("--grant needs STATION.")
    with registry(faces, where) as desk:
        if station is None:
            for one in desk.enrolments.all():
                click.echo(json.dumps(asdict(one), ensure_ascii=False) if as_json else _line(one))
            return
        for entry in desk.enrolments.history(station):
            change = f"{entry.was} -> {entry.now}" if entry.was else entry.now
            line = f"{told(entry.at_ms)}  {entry.action}  {change}  by {entry.who}  {entry.why}"
            click.echo(json.dumps(asdict(entry), ensure_ascii=False) if as_json else line.rstrip())
        if grant is not None:
            write_atomically(grant, desk.enrolments.grant_again(station))


@click.command()
@click.argument("station")
@click.argument("name")
@who_options
@hub_options
@pass_faces
def rename(faces: Faces, /, station: str, name: str, by: str, why: str, **where: Any) -> None:
    """Call a station or centre something else."""
    with registry(faces, where) as desk:
        click.echo(_line(desk.enrolments.rename(station, name=name, who=by, why=why)))


@click.command()
@click.argument("station")
@click.option("--centre", help="The centre's id; none where omitted.")
@who_options
@hub_options
@pass_faces
def move(faces: Faces, /, station: str, centre: str | None, by: str, why: str, **where: Any) -> None:
    """Let a station belong to another centre; carry its new grant there (pocus hub stations STATION --grant F)."""
    with registry(faces, where) as desk:
        click.echo(_line(desk.enrolments.move(station, centre_id=centre, who=by, why=why)))


@click.command()
@click.argument("station")
@who_options
@hub_options
@pass_faces
def retire(faces: Faces, /, station: str, by: str, why: str, **where: Any) -> None:
    """End a station or centre in good standing; results that it sealed still arrive and count."""
    with registry(faces, where) as desk:
        click.echo(_line(desk.enrolments.retire(station, who=by, why=why)))


@click.command()
@click.argument("station")
@click.option("--since", type=MOMENT, help="Mark results received from then on, such as 2027-03-01T08:00+01:00.")
@who_options
@hub_options
@pass_faces
def revoke(faces: Faces, /, station: str, since: datetime | None, by: str, why: str, **where: Any) -> None:
    """End a station or centre in distrust; its results are still kept, and marked for a person to judge."""
    with registry(faces, where) as desk:
        click.echo(_line(desk.enrolments.revoke(station, who=by, why=why, since_ms=milliseconds(since))))


def _line(one: EnrolmentRecord) -> str:
    ended = "" if one.ended_ms is None else f"since {told(one.ended_ms)}"
    parts = (one.enrolment_id, one.kind, one.name, one.centre_id or "-", str(one.state), ended, one.sealing_id)
    return "  ".join(part for part in parts if part)


COMMANDS: Final = (terms, zone, code, enrol, stations, rename, move, retire, revoke)
