"""What became of each file that goes to the academy, in the portfolio's database (formats/portfolio 2.7)."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection, Row

from pocus_desktop.kernel.store_file import StoreFile

META: Final = MetaData()
_FILE: Final = Table(
    "file_sent",
    META,
    Column("sha256", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("recipient", String, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("sealed_ms", Integer, nullable=False),
    Column("upload", String, nullable=False, default=""),
    Column("arrived_bytes", Integer, nullable=False, default=0),
    Column("receipt", LargeBinary),
    Column("received_ms", Integer),
    Column("problem", String, nullable=False, default=""),
    Column("is_refused", Integer, nullable=False, default=0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A file that was sealed for the academy, and what became of it.

    Attributes:
        sha256: Of the file.
        digest: Of the sealed bytes, by which they go.
        recipient: Id of the academy's key that they are sealed to.
        size_bytes: Of the sealed bytes.
        upload: Where the academy takes them, once begun.
        arrived_bytes: How many of them it had when last heard of.
        receipt: The academy's; None before.
        problem: Code of why there is no receipt; empty where there is, or nothing was tried.
        is_refused: Whether the academy said no, so that the same again cannot help.
    """

    sha256: str
    digest: str
    recipient: str
    size_bytes: int
    sealed_ms: int
    upload: str = ""
    arrived_bytes: int = 0
    receipt: bytes | None = None
    received_ms: int | None = None
    problem: str = ""
    is_refused: bool = False


class FileRows:
    """The rows, by the file's digest; each call is one transaction."""

    def __init__(self, file: StoreFile) -> None:
        self._file = file

    def all(self) -> dict[str, FileRow]:
        """Every row."""
        with self._file.transaction() as connection:
            return {row.sha256: _row(row) for row in connection.execute(select(_FILE))}

    def find(self, sha256: str) -> FileRow | None:
        """One; None where the file was never sealed."""
        with self._file.transaction() as connection:
            return _one(connection, sha256)

    def keep(self, row: FileRow) -> None:
        """Note that a file was sealed; whatever was known of it before is forgotten."""
        values = {name: getattr(row, name) for name in ("digest", "recipient", "size_bytes", "sealed_ms")}
        fresh: dict[str, Any] = {**values, "upload": "", "arrived_bytes": 0, "problem": "", "is_refused": 0}
        fresh |= {"receipt": None, "received_ms": None}
        with self._file.transaction() as connection:
            stated = insert(_FILE).values(sha256=row.sha256, **fresh)
            connection.execute(stated.on_conflict_do_update(index_elements=["sha256"], set_=fresh))

    def change(self, sha256: str, digest: str, **values: Any) -> None:
        """Change what is known of a file as it was sealed; nothing where it was sealed anew since, or is received."""
        mine = (_FILE.c.sha256 == sha256) & (_FILE.c.digest == digest) & _FILE.c.receipt.is_(None)
        with self._file.transaction() as connection:
            connection.execute(_FILE.update().where(mine).values(**values))

    def forget(self, sha256: str) -> None:
        """Let a file be sealed anew, and go again: nothing is known of it any more."""
        with self._file.transaction() as connection:
            connection.execute(_FILE.delete().where(_FILE.c.sha256 == sha256))

    def forget_refusals(self) -> None:
        """Let what was refused go again."""
        with self._file.transaction() as connection:
            connection.execute(_FILE.update().where(_FILE.c.is_refused == 1).values(is_refused=0, problem=""))


def _one(connection: Connection, sha256: str) -> FileRow | None:
    row = connection.execute(select(_FILE).where(_FILE.c.sha256 == sha256)).one_or_none()
    return None if row is None else _row(row)


def _row(row: Row[Any]) -> FileRow:
    return FileRow(**{**row._mapping, "is_refused": bool(row.is_refused)})  # noqa: SLF001 - SQLAlchemy's public name
