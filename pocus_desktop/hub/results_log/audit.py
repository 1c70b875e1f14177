"""An audit where the hub runs: entries, receipts and envelopes on the disk against one another (formats/log 7.3)."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.records.store_log import Held
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.receipt import entry_of, verify_entered
from pocus_desktop.tlog import merkle
from pocus_desktop.tlog.merkle import Frontier


class Deed(StrEnum):
    """What an audit found of one envelope."""

    DROPPED = "dropped"
    """The log holds an entry, and the records no receipt for it."""
    NOT_ENTERED = "not-entered"
    """The records hold a receipt, and the log no entry for it."""
    RECEIPT_ALTERED = "receipt-altered"
    """The receipt is not the one that was entered, or does not verify."""
    OTHER_HISTORY = "other-history"
    """The receipt's signed head is of another tree than the one that is stored."""
    ENVELOPE_MISSING = "envelope-missing"
    """The envelope is gone from the disk."""
    ENVELOPE_ALTERED = "envelope-altered"
    """The envelope on the disk is not the one that was receipted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that an audit found.

    Attributes:
        number: Of the entry, from 0; None where there is none.
        digest: Of the envelope.
    """

    deed: Deed
    number: int | None
    digest: str


def audit_records(
    store: HubStore, keys: tuple[PublicKey, ...], *, read: Callable[[str], bytes | None]
) -> Iterator[Finding]:
    """Everything that the log, the receipts and the envelopes do not agree about.

    Args:
        store: The records.
        keys: The academy's signing keys, retired ones included.
        read: The bytes of an envelope by its digest, as they lie on the disk; None where there are none.

    Raises:
        StoreUnavailableError: The records do not answer.
    """
    told: dict[int, list[tuple[bytes, Held]]] = {}
    grown = Frontier()
    for held in store.log.held():
        grown = merkle.grow(grown, [merkle.leaf_hash(held.entry)]).frontier
        yield from _of_entry(held, keys, read, told)
        for root, earlier in told.pop(grown.size, []):
            if root != grown.root:
                yield Finding(deed=Deed.OTHER_HISTORY, number=earlier.number, digest=earlier.digest)
    for left in told.values():  # heads of more entries than there are
        for _, held in left:
            yield Finding(deed=Deed.OTHER_HISTORY, number=held.number, digest=held.digest)
    for digest in store.log.not_entered():
        yield Finding(deed=Deed.NOT_ENTERED, number=None, digest=digest)


def _of_entry(
    held: Held,
    keys: tuple[PublicKey, ...],
    read: Callable[[str], bytes | None],
    told: dict[int, list[tuple[bytes, Held]]],
) -> Iterator[Finding]:
    if held.receipt is None:
        yield Finding(deed=Deed.DROPPED, number=held.number, digest=held.digest)
        return
    try:
        entered = verify_entered(held.receipt, keys, sealed_digest=held.digest)
        is_own = entry_of(held.receipt) == held.entry and entered.index in {None, held.number}
    except PocusError:
        is_own = False
    if not is_own:
        yield Finding(deed=Deed.RECEIPT_ALTERED, number=held.number, digest=held.digest)
    elif entered.head is not None:
        told.setdefault(entered.head.head.size, []).append((entered.head.head.root, held))
    data = read(held.digest)
    if data is None:
        yield Finding(deed=Deed.ENVELOPE_MISSING, number=held.number, digest=held.digest)
    elif hashlib.sha256(data).hexdigest() != held.digest:
        yield Finding(deed=Deed.ENVELOPE_ALTERED, number=held.number, digest=held.digest)
