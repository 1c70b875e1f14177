"""Sittings of which a candidate may have to be told something: noted in the transaction that changes it.

Who tells removes the note in the transaction that enters what is told; a process that dies between the two leaves the
note, and the next one takes it up. Who removes it holds it before they look, so that a change which comes meanwhile
waits, and is noted anew behind them.
"""

from sqlalchemy.engine import Connection

from pocus_desktop.hub.records.store_tables import UNTOLD


def note(connection: Connection, sitting: str, now_ms: int) -> None:
    """Something about this sitting changed."""
    noted = connection.execute(UNTOLD.update().where(UNTOLD.c.sitting == sitting).values(since_ms=now_ms))
    if not noted.rowcount:
        connection.execute(UNTOLD.insert().values(sitting=sitting, since_ms=now_ms))


def remove(connection: Connection, sitting: str) -> None:
    """Whoever is to be told of it as it is now was told."""
    connection.execute(UNTOLD.delete().where(UNTOLD.c.sitting == sitting))
