"""A bundle's content in plain: by real name, whole or as a seekable stream, each byte verified as it is read.

Nothing here writes plaintext anywhere. A read passes three walls: the segment's digest (signed), the chunk's
authentication (by the member's key), and the sizes of the signed manifest (formats/bundle 7).
"""

import io
import os
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Final

from pocus_desktop.bundle.errors import (
    ContentLockedError,
    IndexInvalidError,
    NoSuchMemberError,
    WrongContentKeyError,
)
from pocus_desktop.bundle.index import decode_index
from pocus_desktop.bundle.line_keys import member_context
from pocus_desktop.bundle.manifest import CONTENT_FOLDER, Manifest, Member
from pocus_desktop.bundle.names import shown
from pocus_desktop.bundle.stored_file import VerifiedSource
from pocus_desktop.crypto.chunked import KEY_BYTES, ChunkedReader
from pocus_desktop.crypto.wrap import CannotUnwrapError, unwrap

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAXIMUM_INDEX_BYTES: Final = 16 * 1024 * 1024
_MADE_HERE: Final = object()


class MemberReader(io.RawIOBase):
    """One member's plaintext as a seekable binary stream with a position of its own.

    Safe to use from several threads; two readers of one member do not disturb each other. A read raises a named error
    (`bundle.content_damaged`, `crypto.chunk_altered`, …) where the stored bytes are not those that were signed.
    """

    def __init__(self, chunks: ChunkedReader, size: int) -> None:
        super().__init__()
        self._chunks = chunks
        self._size = size
        self._position = 0
        self._lock = Lock()

    @property
    def size(self) -> int:
        """How many bytes of plaintext there are."""
        return self._size

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move; a position past the end reads nothing.

        Raises:
            ValueError: The position would be negative, or `whence` is unknown (as every Python file does).
        """
        with self._lock:
            start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}.get(whence)
            if start is None or start + offset < 0:
                raise ValueError("no such position")
            self._position = start + offset
            return self._position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill a buffer as far as there are bytes; see the class for errors."""
        view = memoryview(buffer).cast("B")
        with self._lock:
            if self.closed:
                raise ValueError("read of a closed reader")
            found = self._chunks.read_at(self._position, min(len(view), max(0, self._size - self._position)))
            self._position += len(found)
        view[: len(found)] = found
        return len(found)


class BundleContent:
    """The members of a verified and unlocked bundle, by real name."""

    __slots__ = ("_content_key", "_manifest", "_names", "_source")

    def __init__(
        self,
        proof: object,
        manifest: Manifest,
        source: Callable[[Member], VerifiedSource],
        content_key: bytes,
        names: Mapping[str, tuple[Member, str]],
    ) -> None:
        if proof is not _MADE_HERE:
            raise TypeError("only VerifiedBundle.unlock gives content")
        self._manifest = manifest
        self._source = source
        self._content_key = content_key
        self._names = names

    def __init_subclass__(cls) -> None:
        raise TypeError("BundleContent has no subclasses")

    def names(self) -> tuple[str, ...]:
        """The real names, sorted."""
        return tuple(sorted(self._names))

    def media_type(self, name: str) -> str:
        """What a member is.

        Raises:
            NoSuchMemberError: There is none of that name.
        """
        return self._find(name)[1]

    def size_bytes(self, name: str) -> int:
        """How long a member's plaintext is.

        Raises:
            NoSuchMemberError: There is none of that name.
        """
        return self._find(name)[0].plain_bytes

    def read(self, name: str) -> bytes:
        """A whole member, for what is small.

        Raises:
            NoSuchMemberError: There is none of that name.
            PocusError: `bundle.*` or `crypto.*`, as `MemberReader`.
        """
        member, _ = self._find(name)
        return _chunks(self._manifest, self._source, self._content_key, member).read_at(0, member.plain_bytes)

    def open(self, name: str) -> MemberReader:
        """A member as a stream.

        Raises:
            NoSuchMemberError: There is none of that name.
            PocusError: `bundle.*` or `crypto.*`, where its beginning is not what was signed.
        """
        member, _ = self._find(name)
        return MemberReader(_chunks(self._manifest, self._source, self._content_key, member), member.plain_bytes)

    def _find(self, name: str) -> tuple[Member, str]:
        if name not in self._names:
            raise NoSuchMemberError(bundle=self._manifest.bundle_id, name=shown(name))
        return self._names[name]


def open_content(
    manifest: Manifest, source: Callable[[Member], VerifiedSource], content_key: bytes | None
) -> BundleContent:
    """Unlock a verified bundle; `VerifiedBundle.unlock` is the way here, which tells the errors."""
    key = manifest.content_key if manifest.content_key is not None else content_key
    if key is None:
        raise ContentLockedError(bundle=manifest.bundle_id)
    if len(key) != KEY_BYTES:
        raise WrongContentKeyError(bundle=manifest.bundle_id, version=manifest.version)
    by_path = {member.path: member for member in manifest.members}
    if manifest.index is None:
        _member_key(manifest, key, manifest.members[0])
        names = {path.removeprefix(CONTENT_FOLDER): (each, each.media_type) for path, each in by_path.items()}
    else:
        index = by_path[manifest.index]
        if index.plain_bytes > MAXIMUM_INDEX_BYTES:
            raise IndexInvalidError(bundle=manifest.bundle_id, reason="it is too large")
        listed = decode_index(_chunks(manifest, source, key, index).read_at(0, index.plain_bytes), manifest)
        names = {name: (by_path[path], media_type) for name, (path, media_type) in listed.items()}
    return BundleContent(_MADE_HERE, manifest, source, key, names)


def _chunks(
    manifest: Manifest, source: Callable[[Member], VerifiedSource], content_key: bytes, member: Member
) -> ChunkedReader:
    key = _member_key(manifest, content_key, member)
    return ChunkedReader(key, member_context(manifest.bundle_id, member.path), source(member))


def _member_key(manifest: Manifest, content_key: bytes, member: Member) -> bytes:
    try:
        return unwrap(content_key, bytes.fromhex(member.wrapped_key))
    except CannotUnwrapError as problem:
        raise WrongContentKeyError(bundle=manifest.bundle_id, version=manifest.version) from problem
