"""The registry's tables, in the hub's database; rows in, rows out, no rules (those are in the modules beside).

Types are those that SQLite and PostgreSQL share. Nothing is ever deleted but a setting that is replaced, a note of
something that was to be told, and what only counts tries: an enrolment, candidate or admission that ends keeps its row,
and each change has a dated entry.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    Text,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import IntegrityError

from pocus_desktop.hub.errors import StoreMismatchError
from pocus_desktop.hub.records import store_untold
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.records.store_tables import META
from pocus_desktop.hub.registry import trail
from pocus_desktop.hub.registry.trail import Step, TrailCheck

FORMAT: Final = 1
_AT_ONCE: Final = 500
"""Values in one question."""

_TURN_ID: Final = 0x706F6375737265  # "pocusre"
_ID: Final = String(280)
_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself for INTEGER alone

_ABOUT: Final = Table(
    "registry_about", META, Column("id", Integer, primary_key=True), Column("format", Integer, nullable=False)
)
SETTING: Final = Table(
    "registry_setting",
    META,
    Column("name", String(260), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
ENROLMENT: Final = Table(
    "enrolment",
    META,
    Column("enrolment_id", _ID, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("centre_id", _ID),
    Column("signing_id", _ID, nullable=False, unique=True),
    Column("sealing_id", _ID, nullable=False, unique=True),
    Column("signing", LargeBinary, nullable=False),
    Column("sealing", LargeBinary, nullable=False),
    Column("state", String(20), nullable=False),
    Column("granted_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("request_digest", String(64), nullable=False),
    Column("grant_envelope", LargeBinary, nullable=False),
    Index("enrolment_centre", "centre_id"),
)
_ONE_CENTRE: Final = (ENROLMENT.c.kind == "centre") & (ENROLMENT.c.state == "active")
Index(
    "enrolment_one_centre",
    ENROLMENT.c.centre_id,
    unique=True,
    sqlite_where=_ONE_CENTRE,
    postgresql_where=_ONE_CENTRE,
)
CODE: Final = Table(
    "enrolment_code",
    META,
    Column("digest", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("centre_id", _ID),
    Column("made_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    Column("used_for", _ID),
    Column("who", String(200), nullable=False),
)
ENTRY: Final = Table(
    "registry_entry",
    META,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("subject", _ID, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("action", String(40), nullable=False),
    Column("was", Text, nullable=False),
    Column("now", Text, nullable=False),
    Column("who", String(200), nullable=False),
    Column("why", Text, nullable=False),
    Index("registry_entry_subject", "subject"),
)
LINK: Final = Table(
    "registry_link",
    META,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("link", String(64), nullable=False),
)
CANDIDATE: Final = Table(
    "candidate",
    META,
    Column("folded_id", _ID, primary_key=True),
    Column("candidate_id", _ID, nullable=False),
    Column("name", String(200), nullable=False),
    Column("photo", LargeBinary),
    Column("accommodations", Text, nullable=False),
)
ADMISSION: Final = Table(
    "admission",
    META,
    Column("admission_id", _ID, primary_key=True),
    Column("folded_id", _ID, nullable=False),
    Column("candidate_id", _ID, nullable=False),
    Column("bundle_id", String(200), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("mode", String(20), nullable=False),
    Column("not_before_ms", BigInteger),
    Column("not_after_ms", BigInteger),
    Column("station", _ID),
    Column("centre_id", _ID),
    Column("issued_ms", BigInteger, nullable=False),
    Column("state", String(20), nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Index("admission_candidate", "folded_id", "bundle_id"),
    Index("admission_centre", "centre_id"),
)
_COUNTS: Final = ADMISSION.c.state != "withdrawn"
Index(
    "admission_one_attempt",
    ADMISSION.c.folded_id,
    ADMISSION.c.bundle_id,
    ADMISSION.c.mode,
    ADMISSION.c.attempt,
    unique=True,
    sqlite_where=_COUNTS,
    postgresql_where=_COUNTS,
)
ROSTER: Final = Table(
    "roster",
    META,
    Column("roster_id", _ID, primary_key=True),
    Column("centre_id", _ID, nullable=False),
    Column("day", String(10), nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
)
WALK_IN: Final = Table(
    "walk_in",
    META,
    Column("admission_id", _ID, primary_key=True),
    Column("sitting", _ID, primary_key=True),
    Column("centre_id", _ID, nullable=False),
    Column("centre_signing_id", _ID, nullable=False),
    Column("allowance_id", _ID, nullable=False),
    Column("number", Integer, nullable=False),
    Column("candidate_id", _ID, nullable=False),
    Column("candidate_name", String(200), nullable=False),
    Column("bundle_id", String(200), nullable=False),
    Column("mode", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("matched", _ID, nullable=False),
    Column("candidate", _ID, nullable=False),
    Column("who", String(200), nullable=False),
    Column("why", Text, nullable=False),
    Index("walk_in_number", "allowance_id", "number"),
    Index("walk_in_sitting", "sitting"),
    Index("walk_in_candidate", "candidate"),
)
REVIEW: Final = Table(
    "registry_review",
    META,
    Column("digest", String(64), primary_key=True),
    Column("decision", String(20), nullable=False),
    Column("who", String(200), nullable=False),
    Column("why", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
INCIDENT: Final = Table(
    "incident",
    META,
    Column("digest", String(64), primary_key=True),
    Column("centre_id", _ID, nullable=False),
    Column("reference", String(20), nullable=False),
    Column("entries", Integer, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("is_extending", Boolean, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    Index("incident_reference", "reference", "centre_id"),
)


Row: TypeAlias = RowMapping
"""A row by the names of its columns."""


class TakenError(Exception):
    """A row with that key, or with one of its unique values, is there already; for the modules beside, who name it."""


_TRAIL: Final = select(ENTRY, func.coalesce(LINK.c.link, "").label("link")).outerjoin(
    LINK, ENTRY.c.number == LINK.c.number
)
"""Every entry with its link; an empty one where it was put in by another hand."""


class RegistryRows:
    """Reads and writes inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._has_turn = connection.dialect.name != "postgresql"  # SQLite has one writer at a time

    def take_turn(self) -> None:
        """Be the only one in the whole academy, from here to the transaction's end.

        Whoever writes something down takes it, at the latest then; before any row is held, where rows are: two that
        held rows of each other's and waited for their turn would wait for ever.
        """
        if not self._has_turn:
            self._connection.execute(select(func.pg_advisory_xact_lock(_TURN_ID)))
            self._has_turn = True

    def add(self, table: Table, **values: Any) -> None:
        """A new row.

        Raises:
            TakenError: Its key or a unique value is taken.
        """
        try:
            with self._connection.begin_nested():  # after a refusal PostgreSQL takes nothing more of a transaction
                self._connection.execute(table.insert().values(**values))
        except IntegrityError as problem:
            raise TakenError from problem

    def add_all(self, table: Table, several: Sequence[Mapping[str, Any]]) -> None:
        """Enter many rows, none of which is there yet."""
        if several:
            self._connection.execute(table.insert(), list(several))

    def among(self, table: Table, column: str, values: Collection[str]) -> tuple[Row, ...]:
        """The rows that have one of these values in a column."""
        return _among(self._connection, table, column, values)

    def change(self, table: Table, where: Mapping[str, Any], **values: Any) -> int:
        """Change rows; how many there were."""
        done = self._connection.execute(table.update().where(_all(table, where)).values(**values))
        return int(done.rowcount)

    def put(self, name: str, value: bytes) -> None:
        """Keep a setting; one of the same name is replaced."""
        if not self.change(SETTING, {"name": name}, value=value):
            self.add(SETTING, name=name, value=value)

    def setting(self, name: str) -> bytes:
        """A setting; empty where it was never made."""
        found = self.find(SETTING, name=name)
        return found[0]["value"] if found else b""

    def find(self, table: Table, **where: Any) -> tuple[Row, ...]:
        """The rows with these values, by their key; a row that is looked at may be changed next, so it is held."""
        chosen = _chosen(table, _asked(where), is_held=True)
        return tuple(self._connection.execute(chosen, where).mappings())

    def forget(self, table: Table, column: str, before: int) -> None:
        """Remove what only counted, and is too old to."""
        self._connection.execute(table.delete().where(table.c[column] < before))

    def untold(self, sitting: str, at_ms: int) -> None:
        """What a candidate is told of a sitting may be another from now on (`hub.records.store_untold`)."""
        store_untold.note(self._connection, sitting, at_ms)

    def told(self, sitting: str) -> None:
        """They are told of it as it is now; who says so has held the note since before they looked (`find`)."""
        store_untold.remove(self._connection, sitting)

    def note(self, subject: str, *, at_ms: int, action: str, who: str, why: str, was: str = "", now: str = "") -> None:
        """A dated line in the history of something, linked to the one before it (`hub.registry.trail`)."""
        assert action in trail.ACTIONS, f"without words: {action}"  # noqa: S101 - a slip of ours, met by the first test
        self.take_turn()  # two entries behind one link would be a trail that somebody tampered with
        last = select(LINK.c.link).order_by(LINK.c.number.desc()).limit(1)
        previous = self._connection.execute(last).scalar_one_or_none() or trail.START
        entry = {"subject": subject, "at_ms": at_ms, "action": action, "was": was, "now": now, "who": who, "why": why}
        (number,) = self._connection.execute(ENTRY.insert().values(**entry)).inserted_primary_key or (None,)
        self._connection.execute(LINK.insert().values(number=number, link=trail.link_of(previous, entry)))


