"""`pocus unlock`: release embargoed bundles at the academy, and take releases and words in at a station."""

import json
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from pocus_desktop import __version__
from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.admission.day_key import LANGUAGES, DayKey, read_words
from pocus_desktop.admission.enrolling import read_request
from pocus_desktop.admission.latest_time import moment
from pocus_desktop.admission.scan_text import from_text, to_parts
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.admission.unlock_desk import Standing, UnlockDesk
from pocus_desktop.admission.unlock_errors import UnlockError
from pocus_desktop.admission.unlock_grant import MAXIMUM_BYTES, UnlockGrant, UnlockWindow, issue, release
from pocus_desktop.admission.unlocking import Spoken
from pocus_desktop.bundle.trust.policy import TrustPolicy
from pocus_desktop.bundle.verifier import open_bundle
from pocus_desktop.cli.enrol import open_own_keys
from pocus_desktop.cli.hub_options import EXISTING, MOMENT, NEW_FILE
from pocus_desktop.cli.options import key_for, keys_option, open_store, read_public_keys
from pocus_desktop.cli.qr import qr_option, show_parts
from pocus_desktop.crypto.dsse import BadEnvelopeError, Envelope
from pocus_desktop.crypto.encoding import from_hex
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sync.url_carrier import UrlCarrier

_ADDRESSES: Final = ("http://", "https://")
_SLIPS: Final = {
    "wrong": "Word number {place} was wrong; what was meant is certain, and it was taken.",
    "missing": "Word number {place} was left out; what was meant is certain, and it was taken.",
    "swapped": "Word number {place} had changed places with another; what was meant is certain, and it was taken.",
}


@click.group()
def unlock() -> None:
    """Release embargoed bundles, and open them on the day.

    At the academy: make, text. At a station: apply, then show. At a centre: pass-on.
    """


