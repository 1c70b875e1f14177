"""`pocus enrol`: set this computer up, by the academy's enrolment or by keys given by hand."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import click

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.enrolling import AlreadyEnrolledError, Kind, fingerprint, read_request, request_enrolment
from pocus_desktop.admission.enrolment import Enrolment, NotEnrolledError, accept_grant, held_grant
from pocus_desktop.admission.own_keys import own_keys
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.cli.hub_options import EXISTING, NEW_FILE
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE, key_for, read_public_keys
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.crypto.keystore import open_keystore
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.kernel.settings import Home


@click.group(invoke_without_command=True)
@click.option("--publisher", type=EXISTING, multiple=True, help="Whose bundles to trust.")
@click.option("--academy", type=EXISTING, help="Whose admissions and receipts to trust.")
@click.option("--hub", default="", help="Where results are sent, such as https://hub.example.org.")
@click.option(
    "--programme",
    type=(str, EXISTING),
    multiple=True,
    metavar="AREA FILE",
    help="Who alone may sign for a content area, such as lung; may be given often.",
)
@click.pass_context
def enrol(
    context: click.Context,
    publisher: tuple[Path, ...],
    academy: Path | None,
    hub: str,
    programme: tuple[tuple[str, Path], ...],
) -> None:
    """Set this computer up as a station or a centre.

    With an academy that has a hub: request, then accept the grant that comes back; or join with a one-time code.
    Without one: give the public keys that this computer shall trust by hand, with --publisher and --academy.
    """
    if context.invoked_subcommand is not None:
        return
    if not publisher or academy is None:
        raise click.UsageError("Give --publisher and --academy, or one of: request, accept, join, show.")
    home = Home.default()
    if home.grant.exists():
        raise AlreadyEnrolledError(folder=home.folder.name)
    programmes: dict[str, tuple[PublicKey, ...]] = {}
    for area, path in programme:
        programmes[area] = (*programmes.get(area, ()), key_for(read_public_keys(path), "ed25519", path))
    Enrolment(
        publishers=tuple(key for path in publisher for key in read_public_keys(path) if key.algorithm == "ed25519"),
        hubs=tuple(key for key in read_public_keys(academy) if key.algorithm == "ed25519"),
        hub_url=hub,
        programmes=programmes,
    ).save(home.trust)
    click.echo(f"This station keeps its things in {home.folder}.")


@enrol.command()
@click.option("--name", required=True, help="What people call this computer or centre.")
@click.option("--kind", type=click.Choice(get_args(Kind)), default="station", show_default=True)
@click.option("--centre", help="The id of the centre that it belongs to, or is: lower-case words and hyphens.")
@click.option("--out", type=NEW_FILE, required=True, help="The request, to be carried to the hub.")
def request(name: str, kind: Kind, centre: str | None, out: Path) -> None:
    """Make this computer's keys, and a request to be enrolled."""
    keys = open_own_keys(Home.default())
    now_ms = time.time_ns() // 1_000_000
    write_atomically(out, request_enrolment(keys, kind=kind, name=name, centre_id=centre, code=None, now_ms=now_ms))
    click.echo(f"{out}  carry it to the hub: pocus hub enrol {out.name} --out GRANT")


@enrol.command()
@click.option("--hub", required=True, help="The hub's address, such as https://hub.example.org.")
@click.option("--code", required=True, help="The one-time code that the academy told.")
@click.option("--name", required=True, help="What people call this computer or centre.")
@click.option("--kind", type=click.Choice(get_args(Kind)), default="station", show_default=True)
@click.option("--centre", help="The id of the centre that it belongs to, or is; a code may bring it.")
@click.option("--academy", type=EXISTING, help="The academy's public keys, to be sure who granted.")
def join(hub: str, code: str, name: str, kind: Kind, centre: str | None, academy: Path | None) -> None:
    """Be enrolled over the network with a one-time code; asking again after a lost answer does no harm."""
    from pocus_desktop.sync.hub_client import HubClient  # the network; only this command needs it

    home = Home.default()
    keys = open_own_keys(home)
    asked = home.grant.with_suffix(".request")
    now_ms = time.time_ns() // 1_000_000
    fields = {"kind": kind, "name": name, "centre_id": centre, "code": code}
    if not asked.exists() or not _is_same(asked.read_bytes(), fields):
        envelope = request_enrolment(keys, kind=kind, name=name, centre_id=centre, code=code, now_ms=now_ms)
        write_atomically(asked, envelope, is_private=True)
    with HubClient(hub) as client:
        grant = client.enrol(asked.read_bytes())
    take_grant(home, keys, grant, academy=_keys_of(academy))
    asked.unlink()


