"""Signed notes, heads, proofs and tiles: what others write is read, what is wrong is refused by name."""

import base64
import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.crypto.encoding import to_base64
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.tlog import head as heads
from pocus_desktop.tlog import merkle, note, proof, tiles
from pocus_desktop.tlog.errors import (
    BadHeadError,
    BadNoteError,
    BadProofError,
    DamagedLogError,
    IncompleteLogError,
    NotIncludedError,
    NotSignedError,
    OtherLogError,
)
from pocus_desktop.tlog.head import Head
from pocus_desktop.tlog.tiles import Part

LOG = SigningKey.from_seed(b"\x11" * 32)
STRANGER = SigningKey.from_seed(b"\x12" * 32)
ENTRIES = [number.to_bytes(32, "big") for number in range(700)]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
HEAD = Head(origin="hub.example/log", size=3, root=merkle.root_of(LEAVES[:3]))
CHECKPOINT = HEAD.sign([LOG])
PUBLISHED = (
    b"If you think cryptography is the answer to your problem,\n"
    b"then you don't know what your problem is.\n\n"
    b"\xe2\x80\x94 PeterNeumann "
    b"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The example that documents the format in the reference implementation, with its verifier key below."""
PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_the_published_example_verifies() -> None:
    name, named_id, encoded = PUBLISHED_KEY.split("+", 2)
    key = PublicKey(algorithm="ed25519", raw=base64.b64decode(encoded)[1:])
    read = note.SignedNote.parse(PUBLISHED)
    assert note.verify(read, name, [key]) == (key,)
    assert note.key_id(name, key).hex() == named_id
    assert note.verifier_key(name, key) == PUBLISHED_KEY
    assert read.to_bytes() == PUBLISHED


def test_a_head_is_read_back_with_who_signed_it() -> None:
    signed = heads.verify(CHECKPOINT, [STRANGER.public, LOG.public], origin="hub.example/log")
    assert (signed.head, signed.checkpoint, signed.signers) == (HEAD, CHECKPOINT, (LOG.public,))
    assert CHECKPOINT.decode().split("\n")[:2] == ["hub.example/log", "3"]


def test_an_old_and_a_new_key_may_both_sign() -> None:
    both = HEAD.sign([LOG, STRANGER])
    for trusted in ([LOG.public], [STRANGER.public], [LOG.public, STRANGER.public]):
        assert set(heads.verify(both, trusted).signers) == set(trusted)


def test_lines_of_witnesses_and_of_other_kinds_are_passed_over() -> None:
    witnessed = CHECKPOINT + "\u2014 witness.example/w1 ".encode() + to_base64(bytes(76)).encode() + b"\n"
    assert heads.verify(witnessed, [LOG.public]).head == HEAD


def _text(*lines: str) -> bytes:
    return note.sign("".join(f"{line}\n" for line in lines), lines[0], [LOG]).to_bytes()


ROOT = to_base64(HEAD.root)
BAD: dict[str, tuple[type[PocusError], bytes]] = {
    "empty": (BadNoteError, b""),
    "no signature": (BadNoteError, HEAD.text().encode()),
    "no signature line": (BadNoteError, HEAD.text().encode() + b"\n"),
    "cut in its signature": (BadNoteError, CHECKPOINT[:-3]),
    "cut before its last newline": (BadNoteError, CHECKPOINT[:-1]),
    "not UTF-8": (BadNoteError, b"\xff" + CHECKPOINT),
    "a control character": (BadNoteError, CHECKPOINT.replace(b"example", b"exa\rple", 1)),
    "too long": (BadNoteError, b"a\n" * 9000 + CHECKPOINT),
    "too many signatures": (BadNoteError, CHECKPOINT + CHECKPOINT.split(b"\n\n")[1] * 64),
    "a signature of nothing": (BadNoteError, HEAD.text().encode() + "\n\u2014 hub.example/log AAAA\n".encode()),
    "a hyphen for the dash": (BadNoteError, CHECKPOINT.replace("\u2014".encode(), b"-")),
    "two lines only": (BadHeadError, _text("hub.example/log", "3")),
    "an empty line inside": (BadHeadError, _text("hub.example/log", "3", ROOT, "", "x")),
    "a size with a zero before it": (BadHeadError, _text("hub.example/log", "03", ROOT)),
    "a negative size": (BadHeadError, _text("hub.example/log", "-3", ROOT)),
    "a size that no one holds": (BadHeadError, _text("hub.example/log", "9" * 16, ROOT)),
    "a root that is no base64": (BadHeadError, _text("hub.example/log", "3", "%%%")),
    "a root that is too short": (BadHeadError, _text("hub.example/log", "3", ROOT[:40])),
    "another log": (OtherLogError, Head(origin="other.example", size=3, root=HEAD.root).sign([LOG])),
    "signed by a stranger": (NotSignedError, HEAD.sign([STRANGER])),
    "altered after signing": (NotSignedError, CHECKPOINT.replace(b"\n3\n", b"\n4\n", 1)),
    "a good signature and a forged one": (
        NotSignedError,
        CHECKPOINT + Head(origin=HEAD.origin, size=4, root=HEAD.root).sign([LOG]).split(b"\n\n")[1],
    ),
}


@pytest.mark.parametrize("cause", BAD)
def test_what_is_no_head_of_this_log_is_refused_by_name(cause: str) -> None:
    error, data = BAD[cause]
    with pytest.raises(error):
        heads.verify(data, [LOG.public], origin="hub.example/log")


@given(
    data=st.binary(max_size=400)
    | st.just(CHECKPOINT).flatmap(lambda good: st.integers(0, len(good)).map(lambda at: good[:at]))
)
def test_no_bytes_escape_our_words(data: bytes) -> None:
    with contextlib.suppress(PocusError):
        assert heads.verify(data, [LOG.public]).checkpoint == CHECKPOINT
    with contextlib.suppress(PocusError):
        proof.Proof.parse(data.decode("utf-8", "replace"))
    Part.parse(data.decode("latin-1"))


def test_every_flipped_byte_of_a_head_is_refused() -> None:
    for at in range(len(CHECKPOINT)):
        flipped = CHECKPOINT[:at] + bytes([CHECKPOINT[at] ^ 1]) + CHECKPOINT[at + 1 :]
        with pytest.raises(PocusError):
            heads.verify(flipped, [LOG.public], origin="hub.example/log")


def _proved(index: int, size: int) -> proof.Proof:
    path = merkle.inclusion_proof(merkle.in_memory(LEAVES), index, size)
    head = Head(origin="hub.example/log", size=size, root=merkle.root_of(LEAVES[:size]))
    return proof.Proof(index=index, path=path, checkpoint=head.sign([LOG]))


@pytest.mark.parametrize(("index", "size"), [(0, 1), (1, 2), (2, 3), (255, 256), (256, 300), (299, 300)])
def test_a_proof_travels_as_text(index: int, size: int) -> None:
    given = _proved(index, size)
    read = proof.Proof.parse(given.to_text())
    assert read == given
    assert proof.verify(read, ENTRIES[index], [LOG.public]).head.size == size
    begun = f"{proof.FIRST_LINE}\nextra AAAA\n" + given.to_text().split("\n", 1)[1]
    assert proof.Proof.parse(begun) == given


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("tlog-proof@v1", "tlog-proof@v2"),
        lambda text: text.replace("index 5", "index 05"),
        lambda text: text.replace("index 5", "place 5"),
        lambda text: text.replace("index 5\n", ""),
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text.replace("index 5\n", "index 5\n%%%\n"),
        lambda text: text.replace("index 5\n", "index 5\n" + "AAAA\n" * 64),
        lambda text: text + "\ud800",
        lambda _text: "",
    ],
)
def test_what_is_no_proof_is_refused_by_name(spoil: Callable[[str], str]) -> None:
    with pytest.raises(BadProofError):
        proof.Proof.parse(spoil(_proved(5, 9).to_text()))


