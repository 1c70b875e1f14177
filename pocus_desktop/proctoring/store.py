"""The room's journal in SQLite: append-only, durable when a call returns, held by one program (formats/room 6).

A console that is killed loses nothing that it acted on: an order is in here before it goes out.
"""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Column, Engine, Integer, LargeBinary, MetaData, Table, create_engine, event, func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from pocus_desktop.proctoring import events
from pocus_desktop.proctoring.errors import JournalUnusableError, LaterJournalError, RoomInUseError
from pocus_desktop.proctoring.events import Event

APPLICATION_ID: Final = 0x504F524D
"""“PORM”, in the database's header."""

FORMAT: Final = 1
_META: Final = MetaData()
_EVENT: Final = Table(
    "event", _META, Column("seq", Integer, primary_key=True), Column("body", LargeBinary, nullable=False)
)
_TRIGGERS: Final = (
    "CREATE TRIGGER no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'append only'); END",
    """CREATE TRIGGER no_gap BEFORE INSERT ON event WHEN NEW.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM event)
       BEGIN SELECT RAISE(ABORT, 'append only'); END""",
    "CREATE TRIGGER no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'append only'); END",
)
_AT_ONCE: Final = 500
_BUSY: Final = frozenset({"SQLITE_BUSY", "SQLITE_LOCKED"})


class RoomJournal:
    """The journal of one room; any thread may call."""

    def __init__(self, path: Path) -> None:
        """Open it, and make it where there is none.

        Raises:
            RoomInUseError: Another program holds it.
            LaterJournalError: A later program wrote it.
            JournalUnusableError: It is damaged, of another program, or the disk does not take it.
        """
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise JournalUnusableError(reason=problem.strerror or "") from problem
        self._engine: Engine = create_engine(
            f"sqlite:///{path}",
            poolclass=StaticPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"timeout": 0.2, "check_same_thread": False},
        )
        event.listen(self._engine, "connect", _prepare)
        try:
            self._connection: Connection = self._engine.connect()
            self._begin()
            self._seq: int = self._connection.execute(select(func.coalesce(func.max(_EVENT.c.seq), 0))).scalar_one()
        except DBAPIError as problem:
            self._engine.dispose()
            raise _ours(problem) from problem
        except BaseException:
            self._engine.dispose()
            raise

    @property
    def rows(self) -> int:
        """How many events stand in it."""
        return self._seq

    def append(self, happened: Event) -> None:
        """Write an event; it is on the disk when this returns.

        Raises:
            JournalUnusableError: The disk does not take it.
        """
        with self._lock:
            try:
                row = {"seq": self._seq + 1, "body": events.encode(happened)}
                self._connection.execute(insert(_EVENT).values(row))
                self._seq += 1
            except DBAPIError as problem:
                raise _ours(problem) from problem

    def events(self) -> Iterator[Event]:
        """Everything that was written, in order; a day's reports are many, and no more than some are held at once.

        Raises:
            BadRoomEventError: A row is none of this program's.
            JournalUnusableError: It cannot be read.
        """
        next_seq = 1
        while next_seq <= self._seq:
            part = select(_EVENT.c.body).where(_EVENT.c.seq.between(next_seq, next_seq + _AT_ONCE - 1))
            next_seq += _AT_ONCE
            with self._lock:
                try:
                    bodies = self._connection.execute(part.order_by(_EVENT.c.seq)).scalars().all()
                except DBAPIError as problem:
                    raise _ours(problem) from problem
            yield from (events.decode(bytes(body)) for body in bodies)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()
            self._engine.dispose()

    def _begin(self) -> None:
        run = self._connection.exec_driver_sql
        run("BEGIN EXCLUSIVE")
        try:
            found = run("PRAGMA application_id").scalar_one()
            version = run("PRAGMA user_version").scalar_one()
            _require_ours(found, version)
            if found == 0:
                _META.create_all(self._connection)
                for trigger in _TRIGGERS:
                    run(trigger)
                run(f"PRAGMA application_id = {APPLICATION_ID}")
                run(f"PRAGMA user_version = {FORMAT}")
        except BaseException:
            run("ROLLBACK")
            raise
        run("COMMIT")


def _require_ours(found: int, version: int) -> None:
    if found == APPLICATION_ID and version > FORMAT:
        raise LaterJournalError(found=version, known=FORMAT)
    if (found, version) not in {(0, 0), (APPLICATION_ID, FORMAT)}:
        raise JournalUnusableError(reason="it is of another program")


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "locking_mode = EXCLUSIVE",
        "journal_mode = WAL",
        "synchronous = FULL",
        "fullfsync = ON",
        "trusted_schema = OFF",
        "cache_size = -256",  # KiB: what is only ever appended to is not read again
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _ours(problem: DBAPIError) -> RoomInUseError | JournalUnusableError:
    name = str(getattr(problem.orig, "sqlite_errorname", None) or type(problem).__name__)
    if any(name.startswith(busy) for busy in _BUSY):
        return RoomInUseError()
    return JournalUnusableError(reason=name)
