"""`pocus depot publish|withdraw|status|tidy|stick`: the academy's side of a depot."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from pocus_desktop import __version__
from pocus_desktop.bundle.depot import publish as publishing
from pocus_desktop.bundle.depot.publish import Shelf
from pocus_desktop.bundle.depot.stick import make_stick
from pocus_desktop.bundle.trust.changes import plain
from pocus_desktop.bundle.trust.repository import Repository
from pocus_desktop.bundle.verifier import Progress
from pocus_desktop.kernel.canonical import Json

_file = click.Path(path_type=Path, dir_okay=False, exists=True)
_depot = click.option(
    "--depot",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    required=True,
    help="The depot's folder.",
)


@click.command()
@click.argument("bundles", type=_file, nargs=-1, required=True)
@_depot
def publish(bundles: tuple[Path, ...], folder: Path) -> None:
    """List signed BUNDLES as the current versions of their lines.

    Each must be signed by as many of its programme's people as the academy asks for. The change is staged: it is in
    force once they have signed the programme's role too (`pocus trust sign`) and it was published (`pocus trust
    publish`).
    """
    repository = Repository(folder=folder)
    for path in bundles:
        with _bar(path.name) as bar:
            listing = publishing.publish(repository, path, now_ms=_now_ms(), app_version=__version__, progress=bar)
        click.echo(f"{listing.bundle_id} version {listing.version} is staged for {listing.area}.")
    _tell_waiting(repository)


@click.command()
@click.argument("bundle")
@click.argument("version", type=click.IntRange(1))
@click.option("--reason", required=True, help="For people, in a sentence; stations show it.")
@_depot
def withdraw(bundle: str, version: int, reason: str, folder: Path) -> None:
    """Let no sitting begin any more with a VERSION of a BUNDLE. Sittings that were begun go on."""
    repository = Repository(folder=folder)
    publishing.withdraw(repository, bundle, version, reason=reason, now_ms=_now_ms())
    click.echo(f"The withdrawal of {bundle} version {version} is staged.")
    _tell_waiting(repository)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@_depot
def status(folder: Path, *, as_json: bool) -> None:
    """Tell what a depot offers, what was withdrawn, and what waits for signatures."""
    repository = Repository(folder=folder)
    shelves = publishing.shelves(repository)
    if as_json:
        click.echo(json.dumps([_as_json(shelf) for shelf in shelves], ensure_ascii=False))
        return
    for shelf in shelves:
        mark = ", waits for signatures" if shelf.is_staged else ""
        click.echo(f"{shelf.programme.area}  version {shelf.version}, good until {shelf.expires}{mark}")
        for listing in shelf.programme.listings:
            megabytes = f"{listing.size_bytes / 10**6:,.1f} MB"
            click.echo(f"  {listing.bundle_id} version {listing.version}  {listing.mode}, {megabytes}")
        for gone in shelf.programme.withdrawals:
            click.echo(f"  {gone.bundle_id} version {gone.version}  WITHDRAWN: {plain(gone.reason)}")
    if not shelves:
        click.echo("No programme was delegated yet: `pocus trust delegate` does it.", err=True)
    _tell_waiting(repository)


@click.command()
@_depot
def tidy(folder: Path) -> None:
    """Remove containers that nothing lists any more."""
    gone = publishing.tidy(Repository(folder=folder))
    click.echo(f"{len(gone)} containers were removed.")


@click.command()
@_depot
@click.option("--to", "destination", type=click.Path(path_type=Path, file_okay=False), required=True, help="The stick.")
@click.option("--root", type=_file, required=True, help="The root that the centre's stations were enrolled with.")
@click.option("--bundle", "bundles", multiple=True, required=True, help="What the centre needs; may be given often.")
def stick(folder: Path, destination: Path, root: Path, bundles: tuple[str, ...]) -> None:
    """Make a stick that is a depot for one centre, and read it back.

    It holds the published trust metadata and the bundles asked for; what else its bundles and targets held goes.
    """
    with _bar("Writing") as bar:
        made = make_stick(
            folder,
            destination,
            bundles,
            root=root.read_bytes(),
            now_ms=_now_ms(),
            app_version=__version__,
            progress=bar,
        )
    for listing in made.listings:
        click.echo(f"{listing.bundle_id} version {listing.version} is on the stick, every byte read back.")
    click.echo(f"{made.copied_bytes:,} bytes were written, {len(made.removed)} files were removed.")


class _Bar:
    """Shows a long task on standard error, where that is a terminal."""

    def __init__(self, label: str) -> None:
        self._bar = click.progressbar(length=1, label=label, file=sys.stderr)
        self._done = 0

    def __call__(self, progress: Progress) -> None:
        self._bar.length = max(1, progress.total_bytes)
        self._bar.update(progress.done_bytes - self._done)
        self._done = progress.done_bytes

    def close(self) -> None:
        self._bar.render_finish()


@contextmanager
def _bar(label: str) -> Iterator[_Bar]:
    bar = _Bar(label)
    try:
        yield bar
    finally:
        bar.close()


def _tell_waiting(repository: Repository) -> None:
    for standing in repository.standings():
        if standing.is_complete:
            click.echo(f"{standing.role} is signed; `pocus trust publish` puts it in force.", err=True)
        else:
            click.echo(f"{standing.role} waits for {standing.missing} more signatures: `pocus trust sign`.", err=True)


def _as_json(shelf: Shelf) -> dict[str, Json]:
    programme = shelf.programme
    return {
        "area": programme.area,
        "version": shelf.version,
        "expires": shelf.expires,
        "is_staged": shelf.is_staged,
        "bundles": [{**each.custom(), "envelope_sha256": each.envelope_sha256} for each in programme.listings],
        "withdrawn": [each.as_json() for each in programme.withdrawals],
    }


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
