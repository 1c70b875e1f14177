"""`pocus admission`: issue admissions with the academy's keys, and take them in at a station."""

import time
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

import click

from pocus_desktop import __version__
from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.admission.admission import Accommodations, Admission, Candidate, Window
from pocus_desktop.admission.enrolling import EnrolmentGrant
from pocus_desktop.admission.enrolment import held_grant
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.room_code import without_codes
from pocus_desktop.admission.roster_folder import take_admissions
from pocus_desktop.admission.scan_text import ScanError, TooLargeToScanError, from_text, to_parts
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.bundle.trust.policy import TrustPolicy
from pocus_desktop.bundle.verifier import open_bundle
from pocus_desktop.cli.enrol import open_own_keys
from pocus_desktop.cli.main import fail
from pocus_desktop.cli.options import key_for, keys_option, open_store, read_public_keys
from pocus_desktop.cli.qr import qr_option, show_parts
from pocus_desktop.crypto.encoding import from_hex
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.kernel.settings import Home

_file = click.Path(path_type=Path, dir_okay=False, exists=True)
_MAXIMUM_BYTES: Final = 4 * 1024 * 1024
_moment = click.DateTime(formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"])


@click.group()
def admission() -> None:
    """Issue admissions, and take them in at a station."""


@admission.command()
@click.option("--candidate", required=True, help="The candidate's ID number.")
@click.option("--name", required=True, help="The candidate's name, as the proctor sees it.")
@click.option("--bundle", type=_file, required=True, help="The bundle to be sat.")
@click.option("--publisher", type=_file, multiple=True, required=True, help="The publisher's public keys.")
@click.option("--mode", type=click.Choice([str(mode) for mode in Mode]), default=str(Mode.LIVE), show_default=True)
@click.option("--attempt", type=click.IntRange(1), default=1, show_default=True)
@click.option("--start-code", help="The proctor's word for “this is the candidate”; a live sitting needs one.")
@click.option("--not-before", type=_moment, help="Such as 2027-03-01T08:00+01:00.")
@click.option("--not-after", type=_moment)
@click.option(
    "--time-factor", type=click.FloatRange(1, 10), default=1.0, show_default=True, help="1.5 gives half more."
)
@click.option("--content-key", help="Of a sealed bundle, in hexadecimal; goes in sealed to --station.")
@click.option("--station", type=_file, help="The station's public keys; the admission is then for it alone.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@keys_option
def issue(
    candidate: str,
    name: str,
    bundle: Path,
    publisher: tuple[Path, ...],
    mode: str,
    attempt: int,
    start_code: str | None,
    not_before: datetime | None,
    not_after: datetime | None,
    time_factor: float,
    content_key: str | None,
    station: Path | None,
    out: Path,
    keys: Path,
) -> None:
    """Write the signed permission for one candidate's one attempt."""
    academy = AcademyKeys.load(open_store(keys))
    trusted = tuple(key for path in publisher for key in read_public_keys(path) if key.algorithm == "ed25519")
    now_ms = time.time_ns() // 1_000_000
    with open_bundle(bundle, TrustPolicy(keys=trusted), now_ms=now_ms, app_version=__version__) as verified:
        manifest = verified.manifest
    admission_id = admissions.new_admission_id()
    sealing = key_for(read_public_keys(station), "x25519", station) if station else None
    sealed_keys = (
        admissions.seal_content_key(
            from_hex(content_key, field="content key"), [sealing] if sealing else [], admission_id=admission_id
        )
        if content_key
        else ()
    )
    envelope = admissions.issue(
        Admission(
            admission_id=admission_id,
            candidate=Candidate(id=candidate, display_name=name),
            bundle_id=manifest.bundle_id,
            minimum_version=manifest.version,
            attempt=attempt,
            mode=Mode(mode),
            window=Window(not_before_ms=_ms(not_before), not_after_ms=_ms(not_after)),
            accommodations=Accommodations(time_factor=time_factor),
            station=sealing.key_id if sealing else None,
            recipients=(academy.sealing.public,),
            content_keys=sealed_keys,
            start_code=(admissions.start_code_verifier(start_code, admission_id=admission_id) if start_code else None),
        ),
        [academy.signing],
    )
    write_atomically(out, envelope)
    click.echo(f"{out}  {admission_id}")


@admission.command()
@click.argument("file", type=_file)
@qr_option
def text(file: Path, pictures: Path | None) -> None:
    """Print an admission as text to scan, paste or type: a part a line, each fit for one QR code."""
    show_parts(to_parts(file.read_bytes()), pictures)


@admission.command("import")
@click.argument("source", type=click.File("rb"))
def import_(source: BinaryIO) -> None:
    """Take admissions in at this station, from a file or from text; - reads what is typed, pasted or scanned.

    Text may hold the parts of several admissions, in any order. A part with a mistake is named by its number.
    """
    home = Home.default()
    hubs = Trusting.load(home).hubs
    envelopes, problems = _given(source.read(_MAXIMUM_BYTES + 1))
    grant = held_grant(home, hubs)
    _tell_taken(take_admissions(home, envelopes, hubs=hubs, grant=grant), grant)
    for problem in problems[:-1]:
        fail(problem)
    if problems:
        raise problems[-1]


@admission.command()
@click.option("--hub", help="The hub's address; the one that this station was told of where omitted.")
def fetch(hub: str | None) -> None:
    """Ask the hub for this station's admissions, and take them in."""
    from pocus_desktop.sync.hub_client import HubClient  # the network; only this command needs it

    home = Home.default()
    trusting = Trusting.load(home)
    grant = held_grant(home, trusting.hubs)
    if grant is None or not (hub or trusting.hub_url):
        raise click.UsageError("This station was told of no hub. Give --hub, or enrol it with one: pocus enrol join.")
    with HubClient(hub or trusting.hub_url) as client:
        found = client.admissions(open_own_keys(home).signing, now_ms=time.time_ns() // 1_000_000)
    taken = take_admissions(home, found, hubs=trusting.hubs, grant=grant)
    _tell_taken(taken, grant)
    if not taken:
        click.echo("The hub has no admissions for this station now.", err=True)


def _tell_taken(taken: tuple[Admission, ...], grant: EnrolmentGrant | None) -> None:
    for one in taken:
        click.echo(f"{one.admission_id} is here.")
    if grant is not None and grant.kind == "station":
        for told in without_codes(taken, grant.sealing.key_id):
            fail(told)


def _given(data: bytes) -> tuple[tuple[bytes, ...], tuple[ScanError, ...]]:
    """The envelope of a file, or those of a text and what kept others from being whole."""
    if len(data) > _MAXIMUM_BYTES:
        raise TooLargeToScanError(limit_bytes=_MAXIMUM_BYTES)
    if data.lstrip()[:1] == b"{":
        return (data,), ()
    scanned = from_text(data.decode("utf-8", "replace"))
    return scanned.documents, scanned.problems


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)
