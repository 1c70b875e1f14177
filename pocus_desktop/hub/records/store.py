"""The hub's records: which envelopes it holds, which one speaks for a sitting, what it came to, what was refused.

SQLite for one room, PostgreSQL for an academy, by the database's URL. Each call is one transaction, durable when it
returns, and done again where another process came between. A sitting's row always points at the envelope with the
highest last event of those that moved by most permits, whatever order envelopes came in (formats/sync 5.3, move 6.3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import bindparam, case, exists, false, func, select
from sqlalchemy.engine import Connection, Row

from pocus_desktop.hub.arrival import Accepted, Status, Wish
from pocus_desktop.hub.errors import (
    HubError,
    StoreMismatchError,
    StoreUnavailableError,
    UnstorableError,
)
from pocus_desktop.hub.records import (
    store_accept,
    store_engine,
    store_jobs,
    store_moves,
    store_orders,
    store_swift,
    store_untold,
)
from pocus_desktop.hub.records.store_database import Database
from pocus_desktop.hub.records.store_log import Sign
from pocus_desktop.hub.records.store_log_book import LogBook
from pocus_desktop.hub.records.store_moves import MoveRemark
from pocus_desktop.hub.records.store_orders import OrderRemark
from pocus_desktop.hub.records.store_quarantine import Quarantine
from pocus_desktop.hub.records.store_tables import ABOUT, ENVELOPE, QUARANTINE, RESULT

FORMAT: Final = 1

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


class HubStore(Database):
    """The records of one hub; any thread and several processes may call.

    Attributes:
        is_scoring_later: Whether a job is entered with each envelope.
        log: Its log.
        quarantine: What it refused.
    """

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
        super().__init__(url)
        self.log = LogBook(self)
        self.quarantine = Quarantine(self)
        self.is_scoring_later = self.is_shared if is_scoring_later is None else is_scoring_later
        with self.reading() as connection:
            found = connection.execute(select(ABOUT.c.format)).scalar_one_or_none()
        if found != FORMAT:
            raise StoreMismatchError(found=found or 0, known=FORMAT)

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
            return self.again(lambda driver: store_swift.look(driver, digests), store_engine.driver)
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
                return self.again(lambda driver: accept(driver, wishes, sign), store_engine.driver)
            return self.again(lambda connection: store_accept.accept_all(connection, wishes, sign))
        except (StoreUnavailableError, OverflowError, UnicodeError) as problem:
            if not store_engine.is_unstorable(problem):
                raise
            if len(wishes) == 1:
                return [UnstorableError(reason=type(problem.__cause__ or problem).__name__)]
            return [outcome for wish in wishes for outcome in self.accept_all([wish], sign)]

    def envelopes(self, sitting: str) -> tuple[str, ...]:
        """Digests of all envelopes of a sitting, those with the fewest events first."""
        chosen = select(ENVELOPE.c.digest).where(ENVELOPE.c.sitting == sitting)
        with self.reading() as connection:
            return tuple(connection.execute(chosen.order_by(ENVELOPE.c.last_seq, ENVELOPE.c.digest)).scalars())

    def note_moves(self, sitting: str, remarks: Mapping[str, str]) -> None:
        """What must be known of a sitting's envelopes, by digest; what was noted before is replaced."""
        self.again(lambda connection: store_moves.note(connection, sitting, remarks))

    def moves(self, sitting: str | None = None) -> tuple[MoveRemark, ...]:
        """What must be known of envelopes of sittings that moved, or of those of one sitting."""
        with self.reading() as connection:
            return store_moves.remarks(connection, sitting)

    def note_orders(self, sitting: str, found: OrderRemark | None) -> None:
        """What must be known of a sitting's orders; what was noted before is replaced."""
        self.again(lambda connection: store_orders.note(connection, sitting, found))

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

        return self.again(enter)

    def enter_missing_jobs(self) -> int:
        """A job for every sitting that waits to be scored and has none, as after moving from SQLite; how many."""
        return self.again(store_jobs.enter_missing)

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
            now_ms: The hub's clock; noted where it is news, so that the days of an appeal do not begin anew.
            problem: Code of why it could not be scored.
            has_fork: Whether its envelopes tell different histories.
            report: The score report as JSON.
            is_untold: Whether somebody has to be told (`store_untold`).
        """
        chosen = (RESULT.c.sitting == sitting) & (RESULT.c.digest == digest)
        is_same = RESULT.c.report.is_not_distinct_from(report) & (RESULT.c.problem == problem)
        values = {
            "status": status,
            "problem": problem,
            "has_fork": has_fork,
            "report": report,
            "settled_at_ms": case((is_same, func.coalesce(RESULT.c.settled_at_ms, now_ms)), else_=now_ms),
        }

        def enter(connection: Connection) -> None:
            connection.execute(RESULT.update().where(chosen).values(**values))
            if is_untold:
                store_untold.note(connection, sitting, now_ms)

        self.again(enter)

    def check(self) -> None:
        """Whether the database answers and takes changes.

        Raises:
            StoreUnavailableError: It does not.
        """
        with self.transaction() as connection:
            connection.execute(select(ABOUT.c.format)).scalar_one()
            connection.execute(ABOUT.update().where(false()).values(format=FORMAT))  # refused where only reading is let


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
