"""`pocus roster`: a centre's day at the centre: take it in, and admit who comes without an admission."""

import time
from pathlib import Path

import click

from pocus_desktop.admission.enrolment import held_grant
from pocus_desktop.admission.latest_time import LatestTime
from pocus_desktop.admission.room_code import without_codes
from pocus_desktop.admission.roster_folder import rosters, take_in, walk_in
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.admission.walk_ins import WalkInOrder
from pocus_desktop.cli.enrol import open_own_keys
from pocus_desktop.cli.hub_options import EXISTING, NEW_FILE, told
from pocus_desktop.cli.main import fail
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.kernel.settings import Home


@click.group()
def roster() -> None:
    """A centre's day: its admissions in one file, and walk-ins."""


@roster.command("import")
@click.argument("file", type=EXISTING)
def import_(file: Path) -> None:
    """Take a roster in, whole or not at all; taking it in again changes nothing."""
    home = Home.default()
    hubs = Trusting.load(home).hubs
    grant = held_grant(home, hubs)
    taken = take_in(home, file.read_bytes(), hubs=hubs, grant=grant)
    day = taken.roster.roster
    click.echo(f"{day.centre.name}, {day.day} ({day.zone}): {taken.new} new admissions, {taken.known} known.")
    if taken.left:
        click.echo(f"{taken.left} are for other stations and were left out.")
    if grant is not None and grant.kind == "station":
        sat_here = (one.admission for one in taken.roster.sat_at(grant.sealing.key_id))
        for problem in without_codes(sat_here, grant.sealing.key_id):
            fail(problem)
    if taken.roster.allowance is not None:
        click.echo(f"{taken.roster.allowance.count} walk-ins are allowed.")


@roster.command("show")
def show() -> None:
    """List the rosters that were taken in here."""
    home = Home.default()
    for one in rosters(home, Trusting.load(home).hubs):
        day = one.roster
        allowed = "no walk-ins" if one.allowance is None else f"{one.allowance.count} walk-ins"
        click.echo(
            f"{day.roster_id}  {day.centre.name}  {day.day} ({day.zone})  {len(one.admissions)} admissions, {allowed},"
            f" made {told(day.made_at_ms)}"
        )


@roster.command("walk-in")
@click.option("--id", "candidate_id", required=True, help="The ID number on the candidate's document.")
@click.option("--name", required=True, help="The name on the candidate's document.")
@click.option("--bundle", help="What they sit; needed where several are allowed.")
@click.option("--out", type=NEW_FILE, help="The admission, to be carried to a station.")
def walk_in_(candidate_id: str, name: str, bundle: str | None, out: Path | None) -> None:
    """Admit who came without an admission, within what the roster allows. The codes are shown this once."""
    home = Home.default()
    hubs = Trusting.load(home).hubs
    keys = open_own_keys(home)
    latest = LatestTime(home.latest_time)
    now_ms = max(time.time_ns() // 1_000_000, latest.seen_ms())
    order = WalkInOrder(candidate_id=candidate_id, name=name, bundle_id=bundle)
    made = walk_in(home, order, hubs=hubs, own=keys, now_ms=now_ms)
    admitted = made.admission
    assert admitted.walk_in is not None  # noqa: S101 - it is one
    if out is not None:
        write_atomically(out, made.envelope)
    click.echo(f"{admitted.admission_id}  number {admitted.walk_in.number}  {admitted.bundle_id}  {admitted.mode}")
    click.echo(f"The candidate's sign-in code: {made.sign_in_code}")
    if made.start_code:
        click.echo(f"The proctor's start code: {made.start_code}")
