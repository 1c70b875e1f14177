"""What an envelope costs on PostgreSQL: one look, and one transaction in two trips, in statements written once.

1. Others wait for the log's row while a transaction holds it, so it holds it for two trips to the server, however many
   envelopes it enters: one that takes the row and reads, one that writes all and commits.
2. Statements go to the driver as they stand here, prepared on first use. SQLAlchemy keeps the connections
   (`store_engine.driver`) and stays away from what is sent: building statements took longer than running them.
3. Whatever is written goes as one JSON document: the driver takes a list apart value by value. What is only looked for
   goes as lists: of JSON the planner expects a hundred rows, for which it reads whole tables.
4. Of the trip that reads, the second statement sees what was committed before the first one got the row, because each
   has a snapshot of its own at READ COMMITTED.
"""

import json
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
WITH change AS (SELECT %(change)s::jsonb AS told
), entered AS (
    INSERT INTO envelope (digest, sitting, last_seq, is_partial, station, received_at_ms, receipt)
    SELECT digest, sitting, last_seq, is_partial, station, received_at_ms, decode(receipt, 'hex')
    FROM change, jsonb_to_recordset(told->'entered') AS one(
        digest text, sitting text, last_seq bigint, is_partial boolean, station text, received_at_ms bigint,
        receipt text)
), logged AS (
    INSERT INTO log_entry (number, digest, entry)
    SELECT number, digest, decode(entry, 'hex')
    FROM change, jsonb_to_recordset(told->'entered') AS one(number bigint, digest text, entry text)
), spoken AS (
    INSERT INTO result (sitting, admission_id, digest, last_seq, is_partial, candidate_id, attempt, mode, bundle_id,
        bundle_version, status, problem, has_fork)
    SELECT one.*, 'received', '', false
    FROM change, jsonb_to_recordset(told->'speaking') AS one(
        sitting text, admission_id text, digest text, last_seq bigint, is_partial boolean, candidate_id text,
        attempt integer, mode text, bundle_id text, bundle_version bigint)
    ON CONFLICT (sitting) DO UPDATE SET digest = excluded.digest, last_seq = excluded.last_seq,
        is_partial = excluded.is_partial, candidate_id = excluded.candidate_id, attempt = excluded.attempt,
        mode = excluded.mode, bundle_id = excluded.bundle_id, bundle_version = excluded.bundle_version,
        status = excluded.status, problem = '', report = NULL, settled_at_ms = NULL
), filled AS (
    INSERT INTO log_tile (level, number, root)
    SELECT level, number, decode(root, 'hex')
    FROM change, jsonb_to_recordset(told->'tiles') AS one(level integer, number bigint, root text)
)
UPDATE log SET size = (told->>'size')::bigint, peaks = decode(told->>'peaks', 'hex'),
    checkpoint = decode(told->>'checkpoint', 'hex')
FROM change WHERE id = 1
"""
_SPOKEN: Final = (
    *("sitting", "admission_id", "digest", "last_seq", "is_partial", "candidate_id", "attempt", "mode", "bundle_id"),
    "bundle_version",
)
_ENTERED: Final = ("digest", "sitting", "last_seq", "is_partial", "station", "received_at_ms")
_STALE: Final = b"UPDATE result SET status = %(status)s WHERE sitting = ANY(%(sittings)s::text[])"
_MOVED: Final = b"""
INSERT INTO move (digest, sitting, rank, centre_signing_id, remark)
SELECT digest, sitting, rank, centre, ''
FROM json_to_recordset(%(moved)s::json) AS one(digest text, sitting text, rank integer, centre text)
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
    log: Mapping[str, Any]
    tiles: Sequence[Mapping[str, Any]]
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
    entered = [
        {**_told(one, _ENTERED), "receipt": change.receipts[one.digest].hex(), "number": number, "entry": entry.hex()}
        for number, (one, entry) in enumerate(zip(change.entered, change.entries, strict=True), start=change.size)
    ]
    told = {
        "entered": entered,
        "speaking": [_told(one, _SPOKEN) for one in change.speaking.values()],
        "tiles": [{**tile, "root": tile["root"].hex()} for tile in change.tiles],
        "size": change.log["size"],
        "peaks": change.log["peaks"].hex(),
        "checkpoint": change.log["checkpoint"].hex(),
    }
    yield _WRITE, {"change": json.dumps(told)}
    if change.stale:
        yield _STALE, {"sittings": list(change.stale), "status": Status.RECEIVED.value}
    moved = [_told(one, ("digest", "sitting", "rank", "centre")) for one in change.entered if one.rank]
    if moved:
        yield _MOVED, {"moved": json.dumps(moved)}
    if change.jobs:
        yield store_jobs.ENTER.encode(), store_jobs.of(change.jobs)


def _told(row: Arrival, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _run(driver: Driver, statement: bytes, values: Mapping[str, Any] | None = None) -> "Cursor[tuple[Any, ...]]":
    return driver.execute(statement, values, prepare=True, binary=True)
