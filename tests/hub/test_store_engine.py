"""The hub and its PostgreSQL when they meet badly: lost connections, locks, deadlocks, a server that is away."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from pocus_desktop.hub.errors import StoreUnavailableError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.records import store_engine, store_swift
from pocus_desktop.hub.records.store import HubStore
from tests.hub.postgres import PASSWORD, Cluster
from tests.hub.school import School

Trouble = Callable[[psycopg.Connection[Any]], None]


@pytest.fixture
def kept_in() -> str:
    """PostgreSQL alone has such."""
    return "postgresql"


@pytest.fixture
def later(school: School) -> Hub:
    """A hub that enters a job with each envelope."""
    return school.hub(is_scoring_later=True)


def _dsn(school: School) -> str:
    assert school.database_url is not None
    return make_url(school.database_url).set(drivername="postgresql").render_as_string(hide_password=False)


def _terminate_everyone(school: School) -> None:
    with psycopg.connect(_dsn(school)) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_connections_that_were_lost_meanwhile_are_replaced_unseen(school: School, later: Hub) -> None:
    first, second = school.sit(), school.sit()
    assert later.take(first.final).is_new
    _terminate_everyone(school)
    assert later.take(second.final).is_new
    _terminate_everyone(school)
    assert len(later.standings()) == 2
    _terminate_everyone(school)
    assert later.registry.enrolments.all() == ()
    later.close()


def test_a_database_that_only_reads_takes_no_results(school: School, later: Hub) -> None:
    """A standby that balancing led us to, or a server that somebody set so while it is mended."""
    later.check()
    with psycopg.connect(_dsn(school), autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'.encode())
    _terminate_everyone(school)
    with pytest.raises(StoreUnavailableError):
        later.check()
    later.close()


def _raise(state: str) -> Trouble:
    def trouble(driver: psycopg.Connection[Any]) -> None:
        driver.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$".encode())

    return trouble


def _die(driver: psycopg.Connection[Any]) -> None:
    driver.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.mark.parametrize(
    "trouble", [_raise("40001"), _raise("40P01"), _die], ids=["serialization", "deadlock", "connection lost"]
)
def test_a_transaction_that_met_trouble_is_done_again_once(
    school: School, later: Hub, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    real, troubles = store_swift._run, [trouble]

    def meet(driver: psycopg.Connection[Any], statement: bytes, values: Any = None) -> Any:
        if statement == b"COMMIT" and troubles:  # all is written, and nothing is promised yet
            troubles.pop()(driver)
        return real(driver, statement, values)

    monkeypatch.setattr(store_swift, "_run", meet)
    sat = school.sit()
    answer = later.take(sat.final)
    assert answer.is_new
    with psycopg.connect(_dsn(school)) as connection:
        for table in ("envelope", "result", "procrastinate_jobs"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)
    assert (later.take(sat.final).receipt, troubles) == (answer.receipt, [])
    later.close()


def test_a_connection_that_is_lost_while_something_is_undone_is_told_as_ours(school: School) -> None:
    engine = store_engine.connect(school.database_url or "")

    def stop() -> None:
        with store_engine.told_as_ours(), store_engine.driver(engine) as driver:
            driver.execute("BEGIN")
            _terminate_everyone(school)
            raise KeyError("whatever stopped it")

    with pytest.raises(StoreUnavailableError):
        stop()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
    engine.dispose()


def test_trouble_that_does_not_pass_is_told_and_nothing_is_entered(
    school: School, later: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_swift, "write", lambda driver, _change: _raise("40001")(driver))
    sat = school.sit()
    with pytest.raises(StoreUnavailableError):
        later.take(sat.final)
    assert later.standings() == ()
    later.close()


def test_a_lock_that_someone_keeps_is_not_waited_for_without_end(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_engine, "LOCK_MS", 100)
    hub = school.hub(is_scoring_later=True)
    sat = school.sit()
    with psycopg.connect(_dsn(school)) as other:
        other.execute("LOCK TABLE result IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreUnavailableError) as told:
            hub.take(sat.final)
        assert told.value.params == {"reason": "LockNotAvailable"}
    assert hub.take(sat.final).is_new
    hub.close()


def test_a_statement_without_end_is_ended(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_engine, "STATEMENT_MS", 100)
    engine = store_engine.connect(school.database_url or "")
    with pytest.raises(StoreUnavailableError) as told, store_engine.told_as_ours(), engine.begin() as connection:
        connection.exec_driver_sql("SELECT pg_sleep(60)")
    assert told.value.params == {"reason": "QueryCanceled"}
    engine.dispose()


def test_more_threads_than_connections_wait_for_their_turn(school: School, later: Hub) -> None:
    sat = school.sit()
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: answers.append(later.take(sat.final).receipt))
        for _ in range(3 * store_engine.CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(threads)
    assert len(set(answers)) == 1
    later.close()


def test_a_server_that_is_away_is_told_and_found_again(school: School, later: Hub, postgres: Cluster) -> None:
    sat = school.sit()
    postgres.kill()
    for ask in (lambda: later.take(sat.final), later.standings, later.check):
        with pytest.raises(StoreUnavailableError) as told:
            ask()
        assert PASSWORD not in f"{told.value} {told.value.explain()}"
    postgres.start()
    assert later.take(sat.final).is_new
    later.check()
    later.close()


@pytest.mark.parametrize(
    "change", [{"password": "another"}, {"database": "none"}, {"username": "nobody"}, {"port": 1}], ids=str
)
def test_a_server_that_does_not_let_us_in_is_told_without_the_password(school: School, change: dict[str, Any]) -> None:
    url = make_url(school.database_url or "").set(**change).render_as_string(hide_password=False)
    with pytest.raises(StoreUnavailableError) as told:
        school.hub(database_url=url)
    assert PASSWORD not in f"{told.value} {told.value.explain()}"


def test_what_was_committed_is_synced_whatever_the_role_says(school: School) -> None:
    with psycopg.connect(_dsn(school), autocommit=True) as connection:
        connection.execute("ALTER ROLE CURRENT_USER SET synchronous_commit = off")
        engine = store_engine.connect(school.database_url or "")
        with engine.connect() as ours:
            assert ours.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
        engine.dispose()
        connection.execute("ALTER ROLE CURRENT_USER RESET synchronous_commit")


def test_a_file_that_only_reads_takes_no_results(tmp_path: Path) -> None:
    HubStore(f"sqlite:///{tmp_path / 'hub.sqlite'}").close()
    store = HubStore(f"sqlite:///file:{tmp_path / 'hub.sqlite'}?mode=ro&uri=true")
    with pytest.raises(StoreUnavailableError, match="SQLITE_READONLY"):
        store.check()
    store.close()
