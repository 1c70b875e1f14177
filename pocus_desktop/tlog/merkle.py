"""Merkle trees as in RFC 9162 section 2.1 (the same as RFC 6962): roots, and proofs of inclusion and consistency.

A leaf is hashed as SHA-256(0x00 || entry), a node as SHA-256(0x01 || left || right). Trees grow to the right only; the
left part of `n` leaves is the largest power of two below `n`.

A perfect subtree is named by its level and index: it covers the leaves from `index << level` to `(index + 1) << level`.
Proofs are made from whatever gives the hashes of perfect subtrees (`Nodes`): leaves in memory, rows, tiles.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

Nodes: TypeAlias = Callable[[int, int], bytes]
"""The hash of a perfect subtree, by level and index."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry's leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two parts."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """All that a tree needs to grow: the roots of its perfect subtrees, from the left, one for each bit of its size.

    Attributes:
        size: How many leaves the tree has.
        peaks: The roots, the largest subtree first.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise ValueError("a tree has one peak for each bit of its size")

    @property
    def root(self) -> bytes:
        """The tree's root."""
        if not self.peaks:
            return EMPTY_ROOT
        *others, found = self.peaks
        for peak in reversed(others):
            found = node_hash(peak, found)
        return found

    def named(self) -> dict[tuple[int, int], bytes]:
        """The peaks by level and index."""
        found: dict[tuple[int, int], bytes] = {}
        begin = 0
        levels = [level for level in range(self.size.bit_length() - 1, -1, -1) if self.size >> level & 1]
        for level, peak in zip(levels, self.peaks, strict=True):
            found[level, begin >> level] = peak
            begin += 1 << level
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """A tree after leaves were added, and what they made.

    Attributes:
        frontier: Of the grown tree.
        made: Every perfect subtree that was completed, leaves included, by level and index.
        before: The peaks of the tree as it was.
    """

    frontier: Frontier
    made: dict[tuple[int, int], bytes]
    before: dict[tuple[int, int], bytes]

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        """The proof that a leaf which was added is in the grown tree; needs no older node than the peaks."""
        return inclusion_proof(self._node, index, self.frontier.size)

    def _node(self, level: int, index: int) -> bytes:
        found = self.made.get((level, index))
        return self.before[level, index] if found is None else found


def grow(frontier: Frontier, leaves: Sequence[bytes]) -> Growth:
    """Add leaves.

    Args:
        frontier: The tree as it is.
        leaves: Hashes of the new leaves, in order.
    """
    size, peaks = frontier.size, list(frontier.peaks)
    made: dict[tuple[int, int], bytes] = {}
    for leaf in leaves:
        level, found = 0, leaf
        made[level, size] = found
        while size >> level & 1:
            found = node_hash(peaks.pop(), found)
            level += 1
            made[level, size >> level] = found
        peaks.append(found)
        size += 1
    return Growth(frontier=Frontier(size=size, peaks=tuple(peaks)), made=made, before=frontier.named())


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    return grow(Frontier(), leaves).frontier.root


def in_memory(leaves: Sequence[bytes]) -> Nodes:
    """The perfect subtrees over leaf hashes."""
    made = grow(Frontier(), leaves).made
    return lambda level, index: made[level, index]


def root_at(nodes: Nodes, size: int) -> bytes:
    """The root that a tree had at an earlier size, or has."""
    return _subtree(nodes, 0, size) if size else EMPTY_ROOT


def inclusion_proof(nodes: Nodes, index: int, size: int) -> tuple[bytes, ...]:
    """The audit path of a leaf (RFC 9162 section 2.1.3.1), from its sibling up.

    Raises:
        ValueError: There is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    begin, end, path = 0, size, list[bytes]()
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_subtree(nodes, middle, end))
            end = middle
        else:
            path.append(_subtree(nodes, begin, middle))
            begin = middle
    return tuple(reversed(path))


def consistency_proof(nodes: Nodes, first: int, second: int) -> tuple[bytes, ...]:
    """The proof that a tree of `second` leaves continues the one of its first `first` (RFC 9162 section 2.1.4.1).

    Empty where the first has no leaves, or both have as many.

    Raises:
        ValueError: The second is the smaller.
    """
    if not 0 <= first <= second:
        raise ValueError("a tree does not shrink")
    if first in {0, second}:
        return ()
    begin, end, proof, is_whole = 0, second, list[bytes](), True
    while first != end:
        middle = begin + _split(end - begin)
        if first <= middle:
            proof.append(_subtree(nodes, middle, end))
            end = middle
        else:
            proof.append(_subtree(nodes, begin, middle))
            begin, is_whole = middle, False
    if not is_whole:
        proof.append(_subtree(nodes, begin, end))
    return tuple(reversed(proof))


def root_from_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root to which an audit path leads (RFC 9162 section 2.1.3.2); None where it has the wrong form."""
    if not 0 <= index < size or any(len(part) != HASH_BYTES for part in proof):
        return None
    at, last, found = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = node_hash(part, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, part)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def is_included(*, leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether an audit path proves that a leaf stands at an index of the tree with that size and root."""
    return root_from_inclusion(leaf=leaf, index=index, size=size, proof=proof) == root


def roots_from_consistency(
    *, first: int, second: int, first_root: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    """Both roots to which a consistency proof leads (RFC 9162 section 2.1.4.2); None where it has the wrong form.

    Args:
        first: Size of the smaller tree, at least 1.
        second: Size of the larger.
        first_root: The smaller tree's root as it was signed: a proof leaves it out where it is a subtree itself.
        proof: Its hashes.
    """
    if not 0 < first < second or not proof or any(len(part) != HASH_BYTES for part in proof):
        return None
    parts = list(proof) if first & (first - 1) else [first_root, *proof]
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = parts[0]
    for part in parts[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            old, new = node_hash(part, old), node_hash(part, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, part)
        at, last = at >> 1, last >> 1
    return (old, new) if last == 0 else None


def is_consistent(*, first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the larger tree begins with all of the smaller one."""
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == EMPTY_ROOT and second > 0
    found = roots_from_consistency(first=first, second=second, first_root=first_root, proof=proof)
    return found == (first_root, second_root)


def _split(size: int) -> int:
    """The largest power of two below a size of at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def _subtree(nodes: Nodes, begin: int, end: int) -> bytes:
    """The hash over the leaves from `begin` to `end`, which is a subtree of some tree."""
    peaks: list[bytes] = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        peaks.append(nodes(level, begin >> level))
        begin += 1 << level
    found = peaks.pop()
    while peaks:
        found = node_hash(peaks.pop(), found)
    return found
