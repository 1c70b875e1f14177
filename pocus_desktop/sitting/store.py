"""The journal's file: one SQLite database a sitting, append-only, durable row by row (formats/journal 2).

The only module of this room that knows SQLAlchemy. It stores and gives back rows; what they mean, and whether they are
sound, is `sitting.journal`'s. A second program on the same file is refused: the file is held exclusively.
"""

import errno
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from sqlalchemy import CheckConstraint, Column, Integer, LargeBinary, MetaData, Table, Text, create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateTable

from pocus_desktop.admission.errors import SittingError
from pocus_desktop.kernel import files
from pocus_desktop.sitting.errors import (
    AlreadyExistsError,
    AlreadyOpenError,
    AppendOnlyError,
    DiskFailedError,
    DiskFullError,
    DiskReadOnlyError,
    JournalDamagedError,
    NoSittingError,
    NotAJournalError,
)
from pocus_desktop.sitting.schema import APPLICATION_ID, PRAGMAS, TRIGGERS

PAGE_BYTES: Final = 4096
"""SQLite's page."""

_META: Final = MetaData()
_ABOUT: Final = Table(
    "about",
    _META,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
    Column("header", Text, nullable=False),
)
_EVENT: Final = Table(
    "event",
    _META,
    Column("seq", Integer, primary_key=True),
    Column("monotonic_ms", Integer, nullable=False),
    Column("wall_ms", Integer, nullable=False),
    Column("boot_id", Text, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
_CHECKPOINT: Final = Table(
    "checkpoint",
    _META,
    Column("seq", Integer, primary_key=True),
    Column("envelope", LargeBinary, nullable=False),
)
_WRAPPING: Final = Table(
    "wrapping",
    _META,
    Column("purpose", Text, CheckConstraint("purpose IN ('academy', 'resume')"), primary_key=True),
    Column("key_id", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

_KINDS: Final = (int, int, int, str, bytes, bytes, bytes, bytes)
_INSERT_EVENT: Final = (
    "INSERT INTO event (seq, monotonic_ms, wall_ms, boot_id, previous, nonce, ciphertext, digest) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_SELECT_EVENTS: Final = (
    "SELECT seq, monotonic_ms, wall_ms, boot_id, previous, nonce, ciphertext, digest FROM event ORDER BY seq"
)
_INSERT_CHECKPOINT: Final = "INSERT INTO checkpoint (seq, envelope) VALUES (?, ?)"
_INSERT_WRAPPING: Final = "INSERT INTO wrapping (purpose, key_id, sealed) VALUES (?, ?, ?)"


class Row(NamedTuple):
    """One event as it lies on the disk, in the order of the table's columns (a tuple: a replay makes thousands)."""

    seq: int
    monotonic_ms: int
    wall_ms: int
    boot_id: str
    previous: bytes
    nonce: bytes
    ciphertext: bytes
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapping:
    """The sitting's key, sealed to someone for a purpose (`academy`, `resume`)."""

    purpose: str
    key_id: str
    sealed: bytes


class JournalStore:
    """An open journal file; not for two threads at once."""

    def __init__(self, engine: Engine, connection: Connection) -> None:
        self._engine = engine
        self._connection = connection

    @classmethod
    def create(cls, path: Path, *, header: str, wrappings: Sequence[Wrapping], rows: Sequence[Row]) -> Self:
        """A new file with its header, wrappings and first rows, or no file at all.

        Raises:
            AlreadyExistsError: There is a file of that name.
            DiskFullError: And the other errors of a disk.
        """
        if has_journal(path):
            raise AlreadyExistsError
        with as_ours():
            files.make_folder(path.parent)
            for leftover in (path, *_companions(path)):  # of a program that died before its first commit
                if leftover.exists():
                    leftover.replace(leftover.with_name(f"{leftover.name}.unborn"))
        store = cls(*_connect(path))
        try:
            with as_ours():
                store._connection.exec_driver_sql("BEGIN EXCLUSIVE")
                store._connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
                for table in _META.sorted_tables:
                    store._connection.execute(CreateTable(table))
                for trigger in TRIGGERS:
                    store._connection.exec_driver_sql(trigger)
                store._connection.exec_driver_sql("INSERT INTO about (id, header) VALUES (1, ?)", (header,))
                for one in wrappings:
                    store._connection.exec_driver_sql(_INSERT_WRAPPING, (one.purpose, one.key_id, one.sealed))
                for row in rows:
                    store._connection.exec_driver_sql(_INSERT_EVENT, row)
                store._connection.exec_driver_sql("COMMIT")
            store.settle()
        except BaseException:
            store.close()
            for leftover in (path, *_companions(path)):
                leftover.unlink(missing_ok=True)
            raise
        return store

    @classmethod
    def open(cls, path: Path) -> Self:
        """An existing file, held exclusively until `close`.

        Raises:
            NoSittingError: There is no such file, or one from before the first commit.
            AlreadyOpenError: Another program holds it.
            NotAJournalError: It is another kind of file.
            JournalDamagedError: SQLite cannot read it.
            DiskFailedError: And the other errors of a disk.
        """
        if not path.is_file():
            raise NoSittingError
        store = cls(*_connect(path))
        try:
            with as_ours():
                store._connection.exec_driver_sql("BEGIN EXCLUSIVE")
                store._connection.exec_driver_sql("COMMIT")
                found = store._connection.exec_driver_sql("PRAGMA application_id").scalar_one()
                tables = store._connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
                names = set(tables.scalars())
            _require_journal(found, names)
        except BaseException:
            store.close()
            raise
        return store

    def header(self) -> str:
        """The header's text.

        Raises:
            NotAJournalError: There is none.
            JournalDamagedError: SQLite cannot read it.
        """
        with as_ours():
            text = self._connection.exec_driver_sql("SELECT header FROM about").scalar_one_or_none()
        if not isinstance(text, str):
            raise NotAJournalError
        return text

    def append(self, *rows: Row, checkpoint: bytes | None = None) -> None:
        """Write rows, all or none (and a checkpoint at the last); durable when this returns.

        Raises:
            DiskFullError: And the other errors of a disk; nothing was written then.
            AppendOnlyError: The row does not follow the last one.
        """
        with as_ours():
            raw = self._raw()
            if checkpoint is None and len(rows) == 1:
                raw.execute(_INSERT_EVENT, rows[0])
                return
            raw.execute("BEGIN IMMEDIATE")
            try:
                raw.executemany(_INSERT_EVENT, rows)
                if checkpoint is not None:
                    raw.execute(_INSERT_CHECKPOINT, (rows[-1].seq, checkpoint))
                raw.execute("COMMIT")
            except sqlite3.Error:
                if raw.in_transaction:
                    raw.execute("ROLLBACK")
                raise

    def rows(self) -> tuple[Row, ...]:
        """All rows in order.

        Raises:
            JournalDamagedError: SQLite cannot read them all.
        """
        with as_ours():
            found = self._raw().execute(_SELECT_EVENTS).fetchall()
        if any(tuple(map(type, row)) != _KINDS for row in found):  # SQLite stores any type in any column
            raise JournalDamagedError
        return tuple(map(Row._make, found))

    def last(self) -> tuple[int, bytes] | None:
        """Number and digest of the last row; None in an empty journal."""
        with as_ours():
            found = self._connection.exec_driver_sql(
                "SELECT seq, digest FROM event ORDER BY seq DESC LIMIT 1"
            ).one_or_none()
        return None if found is None else (found[0], found[1])

    def checkpoints(self) -> tuple[tuple[int, bytes], ...]:
        """All checkpoints as (seq, envelope), in order."""
        with as_ours():
            found = self._connection.exec_driver_sql("SELECT seq, envelope FROM checkpoint ORDER BY seq").all()
        if not all(isinstance(seq, int) and isinstance(envelope, bytes) for seq, envelope in found):
            raise JournalDamagedError
        return tuple((seq, envelope) for seq, envelope in found)

    def wrappings(self, purpose: str) -> tuple[Wrapping, ...]:
        """The wrappings of one purpose."""
        with as_ours():
            found = self._connection.exec_driver_sql(
                "SELECT purpose, key_id, sealed FROM wrapping WHERE purpose = ? ORDER BY key_id", (purpose,)
            ).all()
        if not all(isinstance(key_id, str) and isinstance(sealed, bytes) for _, key_id, sealed in found):
            raise JournalDamagedError
        return tuple(Wrapping(purpose=kind, key_id=key_id, sealed=sealed) for kind, key_id, sealed in found)

    def destroy_resume_wrappings(self, *, keep: str = "") -> None:
        """Delete what resumes the sitting: overwritten in the file, and the write-ahead log emptied (2.6).

        Args:
            keep: The id of the one key that may resume on; all are deleted where omitted.
        """
        with as_ours():
            others = "DELETE FROM wrapping WHERE purpose = 'resume' AND key_id <> ?"
            self._connection.exec_driver_sql(others, (keep,))
        self.settle()

    def replace_resume_wrappings(self, new: Wrapping, *, keep: str) -> None:
        """Let a new reader resume, and of those before only the one to keep; else as `destroy_resume_wrappings`."""
        with as_ours():
            self._connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                others = "DELETE FROM wrapping WHERE purpose = 'resume' AND (key_id <> ? OR key_id = ?)"
                self._connection.exec_driver_sql(others, (keep, new.key_id))
                self._connection.exec_driver_sql(_INSERT_WRAPPING, (new.purpose, new.key_id, new.sealed))
                self._connection.exec_driver_sql("COMMIT")
            except BaseException:
                self._connection.exec_driver_sql("ROLLBACK")
                raise
        self.settle()

    def snapshot(self) -> bytes:
        """The whole file as it stands, its log moved into it first.

        Raises:
            DiskFullError: And the other errors of a disk.
        """
        self.settle()
        with as_ours():
            return self._raw().serialize()

    def settle(self) -> None:
        """Move everything from the write-ahead log into the file, durably, and empty the log.

        Raises:
            DiskFullError: And the other errors of a disk; the log then keeps what it has.
        """
        with as_ours():
            busy, _, _ = self._connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if busy:
            raise DiskFailedError(reason="the write-ahead log is busy")

    def close(self) -> None:
        """Let go of the file."""
        with as_ours():
            self._connection.close()
            self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _raw(self) -> sqlite3.Connection:
        """SQLite's own connection: to write a row and to read all rows needs nothing that SQLAlchemy would add."""
        raw: object = self._connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - the driver that was asked for
        return raw


def has_journal(path: Path) -> bool:
    """Whether there is a journal, sound or not; a file from before the first commit is none (formats/journal 2.4).

    The commit that makes a journal is moved into the file at once, so that only a file of one page need be looked into.
    """
    if not path.is_file() or path.stat().st_size > PAGE_BYTES:
        return path.is_file()
    try:
        JournalStore.open(path).close()
    except NoSittingError:
        return False
    except SittingError:
        return True
    return True


def _require_journal(application_id: object, tables: set[str]) -> None:
    if not application_id and not tables:
        raise NoSittingError
    if application_id != APPLICATION_ID or not {table.name for table in _META.sorted_tables} <= tables:
        raise NotAJournalError


def _connect(path: Path) -> tuple[Engine, Connection]:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "timeout": 0},
    )
    event.listen(engine, "connect", _prepare)
    with as_ours():
        return engine, engine.connect()


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by name, or by each statement
    for pragma in PRAGMAS:
        connection.execute(pragma).fetchall()


def _companions(path: Path) -> tuple[Path, Path]:
    return path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")


@contextmanager
def as_ours() -> Iterator[None]:
    """Errors of SQLite and of the disk become ours.

    Raises:
        SittingError: `DiskFullError`, `AlreadyOpenError` and so on, for what went wrong inside.
    """
    try:
        yield
    except DBAPIError as problem:
        raise _ours(problem.orig) from problem
    except (sqlite3.Error, OSError, UnicodeDecodeError) as problem:
        raise _ours(problem) from problem


def _ours(problem: BaseException | None) -> SittingError:
    if isinstance(problem, UnicodeDecodeError):
        return JournalDamagedError()
    if isinstance(problem, OSError):
        return _of_system(problem)
    name = getattr(problem, "sqlite_errorname", "") or ""
    for prefix, error in _BY_NAME:
        if name.startswith(prefix):
            return error()
    if "decode" in str(problem):  # sqlite3 reports text that is not UTF-8 as OperationalError without a name
        return JournalDamagedError()
    return DiskFailedError(reason=name or type(problem).__name__)


_BY_NAME: Final[tuple[tuple[str, type[SittingError]], ...]] = (
    ("SQLITE_BUSY", AlreadyOpenError),
    ("SQLITE_LOCKED", AlreadyOpenError),
    ("SQLITE_FULL", DiskFullError),
    ("SQLITE_READONLY", DiskReadOnlyError),
    ("SQLITE_CANTOPEN", DiskReadOnlyError),
    ("SQLITE_PERM", DiskReadOnlyError),
    ("SQLITE_NOTADB", NotAJournalError),
    ("SQLITE_CORRUPT", JournalDamagedError),
    ("SQLITE_SCHEMA", JournalDamagedError),
    ("SQLITE_ERROR", JournalDamagedError),
    ("SQLITE_MISMATCH", JournalDamagedError),
    ("SQLITE_CONSTRAINT", AppendOnlyError),
)


def _of_system(problem: OSError) -> SittingError:
    if problem.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return DiskFullError()
    if problem.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return DiskReadOnlyError()
    return DiskFailedError(reason=errno.errorcode.get(problem.errno or 0, "unknown"))
