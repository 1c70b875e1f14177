"""What arrived of envelopes and candidates' files so far, as rows of the hub's database (formats/sync 8).

An upload is one row, and each stretch of bytes that arrived in one go another; a stretch and the offset behind it are
one transaction. So any process behind a balancer can take the next stretch, and what was answered for is durable.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table, bindparam, func, select
from sqlalchemy.engine import Connection, Row

from pocus_desktop.hub.errors import NoUploadError, UploadOffsetError, UploadsFullError
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.records.store_tables import META

ENVELOPE_KIND: Final = "envelope"
_UPLOAD: Final = Table(
    "upload",
    META,
    Column("upload_id", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("owner", String(120), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("arrived_bytes", BigInteger, nullable=False),
    Column("begun_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("kind", String(20)),
    Index("upload_owner", "owner"),
)
_PIECE: Final = Table(
    "upload_piece",
    META,
    Column("upload_id", String(64), primary_key=True),
    Column("begins_at", BigInteger, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An envelope, or a file, that is arriving.

    Attributes:
        upload_id: Not to be guessed: who knows it may send.
        digest: What the whole shall be.
        owner: Key id of the station, or id of the account, that began it; empty where nobody said.
        arrived_bytes: How many of its bytes are durable, from its beginning.
        expires_ms: When what arrived is let go, as wall time.
        kind: What it is; each kind has room of its own.
    """

    upload_id: str
    digest: str
    owner: str
    size_bytes: int
    arrived_bytes: int
    begun_ms: int
    expires_ms: int
    kind: str = ENVELOPE_KIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much may be arriving at a time.

    Attributes:
        whole_bytes: In all of one kind.
        each: Uploads of one sender; the oldest makes room.
        counts_arrived: Whether what arrived counts, and the upload makes room to which nothing came for the longest
            time; else each counts as if all of it had arrived, and no further one can begin.
    """

    whole_bytes: int = 512 * 1024 * 1024
    each: int = 16
    counts_arrived: bool = False


class UploadStore:
    """The uploads of one hub; any thread and several processes may call."""

    def __init__(self, store: HubStore, bounds: Bounds | None = None) -> None:
        """Join the hub's records."""
        self._store = store
        self._bounds = bounds or Bounds()

    def begin(self, upload: Upload, *, now_ms: int, bounds: Bounds | None = None) -> None:
        """Enter an upload; those that have expired are let go first.

        Args:
            upload: What shall arrive.
            now_ms: Wall time.
            bounds: Of its kind; those of envelopes where omitted.

        Raises:
            UploadsFullError: Too much is arriving.
            StoreUnavailableError: Nothing was entered.
        """
        with self._store.transaction() as connection:
            _let_go(connection, _UPLOAD.c.expires_ms <= now_ms)
            bounds = bounds or self._bounds
            if upload.owner:
                _make_room(connection, upload, bounds)
            if not bounds.counts_arrived:
                taken = _sum(connection, _UPLOAD.c.size_bytes, upload.kind)
                if taken + upload.size_bytes > bounds.whole_bytes:
                    raise UploadsFullError
            connection.execute(_UPLOAD.insert().values(asdict(upload)))

    def find(self, upload_id: str, *, now_ms: int) -> Upload:
        """How far an upload is.

        Raises:
            NoUploadError: There is none, or it has expired.
            StoreUnavailableError: The database does not answer.
        """
        with self._store.reading() as connection:
            row = connection.execute(select(_UPLOAD).where(_UPLOAD.c.upload_id == upload_id)).one_or_none()
        found = None if row is None else _upload(row)
        if found is None or found.expires_ms <= now_ms:
            raise NoUploadError
        return found

    def append(
        self, upload: Upload, begins_at: int, content: bytes, *, expires_ms: int, bounds: Bounds | None = None
    ) -> None:
        """Keep what arrived next; durable when this returns.

        Args:
            upload: Whose.
            begins_at: Where it goes on, in bytes from the beginning.
            content: What arrived.
            expires_ms: When it is let go if nothing follows, as wall time.
            bounds: Of its kind, where what arrived counts.

        Raises:
            UploadOffsetError: Another request has brought something from there meanwhile, or the upload is gone.
            StoreUnavailableError: Nothing was kept.
        """
        ends_at = begins_at + len(content)
        here = (_UPLOAD.c.upload_id == upload.upload_id) & (_UPLOAD.c.arrived_bytes == begins_at)
        if bounds is not None and bounds.counts_arrived:
            with self._store.transaction() as connection:  # of its own: none waits here that holds its own upload
                _let_stalest_go(connection, upload, len(content), bounds)
        with self._store.transaction() as connection:
            moved = connection.execute(
                _UPLOAD.update().where(here).values(arrived_bytes=ends_at, expires_ms=expires_ms)
            )
            if moved.rowcount != 1:
                raise UploadOffsetError
            connection.execute(_PIECE.insert().values(upload_id=upload.upload_id, begins_at=begins_at, content=content))

    def read(self, upload: Upload) -> bytes:
        """All that arrived of it.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        pieces = select(_PIECE.c.content).where(_PIECE.c.upload_id == upload.upload_id)
        with self._store.reading() as connection:
            return b"".join(connection.execute(pieces.order_by(_PIECE.c.begins_at)).scalars())

    def remove(self, upload_id: str) -> None:
        """Let an upload go, with all that arrived of it.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with self._store.transaction() as connection:
            _let_go(connection, _UPLOAD.c.upload_id == upload_id)


