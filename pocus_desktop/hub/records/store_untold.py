"""Sittings of which a candidate may have to be told something: noted in the transaction that changes it.

Who tells removes the note in the transaction that enters what is told; a process that dies between the two leaves the
note, and the next one takes it up. Who removes it holds it before they look, so that a change which comes meanwhile
waits, and is noted anew behind them.
"""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from pocus_desktop.hub.records.store_tables import UNTOLD


def note(connection: Connection, sitting: str, now_ms: int) -> None:
    """Something about this sitting changed; one statement, for another process may note the same one now."""
    row = {"sitting": sitting, "since_ms": now_ms}
    key, anew = ["sitting"], {"since_ms": now_ms}
    if connection.dialect.name == "postgresql":
        connection.execute(postgresql.insert(UNTOLD).values(row).on_conflict_do_update(index_elements=key, set_=anew))
    else:
        connection.execute(sqlite.insert(UNTOLD).values(row).on_conflict_do_update(index_elements=key, set_=anew))


def remove(connection: Connection, sitting: str) -> None:
    """Whoever is to be told of it as it is now was told."""
    connection.execute(UNTOLD.delete().where(UNTOLD.c.sitting == sitting))
