"""Scoring by jobs: entered with what they are about, run at least once, and the same in effect as scoring at once."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from pocus_desktop.hub.arrival import Status
from pocus_desktop.hub.errors import NeedsServerError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.records import store_swift
from pocus_desktop.hub.records.store import HubStore, Standing
from pocus_desktop.hub.work import Worker
from tests.hub.postgres import Cluster
from tests.hub.school import BUNDLE, CHEAPER_KEY, KEY, School

pytestmark = pytest.mark.slow


@pytest.fixture
def kept_in() -> str:
    """Jobs are PostgreSQL's."""
    return "postgresql"


def _dsn(school: School) -> str:
    assert school.database_url is not None
    return make_url(school.database_url).set(drivername="postgresql").render_as_string(hide_password=False)


def _jobs(school: School) -> list[tuple[Any, ...]]:
    with psycopg.connect(_dsn(school)) as connection:
        return connection.execute("SELECT status, lock, attempts FROM procrastinate_jobs ORDER BY id").fetchall()


def _drain(hub: Hub) -> None:
    Worker(hub).drain()


def test_an_accepted_envelope_is_scored_by_a_worker(school: School) -> None:
    hub = school.hub(is_scoring_later=None)
    sat = school.sit()
    assert hub.take(sat.final).is_new
    before = hub.standing(sat.sitting)
    assert before is not None
    assert before.status is Status.RECEIVED
    assert _jobs(school) == [("todo", sat.sitting, 0)]
    _drain(hub)
    after = hub.standing(sat.sitting)
    assert after is not None
    assert after.status is Status.SCORED
    assert _jobs(school) == []
    hub.close()


def test_both_ways_give_the_same_standings(school: School, tmp_path: Path) -> None:
    at_once = School(folder=tmp_path / "at-once", keys=school.keys, station=school.station)
    hubs = (school.hub(is_scoring_later=True, is_registered=False), at_once.hub(is_registered=False))
    sats = [school.sit(), school.sit(vein="yes"), school.sit(plan="wait")]
    early, late = sats[0], sats[1:]
    stranger = school.seal(early.recorded[:-1], early.admission)  # a history that the final one continues
    for hub in hubs:
        for envelope in (early.partial, early.final, stranger):
            hub.take(envelope)
        school.register(hub)
        for sat in late:
            hub.take(sat.final)
            hub.take(sat.partial)
        school.register(hub, CHEAPER_KEY)
    _drain(hubs[0])
    found = [[_timeless(one) for one in hub.standings()] for hub in hubs]
    assert found[0] == found[1]
    assert {one.status for one in found[0]} == {Status.SCORED}
    assert hubs[0].report(late[0].sitting) == hubs[1].report(late[0].sitting)
    for hub in hubs:
        hub.close()


def _timeless(standing: Standing) -> Standing:
    return replace(standing, settled_at_ms=0)


def test_an_envelope_that_is_not_accepted_leaves_no_job(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = school.hub(is_scoring_later=True)
    sat = school.sit()
    real = store_swift._run

    def fail(driver: Any, statement: bytes, values: Any = None) -> Any:
        if statement == b"COMMIT":  # the job is entered; this comes after it in the same transaction
            real(driver, b"SELECT no_such_column")
        return real(driver, statement, values)

    monkeypatch.setattr(store_swift, "_run", fail)
    with pytest.raises(Exception, match=r"hub\.store_unavailable"):
        hub.take(sat.final)
    assert (_jobs(school), hub.standings()) == ([], ())
    monkeypatch.undo()
    hub.take(sat.final)
    assert len(_jobs(school)) == 1
    hub.close()


def test_a_job_that_fails_is_tried_again_later(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = school.hub(is_scoring_later=True)
    sat = school.sit()
    hub.take(sat.final)

    def away(*_given: Any, **_more: Any) -> None:
        raise ConnectionError("a secret could stand here")

    monkeypatch.setattr(HubStore, "settle", away)
    _drain(hub)
    assert _jobs(school) == [("todo", sat.sitting, 1)]
    monkeypatch.undo()
    hub.close()


def test_a_sitting_that_waits_without_a_job_gets_one(school: School) -> None:
    hub = school.hub(is_scoring_later=True)
    sat = school.sit()
    hub.take(sat.final)
    with psycopg.connect(_dsn(school)) as connection:
        connection.execute("DELETE FROM procrastinate_jobs")
    _drain(hub)
    assert hub.report(sat.sitting) is not None
    assert hub.enter_missing_jobs() == 0
    hub.close()


def test_a_hub_on_sqlite_has_nothing_to_work_on(tmp_path: Path) -> None:
    hub = School(folder=tmp_path).hub()
    with pytest.raises(NeedsServerError):
        Worker(hub)
    hub.close()


WORKER = """
import os, signal, sys
from pathlib import Path
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.hub import hub as hubs
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.work import Worker

folder, signing, sealing, when = Path(sys.argv[1]), *sys.argv[2:5]
keys = AcademyKeys(signing=SigningKey.from_seed(bytes.fromhex(signing)),
                   sealing=SealingKey.from_seed(bytes.fromhex(sealing)))
settle = HubStore.settle

def dying(store, sitting, **given):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    settle(store, sitting, **given)
    os.kill(os.getpid(), signal.SIGKILL)

if when != "never":
    HubStore.settle = dying
hub = hubs.Hub(folder, keys, os.environ["POCUS_DATABASE_URL"])
print("ready", flush=True)
Worker(hub, heartbeat_s=0.2).run()
hub.close()
print("stopped", flush=True)
"""


def _start(school: School, when: str) -> "subprocess.Popen[str]":
    keys = school.keys
    arguments = [str(school.folder / "hub"), keys.signing.seed.hex(), keys.sealing.seed.hex(), when]
    environment = {**os.environ, "POCUS_DATABASE_URL": school.database_url or ""}
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, *arguments], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_killed_workers_job_is_taken_up_by_another(school: School, when: str) -> None:
    hub = school.hub(is_scoring_later=True)
    sat = school.sit()
    hub.take(sat.final)
    with _start(school, when) as process:
        assert process.wait(timeout=60) == -signal.SIGKILL
    assert [status for status, *_ in _jobs(school)] == ["doing"]
    with psycopg.connect(_dsn(school)) as connection:
        connection.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    _drain(hub)
    assert _jobs(school) == []
    report = hub.report(sat.sitting)
    assert report is not None
    assert report.points == sum(entry.get("points", 1) for entry in KEY["entries"])
    hub.close()


def test_a_worker_goes_on_after_the_database_was_killed_and_stops_when_told(school: School, postgres: Cluster) -> None:
    hub = school.hub(is_scoring_later=True)
    first, second = school.sit(), school.sit(vein="yes")
    with _start(school, "never") as process:
        hub.take(first.final)
        _wait_for(hub, first.sitting)
        postgres.kill()
        postgres.start()
        hub.take(second.final)
        _wait_for(hub, second.sitting)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
        assert process.stdout is not None
        assert process.stdout.read() == "stopped\n"
    assert hashlib.sha256(second.final).hexdigest() in {one.digest for one in hub.standings()}
    assert {one.bundle_id for one in hub.standings()} == {BUNDLE}
    hub.close()


def _wait_for(hub: Hub, sitting: str) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        standing = hub.standing(sitting)
        if standing is not None and standing.status is Status.SCORED:
            return
        time.sleep(0.1)
    raise AssertionError("it was not scored")
