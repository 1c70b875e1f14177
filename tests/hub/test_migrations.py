"""The hub's database from one revision to the next and back, with data, on SQLite and PostgreSQL."""

import hashlib
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from inspect import unwrap
from pathlib import Path
from typing import Any, Final

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from procrastinate.schema import SchemaManager
from sqlalchemy import MetaData, inspect
from sqlalchemy.engine import Connection, Engine

from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.hub.arrival import Status
from pocus_desktop.hub.certificates import store as certificate_tables
from pocus_desktop.hub.errors import DatabaseNewerError, DatabaseOlderError, LogInUseError, StoreMismatchError
from pocus_desktop.hub.peers import store as peer_tables
from pocus_desktop.hub.programme import store as programme_tables
from pocus_desktop.hub.records import store_engine, store_schema
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.records.store_tables import META
from pocus_desktop.hub.registry import store as registry_tables
from pocus_desktop.hub.staff import store as staff_tables
from tests.hub.school import School
from tests.hub.tables import dumped, made_once

pytestmark = pytest.mark.slow

GOLDEN: Final = Path(__file__).resolve().parents[1] / "golden" / "hub" / "format-1"
KEYS: Final = AcademyKeys(signing=SigningKey.from_seed(bytes([1]) * 32), sealing=SealingKey.from_seed(bytes([2]) * 32))
"""Whose hub the golden one is; made by the program before it had revisions."""

TABLES: Final = (registry_tables, staff_tables, programme_tables, certificate_tables, peer_tables)
"""Every module of tables besides `hub.records.store_tables`: importing it enters them in `META`."""