def _of_kind(kind: str) -> Any:
    """Uploads that were begun before there were kinds are of envelopes."""
    return func.coalesce(_UPLOAD.c.kind, ENVELOPE_KIND) == kind


def _make_room(connection: Connection, upload: Upload, bounds: Bounds) -> None:
    mine = select(_UPLOAD.c.upload_id).where((_UPLOAD.c.owner == upload.owner) & _of_kind(upload.kind))
    known = connection.execute(mine.order_by(_UPLOAD.c.begun_ms.desc(), _UPLOAD.c.upload_id)).scalars().all()
    for upload_id in known[bounds.each - 1 :]:
        _let_go(connection, _UPLOAD.c.upload_id == upload_id)


def _sum(connection: Connection, column: Column[Any], kind: str) -> int:
    return int(connection.execute(select(func.coalesce(func.sum(column), 0)).where(_of_kind(kind))).scalar_one())


def _let_stalest_go(connection: Connection, upload: Upload, more_bytes: int, bounds: Bounds) -> None:
    """Make room for what comes next: what is still coming stays."""
    over = _sum(connection, _UPLOAD.c.arrived_bytes, upload.kind) + more_bytes - bounds.whole_bytes
    if over <= 0:
        return
    others = (_UPLOAD.c.upload_id != upload.upload_id) & (_UPLOAD.c.arrived_bytes > 0) & _of_kind(upload.kind)
    stalest = select(_UPLOAD.c.upload_id, _UPLOAD.c.arrived_bytes).where(others)
    for upload_id, arrived_bytes in connection.execute(
        stalest.order_by(_UPLOAD.c.expires_ms, _UPLOAD.c.upload_id)
    ).all():
        if over <= 0:
            return
        _let_go(connection, _UPLOAD.c.upload_id == upload_id)
        over -= arrived_bytes


def _let_go(connection: Connection, chosen: Any) -> None:
    """The uploads first: this waits for one that is being appended to, whose new piece is then seen and goes too."""
    gone = connection.execute(_UPLOAD.delete().where(chosen).returning(_UPLOAD.c.upload_id)).scalars().all()
    if gone:
        one = _PIECE.delete().where(_PIECE.c.upload_id == bindparam("gone"))
        connection.execute(one, [{"gone": upload_id} for upload_id in gone])


def _upload(row: Row[Any]) -> Upload:
    return Upload(**{**row._mapping, "kind": row.kind or ENVELOPE_KIND})  # noqa: SLF001 - SQLAlchemy's public name for it
