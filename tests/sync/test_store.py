"""The outbox's records across versions of this program."""

import hashlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import words
from pocus_desktop.sync.engine import Stage, Status, Way
from pocus_desktop.sync.errors import OutboxOfLaterVersionError, OutboxUnreadableError
from pocus_desktop.sync.outbox import Outbox
from pocus_desktop.sync.store import FORMAT, OutboxStore
from tests.hub.school import School
from tests.sync.carriers import Story

OLD = Path(__file__).resolve().parents[1] / "golden" / "sync" / "outbox-1.sqlite"
"""Written by the program of format 1, with an entry in each state that it knew."""


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def test_records_of_format_1_become_right_rows(tmp_path: Path) -> None:
    records = tmp_path / "outbox.sqlite"
    shutil.copyfile(OLD, records)
    store = OutboxStore(records)
    rows = {row.digest: row for row in store.rows()}
    told = {
        name: (rows[_digest(name)].stage, rows[_digest(name)].status, rows[_digest(name)].problem)
        for name in ("fresh", "failed", "carried", "refused", "received")
    }
    assert told == {
        "fresh": (Stage.SEALED, Status.WAITING, ""),
        "failed": (Stage.SEALED, Status.FAILED, "sync.no_connection"),
        "carried": (Stage.SENT, Status.WAITING, "sync.no_receipt_yet"),
        "refused": (Stage.SEALED, Status.QUARANTINED, "sync.hub_refused"),
        "received": (Stage.RECEIPTED, Status.DONE, ""),
    }
    failed = rows[_digest("failed")]
    assert (failed.attempts, failed.due_ms, failed.enqueued_ms) == (3, 22_000, 2_000)
    assert rows[_digest("received")].delivered_ms == 6_000
    assert rows[_digest("refused")].reason == "sitting.not_for_this_key"
    assert len(rows) == 5
    store.close()
    again = OutboxStore(records)
    assert {row.digest: row for row in again.rows()} == rows
    again.close()


def test_an_old_row_learns_from_its_file_what_it_is_of(school: School, tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    folder.mkdir()
    sat = school.sit()
    (folder / hashlib.sha256(sat.partial).hexdigest()).write_bytes(sat.partial)
    shutil.copyfile(OLD, folder / "outbox.sqlite")
    with sqlite3.connect(folder / "outbox.sqlite") as old:
        old.execute(
            "UPDATE entry SET digest = ? WHERE digest = ?", (hashlib.sha256(sat.partial).hexdigest(), _digest("fresh"))
        )
    old.close()
    outbox = Outbox(folder, Story(), [SigningKey.generate().public])
    [row] = [row for row in outbox.rows() if row.sitting]
    assert (row.sitting, row.is_partial, row.size_bytes, row.way) == (sat.sitting, True, len(sat.partial), Way.PIECES)
    outbox.close()


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        (f"PRAGMA user_version = {FORMAT + 1}", OutboxOfLaterVersionError),
        ("PRAGMA application_id = 7", OutboxUnreadableError),
    ],
    ids=["of a later version", "of another program"],
)
def test_what_this_program_does_not_know_is_refused_by_name_and_left_alone(
    tmp_path: Path, statement: str, error: type[OutboxUnreadableError]
) -> None:
    records = tmp_path / "outbox.sqlite"
    OutboxStore(records).close()
    with sqlite3.connect(records) as strange:
        strange.execute(statement)
    strange.close()
    before = records.read_bytes()
    with pytest.raises(error) as told:
        OutboxStore(records)
    assert type(told.value) is error
    assert "{" not in str(told.value)
    assert records.read_bytes() == before
    for language in words.languages():
        assert words.has(f"errors.{error.code}.next", language)


def test_a_downgrade_is_refused_by_name(tmp_path: Path) -> None:
    """The program of format 1 opened a file by this very check: its own application and format, or refused."""
    records = tmp_path / "outbox.sqlite"
    OutboxStore(records).close()
    with sqlite3.connect(records) as found:
        assert found.execute("PRAGMA user_version").fetchone() == (FORMAT,)
        assert found.execute("PRAGMA application_id").fetchone() == (0x504F4F42,)
        tables = {name for (name,) in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    found.close()
    assert "entry" not in tables, "an old program finds no table of its own to write into"


@pytest.mark.parametrize("column", ["stage", "status", "way", "attempts", "due_ms"])
def test_a_row_that_says_nonsense_is_damage(tmp_path: Path, column: str) -> None:
    folder = tmp_path / "outbox"
    folder.mkdir()
    sealed = folder / _digest("x")
    sealed.write_bytes(b"x")
    outbox = Outbox(folder, Story(), [SigningKey.generate().public])
    outbox.close()
    with sqlite3.connect(folder / "outbox.sqlite") as records:
        records.execute(f"UPDATE row SET {column} = 'nonsense'")
    records.close()
    again = Outbox(folder, Story(), [SigningKey.generate().public])
    assert [row.status for row in again.rows()] == [Status.WAITING]
    assert (folder / "outbox.sqlite.damaged-1").is_file()
    again.close()