FILLED: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    "0001": {
        "envelope": {
            "digest": "a" * 64,
            "sitting": "sit_1",
            "last_seq": 2**40,
            "is_partial": False,
            "station": "key_1",
            "received_at_ms": 1_800_000_000_000,
            "receipt": bytes(range(256)),
        },
        "result": {
            "sitting": "sit_1",
            "digest": "a" * 64,
            "last_seq": 2**40,
            "is_partial": False,
            "admission_id": "adm_1",
            "candidate_id": "C-ñ",
            "attempt": 1,
            "mode": "live",
            "bundle_id": "lung-a",
            "bundle_version": 3,
            "status": "scored",
            "problem": "",
            "has_fork": True,
            "report": '{"points": 3}',
            "settled_at_ms": None,
        },
        "quarantine": {"digest": "b" * 64, "reason": "hub.not_admitted", "size_bytes": 2**33, "received_at_ms": 5},
    },
    "0002": {
        "registry_setting": {"name": "rules", "value": b"{}"},
        "candidate": {
            "folded_id": "c-17",
            "candidate_id": "C-17",
            "name": "Ana",
            "photo": b"\x00\xff",
            "accommodations": "{}",
        },
        "registry_entry": {
            "number": 1,
            "subject": "C-17",
            "at_ms": 1,
            "action": "added",
            "was": "",
            "now": "",
            "who": "ada",
            "why": "",
        },
    },
    "0003": {},
    "0004": {
        "upload": {
            "upload_id": "u",
            "digest": "ab" * 32,
            "owner": "ed25519:a",
            "size_bytes": 9,
            "arrived_bytes": 3,
            "begun_ms": 1,
            "expires_ms": 2,
        },
        "upload_piece": {"upload_id": "u", "begins_at": 0, "content": b"\x00\xffa"},
    },
    "0005": {
        "log": {"id": 1, "origin": "pocus-log/x", "size": 1, "peaks": bytes(32), "checkpoint": b"x"},
        "log_entry": {"number": 0, "digest": "a" * 64, "entry": bytes(range(32))},
        "log_tile": {"level": 0, "number": 2**40, "root": bytes(32)},
    },
    "0006": {
        "move": {
            "digest": "a" * 64,
            "sitting": "sit_1",
            "rank": 1,
            "centre_signing_id": "ed25519-1",
            "remark": "moved",
        },
    },
    "0007": {
        "incident": {
            "digest": "c" * 64,
            "centre_id": "north",
            "reference": "482 7105 9364",
            "entries": 2,
            "received_ms": 7,
            "is_extending": True,
            "envelope": b"\x00\xff",
            "receipt": b"\x00",
        },
    },
    "0008": {
        "ordered": {"digest": "a" * 64, "sitting": "sit_1", "centre_signing_id": "ed25519-1", "remarks": "void"},
    },
    "0009": {
        "staff": {
            "staff_id": "stf_1",
            "login": "ada",
            "name": "Ada Ñ",
            "roles": "registrar",
            "state": "active",
            "password": b"\x00\xff",
            "factor": None,
            "last_step": 2**40,
            "issuer": None,
            "subject": None,
            "made_ms": 1,
        },
        "staff_recovery": {"digest": "d" * 64, "staff_id": "stf_1", "number": 1, "used_ms": None},
        "staff_session": {
            "digest": "e" * 64,
            "staff_id": "stf_1",
            "stage": "whole",
            "factor": b"\x00",
            "made_ms": 1,
            "seen_ms": 2,
            "ended_ms": None,
        },
    },
    "0010": {
        "portfolio": {
            "account_id": "acc_1",
            "key_id": "ed25519-1",
            "key": bytes(32),
            "next_key_id": "",
            "folded_id": None,
            "candidate_id": None,
            "claimed_id": "C-ñ",
            "name": "Ana",
            "email": "ana@example.org",
            "zone": "UTC",
            "first_ms": 2**40,
        },
        "portfolio_submission": {
            "digest": "f" * 64,
            "account_id": "acc_1",
            "received_ms": 1,
            "envelope": b"\x00",
            "receipt": b"\xff",
        },
        "portfolio_document": {
            "digest": "f" * 64,
            "account_id": "acc_1",
            "kind": "case",
            "document_id": "log_1",
            "received_ms": 1,
            "content": b"{}",
        },
        "portfolio_given": {
            "digest": "f" * 64,
            "account_id": "acc_1",
            "kind": "decision",
            "about": "app_1",
            "given_ms": 1,
            "envelope": b"\x00",
        },
        "application": {
            "application_id": "app_1",
            "account_id": "acc_1",
            "areas": "lung",
            "approved": "",
            "state": "received",
            "received_ms": 1,
            "decided_ms": None,
            "decided_by": "",
            "is_sampled": True,
        },
        "voucher": {
            "voucher_id": "vch_1",
            "batch": "bat_1",
            "recipient": "Ana",
            "folded_id": "",
            "areas": "lung",
            "issued_ms": 1,
            "refunded_ms": None,
            "envelope": b"\x00",
        },
        "voucher_entry": {
            "entry_id": "ent_1",
            "voucher_id": "vch_1",
            "account_id": "acc_1",
            "application_id": "app_1",
            "received_ms": 1,
            "is_told": False,
        },
        "audit_sample": {
            "sample_id": "smp_1",
            "seed": "s",
            "percent": 5,
            "since_ms": 0,
            "until_ms": 1,
            "population": "app_1",
            "drawn": "app_1",
            "made_ms": 1,
            "made_by": "dora",
        },
        "appeal": {
            "appeal_id": "apl_1",
            "account_id": "acc_1",
            "ground": "technology",
            "about": "sit_1",
            "state": "received",
            "received_ms": 1,
            "refusal": "",
            "replay": None,
            "decided_ms": None,
            "decided_by": "",
        },
    },
    "0011": {
        "certificate": {
            "certificate_id": "crt_1",
            "folded_id": "c-17",
            "candidate_id": "C-17",
            "list_number": 1,
            "list_index": 131_071,
            "issued_ms": 2**40,
            "valid_from_ms": 2**40,
            "valid_until_ms": 2**41,
            "state": "active",
            "signing_id": "ed25519-1",
            "renews": None,
            "credential": b"{}",
            "openings": b"\x00\xff",
        },
    },
    "0012": {
        "peer_panel": {
            "panel_id": "pan_1",
            "application_id": "app_1",
            "candidate_id": "C-ñ",
            "area": "lung",
            "policy": 1,
            "questionnaire": "lung-1",
            "begun_ms": 1,
            "closes_ms": 2**41,
            "next_ms": None,
            "about": b"\x00\xff",
        },
        "peer_evaluator": {
            "evaluator_id": "ev_1",
            "panel_id": "pan_1",
            "number": 1,
            "nomination_id": "",
            "language": "es",
            "standing": "{}",
            "person": b"\x00",
            "said": None,
        },
        "peer_link": {
            "digest": "d" * 64,
            "evaluator_id": "ev_1",
            "purpose": "answer",
            "mail_id": "mail_1",
            "expires_ms": 2**41,
        },
        "peer_mail": {
            "mail_id": "mail_1",
            "evaluator_id": "ev_1",
            "kind": "invitation",
            "number": 1,
            "state": "sent",
            "due_ms": 1,
            "changed_ms": 2,
            "tries": 1,
            "problem": "",
        },
        "peer_unwanted": {"address_digest": "e" * 64, "at_ms": 1},
    },
    "0013": {
        "peer_notice": {"notice_id": "ntc_1", "account_id": "acc_1", "at_ms": 2**40},
        "peer_request": {"request_id": "rem_1", "nomination_id": "nom_1", "at_ms": 2**40, "is_done": True},
    },
    "0014": {"untold": {"sitting": "sit_1", "since_ms": 2**40}},
    "0015": {
        "portfolio_file": {
            "account_id": "acc_1",
            "sha256": "c" * 64,
            "sealed_digest": "d" * 64,
            "candidate_id": "P000000001",
            "size_bytes": 2**25,
            "kind": "application/pdf",
            "agreed_ms": 2**40,
            "received_ms": 2**40,
            "gone_ms": None,
            "receipt": b"signed",
        },
    },
    "0016": {},
    "0017": {"staff_try": {"digest": "f" * 64, "tokens": 1.5, "at_ms": 2**40}},
    "0018": {},
}
"""Rows of each revision's tables."""


