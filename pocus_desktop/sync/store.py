"""The outbox's records in SQLite: which envelopes there are, how far each is, when it is due (formats/sync 4).

The files are the truth and these rows are the plan: an envelope without a row gets one, and a row says nothing that
the files beside it cannot prove. Each call is one transaction, durable when it returns.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, create_engine, event, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from pocus_desktop.sync.errors import OutboxUnreadableError

APPLICATION_ID: Final = 0x504F4F42
"""“POOB”, in the database's header."""

FORMAT: Final = 1

_META: Final = MetaData()
_ENTRY: Final = Table(
    "entry",
    _META,
    Column("digest", String(64), primary_key=True),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_ms", Integer, nullable=False),
    Column("problem", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("enqueued_ms", Integer, nullable=False),
    Column("delivered_ms", Integer),
)


class State(StrEnum):
    """How far an envelope is."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One envelope of the outbox.

    Attributes:
        digest: SHA-256 of the sealed result; its file's name.
        attempts: How many deliveries failed since it was last queued.
        next_attempt_ms: When it is due, as wall time.
        problem: Code of the last failure; empty where there was none.
        reason: What lies behind it, as a code or a few safe words; empty where there is nothing.
        delivered_ms: When the receipt was verified, as wall time; None before.
    """

    digest: str
    state: State
    attempts: int
    next_attempt_ms: int
    problem: str
    reason: str
    enqueued_ms: int
    delivered_ms: int | None


class OutboxStore:
    """The records of one outbox. Each call has a connection of its own, so any thread may call."""

    def __init__(self, path: Path) -> None:
        """Open the records, making them where there are none.

        Raises:
            OutboxUnreadableError: They are damaged, of a later format, or the disk does not take them.
        """
        self._engine: Engine = create_engine(
            f"sqlite:///{path}", poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args={"timeout": 10}
        )
        event.listen(self._engine, "connect", _prepare)
        with self._transaction() as connection:
            found = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if (found, version) == (0, 0):
                _META.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.exec_driver_sql(f"PRAGMA user_version = {FORMAT}")
            elif (found, version) != (APPLICATION_ID, FORMAT):
                raise OutboxUnreadableError(reason="it is of another program or version")

    def add(self, digest: str, *, now_ms: int) -> None:
        """Queue an envelope, due at once; one that is known stays as it is."""
        with self._transaction() as connection:
            row = insert(_ENTRY).values(
                digest=digest,
                state=State.QUEUED,
                attempts=0,
                next_attempt_ms=now_ms,
                problem="",
                reason="",
                enqueued_ms=now_ms,
            )
            connection.execute(row.on_conflict_do_nothing())

    def entries(self) -> tuple[Entry, ...]:
        """All envelopes, those queued first standing first."""
        with self._transaction() as connection:
            found = connection.execute(select(_ENTRY).order_by(_ENTRY.c.enqueued_ms, _ENTRY.c.digest)).all()
        return tuple(_entry(row) for row in found)

    def find(self, digest: str) -> Entry | None:
        """One envelope; None where there is none of that digest."""
        with self._transaction() as connection:
            row = connection.execute(select(_ENTRY).where(_ENTRY.c.digest == digest)).one_or_none()
        return None if row is None else _entry(row)

    def delivered(self, digest: str, *, now_ms: int) -> None:
        """A verified receipt is on the disk."""
        self._change(digest, state=State.DELIVERED, delivered_ms=now_ms, problem="", reason="")

    def failed(self, digest: str, *, attempts: int, next_attempt_ms: int, problem: str, reason: str) -> None:
        """An attempt failed; there will be another."""
        self._change(
            digest,
            only=State.QUEUED,
            attempts=attempts,
            next_attempt_ms=next_attempt_ms,
            problem=problem,
            reason=reason,
        )

    def quarantined(self, digest: str, *, attempts: int, problem: str, reason: str) -> None:
        """Trying again cannot help; a person decides."""
        self._change(
            digest, only=State.QUEUED, state=State.QUARANTINED, attempts=attempts, problem=problem, reason=reason
        )

    def requeue(self, digest: str, *, now_ms: int) -> None:
        """Due at once, with its attempts forgotten; one that is delivered stays delivered."""
        with self._transaction() as connection:
            chosen = (_ENTRY.c.digest == digest) & (_ENTRY.c.state != State.DELIVERED)
            connection.execute(
                _ENTRY.update().where(chosen).values(state=State.QUEUED, attempts=0, next_attempt_ms=now_ms)
            )

    def remove(self, digest: str) -> None:
        """Forget a delivered envelope."""
        with self._transaction() as connection:
            connection.execute(_ENTRY.delete().where(_ENTRY.c.digest == digest, _ENTRY.c.state == State.DELIVERED))

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _change(self, digest: str, *, only: State | None = None, **values: object) -> None:
        chosen = _ENTRY.c.digest == digest
        if only is not None:  # another process may have been faster
            chosen &= _ENTRY.c.state == only
        with self._transaction() as connection:
            connection.execute(_ENTRY.update().where(chosen).values(**values))

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                try:
                    yield connection
                except BaseException:
                    connection.exec_driver_sql("ROLLBACK")
                    raise
                connection.exec_driver_sql("COMMIT")
        except DBAPIError as problem:
            name = getattr(problem.orig, "sqlite_errorname", None)
            raise OutboxUnreadableError(reason=str(name or type(problem).__name__)) from problem


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode = DELETE", "synchronous = FULL", "fullfsync = ON", "trusted_schema = OFF"):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _entry(row: Row[Any]) -> Entry:
    try:
        state = State(row.state)
    except ValueError as problem:
        raise OutboxUnreadableError(reason="a state is unknown") from problem
    return Entry(
        digest=row.digest,
        state=state,
        attempts=row.attempts,
        next_attempt_ms=row.next_attempt_ms,
        problem=row.problem,
        reason=row.reason,
        enqueued_ms=row.enqueued_ms,
        delivered_ms=row.delivered_ms,
    )
