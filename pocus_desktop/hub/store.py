"""The hub's records: which envelopes it holds, which one speaks for a sitting, what it came to, what was refused.

SQLite by default; any database that SQLAlchemy speaks, by its URL (only SQLite is tested). Each call is one
transaction, durable when it returns. A sitting's row always points at the envelope with the highest last event,
whatever order envelopes came in (formats/sync 5.3).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    exists,
    func,
    select,
)
from sqlalchemy.engine import Connection, Row, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from pocus_desktop.hub.errors import SittingConflictError, StoreMismatchError, StoreUnavailableError

FORMAT: Final = 1
PLACE_BYTES: Final = 4096
"""What a file takes on a disk besides its bytes, roughly; so that many tiny ones count too."""

_TRIES: Final = 5
_READING: Final = "pocus_is_reading"

_META: Final = MetaData()
_ABOUT: Final = Table(
    "about", _META, Column("id", Integer, primary_key=True), Column("format", Integer, nullable=False)
)
_ENVELOPE: Final = Table(
    "envelope",
    _META,
    Column("digest", String(64), primary_key=True),
    Column("sitting", String(120), nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("is_partial", Boolean, nullable=False),
    Column("station", String(120), nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    Index("envelope_sitting", "sitting"),
)
_RESULT: Final = Table(
    "result",
    _META,
    Column("sitting", String(120), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("is_partial", Boolean, nullable=False),
    Column("admission_id", String(120), nullable=False),
    Column("candidate_id", String(120), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("mode", String(20), nullable=False),
    Column("bundle_id", String(200), nullable=False),
    Column("bundle_version", BigInteger, nullable=False),
    Column("status", String(20), nullable=False),
    Column("problem", String(120), nullable=False),
    Column("has_fork", Boolean, nullable=False),
    Column("report", Text),
    Column("settled_at_ms", BigInteger),
    Index("result_bundle", "bundle_id", "bundle_version"),
    Index("result_admission", "admission_id"),
)
_QUARANTINE: Final = Table(
    "quarantine",
    _META,
    Column("digest", String(64), primary_key=True),
    Column("reason", String(120), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
)

_RIVAL: Final = _RESULT.alias("rival")
_STANDING: Final = select(
    _RESULT,
    exists()
    .where(_RIVAL.c.admission_id == _RESULT.c.admission_id, _RIVAL.c.sitting != _RESULT.c.sitting)
    .label("has_rival"),
)
"""Each sitting, and whether its admission let another one begin."""


class Status(StrEnum):
    """What became of a sitting's result."""

    RECEIVED = "received"
    WAITING_FOR_KEY = "waiting-for-key"
    SCORED = "scored"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An envelope that was opened and verified, before it has a row.

    Attributes:
        digest: SHA-256 of the sealed result.
        station: Key id of the station that signed.
    """

    digest: str
    sitting: str
    last_seq: int
    is_partial: bool
    station: str
    received_at_ms: int
    admission_id: str
    candidate_id: str
    attempt: int
    mode: str
    bundle_id: str
    bundle_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a sitting stands.

    Attributes:
        digest: Of the envelope that speaks for it.
        is_partial: Whether more is to come.
        problem: Code of why it could not be scored; empty where nothing was wrong.
        has_fork: Whether its envelopes tell different histories, or its admission was used for another sitting too.
        report: The score report as JSON; None before it is scored.
    """

    sitting: str
    digest: str
    last_seq: int
    is_partial: bool
    admission_id: str
    candidate_id: str
    attempt: int
    mode: str
    bundle_id: str
    bundle_version: int
    status: Status
    problem: str
    has_fork: bool
    report: str | None
    settled_at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An accepted envelope: whose it is and when it came; `station` is the key id that signed it."""

    digest: str
    sitting: str
    station: str
    received_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An envelope in quarantine; `reason` is the code of the cause."""

    digest: str
    reason: str
    size_bytes: int
    received_at_ms: int


