"""`pocus receipt`: verify the hub's signed word, and that its log holds it (formats/log 7.1)."""

import json
from pathlib import Path

import click

from pocus_desktop.cli.log_place import WHERE, academy_option, open_log, signing_keys
from pocus_desktop.cli.options import read_revoked_keys
from pocus_desktop.crypto.dsse import NotEnoughSignaturesError
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical
from pocus_desktop.sitting.receipt import Entered, require_not_revoked, verify_entered
from pocus_desktop.tlog.errors import NotInLogError

_file = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def receipt() -> None:
    """Verify receipts."""


@receipt.command()
@click.argument("file", type=_file)
@academy_option
@click.option("--result", type=_file, help="The sealed result that it must be for.")
@click.option("--log", "where", help=WHERE)
def verify(file: Path, academy: Path, result: Path | None, where: str | None) -> None:
    """Tell whether a receipt is genuine, what it says, and what is proved of the academy's log."""
    keys = signing_keys(academy)
    digest = canonical.digest(result.read_bytes()) if result else None
    envelope = file.read_bytes()
    try:
        found = verify_entered(envelope, keys, sealed_digest=digest)
    except NotEnoughSignaturesError:
        require_not_revoked(envelope, read_revoked_keys(academy))
        raise
    click.echo(json.dumps(found.receipt.model_dump(mode="json", exclude_none=True), indent=2))
    _say("The academy's key signed this receipt.")
    if result is not None:
        _say("It is for this sealed result.")
    if found.head is not None:
        number, size = _number(found.index), found.head.head.size
        _say(f"It is entry {number} of the academy's log, under the signed head of {size} entries in it.")
    elif where is None:
        _say("It carries no proof that it is in the academy's log; with --log it is looked for there.")
    if where is not None:
        _compare(found, keys, where)


def _compare(found: Entered, keys: tuple[PublicKey, ...], where: str) -> None:
    with open_log(where, keys, origin=found.receipt.log) as copy:
        head = copy.head.head
        index = copy.find(found.entry) if found.index is None else found.index
        if index is None:
            raise NotInLogError(origin=head.origin, size=head.size)
        if found.head is not None:
            copy.require_continues(found.head)
            _say(f"The log of {head.size} entries continues that head: nothing before it was dropped or altered.")
        copy.require_entry(found.entry, index)
        _say(f"The log of {head.size} entries holds it as entry {_number(index)}.")


def _number(index: int | None) -> str:
    """A place as people count."""
    return "?" if index is None else str(index + 1)


def _say(told: str) -> None:
    click.echo(told, err=True)
