"""Large things, encrypted in chunks that can be read from anywhere: C2SP Cobblestone-256 (formats/primitives 5).

Layout: salt (24 bytes), key commitment (32 bytes), then the chunks. Each holds 16 KiB of plaintext and a 16-byte tag;
the last is always shorter than that, and may be empty, which is how an end is told from a cut.

1. Key, base nonce and commitment come from HKDF-Expand over the salt and the context (5.2).
2. The commitment is checked before any chunk is decrypted (5.3).
3. Chunk number n is opened with the base nonce XOR n (5.4).
4. The length is believed only after the last chunk was opened (5.6).

Streams without a given salt, and decryption of a whole message, go through the cryptography library's own
implementation; a given salt and random access are ours, held to it by tests in both directions.
"""

import hmac
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import BinaryIO, ClassVar, Final, Protocol, Self

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from pocus_desktop.kernel.errors import Blame, PocusError

KEY_BYTES: Final = 32
SALT_BYTES: Final = 24
COMMITMENT_BYTES: Final = 32
HEADER_BYTES: Final = SALT_BYTES + COMMITMENT_BYTES
CHUNK_BYTES: Final = 16 * 1024
TAG_BYTES: Final = 16
STORED_CHUNK_BYTES: Final = CHUNK_BYTES + TAG_BYTES
MAXIMUM_CHUNKS: Final = 2**38

_NONCE_BYTES: Final = 12
_LABEL: Final = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"
_BATCH_CHUNKS: Final = 64


class BadChunkedKeyError(PocusError):
    """A key or salt for chunked encryption has the wrong size."""

    code: ClassVar[str] = "crypto.bad_chunked_key"
    blame: ClassVar[Blame] = Blame.USER


class TruncatedError(PocusError):
    """A ciphertext has a length that no message has: its end is missing, or it changed while it was read."""

    code: ClassVar[str] = "crypto.truncated"
    blame: ClassVar[Blame] = Blame.CONTENT


class WrongKeyError(PocusError):
    """The key and context are not those of this ciphertext, or its header was altered."""

    code: ClassVar[str] = "crypto.wrong_key"
    blame: ClassVar[Blame] = Blame.CONTENT


class ChunkAlteredError(PocusError):
    """A chunk is not what was encrypted at its place."""

    code: ClassVar[str] = "crypto.chunk_altered"
    blame: ClassVar[Blame] = Blame.CONTENT


class TooLongError(PocusError):
    """A message has more chunks than may be encrypted under one key."""

    code: ClassVar[str] = "crypto.too_long"
    blame: ClassVar[Blame] = Blame.CONTENT


class BadRangeError(PocusError):
    """A read asks for a negative place or size."""

    code: ClassVar[str] = "crypto.bad_range"
    blame: ClassVar[Blame] = Blame.BUG


class AlreadyFinishedError(PocusError):
    """An encryptor was used after its end."""

    code: ClassVar[str] = "crypto.already_finished"
    blame: ClassVar[Blame] = Blame.BUG


class ByteSource(Protocol):
    """Stored bytes that can be read from anywhere."""

    @property
    def size(self) -> int:
        """How many bytes there are."""

    def read_at(self, offset: int, size: int) -> bytes:
        """The bytes from `offset`, as many as `size` or as there are."""


@dataclass(frozen=True, slots=True)
class BytesSource:
    """Bytes in memory as a source."""

    data: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return len(self.data)

    def read_at(self, offset: int, size: int) -> bytes:
        """The bytes from `offset`, as many as `size` or as there are."""
        return self.data[offset : offset + size]


class FileSource:
    """A file as a source; may be read from several threads."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            OSError: As the operating system says.
        """
        self._file: BinaryIO = path.open("rb", buffering=0)
        self._lock = Lock()
        self._size = self._file.seek(0, 2)

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return self._size

    def read_at(self, offset: int, size: int) -> bytes:
        """The bytes from `offset`, as many as `size` or as there are."""
        wanted = min(size, self._size - offset)
        parts: list[bytes] = []
        with self._lock:
            self._file.seek(offset)
            while wanted > 0 and (part := self._file.read(wanted)):
                parts.append(part)
                wanted -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def stored_size(plain_size: int) -> int:
    """How many bytes a plaintext of `plain_size` bytes takes when encrypted (formats/primitives 5.5)."""
    chunks = plain_size // CHUNK_BYTES + 1
    return HEADER_BYTES + plain_size + chunks * TAG_BYTES


def encrypt(key: bytes, context: bytes, plaintext: bytes, *, salt: bytes | None = None) -> bytes:
    """Encrypt a message that is in memory; see `Encryptor`."""
    encryptor = Encryptor(key, context, salt=salt)
    return encryptor.update(plaintext) + encryptor.finalize()


