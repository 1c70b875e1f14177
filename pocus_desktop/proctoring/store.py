"""The room's journal in SQLite: append-only, durable when a call returns, held by one program (formats/room 6).

A console that is killed loses nothing that it acted on: an order is in here before it goes out.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import (
    Column,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from pocus_desktop.kernel.files import sync_file, sync_folder
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
_NO_DELETE: Final = "CREATE TRIGGER no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'append only'); END"
_TRIGGERS: Final = (
    "CREATE TRIGGER no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'append only'); END",
    """CREATE TRIGGER no_gap BEFORE INSERT ON event WHEN NEW.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM event)
       BEGIN SELECT RAISE(ABORT, 'append only'); END""",
    _NO_DELETE,
)
_ASIDE_PART: Final = "journal-aside.part"
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
    def last(self) -> int:
        """The number of its last row; 0 before the first."""
        return self._seq

    def count(self) -> int:
        """How many rows stand in it.

        Raises:
            JournalUnusableError: It cannot be read.
        """
        with self._lock:
            try:
                found: int = self._connection.execute(select(func.count()).select_from(_EVENT)).scalar_one()
            except DBAPIError as problem:
                raise _ours(problem) from problem
        return found

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
        """Everything that was written, in order; as `rows`."""
        return (happened for _, happened in self.rows())

    def rows(self, *, without: frozenset[int] = frozenset()) -> Iterator[tuple[int, Event]]:
        """Everything with its number, in order; a day's reports are many, and no more than some are held at once.

        Args:
            without: Numbers of rows that are passed over.

        Raises:
            BadRoomEventError: A row is none of this program's.
            JournalUnusableError: It cannot be read.
        """
        last_read = 0
        while last_read < self._seq:
            part = select(_EVENT.c.seq, _EVENT.c.body).where(_EVENT.c.seq > last_read)
            with self._lock:
                try:
                    found = self._connection.execute(part.order_by(_EVENT.c.seq).limit(_AT_ONCE)).all()
                except DBAPIError as problem:
                    raise _ours(problem) from problem
            yield from ((seq, events.decode(bytes(body))) for seq, body in found if seq not in without)
            last_read = found[-1].seq

    def leave_out(self, numbers: Iterable[int], *, aside: Path) -> None:
        """Take rows out, once the journal as it is lies aside; the others keep their numbers.

        A power cut leaves all of them or none out.

        Args:
            numbers: Of the rows.
            aside: The file for the whole journal; what lies there is written over.

        Raises:
            JournalUnusableError: The disk does not take it; nothing was left out then.
        """
        part = aside.with_name(_ASIDE_PART)  # one name, so that what a power cut left is written over the next time
        with self._lock:
            run = self._connection.exec_driver_sql
            try:
                part.unlink(missing_ok=True)
                run("VACUUM INTO ?", (str(part),))
                sync_file(part)
                part.replace(aside)
                sync_folder(aside.parent)
                run("BEGIN IMMEDIATE")
                try:
                    run("DROP TRIGGER no_delete")
                    gone = [{"number": number} for number in numbers]
                    self._connection.execute(delete(_EVENT).where(_EVENT.c.seq == bindparam("number")), gone)
                    run(_NO_DELETE)
                except BaseException:
                    run("ROLLBACK")
                    raise
                run("COMMIT")
                run("VACUUM")
            except DBAPIError as problem:
                raise _ours(problem) from problem
            except OSError as problem:
                raise JournalUnusableError(reason=problem.strerror or "") from problem

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
