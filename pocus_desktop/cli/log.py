"""`pocus log`: what the academy's log says; nothing here needs more than its public keys (formats/log)."""

import json
from pathlib import Path

import click

from pocus_desktop.cli.log_place import WHERE, academy_option, open_log, signing_keys
from pocus_desktop.crypto.encoding import to_base64
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.sitting.receipt import verify_entered
from pocus_desktop.tlog import evidence
from pocus_desktop.tlog import head as heads
from pocus_desktop.tlog.copy import ForkFoundError, LogCopy
from pocus_desktop.tlog.errors import BadHeadError, ForkedLogError, OtherLogError, UnprovedLogError
from pocus_desktop.tlog.head import SignedHead
from pocus_desktop.tlog.note import verifier_key

_file = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def log() -> None:
    """Read, audit and compare the academy's log."""


@log.command()
@click.option("--log", "where", required=True, help=WHERE)
@academy_option
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def show(where: str, academy: Path, *, as_json: bool) -> None:
    """The signed head: which log, how many entries, its root, and the key as other tools take it."""
    with open_log(where, signing_keys(academy)) as copy:
        head, signers = copy.head.head, copy.head.signers
    if as_json:
        keys = [verifier_key(head.origin, key) for key in signers]
        click.echo(json.dumps({"origin": head.origin, "size": head.size, "root": to_base64(head.root), "keys": keys}))
        return
    click.echo(f"{head.origin}\n{head.size} entries\nroot {to_base64(head.root)}")
    for key in signers:
        click.echo(f"signed by {verifier_key(head.origin, key)}")


@log.command()
@click.option("--log", "where", required=True, help=WHERE)
@academy_option
@click.option("--since", type=_file, help="A head, receipt or evidence from before, which the log must continue.")
@click.option("--keep", type=click.Path(path_type=Path, dir_okay=False), help="Where to keep the head, for `--since`.")
def audit(where: str, academy: Path, since: Path | None, keep: Path | None) -> None:
    """Recompute the whole log from its entries, and compare it with the signed head and what was seen before."""
    keys = signing_keys(academy)
    with open_log(where, keys) as copy:
        count = copy.audit()
        click.echo(f"{count} entries make the root that was signed.")
        if since is not None:
            for before in _of_log(copy, _heads_in(since, keys)):
                _continue(copy, before)
                click.echo(f"The log continues the one of {before.head.size} entries that was seen before.")
        if keep is not None:
            keep.write_bytes(copy.head.checkpoint)


@log.command()
@click.argument("first", type=_file)
@click.argument("second", type=_file, required=False)
@academy_option
@click.option("--log", "where", help=WHERE)
def compare(first: Path, second: Path | None, academy: Path, where: str | None) -> None:
    """Compare two heads, as two stations, receipts or people were given them; or verify evidence that was kept.

    Heads of different sizes are joined by a copy of the log: give `--log`.
    """
    keys = signing_keys(academy)
    if second is None:
        raise evidence.verify(_read(first), keys).problem
    one, other = sorted((read_head(path, keys) for path in (first, second)), key=lambda signed: signed.head.size)
    if one.head.origin != other.head.origin:
        raise OtherLogError(origin=other.head.origin, expected=one.head.origin)
    if one.head.size == other.head.size:
        if one.head.root != other.head.root:
            raise ForkedLogError(origin=one.head.origin, first=one.head.size, second=other.head.size)
        click.echo(f"Both are the same head, of {one.head.size} entries.")
        return
    if where is None:
        raise UnprovedLogError(origin=one.head.origin, first=one.head.size, second=other.head.size)
    with open_log(where, keys, origin=one.head.origin) as copy:
        for signed in (one, other):
            _continue(copy, signed)
    click.echo(f"The head of {other.head.size} entries continues the one of {one.head.size}.")


def read_head(path: Path, keys: tuple[PublicKey, ...]) -> SignedHead:
    """The head in a file: a checkpoint, or the one in a receipt.

    Raises:
        BadHeadError: A receipt without a proof has none.
        PocusError: The file is neither, or no trusted key signed it.
        FileRefusedError: The system does not give it.
    """
    data = _read(path)
    if not data.lstrip().startswith(b"{"):
        return heads.verify(data, keys)
    found = verify_entered(data, keys).head
    if found is None:
        raise BadHeadError(reason="the receipt carries none")
    return found


def _heads_in(path: Path, keys: tuple[PublicKey, ...]) -> tuple[SignedHead, ...]:
    """Those in evidence, or the one that `read_head` finds."""
    data = _read(path)
    return evidence.verify(data, keys).heads if evidence.is_evidence(data) else (read_head(path, keys),)


def _of_log(copy: LogCopy, signed: tuple[SignedHead, ...]) -> tuple[SignedHead, ...]:
    """The heads of the copy's own log; all where none is, so that the first is refused by name."""
    return tuple(one for one in signed if one.head.origin == copy.head.head.origin) or signed


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem


def _continue(copy: LogCopy, signed: SignedHead) -> None:
    """Say what shows a fork before it is told, so that it can be kept."""
    try:
        copy.require_continues(signed)
    except ForkFoundError as fork:
        click.echo(fork.fork.to_bytes().decode())
        raise
