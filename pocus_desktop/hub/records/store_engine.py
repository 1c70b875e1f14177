"""The way to the hub's database: a SQLite file of its own, or a PostgreSQL server that several processes share.

Both keep what was committed through a power cut. SQLite has one writer at a time: who will write takes the lock before
looking. PostgreSQL runs at READ COMMITTED with the rows that a decision rests on locked; who waits too long for a lock,
a statement or a connection is told so instead of waiting on.
"""

import random
import select
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InvalidatePoolError,
    NoSuchModuleError,
    SQLAlchemyError,
)

from pocus_desktop.hub.errors import StoreUnavailableError
from pocus_desktop.hub.records import store_schema
from pocus_desktop.kernel import files, log

if TYPE_CHECKING:
    import psycopg

CONNECT_S: Final = 10
LOCK_MS: Final = 10_000
STATEMENT_MS: Final = 60_000
IDLE_MS: Final = 60_000
"""How long a transaction may do nothing before the server ends it, and with it the locks of a process that hangs."""

CONNECTIONS: Final = 10
"""Of one process; more threads than these wait for their turn."""

ASKED_AFTER_S: Final = 5.0
"""A connection that lay idle for longer may have been forgotten on the way without a word, and is asked first."""

_IS_TRIED_AGAIN: Final = ContextVar("pocus_is_tried_again", default=False)
_TRIES: Final = 6
_LET_GO: Final = "pocus_let_go_s"
_READING: Final = "pocus_is_reading"
_PASSING: Final = frozenset({"40001", "40P01"})
"""SQLSTATE of a serialization failure and of a deadlock: the same transaction may well succeed now."""


