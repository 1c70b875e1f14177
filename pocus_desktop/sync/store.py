"""The outbox's records in SQLite: which envelopes there are, how far each is, when it is due (formats/sync 4).

The files are the truth and these rows are the plan: an envelope without a row gets one, and a row says nothing that
the files beside it cannot prove. Each call is one transaction, durable when it returns.
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    select,
)
from sqlalchemy import (
    Row as Found,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from pocus_desktop.kernel import log
from pocus_desktop.kernel.store_file import StoreFile
from pocus_desktop.sync.engine import Row, Stage, Status, Way
from pocus_desktop.sync.errors import OutboxOfLaterVersionError, OutboxUnreadableError

APPLICATION_ID: Final = 0x504F4F42
"""“POOB”, in the database's header."""

FORMAT: Final = 2

_STRANGE: Final = "a state is unknown"
_DAMAGE: Final = frozenset({"SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_ERROR", _STRANGE})
"""What is said of records that no later try can read."""

_META: Final = MetaData()
_ROW: Final = Table(
    "row",
    _META,
    Column("digest", String(64), primary_key=True),
    Column("size_bytes", Integer, nullable=False),
    Column("sitting", String, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("is_partial", Boolean, nullable=False),
    Column("stage", String, nullable=False),
    Column("status", String, nullable=False),
    Column("way", String, nullable=False),
    Column("carrier", String, nullable=False),
    Column("upload", String, nullable=False),
    Column("offset", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_ms", Integer, nullable=False),
    Column("problem", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("enqueued_ms", Integer, nullable=False),
    Column("tried_ms", Integer),
    Column("delivered_ms", Integer),
)

_FROM_1: Final = """
INSERT INTO row (digest, size_bytes, sitting, last_seq, is_partial, stage, status, way, carrier, upload, offset,
                 attempts, due_ms, problem, reason, enqueued_ms, tried_ms, delivered_ms)
SELECT digest, 0, '', 0, 0,
       CASE WHEN state = 'delivered' THEN 'receipted'
            WHEN problem = 'sync.no_receipt_yet' THEN 'sent' ELSE 'sealed' END,
       CASE WHEN state = 'delivered' THEN 'done'
            WHEN state = 'quarantined' THEN 'quarantined'
            WHEN problem IN ('', 'sync.no_receipt_yet') THEN 'waiting' ELSE 'failed' END,
       'whole',
       CASE WHEN problem = 'sync.no_receipt_yet' THEN 'folder' ELSE '' END,
       '', 0, attempts, next_attempt_ms, problem, reason, enqueued_ms, NULL, delivered_ms
FROM entry
"""
"""Format 1 knew `queued`, `delivered` and `quarantined`; sizes and sittings are read from the files (`Outbox`)."""


class OutboxStore:
    """The records of one outbox. Each call has a connection of its own, so any thread may call."""

    def __init__(self, path: Path) -> None:
        """Open the records: made where there are none, brought to this format where they are older.

        Raises:
            OutboxOfLaterVersionError: A later version of this program wrote them.
            OutboxUnreadableError: They are damaged, of another program, or the disk does not take them.
        """
        self._file = StoreFile(
            path,
            application_id=APPLICATION_ID,
            version=FORMAT,
            lay_out=_lay_out,
            older=(1,),
            unreadable=OutboxUnreadableError,
            later=OutboxOfLaterVersionError,
        )

    def add(self, row: Row) -> None:
        """Take a row in; one that is known stays as it is."""
        with self._file.transaction() as connection:
            connection.execute(insert(_ROW).values(asdict(row)).on_conflict_do_nothing())

    def rows(self) -> tuple[Row, ...]:
        """All rows, those that came first standing first."""
        with self._file.transaction() as connection:
            found = connection.execute(select(_ROW).order_by(_ROW.c.enqueued_ms, _ROW.c.digest)).all()
        return tuple(map(_row, found))

    def require_sound(self) -> None:
        """All of it can be read and written: its indexes are those of its rows.

        Raises:
            OutboxUnreadableError: It is damaged.
        """
        self._file.require_sound()
        self.rows()

    def find(self, digest: str) -> Row | None:
        """One row; None where there is none of that digest."""
        with self._file.transaction() as connection:
            return _find(connection, digest)

    def change(self, digest: str, work: Callable[[Row], Row]) -> Row | None:
        """Read a row, let `work` say what it becomes, and write that, in one transaction.

        Returns:
            The row as it is now; None where there is none of that digest.
        """
        with self._file.transaction() as connection:
            before = _find(connection, digest)
            if before is None:
                return None
            after = work(before)
            if after != before:
                connection.execute(_ROW.update().where(_ROW.c.digest == digest).values(asdict(after)))
            return after

    def remove(self, digest: str, may: Callable[[Row], bool]) -> bool:
        """Forget a row where it may be forgotten still; whether it was."""
        with self._file.transaction() as connection:
            row = _find(connection, digest)
            if row is None or not may(row):
                return False
            connection.execute(_ROW.delete().where(_ROW.c.digest == digest))
            return True

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def open_records(path: Path) -> OutboxStore:
    """The records; ones that no later try can read are renamed, and made anew: the files decide (formats/sync 4.2).

    Raises:
        OutboxOfLaterVersionError: A later version of this program wrote them.
        OutboxUnreadableError: They are of another program, or the disk does not take them.
    """
    try:
        store = OutboxStore(path)
        store.require_sound()
    except OutboxUnreadableError as error:
        if error.params.get("reason") not in _DAMAGE:
            raise
        log.failure(error)
        _set_aside(path)
        return OutboxStore(path)
    return store


def _set_aside(path: Path) -> None:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    try:
        path.replace(aside)
        path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
    except OSError as problem:
        raise OutboxUnreadableError(reason=problem.strerror or "") from problem


def _lay_out(connection: Connection, found: int) -> None:
    _META.create_all(connection)
    if found == 1:
        connection.exec_driver_sql(_FROM_1)
        connection.exec_driver_sql("DROP TABLE entry")


def _find(connection: Connection, digest: str) -> Row | None:
    found = connection.execute(select(_ROW).where(_ROW.c.digest == digest)).one_or_none()
    return None if found is None else _row(found)


def _row(found: Found[Any]) -> Row:
    values = dict(found._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    try:
        values |= {"stage": Stage(found.stage), "status": Status(found.status), "way": Way(found.way)}
    except ValueError as problem:
        raise OutboxUnreadableError(reason=_STRANGE) from problem
    kinds = {column.name: (bool | int if column.name == "is_partial" else column.type.python_type) for column in _ROW.c}
    if any(not isinstance(values[name], kind) and values[name] is not None for name, kind in kinds.items()):
        raise OutboxUnreadableError(reason=_STRANGE)  # SQLite keeps whatever a damaged page says
    return Row(**values)
