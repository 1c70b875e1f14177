"""`pocus receipt`: verify the hub's signed word."""

import json
from pathlib import Path

import click

from pocus_desktop.cli.options import read_public_keys, read_revoked_keys
from pocus_desktop.crypto.dsse import NotEnoughSignaturesError
from pocus_desktop.kernel import canonical
from pocus_desktop.sitting.receipt import require_not_revoked, verify_receipt

_file = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def receipt() -> None:
    """Verify receipts."""


@receipt.command()
@click.argument("file", type=_file)
@click.option("--academy", type=_file, required=True, help="The academy's public keys (from `pocus keys show`).")
@click.option("--result", type=_file, help="The sealed result that it must be for.")
def verify(file: Path, academy: Path, result: Path | None) -> None:
    """Tell whether a receipt is genuine, and what it says."""
    hub_keys = [key for key in read_public_keys(academy) if key.algorithm == "ed25519"]
    digest = canonical.digest(result.read_bytes()) if result else None
    envelope = file.read_bytes()
    try:
        found = verify_receipt(envelope, hub_keys, sealed_digest=digest)
    except NotEnoughSignaturesError:
        require_not_revoked(envelope, read_revoked_keys(academy))
        raise
    click.echo(json.dumps(found.model_dump(mode="json"), indent=2))
