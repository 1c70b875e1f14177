"""The sign of life beside a journal: until when the program ran after its last durable event (formats/journal 7.7).

A heartbeat in the journal costs a commit, so there is one every few seconds only. In between this file is overwritten
in its place, without waiting for the disk: it outlives the program, if not always the power. It proves nothing and need
not: it can only make the gap that is credited shorter, by no more than the time to the next heartbeat.

    magic   8 bytes    "POCUSAL" and the format's number as a byte
    stamp  16 bytes    monotonic and wall milliseconds, signed, big-endian
    boot   32 bytes    SHA-256 of the boot's id
    check  32 bytes    SHA-256 of the sitting's id and all bytes before
"""

import hashlib
import struct
from pathlib import Path
from typing import BinaryIO, Final

from pocus_desktop.kernel.clock import Reading

FILE_NAME: Final = "alive"
EVERY_MS: Final = 500
"""How long after the last sign of life, or the last event, the next is given while the clock runs."""

LONGEST_MS: Final = 10_000
"""A sign later than this after the last event is no use: a heartbeat would have come between."""

_MAGIC: Final = b"POCUSAL\x01"
_STAMP: Final = struct.Struct(">qq")


class Alive:
    """Gives signs of life for one sitting.

    Args:
        folder: The sitting's.
        sitting: Its id.
    """

    def __init__(self, folder: Path, sitting: str) -> None:
        self._path = folder / FILE_NAME
        self._sitting = sitting
        self._file: BinaryIO | None = None
        self.last_ms: int | None = None
        """Monotonic; when the last sign was given."""

    def mark(self, now: Reading) -> None:
        """The program lives. A disk that refuses is passed over here: the next heartbeat meets it, and tells."""
        self.last_ms = now.monotonic_ms
        try:
            if self._file is None:
                self._file = self._path.open("r+b" if self._path.exists() else "w+b", buffering=0)
            self._file.seek(0)
            self._file.write(_encode(now, self._sitting))
        except OSError:
            self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def last_sign(folder: Path, sitting: str, *, after: Reading) -> Reading | None:
    """The last sign of life, where it tells more than the last event does.

    Args:
        folder: The sitting's.
        sitting: Its id.
        after: The stamp of the last event.

    Returns:
        A reading of the same boot, later than the last event by no more than `LONGEST_MS`; None where the file is not
        there, is damaged, or says anything else.
    """
    try:
        data = (folder / FILE_NAME).read_bytes()
    except OSError:
        return None
    start = len(_MAGIC)
    if len(data) < start + _STAMP.size:
        return None
    monotonic_ms, wall_ms = _STAMP.unpack_from(data, start)
    sign = Reading(monotonic_ms=monotonic_ms, wall_ms=wall_ms, boot_id=after.boot_id)
    if data != _encode(sign, sitting) or not 0 < monotonic_ms - after.monotonic_ms <= LONGEST_MS:
        return None
    return sign


def _encode(at: Reading, sitting: str) -> bytes:
    boot = hashlib.sha256(at.boot_id.encode("utf-8", "surrogatepass")).digest()
    front = _MAGIC + _STAMP.pack(at.monotonic_ms, at.wall_ms) + boot
    return front + hashlib.sha256(sitting.encode("utf-8") + b"\x00" + front).digest()
