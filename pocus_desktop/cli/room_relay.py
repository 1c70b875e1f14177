"""`pocus room relay …` at a centre, and `pocus room stock` at a station: bundles in, results out (formats/relay)."""

import json
from pathlib import Path

import click

from pocus_desktop.bundle.depot.fetch import Fetched
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.cli.main import fail
from pocus_desktop.kernel import words
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.relay_view import by_station, worst_first
from pocus_desktop.sync.outlook import SHORT
from pocus_desktop.sync.stocking import Stocked

_bundle = click.option("--bundle", "bundles", multiple=True, help="Beside what admissions need; may be given often.")


@click.group()
def relay() -> None:
    """What this centre has for its room, and holds for the academy."""


@relay.command()
@click.option("--json", "as_json", is_flag=True, help="Every held result as JSON, a line each.")
@pass_faces
@click.pass_context
def status(context: click.Context, faces: Faces, *, as_json: bool) -> None:
    """Tell what each station brought, how far it is, and what to do next; the status is 1 where one was refused."""
    with faces.open_relay(signs=False) as desk:
        held, names = desk.held(), desk.names()
    for one in worst_first(held) if as_json else ():
        told = {name: getattr(one, name) for name in one.__slots__}
        click.echo(json.dumps(told | {"name": names.get(one.station, "")}))
    for station in () if as_json else by_station(held, names):
        explained = station.told()
        click.echo(f"{explained.what}\n    {explained.next}")
    if not as_json and not held:
        click.echo("No station has brought a result yet.")
    context.exit(1 if any(one.where == "refused" for one in held) else 0)


@relay.command()
@click.argument("sources", metavar="[SOURCE]…", nargs=-1)
@_bundle
@pass_faces
@click.pass_context
def fetch(context: click.Context, faces: Faces, sources: tuple[str, ...], bundles: tuple[str, ...]) -> None:
    """Bring this centre up to date for its room: trust, bundles that its admissions need, and its copy of the depot.

    From each SOURCE (a stick, a folder, an address), or from the hub where none is given. Only what is missing is
    fetched. The status is 1 where something did not come.
    """
    with faces.open_relay(signs=True) as desk:
        done = desk.fetch(sources, bundles=bundles)
    if done.admissions is not None:
        click.echo(f"{done.admissions} admissions came from the hub.")
    is_whole = _tell_stocked(done.stocked, done.problems)
    for listing in done.mirrored.listings:
        click.echo(f"For the room: {listing.bundle_id} version {listing.version}, {listing.size_bytes / 10**6:,.1f} MB")
    context.exit(0 if is_whole else 1)


@relay.command()
@pass_faces
@click.pass_context
def send(context: click.Context, faces: Faces) -> None:
    """Send what is held to the hub now, beside the console that does so by itself; the status is 1 where it fails."""
    with faces.open_relay(signs=True) as desk:
        attempts = desk.send()
    for attempt in attempts:
        if attempt.error is not None:
            fail(attempt.error)
        else:
            click.echo(f"{attempt.digest[:SHORT]}  {words.say('relay.where.received', 'en')}")
    if not attempts:
        click.echo("Nothing waits to be sent.")
    context.exit(1 if any(attempt.error is not None for attempt in attempts) else 0)


@relay.command()
@click.argument("stick", type=click.Path(path_type=Path, file_okay=False))
@pass_faces
@click.pass_context
def stick(context: click.Context, faces: Faces, stick: Path) -> None:
    """Write what is held to a USB stick, read it back, and take the receipts that lie there.

    Stations get the receipts by themselves, within a minute. Everything stays here until its receipt has come. The
    status is 1 where something did not go.
    """
    with faces.open_relay(signs=False) as desk:
        found = desk.stick(stick)
    for one in found:
        if one.error is not None:
            fail(one.error)
        elif one.became != "nothing":
            click.echo(f"{one.digest[:SHORT]}  {words.say(f'sync.stick.{one.became}', 'en')}")
    if not found:
        click.echo("Nothing waits: there is nothing to write.")
    elif any(one.became == "written" for one in found):
        click.echo(words.say("sync.stick.eject", "en"))
    context.exit(1 if any(one.error is not None for one in found) else 0)


@click.command()
@_bundle
@pass_faces
@click.pass_context
def stock(context: click.Context, faces: Faces, bundles: tuple[str, ...]) -> None:
    """Bring this station up to date from the rooms that it is paired with: admissions, releases, trust and bundles.

    No other network is needed; only what is missing is fetched, and a link that drops is gone on with. The status is 1
    where something did not come.
    """
    got = faces.stock_from_rooms(bundles=bundles)
    click.echo(f"{got.admissions} admissions from the room; {got.releases} new releases.")
    for told in got.without_codes:
        fail(told)
    if got.refreshed.problem is not None:
        fail(got.refreshed.problem)
    is_whole = _tell_stocked(got.stocked, got.problems)
    context.exit(0 if is_whole and got.is_answered and got.refreshed.problem is None else 1)


def _tell_stocked(stocked: Stocked, problems: tuple[tuple[str, PocusError], ...]) -> bool:
    """Tell it; whether everything came."""
    for name, problem in problems:
        click.echo(f"{name}: {problem.explain().what}  [{problem.code}]", err=True)
    for each in stocked.fetched:
        click.echo(_came(each))
    for gone in stocked.removed:
        click.echo(f"{gone.bundle_id} version {gone.version} was removed.")
    for need in stocked.plan.missing:
        click.echo(f"Needed and listed nowhere: {need.bundle_id} version {need.minimum_version} or newer", err=True)
    for _, problem in stocked.failed:
        fail(problem)
    return not (stocked.failed or stocked.plan.missing)


def _came(fetched: Fetched) -> str:
    here = fetched.reused_bytes + fetched.kept_bytes
    what = f"{fetched.entry.bundle_id} version {fetched.entry.version}"
    return f"{what} is here: {fetched.received_bytes:,} bytes came, {here:,} were here already."
