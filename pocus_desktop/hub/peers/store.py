"""The tables of peer evaluation, in the hub's database: rows in, rows out, no rules.

Names, addresses and what was said lie sealed in their rows (`hub.peers.vault`); tokens lie hashed.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Final, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.engine import Connection

from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.records.store_tables import META
from pocus_desktop.hub.registry.store import RegistryRows, Row
from pocus_desktop.kernel.clock import Clock

MAILING: Final = "mail"
"""The queue."""

MAIL: Final = "mail"
"""The task; its one argument is `mail_id`."""

_ID: Final = String(60)
PANEL: Final = Table(
    "peer_panel",
    META,
    Column("panel_id", _ID, primary_key=True),
    Column("application_id", _ID, nullable=False),
    Column("candidate_id", String(280), nullable=False),
    Column("area", _ID, nullable=False),
    Column("policy", Integer, nullable=False),
    Column("questionnaire", String(80), nullable=False),
    Column("begun_ms", BigInteger, nullable=False),
    Column("closes_ms", BigInteger, nullable=False),
    Column("next_ms", BigInteger),
    Column("outcome", String(20)),
    Column("about", LargeBinary, nullable=False),
    UniqueConstraint("application_id", "area", name="peer_panel_once"),
    Index("peer_panel_candidate", "candidate_id"),
    Index("peer_panel_next", "next_ms"),
    Index("peer_panel_outcome", "outcome"),
)
EVALUATOR: Final = Table(
    "peer_evaluator",
    META,
    Column("evaluator_id", _ID, primary_key=True),
    Column("panel_id", _ID, nullable=False),
    Column("number", Integer, nullable=False),
    Column("nomination_id", _ID, nullable=False),
    Column("person_key", String(64)),
    Column("language", String(8), nullable=False),
    Column("standing", Text, nullable=False),
    Column("person", LargeBinary, nullable=False),
    Column("said", LargeBinary),
    UniqueConstraint("panel_id", "number", name="peer_evaluator_number"),
    Index("peer_evaluator_person", "person_key"),
    Index("peer_evaluator_nomination", "nomination_id"),
)
LINK: Final = Table(
    "peer_link",
    META,
    Column("digest", String(64), primary_key=True),
    Column("evaluator_id", _ID, nullable=False),
    Column("purpose", String(10), nullable=False),
    Column("mail_id", _ID, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Index("peer_link_mail", "mail_id"),
    Index("peer_link_expires", "expires_ms"),
)
MAIL_ROW: Final = Table(
    "peer_mail",
    META,
    Column("mail_id", _ID, primary_key=True),
    Column("evaluator_id", _ID, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("problem", String(60), nullable=False),
    Column("sent_with", _ID),
    UniqueConstraint("evaluator_id", "kind", "number", name="peer_mail_once"),
    Index("peer_mail_state", "state", "due_ms"),
    Index("peer_mail_sent_with", "sent_with"),
)
NOTICE: Final = Table(
    "peer_notice",
    META,
    Column("notice_id", _ID, primary_key=True),
    Column("account_id", _ID, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
REQUEST: Final = Table(
    "peer_request",
    META,
    Column("request_id", _ID, primary_key=True),
    Column("nomination_id", _ID, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("is_done", Boolean, nullable=False),
    Index("peer_request_nomination", "nomination_id"),
)
UNWANTED: Final = Table(
    "peer_unwanted",
    META,
    Column("address_digest", String(64), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
)

_ENTER: Final = text("""
SELECT procrastinate_defer_jobs_v1(array_agg(CAST(
    ROW(:queue, :task, 0, mail_id, NULL, jsonb_build_object('mail_id', mail_id),
        now() + greatest(due_ms - CAST(:now_ms AS bigint), 0) * interval '1 millisecond')
    AS procrastinate_job_to_defer_v1))), count(*) AS entered
FROM peer_mail
WHERE state = 'due' AND NOT EXISTS (
    SELECT FROM procrastinate_jobs AS job WHERE job.lock = peer_mail.mail_id AND job.status IN ('todo', 'doing'))
HAVING count(*) > 0
""")
"""What is due by the hub's clock is due by the database's, however far apart both are."""


class PeerRows(RegistryRows):
    """Reads and writes inside one transaction; links and notices, unlike all else, are removed."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.connection = connection

    def remove_links(self, **where: Any) -> None:
        """Those with these values open nothing any more."""
        self.connection.execute(LINK.delete().where(*_all(LINK, where)))

    def hold_panels(self, panel_ids: Collection[str]) -> None:
        """Before evaluators of several panels: everybody who holds those holds their panels first, in this order."""
        for panel_id in sorted(panel_ids):
            self.find(PANEL, panel_id=panel_id)

    def remove_notices(self, notice_ids: Collection[str]) -> None:
        """What they told of was seen to."""
        self.connection.execute(NOTICE.delete().where(NOTICE.c.notice_id.in_(sorted(notice_ids))))


