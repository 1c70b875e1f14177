"""The log's rows: its one row of state, its entries, and the roots of its full tiles (formats/log 4).

Every function works on the caller's connection and in its transaction. Whoever appends takes the row of state first
(`take`), so that entries have one order without a gap whatever processes write; the peaks in that row are all that a
tree needs to grow. Roots of full tiles are kept so that old parts of a large tree need not be hashed again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, UniqueConstraint, func, select
from sqlalchemy.engine import Connection

from pocus_desktop.hub.errors import LogDamagedError
from pocus_desktop.hub.records.store_tables import ENVELOPE, META
from pocus_desktop.tlog import merkle
from pocus_desktop.tlog.head import Head
from pocus_desktop.tlog.merkle import HASH_BYTES, Frontier, Growth
from pocus_desktop.tlog.tiles import CHECKPOINT, HEIGHT, WIDTH, Part, pack_entries

LOG: Final = Table(
    "log",
    META,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("origin", String(120), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    Column("checkpoint", LargeBinary, nullable=False),
)
LOG_ENTRY: Final = Table(
    "log_entry",
    META,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("entry", LargeBinary, nullable=False),
    UniqueConstraint("digest", name="log_entry_digest"),
)
LOG_TILE: Final = Table(
    "log_tile",
    META,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
)
"""The root of the full tile `number` of each level: a hash in a tile of the level above."""

Sign = Callable[[Head], bytes]
"""Makes the checkpoint of a head."""

_THE_ONE: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """The log as it stands.

    Attributes:
        frontier: Its tree.
        checkpoint: Its signed head.
    """

    origin: str
    frontier: Frontier
    checkpoint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """What is to be entered: for which envelope, and the 32 bytes."""

    digest: str
    entry: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """A log with new entries.

    Attributes:
        state: As it was.
        growth: What was made of its tree.
        checkpoint: The signed head that covers them.
    """

    state: LogState
    entries: tuple[NewEntry, ...]
    growth: Growth
    checkpoint: bytes

    def row(self) -> dict[str, Any]:
        """What changes in the row of state."""
        frontier = self.growth.frontier
        return {"size": frontier.size, "peaks": b"".join(frontier.peaks), "checkpoint": self.checkpoint}

    def tiles(self) -> list[dict[str, Any]]:
        """Rows of the tiles that were filled."""
        return [
            {"level": level // HEIGHT - 1, "number": number, "root": root}
            for (level, number), root in self.growth.made.items()
            if level and level % HEIGHT == 0
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An entry as it stands in the log, and the receipt of its envelope; None where there is no such envelope."""

    number: int
    digest: str
    entry: bytes
    receipt: bytes | None


def take(connection: Connection) -> LogState | None:
    """The log's state, which no one else changes before this transaction ends; None before it was begun."""
    return _state(connection, is_taken=True)


def look(connection: Connection) -> LogState | None:
    """The log's state; None before it was begun."""
    return _state(connection, is_taken=False)


def begin(connection: Connection, origin: str, sign: Sign) -> LogState:
    """Begin the log, empty."""
    checkpoint = sign(Head(origin=origin, size=0, root=merkle.EMPTY_ROOT))
    connection.execute(LOG.insert().values(id=_THE_ONE, origin=origin, size=0, peaks=b"", checkpoint=checkpoint))
    return LogState(origin=origin, frontier=Frontier(), checkpoint=checkpoint)


def grown(state: LogState, entries: Sequence[NewEntry], sign: Sign) -> Appended:
    """A log with entries appended, not written yet."""
    growth = merkle.grow(state.frontier, [merkle.leaf_hash(new.entry) for new in entries])
    head = Head(origin=state.origin, size=growth.frontier.size, root=growth.frontier.root)
    return Appended(state=state, entries=tuple(entries), growth=growth, checkpoint=sign(head))


def write(connection: Connection, appended: Appended) -> None:
    """Write what was appended to a log that was taken."""
    rows = [
        {"number": number, "digest": new.digest, "entry": new.entry}
        for number, new in enumerate(appended.entries, start=appended.state.frontier.size)
    ]
    connection.execute(LOG_ENTRY.insert(), rows)
    full = appended.tiles()
    if full:
        connection.execute(LOG_TILE.insert(), full)
    connection.execute(LOG.update().where(LOG.c.id == _THE_ONE).values(**appended.row()))


