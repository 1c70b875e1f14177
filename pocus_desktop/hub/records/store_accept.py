"""Accepting envelopes: rows, log entries and receipts in one transaction (formats/log 4.1, formats/sync 5.3, 5.4).

1. The log's row is taken before anything is looked at: from then on no other acceptance is under way anywhere.
2. Bytes that are held are answered with the receipt that was given.
3. A sitting keeps the admission that it came with first.
4. All others are entered in order under one signed head, each with a receipt that proves it.

`accept_all` does it by SQLAlchemy, on SQLite; `accept_swiftly` on PostgreSQL, in the statements of `store_swift`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from pocus_desktop.hub.arrival import Accepted, Arrival, Status, Wish
from pocus_desktop.hub.errors import LogDamagedError, SittingConflictError
from pocus_desktop.hub.records import store_log, store_moves, store_swift
from pocus_desktop.hub.records.store_log import Appended, LogState, NewEntry, Sign
from pocus_desktop.hub.records.store_swift import Change, Driver
from pocus_desktop.hub.records.store_tables import ENVELOPE, RESULT
from pocus_desktop.sitting.receipt import with_proof
from pocus_desktop.tlog.proof import Proof
from pocus_desktop.tlog.tiles import CHECKPOINT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Speaks:
    """What decides whether an envelope speaks for its sitting (formats/sync 5.3, formats/move 6.3)."""

    admission_id: str
    rank: int
    last_seq: int
    is_partial: bool

    @classmethod
    def of(cls, arrival: Arrival) -> "_Speaks":
        """Of an envelope that comes."""
        return cls(
            admission_id=arrival.admission_id,
            rank=arrival.rank,
            last_seq=arrival.last_seq,
            is_partial=arrival.is_partial,
        )

    def goes_before(self, other: "_Speaks") -> bool:
        """Whether it speaks instead of another one that came before."""
        mine, theirs = ((one.rank, one.last_seq, not one.is_partial) for one in (self, other))
        return mine > theirs


@dataclass(slots=True, kw_only=True)
class _Plan:
    """What is to be written: envelopes to enter, and by sitting what speaks for it now."""

    entered: dict[str, Wish] = field(default_factory=dict)
    conflicts: dict[str, SittingConflictError] = field(default_factory=dict)
    begun: dict[str, Arrival] = field(default_factory=dict)
    superseded: dict[str, Arrival] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)


def accept_all(connection: Connection, wishes: Sequence[Wish], sign: Sign) -> list[Accepted | SittingConflictError]:
    """Accept envelopes in the order given; an outcome for each.

    Raises:
        LogDamagedError: The log's row is gone.
    """
    state = _there(store_log.take(connection))
    given, speaking = _read(connection, wishes)
    plan = _plan(wishes, given, speaking)
    if plan.entered:
        appended = _grown(state, plan, sign)
        given |= _receipts(plan, appended)
        _write(connection, plan, appended, given)
        _note(connection, plan)
    return _outcomes(wishes, plan, given)


def accept_swiftly(
    driver: Driver, wishes: Sequence[Wish], sign: Sign, *, is_scoring_later: bool
) -> list[Accepted | SittingConflictError]:
    """The same on PostgreSQL, begun and committed here; with a job for each sitting that changed, where that is wanted.

    Raises:
        LogDamagedError: The log's row is gone.
    """
    row, known = store_swift.take(
        driver, [wish.arrival.digest for wish in wishes], [wish.arrival.sitting for wish in wishes]
    )
    state = _there(None if row is None else store_log.state_of(*row))
    given = {one.digest: one.receipt for one in known if one.receipt is not None}
    plan = _plan(
        wishes,
        given,
        {
            one.sitting: _Speaks(
                admission_id=one.admission_id, rank=one.rank, last_seq=one.last_seq, is_partial=one.is_partial
            )
            for one in known
            if one.admission_id is not None
        },
    )
    if plan.entered:
        appended = _grown(state, plan, sign)
        given |= _receipts(plan, appended)
        entered = [wish.arrival for wish in plan.entered.values()]
        change = Change(
            entered=entered,
            receipts=given,
            entries=[wish.entry for wish in plan.entered.values()],
            size=state.frontier.size,
            log=appended.row(),
            tiles=appended.tiles(),
            speaking=plan.superseded | plan.begun,
            stale=sorted(plan.stale - plan.begun.keys() - plan.superseded.keys()),
            jobs=tuple(dict.fromkeys(one.sitting for one in entered)) if is_scoring_later else (),
        )
        store_swift.write(driver, change)
    return _outcomes(wishes, plan, given)


def _there(state: LogState | None) -> LogState:
    if state is None:
        raise LogDamagedError(part=CHECKPOINT, reason="it is gone")
    return state


def _grown(state: LogState, plan: _Plan, sign: Sign) -> Appended:
    new = [NewEntry(digest=digest, entry=wish.entry) for digest, wish in plan.entered.items()]
    return store_log.grown(state, new, sign)


def _outcomes(wishes: Sequence[Wish], plan: _Plan, given: Mapping[str, bytes]) -> list[Accepted | SittingConflictError]:
    fresh = set(plan.entered)
    outcomes: list[Accepted | SittingConflictError] = []
    for wish in wishes:
        digest = wish.arrival.digest
        outcomes.append(plan.conflicts.get(digest) or Accepted(receipt=given[digest], is_new=digest in fresh))
        fresh.discard(digest)  # the same bytes twice at once: one of them entered it
    return outcomes


def _read(connection: Connection, wishes: Sequence[Wish]) -> tuple[dict[str, bytes], dict[str, _Speaks]]:
    """Receipts that were given, by digest, and what speaks for the sittings that are known."""
    digests = [wish.arrival.digest for wish in wishes]
    sittings = [wish.arrival.sitting for wish in wishes]
    receipts = connection.execute(
        select(ENVELOPE.c.digest, ENVELOPE.c.receipt).where(ENVELOPE.c.digest.in_(digests))
    ).all()
    known = connection.execute(select(RESULT).where(RESULT.c.sitting.in_(sittings))).all()
    ranks = store_moves.ranks(connection, [row.digest for row in known])
    return {row.digest: bytes(row.receipt) for row in receipts}, {
        row.sitting: _Speaks(
            admission_id=row.admission_id,
            rank=ranks.get(row.digest, 0),
            last_seq=row.last_seq,
            is_partial=row.is_partial,
        )
        for row in known
    }


def _plan(wishes: Sequence[Wish], given: Mapping[str, bytes], speaking: dict[str, _Speaks]) -> _Plan:
    """Rules 2 and 3, and which envelope speaks."""
    plan = _Plan()
    for wish in wishes:
        arrival = wish.arrival
        if arrival.digest in given or arrival.digest in plan.entered or arrival.digest in plan.conflicts:
            continue
        mine, row = _Speaks.of(arrival), speaking.get(arrival.sitting)
        if row is not None and row.admission_id != arrival.admission_id:
            plan.conflicts[arrival.digest] = SittingConflictError(sitting=arrival.sitting)
            continue
        plan.entered[arrival.digest] = wish
        if row is not None and not mine.goes_before(row):
            plan.stale.add(arrival.sitting)  # it may still tell another history than the one that speaks
            continue
        is_new = row is None or arrival.sitting in plan.begun
        (plan.begun if is_new else plan.superseded)[arrival.sitting] = arrival
        speaking[arrival.sitting] = mine
    return plan


def _receipts(plan: _Plan, appended: Appended) -> dict[str, bytes]:
    """Rule 4."""
    found: dict[str, bytes] = {}
    for index, (digest, wish) in enumerate(plan.entered.items(), start=appended.state.frontier.size):
        proof = Proof(index=index, path=appended.growth.inclusion(index), checkpoint=appended.checkpoint)
        found[digest] = with_proof(wish.receipt, proof)
    return found


def _write(connection: Connection, plan: _Plan, appended: Appended, receipts: dict[str, bytes]) -> None:
    """The envelopes' rows and what the log holds of them."""
    store_moves.enter(connection, [wish.arrival for wish in plan.entered.values()])
    rows: list[dict[str, Any]] = [
        {
            "digest": digest,
            "sitting": wish.arrival.sitting,
            "last_seq": wish.arrival.last_seq,
            "is_partial": wish.arrival.is_partial,
            "station": wish.arrival.station,
            "received_at_ms": wish.arrival.received_at_ms,
            "receipt": receipts[digest],
        }
        for digest, wish in plan.entered.items()
    ]
    connection.execute(ENVELOPE.insert(), rows)
    store_log.write(connection, appended)


def _note(connection: Connection, plan: _Plan) -> None:
    """What speaks for each sitting; nobody else changes that while this transaction has the log."""
    if plan.begun:
        begun = [
            {"sitting": sitting, "admission_id": arrival.admission_id, "has_fork": False, **_speaking(arrival)}
            for sitting, arrival in plan.begun.items()
        ]
        connection.execute(RESULT.insert(), begun)
    for sitting, arrival in plan.superseded.items():
        connection.execute(RESULT.update().where(RESULT.c.sitting == sitting).values(**_speaking(arrival)))
    for sitting in plan.stale - plan.begun.keys() - plan.superseded.keys():
        connection.execute(RESULT.update().where(RESULT.c.sitting == sitting).values(status=Status.RECEIVED))


def _speaking(arrival: Arrival) -> dict[str, Any]:
    return {
        "digest": arrival.digest,
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