@unlock.command()
@click.option("--bundle", type=EXISTING, required=True, help="The sealed bundle to release.")
@click.option("--publisher", type=EXISTING, multiple=True, required=True, help="The publisher's public keys.")
@click.option(
    "--content-key",
    envvar="POCUS_CONTENT_KEY",
    required=True,
    help="Of the bundle, in hexadecimal; better given as POCUS_CONTENT_KEY, which no list of programs shows.",
)
@click.option(
    "--to",
    type=EXISTING,
    multiple=True,
    required=True,
    help="A station's or centre's enrolment request, or its public keys; may be given often.",
)
@click.option("--not-before", type=MOMENT, required=True, help="Such as 2027-03-01T08:00+01:00.")
@click.option("--not-after", type=MOMENT, required=True)
@click.option("--with-words", is_flag=True, help="Only the words for the day shall open it; they are printed once.")
@click.option("--words", help="Open it with these words, made before for another bundle of the same day.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="en", show_default=True, help="Of the words.")
@click.option("--out", type=NEW_FILE, required=True, help="The release, to be carried to the stations.")
@keys_option
def make(
    bundle: Path,
    publisher: tuple[Path, ...],
    content_key: str,
    to: tuple[Path, ...],
    not_before: datetime,
    not_after: datetime,
    words: str | None,
    language: str,
    out: Path,
    keys: Path,
    *,
    with_words: bool,
) -> None:
    """Write the signed release of a bundle for some stations or centres and one window.

    Without words the release itself is what is kept back until the day. With words it may be carried days before, and
    12 words open it on the day: write them down, they are kept nowhere.
    """
    if with_words and words is not None:
        raise click.UsageError("Give --with-words for fresh words, or --words for those of before, not both.")
    academy = AcademyKeys.load(open_store(keys))
    key = from_hex(content_key, field="content key")
    day_key = read_words(words).key() if words is not None else DayKey.generate() if with_words else None
    trusted = tuple(each for path in publisher for each in read_public_keys(path) if each.algorithm == "ed25519")
    window = UnlockWindow.of(int(not_before.timestamp() * 1000), int(not_after.timestamp() * 1000))
    with open_bundle(
        bundle, TrustPolicy(keys=trusted), now_ms=time.time_ns() // 1_000_000, app_version=__version__
    ) as verified:
        verified.unlock(key)  # a release of a wrong key would be found out on the day
        manifest = verified.manifest
    grant = release(
        key,
        [_recipient(path) for path in to],
        bundle_id=manifest.bundle_id,
        version=manifest.version,
        window=window,
        day_key=day_key,
    )
    write_atomically(out, issue(grant, [academy.signing]))
    click.echo(f"{out}  {grant.grant_id}: {grant.bundle_id} version {grant.version} for {len(grant.keys)} computer(s),")
    click.echo(f"from {moment(window.not_before_ms)} to {moment(window.not_after_ms)}.")
    if with_words and day_key is not None:
        click.echo("Words for the day, kept nowhere; tell them to the centres on the day and not before:\n")
        _print_words(day_key.words(language))


@unlock.command()
@click.argument("source", metavar="FILE|-|ADDRESS", required=False)
@click.option(
    "--words",
    is_flag=False,
    flag_value="",
    help="The words for the day, in their order; without them they are asked for. Four letters of each are enough.",
)
def apply(source: str | None, words: str | None) -> None:
    """Take in a release, or the words for the day.

    FILE is a release as a file or as text in parts, - reads either from standard input, and an address is fetched.
    """
    if (source is None) == (words is None):
        raise click.UsageError("Give a FILE (or -, or an address), or --words.")
    if source is not None:
        desk = _desk()
        for data in _releases(source):
            _tell_taken(desk.take_in(data).grant)
        return
    text = words or click.prompt("Words for the day", err=True)
    _tell_spoken(_desk().hear(text))


@unlock.command()
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_context
def show(context: click.Context, *, as_json: bool) -> None:
    """Tell what was released to this station, and what is open now.

    The status is 1 where something that lies here cannot be used.
    """
    desk = _desk()
    standings, problems = desk.standings(), desk.kept().problems
    if as_json:
        releases: list[Json] = [_as_json(each) for each in standings]
        unusable: list[Json] = [{"file": name, "code": problem.code} for name, problem in problems]
        click.echo(json.dumps({"releases": releases, "unusable": unusable}, indent=2))
    else:
        for verified, problem in standings:
            grant = verified.grant
            click.echo(f"{grant.bundle_id} version {grant.version}: {_state(problem)}")
            click.echo(
                f"  {moment(grant.window.not_before_ms)} to {moment(grant.window.not_after_ms)}, {grant.grant_id}"
            )
            if problem is not None:
                click.echo(f"  {problem.explain().next}")
        if not standings:
            click.echo("Nothing was released to this station.")
        for name, unusable_for in problems:
            click.echo(f"{name}: {unusable_for.explain().what}  [{unusable_for.code}]", err=True)
    context.exit(1 if problems else 0)


@unlock.command("pass-on")
@click.argument("source", metavar="FILE|-|ADDRESS")
@click.option("--to", type=EXISTING, multiple=True, required=True, help="A station's enrolment request; often.")
@click.option("--out", type=NEW_FILE, required=True, help="The release for these stations.")
def pass_on(source: str, to: tuple[Path, ...], out: Path) -> None:
    """At a centre: pass a release that is sealed to this computer on to further stations.

    For a spare station that the academy did not name. Window and words stay as the academy set them.
    """
    releases = _releases(source)
    if len(releases) > 1:
        raise click.UsageError("Pass on one release at a time.")
    data = _desk().pass_on(releases[0], [_recipient(path) for path in to])
    write_atomically(out, data)
    click.echo(f"{out}  for {len(to)} computer(s); take it in there with: pocus unlock apply")


@unlock.command()
@click.argument("file", type=EXISTING)
@qr_option
def text(file: Path, pictures: Path | None) -> None:
    """Print a release as text to scan, paste or type: a part a line, each fit for one QR code."""
    show_parts(to_parts(file.read_bytes()), pictures)


def _recipient(path: Path) -> PublicKey:
    """The sealing key of a station or centre."""
    data = path.read_bytes()
    try:
        Envelope.parse(data)
    except BadEnvelopeError:
        return key_for(read_public_keys(path), "x25519", path)
    return read_request(data).request.sealing


def _desk() -> UnlockDesk:
    home = Home.default()
    return UnlockDesk(home=home, keys=open_own_keys(home), trusting=Trusting.load(home), clock=SystemClock())


def _releases(source: str) -> tuple[bytes, ...]:
    """The releases of a source, whatever brought them; never more than a release may have, and one byte.

    Raises:
        PocusError: The source gives nothing, or a part of its text is wrong or missing.
    """
    if source.startswith(_ADDRESSES):
        address = urlsplit(source)
        folder, _, name = address.path.rpartition("/")
        carrier = UrlCarrier(address._replace(path=folder or "/").geturl())
        data = b"".join(carrier.read(name, size=MAXIMUM_BYTES + 1))
    elif source == "-":
        data = sys.stdin.buffer.read(2 * MAXIMUM_BYTES)
    else:
        try:
            with Path(source).open("rb") as file:
                data = file.read(2 * MAXIMUM_BYTES)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
    if data.lstrip().startswith(b"{"):
        return (data,)
    scanned = from_text(data.decode("utf-8", "replace"))
    if scanned.problems:
        raise scanned.problems[0]
    return scanned.documents


def _tell_taken(grant: UnlockGrant) -> None:
    click.echo(f"The release of {grant.bundle_id} version {grant.version} is here.")
    click.echo(f"It counts from {moment(grant.window.not_before_ms)} to {moment(grant.window.not_after_ms)}.")
    if grant.needs_words:
        click.echo("On the day it waits for the words: pocus unlock apply --words")


def _tell_spoken(spoken: Spoken) -> None:
    if spoken.repair is not None:
        click.echo(_SLIPS[spoken.repair.slip].format(place=spoken.repair.place))
    for verified in spoken.opens:
        grant = verified.grant
        click.echo(f"{grant.bundle_id} version {grant.version} is open until {moment(grant.window.not_after_ms)}.")


def _state(problem: UnlockError | None) -> str:
    return "open" if problem is None else problem.explain().what


def _as_json(standing: Standing) -> Json:
    verified, problem = standing
    grant = verified.grant
    return {
        "grant_id": grant.grant_id,
        "digest": verified.digest,
        "bundle_id": grant.bundle_id,
        "version": grant.version,
        "not_before_ms": grant.window.not_before_ms,
        "not_after_ms": grant.window.not_after_ms,
        "needs_words": grant.needs_words,
        "is_open": problem is None,
        "code": "" if problem is None else problem.code,
    }


def _print_words(words: tuple[str, ...]) -> None:
    """Numbered, four in a line."""
    for first in range(0, len(words), 4):
        line = "".join(f"{first + at + 1:>4}. {words[first + at]:<12}" for at in range(4))
        click.echo(line.rstrip())
