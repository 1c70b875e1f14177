"""The portfolio's database in SQLite: what was written, what was sent, what the academy gave (formats/portfolio 2).

Rows are only ever added, but for what became of a submission. Each call is one transaction, durable when it returns,
with a connection of its own: any thread may call, and a window and a command may work at once.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection, Row

from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.files import make_folder
from pocus_desktop.kernel.store_file import StoreFile
from pocus_desktop.programme.own.errors import (
    ChangedMeanwhileError,
    PortfolioDiskFullError,
    PortfolioDiskRefusesError,
    PortfolioOfLaterVersionError,
    PortfolioUnreadableError,
)
from pocus_desktop.programme.own.store_files import META, FileRows

APPLICATION_ID: Final = 0x504F4650
"""`POFP`, in the header of the file."""
FORMAT: Final = 2
"""2 brought the table of files that go to the academy."""

MOST_TOGETHER: Final = 2000
MOST_BYTES_TOGETHER: Final = 2 * 1024 * 1024
"""Of the documents of one submission, so that its envelope stays below what the academy takes."""

_ACCOUNT: Final = "account"
_FULL: Final = frozenset({"SQLITE_FULL"})
_REFUSES: Final = ("SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_PERM")

_META: Final = MetaData()
_SETTING: Final = Table(
    "setting", _META, Column("name", String, primary_key=True), Column("value", String, nullable=False)
)
_WRITING: Final = Table(
    "writing",
    _META,
    Column("seq", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("document_id", String, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("written_ms", Integer, nullable=False),
    Column("submission", String(64), index=True),
)
_SUBMISSION: Final = Table(
    "submission",
    _META,
    Column("seq", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("envelope", LargeBinary, nullable=False),
    Column("made_ms", Integer, nullable=False),
    Column("receipt", LargeBinary),
    Column("received_ms", Integer),
    Column("problem", String, nullable=False, default=""),
    Column("is_refused", Integer, nullable=False, default=0),
    Column("tried_ms", Integer),
)
_PAPER: Final = Table(
    "paper",
    _META,
    Column("seq", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("envelope", LargeBinary, nullable=False),
    Column("came_ms", Integer, nullable=False),
)


_KEEP: Final = insert(_WRITING).on_conflict_do_nothing()
_OF_ONE: Final = select(_WRITING.c.digest, _WRITING.c.revision).where(
    (_WRITING.c.kind == bindparam("of_kind")) & (_WRITING.c.document_id == bindparam("of_id"))
)
"""Written once: a log of many cases is kept in one call, and writing a statement takes longer than running it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """One writing of a document.

    Attributes:
        seq: Where it stands among all; 0 before it is kept.
        content: Its canonical bytes.
        submission: The digest of what it was sent in; None where it waits still.
    """

    seq: int = 0
    kind: str
    document_id: str
    revision: int
    content: bytes
    written_ms: int
    submission: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return canonical.digest(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A signed submission and what became of it.

    Attributes:
        receipt: The academy's; None before.
        received_ms: When the academy had it.
        problem: Code of why there is no receipt; empty where there is, or nothing was tried.
        is_refused: Whether the academy said no to it, so that the same again cannot help.
    """

    digest: str
    envelope: bytes
    made_ms: int
    receipt: bytes | None = None
    received_ms: int | None = None
    problem: str = ""
    is_refused: bool = False
    tried_ms: int | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to go."""
        return self.receipt is None and not self.is_refused


class PortfolioStore:
    """The database of one portfolio.

    Attributes:
        files: What became of files that go to the academy.
    """

    def __init__(self, path: Path) -> None:
        """Open it; made where there is none.

        Raises:
            PortfolioOfLaterVersionError: A later version of this program wrote it.
            PortfolioUnreadableError: It is damaged, of another program, or the disk does not take it. It is left as it
                is: it is the only copy.
        """
        try:
            make_folder(path.parent)
            if path.parent.stat().st_mode & 0o077:
                path.parent.chmod(0o700)  # it tells of a person; on Windows the user's own folder is
        except OSError as problem:
            raise PortfolioDiskRefusesError(reason=problem.strerror or "") from problem
        self._file = StoreFile(
            path,
            application_id=APPLICATION_ID,
            version=FORMAT,
            lay_out=_lay_out,
            older=[1],
            unreadable=_unreadable,
            later=PortfolioOfLaterVersionError,
        )
        self.files = FileRows(self._file)

    def require_sound(self) -> None:
        """All of it can be read.

        Raises:
            PortfolioUnreadableError: It is damaged.
        """
        self._file.require_sound()

    def setting(self, name: str) -> str:
        """What was noted under a name; empty where nothing was."""
        with self._file.transaction() as connection:
            found = connection.execute(select(_SETTING.c.value).where(_SETTING.c.name == name)).scalar_one_or_none()
        return str(found or "")

    def note(self, **values: str) -> None:
        """Note values by name."""
        with self._file.transaction() as connection:
            _note(connection, values)

    def add(self, writings: Iterable[Writing], *, from_elsewhere: bool = False) -> int:
        """Keep writings, all or none; how many were new.

        Args:
            writings: What is to be kept.
            from_elsewhere: They were written on another computer; two that differ then stand beside each other.

        Raises:
            ChangedMeanwhileError: A document was written again by somebody else since it was read.
        """
        new = 0
        with self._file.transaction() as connection:
            for one in writings:
                if not from_elsewhere:
                    _require_next(connection, one)
                values = {
                    "digest": one.digest,
                    "kind": one.kind,
                    "document_id": one.document_id,
                    "revision": one.revision,
                    "content": one.content,
                    "written_ms": one.written_ms,
                }
                new += connection.execute(_KEEP, values).rowcount
        return new

    def writings(self, *, after: int = 0) -> tuple[Writing, ...]:
        """What was written after a place, in order.

        Raises:
            PortfolioUnreadableError: A row is no longer what was written: the file was altered beside this program.
        """
        with self._file.transaction() as connection:
            found = connection.execute(select(_WRITING).where(_WRITING.c.seq > after).order_by(_WRITING.c.seq)).all()
        if any(not isinstance(row.content, bytes) or canonical.digest(row.content) != row.digest for row in found):
            raise PortfolioUnreadableError(reason="a row is not what was written")
        return tuple(
            Writing(
                seq=row.seq,
                kind=row.kind,
                document_id=row.document_id,
                revision=row.revision,
                content=row.content,
                written_ms=row.written_ms,
                submission=row.submission,
            )
            for row in found
        )

    def received(self, kind: str) -> tuple[tuple[bytes, int], ...]:
        """Documents of a kind that the academy has, each with when it had it."""
        is_sent = _WRITING.c.submission == _SUBMISSION.c.digest
        wanted = select(_WRITING.c.content, _SUBMISSION.c.received_ms).where(is_sent)
        wanted = wanted.where((_WRITING.c.kind == kind) & _SUBMISSION.c.received_ms.is_not(None))
        with self._file.transaction() as connection:
            return tuple((row.content, row.received_ms) for row in connection.execute(wanted))

    def refused(self) -> tuple[tuple[bytes, str], ...]:
        """Documents that the academy refused, each with why."""
        is_sent = _WRITING.c.submission == _SUBMISSION.c.digest
        wanted = select(_WRITING.c.content, _SUBMISSION.c.problem).where(is_sent & (_SUBMISSION.c.is_refused == 1))
        with self._file.transaction() as connection:
            return tuple((row.content, row.problem) for row in connection.execute(wanted.order_by(_WRITING.c.seq)))

    def latest_received_ms(self) -> int:
        """The latest moment that a receipt says; 0 where there is none."""
        with self._file.transaction() as connection:
            return int(connection.execute(select(func.max(_SUBMISSION.c.received_ms))).scalar_one() or 0)

    def waiting(self) -> int:
        """How many writings no receipt covers."""
        with self._file.transaction() as connection:
            covered = select(_SUBMISSION.c.digest).where(_SUBMISSION.c.receipt.is_not(None))
            wanted = select(func.count()).select_from(_WRITING)
            is_open = _WRITING.c.submission.is_(None) | _WRITING.c.submission.not_in(covered)
            return int(connection.execute(wanted.where(is_open)).scalar_one())

    def pack(self, sign: Callable[[Sequence[bytes]], bytes], *, now_ms: int) -> Parcel | None:
        """Put what waits into one signed submission, as far as one takes it; None where nothing waits.

        The submission and what it holds are noted in one transaction: after a crash it is sent as it was signed.
        """
        with self._file.transaction() as connection:
            waiting = select(_WRITING.c.digest, _WRITING.c.content).where(_WRITING.c.submission.is_(None))
            taken: list[tuple[str, bytes]] = []
            size = 0
            for digest, content in connection.execute(waiting.order_by(_WRITING.c.seq).limit(MOST_TOGETHER)):
                size += len(content)
                if taken and size > MOST_BYTES_TOGETHER:
                    break
                taken.append((digest, content))
            return _pack(connection, taken, sign, now_ms) if taken else None

    def split(
        self, digest: str, sign: Callable[[Sequence[bytes]], bytes], *, problem: str, now_ms: int, parts: int = 2
    ) -> bool:
        """The academy said no to a submission: parts of it are tried by themselves, so that one holds up no other.

        Returns:
            Whether it was divided; one of a single document is noted as refused instead.
        """
        with self._file.transaction() as connection:
            held = connection.execute(
                select(_WRITING.c.digest, _WRITING.c.content)
                .where(_WRITING.c.submission == digest)
                .order_by(_WRITING.c.seq)
            ).all()
            mine = _SUBMISSION.c.digest == digest
            if len(held) < 2:
                connection.execute(
                    _SUBMISSION.update().where(mine).values(problem=problem, is_refused=1, tried_ms=now_ms)
                )
                return False
            connection.execute(_SUBMISSION.delete().where(mine))
            size = -(-len(held) // parts)
            for part in (held[at : at + size] for at in range(0, len(held), size)):
                _pack(connection, [(row.digest, row.content) for row in part], sign, now_ms)
            return True

    def parcels(self) -> tuple[Parcel, ...]:
        """All submissions, in the order in which they were made."""
        with self._file.transaction() as connection:
            found = connection.execute(select(_SUBMISSION).order_by(_SUBMISSION.c.seq)).all()
        return tuple(map(_parcel, found))

    def next_waiting(self, beside: Collection[str]) -> Parcel | None:
        """The first submission that is still to go; of what has gone nothing is read.

        Args:
            beside: Digests of those that are passed over.
        """
        is_waiting = _SUBMISSION.c.receipt.is_(None) & (_SUBMISSION.c.is_refused == 0)
        digests = select(_SUBMISSION.c.digest).where(is_waiting).order_by(_SUBMISSION.c.seq)
        with self._file.transaction() as connection:
            found = next((one for one in connection.execute(digests).scalars() if one not in beside), None)
            if found is None:
                return None
            return _parcel(connection.execute(select(_SUBMISSION).where(_SUBMISSION.c.digest == found)).one())

    def failed(self, digest: str, problem: str, *, now_ms: int) -> None:
        """Note why there is no receipt yet."""
        with self._file.transaction() as connection:
            mine = (_SUBMISSION.c.digest == digest) & _SUBMISSION.c.receipt.is_(None)
            connection.execute(_SUBMISSION.update().where(mine).values(problem=problem, tried_ms=now_ms))

    def receipted(self, digest: str, receipt: bytes, *, received_ms: int, **settings: str) -> None:
        """Keep a verified receipt, and what it says, at once."""
        with self._file.transaction() as connection:
            values = {"receipt": receipt, "received_ms": received_ms, "problem": "", "is_refused": 0}
            connection.execute(_SUBMISSION.update().where(_SUBMISSION.c.digest == digest).values(values))
            _note(connection, settings)

    def try_again(self) -> None:
        """Let what was refused go again: a person asks for it."""
        with self._file.transaction() as connection:
            refused = _SUBMISSION.c.is_refused == 1
            connection.execute(_SUBMISSION.update().where(refused).values(is_refused=0))

    def take_papers(self, envelopes: Sequence[bytes], *, now_ms: int, **settings: str) -> int:
        """Keep what the academy gave, verified before; how many were new."""
        with self._file.transaction() as connection:
            new = sum(
                connection.execute(
                    insert(_PAPER)
                    .values(digest=canonical.digest(one), envelope=one, came_ms=now_ms)
                    .on_conflict_do_nothing()
                ).rowcount
                for one in envelopes
            )
            _note(connection, settings)
            return new

    def papers(self, *, after: int = 0) -> tuple[tuple[int, bytes], ...]:
        """What the academy gave after a place, each with its place."""
        with self._file.transaction() as connection:
            wanted = select(_PAPER.c.seq, _PAPER.c.envelope).where(_PAPER.c.seq > after).order_by(_PAPER.c.seq)
            return tuple((int(seq), bytes(envelope)) for seq, envelope in connection.execute(wanted))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _lay_out(connection: Connection, _found: int) -> None:
    """Make the tables that are not there; no row of an older file is changed."""
    for tables in (_META, META):
        tables.create_all(connection)


def _unreadable(*, reason: str) -> PortfolioUnreadableError:
    """Told apart: what freeing or unlocking a disk mends, and what is damaged."""
    if reason in _FULL:
        return PortfolioDiskFullError(reason=reason)
    kind = PortfolioDiskRefusesError if reason.startswith(_REFUSES) else PortfolioUnreadableError
    return kind(reason=reason)


def _note(connection: Connection, values: dict[str, str]) -> None:
    for name, value in values.items():
        stated = insert(_SETTING).values(name=name, value=value)
        connection.execute(stated.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def _require_next(connection: Connection, one: Writing) -> None:
    found = connection.execute(_OF_ONE, {"of_kind": one.kind, "of_id": one.document_id}).all()
    if one.kind == _ACCOUNT:  # two windows that set an account up at once would make two
        others = (_WRITING.c.kind == _ACCOUNT) & (_WRITING.c.document_id != one.document_id)
        if connection.execute(select(func.count()).select_from(_WRITING).where(others)).scalar_one():
            raise ChangedMeanwhileError
    if any(row.revision >= one.revision and row.digest != one.digest for row in found):
        raise ChangedMeanwhileError


def _parcel(row: Row[Any]) -> Parcel:
    return Parcel(
        digest=row.digest,
        envelope=row.envelope,
        made_ms=row.made_ms,
        receipt=row.receipt,
        received_ms=row.received_ms,
        problem=row.problem,
        is_refused=bool(row.is_refused),
        tried_ms=row.tried_ms,
    )


def _pack(
    connection: Connection, taken: Sequence[tuple[str, bytes]], sign: Callable[[Sequence[bytes]], bytes], now_ms: int
) -> Parcel:
    envelope = sign([content for _, content in taken])
    digest = canonical.digest(envelope)
    values = {"digest": digest, "envelope": envelope, "made_ms": now_ms}
    connection.execute(insert(_SUBMISSION).values(values).on_conflict_do_nothing())
    chosen = [one for one, _ in taken]
    for at in range(0, len(chosen), 500):
        some = _WRITING.c.digest.in_(chosen[at : at + 500])
        connection.execute(_WRITING.update().where(some).values(submission=digest))
    return Parcel(digest=digest, envelope=envelope, made_ms=now_ms)
