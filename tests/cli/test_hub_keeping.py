"""Keeping a hub by its commands: revisions, several processes and workers on PostgreSQL, backup and restore."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pocus_desktop.app.faces import faces
from pocus_desktop.cli.main import run
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.hub.storage.places import FolderPlace
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sync.https import HttpsTransport
from tests.hub.postgres import PASSWORD, database, postgres
from tests.hub.school import School

pytestmark = pytest.mark.slow

__all__ = ["database", "postgres"]

PROGRAM = "from pocus_desktop.app.main import main; main()"


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """An academy whose keys lie in a folder."""
    monkeypatch.setenv("POCUS_PASSPHRASE", "correct horse")
    for name in ("POCUS_DATABASE_URL", "POCUS_OBJECTS"):  # restored afterwards, whatever a command keeps there
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    made = School(folder=tmp_path)
    made.keys.save(FileKeyStore(tmp_path / "keys", "correct horse"))
    return made


def _out(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    capsys.readouterr()
    found = run(["hub", *arguments], faces=faces())
    told = capsys.readouterr()
    assert found == status, told
    return told.out + told.err


def _options(school: School, folder: str = "hub") -> list[str]:
    return ["--folder", str(school.folder / folder), "--keys", str(school.folder / "keys")]


def test_a_backup_is_made_looked_at_and_restored(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    hub = school.hub()
    sat = school.sit()
    receipt = hub.receive(sat.final)
    hub.close()
    backup = str(school.folder / "backup")
    told = _out(capsys, "backup", backup, *_options(school))
    assert told == "2 objects belong to the backup, 2 were copied now; the database anew.\n"
    assert "is whole" in _out(capsys, "verify-backup", backup, "--keys", str(school.folder / "keys"))
    elsewhere = ["--objects", str(school.folder / "objects")]
    told = _out(capsys, "restore", backup, *_options(school, "new"), *elsewhere)
    assert told == "2 objects are restored; 1 envelopes and their receipts are as they were.\n"
    restored = [name.partition("/")[0] for name in FolderPlace(school.folder / "objects").names()]
    assert sorted(restored) == ["objects", "place-id", "shelf"], "what was backed up, and a mark of its own"
    again = School(folder=school.folder, keys=school.keys).hub(is_registered=False)
    assert again.receipt(hashlib.sha256(sat.final).hexdigest()) == receipt
    again.close()
    assert "[hub.not_empty]" in _out(capsys, "restore", backup, *_options(school), status=1)
    (school.folder / "backup" / "backup.json").write_bytes(b"{}")
    assert "[hub.backup_damaged]" in _out(capsys, "restore", backup, *_options(school, "newer"), status=1)
    assert "[hub.no_backup]" in _out(capsys, "restore", str(school.folder), *_options(school, "newer"), status=1)


def test_revisions_are_shown_and_moved_along(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    school.hub().close()
    where = ["--folder", str(school.folder / "hub")]
    shown = _out(capsys, "database", "show", *where).splitlines()
    assert [line[0] for line in shown] == [" "] * (len(shown) - 1) + ["*"]
    assert shown[0].startswith("  0001  Envelopes")
    assert _out(capsys, "database", "downgrade", "0002", "--yes", *where) == "The database is at revision 0002.\n"
    assert "* 0002" in _out(capsys, "database", "show", *where)
    for direction, revision in (("upgrade", "0001"), ("upgrade", "nonsense"), ("downgrade", "0003")):
        yes = ["--yes"] if direction == "downgrade" else []
        assert "[hub.no_revision]" in _out(capsys, "database", direction, revision, *yes, *where, status=1)
    assert "The database is at revision" in _out(capsys, "database", "upgrade", *where)
    assert list((school.folder / "hub").glob("hub.sqlite.before-*"))


def test_workers_need_postgresql(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    assert "[hub.needs_server]" in _out(capsys, "work", "--once", *_options(school), status=1)


@pytest.mark.skipif(os.name != "posix", reason="processes are divided and stopped by signals")
@pytest.mark.argon2
def test_an_academys_hub_as_its_guide_says(
    school: School, database: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCUS_DATABASE_URL", database.replace("+psycopg", ""))
    monkeypatch.setenv("POCUS_OBJECTS", str(school.folder / "objects"))
    assert "[hub.database_older]" in _out(capsys, "list", *_options(school), status=1)
    _out(capsys, "database", "upgrade")
    registering = school.hub(database_url=database, objects=str(school.folder / "objects"))
    registering.close()
    sat = school.sit()
    command = [sys.executable, "-c", PROGRAM, "hub", "serve", "--port", "0", "--processes", "2", *_options(school)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip().removeprefix("The hub listens at ")
            transport = HttpsTransport(url)
            receipt = transport.deliver(sat.final, hashlib.sha256(sat.final).hexdigest())
            transport.close()
            assert "received" in _out(capsys, "list", *_options(school))
            _out(capsys, "work", "--once", *_options(school))
            assert "scored" in _out(capsys, "list", *_options(school))
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
        finally:
            if process.poll() is None:
                process.kill()
    verify_receipt(receipt, [school.keys.signing.public], sealed_digest=hashlib.sha256(sat.final).hexdigest())
    if shutil.which("pg_dump") is not None:
        assert "2 objects" in _out(capsys, "backup", str(school.folder / "backup"), *_options(school))
    written = b"".join(path.read_bytes() for path in school.folder.rglob("*.log*"))
    assert written
    assert PASSWORD.encode() not in written
