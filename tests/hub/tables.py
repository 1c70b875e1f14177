"""Empty databases of a hub in SQLite: the revisions make the first one of a run, and the others are made like it.

`test_migrations.py` runs the revisions each time, and shows that what is made here is the same.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps

import pytest
from sqlalchemy.engine import Connection

from pocus_desktop.hub.records import store_schema

_BRACKETS = {"BEGIN TRANSACTION;", "COMMIT;"}


@contextmanager
def made_once() -> Iterator[None]:
    """As long as it lasts, every empty SQLite database but the first gets its tables as statements."""
    upgrade, statements = store_schema.upgrade, list[str]()

    @wraps(upgrade)
    def quickly(connection: Connection, to: str = "head") -> None:
        if connection.dialect.name != "sqlite" or to != "head" or not store_schema.is_empty(connection):
            upgrade(connection, to)
        elif statements:
            driver = _driver(connection)
            for statement in statements:
                driver.execute(statement)
        else:
            upgrade(connection)
            statements.extend(dumped(connection))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_schema, "upgrade", quickly)
        yield


def dumped(connection: Connection) -> list[str]:
    """The statements that make a database as this one is."""
    return [statement for statement in _driver(connection).iterdump() if statement not in _BRACKETS]


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver
