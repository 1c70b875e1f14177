"""Cobblestone-256: public vectors, the library's own implementation both ways, random access, and damage."""

import hashlib
import json
import random
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pocus_desktop.crypto.chunked import (
    CHUNK_BYTES,
    HEADER_BYTES,
    MAXIMUM_CHUNKS,
    STORED_CHUNK_BYTES,
    AlreadyFinishedError,
    BadChunkedKeyError,
    BadRangeError,
    BytesSource,
    ChunkAlteredError,
    ChunkedReader,
    Encryptor,
    FileSource,
    TooLongError,
    TruncatedError,
    WrongKeyError,
    decrypt,
    encrypt,
    stored_size,
)
from pocus_desktop.kernel.errors import PocusError

_FILE = json.loads((Path(__file__).parent.parent / "vectors" / "crypto" / "cobblestone-256.json").read_text())
VECTORS: list[dict[str, Any]] = _FILE["vectors"]
KEY, CONTEXT, SALT = bytes(range(32)), b"bundle|content/a", bytes(range(24))
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 5 * CHUNK_BYTES + 123]
CODES = {
    "Truncation": "crypto.truncated",
    "InvalidKeySize": "crypto.bad_chunked_key",
    "WrongKey": "crypto.wrong_key",
    "WrongContext": "crypto.wrong_key",
    "ChunkReordering": "crypto.chunk_altered",
    "TrailingData": "crypto.chunk_altered",
}


