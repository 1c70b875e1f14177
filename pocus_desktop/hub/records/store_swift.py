"""What an envelope costs on PostgreSQL: one look, and one transaction in two trips, in statements written once.

1. Others wait for the log's row while a transaction holds it, so it holds it for two trips to the server, however many
   envelopes it enters: one that takes the row and reads, one that writes all and commits.
2. Statements go to the driver as they stand here, prepared on first use. SQLAlchemy keeps the connections
   (`store_engine.driver`) and stays away from what is sent: building statements took longer than running them.
3. Of the trip that reads, the second statement sees what was committed before the first one got the row, because each
   has a snapshot of its own at READ COMMITTED.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pocus_desktop.hub.arrival import Arrival, Status
from pocus_desktop.hub.records import store_jobs

_BEGIN: Final = b"BEGIN ISOLATION LEVEL READ COMMITTED"
_LOOK: Final = b"""
SELECT wanted.digest, envelope.receipt, quarantine.digest IS NOT NULL
FROM unnest(%(digests)s::text[]) AS wanted(digest)
LEFT JOIN envelope ON envelope.digest = wanted.digest
LEFT JOIN quarantine ON quarantine.digest = wanted.digest
"""
_TAKE: Final = b"SELECT origin, size, peaks, checkpoint FROM log WHERE id = 1 FOR UPDATE"
_READ: Final = b"""
SELECT wish.digest, wish.sitting, envelope.receipt, result.admission_id, result.last_seq, result.is_partial,
    coalesce(move.rank, 0)
FROM unnest(%(digests)s::text[], %(sittings)s::text[]) AS wish(digest, sitting)
LEFT JOIN envelope ON envelope.digest = wish.digest
LEFT JOIN result ON result.sitting = wish.sitting
LEFT JOIN move ON move.digest = result.digest
"""
_WRITE: Final = b"""
WITH entered AS (
    INSERT INTO envelope (digest, sitting, last_seq, is_partial, station, received_at_ms, receipt)
    SELECT * FROM unnest(
        %(digest)s::text[], %(sitting)s::text[], %(last_seq)s::bigint[], %(is_partial)s::boolean[],
        %(station)s::text[], %(received_at_ms)s::bigint[], %(receipt)s::bytea[])
), logged AS (
    INSERT INTO log_entry (number, digest, entry)
    SELECT %(size)s::bigint + place - 1, digest, entry
    FROM unnest(%(digest)s::text[], %(entry)s::bytea[]) WITH ORDINALITY AS new(digest, entry, place)
)
UPDATE log SET size = %(new_size)s::bigint, peaks = %(peaks)s::bytea, checkpoint = %(checkpoint)s::bytea WHERE id = 1
"""
_NOTE: Final = b"""
INSERT INTO result (sitting, admission_id, digest, last_seq, is_partial, candidate_id, attempt, mode, bundle_id,
    bundle_version, status, problem, has_fork)
SELECT *, 'received', '', false FROM unnest(
    %(sitting)s::text[], %(admission_id)s::text[], %(digest)s::text[], %(last_seq)s::bigint[],
    %(is_partial)s::boolean[], %(candidate_id)s::text[], %(attempt)s::integer[], %(mode)s::text[],
    %(bundle_id)s::text[], %(bundle_version)s::bigint[])
ON CONFLICT (sitting) DO UPDATE SET digest = excluded.digest, last_seq = excluded.last_seq,
    is_partial = excluded.is_partial, candidate_id = excluded.candidate_id, attempt = excluded.attempt,
    mode = excluded.mode, bundle_id = excluded.bundle_id, bundle_version = excluded.bundle_version,
    status = excluded.status, problem = '', report = NULL, settled_at_ms = NULL
