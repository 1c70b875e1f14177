"""`pocus room policy`: what proctors may grant here by themselves."""

from pathlib import Path

import click

from pocus_desktop.admission.enrolment import held_grant
from pocus_desktop.admission.room_policy import MAXIMUM_BYTES, RoomPolicy
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.cli.enrol import open_own_keys
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring.errors import NoRoomHereError
from pocus_desktop.proctoring.policy import held_policy, keep_policy


@click.command()
@click.option(
    "--take", "path", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="The academy's file."
)
def policy(path: Path | None) -> None:
    """Tell what proctors may grant here by themselves; with --take, take the academy's policy in first."""
    home = Home.default()
    trusting, keys = Trusting.load(home), open_own_keys(home)
    grant = held_grant(home, trusting.hubs, keys)
    if grant is None or grant.kind != "centre" or grant.centre is None:
        raise NoRoomHereError
    hubs, centre_id = tuple(trusting.hubs), grant.centre.centre_id
    if path is not None:
        with path.open("rb") as file:
            keep_policy(home.room, file.read(MAXIMUM_BYTES + 1), hubs, centre_id=centre_id)
    held = held_policy(home.room, hubs, centre_id=centre_id)
    if held is None:
        click.echo("There is no policy: proctors decide, and each order has its reason.")
        return
    for line in _lines(held.policy):
        click.echo(line)


def _lines(one: RoomPolicy) -> tuple[str, ...]:
    clock = "stands still" if one.may_hold_clock else "runs on"
    return (
        f"More time: {one.extra_once_minutes} min at once, {one.extra_total_minutes} min for a sitting in all",
        f"Breaks: {one.breaks} for a sitting, {one.break_minutes} min each; the clock {clock}",
        f"Voiding: {_people(one.void_by)}",
        f"Ending: {_people(one.end_by)}",
        "Beyond this, an order names an open incident of the room in its reason.",
    )


def _people(names: tuple[str, ...] | None) -> str:
    return "anyone" if names is None else ", ".join(names) or "the academy"