def decrypt(key: bytes, context: bytes, ciphertext: bytes) -> bytes:
    """Decrypt a whole message that is in memory; nothing is returned unless all of it is verified.

    Raises:
        BadChunkedKeyError: The key is not 32 bytes.
        TruncatedError: The length is not a ciphertext's.
        WrongKeyError: Key, context or header are not this message's.
        ChunkAlteredError: A chunk was altered, moved or cut.
    """
    _require_key(key)
    _plain_size(len(ciphertext))
    _Schedule.of_header(key, context, ciphertext[:HEADER_BYTES])
    decryptor = Cobblestone256Decryptor(key, context)
    try:
        return decryptor.update(ciphertext) + decryptor.finalize()
    except (InvalidTag, ValueError) as problem:
        raise ChunkAlteredError from problem


class Encryptor:
    """Encrypts one message as a stream; what `update` and `finalize` return is the ciphertext."""

    def __init__(self, key: bytes, context: bytes, salt: bytes | None = None) -> None:
        """Start a message.

        Args:
            key: 32 uniformly random bytes.
            context: What the message is; must be given again to decrypt it.
            salt: 24 bytes that never serve twice with one key unless for the same message; random where omitted.
                Give one only to make a build repeatable, derived from key, context and plaintext.

        Raises:
            BadChunkedKeyError: Key or salt have the wrong size.
        """
        _require_key(key)
        self._stream: Cobblestone256Encryptor | _SaltedEncryptor | None
        if salt is None:
            self._stream = Cobblestone256Encryptor(key, context)
        else:
            self._stream = _SaltedEncryptor(key, context, salt)

    def update(self, data: bytes) -> bytes:
        """Take more plaintext; returns the ciphertext that is ready.

        Raises:
            AlreadyFinishedError: The message has ended.
        """
        if self._stream is None:
            raise AlreadyFinishedError
        return self._stream.update(data)

    def finalize(self) -> bytes:
        """End the message; returns the rest of the ciphertext.

        Raises:
            AlreadyFinishedError: The message had ended before.
        """
        if self._stream is None:
            raise AlreadyFinishedError
        stream, self._stream = self._stream, None
        return stream.finalize()


class ChunkedReader:
    """Reads any part of an encrypted message; every byte it returns was verified. May be used from several threads."""

    def __init__(self, key: bytes, context: bytes, source: ByteSource) -> None:
        """Read and check the header; no chunk is read yet.

        Args:
            key: The key it was encrypted with.
            context: The context it was encrypted with.
            source: The ciphertext.

        Raises:
            BadChunkedKeyError: The key is not 32 bytes.
            TruncatedError: The source's size is not a ciphertext's.
            WrongKeyError: Key, context or header are not this message's.
        """
        _require_key(key)
        self._source = source
        self._claimed_size = _plain_size(source.size)
        self._schedule = _Schedule.of_header(key, context, self._stored(0, HEADER_BYTES))
        self._is_end_verified = False
        self._latest: tuple[int, bytes] = (-1, b"")

    @property
    def plain_size(self) -> int:
        """The plaintext's length in bytes, believed only after the last chunk was opened (once).

        Raises:
            TruncatedError: The source is shorter than it said.
            ChunkAlteredError: The last chunk is not this message's last.
        """
        if not self._is_end_verified:
            last = self._claimed_size // CHUNK_BYTES
            self._open(last, last)
        return self._claimed_size

    def read_at(self, offset: int, size: int) -> bytes:
        """The plaintext from `offset`, as many bytes as `size` or as there are.

        A read past the end verifies that the end is the end.

        Raises:
            BadRangeError: A number is negative.
            TruncatedError: The source is shorter than it said.
            ChunkAlteredError: A chunk was altered, moved or cut.
        """
        if offset < 0 or size < 0:
            raise BadRangeError(offset=offset, size=size)
        end = offset + size
        if end > self._claimed_size:
            end = self.plain_size
        if offset >= end:
            return b""
        first, last = offset // CHUNK_BYTES, (end - 1) // CHUNK_BYTES
        latest_index, latest = self._latest
        if first == last == latest_index:
            return latest[offset % CHUNK_BYTES : offset % CHUNK_BYTES + end - offset]
        parts: list[bytes] = []
        if first == latest_index:
            parts.append(latest)
            first += 1
        for start in range(first, last + 1, _BATCH_CHUNKS):
            parts += self._open(start, min(start + _BATCH_CHUNKS - 1, last))
        parts[-1] = parts[-1][: end - last * CHUNK_BYTES]
        parts[0] = parts[0][offset % CHUNK_BYTES :]
        return b"".join(parts) if len(parts) > 1 else parts[0]

    def _open(self, first: int, last: int) -> list[bytes]:
        """Open the chunks from `first` to `last`, both included."""
        start = HEADER_BYTES + first * STORED_CHUNK_BYTES
        stop = min(HEADER_BYTES + (last + 1) * STORED_CHUNK_BYTES, stored_size(self._claimed_size))
        stored = memoryview(self._stored(start, stop - start))
        opened = [
            self._schedule.open(index, stored[at : at + STORED_CHUNK_BYTES])
            for index, at in zip(range(first, last + 1), range(0, len(stored), STORED_CHUNK_BYTES), strict=True)
        ]
        self._latest = (last, opened[-1])
        if last == self._claimed_size // CHUNK_BYTES:
            self._is_end_verified = True
        return opened

    def _stored(self, offset: int, size: int) -> bytes:
        found = self._source.read_at(offset, size)
        if len(found) != size:
            raise TruncatedError(size=offset + len(found))
        return found