@enrol.command()
@click.argument("grant", type=EXISTING)
@click.option("--academy", type=EXISTING, help="The academy's public keys, to be sure who granted.")
@click.option(
    "--after-compromise",
    is_flag=True,
    help="Believe the keys of --academy, compared by voice, although no key trusted here signed: those were revoked.",
)
def accept(grant: Path, academy: Path | None, *, after_compromise: bool) -> None:
    """Take the hub's grant in: from now on this computer trusts what the academy's root says."""
    if after_compromise and academy is None:
        raise click.UsageError("--after-compromise needs --academy, with keys that were compared by voice.")
    home = Home.default()
    keys = open_own_keys(home)
    take_grant(home, keys, grant.read_bytes(), academy=_keys_of(academy), is_trust_replaced=after_compromise)


@enrol.command()
def renew() -> None:
    """Ask the hub for this computer's grant as it stands now, by which it learns new keys of the academy.

    Nothing that waits to be sent is touched; receipts under the new keys are believed from then on.
    """
    from pocus_desktop.sync.hub_client import HubClient  # the network; only this command needs it

    home = Home.default()
    hub_url = Trusting.load(home).hub_url
    if not hub_url:
        raise click.UsageError("This computer was told of no hub's address. Carry the grant: pocus enrol accept FILE.")
    keys = open_own_keys(home)
    with HubClient(hub_url) as client:
        grant = client.grant(keys.signing, now_ms=time.time_ns() // 1_000_000)
    take_grant(home, keys, grant, academy=None)


@enrol.command()
def show() -> None:
    """Tell how this computer is enrolled, and where its keys are."""
    home = Home.default()
    enrolment = Enrolment.load(home.trust)
    keys = open_own_keys(home)
    grant = held_grant(home, enrolment.hubs, keys)
    if grant is None:
        click.echo("Set up by hand, not by an academy's hub.")
    else:
        centre = "" if grant.centre is None else f", centre {grant.centre.centre_id} ({grant.centre.name})"
        click.echo(f"{grant.kind} {grant.name}, {grant.enrolment_id}{centre}")
    click.echo(f"Station id {keys.station_id}")
    click.echo(f"Academy's fingerprint {fingerprint(enrolment.hubs)}")


def _is_same(envelope: bytes, fields: Mapping[str, str | None]) -> bool:
    """Whether a request that was kept asks for just this."""
    try:
        kept = read_request(envelope).request
    except PocusError:
        return False
    return all(getattr(kept, name) == value for name, value in fields.items())


def _keys_of(academy: Path | None) -> tuple[PublicKey, ...] | None:
    return None if academy is None else tuple(k for k in read_public_keys(academy) if k.algorithm == "ed25519")


def open_own_keys(home: Home) -> StationKeys:
    """This computer's keys; says where they are kept."""
    store = open_keystore(home.keys, os.environ.get(PASSPHRASE_VARIABLE))
    keys = own_keys(store)
    click.echo(store.describe(), err=True)
    return keys


def take_grant(
    home: Home,
    keys: StationKeys,
    grant: bytes,
    *,
    academy: tuple[PublicKey, ...] | None,
    is_trust_replaced: bool = False,
) -> None:
    """Take a grant in and tell what to compare."""
    try:
        trusted = None if is_trust_replaced else Trusting.load(home).hubs
    except NotEnrolledError:
        trusted = None
    pin = TrustClient(home.trust_state).enrol
    granted = accept_grant(home, keys, grant, academy=academy, trusted=trusted, pin=pin)
    click.echo(f"Enrolled as {granted.kind} {granted.name} ({granted.enrolment_id}).")
    click.echo(f"Academy's fingerprint {fingerprint(granted.hubs)}: compare it with the one that the academy tells.")
