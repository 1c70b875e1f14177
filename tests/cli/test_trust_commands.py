"""Key ceremonies by the commands that officers type: keys on media of their own, files that are passed, paper."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pocus_desktop.bundle.carrier import FolderCarrier
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.bundle.trust.record import COLUMNS, LINES
from pocus_desktop.bundle.trust.state import TrustState
from pocus_desktop.cli import trust_change, trust_show, trust_sign
from pocus_desktop.cli.main import COMMANDS, pocus, run
from pocus_desktop.cli.trust import COMMANDS as TRUST_COMMANDS
from tests.bundle.trust.academy import DAY_MS, NOW_MS

AREA = "lower-extremity-dvt"
PEOPLE = ("ann", "ben", "cho", "dee", "eve", "fay")
WORD = "correct horse battery"


class Table:
    """A table with media on it, and a computer with the depot."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.depot = folder / "depot"
        self._capsys = capsys

    def do(self, *arguments: str, status: int = 0) -> str:
        """Run a command; what it said."""
        self._capsys.readouterr()
        found = run(["trust", *arguments])
        told = self._capsys.readouterr()
        assert found == status, told
        assert "{" not in told.err
        return told.out + told.err

    def here(self, command: str, *arguments: str, status: int = 0) -> str:
        return self.do(command, "--depot", str(self.depot), *arguments, status=status)

    def medium(self, name: str) -> Path:
        return self.folder / f"stick-of-{name}"

    def pub(self, name: str) -> str:
        return str(self.medium(name) / f"{name}.pub")

    def keys(self, option: str, *names: str) -> list[str]:
        return [part for name in names for part in (option, self.pub(name))]

    def sign(self, *names: str) -> None:
        for name in names:
            self.here("sign", "--keys", str(self.medium(name)), "--yes")

    def publish(self) -> str:
        return self.here("publish", "--online-keys", str(self.medium("online")))

    def show(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.here("show", "--json"))
        return found

    def station(self) -> TrustState:
        """What a station that is enrolled with the first root believes."""
        client = TrustClient(self.folder / "station")
        client.enrol((self.depot / "metadata" / "1.root.json").read_bytes())
        return client.refresh([FolderCarrier(self.depot)], now_ms=NOW_MS).state


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everyone's key, made once: Argon2id takes its time on purpose."""
    folder = tmp_path_factory.mktemp("media")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POCUS_PASSPHRASE", WORD)
        for name in (*PEOPLE, "online"):
            assert run(["trust", "key", "new", "--out", str(folder / f"stick-of-{name}"), "--name", name]) == 0
    return folder


