"""What the log costs at a million entries: appending and proving, beside hashing alone.

The reference is one pass of hashing over all leaves, with nothing kept: what who keeps no tree has to do for each head
and each proof.
"""

import hashlib
import time

from benchmarks.claim import Claim, at_most
from pocus_desktop.tlog import merkle
from pocus_desktop.tlog.merkle import Frontier
from pocus_desktop.tlog.tiles import HEIGHT, WIDTH, Part, Tiles

SIZE = 1_000_000
APPENDED = 20_000
PROVED = 200


def run() -> list[Claim]:
    """Build a tree of a million leaves by appending, then prove from its tiles."""
    leaves = [merkle.leaf_hash(number.to_bytes(32, "big")) for number in range(SIZE)]
    grown, rows = Frontier(), dict[int, list[bytes]]({0: leaves})
    begun = time.perf_counter()
    for at in range(0, SIZE, WIDTH):
        growth = merkle.grow(grown, leaves[at : at + WIDTH])
        grown = growth.frontier
        for (level, _), root in growth.made.items():
            if level and level % HEIGHT == 0:
                rows.setdefault(level // HEIGHT, []).append(root)
    built = time.perf_counter() - begun
    begun = time.perf_counter()
    plain = _plain_root(leaves)
    hashed = time.perf_counter() - begun
    assert plain == grown.root
    one_by_one = _appended_alone(grown)

    def read(path: str) -> bytes | None:
        part = Part.parse(path)
        assert part is not None
        assert part.level != "entries"
        return b"".join(rows[part.level][part.index * WIDTH : part.index * WIDTH + part.width])

    begun = time.perf_counter()
    for number in range(PROVED):
        index = number * (SIZE // PROVED)
        proof = merkle.inclusion_proof(Tiles(read, SIZE).node, index, SIZE)
        assert merkle.is_included(leaf=leaves[index], index=index, size=SIZE, root=grown.root, proof=proof)
    included = (time.perf_counter() - begun) / PROVED
    sizes = [number * (SIZE // PROVED) for number in range(1, PROVED)]
    before = {size: _plain_root(leaves[:size]) for size in sizes}
    begun = time.perf_counter()
    for size in sizes:
        proof = merkle.consistency_proof(Tiles(read, SIZE).node, size, SIZE)
        assert merkle.is_consistent(
            first=size, first_root=before[size], second=SIZE, second_root=grown.root, proof=proof
        )
    consistent = (time.perf_counter() - begun) / len(sizes)
    return [
        at_most("log: build 1 000 000 entries, beside hashing them", ours=built, reference=hashed, unit="s", goal=5),
        at_most(
            "log: append one to 1 000 000, beside hashing all again",
            ours=one_by_one, reference=hashed, unit="s", goal=0.001,
        ),
        at_most(
            "log: prove inclusion among 1 000 000 from tiles", ours=included, reference=hashed, unit="s", goal=0.01
        ),
        at_most(
            "log: prove consistency at 1 000 000 from tiles", ours=consistent, reference=hashed, unit="s", goal=0.01
        ),
    ]  # fmt: skip


def _appended_alone(grown: Frontier) -> float:
    """Seconds for one append with its proof, each as a transaction does it: from the peaks alone."""
    begun = time.perf_counter()
    for number in range(APPENDED):
        growth = merkle.grow(grown, [merkle.leaf_hash(number.to_bytes(32, "little"))])
        growth.inclusion(grown.size)
        grown = growth.frontier
        assert grown.root
    return (time.perf_counter() - begun) / APPENDED


def _plain_root(leaves: list[bytes]) -> bytes:
    """Hashing alone, level by level, with nothing kept."""
    row = leaves
    while len(row) > 1:
        even = [hashlib.sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)]
        row = [*even, row[-1]] if len(row) % 2 else even
    return row[0]