def test_a_proof_of_another_leaf_or_place_proves_nothing() -> None:
    given = _proved(5, 9)
    with pytest.raises(NotIncludedError):
        proof.verify(given, ENTRIES[6], [LOG.public])
    with pytest.raises(NotIncludedError):
        proof.verify(proof.Proof(index=6, path=given.path, checkpoint=given.checkpoint), ENTRIES[5], [LOG.public])
    with pytest.raises(OtherLogError):
        proof.verify(given, ENTRIES[5], [LOG.public], origin="other.example")


def published(size: int) -> dict[str, bytes]:
    """A log as its files."""
    found: dict[str, bytes] = {}
    nodes = merkle.in_memory(LEAVES)
    for part in tiles.parts(size):
        at = range(part.index * 256, part.index * 256 + part.width)
        if part.level == "entries":
            found[part.path] = tiles.pack_entries([ENTRIES[index] for index in at])
        else:
            level = part.level
            found[part.path] = b"".join(nodes(8 * level, index) for index in at)
    return found


def test_a_log_has_the_parts_that_the_specification_counts() -> None:
    paths = [part.path for part in tiles.parts(70_000)]
    assert len([path for path in paths if path.startswith("tile/0/") and ".p/" not in path]) == 273
    assert {"tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112"} <= set(
        paths
    )
    assert [part.path for part in tiles.parts(256) if part.level != "entries"] == ["tile/0/000", "tile/1/000.p/1"]
    assert list(tiles.parts(0)) == []
    assert Part(level=0, index=1234067).path == "tile/0/x001/x234/067"
    assert all(Part.parse(path) is not None and Part.parse(path).path == path for path in paths)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "path",
    ["tile/0/1", "tile/00/001", "tile/0/001.p/256", "tile/0/001.p/0", "tile/0/x000/001", "tile/8/001", "tile/0/../001",
     "tile/0/x001/x001", "checkpoint", "tile/entries/001.p/", "/tile/0/001", "tile/0/001\n"],
)  # fmt: skip
def test_other_paths_are_no_parts(path: str) -> None:
    assert Part.parse(path) is None


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 700])
def test_proofs_come_from_tiles_as_from_leaves(size: int) -> None:
    files = published(size)
    read = tiles.Tiles(files.get, size)
    plain = merkle.in_memory(LEAVES)
    assert merkle.root_at(read.node, size) == merkle.root_of(LEAVES[:size])
    for index in {0, size // 2, size - 1}:
        assert merkle.inclusion_proof(read.node, index, size) == merkle.inclusion_proof(plain, index, size)
        assert merkle.consistency_proof(read.node, index, size) == merkle.consistency_proof(plain, index, size)


def test_an_older_size_is_proved_from_the_tiles_of_a_newer_one() -> None:
    read = tiles.Tiles(published(600).get, 600)
    assert merkle.root_at(read.node, 300) == merkle.root_of(LEAVES[:300])


def test_a_missing_or_cut_tile_is_named() -> None:
    files = published(600)
    for path in ("tile/0/001", "tile/0/002.p/88"):
        gone = {name: data for name, data in files.items() if name != path}
        with pytest.raises(IncompleteLogError):
            merkle.inclusion_proof(tiles.Tiles(gone.get, 600).node, 599 if "002" in path else 300, 600)
        cut = {**files, path: files[path][:-1]}
        with pytest.raises(IncompleteLogError):
            merkle.inclusion_proof(tiles.Tiles(cut.get, 600).node, 599 if "002" in path else 300, 600)


def test_bundles_of_entries_are_read_whole_or_not_at_all() -> None:
    part = Part(level="entries", index=0, width=3)
    packed = tiles.pack_entries(ENTRIES[:3])
    assert tiles.unpack_entries(packed, part) == tuple(ENTRIES[:3])
    for spoilt in (packed[:-1], packed + b"\x00", packed[:34], b""):
        with pytest.raises(DamagedLogError):
            tiles.unpack_entries(spoilt, part)
