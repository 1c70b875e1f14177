"""What the hub refused and keeps, as rows; the bytes lie in its place for objects."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from pocus_desktop.hub.records.store_database import Database
from pocus_desktop.hub.records.store_tables import QUARANTINE

PLACE_BYTES: Final = 4096
"""What a file takes on a disk besides its bytes, roughly; so that many tiny ones count too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An envelope in quarantine; `reason` is the code of the cause."""

    digest: str
    reason: str
    size_bytes: int
    received_at_ms: int


class Quarantine:
    """Envelopes that were refused; any thread and several processes may call.

    Args:
        database: The hub's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, refused: Refused) -> None:
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

        self._database.again(note)

    def all(self) -> tuple[Refused, ...]:
        """What was refused, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(QUARANTINE).order_by(QUARANTINE.c.received_at_ms)).all()
        return tuple(
            Refused(digest=row.digest, reason=row.reason, size_bytes=row.size_bytes, received_at_ms=row.received_at_ms)
            for row in rows
        )

    def holds(self, digest: str) -> bool:
        """Whether an envelope was refused before and is kept."""
        with self._database.reading() as connection:
            found = connection.execute(select(QUARANTINE.c.digest).where(QUARANTINE.c.digest == digest))
            return found.scalar_one_or_none() is not None

    def room_bytes(self) -> int:
        """How much room the quarantine takes, each file counted with its place on the disk."""
        room = func.sum(QUARANTINE.c.size_bytes + PLACE_BYTES)
        with self._database.reading() as connection:
            return int(connection.execute(select(func.coalesce(room, 0))).scalar_one())

    def release(self, digest: str) -> None:
        """An envelope that was refused once is accepted now."""
        gone = QUARANTINE.delete().where(QUARANTINE.c.digest == digest)
        self._database.again(lambda connection: connection.execute(gone))
