"""`pocus hub audit` and `pocus hub export-log`, as the academy runs them."""

from pathlib import Path

import pytest

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
