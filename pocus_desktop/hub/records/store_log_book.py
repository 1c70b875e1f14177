"""The log of one hub, each step in a transaction of its own (`store_log` has its rows)."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy.engine import Connection

from pocus_desktop.hub.errors import LogDamagedError
from pocus_desktop.hub.records import store_log
from pocus_desktop.hub.records.store_database import Database
from pocus_desktop.hub.records.store_log import Held, LogState, NewEntry, Sign
from pocus_desktop.sitting.receipt import entry_of, place_of
from pocus_desktop.tlog.tiles import WIDTH, Part

_OLDER_AT_ONCE: Final = 4096


class LogBook:
    """The log; any thread and several processes may call.

    Args:
        database: The hub's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, origin: str, sign: Sign) -> LogState:
        """Begin the log where there is none; as it stands.

        Raises:
            StoreUnavailableError: The database does not take it.
        """
        return self._database.again(lambda connection: _begin_log(connection, origin, sign))

    def sign_again(self, sign: Sign) -> None:
        """Sign the log's head anew, as it stands.

        Raises:
            StoreUnavailableError: The database does not take it.
        """
        self._database.again(lambda connection: store_log.sign_again(connection, sign))

    def enter_older(self, sign: Sign) -> int:
        """Enter in the log what was accepted before there was one, in the order in which it came; how many.

        Raises:
            LogDamagedError: A receipt names the log, and the log does not hold it.
            StoreUnavailableError: The database does not take it.
        """
        entered = 0
        while (number := self._database.again(lambda connection: _enter_older(connection, sign))) > 0:
            entered += number
        return entered

    def state(self) -> LogState | None:
        """The log as it stands; None before it was begun."""
        with self._database.reading() as connection:
            return store_log.look(connection)

    def counted(self) -> tuple[LogState | None, int]:
        """The log as it stands, and how many entries are stored, at one moment in which nobody appends."""
        return self._database.again(lambda connection: (store_log.take(connection), store_log.count(connection)))

    def part(self, part: Part) -> bytes | None:
        """A tile or a bundle of entries; None where the log has not so many."""
        with self._database.reading() as connection:
            return store_log.part(connection, part)

    def held(self, *, at_once: int = WIDTH) -> Iterator[Held]:
        """Every entry with the receipt that was given for it, in order; entries that come meanwhile as well.

        They are read so many at once, and no transaction is open in between: who goes through them reads envelopes.
        """
        after = -1
        while True:
            with self._database.reading() as connection:
                found = store_log.held(connection, after, at_once)
            yield from found
            if len(found) < at_once:
                return
            after = found[-1].number

    def not_entered(self) -> tuple[str, ...]:
        """Envelopes that were accepted and that the log does not hold."""
        with self._database.reading() as connection:
            return tuple(digest for digest, _ in store_log.not_entered(connection, None))


def _begin_log(connection: Connection, origin: str, sign: Sign) -> LogState:
    return store_log.take(connection) or store_log.begin(connection, origin, sign)


def _enter_older(connection: Connection, sign: Sign) -> int:
    state = store_log.take(connection)
    older = store_log.not_entered(connection, _OLDER_AT_ONCE)
    if state is None or any(place_of(receipt) is not None for _, receipt in older):
        raise LogDamagedError(part="entries", reason="a receipt names the log that does not hold it")
    if older:
        new = [NewEntry(digest=digest, entry=entry_of(receipt)) for digest, receipt in older]
        store_log.write(connection, store_log.grown(state, new, sign))
    return len(older)