"""
_NOTED: Final = (
    *("sitting", "admission_id", "digest", "last_seq", "is_partial", "candidate_id", "attempt", "mode", "bundle_id"),
    "bundle_version",
)
_STALE: Final = b"UPDATE result SET status = %(status)s WHERE sitting = ANY(%(sittings)s::text[])"
_MOVED: Final = b"""
INSERT INTO move (digest, sitting, rank, centre_signing_id, remark)
SELECT *, '' FROM unnest(%(digest)s::text[], %(sitting)s::text[], %(rank)s::integer[], %(centre)s::text[])
"""
_TILES: Final = b"""
INSERT INTO log_tile (level, number, root)
SELECT * FROM unnest(%(level)s::integer[], %(number)s::bigint[], %(root)s::bytea[])
"""

if TYPE_CHECKING:
    from psycopg import Connection, Cursor

Driver: TypeAlias = "Connection[tuple[Any, ...]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the records hold about one wish; `receipt` and `admission_id` are None where they hold nothing."""

    digest: str
    sitting: str
    receipt: bytes | None
    admission_id: str | None
    last_seq: int
    is_partial: bool
    rank: int


def look(driver: Driver, digests: Sequence[str]) -> dict[str, tuple[bytes | None, bool]]:
    """By digest: the receipt that was given, and whether it was refused before."""
    rows = _run(driver, _LOOK, {"digests": list(digests)}).fetchall()
    return {digest: (receipt, was_refused) for digest, receipt, was_refused in rows}


def take(driver: Driver, digests: Sequence[str], sittings: Sequence[str]) -> tuple[Any, list[Known]]:
    """The first trip: begin, take the log's row (None where it is gone), and read what is known of each wish."""
    with driver.pipeline():
        _run(driver, _BEGIN)
        state = _run(driver, _TAKE)
        known = _run(driver, _READ, {"digests": list(digests), "sittings": list(sittings)})
    return state.fetchone(), [
        Known(
            digest=digest,
            sitting=sitting,
            receipt=receipt,
            admission_id=admission_id,
            last_seq=last_seq or 0,
            is_partial=bool(is_partial),
            rank=rank,
        )
        for digest, sitting, receipt, admission_id, last_seq, is_partial, rank in known.fetchall()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one transaction writes.

    Attributes:
        entered: Fresh envelopes, in order.
        receipts: Of each, by digest.
        entries: What the log holds for each, in order.
        size: The log's, before.
        log: What changes in its row.
        tiles: Roots of tiles that were filled.
        speaking: Of sittings, the envelope that speaks now.
        stale: Sittings that have to be looked at again though another envelope speaks.
        jobs: Sittings that want a job.
    """

    entered: Sequence[Arrival]
    receipts: Mapping[str, bytes]
    entries: Sequence[bytes]
    size: int
    log: Mapping[str, object]
    tiles: Sequence[Mapping[str, object]]
    speaking: Mapping[str, Arrival]
    stale: Sequence[str]
    jobs: Sequence[str]


def write(driver: Driver, change: Change) -> None:
    """The second trip: write all and commit; with nothing to write, only let the row go."""
    with driver.pipeline():
        for statement, values in _statements(change) if change.entered else ():
            _run(driver, statement, values)
        _run(driver, b"COMMIT")


def _statements(change: Change) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
    entered = change.entered
    of_envelopes = _columns(entered, "digest", "sitting", "last_seq", "is_partial", "station", "received_at_ms")
    yield (
        _WRITE,
        {
            **of_envelopes,
            "receipt": [change.receipts[one.digest] for one in entered],
            "entry": list(change.entries),
            "size": change.size,
            "new_size": change.log["size"],
            "peaks": change.log["peaks"],
            "checkpoint": change.log["checkpoint"],
        },
    )
    if change.speaking:
        yield _NOTE, _columns(list(change.speaking.values()), *_NOTED)
    if change.stale:
        yield _STALE, {"sittings": list(change.stale), "status": Status.RECEIVED.value}
    moved = [one for one in entered if one.rank]
    if moved:
        yield _MOVED, _columns(moved, "digest", "sitting", "rank", "centre")
    if change.tiles:
        yield _TILES, {name: [tile[name] for tile in change.tiles] for name in ("level", "number", "root")}
    if change.jobs:
        yield store_jobs.ENTER.encode(), store_jobs.of(change.jobs)


def _columns(rows: Sequence[Arrival], *names: str) -> dict[str, list[Any]]:
    return {name: [getattr(row, name) for row in rows] for name in names}


def _run(driver: Driver, statement: bytes, values: Mapping[str, Any] | None = None) -> "Cursor[tuple[Any, ...]]":
    return driver.execute(statement, values, prepare=True, binary=True)
