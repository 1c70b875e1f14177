"""A copy of a log, wherever it lies: what it proves, and what it shows to be false (formats/log 6, 7).

A copy is believed as far as its hashes lead to its signed head. What does not lead there is damage, which proves
nothing; what does, and contradicts another signed head, is a fork, which proves itself to anyone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, to_base64
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical
from pocus_desktop.tlog import head as heads
from pocus_desktop.tlog import merkle
from pocus_desktop.tlog.errors import (
    BadProofError,
    DamagedLogError,
    ForkedLogError,
    IncompleteLogError,
    NotIncludedError,
    OtherLogError,
    UnprovedLogError,
)
from pocus_desktop.tlog.head import SignedHead
from pocus_desktop.tlog.merkle import Frontier
from pocus_desktop.tlog.tiles import CHECKPOINT, WIDTH, Part, Read, Tiles, parts, unpack_entries

FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """Two signed heads that cannot both be true, and what shows it; verifies for itself.

    Attributes:
        first: The checkpoint of the smaller size.
        second: That of the larger, or of the same.
        first_root: The root that the second's tree had at the first's size.
        proof: Consistency from there to the second.
    """

    first: bytes
    second: bytes
    first_root: bytes
    proof: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """As it is kept and shown to others."""
        return canonical.encode(
            {
                "format": FORMAT,
                "code": ForkedLogError.code,
                "first": self.first.decode(),
                "second": self.second.decode(),
                "first_root": to_base64(self.first_root),
                "proof": [to_base64(part) for part in self.proof],
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "Fork":
        """Read what someone shows.

        Raises:
            BadProofError: It is something else.
        """
        try:
            document = canonical.decode(data)
            assert isinstance(document, dict)  # noqa: S101 - told below, as any other text that is none
            proof = document["proof"]
            assert isinstance(proof, list)  # noqa: S101 - likewise
            return cls(
                first=str(document["first"]).encode(),
                second=str(document["second"]).encode(),
                first_root=from_base64(str(document["first_root"]), field="first_root"),
                proof=tuple(from_base64(str(part), field="proof") for part in proof),
            )
        except (canonical.BadJsonError, BadEncodingError, AssertionError, KeyError, UnicodeEncodeError) as problem:
            raise BadProofError(reason="it shows no fork") from problem

    def verify(self, keys: Iterable[PublicKey]) -> tuple[SignedHead, SignedHead]:
        """Both heads, where it is one.

        Raises:
            BadProofError: It shows none.
            TlogError: The heads are not signed by trusted keys, or not of one log.
        """
        trusted = tuple(keys)
        second = heads.verify(self.second, trusted)
        first = heads.verify(self.first, trusted, origin=second.head.origin)
        is_shown = first.head.root != self.first_root and merkle.is_consistent(
            first=first.head.size,
            first_root=self.first_root,
            second=second.head.size,
            second_root=second.head.root,
            proof=self.proof,
        )
        if not is_shown:
            raise BadProofError(reason="it shows no fork")
        return first, second


class ForkFoundError(ForkedLogError):
    """A fork, with what shows it."""

    def __init__(self, fork: Fork, first: SignedHead, second: SignedHead) -> None:
        super().__init__(origin=first.head.origin, first=first.head.size, second=second.head.size)
        self.fork = fork


class LogCopy:
    """A copy and its signed head."""

    def __init__(self, read: Read, keys: Iterable[PublicKey], *, origin: str | None = None) -> None:
        """Read the head.

        Args:
            read: Gives the copy's parts.
            keys: Whose signature makes it the academy's.
            origin: Of which log it must be, where that is known.

        Raises:
            IncompleteLogError: There is no head.
            TlogError: It is not signed by a trusted key, or of another log.
        """
        checkpoint = read(CHECKPOINT)
        if checkpoint is None:
            raise IncompleteLogError(part=CHECKPOINT)
        self.head = heads.verify(checkpoint, keys, origin=origin)
        self._read = read
        self._tiles = Tiles(read, self.head.head.size)

    def require_entry(self, entry: bytes, index: int) -> None:
        """An entry stands at a place of the log.

        Raises:
            NotIncludedError: It does not.
            IncompleteLogError, DamagedLogError: The copy cannot tell.
        """
        head = self.head.head
        if index >= head.size:
            raise NotIncludedError(origin=head.origin, index=index, size=head.size)
        path = merkle.inclusion_proof(self._tiles.node, index, head.size)
        held = self._tiles.node(0, index)
        if not merkle.is_included(leaf=held, index=index, size=head.size, root=head.root, proof=path):
            raise DamagedLogError(part=Part(level=0, index=index // WIDTH).path)
        if held != merkle.leaf_hash(entry):
            raise NotIncludedError(origin=head.origin, index=index, size=head.size)

    def find(self, entry: bytes) -> int | None:
        """Where an entry stands, by looking at all; None where the log does not have it.

        Raises:
            IncompleteLogError, DamagedLogError: The copy cannot tell.
        """
        found: list[int] = []
        leaf = merkle.leaf_hash(entry)
        self._over_leaves(lambda index, other: found.append(index) if other == leaf else None)
        return found[0] if found else None

    def require_continues(self, other: SignedHead) -> None:
        """This log continues the one of another signed head.

        Raises:
            ForkFoundError: It does not, and both are signed.
            OtherLogError: They are two logs.
            UnprovedLogError: The copy is older than the other head.
            IncompleteLogError, DamagedLogError: The copy cannot tell.
        """
        head, first = self.head.head, other.head
        if head.origin != first.origin:
            raise OtherLogError(origin=head.origin, expected=first.origin)
        if first.size > head.size:
            raise UnprovedLogError(origin=head.origin, first=first.size, second=head.size)
        if first.size == head.size:
            held, proof = head.root, tuple[bytes, ...]()
        else:
            held = merkle.root_at(self._tiles.node, first.size)
            proof = merkle.consistency_proof(self._tiles.node, first.size, head.size)
            if not merkle.is_consistent(
                first=first.size, first_root=held, second=head.size, second_root=head.root, proof=proof
            ):
                raise DamagedLogError(part=f"tiles at {first.size}")
        if held != first.root:
            fork = Fork(first=other.checkpoint, second=self.head.checkpoint, first_root=held, proof=proof)
            raise ForkFoundError(fork, other, self.head)

    def audit(self) -> int:
        """Recompute the whole log from its entries, and compare what tiles there are; how many entries were read.

        Raises:
            IncompleteLogError: A bundle of entries is missing.
            DamagedLogError: A tile, or the root, is not what the entries make.
        """
        head = self.head.head
        made = _Rows()
        self._over_leaves(made.add)
        for part in parts(head.size):
            data = self._read(part.path) if part.level != "entries" else None
            if data is not None and data != made.tile(part):
                raise DamagedLogError(part=part.path)
        return head.size

    def _over_leaves(self, tell: Callable[[int, bytes], object]) -> None:
        grown = Frontier()
        for part in (part for part in parts(self.head.head.size) if part.level == "entries"):
            data = self._read(part.path)
            if data is None:
                raise IncompleteLogError(part=part.path)
            leaves = [merkle.leaf_hash(entry) for entry in unpack_entries(data, part)]
            for at, leaf in enumerate(leaves, start=part.index * WIDTH):
                tell(at, leaf)
            grown = merkle.grow(grown, leaves).frontier
        if grown.root != self.head.head.root:
            raise DamagedLogError(part=CHECKPOINT)


class _Rows:
    """The hashes that tiles of each level hold, made from the leaves as they come."""

    def __init__(self) -> None:
        self._rows: list[list[bytes]] = [[]]

    def add(self, _index: int, leaf: bytes) -> None:
        """One more leaf."""
        level, found = 0, leaf
        while True:
            if level == len(self._rows):
                self._rows.append([])
            self._rows[level].append(found)
            if len(self._rows[level]) % WIDTH:
                return
            found = merkle.root_of(self._rows[level][-WIDTH:])
            level += 1

    def tile(self, part: Part) -> bytes:
        """The bytes that a tile must have."""
        assert part.level != "entries"  # noqa: S101 - its caller looked
        begin = part.index * WIDTH
        return b"".join(self._rows[part.level][begin : begin + part.width])