@pytest.fixture(autouse=True)
def _revisions_are_run_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_schema, "upgrade", unwrap(store_schema.upgrade))


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of either kind."""
    postgresql = request.param == "postgresql"
    url = request.getfixturevalue("database") if postgresql else f"sqlite:///{tmp_path / 'hub.sqlite'}"
    made = store_engine.connect(url)
    yield made
    made.dispose()


def _content(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of ours: what it holds, by column; a column that a revision adds holds nothing yet."""
    found = MetaData()
    with engine.connect() as connection:
        found.reflect(connection)
        return {
            table.name: sorted(
                (
                    {name: value for name, value in row.items() if value is not None}
                    for row in connection.execute(table.select()).mappings()
                ),
                key=repr,
            )
            for table in found.sorted_tables
            if table.name != "alembic_version" and not table.name.startswith("procrastinate_")
        }


def _fill(engine: Engine, revision: str) -> None:
    found = MetaData()
    with engine.begin() as connection:
        found.reflect(connection)
        for name, values in FILLED[revision].items():
            connection.execute(found.tables[name].insert().values(**values))


def test_every_revision_goes_up_and_down_with_data(engine: Engine) -> None:
    seen = [_content(engine)]
    for revision in store_schema.revisions():
        with engine.begin() as connection:
            store_schema.upgrade(connection, revision)
            assert store_schema.revision(connection) == revision
        before = _content(engine)
        for name, rows in seen[-1].items():
            assert before[name] == rows, f"{revision} keeps {name}"
        _fill(engine, revision)
        seen.append(_content(engine))
    back = (store_schema.NOTHING, *store_schema.revisions()[:-1])
    for revision, content in zip(reversed(back), reversed(seen[:-1]), strict=True):
        with engine.begin() as connection:
            if revision == "0004":
                _forget_log(connection)
            store_schema.downgrade(connection, revision)
            assert store_schema.revision(connection) == revision
        assert _content(engine) == content
    with engine.begin() as connection:
        store_schema.upgrade(connection)
        store_schema.require_head(connection)


def _forget_log(connection: Connection) -> None:
    for name in ("log", "log_entry", "log_tile"):
        connection.exec_driver_sql(f"DELETE FROM {name}")


@pytest.mark.parametrize("goal", ["0004", "0001", store_schema.NOTHING])
def test_a_log_that_receipts_rest_on_is_not_taken_away(engine: Engine, goal: str) -> None:
    for revision in store_schema.revisions():
        with engine.begin() as connection:
            store_schema.upgrade(connection, revision)
        _fill(engine, revision)
    before = _content(engine)
    with pytest.raises(LogInUseError), engine.begin() as connection:
        store_schema.downgrade(connection, goal)
    assert _content(engine) == before
    with engine.begin() as connection:
        store_schema.require_head(connection)


def test_what_other_tests_have_for_an_empty_database_is_what_the_revisions_make(tmp_path: Path) -> None:
    made: list[list[str]] = []
    with made_once():
        for number in range(3):
            other = store_engine.connect(f"sqlite:///{tmp_path / f'{number}.sqlite'}")
            with other.begin() as connection:
                store_schema.upgrade(connection)
                store_schema.require_head(connection)
                made.append(dumped(connection))
            other.dispose()
    assert made[0] == made[1] == made[2]
    assert len(made[0]) > len(META.tables)


def test_every_revision_has_rows_to_go_with() -> None:
    assert tuple(FILLED) == store_schema.revisions()
    assert tuple(revision for revision, _ in store_schema.described()) == store_schema.revisions(), "as Alembic sees it"


def test_the_models_are_what_the_revisions_build(engine: Engine) -> None:
    assert TABLES
    with engine.begin() as connection:
        store_schema.upgrade(connection)
        context = MigrationContext.configure(connection, opts={"include_object": _is_ours})
        assert compare_metadata(context, META) == []


def _is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def test_a_model_that_the_revisions_do_not_build_is_found(engine: Engine) -> None:
    with engine.begin() as connection:
        store_schema.upgrade(connection)
        connection.exec_driver_sql("DROP INDEX result_admission")
        connection.exec_driver_sql("ALTER TABLE candidate DROP COLUMN photo")
        context = MigrationContext.configure(connection, opts={"include_object": _is_ours})
        assert {difference[0] for difference in compare_metadata(context, META)} == {"add_index", "add_column"}


