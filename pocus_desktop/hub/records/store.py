"""The hub's records: which envelopes it holds, which one speaks for a sitting, what it came to, what was refused.

SQLite for one room, PostgreSQL for an academy, by the database's URL. Each call is one transaction, durable when it
returns, and done again where another process came between. A sitting's row always points at the envelope with the
highest last event of those that moved by most permits, whatever order envelopes came in (formats/sync 5.3, move 6.3).
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from sqlalchemy import bindparam, exists, false, func, select
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import DBAPIError

from pocus_desktop.hub.arrival import Accepted, Status, Wish
from pocus_desktop.hub.errors import (
    HubError,
    LogDamagedError,
    StoreMismatchError,
    StoreUnavailableError,
    UnstorableError,
)
from pocus_desktop.hub.records import (
    store_accept,
    store_engine,
    store_jobs,
    store_log,
    store_moves,
    store_orders,
    store_swift,
    store_untold,
)
from pocus_desktop.hub.records.store_log import Held, LogState, NewEntry, Sign
from pocus_desktop.hub.records.store_moves import MoveRemark
from pocus_desktop.hub.records.store_orders import OrderRemark
from pocus_desktop.hub.records.store_tables import ABOUT, ENVELOPE, QUARANTINE, RESULT
from pocus_desktop.sitting.receipt import entry_of, place_of
from pocus_desktop.tlog.tiles import WIDTH, Part

FORMAT: Final = 1
PLACE_BYTES: Final = 4096
"""What a file takes on a disk besides its bytes, roughly; so that many tiny ones count too."""

_OLDER_AT_ONCE: Final = 4096
if TYPE_CHECKING:
    import psycopg

_T = TypeVar("_T")
_C = TypeVar("_C")

_LOOK: Final = select(
    select(ENVELOPE.c.receipt).where(ENVELOPE.c.digest == bindparam("wanted")).scalar_subquery().label("receipt"),
    exists().where(QUARANTINE.c.digest == bindparam("wanted")).label("was_refused"),
)
_RIVAL: Final = RESULT.alias("rival")
_STANDING: Final = select(
    RESULT,
    exists()
    .where(_RIVAL.c.admission_id == RESULT.c.admission_id, _RIVAL.c.sitting != RESULT.c.sitting)
    .label("has_rival"),
)
"""Each sitting, and whether its admission let another one begin."""


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

    def __init__(self, url: str, *, is_scoring_later: bool | None = None) -> None:
        """Open the records; in a SQLite file they are made, or upgraded, where they have to be.

        Args:
            url: The database's, as SQLAlchemy writes it.
            is_scoring_later: Whether to enter a job with each envelope, for `hub.work`; where omitted, as the database
                can: PostgreSQL does, SQLite has no queue.

        Raises:
            StoreUnavailableError: The database does not answer, or its address is not understood.
            StoreMismatchError: It is of another program.
            DatabaseOlderError, DatabaseNewerError: It is of another revision (PostgreSQL: older; either: newer).
        """
        self._engine = store_engine.open_engine(url)
        self._turns = threading.Lock()
        self.is_scoring_later = self.is_shared if is_scoring_later is None else is_scoring_later
        with self.reading() as connection:
            found = connection.execute(select(ABOUT.c.format)).scalar_one_or_none()
        if found != FORMAT:
            raise StoreMismatchError(found=found or 0, known=FORMAT)

    @property
    def is_shared(self) -> bool:
        """Whether the database is a server's, for several processes on several machines."""
        return self._engine.dialect.name == "postgresql"

    @property
    def queue_address(self) -> str:
        """The database as libpq is told of it, with its password."""
        return store_engine.libpq(self._engine.url)

    def receipt(self, digest: str) -> bytes | None:
        """The receipt that was given for an envelope; None where it is not held."""
        with self.reading() as connection:
            found: bytes | None = connection.execute(
                select(ENVELOPE.c.receipt).where(ENVELOPE.c.digest == digest)
            ).scalar_one_or_none()
        return found

    def look(self, digests: Sequence[str]) -> dict[str, tuple[bytes | None, bool]]:
        """By digest: the receipt that was given for an envelope, None where it is not held; whether it was refused."""
        if self.is_shared:
            return self._again(lambda driver: store_swift.look(driver, digests), store_engine.driver)
        with self.reading() as connection:
            rows = {digest: connection.execute(_LOOK, {"wanted": digest}).one() for digest in digests}
        return {
            digest: (None if row.receipt is None else bytes(row.receipt), bool(row.was_refused))
            for digest, row in rows.items()
        }

    def accept_all(self, wishes: Sequence[Wish], sign: Sign) -> Sequence[Accepted | HubError]:
        """Accept envelopes in one transaction: their rows, their places in the log, their receipts (`store_accept`).

        Returns:
            What became of each; a `SittingConflictError` where its sitting is known under another admission, an
            `UnstorableError` where the database has no form for what it says: then each has a transaction of its own.

        Raises:
            StoreUnavailableError: Nothing was entered, or it is not known.
        """
        try:
            if self.is_shared:
                accept = partial(store_accept.accept_swiftly, is_scoring_later=self.is_scoring_later)
                return self._again(lambda driver: accept(driver, wishes, sign), store_engine.driver)
            return self._again(lambda connection: store_accept.accept_all(connection, wishes, sign))
        except (StoreUnavailableError, OverflowError, UnicodeError) as problem:
            if not store_engine.is_unstorable(problem):
                raise
            if len(wishes) == 1:
                return [UnstorableError(reason=type(problem.__cause__ or problem).__name__)]
            return [outcome for wish in wishes for outcome in self.accept_all([wish], sign)]

    def begin_log(self, origin: str, sign: Sign) -> LogState:
        """Begin the log where there is none; as it stands.

        Raises:
            StoreUnavailableError: The database does not take it.
        """
        return self._again(lambda connection: _begin_log(connection, origin, sign))

    def sign_log_again(self, sign: Sign) -> None:
        """Sign the log's head anew, as it stands.

        Raises:
            StoreUnavailableError: The database does not take it.
        """
        self._again(lambda connection: store_log.sign_again(connection, sign))

    def enter_older(self, sign: Sign) -> int:
        """Enter in the log what was accepted before there was one, in the order in which it came; how many.

        Raises:
            LogDamagedError: A receipt names the log, and the log does not hold it.
            StoreUnavailableError: The database does not take it.
        """
        entered = 0
        while (number := self._again(lambda connection: _enter_older(connection, sign))) > 0:
            entered += number
        return entered

    def log_state(self) -> LogState | None:
        """The log as it stands; None before it was begun."""
        with self.reading() as connection:
            return store_log.look(connection)

    def log_counted(self) -> tuple[LogState | None, int]:
        """The log as it stands, and how many entries are stored, at one moment in which nobody appends."""
        return self._again(lambda connection: (store_log.take(connection), store_log.count(connection)))

    def log_part(self, part: Part) -> bytes | None:
        """A tile or a bundle of entries; None where the log has not so many."""
        with self.reading() as connection:
            return store_log.part(connection, part)

    def log_held(self, *, at_once: int = WIDTH) -> Iterator[Held]:
        """Every entry with the receipt that was given for it, in order; entries that come meanwhile as well.

        They are read so many at once, and no transaction is open in between: who goes through them reads envelopes.
        """
        after = -1
        while True:
            with self.reading() as connection:
                found = store_log.held(connection, after, at_once)
            yield from found
            if len(found) < at_once:
                return
            after = found[-1].number

    def log_not_entered(self) -> tuple[str, ...]:
        """Envelopes that were accepted and that the log does not hold."""
        with self.reading() as connection:
            return tuple(digest for digest, _ in store_log.not_entered(connection, None))

    def envelopes(self, sitting: str) -> tuple[str, ...]:
        """Digests of all envelopes of a sitting, those with the fewest events first."""
        chosen = select(ENVELOPE.c.digest).where(ENVELOPE.c.sitting == sitting)
        with self.reading() as connection:
            return tuple(connection.execute(chosen.order_by(ENVELOPE.c.last_seq, ENVELOPE.c.digest)).scalars())

    def note_moves(self, sitting: str, remarks: Mapping[str, str]) -> None:
        """What must be known of a sitting's envelopes, by digest; what was noted before is replaced."""
        self._again(lambda connection: store_moves.note(connection, sitting, remarks))

    def moves(self, sitting: str | None = None) -> tuple[MoveRemark, ...]:
        """What must be known of envelopes of sittings that moved, or of those of one sitting."""
        with self.reading() as connection:
            return store_moves.remarks(connection, sitting)

    def note_orders(self, sitting: str, found: OrderRemark | None) -> None:
        """What must be known of a sitting's orders; what was noted before is replaced."""
        self._again(lambda connection: store_orders.note(connection, sitting, found))

    def orders(self, sitting: str | None = None) -> Sequence[OrderRemark]:
        """What must be known of orders, of all sittings or of one."""
        with self.reading() as connection:
            return store_orders.remarks(connection, sitting)

    def received(self, sitting: str | None = None) -> tuple[Received, ...]:
        """Every accepted envelope, or those of a sitting, in the order in which they came."""
        chosen = select(ENVELOPE.c.digest, ENVELOPE.c.sitting, ENVELOPE.c.station, ENVELOPE.c.received_at_ms)
        if sitting is not None:
            chosen = chosen.where(ENVELOPE.c.sitting == sitting)
        with self.reading() as connection:
            rows = connection.execute(chosen.order_by(ENVELOPE.c.received_at_ms, ENVELOPE.c.digest)).all()
        return tuple(
            Received(digest=row.digest, sitting=row.sitting, station=row.station, received_ms=row.received_at_ms)
            for row in rows
        )

    def standing(self, sitting: str) -> Standing | None:
        """Where a sitting stands; None where none of that id is known."""
        with self.reading() as connection:
            row = connection.execute(_STANDING.where(RESULT.c.sitting == sitting)).one_or_none()
        return None if row is None else _standing(row)

    def standings(
        self,
        *,
        status: Status | None = None,
        bundle: tuple[str, int] | None = None,
        admission_id: str | None = None,
        candidate_id: str | None = None,
    ) -> tuple[Standing, ...]:
        """Where all sittings stand, or those of a status, of a bundle's version, of an admission or of a person."""
        chosen = _STANDING.order_by(RESULT.c.sitting)
        if status is not None:
            chosen = chosen.where(RESULT.c.status == status)
        if bundle is not None:
            chosen = chosen.where(RESULT.c.bundle_id == bundle[0], RESULT.c.bundle_version == bundle[1])
        if admission_id is not None:
            chosen = chosen.where(RESULT.c.admission_id == admission_id)
        if candidate_id is not None:
            chosen = chosen.where(RESULT.c.candidate_id == candidate_id)
        with self.reading() as connection:
            return tuple(_standing(row) for row in connection.execute(chosen).all())

    def tally(self) -> dict[Status, int]:
        """How many sittings stand where."""
        counted = select(RESULT.c.status, func.count()).group_by(RESULT.c.status)
        with self.reading() as connection:
            return {Status(status): count for status, count in connection.execute(counted).all()}

    def score_again(self, bundle: tuple[str, int]) -> tuple[str, ...]:
        """Let every sitting of a bundle's version wait for scoring once more, each with its job."""
        chosen = (RESULT.c.bundle_id == bundle[0]) & (RESULT.c.bundle_version == bundle[1])

        def enter(connection: Connection) -> tuple[str, ...]:
            again = RESULT.update().where(chosen).values(status=Status.RECEIVED).returning(RESULT.c.sitting)
            sittings = tuple(sorted(connection.execute(again).scalars()))
            store_jobs.enter(connection, sittings)
            return sittings

        return self._again(enter)

    def enter_missing_jobs(self) -> int:
        """A job for every sitting that waits to be scored and has none, as after moving from SQLite; how many."""
        return self._again(store_jobs.enter_missing)

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
        is_untold: bool = False,
    ) -> None:
        """Say what became of a sitting, unless another envelope speaks for it by now.

        Args:
            sitting: Which.
            digest: Of the envelope that it was settled by.
            status: Where it stands now.
            now_ms: The hub's clock.
            problem: Code of why it could not be scored.
            has_fork: Whether its envelopes tell different histories.
            report: The score report as JSON.
            is_untold: Whether somebody has to be told (`store_untold`).
        """
        chosen = (RESULT.c.sitting == sitting) & (RESULT.c.digest == digest)
        values = {
            "status": status,
            "problem": problem,
            "has_fork": has_fork,
            "report": report,
            "settled_at_ms": now_ms,
        }

        def enter(connection: Connection) -> None:
            connection.execute(RESULT.update().where(chosen).values(**values))
            if is_untold:
                store_untold.note(connection, sitting, now_ms)

        self._again(enter)

    def quarantine(self, refused: Refused) -> None:
        """Note a refused envelope; the newest reason stands."""

        def note(connection: Connection) -> None:
            connection.execute(QUARANTINE.delete().where(QUARANTINE.c.digest == refused.digest))
            connection.execute(
                QUARANTINE.insert().values(
                    digest=refused.digest,
                    reason=refused.reason,
                    size_bytes=refused.size_bytes,
                    received_at_ms=refused.received_at_ms,
                )
            )

        self._again(note)

    def quarantined(self) -> tuple[Refused, ...]:
        """What was refused, oldest first."""
        with self.reading() as connection:
            rows = connection.execute(select(QUARANTINE).order_by(QUARANTINE.c.received_at_ms)).all()
        return tuple(
            Refused(digest=row.digest, reason=row.reason, size_bytes=row.size_bytes, received_at_ms=row.received_at_ms)
            for row in rows
        )

    def is_quarantined(self, digest: str) -> bool:
        """Whether an envelope was refused before and is kept."""
        with self.reading() as connection:
            found = connection.execute(select(QUARANTINE.c.digest).where(QUARANTINE.c.digest == digest))
            return found.scalar_one_or_none() is not None

    def quarantined_bytes(self) -> int:
        """How much room the quarantine takes, each file counted with its place on the disk."""
        room = func.sum(QUARANTINE.c.size_bytes + PLACE_BYTES)
        with self.reading() as connection:
            return int(connection.execute(select(func.coalesce(room, 0))).scalar_one())

    def release(self, digest: str) -> None:
        """An envelope that was refused once is accepted now."""
        gone = QUARANTINE.delete().where(QUARANTINE.c.digest == digest)
        self._again(lambda connection: connection.execute(gone))

    def check(self) -> None:
        """Whether the database answers and takes changes.

        Raises:
            StoreUnavailableError: It does not.
        """
        with self.transaction() as connection:
            connection.execute(select(ABOUT.c.format)).scalar_one()
            connection.execute(ABOUT.update().where(false()).values(format=FORMAT))  # refused where only reading is let

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction, durable when it ends; the registry's tables lie in the same database.

        Raises:
            StoreUnavailableError: The database does not take it.
        """
        with store_engine.told_as_ours(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One of this process at a time, where the whole academy has one at a time (`hub.registry.store`).

        Who waits here holds no connection: who has the turn may look something up beside it, and would find none left.

        Raises:
            StoreUnavailableError: It takes too long.
        """
        if not self._turns.acquire(timeout=store_engine.LOCK_MS / 1000):
            raise StoreUnavailableError(reason="too many at once")
        try:
            yield
        finally:
            self._turns.release()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only looks.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with store_engine.told_as_ours(), self._engine.connect() as connection:
            yield store_engine.only_reading(connection)

    def swiftly(self, work: "Callable[[psycopg.Connection[Any]], _T]") -> _T:
        """A question to PostgreSQL in the driver's words, tried again where its connection turns out to be lost.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        return self._again(work, store_engine.driver)

    @overload
    def _again(self, work: Callable[[Connection], _T]) -> _T: ...
    @overload
    def _again(self, work: Callable[[_C], _T], opened: Callable[[Engine], AbstractContextManager[_C]]) -> _T: ...
    def _again(self, work: Callable[[Any], _T], opened: Callable[[Engine], Any] = Engine.begin) -> _T:
        """One transaction, tried again where it met another one or lost its connection; so it must be idempotent.

        Raises:
            StoreUnavailableError: Nothing was done, or it is not known; a later try tells.
        """
        with store_engine.told_as_ours():
            for pause in store_engine.pauses():
                try:
                    with opened(self._engine) as connection:
                        return work(connection)
                except DBAPIError as problem:
                    if not store_engine.is_passing(problem):
                        raise
                    pause()
        raise StoreUnavailableError(reason="too many at once")


def _begin_log(connection: Connection, origin: str, sign: Sign) -> LogState:
    return store_log.take(connection) or store_log.begin(connection, origin, sign)


def _enter_older(connection: Connection, sign: Sign) -> int:
    state = store_log.take(connection)
    older = store_log.not_entered(connection, _OLDER_AT_ONCE)
    if state is None or any(place_of(receipt) is not None for _, receipt in older):
        raise LogDamagedError(part="entries", reason="a receipt names the log that does not hold it")
    if older:
        new = [NewEntry(digest=digest, entry=entry_of(receipt)) for digest, receipt in older]
        store_log.write(connection, store_log.grown(state, new, sign))
    return len(older)


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