@pytest.fixture
def table(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Table:
    monkeypatch.setenv("POCUS_PASSPHRASE", WORD)
    for module in (trust_change, trust_sign, trust_show):
        monkeypatch.setattr(module, "now_ms", lambda: NOW_MS)
    for stick in media.iterdir():
        (tmp_path / stick.name).symlink_to(stick)
    return Table(tmp_path, capsys)


@pytest.fixture
def founded(table: Table) -> Table:
    """Root and targets by two of three, published."""
    three = ("ann", "ben", "cho")
    options = [*table.keys("--root-key", *three), *table.keys("--targets-key", *three)]
    online = [*table.keys("--snapshot-key", "online"), *table.keys("--timestamp-key", "online")]
    table.here("init", *options, *online, "--hub-url", "https://hub.example")
    table.sign("ann", "ben")
    table.publish()
    return table


def test_a_key_is_made_once_and_told_for_comparing_aloud(table: Table) -> None:
    out = str(table.folder / "new")
    told = table.do("key", "new", "--out", out, "--name", "gus")
    shown = table.do("key", "show", str(table.folder / "new" / "gus.pub"))
    words = shown.splitlines()[2].split()[2:]
    assert len(words) == 12
    assert all(word in told for word in words)
    before = {path.name: path.read_bytes() for path in (table.folder / "new").iterdir()}
    assert "trust.bad_ceremony" in table.do("key", "new", "--out", out, "--name", "gus", status=1)
    assert {path.name: path.read_bytes() for path in (table.folder / "new").iterdir()} == before
    for name in ("Gus", "../gus", "", "g us", "x" * 80):
        assert "trust.bad_ceremony" in table.do("key", "new", "--out", out, "--name", name, status=1)


def test_a_passphrase_that_keeps_nothing_is_refused(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POCUS_PASSPHRASE", "too short")
    told = table.do("key", "new", "--out", str(table.folder / "new"), "--name", "gus", status=1)
    assert "trust.short_passphrase" in told
    assert not (table.folder / "new").exists()


def test_a_founding_is_in_force_once_two_have_signed(table: Table) -> None:
    three = ("ann", "ben", "cho")
    options = [*table.keys("--root-key", *three), *table.keys("--targets-key", *three)]
    online = [*table.keys("--snapshot-key", "online"), *table.keys("--timestamp-key", "online")]
    told = table.here("init", *options, *online)
    assert "may still sign: ann, ben, cho" in told
    assert "trust.not_signed" in table.here("publish", "--online-keys", str(table.medium("online")), status=1)
    table.sign("ann")
    assert "trust.key_may_not_sign" in table.here("sign", "--keys", str(table.medium("ann")), status=1)
    assert "trust.key_may_not_sign" in table.here("sign", "--keys", str(table.medium("dee")), status=1)
    assert "may still sign ben, cho" in table.here("show")
    table.sign("cho")
    assert "Checked as a station will" in table.publish()
    shown = table.show()
    assert {role["name"]: role["version"] for role in shown["roles"]} == dict.fromkeys(
        ("root", "timestamp", "snapshot", "targets"), 1
    )
    assert [member["name"] for member in shown["roles"][0]["members"]] == ["ann", "ben", "cho"]
    assert shown["staged"] == []
    assert table.station().academy.hub_url == ""
    assert "trust.bad_ceremony" in table.here("init", *options, *online, status=1)


def test_a_programme_is_delegated_and_a_key_of_it_revoked(founded: Table) -> None:
    founded.here("delegate", AREA, *founded.keys("--key", "dee", "eve", "fay"), "--threshold", "2")
    founded.sign("ann", "ben", "dee", "eve")
    founded.publish()
    assert len(founded.station().programmes[AREA].keys) == 3
    told = founded.here("revoke", founded.pub("eve"))
    assert f"the key goes from {AREA}" in told
    founded.sign("ann", "cho", "dee")
    assert "trust.key_may_not_sign" in founded.here("sign", "--keys", str(founded.medium("eve")), status=1)
    founded.sign("fay")
    founded.publish()
    assert len(founded.station().programmes[AREA].keys) == 2
    assert "trust.bad_ceremony" in founded.here("revoke", founded.pub("fay"), status=1)


def test_signing_goes_round_as_a_file(founded: Table, tmp_path: Path) -> None:
    founded.here("rotate", "root", *founded.keys("--key", "ben", "cho", "dee"), "--threshold", "2")
    round_trip = tmp_path / "round"
    told = founded.here("request", "--out", str(round_trip))
    file = round_trip / "root.signing-request.json"
    assert str(file) in told
    for name in ("ben", "cho"):
        told = founded.do("sign", "--file", str(file), "--keys", str(founded.medium(name)), "--yes")
        assert "KEY GOES from root: ann" in told
        assert "KEY COMES to root: dee" in told
        assert "From then on root is signed by 2 of:" in told
    assert founded.show()["staged"][0]["missing"] == 4, "the depot does not know yet"
    assert "signed by all who are needed" in founded.here("collect", str(file))
    founded.publish()
    assert founded.station().versions["root"] == 2
    assert "trust.nothing_staged" in founded.here("collect", str(file), status=1)


def test_signatures_of_another_version_are_not_taken(founded: Table, tmp_path: Path) -> None:
    founded.here("rotate", "root", *founded.keys("--key", "ann", "ben", "dee"), "--threshold", "2")
    founded.here("request", "--out", str(tmp_path / "round"))
    file = tmp_path / "round" / "root.signing-request.json"
    founded.do("sign", "--file", str(file), "--keys", str(founded.medium("ann")), "--yes")
    founded.here("discard", "root")
    founded.here("rotate", "root", *founded.keys("--key", "ann", "ben", "eve"), "--threshold", "2")
    assert "trust.other_request" in founded.here("collect", str(file), status=1)
    assert founded.show()["staged"][0]["signed"] == []


def test_the_policy_is_told_to_those_who_sign_it(founded: Table, tmp_path: Path) -> None:
    founded.here("policy", "--stale", "live=refuse", "--hub-key", founded.pub("online"))
    founded.here("request", "--out", str(tmp_path), "targets")
    told = founded.do(
        "sign", "--file", str(tmp_path / "targets.signing-request.json"), "--keys", str(founded.medium("ann")), "--yes"
    )
    assert "a live sitting: refuse" in told
    assert "Results are sent to: https://hub.example" in told
    founded.here("collect", str(tmp_path / "targets.signing-request.json"))
    founded.sign("cho")
    founded.publish()
    assert founded.station().academy.rule("live") == "refuse"
    assert founded.station().academy.hub_url == "https://hub.example"
    founded.here("policy", "--stale", "live=perhaps", status=2)
    for url in ("http://hub.example", "hub.example", "https://name:word@hub.example"):
        assert "sync.bad_address" in founded.here("policy", "--hub-url", url, status=1)
    assert founded.show()["staged"] == []


def test_roles_are_renewed_and_the_depot_says_that_it_is_alive(founded: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    before = founded.station().expires_ms
    for module in (trust_change, trust_sign, trust_show):
        monkeypatch.setattr(module, "now_ms", lambda: NOW_MS + 10 * DAY_MS)
    founded.here("renew", "root", "targets")
    founded.sign("ann", "cho")
    founded.publish()
    assert founded.station().expires_ms == before + 10 * DAY_MS
    founded.publish()
    assert founded.station().versions["timestamp"] == 3
    assert "45 days left" in founded.here("show")
    monkeypatch.setattr(trust_show, "now_ms", lambda: NOW_MS + 1_000 * DAY_MS)
    assert "OVER" in founded.here("show")


def test_a_person_is_asked_before_the_passphrase(founded: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    founded.here("renew", "root")
    monkeypatch.delenv("POCUS_PASSPHRASE")
    arguments = ["trust", "sign", "--depot", str(founded.depot), "--keys", str(founded.medium("ann"))]
    refused = CliRunner().invoke(pocus, arguments, input="n\n")
    assert "Passphrase" not in refused.output
    assert "root was not signed" in refused.output
    assert founded.show()["staged"][0]["signed"] == []
    agreed = CliRunner().invoke(pocus, arguments, input=f"y\n{WORD}\n")
    assert agreed.output.index("=== root, version 2") < agreed.output.index("Passphrase of ann")
    assert [member["name"] for member in founded.show()["staged"][0]["signed"]] == ["ann"]


def test_what_is_not_signed_is_told(founded: Table, tmp_path: Path) -> None:
    founded.here("delegate", AREA, *founded.keys("--key", "dee", "eve"), "--threshold", "2")
    told = founded.here("sign", "--keys", str(founded.medium("dee")), "--yes", "targets", AREA)
    assert "targets: none of these keys may sign it" in told
    assert {each["role"]: len(each["signed"]) for each in founded.show()["staged"]} == {"targets": 0, AREA: 1}
    assert "trust.nothing_staged" in founded.here("sign", "--keys", str(founded.medium("dee")), "root", status=1)
    founded.here("request", "--out", str(tmp_path))
    file = str(tmp_path / f"{AREA}.signing-request.json")
    founded.do("sign", "--file", file, "--keys", str(founded.medium("eve")), AREA, status=2)
    founded.do("sign", "--keys", str(founded.medium("eve")), status=2)


def test_a_wrong_passphrase_signs_nothing(founded: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    founded.here("renew", "root")
    monkeypatch.setenv("POCUS_PASSPHRASE", "wrong")
    told = founded.here("sign", "--keys", str(founded.medium("ann")), "--yes", status=1)
    assert "crypto.wrong_passphrase" in told
    assert founded.show()["staged"][0]["signed"] == []


def test_records_are_kept_for_programs_and_for_paper(founded: Table) -> None:
    records = founded.depot / "records"
    [text] = [path.read_text() for path in records.glob("*-publication.txt")]
    [data] = [json.loads(path.read_bytes()) for path in records.glob("*-publication.json")]
    assert [document["role"] for document in data["documents"]] == ["root", "targets"]
    for document in data["documents"]:
        assert [member["name"] for member in document["signed"]] == ["ann", "ben"]
        signed = json.loads((founded.depot / "metadata" / f"1.{document['role']}.json").read_bytes())
        assert len(signed["signatures"]) == 2
        groups = [document["sha256"][place : place + 4] for place in range(0, 64, 4)]
        assert all(group in text for group in groups)
    pages = text.split("\f")
    assert all(len(page.rstrip("\n").splitlines()) <= LINES for page in pages)
    assert all(len(line) <= COLUMNS for line in text.splitlines())
    assert "signature ____" in text
    assert all(member["words"].split()[0] in text for member in data["documents"][0]["signed"])
    assert len(list(records.glob("*-signing*.json"))) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b'{"format": "pocus.signing-request", "version": 2}',
        b'{"format": "pocus.signing-request", "version": 1}',
        b'{"format": "pocus.signing-request", "version": 1, "role": "root", "metadata": {}}',
        b"\xff",
    ],
)
def test_what_is_no_request_is_refused(founded: Table, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    assert "trust.bad_request" in founded.do(
        "sign", "--file", str(file), "--keys", str(founded.medium("ann")), status=1
    )
    assert "trust.bad_request" in founded.here("collect", str(file), status=1)
    assert file.read_bytes() == content


def test_folders_without_keys_are_told(founded: Table, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "trust.no_keys_here" in founded.here("sign", "--keys", str(tmp_path / "empty"), status=1)
    (tmp_path / "empty" / "ann.pub").write_text("rubbish")
    assert "trust.no_keys_here" in founded.here("sign", "--keys", str(tmp_path / "empty"), status=1)
    (tmp_path / "empty" / "key-trust-ann.json").write_text("rubbish")
    assert "trust.bad_key_file" in founded.here("sign", "--keys", str(tmp_path / "empty"), status=1)
    assert "trust.bad_key_file" in founded.here("rotate", "root", "--key", "missing.pub", "--threshold", "1", status=1)


def test_a_publisher_s_folder_signs_its_programme(founded: Table, tmp_path: Path) -> None:
    keys = tmp_path / "publisher"
    assert run(["keys", "init", "--role", "publisher", "--keys", str(keys)]) == 0
    shown = CliRunner().invoke(pocus, ["keys", "show", "--role", "publisher", "--keys", str(keys)])
    (keys / "publisher.pub").write_text(shown.stdout)
    founded.here("delegate", AREA, "--key", str(keys / "publisher.pub"), "--threshold", "1")
    founded.sign("ann", "ben")
    founded.here("sign", "--keys", str(keys), "--yes", AREA)
    founded.publish()
    assert len(founded.station().programmes[AREA].keys) == 1


@pytest.mark.parametrize("command", ["", *TRUST_COMMANDS, "key new", "key show"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trust", *command.split(), "--help"]) == 0
    assert "Usage" in capsys.readouterr().out
    assert "trust" in COMMANDS
