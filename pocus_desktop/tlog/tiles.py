"""A log as static files (C2SP tlog-tiles v1): the checkpoint, hashes in tiles of 256, entries in bundles of 256.

    checkpoint
    tile/<level>/<n>[.p/<width>]      hashes of perfect subtrees of 256**level leaves
    tile/entries/<n>[.p/<width>]      each entry after its length in two bytes, big-endian

`n` is written in groups of three digits, all but the last with an `x` before it: 1234067 is `x001/x234/067`. A part at
the right edge that is not full says its width. No part ever changes; only the checkpoint does.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pocus_desktop.tlog.errors import DamagedLogError, IncompleteLogError
from pocus_desktop.tlog.merkle import HASH_BYTES, node_hash

CHECKPOINT: Final = "checkpoint"
WIDTH: Final = 256
HEIGHT: Final = 8
"""Levels of the tree in one tile."""

HIGHEST_LEVEL: Final = 7
LONGEST_ENTRY: Final = 2**16 - 1

Read: TypeAlias = Callable[[str], bytes | None]
"""Gives a part of a log by its path; None where there is none."""

_PATH: Final = re.compile(r"tile/(0|[1-7]|entries)/((?:x[0-9]{3}/){0,4}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which file of a log.

    Attributes:
        level: Of a tile; `entries` for a bundle of entries.
        index: Its number within the level.
        width: How many hashes or entries it has; 256 where it is full.
    """

    level: int | Literal["entries"]
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Its path below the log's address."""
        digits = f"{self.index:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join((*(f"x{group}" for group in groups[:-1]), groups[-1]))
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{self.level}/{number}{partial}"

    @property
    def end(self) -> int:
        """How many leaves a log has at least where this part exists."""
        level = 0 if self.level == "entries" else self.level
        return (self.index * WIDTH + self.width) << (HEIGHT * level)

    @classmethod
    def parse(cls, path: str) -> "Part | None":
        """The part of a path; None where a path is not written as one must be."""
        found = _PATH.fullmatch(path)
        if found is None:
            return None
        level, number, width = found.groups()
        part = cls(
            level="entries" if level == "entries" else int(level),
            index=int(number.replace("x", "").replace("/", "")),
            width=WIDTH if width is None else int(width),
        )
        return part if part.path == path else None


def parts(size: int) -> Iterator[Part]:
    """Every part of a log of a size: all levels of tiles, then the bundles of entries."""
    level = 0
    while (count := size >> (HEIGHT * level)) > 0:
        yield from _row(level, count)
        level += 1
    yield from _row("entries", size)


def pack_entries(entries: list[bytes]) -> bytes:
    """A bundle of entries."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack_entries(data: bytes, part: Part) -> tuple[bytes, ...]:
    """The entries of a bundle.

    Raises:
        DamagedLogError: It is not a bundle of that width.
    """
    found: list[bytes] = []
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        found.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    if at != len(data) or len(found) != part.width:
        raise DamagedLogError(part=part.path)
    return tuple(found)


class Tiles:
    """The perfect subtrees of a log of one size, from its tiles; give `node` to the functions of `merkle`.

    What it gives is as good as what it reads: a proof made from it is verified against signed heads.
    """

    def __init__(self, read: Read, size: int) -> None:
        self._read = read
        self._size = size
        self._known: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        """The hash of a perfect subtree.

        Raises:
            IncompleteLogError: The tile is missing, or shorter than the size needs.
        """
        row, height = divmod(level, HEIGHT)
        first = index << height
        hashes = self._tile(row, first // WIDTH)
        begin = first % WIDTH * HASH_BYTES
        found = [hashes[at : at + HASH_BYTES] for at in range(begin, begin + (HASH_BYTES << height), HASH_BYTES)]
        while len(found) > 1:
            found = [node_hash(found[at], found[at + 1]) for at in range(0, len(found), 2)]
        return found[0]

    def _tile(self, level: int, index: int) -> bytes:
        known = self._known.get((level, index))
        if known is not None:
            return known
        width = min(WIDTH, (self._size >> (HEIGHT * level)) - index * WIDTH)
        part = Part(level=level, index=index, width=width)
        data = self._read(part.path)
        if data is None and width < WIDTH:  # it may have been filled since
            data = self._read(Part(level=level, index=index).path)
        if data is None or len(data) < width * HASH_BYTES:
            raise IncompleteLogError(part=part.path)
        self._known[level, index] = data[: width * HASH_BYTES]
        return self._known[level, index]


def _row(level: int | Literal["entries"], count: int) -> Iterator[Part]:
    full, rest = divmod(count, WIDTH)
    for index in range(full):
        yield Part(level=level, index=index)
    if rest:
        yield Part(level=level, index=full, width=rest)
