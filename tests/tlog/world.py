"""Logs for tests: honest ones, and such as someone rewrote."""

from collections.abc import Sequence

from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.tlog import merkle
from pocus_desktop.tlog.head import Head, SignedHead, verify
from pocus_desktop.tlog.tiles import CHECKPOINT, WIDTH, pack_entries, parts

LOG = SigningKey.from_seed(b"\x11" * 32)
STRANGER = SigningKey.from_seed(b"\x12" * 32)
ORIGIN = "pocus-log/tests"
ENTRIES = tuple(number.to_bytes(32, "big") for number in range(700))


def head_of(entries: Sequence[bytes], *, signer: SigningKey = LOG, origin: str = ORIGIN) -> bytes:
    """A signed head over entries."""
    root = merkle.root_of([merkle.leaf_hash(entry) for entry in entries])
    return Head(origin=origin, size=len(entries), root=root).sign([signer])


def signed(entries: Sequence[bytes], *, origin: str = ORIGIN) -> SignedHead:
    """The same, verified."""
    return verify(head_of(entries, origin=origin), [LOG.public])


def published(entries: Sequence[bytes], *, signer: SigningKey = LOG, origin: str = ORIGIN) -> dict[str, bytes]:
    """A log as its files."""
    nodes = merkle.in_memory([merkle.leaf_hash(entry) for entry in entries])
    found = {CHECKPOINT: head_of(entries, signer=signer, origin=origin)}
    for part in parts(len(entries)):
        at = range(part.index * WIDTH, part.index * WIDTH + part.width)
        if part.level == "entries":
            found[part.path] = pack_entries([entries[index] for index in at])
        else:
            found[part.path] = b"".join(nodes(8 * part.level, index) for index in at)
    return found
