"""A bundle's file, held open and read by position from any thread."""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import BinaryIO, Final, Self

from pocus_desktop.bundle.container_errors import TruncatedError
from pocus_desktop.bundle.errors import ClosedError, ContentDamagedError, UnreadableError

SEGMENT_BYTES: Final = 1024 * 1024
DIGEST_BYTES: Final = 32
_KEPT_SEGMENTS: Final = 2
_PREAD: Final[Callable[[int, int, int], bytes] | None] = getattr(os, "pread", None)
"""One call to the system where seek and read are two; Windows has none."""


class StoredFile:
    """One open handle on a bundle. It follows the file even where its name is taken by another."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            UnreadableError: The operating system does not give it, or it is no regular file.
        """
        self.name = path.name
        self._lock = Lock()
        self._is_closed = False
        try:
            if not path.is_file():
                reason = "it is not a file" if path.exists() else "it is not there"
                raise UnreadableError(file=self.name, reason=reason)
            self._file: BinaryIO = path.open("rb", buffering=0)
        except OSError as problem:
            raise UnreadableError(file=self.name, reason=problem.strerror or "unknown") from problem
        self._descriptor = self._file.fileno()
        self.size = self._file.seek(0, os.SEEK_END)

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Fill a buffer from a place in the file; fewer bytes only where the file ends.

        Raises:
            UnreadableError: The operating system does not give the bytes.
            ClosedError: The file was closed.
        """
        filled = 0
        with self._lock:
            if self._is_closed:
                raise ClosedError(file=self.name)
            try:
                self._file.seek(offset)
                while filled < len(buffer) and (got := self._file.readinto(buffer[filled:])):  # type: ignore[attr-defined]
                    filled += got
            except OSError as problem:
                raise UnreadableError(file=self.name, reason=problem.strerror or "unknown") from problem
        return filled

    def read_at(self, offset: int, size: int) -> bytes:
        """The bytes from a place in the file, as many as there are; errors as `read_into`."""
        found = b""
        with self._lock:
            if self._is_closed:
                raise ClosedError(file=self.name)
            try:
                while len(found) < size and (more := self._some(offset + len(found), size - len(found))):
                    found = found + more if found else more
            except OSError as problem:
                raise UnreadableError(file=self.name, reason=problem.strerror or "unknown") from problem
        return found

    def read_exactly(self, offset: int, size: int) -> bytes:
        """As many bytes as asked for.

        Raises:
            TruncatedError: The file ends before.
            UnreadableError, ClosedError: As `read_into`.
        """
        found = self.read_at(offset, size) if offset >= 0 else b""
        if len(found) != size:
            raise TruncatedError(file=self.name)
        return found

    def current_size(self) -> int:
        """How long the file is now, which differs from `size` where something cut or lengthened it since.

        Raises:
            ClosedError: The file was closed.
        """
        with self._lock:
            if self._is_closed:
                raise ClosedError(file=self.name)
            return self._file.seek(0, os.SEEK_END)

    def close(self) -> None:
        """Close the handle; later reads raise `ClosedError`."""
        with self._lock:
            self._is_closed = True
            self._file.close()

    def _some(self, offset: int, size: int) -> bytes:
        if _PREAD is not None:
            return _PREAD(self._descriptor, size, offset)
        self._file.seek(offset)
        return self._file.read(size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class VerifiedSource:
    """A member's stored bytes; every byte it gives out lies in a segment whose digest was checked in memory.

    The last segments are kept as bytes, not as a verdict: what is handed out twice are the bytes that were hashed, so
    a change of the file after the check cannot come through, and a segment that is read again is hashed again
    (formats/bundle 7.3).
    """

    def __init__(self, file: StoredFile, *, member: str, offset: int, size: int, digests: bytes) -> None:
        """Take a member.

        Args:
            file: The open bundle.
            member: The member's path, for errors.
            offset: Where its bytes begin in the file.
            size: How many there are.
            digests: The verified SHA-256 digests of its segments, 32 bytes each.
        """
        self._file = file
        self._member = member
        self._offset = offset
        self._size = size
        self._digests = digests
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._lock = Lock()

    @property
    def size(self) -> int:
        """How many stored bytes the member has."""
        return self._size

    def read_at(self, offset: int, size: int) -> bytes:
        """Verified bytes from a place, as many as there are.

        Raises:
            ContentDamagedError: A segment is not the one that was signed.
            UnreadableError, ClosedError: As the file.
        """
        end = min(offset + size, self._size)
        if offset >= end:
            return b""
        first, last = offset // SEGMENT_BYTES, (end - 1) // SEGMENT_BYTES
        parts = [self._segment(index) for index in range(first, last + 1)]
        parts[-1] = parts[-1][: end - last * SEGMENT_BYTES]
        parts[0] = parts[0][offset - first * SEGMENT_BYTES :]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _segment(self, index: int) -> bytes:
        with self._lock:
            if index in self._kept:
                self._kept.move_to_end(index)
                return self._kept[index]
            start = index * SEGMENT_BYTES
            found = self._file.read_at(self._offset + start, min(SEGMENT_BYTES, self._size - start))
            if hashlib.sha256(found).digest() != self._digests[index * DIGEST_BYTES : (index + 1) * DIGEST_BYTES]:
                raise ContentDamagedError(file=self._file.name, member=self._member)
            self._kept[index] = found
            if len(self._kept) > _KEPT_SEGMENTS:
                self._kept.popitem(last=False)
            return found


def segment_count(size: int) -> int:
    """How many segments a member of `size` stored bytes has."""
    return -(-size // SEGMENT_BYTES)
