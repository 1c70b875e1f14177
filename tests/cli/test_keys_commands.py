"""`pocus keys` and `pocus hub quarantine`: a rotation from the command line, and a key that is found again."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.admission.academy import AcademyKeys, AcademyRing
from pocus_desktop.app.faces import faces
from pocus_desktop.cli.main import run
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.hub.errors import EnvelopeRefusedError
from tests.hub.school import School

WORDS = "correct horse"


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    monkeypatch.setenv("POCUS_PASSPHRASE", WORDS)
    made = School(folder=tmp_path)
    made.keys.save(FileKeyStore(tmp_path / "keys", WORDS))
    return made


def pocus(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> tuple[str, str]:
    capsys.readouterr()
    found = run(list(arguments), faces=faces())
    told = capsys.readouterr()
    assert found == status, told
    return told.out, told.err


def test_keys_are_rotated_shown_and_revoked(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    keys = ["--role", "academy", "--keys", str(school.folder / "keys")]
    old = school.keys.signing.key_id
    shown: dict[str, Any] = json.loads(pocus(capsys, "keys", "rotate", *keys)[0])
    new = shown["keys"][0]["key_id"]
    assert [key["key_id"] for key in shown["keys"]][2:] == [old]
    assert new != old
    since = ["--since", "2027-03-01T08:00+01:00", "--why", "stolen"]
    assert "[ring.current_key]" in pocus(capsys, "keys", "revoke", new, *since, *keys, status=1)[1]
    pocus(capsys, "keys", "revoke", old, *since, *keys)
    shown = json.loads(pocus(capsys, "keys", "show", *keys)[0])
    assert len(shown["keys"]) == 2
    assert [(key["key_id"], key["revoked_since_ms"]) for key in shown["revoked"]] == [(old, 1_803_884_400_000)]
    public = school.folder / "public.json"
    public.write_text(json.dumps(shown))
    hub = school.hub()
    receipt = school.folder / "receipt"
    receipt.write_bytes(hub.receive(school.sit().final))
    hub.close()
    told = pocus(capsys, "receipt", "verify", str(receipt), "--academy", str(public), status=1)[1]
    assert "[sitting.revoked_receipt]" in told
    assert "2027-03-01 07:00 UTC" in told


def test_a_key_that_is_found_again_empties_the_quarantine(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--folder", str(school.folder / "hub"), "--keys", str(school.folder / "keys")]
    lost = school.keys
    sat = school.sit()
    AcademyKeys.generate().save(FileKeyStore(school.folder / "keys", WORDS))
    hub = school.hub(keys=AcademyRing.load(FileKeyStore(school.folder / "keys", WORDS)), is_registered=False)
    with pytest.raises(EnvelopeRefusedError):
        hub.take(sat.final)
    hub.close()
    digest = hashlib.sha256(sat.final).hexdigest()
    listed = pocus(capsys, "hub", "quarantine", "list", *where)[0]
    assert listed.startswith(digest)
    assert "[sitting.not_for_this_key]" in listed
    assert "0 of 1 accepted" in pocus(capsys, "hub", "quarantine", "retry", *where)[1]
    lost.save(FileKeyStore(school.folder / "found", WORDS))
    pocus(
        capsys,
        "keys",
        "add-retired",
        str(school.folder / "found"),
        "--role",
        "academy",
        "--keys",
        str(school.folder / "keys"),
    )
    told = json.loads(pocus(capsys, "hub", "quarantine", "retry", "--json", *where)[0])
    assert (told["digest"], told["is_accepted"]) == (digest, True)
    assert "is empty" in pocus(capsys, "hub", "quarantine", "list", *where)[1]
