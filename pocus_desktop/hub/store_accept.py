"""Accepting envelopes: rows, log entries and receipts in one transaction (formats/log 4.1, formats/sync 5.3, 5.4).

1. The log's row is taken before anything is looked at: from then on no other acceptance is under way anywhere.
2. Bytes that are held are answered with the receipt that was given.
3. A sitting keeps the admission that it came with first.
4. All others are entered in order under one signed head, each with a receipt that proves it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from pocus_desktop.hub import store_log, store_moves
from pocus_desktop.hub.arrival import Accepted, Arrival, Status, Wish
from pocus_desktop.hub.errors import LogDamagedError, SittingConflictError
from pocus_desktop.hub.store_log import NewEntry, Sign
from pocus_desktop.hub.store_tables import ENVELOPE, RESULT
from pocus_desktop.sitting.receipt import with_proof
from pocus_desktop.tlog.proof import Proof
from pocus_desktop.tlog.tiles import CHECKPOINT

_RANK: Final = "rank"
"""Of the envelope that speaks, beside its sitting's columns; it stands in a table of its own (`hub.store_moves`)."""

_SPEAKING: Final = (
    "digest",
    "last_seq",
    "is_partial",
    "candidate_id",
    "attempt",
    "mode",
    "bundle_id",
    "bundle_version",
    "status",
    "problem",
    "report",
    "settled_at_ms",
)


def accept_all(connection: Connection, wishes: Sequence[Wish], sign: Sign) -> list[Accepted | SittingConflictError]:
    """Accept envelopes in the order given; an outcome for each.

    Raises:
        LogDamagedError: The log's row is gone.
    """
    state = store_log.take(connection)
    if state is None:
        raise LogDamagedError(part=CHECKPOINT, reason="it is gone")
    given = _receipts(connection, [wish.arrival.digest for wish in wishes])
    speaking = _speaking(connection, {wish.arrival.sitting for wish in wishes})
    known = set(speaking)
    entered: dict[str, Wish] = {}
    conflicts: dict[str, SittingConflictError] = {}
    for wish in wishes:
        arrival = wish.arrival
        if arrival.digest in given or arrival.digest in entered or arrival.digest in conflicts:
            continue
        row = speaking.get(arrival.sitting)
        if row is not None and row["admission_id"] != arrival.admission_id:
            conflicts[arrival.digest] = SittingConflictError(sitting=arrival.sitting)
            continue
        speaking[arrival.sitting] = _after(row, arrival)
        entered[arrival.digest] = wish
    if entered:
        receipts = _enter(connection, state, list(entered.values()), sign)
        _note(connection, [speaking[sitting] for sitting in {wish.arrival.sitting for wish in entered.values()}], known)
        given.update(receipts)
    fresh = set(entered)
    outcomes: list[Accepted | SittingConflictError] = []
    for wish in wishes:
        digest = wish.arrival.digest
        outcomes.append(conflicts.get(digest) or Accepted(receipt=given[digest], is_new=digest in fresh))
        fresh.discard(digest)  # the same bytes twice at once: one of them entered it
    return outcomes


def changed(wishes: Sequence[Wish], outcomes: Sequence[Accepted | SittingConflictError]) -> Sequence[str]:
    """The sittings that have to be looked at again, each once."""
    pairs = zip(wishes, outcomes, strict=True)
    return tuple(dict.fromkeys(wish.arrival.sitting for wish, one in pairs if isinstance(one, Accepted) and one.is_new))


def _receipts(connection: Connection, digests: Sequence[str]) -> dict[str, bytes]:
    chosen = select(ENVELOPE.c.digest, ENVELOPE.c.receipt).where(ENVELOPE.c.digest.in_(digests))
    return {row.digest: bytes(row.receipt) for row in connection.execute(chosen)}


def _speaking(connection: Connection, sittings: set[str]) -> dict[str, Mapping[str, Any]]:
    """The rows of sittings; no scoring changes them before this transaction ends."""
    chosen = select(RESULT).where(RESULT.c.sitting.in_(sorted(sittings))).order_by(RESULT.c.sitting).with_for_update()
    rows = {row["sitting"]: dict(row) for row in connection.execute(chosen).mappings()}
    ranks = store_moves.ranks(connection, [row["digest"] for row in rows.values()])
    return {sitting: {**row, _RANK: ranks.get(row["digest"], 0)} for sitting, row in rows.items()}


def _after(row: Mapping[str, Any] | None, arrival: Arrival) -> Mapping[str, Any]:
    """A sitting's row after an envelope came."""
    mine = (arrival.rank, arrival.last_seq, not arrival.is_partial)
    if row is not None and mine <= (row[_RANK], row["last_seq"], not row["is_partial"]):
        return {**row, "status": Status.RECEIVED}  # a stale one may still tell another history than the one that speaks
    return {
        "has_fork": False,
        **(row or {}),
        "sitting": arrival.sitting,
        "admission_id": arrival.admission_id,
        "digest": arrival.digest,
        _RANK: arrival.rank,
        "last_seq": arrival.last_seq,
        "is_partial": arrival.is_partial,
        "candidate_id": arrival.candidate_id,
        "attempt": arrival.attempt,
        "mode": arrival.mode,
        "bundle_id": arrival.bundle_id,
        "bundle_version": arrival.bundle_version,
        "status": Status.RECEIVED,
        "problem": "",
        "report": None,
        "settled_at_ms": None,
    }


def _enter(connection: Connection, state: store_log.LogState, wishes: Sequence[Wish], sign: Sign) -> dict[str, bytes]:
    new = [NewEntry(digest=wish.arrival.digest, entry=wish.entry) for wish in wishes]
    growth, checkpoint = store_log.append(connection, state, new, sign)
    receipts: dict[str, bytes] = {}
    for index, wish in enumerate(wishes, start=state.frontier.size):
        proof = Proof(index=index, path=growth.inclusion(index), checkpoint=checkpoint)
        receipts[wish.arrival.digest] = with_proof(wish.receipt, proof)
    rows = [
        {
            "digest": wish.arrival.digest,
            "sitting": wish.arrival.sitting,
            "last_seq": wish.arrival.last_seq,
            "is_partial": wish.arrival.is_partial,
            "station": wish.arrival.station,
            "received_at_ms": wish.arrival.received_at_ms,
            "receipt": receipts[wish.arrival.digest],
        }
        for wish in wishes
    ]
    connection.execute(ENVELOPE.insert(), rows)
    store_moves.enter(connection, [wish.arrival for wish in wishes])
    return receipts


def _note(connection: Connection, rows: Sequence[Mapping[str, Any]], known: set[str]) -> None:
    """Write what speaks for each sitting."""
    new = [{name: row[name] for name in row if name != _RANK} for row in rows if row["sitting"] not in known]
    if new:
        connection.execute(RESULT.insert(), new)
    changed = [
        {"of_sitting": row["sitting"], **{name: row[name] for name in _SPEAKING}}
        for row in rows
        if row["sitting"] in known
    ]
    if changed:
        connection.execute(RESULT.update().where(RESULT.c.sitting == bindparam("of_sitting")), changed)