class _SaltedEncryptor:
    """Cobblestone-256 with a salt that is given, which the library does not offer."""

    def __init__(self, key: bytes, context: bytes, salt: bytes) -> None:
        if len(salt) != SALT_BYTES:
            raise BadChunkedKeyError(expected=SALT_BYTES, found=len(salt))
        self._schedule = _Schedule.derive(key, context, salt)
        self._ready = salt + self._schedule.commitment
        self._pending = bytearray()
        self._count = 0

    def update(self, data: bytes) -> bytes:
        out = [self._ready]
        self._ready = b""
        self._pending += data
        whole = len(self._pending) // CHUNK_BYTES
        with memoryview(self._pending) as view:
            out += [self._seal(view[at : at + CHUNK_BYTES]) for at in range(0, whole * CHUNK_BYTES, CHUNK_BYTES)]
        del self._pending[: whole * CHUNK_BYTES]
        return b"".join(out)

    def finalize(self) -> bytes:
        return self._ready + self._seal(self._pending)

    def _seal(self, plaintext: bytearray | memoryview) -> bytes:
        if self._count >= MAXIMUM_CHUNKS:
            raise TooLongError(chunks=self._count)
        sealed = self._schedule.seal(self._count, plaintext)
        self._count += 1
        return sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Schedule:
    """What HKDF-Expand gives for one message."""

    cipher: AESGCM = field(repr=False)
    base_nonce: int
    commitment: bytes

    @classmethod
    def derive(cls, key: bytes, context: bytes, salt: bytes) -> "_Schedule":
        size = KEY_BYTES + _NONCE_BYTES + COMMITMENT_BYTES
        # SHA-512 fixes the hash of the named scheme; the recommended one of the general construction differs.
        output = HKDFExpand(algorithm=hashes.SHA512(), length=size, info=_LABEL + salt + context).derive(key)
        return cls(
            cipher=AESGCM(output[:KEY_BYTES]),
            base_nonce=int.from_bytes(output[KEY_BYTES : KEY_BYTES + _NONCE_BYTES], "big"),
            commitment=output[KEY_BYTES + _NONCE_BYTES :],
        )

    @classmethod
    def of_header(cls, key: bytes, context: bytes, header: bytes) -> "_Schedule":
        found = cls.derive(key, context, header[:SALT_BYTES])
        if not hmac.compare_digest(found.commitment, header[SALT_BYTES:]):
            raise WrongKeyError
        return found

    def seal(self, index: int, plaintext: bytearray | memoryview) -> bytes:
        return self.cipher.encrypt(self._nonce(index), plaintext, None)

    def open(self, index: int, stored: memoryview) -> bytes:
        try:
            return self.cipher.decrypt(self._nonce(index), stored, None)
        except InvalidTag as problem:
            raise ChunkAlteredError(chunk=index) from problem

    def _nonce(self, index: int) -> bytes:
        return (self.base_nonce ^ index).to_bytes(_NONCE_BYTES, "big")


def _require_key(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise BadChunkedKeyError(expected=KEY_BYTES, found=len(key))


def _plain_size(size: int) -> int:
    """The plaintext's length for a ciphertext's, where there is one."""
    body = size - HEADER_BYTES
    last = body % STORED_CHUNK_BYTES
    if body < TAG_BYTES or last < TAG_BYTES:
        raise TruncatedError(size=size)
    if body // STORED_CHUNK_BYTES >= MAXIMUM_CHUNKS:
        raise TooLongError(chunks=body // STORED_CHUNK_BYTES + 1)
    return body // STORED_CHUNK_BYTES * CHUNK_BYTES + last - TAG_BYTES
