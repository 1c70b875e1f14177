"""`pocus bundle`: build, sign, verify, show and import case bundles."""

import json
import sys
import time
from pathlib import Path

import click

from pocus_desktop import __version__
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.authoring.build.publisher import PublisherKeys
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.line_keys import LineKeys
from pocus_desktop.bundle.signing import countersign
from pocus_desktop.bundle.trust.policy import TrustPolicy
from pocus_desktop.bundle.verifier import Progress, VerifiedBundle, open_bundle
from pocus_desktop.case.problems import CaseRefusedError
from pocus_desktop.cli.options import key_for, keys_option, open_store, read_public_keys
from pocus_desktop.kernel.settings import Home

_bundle = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
_publisher = click.option(
    "--publisher",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    multiple=True,
    help="Public keys to trust (from `pocus keys show`); without it, those that this station was enrolled with.",
)


@click.group()
def bundle() -> None:
    """Build, sign, verify, show and import case bundles."""


@bundle.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where to put the files.")
@click.option(
    "--academy",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    required=True,
    help="The academy's public keys; the scoring key is sealed to them.",
)
@click.option("--sealed/--open", "is_sealed", default=None, help="Instead of the mode in bundle.yaml.")
@keys_option
def build(folder: Path, out: Path, academy: Path, keys: Path, *, is_sealed: bool | None) -> None:
    """Build a bundle and its sealed scoring key from a case folder."""
    from pocus_desktop.authoring.build.build import build as build_bundle  # what authors need; stations do not have it
    from pocus_desktop.authoring.build.recipe import read_recipe
    from pocus_desktop.cli.case import told

    publisher = PublisherKeys.load(open_store(keys))
    recipient = key_for(read_public_keys(academy), "x25519", academy)
    try:
        recipe = read_recipe(folder)
        if is_sealed is not None:
            recipe = recipe.model_copy(update={"mode": "sealed" if is_sealed else "open"})
        built = build_bundle(folder, out=out, keys=publisher, academy=recipient, recipe=recipe)
    except CaseRefusedError as refused:
        for problem in refused.problems:
            click.echo(told(problem), err=True)
        raise
    for warning in built.warnings:
        click.echo(told(warning), err=True)
    click.echo(f"{built.bundle}  sha256 {built.digest}")
    click.echo(built.scoring_key)


@bundle.command()
@_bundle
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Instead of replacing the file.")
@_publisher
@keys_option
def sign(file: Path, out: Path | None, publisher: tuple[Path, ...], keys: Path) -> None:
    """Add a signature to a bundle that its first signer's key vouches for."""
    signer = PublisherKeys.load(open_store(keys)).signing
    opened = _open(file, publisher)
    try:
        countersign(opened, signer, destination=out or file)
    finally:
        opened.close()
    click.echo(f"{out or file}  signed by {signer.key_id}")


@bundle.command()
@_bundle
@_publisher
def verify(file: Path, publisher: tuple[Path, ...]) -> None:
    """Verify a bundle's signatures and every byte of it."""
    opened = _open(file, publisher)
    try:
        with click.progressbar(length=opened.size_bytes, label="Verifying", file=sys.stderr) as bar:
            done = 0

            def show_progress(progress: Progress) -> None:
                nonlocal done
                bar.update(progress.done_bytes - done)
                done = progress.done_bytes

            opened.verify_everything(progress=show_progress)
        manifest = opened.manifest
        click.echo(f"{manifest.bundle_id} version {manifest.version}: every byte is as signed.")
    finally:
        opened.close()


@bundle.command()
@_bundle
@_publisher
def show(file: Path, publisher: tuple[Path, ...]) -> None:
    """Print a verified bundle's manifest as JSON (without its keys)."""
    opened = _open(file, publisher)
    try:
        document = opened.manifest.as_json()
        document.pop("content_key", None)
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    finally:
        opened.close()


@bundle.command("content-key")
@_bundle
@_publisher
@keys_option
def content_key(file: Path, publisher: tuple[Path, ...], keys: Path) -> None:
    """Print the key that opens this version of a sealed bundle, in hexadecimal. Whoever has it reads the bundle.

    It follows from the publisher's secret; the academy gives it on, sealed, in admissions and releases.
    """
    secret = PublisherKeys.load(open_store(keys)).line_secret
    with _open(file, publisher) as opened:
        manifest = opened.manifest
        key = LineKeys(secret=secret, bundle_id=manifest.bundle_id).content_key(
            version=manifest.version, mode=manifest.mode
        )
        opened.unlock(key)  # refuses a key of another publisher's line
    click.echo(key.hex())


@bundle.command("import")
@_bundle
@_publisher
def import_(file: Path, publisher: tuple[Path, ...]) -> None:
    """Verify a bundle and take it into this station's library."""
    home = Home.default()
    entry = Library(home.library).import_bundle(file, _policy(publisher), now_ms=_now_ms(), app_version=__version__)
    click.echo(f"{entry.bundle_id} version {entry.version} is in the library: {entry.path}")


def _open(file: Path, publisher: tuple[Path, ...]) -> VerifiedBundle:
    return open_bundle(file, _policy(publisher), now_ms=_now_ms(), app_version=__version__)


def _policy(publisher: tuple[Path, ...]) -> TrustPolicy:
    if not publisher:
        return Trusting.load(Home.default()).policy
    named = [key for path in publisher for key in read_public_keys(path) if key.algorithm == "ed25519"]
    return TrustPolicy(keys=tuple(named))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
