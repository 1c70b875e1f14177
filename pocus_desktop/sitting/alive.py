"""The sign of life beside a journal: until when the program ran after its last durable event (formats/journal 7.7).

A heartbeat in the journal costs a commit, and so does the position of a clip; there is one every few seconds, or every
300 ms of a clip. In between this file is overwritten in its place, without waiting for the disk: it outlives the
program, if not always the power. It can make the gap that is credited shorter, by no more than the time to the next
heartbeat, and move a clip that was started anyway. And it says since when the disk refuses, for it needs no room, as
the journal does; since that holds the clock, nobody can write one who cannot open the journal (docs/adr/0145).

    magic      8 bytes    "POCUSAL" and the format's number as a byte
    stamp     16 bytes    monotonic and wall milliseconds, signed, big-endian
    position   8 bytes    of the clip, milliseconds, signed, big-endian; less than 0 without a clip: the disk
                          refuses since the stamp; and then -1 minus how long the machine had slept in this boot
    clip       2 bytes    length of the clip's key, then the key; none where nothing plays
    check     32 bytes    HMAC-SHA-256 by a key that the sitting's gives, of the boot's id and all bytes before
"""

import hmac
import struct
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from pocus_desktop.kernel.clock import Reading

FILE_NAME: Final = "alive"
EVERY_MS: Final = 500
"""How long after the last sign of life, or the last event, the next is given while the clock runs."""

LONGEST_MS: Final = 10_000
"""A sign later than this after the last event is no use: a heartbeat would have come between."""

_MAGIC: Final = b"POCUSAL\x02"
_FRONT: Final = struct.Struct(">qqqH")
_CHECK_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """The program lived.

    Attributes:
        at: When.
        clip: Key of the clip that played; empty where none did.
        position_ms: Where it was.
        is_held: The disk refuses since then, and holds the clock; no clip is told.
    """

    at: Reading
    clip: str = ""
    position_ms: int = 0
    is_held: bool = False


class Alive:
    """Gives signs of life for one sitting; from any thread.

    Args:
        folder: The sitting's.
        key: `Journal.sign_key`.

    Attributes:
        last_ms: When (monotonic) the last sign was given; None before.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self._path = folder / FILE_NAME
        self._key = key
        self._file: BinaryIO | None = None
        self._lock = threading.Lock()
        self.last_ms: int | None = None

    def mark(self, sign: Sign) -> None:
        """The program lives. A disk that refuses is passed over here: the next heartbeat meets it, and tells."""
        self.last_ms = sign.at.monotonic_ms
        try:
            with self._lock:
                if self._file is None:
                    self._file = self._path.open("r+b" if self._path.exists() else "w+b", buffering=0)
                self._file.seek(0)
                self._file.write(_encode(sign, self._key))
        except OSError:
            self.close()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._file is None:
                return
            self._file.close()
            self._file = None


def last_sign(folder: Path, key: bytes, *, after: Reading) -> Sign | None:
    """The last sign of life, where it tells more than the last event does.

    Args:
        folder: The sitting's.
        key: `Journal.sign_key`.
        after: The stamp of the last event.

    Returns:
        A sign of the same boot, later than the last event by no more than `LONGEST_MS`, or that the disk refuses since
        the last event or later; None where the file is not there, is damaged, or says anything else.
    """
    try:
        data = (folder / FILE_NAME).read_bytes()
    except OSError:
        return None
    start = len(_MAGIC) + _FRONT.size
    if len(data) < start:
        return None
    monotonic_ms, wall_ms, position_ms, length = _FRONT.unpack_from(data, len(_MAGIC))
    at = Reading(monotonic_ms=monotonic_ms, wall_ms=wall_ms, boot_id=after.boot_id)
    clip = data[start : start + length].decode("utf-8", "replace")
    is_held = not clip and position_ms < 0
    at = replace(at, asleep_ms=-1 - position_ms if is_held else 0)
    sign = Sign(at=at, clip=clip, position_ms=0 if is_held else position_ms, is_held=is_held)
    whole = data[: start + length + _CHECK_BYTES]  # a longer one may have been here before
    later_ms = monotonic_ms - after.monotonic_ms
    is_of_use = later_ms >= 0 if is_held else 0 < later_ms <= LONGEST_MS
    return sign if is_of_use and hmac.compare_digest(whole, _encode(sign, key)) else None


def _encode(sign: Sign, key: bytes) -> bytes:
    clip = sign.clip.encode("utf-8")[:0xFFFF]
    position_ms = -1 - sign.at.asleep_ms if sign.is_held else sign.position_ms
    front = _MAGIC + _FRONT.pack(sign.at.monotonic_ms, sign.at.wall_ms, position_ms, len(clip)) + clip
    known = sign.at.boot_id.encode("utf-8", "surrogatepass") + b"\x00"
    return front + hmac.digest(key, known + front, "sha256")
