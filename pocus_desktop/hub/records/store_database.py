"""The hub's database as every store of it speaks to it: transactions, tried again where another process came between.

SQLite for one room, PostgreSQL for an academy, by the database's URL.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, overload

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from pocus_desktop.hub.errors import StoreUnavailableError
from pocus_desktop.hub.records import store_engine

if TYPE_CHECKING:
    import psycopg

_T = TypeVar("_T")
_C = TypeVar("_C")


class Database:
    """An open database; any thread may call.

    Args:
        url: As SQLAlchemy writes it; a SQLite file is made, or upgraded, where it has to be.

    Raises:
        StoreUnavailableError: It does not answer, or its address is not understood.
        StoreMismatchError: It is of another program.
        DatabaseOlderError, DatabaseNewerError: It is of another revision (PostgreSQL: older; either: newer).
    """

    def __init__(self, url: str) -> None:
        self._engine = store_engine.open_engine(url)
        self._turns = threading.Lock()

    @property
    def is_shared(self) -> bool:
        """Whether the database is a server's, for several processes on several machines."""
        return self._engine.dialect.name == "postgresql"

    @property
    def queue_address(self) -> str:
        """The database as libpq is told of it, with its password."""
        return store_engine.libpq(self._engine.url)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction, durable when it ends; the registry's tables lie in the same database.

        Raises:
            StoreUnavailableError: The database does not take it.
        """
        with store_engine.told_as_ours(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One of this process at a time, where the whole academy has one at a time (`hub.registry.store`).

        Who waits here holds no connection: who has the turn may look something up beside it, and would find none left.

        Raises:
            StoreUnavailableError: It takes too long.
        """
        if not self._turns.acquire(timeout=store_engine.LOCK_MS / 1000):
            raise StoreUnavailableError(reason="too many at once")
        try:
            yield
        finally:
            self._turns.release()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only looks.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with store_engine.told_as_ours(), self._engine.connect() as connection:
            yield store_engine.only_reading(connection)

    def swiftly(self, work: "Callable[[psycopg.Connection[Any]], _T]") -> _T:
        """A question to PostgreSQL in the driver's words, tried again where its connection turns out to be lost.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        return self.again(work, store_engine.driver)

    @overload
    def again(self, work: Callable[[Connection], _T]) -> _T: ...
    @overload
    def again(self, work: Callable[[_C], _T], opened: Callable[[Engine], AbstractContextManager[_C]]) -> _T: ...
    def again(self, work: Callable[[Any], _T], opened: Callable[[Engine], Any] = Engine.begin) -> _T:
        """One transaction, tried again where it met another one or lost its connection; so it must be idempotent.

        Raises:
            StoreUnavailableError: Nothing was done, or it is not known; a later try tells.
        """
        with store_engine.told_as_ours():
            for pause in store_engine.pauses():
                try:
                    with opened(self._engine) as connection:
                        return work(connection)
                except DBAPIError as problem:
                    if not store_engine.is_passing(problem):
                        raise
                    pause()
        raise StoreUnavailableError(reason="too many at once")

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()