def test_an_upgrade_that_fails_leaves_the_revision_that_was(engine: Engine) -> None:
    with engine.begin() as connection:
        store_schema.upgrade(connection, "0001")
        connection.exec_driver_sql("CREATE TABLE walk_in (n integer)")  # stands in the way of the second
    with pytest.raises(Exception, match="walk_in"), engine.begin() as connection:
        store_schema.upgrade(connection)
    with engine.connect() as connection:
        assert store_schema.revision(connection) == "0001"
        assert not inspect(connection).has_table("candidate")


def test_two_that_upgrade_at_once_upgrade_once(engine: Engine) -> None:
    faults: list[BaseException] = []

    def work() -> None:
        try:
            with engine.begin() as connection:
                store_schema.upgrade(connection)
        except BaseException as fault:  # noqa: BLE001 - told to the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_the_queue_is_the_one_that_its_revision_was_written_for() -> None:
    """Where this fails, the library brings another schema: add a revision with its changes, then renew the digest."""
    assert hashlib.sha256(SchemaManager.get_schema().encode()).hexdigest() == QUEUE


QUEUE: Final = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"


# opening


def test_a_hub_of_format_1_is_upgraded_in_place_with_its_data(tmp_path: Path) -> None:
    school = School(folder=tmp_path, keys=KEYS)
    shutil.copytree(GOLDEN, tmp_path / "hub")
    with closing(sqlite3.connect(GOLDEN / "hub.sqlite")) as golden:
        receipts = dict(golden.execute("SELECT digest, receipt FROM envelope"))
        reports = dict(golden.execute("SELECT sitting, report FROM result"))
    hub = school.hub(is_registered=False)
    assert len(receipts) == 4
    assert {digest: hub.receipt(digest) for digest in receipts} == receipts
    assert {one.sitting: one.report for one in hub.standings()} == reports
    assert {one.status for one in hub.standings()} == {Status.SCORED}
    for digest, receipt in receipts.items():
        envelope = (tmp_path / "hub" / "objects" / digest[:2] / digest[2:]).read_bytes()
        answer = hub.take(envelope)
        assert (answer.is_new, answer.receipt) == (False, receipt)
    assert [one.reason for one in hub.quarantined()] == ["crypto.not_enough_signatures"]
    assert [one.name for one in hub.registry.enrolments.all()] == ["North", "Desk 1"]
    assert hub.registry.candidates.find("C-17").name == "Ana Roe"
    hub.close()
    copy = tmp_path / "hub" / "hub.sqlite.before-0002"
    assert _dump(copy) == _dump(GOLDEN / "hub.sqlite"), "the copy beside is the database as it was"


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_a_hub_of_before_the_registry_gets_the_tables_that_it_lacks(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hub.sqlite'}"
    engine = store_engine.connect(url)
    with engine.begin() as connection:
        store_schema.upgrade(connection, "0001")
        connection.exec_driver_sql("DROP TABLE alembic_version")
    engine.dispose()
    school = School(folder=tmp_path, keys=KEYS, database_url=url)
    hub = school.hub()
    assert hub.registry.enrolments.all() == ()
    hub.close()
    assert (tmp_path / "hub.sqlite.before-0001").exists()


def test_a_shared_database_is_upgraded_by_a_person_alone(database: str) -> None:
    for revision in (store_schema.NOTHING, *store_schema.revisions()[:-1]):
        engine = store_engine.connect(database)
        if revision != store_schema.NOTHING:
            with engine.begin() as connection:
                store_schema.upgrade(connection, revision)
        engine.dispose()
        with pytest.raises(DatabaseOlderError) as told:
            HubStore(database)
        assert told.value.params == {"found": revision, "known": store_schema.head()}
        assert "pocus hub database upgrade" in told.value.explain().next


def test_a_database_of_a_later_program_is_refused_by_name(engine: Engine) -> None:
    with engine.begin() as connection:
        store_schema.upgrade(connection)
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    url = engine.url.render_as_string(hide_password=False)
    with pytest.raises(DatabaseNewerError) as told:
        HubStore(url)
    assert told.value.params["found"] == "9999"
    for move in (store_schema.upgrade, lambda connection: store_schema.downgrade(connection, "0001")):
        with pytest.raises(DatabaseNewerError), engine.begin() as connection:
            move(connection)


def test_another_programs_database_is_refused_and_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (n integer)")
    with pytest.raises(StoreMismatchError):
        HubStore(engine.url.render_as_string(hide_password=False))
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["theirs"]
