"""`pocus hub roster|reconcile|report`: a centre's day, who walked in, and scores with their remarks."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from pocus_desktop.admission.allowance import MAXIMUM_COUNT
from pocus_desktop.admission.forms import Form
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.records import RosterOrder, WalkInRecord, WalkInState
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.hub_admissions import DAY
from pocus_desktop.cli.hub_options import NEW_FILE, by_option, hub_options, registry
from pocus_desktop.crypto.encoding import from_hex
from pocus_desktop.kernel.files import write_atomically


@click.command()
@click.option("--centre", required=True, help="The centre's id.")
@click.option("--day", type=DAY, required=True, help="In the centre's zone, such as 2027-03-01.")
@click.option("--walk-ins", type=click.IntRange(0, MAXIMUM_COUNT), default=0, show_default=True, help="How many.")
@click.option(
    "--bundle",
    "bundles",
    type=(str, click.IntRange(1), click.Choice([str(mode) for mode in Mode])),
    multiple=True,
    metavar="ID VERSION MODE",
    help="What walk-ins may sit, such as: lung-a 3 live; may be given often.",
)
@click.option(
    "--content-key", "keys_of", type=(str, str), multiple=True, metavar="ID HEX", help="Sealed to the centre."
)
@click.option("--out", type=NEW_FILE, required=True, help="The roster, to be carried to the centre.")
@click.option("--why", default="", help="For the history.")
@by_option
@hub_options
@pass_faces
def roster(
    faces: Faces,
    /,
    centre: str,
    day: datetime,
    walk_ins: int,
    bundles: tuple[tuple[str, int, str], ...],
    keys_of: tuple[tuple[str, str], ...],
    out: Path,
    why: str,
    by: str,
    **where: Any,
) -> None:
    """Write a centre's day in one signed file: its admissions, its stations, and how many walk-ins it may admit."""
    with registry(faces, where) as desk:
        made = desk.rosters.make(
            RosterOrder(
                centre_id=centre,
                day=day.date(),
                walk_ins=walk_ins,
                bundles=tuple(
                    (Form(bundle_id=bundle, minimum_version=version), Mode(mode)) for bundle, version, mode in bundles
                ),
                content_keys={bundle: from_hex(key, field="content key") for bundle, key in keys_of},
            ),
            who=by,
            why=why,
        )
    write_atomically(out, made.envelope)
    click.echo(f"{out}  {made.admissions} admissions, {made.stations} stations, {walk_ins} walk-ins allowed")


@click.command()
@click.argument("sitting", required=False)
@click.option("--candidate", help="Who sat it, by ID number.")
@click.option("--admission", help="The admission that it uses up; a new one is entered where omitted.")
@click.option("--reject", "is_rejected", is_flag=True, help="It does not count.")
@click.option("--why", default="", help="The reason, for the history.")
@click.option("--all", "is_all", is_flag=True, help="Those that were settled too.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@by_option
@hub_options
@pass_faces
def reconcile(
    faces: Faces,
    /,
    sitting: str | None,
    candidate: str | None,
    admission: str | None,
    why: str,
    by: str,
    *,
    is_rejected: bool,
    is_all: bool,
    as_json: bool,
    **where: Any,
) -> None:
    """List walk-ins whose result came; with SITTING, say who sat it (--candidate), or --reject it with the reason."""
    if sitting is None and (candidate or admission or is_rejected):
        raise click.UsageError("Name the SITTING.")
    if sitting is not None and is_rejected == bool(candidate):
        raise click.UsageError("Give either --candidate or --reject.")
    if sitting is not None and not why:
        raise click.UsageError("--why is needed.")
    with registry(faces, where) as desk:
        if sitting is not None and candidate:
            desk.walk_ins.match(sitting, candidate_id=candidate, admission_id=admission, who=by, why=why)
        elif sitting is not None:
            desk.walk_ins.reject(sitting, who=by, why=why)
        for one in desk.walk_ins.all(sitting=sitting):
            if sitting is not None or is_all or one.state is WalkInState.WAITING:
                click.echo(json.dumps(asdict(one), ensure_ascii=False) if as_json else _line(one))


@click.command()
@click.argument("sitting")
@hub_options
@pass_faces
def report(faces: Faces, /, sitting: str, **where: Any) -> None:
    """Print a sitting's score report as JSON, with every remark: sat twice, forked, provisional, doubtful station."""
    with registry(faces, where) as desk:
        click.echo(json.dumps(json.loads(desk.results.report(sitting)), ensure_ascii=False, indent=2))


def _line(one: WalkInRecord) -> str:
    doubled = "NUMBER USED TWICE" if one.is_doubled else ""
    settled = f"{one.candidate} {one.matched} by {one.who}: {one.why}" if one.who else ""
    parts = (
        one.sitting,
        f"{one.candidate_id} ({one.candidate_name})",
        one.bundle_id,
        f"{one.centre_id} number {one.number}",
        str(one.state),
        doubled,
        settled,
    )
    return "  ".join(part for part in parts if part)


COMMANDS: Final = (roster, reconcile, report)