def open_engine(url: str) -> Engine:
    """A database that answers and is of the revision that this program works with.

    A SQLite file is made where there is none. One of an earlier revision is copied beside first, then upgraded. A
    PostgreSQL database is only looked at: several processes use it, and when they change is for a person to say.

    Raises:
        StoreUnavailableError: The database does not answer, or its address is not understood.
        StoreMismatchError: It is of another program.
        DatabaseOlderError, DatabaseNewerError: It is of another revision.
    """
    engine = connect(url)
    try:
        with told_as_ours(), engine.begin() as connection:
            if engine.dialect.name == "sqlite" and store_schema.revision(connection) != store_schema.head():
                _upgrade_file(engine.url, connection)
            store_schema.require_head(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


def connect(url: str) -> Engine:
    """A database of any revision.

    Raises:
        StoreUnavailableError: Its address is not understood.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend == "postgresql":
            engine = create_engine(_with_driver(parsed), **_postgresql())
            event.listen(engine, "checkout", _require_alive)
            event.listen(engine, "checkin", _let_go)
            return engine
        engine = create_engine(parsed, connect_args={"timeout": 20} if backend == "sqlite" else {})
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError) as problem:
        raise StoreUnavailableError(reason="the database's address is not understood") from problem
    if backend != "sqlite":
        raise StoreUnavailableError(reason="the database's address is not understood")
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def revisions(url: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The revision that a database is of, and every one there is with what it did, the first one first.

    Raises:
        StoreUnavailableError: The database does not answer, or its address is not understood.
        StoreMismatchError: It is of another program.
    """
    engine = connect(url)
    try:
        with told_as_ours(), engine.connect() as connection:
            return store_schema.revision(only_reading(connection)), store_schema.described()
    finally:
        engine.dispose()


def move(url: str, to: str, *, is_up: bool) -> str:
    """Bring a database to a revision, with its data; the one that it is of then. A SQLite file is copied beside first.

    Raises:
        NoRevisionError: There is none of that number on the way.
        StoreUnavailableError: The database does not answer, or its address is not understood.
        StoreMismatchError, DatabaseNewerError: It is of another program.
    """
    engine = connect(url)
    try:
        with told_as_ours(), engine.begin() as connection:
            found = store_schema.revision(connection)
            if engine.dialect.name == "sqlite" and engine.url.database and found != store_schema.NOTHING:
                _copy_beside(Path(engine.url.database), found)
            (store_schema.upgrade if is_up else store_schema.downgrade)(connection, to)
            return store_schema.revision(connection)
    finally:
        engine.dispose()


def libpq(url: URL) -> str:
    """A PostgreSQL database's address as libpq writes it, with its password."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def only_reading(connection: Connection) -> Connection:
    """The same connection, which takes no writer's lock.

    In PostgreSQL each statement stands for itself, as it does at READ COMMITTED anyway; that spares two round trips.
    """
    if connection.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="AUTOCOMMIT")
    return connection.execution_options(**{_READING: True})


@contextmanager
def driver(engine: Engine) -> Iterator["psycopg.Connection[Any]"]:
    """A connection of a PostgreSQL engine as the driver has it, for statements that are written out (`store_swift`).

    Each statement stands for itself until one begins a transaction; what is not committed at the end is undone. What is
    done here must be tried again where the connection turns out to be lost.

    Raises:
        DBAPIError: As SQLAlchemy tells what the driver raises; a connection that was lost is not used again.
    """
    import psycopg  # a hub of one room in a SQLite file needs none

    token = _IS_TRIED_AGAIN.set(True)
    try:
        pooled = engine.raw_connection()
    except psycopg.Error as problem:
        raise DBAPIError.instance("", None, problem, psycopg.Error, hide_parameters=True) from problem
    finally:
        _IS_TRIED_AGAIN.reset(token)
    held: psycopg.Connection[Any] = pooled.driver_connection  # type: ignore[assignment]  # this dialect's
    try:
        held.autocommit = True
        try:
            yield held
        finally:
            if not held.closed:
                if held.pgconn.transaction_status:  # else there is nothing to undo
                    held.rollback()
                held.autocommit = False
    except psycopg.Error as problem:
        is_lost = held.closed
        if is_lost:
            pooled.invalidate(problem)
        raise DBAPIError.instance(
            "", None, problem, psycopg.Error, hide_parameters=True, connection_invalidated=is_lost
        ) from problem
    finally:
        pooled.close()


@contextmanager
def told_as_ours() -> Iterator[None]:
    """Third-party errors become ours at the door; their text may carry values and stays out.

    Raises:
        StoreUnavailableError: Instead of any error of the database.
    """
    try:
        yield
    except DBAPIError as problem:
        name = getattr(problem.orig, "sqlite_errorname", None)
        raise StoreUnavailableError(reason=str(name or type(problem.orig).__name__)) from problem
    except SQLAlchemyError as problem:
        raise StoreUnavailableError(reason=type(problem).__name__) from problem


def is_passing(problem: DBAPIError) -> bool:
    """Whether the same transaction may succeed when it is tried again at once."""
    if isinstance(problem, IntegrityError):  # another one entered the same thing in between: look again
        return True
    return problem.connection_invalidated or getattr(problem.orig, "sqlstate", None) in _PASSING


def is_unstorable(problem: Exception) -> bool:
    """Whether it was a value that the database has no form for, as `told_as_ours` lets it out."""
    return isinstance(problem, OverflowError | UnicodeError) or isinstance(problem.__cause__, DataError)


def pauses() -> Iterator[Callable[[], None]]:
    """For each try what to call after it failed: a wait that grows, spread at random so that two do not meet again."""
    for number in range(_TRIES):
        yield partial(_sleep, most_s=0.01 * 2**number)


def _sleep(*, most_s: float) -> None:
    time.sleep(random.uniform(0, most_s))


def _with_driver(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _postgresql() -> dict[str, Any]:
    settings = {
        "statement_timeout": STATEMENT_MS,
        "lock_timeout": LOCK_MS,
        "idle_in_transaction_session_timeout": IDLE_MS,
        "synchronous_commit": "on",
    }
    return {
        "pool_size": CONNECTIONS,
        "max_overflow": 0,
        "pool_timeout": CONNECT_S,
        "isolation_level": "READ COMMITTED",
        "connect_args": {
            "connect_timeout": CONNECT_S,
            "application_name": "pocus-hub",
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        },
    }


def _require_alive(held: Any, record: Any, _pooled: Any) -> None:
    """Ask a connection whether it lives before it is used.

    Of one whose work is tried again (`driver`) its socket is looked at instead: whatever a server says unasked is that
    it ends the connection, or next to it. Asking each time would cost an envelope more than a statement does.

    Raises:
        InvalidatePoolError: It is lost, and with it all that were opened before: they are opened anew.
    """
    idle_s = time.monotonic() - record.info.get(_LET_GO, 0.0)
    if _IS_TRIED_AGAIN.get() and idle_s < ASKED_AFTER_S and not _has_word(held.fileno()):
        return
    try:
        held.autocommit = True
        held.execute("")
        held.autocommit = False
    except Exception as problem:
        raise InvalidatePoolError from problem


def _has_word(handle: int) -> bool:
    """Whether there is something to read, or the other side is gone; always so where it cannot be told cheaply."""
    if not hasattr(select, "poll"):
        return True
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(0))


def _let_go(_held: Any, record: Any) -> None:
    record.info[_LET_GO] = time.monotonic()


def _upgrade_file(url: URL, connection: Connection) -> None:
    """Upgrade a SQLite file under the writer's lock, which the connection holds; the copy beside is of before."""
    found = store_schema.revision(connection)
    if found == store_schema.NOTHING:
        store_schema.upgrade(connection)
        return
    if found in store_schema.revisions() and url.database:
        _copy_beside(Path(url.database), found)
        log.event("hub.database_upgraded", found=found, known=store_schema.head())
        store_schema.upgrade(connection)


def _copy_beside(path: Path, found: str) -> None:
    copy = path.with_name(f"{path.name}.before-{found}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    files.sync_file(copy)
    files.sync_folder(copy.parent)


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin by `_begin`
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "fullfsync = ON",
        "checkpoint_fullfsync = ON",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _begin(connection: Connection) -> None:
    """Who will write takes the lock before looking, so that what was seen still holds when it is changed."""
    is_reading = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")