class RegistryStore:
    """The registry's part of the hub's database; any thread and several processes may call."""

    def __init__(self, store: HubStore) -> None:
        """Join the hub's records.

        Raises:
            StoreUnavailableError: The database does not work.
            StoreMismatchError: The tables are of a later version.
        """
        self._store = store
        with store.reading() as connection:
            found = connection.execute(select(_ABOUT.c.format)).scalar_one_or_none()
        if found != FORMAT:
            raise StoreMismatchError(found=found or 0, known=FORMAT)

    @contextmanager
    def rows(self) -> Iterator[RegistryRows]:
        """One transaction, durable when it ends, undone where it raises; one at a time in the whole academy.

        The rules look before they write: at what is there, and at what is not. A lock on rows holds only the former.

        Raises:
            StoreUnavailableError: The database does not take it.
        """
        with self._store.turn(), self._store.transaction() as connection:
            rows = RegistryRows(connection)
            rows.take_turn()
            yield rows

    def look(self, table: Table, **where: Any) -> tuple[Row, ...]:
        """The rows with these values as they are now, held for no one.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with self._store.reading() as connection:
            return tuple(connection.execute(_chosen(table, _asked(where), is_held=False), where).mappings())

    def look_among(self, table: Table, column: str, values: Collection[str]) -> tuple[Row, ...]:
        """The rows that have one of these values in a column, however many there are, as they are now.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with self._store.reading() as connection:
            return _among(connection, table, column, values)

    def look_before(self, table: Table, column: str, before: int, **where: Any) -> tuple[Row, ...]:
        """The same for rows whose number in a column is below one."""
        chosen = select(table).where(_all(table, where) & (table.c[column] < before))
        with self._store.reading() as connection:
            return tuple(connection.execute(chosen).mappings())

    def page(
        self,
        table: Table,
        *,
        text: str = "",
        within: Sequence[str] = (),
        order: str,
        most: int,
        skip: int = 0,
        **where: Any,
    ) -> tuple[tuple[Row, ...], int]:
        """A part of a table, and how many rows the whole has.

        Args:
            table: Which one.
            text: Only rows that have it in one of the columns `within`; case does not count.
            within: Names of columns.
            order: Name of the column by which they come; with a hyphen before it the highest first.
            most: So many rows.
            skip: After so many.
            where: Values that the rows have; of a tuple, one of them.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        several = {name: value for name, value in where.items() if isinstance(value, tuple)}
        chosen = _all(table, {name: value for name, value in where.items() if name not in several})
        for name, values in several.items():
            chosen &= table.c[name].in_(values)
        if text:
            chosen &= or_(*(table.c[name].icontains(text, autoescape=True) for name in within))
        column = table.c[order.removeprefix("-")]
        by = column.desc() if order.startswith("-") else column.asc()
        found = select(table).where(chosen).order_by(by, *table.primary_key.columns).limit(most).offset(skip)
        with self._store.reading() as connection:
            total = connection.execute(select(func.count()).select_from(table).where(chosen)).scalar_one()
            return tuple(connection.execute(found).mappings()), int(total)

    def trail(
        self, *, about: str = "", deeds: Collection[str] = (), before: int | None = None, most: int = 100
    ) -> tuple[Step, ...]:
        """Entries of the trail, the last first.

        Args:
            about: Only those with this text in them.
            deeds: And those of these actions, whose words have it.
            before: Only those before this number.
            most: So many.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        chosen = _TRAIL.order_by(ENTRY.c.number.desc()).limit(most)
        if before is not None:
            chosen = chosen.where(ENTRY.c.number < before)
        if about:
            columns = (ENTRY.c.subject, ENTRY.c.action, ENTRY.c.now, ENTRY.c.who, ENTRY.c.why)
            has_it = (column.icontains(about, autoescape=True) for column in columns)
            chosen = chosen.where(or_(ENTRY.c.action.in_(deeds), *has_it))
        with self._store.reading() as connection:
            return tuple(Step(**row) for row in connection.execute(chosen).mappings())

    def check_trail(self) -> TrailCheck:
        """Follow the trail from its first entry to its last.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        head, entries, broken = trail.START, 0, None
        with self._store.reading() as connection:
            for row in connection.execute(_TRAIL.order_by(ENTRY.c.number)).mappings():
                if broken is None and row["link"] != trail.link_of(head, row):
                    broken = row["number"]
                head, entries = row["link"], entries + 1
        return TrailCheck(entries=entries, head=head, broken=broken)

    def setting(self, name: str) -> bytes:
        """A setting; empty where it was never made.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        found = self.look(SETTING, name=name)
        return bytes(found[0]["value"]) if found else b""

    def has_any(self, table: Table) -> bool:
        """Whether a table has a row.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with self._store.reading() as connection:
            return connection.execute(select(table).limit(1)).first() is not None


def _asked(where: Mapping[str, Any]) -> tuple[tuple[str, bool], ...]:
    """What a question asks for, without the values: names of columns, and whether they hold nothing."""
    return tuple((name, value is None) for name, value in where.items())


@cache
def _chosen(table: Table, asked: tuple[tuple[str, bool], ...], *, is_held: bool) -> Select[Any]:
    """The question, made once: to put it together takes as long as the database takes for the answer."""
    wanted = (
        table.c[name].is_(None) if is_nothing else table.c[name] == bindparam(name, type_=table.c[name].type)
        for name, is_nothing in asked
    )
    chosen = select(table).where(and_(True, *wanted))
    return chosen.order_by(*table.primary_key.columns).with_for_update() if is_held else chosen


def _all(table: Table, where: Mapping[str, Any]) -> ColumnElement[bool]:
    return and_(True, *(table.c[name] == value for name, value in where.items()))


def _among(connection: Connection, table: Table, column: str, values: Collection[str]) -> tuple[Row, ...]:
    """A database takes only so many values in one question."""
    wanted = sorted(values)
    found: list[Row] = []
    for at in range(0, len(wanted), _AT_ONCE):
        chosen = select(table).where(table.c[column].in_(wanted[at : at + _AT_ONCE]))
        found += connection.execute(chosen).mappings()
    return tuple(found)
