"""Rows of envelopes whose sittings moved between stations, or should not have (formats/move 6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from pocus_desktop.hub.arrival import Arrival
from pocus_desktop.hub.records.store_tables import MOVE


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRemark:
    """What must be known of an envelope of a sitting that moved, or that should not have.

    Attributes:
        centre: Key id of the centre that permitted its moves; empty where none did.
        remark: A code; empty where there is nothing to know.
    """

    digest: str
    sitting: str
    centre: str
    remark: str


def ranks(connection: Connection, digests: Sequence[str]) -> dict[str, int]:
    """How envelopes rank; one without a row here did not move, and ranks 0."""
    chosen = select(MOVE.c.digest, MOVE.c.rank).where(MOVE.c.digest.in_(digests))
    return {row.digest: row.rank for row in connection.execute(chosen)}


def enter(connection: Connection, arrivals: Sequence[Arrival]) -> None:
    """Enter those of fresh envelopes that moved."""
    rows = [
        {
            "digest": one.digest,
            "sitting": one.sitting,
            "rank": one.rank,
            "centre_signing_id": one.centre,
            "remark": "",
        }
        for one in arrivals
        if one.rank
    ]
    if rows:
        connection.execute(MOVE.insert(), rows)


def note(connection: Connection, sitting: str, remarks: Mapping[str, str]) -> None:
    """What must be known of a sitting's envelopes, by digest; what was noted before is replaced."""
    of_it = MOVE.c.sitting == sitting
    known = set(connection.execute(select(MOVE.c.digest).where(of_it).with_for_update()).scalars())
    connection.execute(MOVE.update().where(of_it).values(remark=""))
    for digest, remark in remarks.items():
        if digest in known:
            connection.execute(MOVE.update().where(MOVE.c.digest == digest).values(remark=remark))
        else:
            values = {"digest": digest, "sitting": sitting, "rank": 0, "centre_signing_id": "", "remark": remark}
            connection.execute(MOVE.insert().values(**values))


def remarks(connection: Connection, sitting: str | None) -> tuple[MoveRemark, ...]:
    """What must be known of envelopes of sittings that moved, or of those of one sitting."""
    chosen = select(MOVE).order_by(MOVE.c.sitting, MOVE.c.digest)
    if sitting is not None:
        chosen = chosen.where(MOVE.c.sitting == sitting)
    return tuple(
        MoveRemark(digest=row.digest, sitting=row.sitting, centre=row.centre_signing_id, remark=row.remark)
        for row in connection.execute(chosen)
    )
