"""Merkle trees against the vectors of Certificate Transparency, against plain recursion, and against liars."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.tlog import merkle
from pocus_desktop.tlog.merkle import Frontier

ENTRIES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
"""The entries of the reference implementation (RFC 6962, `merkle_tree_test`)."""

ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Of the first 0 to 8 entries."""

INCLUDED = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
]
CONTINUED = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
MANY = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(300)]


def _hex(parts: Sequence[bytes]) -> list[str]:
    return [part.hex() for part in parts]


def _plain_root(leaves: Sequence[bytes]) -> bytes:
    """The definition, word for word (RFC 9162 section 2.1.1)."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    left = 1
    while left * 2 < len(leaves):
        left *= 2
    return hashlib.sha256(b"\x01" + _plain_root(leaves[:left]) + _plain_root(leaves[left:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference(size: int) -> None:
    assert merkle.root_of(LEAVES[:size]).hex() == ROOTS[size]
    assert merkle.root_at(merkle.in_memory(LEAVES), size).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "proof"), INCLUDED)
def test_audit_paths_are_those_of_the_reference(index: int, size: int, proof: list[str]) -> None:
    assert _hex(merkle.inclusion_proof(merkle.in_memory(LEAVES), index, size)) == proof


@pytest.mark.parametrize(("first", "second", "proof"), CONTINUED)
def test_consistency_proofs_are_those_of_the_reference(first: int, second: int, proof: list[str]) -> None:
    assert _hex(merkle.consistency_proof(merkle.in_memory(LEAVES), first, second)) == proof


def test_every_size_has_the_root_of_the_definition() -> None:
    grown = Frontier()
    for size in range(len(MANY) + 1):
        assert grown.root == merkle.root_of(MANY[:size]) == _plain_root(MANY[:size])
        grown = merkle.grow(grown, MANY[size : size + 1]).frontier


def test_every_proof_of_every_size_verifies() -> None:
    """All pairs up to 64, and all sizes to 300 against a spread of others."""
    nodes = merkle.in_memory(MANY)
    roots = [merkle.root_of(MANY[:size]) for size in range(len(MANY) + 1)]
    for size in range(1, len(MANY) + 1):
        for other in range(size) if size <= 64 else range(size % 7, size, 7):
            path = merkle.inclusion_proof(nodes, other, size)
            assert merkle.is_included(leaf=MANY[other], index=other, size=size, root=roots[size], proof=path)
            proof = merkle.consistency_proof(nodes, other, size)
            assert merkle.is_consistent(
                first=other, first_root=roots[other], second=size, second_root=roots[size], proof=proof
            )


def test_a_leaf_that_was_just_added_is_proved_from_the_peaks_alone() -> None:
    for before in range(70):
        for added in (1, 2, 3, 7, 16):
            growth = merkle.grow(merkle.grow(Frontier(), MANY[:before]).frontier, MANY[before : before + added])
            size = before + added
            for index in range(before, size):
                assert growth.inclusion(index) == merkle.inclusion_proof(merkle.in_memory(MANY), index, size)


@given(data=st.data())
def test_any_change_to_an_audit_path_fails(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    root = merkle.root_of(MANY[:size])
    good = merkle.inclusion_proof(merkle.in_memory(MANY), index, size)
    leaf = MANY[index]
    parts = list(good)
    match data.draw(st.sampled_from(["flip", "drop", "repeat", "append", "leaf", "index", "size", "root"])):
        case "flip" if parts:
            at = data.draw(st.integers(0, len(parts) - 1))
            parts[at] = _flipped(parts[at], data)
        case "drop" if parts:
            del parts[data.draw(st.integers(0, len(parts) - 1))]
        case "repeat" if parts:
            parts.insert(0, parts[data.draw(st.integers(0, len(parts) - 1))])
        case "leaf":
            leaf = _flipped(leaf, data)
        case "index":
            index = data.draw(st.integers(-1, size + 1).filter(lambda other: other != index))
        case "size":  # some smaller and larger trees have a path of the same form, but never the same root
            size = data.draw(st.integers(0, 600).filter(lambda other: other != size))
            root = merkle.root_of(MANY[:size])
            if size > len(MANY):
                root = b"\x00" * 32
        case "root":
            root = _flipped(root, data)
        case _:
            parts.append(root)
    assert not merkle.is_included(leaf=leaf, index=index, size=size, root=root, proof=parts)


@given(data=st.data())
def test_any_change_to_a_consistency_proof_fails(data: st.DataObject) -> None:
    second = data.draw(st.integers(2, 300))
    first = data.draw(st.integers(1, second - 1))
    roots = [merkle.root_of(MANY[:first]), merkle.root_of(MANY[:second])]
    parts = list(merkle.consistency_proof(merkle.in_memory(MANY), first, second))
    match data.draw(st.sampled_from(["flip", "drop", "append", "first", "second", "roots", "swap"])):
        case "flip":
            at = data.draw(st.integers(0, len(parts) - 1))
            parts[at] = _flipped(parts[at], data)
        case "drop":
            del parts[data.draw(st.integers(0, len(parts) - 1))]
        case "append":
            parts.append(roots[1])
        case "first":
            first = data.draw(st.integers(0, second).filter(lambda other: other != first))
        case "second":
            second = data.draw(st.integers(first + 1, 600).filter(lambda other: other != second))
            roots[1] = merkle.root_of(MANY[:second]) if second <= len(MANY) else b"\x00" * 32
        case "roots":
            at = data.draw(st.integers(0, 1))
            roots[at] = _flipped(roots[at], data)
        case _:
            first, second = second, first
    assert not merkle.is_consistent(first=first, first_root=roots[0], second=second, second_root=roots[1], proof=parts)


def test_no_rewritten_history_is_consistent() -> None:
    """Whichever leaf of the past is changed, left out or moved, no proof of either tree joins the two."""
    for first, second in ((5, 9), (8, 8), (7, 8), (16, 37)):
        honest = merkle.root_of(MANY[:first])
        for at in range(first):
            for past in (
                [*MANY[:at], MANY[-1], *MANY[at + 1 : second]],
                [*MANY[:at], *MANY[at + 1 : second + 1]],
                [*MANY[:at], MANY[at + 1], MANY[at], *MANY[at + 2 : second]]
                if at + 1 < first
                else [MANY[-1], *MANY[1:second]],
            ):
                proofs = (
                    merkle.consistency_proof(merkle.in_memory(past), first, second),
                    merkle.consistency_proof(merkle.in_memory(MANY), first, second),
                )
                root = merkle.root_of(past)
                assert not any(
                    merkle.is_consistent(first=first, first_root=honest, second=second, second_root=root, proof=proof)
                    for proof in proofs
                )


def test_what_cannot_be_asked_is_refused() -> None:
    nodes = merkle.in_memory(LEAVES)
    for index, size in ((-1, 8), (8, 8), (0, 0)):
        with pytest.raises(ValueError, match="no such leaf"):
            merkle.inclusion_proof(nodes, index, size)
    with pytest.raises(ValueError, match="shrink"):
        merkle.consistency_proof(nodes, 3, 2)
    with pytest.raises(ValueError, match="one peak"):
        Frontier(size=3, peaks=(LEAVES[0],))


def _flipped(part: bytes, data: st.DataObject) -> bytes:
    bit = data.draw(st.integers(0, 8 * len(part) - 1))
    return (int.from_bytes(part, "big") ^ (1 << bit)).to_bytes(len(part), "big")