class HubStore:
    """The records of one hub; any thread and several processes may call."""

    def __init__(self, url: str) -> None:
        """Open the records, making them where there are none.

        Raises:
            StoreUnavailableError: The database does not answer, or its address is not understood.
            StoreMismatchError: It is of another program or version.
        """
        try:
            is_sqlite = make_url(url).get_backend_name() == "sqlite"
            self._engine = create_engine(url, connect_args={"timeout": 20} if is_sqlite else {})
        except (ArgumentError, NoSuchModuleError, ImportError) as problem:
            raise StoreUnavailableError(reason="the database's address is not understood") from problem
        if is_sqlite:
            event.listen(self._engine, "connect", _prepare)
            event.listen(self._engine, "begin", _begin)
        with self.transaction() as connection:
            _META.create_all(connection)
            found = connection.execute(select(_ABOUT.c.format)).scalar_one_or_none()
            if found is None:
                connection.execute(_ABOUT.insert().values(id=1, format=FORMAT))
            elif found != FORMAT:
                raise StoreMismatchError(found=found, known=FORMAT)

    def receipt(self, digest: str) -> bytes | None:
        """The receipt that was given for an envelope; None where it is not held."""
        with self.reading() as connection:
            found: bytes | None = connection.execute(
                select(_ENVELOPE.c.receipt).where(_ENVELOPE.c.digest == digest)
            ).scalar_one_or_none()
        return found

    def accept(self, arrival: Arrival, receipt: bytes) -> tuple[bytes, bool]:
        """Enter an envelope and let it speak for its sitting if its last event is the highest so far.

        Returns:
            The receipt that stands (of whoever came first with these bytes), and whether this call entered it.

        Raises:
            SittingConflictError: The sitting is known under another admission.
            StoreUnavailableError: Nothing was entered.
        """
        for _ in range(_TRIES):
            try:
                with self.transaction() as connection:
                    return _accept(connection, arrival, receipt)
            except _RacedError:  # another transaction entered the same envelope or sitting in between; look again
                continue
        raise StoreUnavailableError(reason="too many at once")

    def envelopes(self, sitting: str) -> tuple[str, ...]:
        """Digests of all envelopes of a sitting, those with the fewest events first."""
        chosen = select(_ENVELOPE.c.digest).where(_ENVELOPE.c.sitting == sitting)
        with self.reading() as connection:
            return tuple(connection.execute(chosen.order_by(_ENVELOPE.c.last_seq, _ENVELOPE.c.digest)).scalars())

    def received(self, sitting: str | None = None) -> tuple[Received, ...]:
        """Every accepted envelope, or those of a sitting, in the order in which they came."""
        chosen = select(_ENVELOPE.c.digest, _ENVELOPE.c.sitting, _ENVELOPE.c.station, _ENVELOPE.c.received_at_ms)
        if sitting is not None:
            chosen = chosen.where(_ENVELOPE.c.sitting == sitting)
        with self.reading() as connection:
            rows = connection.execute(chosen.order_by(_ENVELOPE.c.received_at_ms, _ENVELOPE.c.digest)).all()
        return tuple(
            Received(digest=row.digest, sitting=row.sitting, station=row.station, received_ms=row.received_at_ms)
            for row in rows
        )

    def standing(self, sitting: str) -> Standing | None:
        """Where a sitting stands; None where none of that id is known."""
        with self.reading() as connection:
            row = connection.execute(_STANDING.where(_RESULT.c.sitting == sitting)).one_or_none()
        return None if row is None else _standing(row)

    def standings(
        self,
        *,
        status: Status | None = None,
        bundle: tuple[str, int] | None = None,
        admission_id: str | None = None,
    ) -> tuple[Standing, ...]:
        """Where all sittings stand, or those of a status, of a bundle's version or of an admission."""
        chosen = _STANDING.order_by(_RESULT.c.sitting)
        if status is not None:
            chosen = chosen.where(_RESULT.c.status == status)
        if bundle is not None:
            chosen = chosen.where(_RESULT.c.bundle_id == bundle[0], _RESULT.c.bundle_version == bundle[1])
        if admission_id is not None:
            chosen = chosen.where(_RESULT.c.admission_id == admission_id)
        with self.reading() as connection:
            return tuple(_standing(row) for row in connection.execute(chosen).all())

    def settle(
        self,
        sitting: str,
        *,
        digest: str,
        status: Status,
        now_ms: int,
        problem: str = "",
        has_fork: bool = False,
        report: str | None = None,
    ) -> None:
        """Say what became of a sitting, unless another envelope speaks for it by now."""
        chosen = (_RESULT.c.sitting == sitting) & (_RESULT.c.digest == digest)
        values = {
            "status": status,
            "problem": problem,
            "has_fork": has_fork,
            "report": report,
            "settled_at_ms": now_ms,
        }
        with self.transaction() as connection:
            connection.execute(_RESULT.update().where(chosen).values(**values))

    def quarantine(self, refused: Refused) -> None:
        """Note a refused envelope; the newest reason stands."""
        with self.transaction() as connection:
            connection.execute(_QUARANTINE.delete().where(_QUARANTINE.c.digest == refused.digest))
            connection.execute(
                _QUARANTINE.insert().values(
                    digest=refused.digest,
                    reason=refused.reason,
                    size_bytes=refused.size_bytes,
                    received_at_ms=refused.received_at_ms,
                )
            )

    def quarantined(self) -> tuple[Refused, ...]:
        """What was refused, oldest first."""
        with self.reading() as connection:
            rows = connection.execute(select(_QUARANTINE).order_by(_QUARANTINE.c.received_at_ms)).all()
        return tuple(
            Refused(digest=row.digest, reason=row.reason, size_bytes=row.size_bytes, received_at_ms=row.received_at_ms)
            for row in rows
        )

    def is_quarantined(self, digest: str) -> bool:
        """Whether an envelope was refused before and is kept."""
        with self.reading() as connection:
            found = connection.execute(select(_QUARANTINE.c.digest).where(_QUARANTINE.c.digest == digest))
            return found.scalar_one_or_none() is not None

    def quarantined_bytes(self) -> int:
        """How much room the quarantine takes, each file counted with its place on the disk."""
        room = func.sum(_QUARANTINE.c.size_bytes + PLACE_BYTES)
        with self.reading() as connection:
            return int(connection.execute(select(func.coalesce(room, 0))).scalar_one())

    def release(self, digest: str) -> None:
        """An envelope that was refused once is accepted now."""
        with self.transaction() as connection:
            connection.execute(_QUARANTINE.delete().where(_QUARANTINE.c.digest == digest))

    def check(self) -> None:
        """Whether the database answers and takes a transaction.

        Raises:
            StoreUnavailableError: It does not.
        """
        with self.transaction() as connection:
            connection.execute(select(_ABOUT.c.format)).scalar_one()

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction, durable when it ends; the registry's tables lie in the same database.

        Raises:
            StoreUnavailableError: The database does not take it.
        """
        with _told_as_ours(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only looks.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with _told_as_ours(), self._engine.connect() as connection:
            yield connection.execution_options(**{_READING: True})


class _RacedError(Exception):
    """Two transactions entered the same thing."""


def _accept(connection: Connection, arrival: Arrival, receipt: bytes) -> tuple[bytes, bool]:
    known = connection.execute(
        select(_ENVELOPE.c.receipt).where(_ENVELOPE.c.digest == arrival.digest)
    ).scalar_one_or_none()
    if known is not None:
        return known, False
    row = connection.execute(
        select(_RESULT).where(_RESULT.c.sitting == arrival.sitting).with_for_update()
    ).one_or_none()
    if row is not None and row.admission_id != arrival.admission_id:
        raise SittingConflictError(sitting=arrival.sitting)
    try:
        _enter(connection, arrival, receipt, row)
    except IntegrityError as problem:
        raise _RacedError from problem
    return receipt, True


def _enter(connection: Connection, arrival: Arrival, receipt: bytes, row: Row[Any] | None) -> None:
    connection.execute(
        _ENVELOPE.insert().values(
            digest=arrival.digest,
            sitting=arrival.sitting,
            last_seq=arrival.last_seq,
            is_partial=arrival.is_partial,
            station=arrival.station,
            received_at_ms=arrival.received_at_ms,
            receipt=receipt,
        )
    )
    speaks = {
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
    if row is None:
        connection.execute(
            _RESULT.insert().values(
                sitting=arrival.sitting, admission_id=arrival.admission_id, has_fork=False, **speaks
            )
        )
    elif (arrival.last_seq, not arrival.is_partial) > (row.last_seq, not row.is_partial):
        connection.execute(_RESULT.update().where(_RESULT.c.sitting == arrival.sitting).values(**speaks))
    else:  # a stale one may still tell another history than the one that speaks
        again = _RESULT.update().where(_RESULT.c.sitting == arrival.sitting)
        connection.execute(again.values(status=Status.RECEIVED))


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


@contextmanager
def _told_as_ours() -> Iterator[None]:
    """Third-party errors become ours at the door; their text may carry values and stays out."""
    try:
        yield
    except DBAPIError as problem:
        name = getattr(problem.orig, "sqlite_errorname", None)
        raise StoreUnavailableError(reason=str(name or type(problem.orig).__name__)) from problem
    except SQLAlchemyError as problem:
        raise StoreUnavailableError(reason=type(problem).__name__) from problem


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        sitting=row.sitting,
        digest=row.digest,
        last_seq=row.last_seq,
        is_partial=row.is_partial,
        admission_id=row.admission_id,
        candidate_id=row.candidate_id,
        attempt=row.attempt,
        mode=row.mode,
        bundle_id=row.bundle_id,
        bundle_version=row.bundle_version,
        status=Status(row.status),
        problem=row.problem,
        has_fork=row.has_fork or row.has_rival,
        report=row.report,
        settled_at_ms=row.settled_at_ms,
    )
