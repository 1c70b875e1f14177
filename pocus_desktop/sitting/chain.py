"""The chain of a journal's rows: what each is bound to, and the digest that the next one names (formats/journal 3).

It is checked without any key: whoever carries a journal sees that it is whole, and nothing of what it says.
"""

import hashlib
import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting.errors import JournalAlteredError
from pocus_desktop.sitting.header import Header
from pocus_desktop.sitting.store import Row

_DOMAIN: Final = b"pocus journal v1\x00"
_STAMP: Final = struct.Struct(">Qqq")  # seq, monotonic ms, wall ms


def first_digest(header: Header) -> bytes:
    """What the first row names as the one before it (3.2)."""
    return hashlib.sha256(_DOMAIN + header.to_text().encode("utf-8")).digest()


def place_of_all(sitting: str) -> bytes:
    """What the places of all rows of a sitting begin with (3.3)."""
    name = sitting.encode("utf-8")
    return _DOMAIN + bytes((len(name),)) + name


def place(of_all: bytes, seq: int, at: Reading, previous: bytes) -> bytes:
    """The associated data of a row: sitting, number, stamp and the digest of the row before (3.3)."""
    return of_all + _STAMP.pack(seq, at.monotonic_ms, at.wall_ms) + _of_boot(at.boot_id) + previous


def digest(place: bytes, nonce: bytes, ciphertext: bytes) -> bytes:
    """The digest of a row (3.4)."""
    return hashlib.sha256(place + nonce + ciphertext).digest()


def require_whole(header: Header, rows: Sequence[Row]) -> None:
    """Rows follow each other from 1, and each digest is that of its bytes (3.5).

    Raises:
        JournalAlteredError: The first row that does not follow, or is not what was written.
    """
    of_all, head = place_of_all(header.sitting), first_digest(header)
    for seq, row in enumerate(rows, start=1):
        at = Reading(monotonic_ms=row.monotonic_ms, wall_ms=row.wall_ms, boot_id=row.boot_id)
        found = digest(place(of_all, seq, at, head), row.nonce, row.ciphertext)
        if (row.seq, row.previous, row.digest) != (seq, head, found):
            raise JournalAlteredError(seq=seq)
        head = row.digest


@lru_cache(maxsize=16)
def _of_boot(boot_id: str) -> bytes:
    boot = boot_id.encode("utf-8", "surrogatepass")
    return len(boot).to_bytes(2, "big") + boot
