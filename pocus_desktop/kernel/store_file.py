"""A small SQLite file of records: one transaction a call, on the disk when it returns (docs/adr/0253).

1. The file says of which program it is and in which format. One of another program, or of a later version, is refused
   and left as it is.
2. Each transaction has a connection of its own and the writer's lock from its beginning: any thread may work with the
   file, and several programs at once.
3. What SQLite raises becomes the keeper's own error, with SQLite's name for it. Text that is none is damage.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from pocus_desktop.kernel.errors import PocusError

CORRUPT: Final = "SQLITE_CORRUPT"
_WAIT_S: Final = 10
_PRAGMAS: Final = ("journal_mode = DELETE", "synchronous = FULL", "fullfsync = ON", "trusted_schema = OFF")


class StoreFile:
    """One file; it is made where there is none.

    Args:
        path: Where.
        application_id: Of the program, in the file's header.
        version: Of the format that this program writes.
        lay_out: Makes the tables in a connection, or brings those of an older version to this one.
        older: Versions that `lay_out` knows.
        unreadable: The keeper's error, given a `reason`.
        later: The keeper's error for a file of a later version, given `found` and `known`.

    Raises:
        PocusError: One of those two.
    """

    def __init__(
        self,
        path: Path,
        *,
        application_id: int,
        version: int,
        lay_out: Callable[[Connection, int], None],
        older: Collection[int] = (),
        unreadable: Callable[..., PocusError],
        later: Callable[..., PocusError],
    ) -> None:
        self._unreadable = unreadable
        self._engine: Engine = create_engine(
            f"sqlite:///{path}", poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args={"timeout": _WAIT_S}
        )
        event.listen(self._engine, "connect", _prepare)
        with self.transaction() as connection:
            program = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
            found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if (program, found) == (application_id, version):
                return
            if program == application_id and found > version:
                raise later(found=found, known=version)
            if (program, found) != (0, 0) and (program != application_id or found not in older):
                raise unreadable(reason="it is of another program")
            lay_out(connection, found)
            connection.exec_driver_sql(f"PRAGMA application_id = {application_id}")
            connection.exec_driver_sql(f"PRAGMA user_version = {version}")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All of what is done within, or nothing (rules 2 and 3).

        Raises:
            PocusError: The keeper's own.
        """
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                try:
                    yield connection
                except BaseException:
                    if _is_open(connection):  # a disk that is full has ended it already
                        connection.exec_driver_sql("ROLLBACK")
                    raise
                connection.exec_driver_sql("COMMIT")
        except DBAPIError as problem:
            name = getattr(problem.orig, "sqlite_errorname", None)
            if name is None and "decode" in str(problem.orig):  # sqlite3's own words for text that is none
                name = CORRUPT
            raise self._unreadable(reason=str(name or type(problem).__name__)) from problem
        except UnicodeDecodeError as problem:  # what SQLite says of a damaged description is no text either
            raise self._unreadable(reason=CORRUPT) from problem

    def require_sound(self) -> None:
        """All of it can be read and written: its indexes are those of its rows.

        Raises:
            PocusError: The keeper's own: it is damaged.
        """
        with self.transaction() as connection:
            if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars().all() != ["ok"]:
                raise self._unreadable(reason=CORRUPT)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def _is_open(connection: Connection) -> bool:
    """Whether a transaction is under way, as SQLite says."""
    held: object = connection.connection.dbapi_connection
    return isinstance(held, sqlite3.Connection) and held.in_transaction


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").fetchall()
