"""`pocus hub audit` and `pocus hub export-log`, as the academy runs them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pocus_desktop.admission.academy import AcademyKeys, AcademyRing
from pocus_desktop.app.faces import faces
from pocus_desktop.cli.main import run
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.kernel import canonical
from tests.hub.school import School


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """An academy whose keys lie in a folder."""
    monkeypatch.setenv("POCUS_PASSPHRASE", "correct horse")
    made = School(folder=tmp_path)
    made.keys.save(FileKeyStore(tmp_path / "keys", "correct horse"))
    return made


def hub_command(school: School, *arguments: str) -> int:
    where = ["--folder", str(school.folder / "hub"), "--keys", str(school.folder / "keys")]
    return run(["hub", *arguments, *where], faces=faces())


def test_the_academy_audits_and_publishes_its_log(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    hub = school.hub()
    receipts = [hub.receive(sat.final) for sat in (school.sit(), school.sit())]
    digest = canonical.digest(school.sit().final)
    hub.close()
    assert hub_command(school, "audit") == 0
    assert "2 entries make the root that was signed." in capsys.readouterr().out
    copy = school.folder / "www" / "log"
    assert hub_command(school, "export-log", str(copy)) == 0
    academy = school.folder / "academy.json"
    academy.write_bytes(canonical.encode({"format": 1, "keys": [school.keys.signing.public.as_json()]}))
    assert run(["log", "audit", "--log", str(copy), "--academy", str(academy)]) == 0
    (school.folder / "receipt.json").write_bytes(receipts[0])
    verify = ["receipt", "verify", str(school.folder / "receipt.json"), "--academy", str(academy), "--log", str(copy)]
    assert run(verify) == 0
    assert "The log of 2 entries holds it as entry 1." in capsys.readouterr().err
    gone = next((school.folder / "hub" / "objects").glob("*/*"))
    gone.unlink()
    assert hub_command(school, "audit") == 1
    told = capsys.readouterr().out
    assert f"envelope-missing  {gone.parent.name}{gone.name}  entry" in told
    assert digest not in told


def test_an_audit_knows_retired_keys_and_where_objects_are_and_changes_nothing(
    school: School, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = str(school.folder / "elsewhere")
    monkeypatch.setenv("POCUS_OBJECTS", elsewhere)
    hub = school.hub(objects=elsewhere)
    hub.receive(school.sit().final)
    with closing(sqlite3.connect(school.folder / "hub" / "hub.sqlite")) as other, other:
        other.execute("UPDATE result SET status = 'received'")  # as a crash before scoring leaves it
    before = hub.standings(), hub.log.read("checkpoint")
    AcademyRing.of(AcademyKeys.generate(), (school.keys,)).save(FileKeyStore(school.folder / "keys", "correct horse"))
    assert hub_command(school, "audit") == 0
    assert "Every entry has its receipt and its envelope." in capsys.readouterr().out
    assert (hub.standings(), hub.log.read("checkpoint")) == before
    hub.close()
    assert hub_command(school, "export-log", str(school.folder / "www")) == 0
