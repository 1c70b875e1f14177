"""`pocus depot refresh|fetch|show`: a station's side of a depot, whatever carries it."""

import json
import sys
import time

import click

from pocus_desktop import __version__
from pocus_desktop.admission.latest_time import moment
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.bundle.depot.plan import Need, Plan
from pocus_desktop.bundle.trust.changes import plain
from pocus_desktop.bundle.trust.client import Refreshed
from pocus_desktop.bundle.trust.listing import Listing
from pocus_desktop.bundle.trust.state import TrustState
from pocus_desktop.bundle.verifier import Progress
from pocus_desktop.cli.main import fail
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sync.stocking import Stocker, carrier_of

_sources = click.argument("sources", metavar="SOURCE…", nargs=-1, required=True)


@click.command()
@_sources
@click.pass_context
def refresh(context: click.Context, sources: tuple[str, ...]) -> None:
    """Follow the academy's trust from each SOURCE: a folder, a stick, an address.

    What this station knows is never made worse: an old copy teaches it nothing. The status is 1 where what it knows
    then is over.
    """
    found = _stocker().refresh([carrier_of(source) for source in sources])
    _tell_refreshed(found)
    context.exit(1 if found.problem is not None else 0)


@click.command()
@_sources
@click.option("--bundle", "bundles", multiple=True, help="Beside what admissions here need; may be given often.")
@click.option("--all-open", is_flag=True, help="Also every open bundle, such as tutorials and practice.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.pass_context
def fetch(
    context: click.Context, sources: tuple[str, ...], bundles: tuple[str, ...], *, all_open: bool, dry_run: bool
) -> None:
    """Bring this station up to date: its trust, then the bundles it needs, the soonest admission first.

    Only what is missing is fetched, from any SOURCE that gives it right; a link that drops is gone on with. The status
    is 1 where something did not come.
    """
    home = Home.default()
    stocker = _stocker()
    carriers = [carrier_of(source) for source in sources]
    found = stocker.refresh(carriers)
    _tell_refreshed(found)
    wanted = [Need(bundle_id=bundle) for bundle in bundles]
    if all_open:
        wanted += [Need(bundle_id=each.bundle_id) for each in found.state.listings() if each.mode == "open"]
    todo = stocker.plan(found.state, wanted, hubs=Trusting.load(home).hubs)
    _tell_plan(todo)
    if dry_run:
        return
    done = stocker.carry_out(todo, found.state, carriers, tell=_Progress())
    for each in done.fetched:
        told = (
            f"{each.entry.bundle_id} version {each.entry.version} is here: {each.received_bytes:,} bytes came, "
            f"{each.reused_bytes + each.kept_bytes:,} were here already."
        )
        click.echo(told)
        for name, problem in each.told:
            click.echo(f"  {name}: {problem.explain().what}", err=True)
    for gone in done.removed:
        click.echo(f"{gone.bundle_id} version {gone.version} was removed.")
    for _, problem in done.failed:
        fail(problem)
    context.exit(1 if done.failed or todo.missing else 0)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(*, as_json: bool) -> None:
    """Tell what this station believes: programmes, their people, current bundles, and until when."""
    stocker = _stocker()
    state = stocker.state()
    if as_json:
        click.echo(json.dumps(_as_json(state, stocker.now_ms), ensure_ascii=False))
        return
    over = "  OVER" if state.is_stale(stocker.now_ms) else ""
    click.echo(f"Root version {state.versions['root']}; good until {moment(state.expires_ms)} ({state.expiring}){over}")
    for area, programme in sorted(state.programmes.items()):
        click.echo(f"{area}: {programme.threshold} of {len(programme.keys)} people sign")
        for listing in programme.listings:
            click.echo(f"  {listing.bundle_id} version {listing.version}  {listing.mode}")
        for gone in programme.withdrawals:
            click.echo(f"  {gone.bundle_id} version {gone.version}  WITHDRAWN: {plain(gone.reason)}")


class _Progress:
    """Tells each tenth of each bundle on standard error."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}

    def __call__(self, listing: Listing, progress: Progress) -> None:
        tenth = 10 * progress.done_bytes // max(1, progress.total_bytes)
        if sys.stderr.isatty() and tenth > self._told.get(listing.bundle_id, -1):
            self._told[listing.bundle_id] = tenth
            click.echo(f"{listing.bundle_id}: {10 * tenth} %", err=True)


def _stocker() -> Stocker:
    return Stocker(home=Home.default(), app_version=__version__, wall_ms=time.time_ns() // 1_000_000)


def _tell_refreshed(found: Refreshed) -> None:
    for name, problem in found.told:
        click.echo(f"{name}: {problem.explain().what}  [{problem.code}]", err=True)
    news = "Learned what is new." if found.is_new else "Nothing new."
    click.echo(f"{news} Good until {moment(found.state.expires_ms)}.")
    if found.problem is not None:
        fail(found.problem)


def _tell_plan(todo: Plan) -> None:
    for listing in todo.fetch:
        click.echo(f"To fetch: {listing.bundle_id} version {listing.version}, {listing.size_bytes / 10**6:,.1f} MB")
    for gone in todo.remove:
        click.echo(f"To remove for room: {gone.bundle_id} version {gone.version}")
    for later in todo.postponed:
        click.echo(f"No room for: {later.bundle_id} version {later.version}", err=True)
    for need in todo.missing:
        click.echo(f"Needed and listed nowhere: {need.bundle_id} version {need.minimum_version} or newer", err=True)


def _as_json(state: TrustState, now_ms: int) -> dict[str, Json]:
    return {
        "versions": dict(state.versions),
        "expires_ms": state.expires_ms,
        "expiring": state.expiring,
        "is_stale": state.is_stale(now_ms),
        "programmes": {
            area: {
                "threshold": programme.threshold,
                "keys": [key.as_json() for key in programme.keys],
                "bundles": [each.custom() for each in programme.listings],
                "withdrawn": [each.as_json() for each in programme.withdrawals],
            }
            for area, programme in sorted(state.programmes.items())
        },
    }
