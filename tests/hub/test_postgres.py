"""The tests' own PostgreSQL keeps what it committed through a kill, and gives each test a database of its own."""

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.hub.postgres import Cluster


def _name(url: str) -> str:
    name = make_url(url).database
    assert name is not None
    return name


def test_what_was_committed_survives_a_kill_and_what_was_not_is_gone(postgres: Cluster, database: str) -> None:
    dsn = postgres.dsn(_name(database))
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE kept (n integer)")
        connection.execute("INSERT INTO kept VALUES (1)")
    unfinished = psycopg.connect(dsn)
    unfinished.execute("INSERT INTO kept VALUES (2)")
    postgres.kill()
    assert not postgres.answers()
    with pytest.raises(psycopg.OperationalError):
        unfinished.execute("SELECT 1")
    unfinished.close()
    postgres.start()
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(1,)]


def test_each_test_has_an_empty_database_that_really_syncs(postgres: Cluster, database: str) -> None:
    with psycopg.connect(postgres.dsn(_name(database))) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
