"""`pocus certificate`, as the academy runs it, and as anyone does who was given a certificate."""

import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from pocus_desktop.admission.academy import AcademyRing
from pocus_desktop.admission.admission import Candidate
from pocus_desktop.admission.mode import Mode
from pocus_desktop.app.faces import faces
from pocus_desktop.cli.certificate import certificate
from pocus_desktop.cli.certificate_check import EXITS
from pocus_desktop.cli.main import run
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.kernel import canonical
from pocus_desktop.programme.certificate.document import of_credential
from pocus_desktop.programme.certificate.printed import printed_text
from pocus_desktop.programme.certificate.verify import Verdict, read_json
from tests.hub.school import Sat, School
from tests.programme.certificate.academy import changed

URL = "https://hub.example.org"
PASSPHRASE = "correct horse"
DECIDED = ("--by", "Olu", "--why", "decided")


class Desk:
    """An academy with a candidate who passed, and the commands that it runs."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys
        self.school = School(folder=folder)
        self.school.keys.save(FileKeyStore(folder / "keys", PASSPHRASE))
        self.academy = folder / "academy.json"
        self.academy.write_bytes(canonical.encode(AcademyRing(current=self.school.keys).public_json()))
        hub = self.school.hub()
        hub.registry.enrolments.set_terms(hub_url=URL)
        hub.certificates.set_issuer("Academy of Example", who="dora", why="named")
        hub.registry.candidates.add(candidate_id="C-17", name="Ana María Ruiz", who="Olu")
        self.sat: Sat = self.school.sit(mode=Mode.LIVE, candidate=Candidate(id="C-17", display_name="Ana"))
        (folder / "result.sealed").write_bytes(self.sat.final)
        (folder / "receipt.json").write_bytes(hub.receive(self.sat.final))
        hub.close()

    def __call__(self, *arguments: str | Path) -> tuple[int, str, str]:
        """Run one where the hub is: status, and what was said."""
        where = ("--folder", self.folder / "hub", "--keys", self.folder / "keys")
        return self.run(*arguments, *where)

    def run(self, *arguments: str | Path) -> tuple[int, str, str]:
        self.capsys.readouterr()
        status = run(["certificate", *map(str, arguments)], faces=faces())
        told = self.capsys.readouterr()
        return status, told.out, told.err

    def verify(self, file: Path, *arguments: str | Path) -> tuple[int, str, str]:
        """As anyone would."""
        return self.run("verify", file, "--academy", self.academy, *arguments)

    def issue(self) -> str:
        """The id of the certificate, whose files are in `given`."""
        status, out, _ = self(
            "issue",
            "C-17",
            "--sitting",
            self.sat.sitting,
            "--out",
            self.folder / "given",
            "--despite-missing",
            *DECIDED,
        )
        assert status == 0
        return out.split()[0]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("POCUS_PASSPHRASE", PASSPHRASE)
    return Desk(tmp_path, capsys)


def test_a_certificate_from_its_issue_to_its_revocation(desk: Desk) -> None:
    given, lists = desk.folder / "given", desk.folder / "lists"
    assert desk("issuer", "Academy of Example", *DECIDED)[0] == 0
    name = desk.issue()
    assert {path.name for path in given.iterdir()} == {
        "credential.json",
        "certificate-en.pdf",
        "certificate-es.pdf",
        "opening-lower-extremity-dvt.json",
    }
    status, out, _ = desk.verify(given / "credential.json")
    assert status == 14
    assert out.startswith("Genuine, but its status is not known here")
    assert desk("status", "--out", lists)[0] == 0
    for file in ("credential.json", "certificate-en.pdf", "certificate-es.pdf"):
        status, out, _ = desk.verify(given / file, "--status", lists)
        assert (status, out.splitlines()[0]) == (0, "Valid")
    assert "Issued by: Academy of Example, https://hub.example.org" in out
    assert "The list of revocations is of " in out
    assert "0 minutes old." in out
    status, out, _ = desk.verify(given / "credential.json", "--status", lists, "--language", "es")
    assert "Titular: Ana María Ruiz" in out

    assert desk("suspend", name, *DECIDED)[0] == 0
    assert desk("status", "--out", lists)[0] == 0
    assert desk.verify(given / "certificate-en.pdf", "--status", lists)[0] == 13
    assert desk("reinstate", name, *DECIDED)[0] == 0
    status, out, err = desk("renew", name, "--out", desk.folder / "new", *DECIDED)
    assert status == 1
    assert "certificate.too_early" in err
    assert desk("revoke", name, "--by", "Olu", "--why", "Another person sat it")[0] == 0
    one, other = lists / "1-revocation.json", lists / "1-suspension.json"
    assert desk("status", "--out", lists)[0] == 0
    status, out, _ = desk.verify(given / "credential.json", "--status", one, "--status", other, "--json")
    assert status == 12
    assert json.loads(out)["verdict"] == "revoked"
    status, out, _ = desk("show", "--candidate", "c-17")
    assert "Another person sat it" in out
    status, out, _ = desk("show", name, "--json")
    assert [entry["action"] for entry in json.loads(out)["history"]] == ["issued", "suspended", "reinstated", "revoked"]


def test_as_of_another_day_it_is_not_yet_valid_old_or_expired(desk: Desk) -> None:
    desk.issue()
    file, lists = desk.folder / "given" / "credential.json", desk.folder / "lists"
    desk("status", "--out", lists)
    ends = json.loads(file.read_bytes())["validUntil"]
    for at, status in (("2020-01-01T00:00+0000", 11), (ends.replace("Z", "+0000"), 14), ("2090-01-01T00:00+0000", 10)):
        assert desk.verify(file, "--at", at)[0] == status
    status, out, _ = desk.verify(file, "--status", lists, "--at", ends.replace("Z", "+0000"))
    assert status == 15
    assert "days old" in out


def test_which_sealed_result_it_rests_on_is_shown_to_who_holds_the_opening(desk: Desk) -> None:
    desk.issue()
    given = desk.folder / "given"
    opening = given / "opening-lower-extremity-dvt.json"
    asked = ("prove", given / "certificate-en.pdf", "--academy", desk.academy, "--opening", opening)
    result, receipt = desk.folder / "result.sealed", desk.folder / "receipt.json"
    status, out, _ = desk.run(*asked, "--result", result, "--receipt", receipt)
    assert status == 0
    assert canonical.digest(desk.sat.final) in out
    assert desk.sat.sitting in out
    result.write_bytes(desk.sat.partial)
    assert desk.run(*asked, "--result", result)[0] == 1
    spoilt = json.loads(opening.read_bytes())
    opening.write_bytes(canonical.encode({**spoilt, "salt": "00" * 32}))
    status, _, err = desk.run(*asked, "--receipt", receipt)
    assert status == 1
    assert "certificate.other_result" in err
    assert desk.run(*asked)[0] == 2


def test_a_printed_page_belongs_to_one_file(desk: Desk) -> None:
    desk.issue()
    file = desk.folder / "given" / "credential.json"
    text = printed_text(of_credential(read_json(file.read_bytes())), file.read_bytes())
    assert desk.verify(file, "--printed", text)[0] == 14
    status, _, err = desk.verify(file, "--printed", text[:-1])
    assert status == 1
    assert "certificate.other_result" in err


def test_what_is_not_the_academys_and_what_was_altered_is_told(desk: Desk) -> None:
    desk.issue()
    file = desk.folder / "given" / "credential.json"
    file.write_bytes(changed(file.read_bytes(), name="Another"))
    assert desk.verify(file)[0] == 18
    rotated = AcademyRing(current=desk.school.keys).rotated(now_ms=1)
    desk.academy.write_bytes(canonical.encode(AcademyRing(current=rotated.current).public_json()))
    assert desk.verify(file)[0] == 16
    revoked = rotated.with_revoked(desk.school.keys.signing.key_id, since_ms=1, why="stolen")
    desk.academy.write_bytes(canonical.encode(revoked.public_json()))
    assert desk("copy", json.loads(file.read_bytes())["id"].rpartition("/")[2], "--out", desk.folder / "given")[0] == 0
    assert desk.verify(file)[0] == 17


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.json", lambda: b"", "certificate.bad_certificate"),
        ("deep.json", lambda: b"[" * 100_000, "certificate.bad_certificate"),
        ("huge.json", lambda: b" " * 50_000_000, "certificate.bad_certificate"),
        ("bomb.pdf", lambda: b"%PDF-1.7\n" + zlib.compress(bytes(100_000_000)), "certificate.bad_paper"),
        ("huge.pdf", lambda: b"%PDF-" + b" " * 5_000_000, "certificate.bad_paper"),
        ("unsigned.json", lambda: b'{"@context":[]}', "crypto.bad_proof"),
        ("other.json", lambda: b'{"@context":["https://other.example"]}', "certificate.unknown_context"),
    ],
)
def test_a_hostile_file_ends_in_a_named_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: Callable[[], bytes], code: str
) -> None:
    (tmp_path / name).write_bytes(content())
    academy = tmp_path / "academy.json"
    academy.write_bytes(b'{"keys": []}')
    assert run(["certificate", "verify", str(tmp_path / name), "--academy", str(academy)]) == 1
    told = capsys.readouterr()
    assert f"[{code}]" in told.err
    assert "Traceback" not in told.err


def test_every_verdict_has_a_status_of_its_own() -> None:
    assert set(EXITS) == set(Verdict)
    assert len(set(EXITS.values())) == len(Verdict)


@pytest.mark.parametrize("command", sorted(certificate.commands))
def test_every_command_explains_itself(command: str) -> None:
    shown = CliRunner().invoke(certificate, [command, "--help"])
    assert shown.exit_code == 0
    assert shown.output.count("\n") > 5
