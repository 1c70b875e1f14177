"""Rows of envelopes in which a proctor ordered something that must be known (formats/order 5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from pocus_desktop.hub.records.store_tables import ORDERED


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRemark:
    """What must be known of an envelope that speaks for its sitting.

    Attributes:
        centre: Key id of the centre whose orders hold; empty where none do.
        remarks: Codes; empty where only a centre vouches.
    """

    digest: str
    sitting: str
    centre: str
    remarks: tuple[str, ...]


def note(connection: Connection, sitting: str, found: OrderRemark | None) -> None:
    """What must be known of a sitting's orders; what was noted before is replaced."""
    connection.execute(ORDERED.delete().where(ORDERED.c.sitting == sitting))
    if found is not None:
        connection.execute(
            ORDERED.insert().values(
                digest=found.digest,
                sitting=found.sitting,
                centre_signing_id=found.centre,
                remarks=" ".join(found.remarks),
            )
        )


def remarks(connection: Connection, sitting: str | None) -> Sequence[OrderRemark]:
    """What is noted of all sittings, or of one."""
    chosen = select(ORDERED).order_by(ORDERED.c.sitting)
    if sitting is not None:
        chosen = chosen.where(ORDERED.c.sitting == sitting)
    return tuple(
        OrderRemark(
            digest=row.digest,
            sitting=row.sitting,
            centre=row.centre_signing_id,
            remarks=tuple(row.remarks.split()),
        )
        for row in connection.execute(chosen)
    )