def sign_again(connection: Connection, sign: Sign) -> None:
    """Sign the head anew, as it stands."""
    state = take(connection)
    if state is not None:
        head = Head(origin=state.origin, size=state.frontier.size, root=state.frontier.root)
        connection.execute(LOG.update().where(LOG.c.id == _THE_ONE).values(checkpoint=sign(head)))


def count(connection: Connection) -> int:
    """How many entries are stored."""
    return connection.execute(select(func.count()).select_from(LOG_ENTRY)).scalar_one()


def not_entered(connection: Connection, most: int | None) -> list[tuple[str, bytes]]:
    """Envelopes that the log does not hold, with their receipts, in the order in which they came."""
    chosen = (
        select(ENVELOPE.c.digest, ENVELOPE.c.receipt)
        .outerjoin(LOG_ENTRY, LOG_ENTRY.c.digest == ENVELOPE.c.digest)
        .where(LOG_ENTRY.c.digest.is_(None))
        .order_by(ENVELOPE.c.received_at_ms, ENVELOPE.c.digest)
        .limit(most)
    )
    return [(row.digest, bytes(row.receipt)) for row in connection.execute(chosen)]


def entries(connection: Connection, begin: int, end: int) -> list[bytes]:
    """Entries in order; fewer where there are not so many."""
    chosen = select(LOG_ENTRY.c.entry).where(LOG_ENTRY.c.number >= begin, LOG_ENTRY.c.number < end)
    return [bytes(entry) for entry in connection.execute(chosen.order_by(LOG_ENTRY.c.number)).scalars()]


def tile_roots(connection: Connection, level: int, begin: int, end: int) -> list[bytes]:
    """Roots of full tiles of a level, in order; fewer where there are not so many."""
    chosen = select(LOG_TILE.c.root).where(
        LOG_TILE.c.level == level, LOG_TILE.c.number >= begin, LOG_TILE.c.number < end
    )
    return [bytes(root) for root in connection.execute(chosen.order_by(LOG_TILE.c.number)).scalars()]


def part(connection: Connection, wanted: Part) -> bytes | None:
    """A tile or a bundle of entries; None where the log has not so many."""
    begin, end = wanted.index * WIDTH, wanted.index * WIDTH + wanted.width
    if wanted.level == "entries":
        found = entries(connection, begin, end)
        return pack_entries(found) if len(found) == wanted.width else None
    if wanted.level == 0:
        hashes = [merkle.leaf_hash(entry) for entry in entries(connection, begin, end)]
    else:
        hashes = tile_roots(connection, wanted.level - 1, begin, end)
    return b"".join(hashes) if len(hashes) == wanted.width else None


def held(connection: Connection, after: int, at_once: int) -> list[Held]:
    """The entries that follow a number with their receipts, in order, at most so many; fewer at the log's end."""
    chosen = (
        select(LOG_ENTRY.c.number, LOG_ENTRY.c.digest, LOG_ENTRY.c.entry, ENVELOPE.c.receipt)
        .outerjoin(ENVELOPE, ENVELOPE.c.digest == LOG_ENTRY.c.digest)
        .where(LOG_ENTRY.c.number > after)
        .order_by(LOG_ENTRY.c.number)
        .limit(at_once)
    )
    return [
        Held(
            number=row.number,
            digest=row.digest,
            entry=bytes(row.entry),
            receipt=None if row.receipt is None else bytes(row.receipt),
        )
        for row in connection.execute(chosen)
    ]


def state_of(origin: str, size: int, peaks: bytes, checkpoint: bytes) -> LogState:
    """The log's row as it stands; what is signed is verified on opening.

    Raises:
        LogDamagedError: Its parts do not belong together.
    """
    parts = tuple(peaks[at : at + HASH_BYTES] for at in range(0, len(peaks), HASH_BYTES))
    try:
        frontier = Frontier(size=size, peaks=parts)
    except ValueError as problem:
        raise LogDamagedError(part=CHECKPOINT, reason=str(problem)) from problem
    signed = Head(origin=origin, size=frontier.size, root=frontier.root)
    if not checkpoint.startswith(signed.text().encode()):
        raise LogDamagedError(part=CHECKPOINT, reason="another tree than was signed")
    return LogState(origin=origin, frontier=frontier, checkpoint=checkpoint)


def _state(connection: Connection, *, is_taken: bool) -> LogState | None:
    chosen = select(LOG).where(LOG.c.id == _THE_ONE)
    row = connection.execute(chosen.with_for_update() if is_taken else chosen).one_or_none()
    return None if row is None else state_of(row.origin, row.size, bytes(row.peaks), bytes(row.checkpoint))