def plaintext(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def parts(vector: dict[str, Any]) -> tuple[bytes, bytes, bytes]:
    key = bytes.fromhex(vector.get("key", _FILE["key"]))
    return key, bytes.fromhex(vector["ctx"]), zlib.decompress(bytes.fromhex(vector["ct"]))


def expected_code(vector: dict[str, Any]) -> str:
    flags = vector["flags"]
    if flags[0] == "ModifiedCiphertext":
        return "crypto.wrong_key" if "HeaderFailure" in flags else "crypto.chunk_altered"
    return CODES[flags[0]]


class Shrinking:
    """A source that loses its end after it was opened."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)

    def read_at(self, offset: int, size: int) -> bytes:
        return self.data[offset : offset + size]


@pytest.mark.parametrize(
    "vector", [v for v in VECTORS if v["result"] == "valid"], ids=lambda vector: vector["comment"].replace(" ", "-")
)
def test_a_valid_vector_opens_in_every_way(vector: dict[str, Any]) -> None:
    key, context, stored = parts(vector)
    whole = decrypt(key, context, stored)
    assert len(whole) == vector["msgLength"]
    assert hashlib.sha512(whole).hexdigest() == vector["msgSha512"]
    reader = ChunkedReader(key, context, BytesSource(stored))
    assert reader.plain_size == len(whole)
    assert reader.read_at(0, len(whole)) == whole
    assert encrypt(key, context, whole, salt=stored[:24]) == stored


@pytest.mark.parametrize(
    "vector", [v for v in VECTORS if v["result"] == "invalid"], ids=lambda vector: vector["comment"].replace(" ", "-")
)
def test_an_invalid_vector_is_refused_in_every_way(vector: dict[str, Any]) -> None:
    key, context, stored = parts(vector)
    with pytest.raises(PocusError) as refused:
        decrypt(key, context, stored)
    assert refused.value.code == expected_code(vector)
    with pytest.raises(PocusError) as refused_by_reader:
        ChunkedReader(key, context, BytesSource(stored)).read_at(0, len(stored))
    assert refused_by_reader.value.code == expected_code(vector)
    if "ValidFinalChunk" not in vector["flags"]:
        with pytest.raises(PocusError):
            assert ChunkedReader(key, context, BytesSource(stored)).plain_size


@pytest.mark.parametrize("size", [*SIZES, 258 * CHUNK_BYTES + 7])
@pytest.mark.parametrize("salt", [None, SALT], ids=["random-salt", "given-salt"])
def test_the_library_opens_what_we_encrypt(size: int, salt: bytes | None) -> None:
    message = plaintext(size)
    stored = encrypt(KEY, CONTEXT, message, salt=salt)
    library = Cobblestone256Decryptor(KEY, CONTEXT)
    assert library.update(stored) + library.finalize() == message
    assert len(stored) == stored_size(size)
    assert decrypt(KEY, CONTEXT, stored) == message


@pytest.mark.parametrize("size", [*SIZES, 258 * CHUNK_BYTES + 7])
def test_we_open_what_the_library_encrypts(size: int) -> None:
    message = plaintext(size)
    library = Cobblestone256Encryptor(KEY, CONTEXT)
    stored = library.update(message) + library.finalize()
    reader = ChunkedReader(KEY, CONTEXT, BytesSource(stored))
    assert reader.plain_size == size
    assert reader.read_at(0, size) == message
    assert encrypt(KEY, CONTEXT, message, salt=stored[:24]) == stored


@settings(deadline=None, max_examples=40)
@given(
    size=st.sampled_from(SIZES),
    cuts=st.lists(st.integers(0, 6 * CHUNK_BYTES), max_size=6),
    salt=st.sampled_from([None, SALT]),
)
@example(size=0, cuts=[0, 0], salt=SALT)
@example(size=2 * CHUNK_BYTES, cuts=[CHUNK_BYTES], salt=SALT)
def test_how_a_stream_is_fed_changes_nothing(size: int, cuts: list[int], salt: bytes | None) -> None:
    message = plaintext(size)
    encryptor = Encryptor(KEY, CONTEXT, salt=salt)
    edges = [0, *sorted(min(cut, size) for cut in cuts), size]
    stored = b"".join(encryptor.update(message[a:b]) for a, b in pairwise(edges))
    stored += encryptor.finalize()
    assert decrypt(KEY, CONTEXT, stored) == message
    assert encrypt(KEY, CONTEXT, message, salt=stored[:24]) == stored


@settings(deadline=None, max_examples=100)
@given(
    size=st.sampled_from(SIZES),
    reads=st.lists(st.tuples(st.integers(0, 6 * CHUNK_BYTES), st.integers(0, 3 * CHUNK_BYTES)), min_size=1, max_size=8),
)
def test_any_part_is_what_stands_there(size: int, reads: list[tuple[int, int]]) -> None:
    message = plaintext(size)
    reader = ChunkedReader(KEY, CONTEXT, BytesSource(encrypt(KEY, CONTEXT, message, salt=SALT)))
    for offset, count in reads:
        assert reader.read_at(offset, count) == message[offset : offset + count]


def test_a_read_longer_than_a_batch_of_chunks_is_whole() -> None:
    message = plaintext(200 * CHUNK_BYTES + 5)
    reader = ChunkedReader(KEY, CONTEXT, BytesSource(encrypt(KEY, CONTEXT, message)))
    assert reader.read_at(3, len(message)) == message[3:]
    assert reader.read_at(3 * CHUNK_BYTES + 1, 150 * CHUNK_BYTES) == message[3 * CHUNK_BYTES + 1 :][: 150 * CHUNK_BYTES]


def test_a_file_is_read_like_memory(tmp_path: Path) -> None:
    message = plaintext(3 * CHUNK_BYTES + 9)
    stored = encrypt(KEY, CONTEXT, message)
    path = tmp_path / "member"
    path.write_bytes(stored)
    with FileSource(path) as source:
        reader = ChunkedReader(KEY, CONTEXT, source)
        assert reader.plain_size == len(message)
        assert reader.read_at(CHUNK_BYTES - 1, 2 * CHUNK_BYTES) == message[CHUNK_BYTES - 1 : 3 * CHUNK_BYTES - 1]
        assert source.read_at(len(stored) - 1, 10) == stored[-1:]
        assert source.read_at(len(stored) + 5, 10) == b""
        assert source.size == len(stored)
        assert reader.read_at(0, len(message)) == message


def test_every_altered_byte_is_refused() -> None:
    message = plaintext(100)
    stored = encrypt(KEY, CONTEXT, message, salt=SALT)
    for at in range(len(stored)):
        altered = stored[:at] + bytes([stored[at] ^ 0x40]) + stored[at + 1 :]
        error = WrongKeyError if at < HEADER_BYTES else ChunkAlteredError
        with pytest.raises(error):
            decrypt(KEY, CONTEXT, altered)
        with pytest.raises(error):
            ChunkedReader(KEY, CONTEXT, BytesSource(altered)).read_at(0, 1)


def test_every_cut_is_refused() -> None:
    stored = encrypt(KEY, CONTEXT, plaintext(100), salt=SALT)
    for size in range(len(stored)):
        for read in (
            lambda cut: decrypt(KEY, CONTEXT, cut),
            lambda cut: ChunkedReader(KEY, CONTEXT, BytesSource(cut)).plain_size,
        ):
            with pytest.raises((TruncatedError, ChunkAlteredError)):
                read(stored[:size])


@pytest.mark.parametrize("size", [2 * CHUNK_BYTES, 2 * CHUNK_BYTES + 50])
def test_a_cut_at_any_edge_of_a_chunk_is_refused(size: int) -> None:
    stored = encrypt(KEY, CONTEXT, plaintext(size), salt=SALT)
    edges = [HEADER_BYTES + n * STORED_CHUNK_BYTES + more for n in range(3) for more in (0, 1, 15, 16, 17)]
    for cut in [edge for edge in edges if edge < len(stored)]:
        with pytest.raises((TruncatedError, ChunkAlteredError)):
            decrypt(KEY, CONTEXT, stored[:cut])
        with pytest.raises((TruncatedError, ChunkAlteredError)):
            assert ChunkedReader(KEY, CONTEXT, BytesSource(stored[:cut])).plain_size


def test_a_length_that_a_cut_pretends_is_not_believed() -> None:
    stored = encrypt(KEY, CONTEXT, plaintext(3 * CHUNK_BYTES), salt=SALT)
    cut = stored[: HEADER_BYTES + STORED_CHUNK_BYTES + 100]
    reader = ChunkedReader(KEY, CONTEXT, BytesSource(cut))
    assert reader.read_at(0, 10) == plaintext(3 * CHUNK_BYTES)[:10]
    with pytest.raises(ChunkAlteredError):
        reader.read_at(CHUNK_BYTES + 50, 100)
    with pytest.raises(ChunkAlteredError):
        reader.read_at(10 * CHUNK_BYTES, 1)


def test_chunks_in_another_order_are_refused() -> None:
    stored = encrypt(KEY, CONTEXT, plaintext(2 * CHUNK_BYTES + 5), salt=SALT)
    first, second = HEADER_BYTES, HEADER_BYTES + STORED_CHUNK_BYTES
    swapped = (
        stored[:first]
        + stored[second : second + STORED_CHUNK_BYTES]
        + stored[first:second]
        + stored[second + STORED_CHUNK_BYTES :]
    )
    with pytest.raises(ChunkAlteredError) as refused:
        ChunkedReader(KEY, CONTEXT, BytesSource(swapped)).read_at(0, 1)
    assert refused.value.params == {"chunk": 0}
    with pytest.raises(ChunkAlteredError):
        decrypt(KEY, CONTEXT, swapped)


def test_a_source_that_shrinks_after_it_was_opened_is_refused() -> None:
    source = Shrinking(encrypt(KEY, CONTEXT, plaintext(2 * CHUNK_BYTES), salt=SALT))
    reader = ChunkedReader(KEY, CONTEXT, source)
    source.data = source.data[: HEADER_BYTES + 10]
    with pytest.raises(TruncatedError):
        reader.read_at(0, 1)


def test_a_byte_altered_after_opening_is_refused() -> None:
    source = Shrinking(encrypt(KEY, CONTEXT, plaintext(3 * CHUNK_BYTES), salt=SALT))
    reader = ChunkedReader(KEY, CONTEXT, source)
    assert reader.read_at(0, 5) == plaintext(3 * CHUNK_BYTES)[:5]
    at = HEADER_BYTES + STORED_CHUNK_BYTES + 7
    source.data = source.data[:at] + bytes([source.data[at] ^ 1]) + source.data[at + 1 :]
    with pytest.raises(ChunkAlteredError):
        reader.read_at(CHUNK_BYTES, 5)


@pytest.mark.parametrize(
    ("key", "context"),
    [
        pytest.param(bytes(32), CONTEXT, id="key"),
        pytest.param(KEY, CONTEXT + b"\0", id="context"),
        pytest.param(KEY, b"", id="no-context"),
    ],
)
def test_another_key_or_context_is_refused_before_any_chunk(key: bytes, context: bytes) -> None:
    stored = encrypt(KEY, CONTEXT, b"message", salt=SALT)
    with pytest.raises(WrongKeyError):
        decrypt(key, context, stored)
    with pytest.raises(WrongKeyError):
        ChunkedReader(key, context, BytesSource(stored))


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_size_is_refused(size: int) -> None:
    for use in (
        lambda key: Encryptor(key, b""),
        lambda key: Encryptor(key, b"", salt=SALT),
        lambda key: decrypt(key, b"", bytes(100)),
        lambda key: ChunkedReader(key, b"", BytesSource(bytes(100))),
    ):
        with pytest.raises(BadChunkedKeyError):
            use(bytes(size))


@pytest.mark.parametrize("size", [0, 23, 25])
def test_a_salt_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(BadChunkedKeyError):
        Encryptor(KEY, b"", salt=bytes(size))


@pytest.mark.parametrize("salt", [None, SALT], ids=["random-salt", "given-salt"])
def test_an_encryptor_serves_one_message(salt: bytes | None) -> None:
    encryptor = Encryptor(KEY, CONTEXT, salt=salt)
    encryptor.finalize()
    with pytest.raises(AlreadyFinishedError):
        encryptor.update(b"more")
    with pytest.raises(AlreadyFinishedError):
        encryptor.finalize()


def test_a_negative_place_is_refused() -> None:
    reader = ChunkedReader(KEY, CONTEXT, BytesSource(encrypt(KEY, CONTEXT, b"message")))
    with pytest.raises(BadRangeError):
        reader.read_at(-1, 1)
    with pytest.raises(BadRangeError):
        reader.read_at(0, -1)


def test_more_chunks_than_a_key_may_serve_are_refused() -> None:
    source = Shrinking(b"")
    source.size = HEADER_BYTES + MAXIMUM_CHUNKS * STORED_CHUNK_BYTES + 16
    with pytest.raises(TooLongError):
        ChunkedReader(KEY, CONTEXT, source)


def test_a_given_salt_makes_a_build_repeatable_and_none_does_not() -> None:
    assert encrypt(KEY, CONTEXT, b"message", salt=SALT) == encrypt(KEY, CONTEXT, b"message", salt=SALT)
    assert encrypt(KEY, CONTEXT, b"message") != encrypt(KEY, CONTEXT, b"message")


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_other_bytes_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(PocusError):
        decrypt(KEY, CONTEXT, data)
    with pytest.raises(PocusError):
        ChunkedReader(KEY, CONTEXT, BytesSource(data))


@given(st.integers(0, 2**40))
def test_the_stored_size_is_the_librarys(size: int) -> None:
    body = stored_size(size) - HEADER_BYTES
    full, rest = divmod(body, STORED_CHUNK_BYTES)
    assert (full, rest) == (size // CHUNK_BYTES, size % CHUNK_BYTES + 16)
