"""`pocus sitting pack`, `permit` and `move-in`: from a computer that stopped to another (formats/move).

At the first computer, or wherever its disk is: pack. At the centre's computer: permit. At the new station: move-in.
"""

import time
from datetime import timedelta
from pathlib import Path

import click

from pocus_desktop.admission.enrolment import held_grant
from pocus_desktop.admission.latest_time import LatestTime, moment
from pocus_desktop.admission.move_permit import VALID_MS
from pocus_desktop.admission.roster_folder import rosters
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.admission.unlock_desk import UnlockDesk
from pocus_desktop.cli.enrol import open_own_keys
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sitting.moving.errors import NotACentreError
from pocus_desktop.sitting.moving.move_in import Arrival
from pocus_desktop.sitting.moving.move_stick import only_on
from pocus_desktop.sitting.moving.packing import pack as pack_sitting
from pocus_desktop.sitting.moving.packing import sitting_folder
from pocus_desktop.sitting.moving.permitting import LookedInto, MoveOrder, looked_into, station_of
from pocus_desktop.sitting.moving.permitting import permit as permit_move

_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
_which = click.option("--sitting", "wanted", help="The id of the sitting or of its admission, where there are several.")


@click.command()
@click.argument("folder", type=_FOLDER, required=False)
@click.option("--to", "stick", type=_FOLDER, required=True, help="The stick.")
@_which
def pack(folder: Path | None, stick: Path, wanted: str | None) -> None:
    """Copy a sitting to a stick, and let this computer go on with it no more.

    FOLDER is the sitting's own, or the home of a station on a disk that was taken out; this computer's home otherwise.
    The copy is read back before anything changes here. A disk that can only be read is copied and stays as it is.
    """
    packed = pack_sitting(sitting_folder(folder or Home.default().folder, wanted), stick, now_ms=_now_ms())
    told = packed.contents
    click.echo(f"{told.admission_id}: {told.last_seq} events, on {stick} and read back.")
    if told.is_fenced:
        click.echo("The computer it comes from can no longer go on with it.")
    else:
        click.echo("The disk it comes from could not be written: that computer could still go on. Keep it off.")
    click.echo("Next, on the centre's computer: pocus sitting permit STICK --station NAME --why … --who …")


@click.command()
@click.argument("stick", type=_FOLDER)
@click.option("--station", "station", help="Where it goes on: a name in the roster, or a station's enrolment request.")
@click.option("--why", help="The reason, for the academy.")
@click.option("--who", help="The proctor who permits it.")
@click.option("--hours", type=click.FloatRange(min=0.1, max=24), default=VALID_MS / 3_600_000, show_default=True)
@click.option("--first-is-off", is_flag=True, help="The first computer is off and stays off, or its disk is out.")
@click.option("--again", is_flag=True, help="A permit was issued before, and was surely not used.")
@_which
def permit(
    stick: Path,
    station: str | None,
    why: str | None,
    who: str | None,
    hours: float,
    wanted: str | None,
    *,
    first_is_off: bool,
    again: bool,
) -> None:
    """At the centre: show the sitting on a stick, and permit one station to go on with it, once.

    Without --station it is shown and nothing is permitted.
    """
    home = Home.default()
    trusting, keys = Trusting.load(home), open_own_keys(home)
    grant = held_grant(home, trusting.hubs, keys)
    if grant is None or grant.kind != "centre":
        raise NotACentreError
    with looked_into(only_on(stick, wanted), own=keys, hubs=trusting.hubs) as looked:
        _tell(looked)
        if station is None:
            return
        if not why or not who:
            raise click.UsageError("Say --why and --who: both stand in what the academy gets.")
        desk = UnlockDesk(home=home, keys=keys, trusting=trusting, clock=SystemClock())
        made = permit_move(
            looked,
            MoveOrder(
                to=station_of(station, rosters(home, trusting.hubs)),
                who=who,
                why=why,
                is_first_off=first_is_off,
                valid_ms=round(hours * 3_600_000),
            ),
            own=keys,
            content_key=_content_key(desk, looked),
            now_ms=max(_now_ms(), LatestTime(home.latest_time).seen_ms()),
            issued=home.moves,
            again=again,
        )
    click.echo(f"It may go on at {made.to_station.name}, once, until {moment(made.expires_at_ms)}  ({made.permit_id})")
    click.echo("Next, at that station: pocus sitting move-in STICK, or look for it at the sign-in.")


@click.command("move-in")
@click.argument("stick", type=_FOLDER)
@_which
def move_in(stick: Path, wanted: str | None) -> None:
    """At the new station: take the permitted sitting in, whole or not at all; the candidate then signs in as before."""
    home = Home.default()
    arrival = Arrival(home=home, keys=open_own_keys(home), trusting=Trusting.load(home), clock=SystemClock())
    moved = arrival.take_in(only_on(stick, wanted))
    candidate = moved.admission.admission.candidate
    click.echo(
        f"The sitting of {candidate.display_name} ({candidate.id}) is here, as it stood at its last saved answer."
    )
    click.echo("The candidate signs in with the same ID and code. The interruption is credited by the rules.")


def _tell(looked: LookedInto) -> None:
    """What the proctor compares before they permit anything."""
    admission, last = looked.admission, looked.last
    ago = timedelta(seconds=max(0, (_now_ms() - last.at.wall_ms) // 1000))
    click.echo(f"{admission.candidate.display_name} ({admission.candidate.id}), attempt {admission.attempt}")
    click.echo(f"{looked.journal.header.bundle_id} version {looked.journal.header.bundle_version}, {admission.mode}")
    click.echo(f"Began {moment(looked.recorded[0].at.wall_ms)}; {looked.answers} items answered.")
    click.echo(f"Last: {last.event.type}, {moment(last.at.wall_ms)} ({ago} ago by this computer's clock).")
    fenced = looked.packed.contents.is_fenced
    click.echo("The first computer let go of it." if fenced else "The first computer could still go on with it.")


def _content_key(desk: UnlockDesk, looked: LookedInto) -> bytes | None:
    """The bundle's key for the new station, as far as this computer has it; that station may have its own."""
    version = looked.journal.header.bundle_version
    try:
        found = desk.content_key(looked.admission, version=version, is_sealed=True, is_begun=True)
    except PocusError as problem:
        told = "No key to the assessment goes along: the new station uses its own, where one is needed"
        click.echo(f"{told}  [{problem.code}].", err=True)
        return None
    return None if found is None else found.key


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