class PeerStore:
    """Peer evaluation's part of the hub's database; any thread and several processes may call.

    Args:
        store: In whose database the tables lie.
        clock: The hub's, by which messages are due.
    """

    def __init__(self, store: HubStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @contextmanager
    def rows(self, *, in_turn: bool = False) -> Iterator[PeerRows]:
        """One transaction, durable when it ends, undone where it raises; rows that are found in it are held.

        Args:
            in_turn: Whether it is the academy's only one (`RegistryRows.take_turn`): where something is written down,
                and where it looks at what is not there. Evaluators who save at the same time wait for nobody.

        Raises:
            StoreUnavailableError: The database does not take it.
        """
        with self._store.turn() if in_turn else nullcontext(), self._store.transaction() as connection:
            rows = PeerRows(connection)
            if in_turn:
                rows.take_turn()
            yield rows

    @contextmanager
    def rows_with_jobs(self, *, in_turn: bool = False) -> Iterator[PeerRows]:
        """The same, and a job for every message that is due then; they run after the transaction, or never.

        Raises:
            StoreUnavailableError: The database does not take it.
        """
        with self.rows(in_turn=in_turn) as rows:
            yield rows
            self._enter(rows.connection)

    def enter_missing_jobs(self) -> int:
        """A job for every message that is due and has none; how many there were.

        Raises:
            StoreUnavailableError: The database does not take it.
        """
        with self._store.transaction() as connection:
            return self._enter(connection)

    def _enter(self, connection: Connection) -> int:
        if not self._store.is_shared:
            return 0
        now_ms = self._clock.read().wall_ms
        row = connection.execute(_ENTER, {"queue": MAILING, "task": MAIL, "now_ms": now_ms}).one_or_none()
        return 0 if row is None else int(row.entered)

    def look(self, table: Table, **where: Any) -> tuple[Row, ...]:
        """The rows with these values as they are now, held for no one.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        chosen = select(table).where(*_all(table, where)).order_by(*table.primary_key.columns)
        with self._store.reading() as connection:
            return tuple(connection.execute(chosen).mappings())

    def undecided(self) -> tuple[Row, ...]:
        """Panels on which nobody has decided and of which somebody has begun to answer: a row for each of those.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        columns = [PANEL.c[name] for name in ("panel_id", "application_id", "candidate_id", "area", "closes_ms")]
        chosen = select(*columns, PANEL.c.policy, PANEL.c.questionnaire, EVALUATOR.c.standing).join(
            EVALUATOR, EVALUATOR.c.panel_id == PANEL.c.panel_id
        )
        chosen = chosen.where(PANEL.c.outcome.is_(None), EVALUATOR.c.said.is_not(None)).order_by(PANEL.c.panel_id)
        with self._store.reading() as connection:
            return tuple(connection.execute(chosen).mappings())

    def stuck(self, most: int) -> tuple[tuple[Row, ...], int]:
        """Messages of undecided panels that somebody has to see to, the oldest first, and how many there are.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        chosen = (
            select(MAIL_ROW.c.mail_id, MAIL_ROW.c.changed_ms, PANEL)
            .join(EVALUATOR, EVALUATOR.c.evaluator_id == MAIL_ROW.c.evaluator_id)
            .join(PANEL, PANEL.c.panel_id == EVALUATOR.c.panel_id)
            .where(PANEL.c.outcome.is_(None), MAIL_ROW.c.state.in_(("failed", "unsure")))
        )
        first = chosen.order_by(MAIL_ROW.c.changed_ms, MAIL_ROW.c.mail_id).limit(most)
        with self._store.reading() as connection:
            total = connection.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()
            return tuple(connection.execute(first).mappings()), int(total)

    def of_person(self, evaluator_id: str) -> tuple[Row, ...]:
        """An evaluator, and the others that are the same person for the same candidate, in the order they were named.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        found = self.look(EVALUATOR, evaluator_id=evaluator_id)
        key = found[0]["person_key"] if found else None
        if key is None:
            return found
        chosen = select(EVALUATOR).join(PANEL, PANEL.c.panel_id == EVALUATOR.c.panel_id)
        chosen = chosen.where(EVALUATOR.c.person_key == key).order_by(PANEL.c.begun_ms, EVALUATOR.c.evaluator_id)
        with self._store.reading() as connection:
            return tuple(connection.execute(chosen).mappings())

    def sent_as_one(self, mail_id: str) -> tuple[Row, ...]:
        """A message, and the others that went out in it.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        return (*self.look(MAIL_ROW, mail_id=mail_id), *self.look(MAIL_ROW, sent_with=mail_id))

    def by_link(self, digest: str, purpose: str) -> Row | None:
        """Evaluator and panel of a link, in one row; None where there is no such link.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        return self.by_links([digest], purpose).get(digest)

    def by_links(self, digests: Sequence[str], purpose: str) -> Mapping[str, Row]:
        """The same for several links at once, by digest; those that are not there are left out.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        wanted = {"digests": list(digests), "purpose": purpose}
        if self._store.is_shared:  # every page of an evaluator asks this
            found = self._store.swiftly(
                lambda driver: driver.execute(_BY_LINKS_SWIFTLY, wanted, prepare=True, binary=True).fetchall()
            )
            return {row[0]: cast("Row", dict(zip(_OF_LINK, row, strict=True))) for row in found}
        with self._store.reading() as connection:
            return {row["digest"]: row for row in connection.execute(_BY_LINKS, wanted).mappings()}

    def due_panels(self, now_ms: int) -> Sequence[Sequence[str]]:
        """Ids of panels in which there is something to do, those of a candidate together.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with self._store.reading() as connection:
            chosen = select(PANEL.c.candidate_id, PANEL.c.panel_id).where(PANEL.c.next_ms <= now_ms)
            found = connection.execute(chosen).all()
        by_candidate: dict[str, list[str]] = {}
        for row in found:
            by_candidate.setdefault(row.candidate_id, []).append(row.panel_id)
        return list(by_candidate.values())

    def due_mail(self, now_ms: int) -> Sequence[str]:
        """Ids of messages that may be sent now, the oldest first.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        chosen = select(MAIL_ROW.c.mail_id).where(MAIL_ROW.c.state == "due", MAIL_ROW.c.due_ms <= now_ms)
        with self._store.reading() as connection:
            return connection.execute(chosen.order_by(MAIL_ROW.c.due_ms, MAIL_ROW.c.mail_id)).scalars().all()

    def take_up(self, *, before_ms: int, now_ms: int) -> int:
        """Messages of processes that were silent since `before_ms`; how many there were.

        What had not gone out is due again; what may have gone out is `unsure`.

        Raises:
            StoreUnavailableError: The database does not take it.
        """
        done = 0
        with self._store.transaction() as connection:
            for state, becomes in (("trying", "due"), ("handing", "unsure")):
                changed = (
                    MAIL_ROW.update()
                    .where(MAIL_ROW.c.state == state, MAIL_ROW.c.changed_ms < before_ms)
                    .values(state=becomes, changed_ms=now_ms)
                )
                done += int(connection.execute(changed).rowcount)
            self._enter(connection)
        return done

    def forget_sessions(self, now_ms: int) -> None:
        """Remove sessions that are over.

        Raises:
            StoreUnavailableError: The database does not take it.
        """
        with self._store.transaction() as connection:
            over = LINK.delete().where(LINK.c.purpose == "session", LINK.c.expires_ms < now_ms)
            connection.execute(over)


_COLUMNS: Final = (
    LINK.c.digest,
    LINK.c.expires_ms,
    EVALUATOR.c.evaluator_id,
    EVALUATOR.c.nomination_id,
    EVALUATOR.c.standing,
    EVALUATOR.c.person,
    EVALUATOR.c.said,
    EVALUATOR.c.language,
    PANEL.c.panel_id,
    PANEL.c.area,
    PANEL.c.questionnaire,
    PANEL.c.closes_ms,
    PANEL.c.about,
)
_OF_LINK: Final = tuple(column.name for column in _COLUMNS)
_BY_LINKS: Final = (
    select(*_COLUMNS)
    .join(EVALUATOR, EVALUATOR.c.evaluator_id == LINK.c.evaluator_id)
    .join(PANEL, PANEL.c.panel_id == EVALUATOR.c.panel_id)
    .where(LINK.c.digest.in_(bindparam("digests", expanding=True)), LINK.c.purpose == bindparam("purpose"))
)
_BY_LINKS_SWIFTLY: Final = b"""
SELECT link.digest, link.expires_ms, evaluator.evaluator_id, evaluator.nomination_id, evaluator.standing,
    evaluator.person, evaluator.said, evaluator.language, panel.panel_id, panel.area, panel.questionnaire,
    panel.closes_ms, panel.about
FROM peer_link AS link
JOIN peer_evaluator AS evaluator ON evaluator.evaluator_id = link.evaluator_id
JOIN peer_panel AS panel ON panel.panel_id = evaluator.panel_id
WHERE link.digest = ANY(%(digests)s::text[]) AND link.purpose = %(purpose)s
"""
"""The same, as the driver takes it."""


def _all(table: Table, where: Mapping[str, Any]) -> Iterator[Any]:
    for name, value in where.items():
        yield table.c[name] == value
