"""`pocus depot client` in the situations that the public TUF conformance suite asks about, and some more.

Each test is one situation: a repository behind a real web server, the command line, and then what the client trusts,
what it asked for, and what it put down.
"""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tuf.api.metadata import Delegations, SuccinctRoles, Targets

from pocus_desktop.cli import depot_client
from pocus_desktop.cli.main import run
from tests.cli.tuf_repository import LATER, NOW, TOP, Repository, days, signer
from tests.sync.file_server import FileServer, answering


@dataclass(kw_only=True)
class Client:
    """The command under test, and a repository for it to follow."""

    folder: Path
    repository: Repository
    server: FileServer
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    url: str = ""
    codes: list[str] = field(default_factory=list)
    told: str = ""

    @property
    def metadata(self) -> Path:
        return self.folder / "metadata"

    def init(self, root: bytes | None = None) -> int:
        file = self.folder / "initial-root.json"
        file.write_bytes(self.repository.path("root", 1).read_bytes() if root is None else root)
        return self._run("--metadata-dir", str(self.metadata), "init", str(file))

    def refresh(self, at: datetime = NOW) -> int:
        return self._run(*self._metadata(), "refresh", at=at)

    def download(self, name: str, at: datetime = NOW) -> int:
        base = f"{self.url or self.server.url}/targets/"
        more = ("--target-base-url", base, "--target-name", name, "--target-dir", str(self.folder / "targets"))
        return self._run(*more, *self._metadata(), "download", at=at)

    def _metadata(self) -> tuple[str, ...]:
        return "--metadata-url", f"{self.url or self.server.url}/metadata/", "--metadata-dir", str(self.metadata)

    def _run(self, *arguments: str, at: datetime = NOW) -> int:
        self.monkeypatch.setattr(depot_client, "_now_ms", lambda: int(at.timestamp() * 1000))
        self.capsys.readouterr()
        status = run(["depot", "client", *arguments])
        told = self.capsys.readouterr().err
        assert "{" not in told
        self.told = told
        self.codes.append(told.rpartition("[")[2].partition("]")[0])
        assert bool(status) == bool(told), told
        return status

    def trusted(self) -> dict[str, int]:
        """Role, as its file is named, to version."""
        return {
            path.name.removesuffix(".json"): json.loads(path.read_bytes())["signed"]["version"]
            for path in self.metadata.glob("*.json")
        }

    def downloaded(self) -> list[bytes]:
        found = [path for path in (self.folder / "targets").rglob("*") if path.is_file()]
        return [path.read_bytes() for path in sorted(found, key=lambda path: path.stat().st_mtime_ns)]

    def asked(self, kind: str = "metadata") -> list[str]:
        """Every file of a kind that was asked for, in order, since the last call."""
        found = [path.removeprefix(f"/{kind}/") for path, _ in self.server.asked if path.startswith(f"/{kind}/")]
        self.server.asked.clear()
        return found


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Client]:
    repository = Repository(folder=tmp_path / "repository")
    (tmp_path / "client").mkdir()
    with FileServer(folder=repository.folder).running() as server:
        yield Client(
            folder=tmp_path / "client", repository=repository, server=server, monkeypatch=monkeypatch, capsys=capsys
        )


@pytest.fixture
def followed(client: Client) -> Client:
    """A client that has refreshed once."""
    assert client.init() == 0
    assert client.refresh() == 0
    client.asked()
    return client


def all_at(version: int) -> dict[str, int]:
    return dict.fromkeys(TOP, version)


# The workflow


def test_init_asks_nothing_of_the_repository(client: Client) -> None:
    assert client.init() == 0
    assert client.asked() == []
    assert client.trusted() == {"root": 1}


def test_the_same_root_may_be_given_again_and_another_may_not(followed: Client) -> None:
    followed.repository.publish("root")
    assert followed.refresh() == 0
    assert followed.init() == 0
    assert followed.trusted()["root"] == 2
    assert followed.init(followed.repository.path("root", 1).read_bytes() + b" ") == 1
    assert followed.codes[-1] == "trust.bad_root"


def test_a_refresh_asks_for_each_role_once(client: Client) -> None:
    client.init()
    assert client.refresh() == 0
    assert client.asked() == ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"]
    assert client.trusted() == all_at(1)
    for role in TOP:
        assert (client.metadata / f"{role}.json").read_bytes() == client.repository.published[role]
    assert client.refresh() == 0
    assert client.asked() == ["2.root.json", "timestamp.json"]


def test_a_download_refreshes_first(client: Client) -> None:
    client.init()
    assert client.download("nonexistent artifact") == 1
    assert client.codes[-1] == "depot.no_such_target"
    assert client.asked() == ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"]
    assert client.trusted() == all_at(1)


def test_what_came_is_kept_byte_for_byte(client: Client) -> None:
    data = client.repository.published["timestamp"] + b" \n"
    client.repository.path("timestamp", 1).write_bytes(data)
    client.init()
    assert client.refresh() == 0
    assert (client.metadata / "timestamp.json").read_bytes() == data


def _without_version(document: dict[str, Any]) -> None:
    del document["signed"]["version"]


def _with_another_signature(document: dict[str, Any]) -> None:
    document["signatures"][0]["sig"] = "00" * 64


@pytest.mark.parametrize("change", [_without_version, _with_another_signature])
def test_a_root_that_cannot_be_trusted_is_refused_before_anything_is_asked(
    client: Client, change: Callable[[dict[str, Any]], None]
) -> None:
    document = json.loads(client.repository.published["root"])
    change(document)
    assert client.init(json.dumps(document).encode()) == 1
    assert client.codes[-1] == "trust.bad_root"
    assert client.refresh() == 1
    client.metadata.mkdir(exist_ok=True)
    (client.metadata / "root.json").write_text(json.dumps(document))
    assert client.refresh() == 1
    assert client.asked() == []


def test_unknown_fields_are_signed_too(followed: Client) -> None:
    repository = followed.repository
    repository.root.unrecognized_fields["custom"] = {"a": [1, None]}
    repository.root.roles["root"].unrecognized_fields["more"] = "text"
    key = next(iter(repository.root.keys.values()))
    key.unrecognized_fields["keyid_hash_algorithms"] = ["md5"]
    repository.publish("root")
    assert followed.refresh() == 0
    assert followed.trusted()["root"] == 2


@pytest.mark.parametrize("kind", ["rsa", "rsa-pkcs1v15", "ecdsa", "ed25519"])
def test_every_kind_of_key_of_the_specification_verifies(followed: Client, kind: str) -> None:
    repository = followed.repository
    for role in ("timestamp", "snapshot", "targets"):
        repository.trust(role)
        repository.root.add_key(signer("kind", kind).public_key, role)
        repository.signers[role] = [signer("kind", kind)]
    repository.publish("root", "targets", "snapshot", "timestamp")
    assert followed.refresh() == 0
    assert followed.trusted() == all_at(2)


# Signatures


@pytest.mark.parametrize(
    ("role", "trusted"),
    [
        ("root", {"root": 1}),
        ("timestamp", {"root": 2}),
        ("snapshot", {"root": 2, "timestamp": 2}),
        ("targets", {"root": 2, "timestamp": 2, "snapshot": 2}),
    ],
)
def test_what_is_not_signed_is_refused_and_what_came_before_is_kept(
    client: Client, role: str, trusted: dict[str, int]
) -> None:
    client.repository.signers[role] = []
    client.repository.publish("root", "targets", "snapshot", "timestamp")
    client.init()
    assert client.refresh() == 1
    assert client.codes[-1] == "trust.not_signed"
    assert client.trusted() == trusted


@dataclass(frozen=True, kw_only=True)
class Signing:
    """The keys of one version of a role, how many must sign, and who did."""

    keys: str
    threshold: int
    by: str


ROOTS: dict[str, tuple[bool, list[Signing]]] = {
    "one key after another": (
        True,
        [
            Signing(keys="a", threshold=1, by="a"),
            Signing(keys="b", threshold=1, by="ba"),
            Signing(keys="b", threshold=1, by="b"),
        ],
    ),
    "strangers sign too": (
        True,
        [
            Signing(keys="a", threshold=1, by="xay"),
            Signing(keys="b", threshold=1, by="xbay"),
            Signing(keys="b", threshold=1, by="xby"),
        ],
    ),
    "any three of five": (
        True,
        [
            Signing(keys="abcde", threshold=3, by="ace"),
            Signing(keys="abcde", threshold=3, by="aeb"),
            Signing(keys="abcde", threshold=3, by="abd"),
        ],
    ),
    "one of five replaced": (
        True,
        [Signing(keys="abcde", threshold=3, by="ace"), Signing(keys="abdef", threshold=3, by="aeb")],
    ),
    "all of five replaced by way of one root": (
        True,
        [
            Signing(keys="abcde", threshold=3, by="ace"),
            Signing(keys="fghij", threshold=3, by="acefgh"),
            Signing(keys="fghij", threshold=3, by="fgh"),
        ],
    ),
    "threshold goes up": (
        True,
        [Signing(keys="abc", threshold=1, by="a"), Signing(keys="abc", threshold=2, by="ab")],
    ),
    "threshold goes down": (
        True,
        [
            Signing(keys="abc", threshold=2, by="ab"),
            Signing(keys="abc", threshold=1, by="ab"),
            Signing(keys="abc", threshold=1, by="a"),
        ],
    ),
    "not by the old key": (False, [Signing(keys="a", threshold=1, by="a"), Signing(keys="b", threshold=1, by="bxy")]),
    "not by the new key": (False, [Signing(keys="a", threshold=1, by="a"), Signing(keys="b", threshold=1, by="axy")]),
    "too few of the new": (
        False,
        [Signing(keys="abcde", threshold=3, by="ace"), Signing(keys="abdef", threshold=3, by="ace")],
    ),
    "too few of the old": (
        False,
        [Signing(keys="abcde", threshold=3, by="ace"), Signing(keys="abdef", threshold=3, by="aef")],
    ),
    "new threshold not reached": (
        False,
        [Signing(keys="abc", threshold=1, by="a"), Signing(keys="abc", threshold=2, by="b")],
    ),
    "old threshold not reached": (
        False,
        [Signing(keys="abc", threshold=2, by="ab"), Signing(keys="abc", threshold=1, by="a")],
    ),
    "one signature counts once": (
        False,
        [Signing(keys="ab", threshold=2, by="ab"), Signing(keys="ab", threshold=2, by="aa")],
    ),
}


@pytest.mark.parametrize(("is_good", "versions"), ROOTS.values(), ids=ROOTS.keys())
def test_root_rotations(client: Client, is_good: bool, versions: list[Signing]) -> None:
    for number, each in enumerate(versions, start=1):
        client.repository.trust("root", *each.keys, threshold=each.threshold, signing=tuple(each.by))
        client.repository.publish("root", version=number)
    client.init()
    assert client.refresh() == (0 if is_good else 1)
    last = len(versions) if is_good else len(versions) - 1
    assert (client.metadata / "root.json").read_bytes() == client.repository.path("root", last).read_bytes()
    if not is_good:
        assert client.codes[-1] == "trust.not_signed"


def test_many_rotations_are_followed_at_once(followed: Client) -> None:
    for _ in range(40):
        followed.repository.publish("root")
    assert followed.refresh() == 0
    assert followed.trusted()["root"] == 41


OTHERS: dict[str, tuple[bool, Signing]] = {
    "another key": (True, Signing(keys="b", threshold=1, by="b")),
    "strangers sign too": (True, Signing(keys="a", threshold=1, by="xay")),
    "three of five": (True, Signing(keys="abcde", threshold=3, by="bcd")),
    "not by the new key": (False, Signing(keys="b", threshold=1, by="axy")),
    "one of three is a stranger": (False, Signing(keys="abdef", threshold=3, by="ace")),
    "two of three": (False, Signing(keys="abdef", threshold=3, by="ae")),
    "more must sign than there are keys": (False, Signing(keys="ab", threshold=3, by="ab")),
}


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
@pytest.mark.parametrize(("is_good", "signing"), OTHERS.values(), ids=OTHERS.keys())
def test_rotations_of_the_other_roles(followed: Client, role: str, is_good: bool, signing: Signing) -> None:
    repository = followed.repository
    repository.trust(role, *signing.keys, threshold=signing.threshold, signing=tuple(signing.by))
    repository.publish("root", "targets", "snapshot", "timestamp")
    assert followed.refresh() == (0 if is_good else 1)
    assert followed.trusted()[role] == (2 if is_good else 1)
    assert followed.trusted()["root"] == 2


# Rollback, mix and match


def test_an_older_timestamp_is_refused(followed: Client) -> None:
    followed.repository.publish("timestamp")
    assert followed.refresh() == 0
    followed.repository.publish("timestamp", version=1)
    assert followed.refresh() == 1
    assert followed.codes[-1] == "trust.rolled_back"
    assert followed.trusted()["timestamp"] == 2


def test_another_timestamp_of_the_same_version_is_not_taken(followed: Client) -> None:
    repository = followed.repository
    before = (followed.metadata / "timestamp.json").read_bytes()
    repository.signed["timestamp"].snapshot_meta.version = 100
    repository.publish("timestamp", version=1)
    assert followed.refresh() == 0
    assert followed.asked()[-1] == "timestamp.json"
    assert (followed.metadata / "timestamp.json").read_bytes() == before


@pytest.mark.parametrize("has_hashes", [False, True])
def test_an_older_snapshot_is_refused(client: Client, has_hashes: bool) -> None:
    repository = client.repository
    repository.has_hashes = has_hashes
    repository.publish("snapshot", "timestamp")
    client.init()
    assert client.refresh() == 0
    repository.publish("snapshot", version=1)
    repository.publish("timestamp")
    client.asked()
    assert client.refresh() == 1
    assert client.codes[-1] == "trust.rolled_back"
    assert (client.trusted()["timestamp"], client.trusted()["snapshot"]) == (2, 2)
    assert client.asked()[-1] == "timestamp.json"


@pytest.mark.parametrize("has_hashes", [False, True])
def test_older_targets_are_refused(client: Client, has_hashes: bool) -> None:
    repository = client.repository
    repository.has_hashes = has_hashes
    repository.publish("targets", "snapshot", "timestamp")
    client.init()
    assert client.refresh() == 0
    repository.publish("targets", version=1)
    repository.publish("snapshot", "timestamp")
    assert client.refresh() == 1
    assert client.codes[-1] == "trust.rolled_back"
    assert (client.trusted()["snapshot"], client.trusted()["targets"]) == (2, 2)


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
def test_new_keys_recover_from_a_version_that_was_too_high(followed: Client, role: str) -> None:
    repository = followed.repository
    repository.publish(role, version=9_999)
    repository.publish(*{"timestamp": (), "snapshot": ("timestamp",), "targets": ("snapshot", "timestamp")}[role])
    assert followed.refresh() == 0
    assert followed.trusted()[role] == 9_999
    repository.trust("timestamp", "new timestamp")
    repository.trust("snapshot", "new snapshot")
    repository.publish("root")
    repository.publish(role, version=1)
    repository.publish(*{"timestamp": (), "snapshot": ("timestamp",), "targets": ("snapshot", "timestamp")}[role])
    if role == "timestamp":
        repository.publish("snapshot")
        repository.publish("timestamp", version=1)
    assert followed.refresh() == 0
    assert followed.trusted()[role] == 1


@pytest.mark.parametrize(
    ("role", "trusted", "code"),
    [
        ("root", {"root": 1}, "trust.mixed"),
        ("snapshot", {"root": 2, "timestamp": 2}, "trust.mixed"),
        ("targets", {"root": 2, "timestamp": 2, "snapshot": 2}, "trust.mixed"),
    ],
)
def test_a_version_other_than_the_address_says_is_refused(
    client: Client, role: str, trusted: dict[str, int], code: str
) -> None:
    repository = client.repository
    for each in ("targets", "snapshot", "timestamp", "root"):
        if each == role:
            repository.signed[each].version = 3
            repository.put(each, repository.sign(each), 2)
        else:
            repository.publish(each)
    client.init()
    assert client.refresh() == 1
    assert client.codes[-1] == code
    assert client.trusted() == trusted


def test_hashes_of_metadata_are_checked(followed: Client) -> None:
    repository = followed.repository
    repository.has_hashes = True
    repository.publish("targets", "snapshot", "timestamp")
    assert followed.refresh() == 0
    repository.publish("targets")
    repository.signed["snapshot"].meta["targets.json"].hashes["sha256"] = "46" * 32
    repository.publish("snapshot", "timestamp")
    assert followed.refresh() == 1
    assert followed.codes[-1] == "trust.mixed"
    assert (followed.trusted()["snapshot"], followed.trusted()["targets"]) == (3, 2)


def test_lengths_of_metadata_are_checked(followed: Client) -> None:
    repository = followed.repository
    repository.has_hashes = True
    repository.publish("targets", "snapshot", "timestamp")
    path = repository.path("snapshot", 2)
    path.write_bytes(path.read_bytes() + b" ")
    assert followed.refresh() == 1
    assert followed.codes[-1] == "trust.endless"
    path.write_bytes(path.read_bytes()[:-2])
    assert followed.refresh() == 1
    assert followed.codes[-1] == "trust.mixed"


@pytest.mark.parametrize(
    ("role", "trusted"),
    [
        ("timestamp", {"timestamp": 1, "snapshot": 1, "targets": 1}),
        ("snapshot", {"timestamp": 2, "snapshot": 1, "targets": 1}),
        ("targets", {"timestamp": 2, "snapshot": 2, "targets": 1}),
    ],
)
def test_what_is_missing_is_told(followed: Client, role: str, trusted: dict[str, int]) -> None:
    followed.repository.publish("targets", "snapshot", "timestamp")
    followed.repository.path(role, 2).unlink()
    assert followed.refresh() == 1
    assert followed.codes[-1] == "depot.not_carried"
    assert followed.trusted() == {"root": 1, **trusted}


def test_a_role_that_says_it_is_another_is_refused(followed: Client) -> None:
    repository = followed.repository
    repository.trust("snapshot", "timestamp")
    repository.publish("root", "snapshot")
    repository.path("timestamp", 2).write_bytes(repository.published["snapshot"])
    assert followed.refresh() == 1
    assert followed.codes[-1] == "trust.malformed"
    assert followed.trusted()["root"] == 2


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"{}", b"\xff\xfe", b'{"signed": {}, "signatures": []}', b"[" * 9_000]
)
def test_what_is_no_metadata_is_refused(followed: Client, data: bytes) -> None:
    followed.repository.path("timestamp", 1).write_bytes(data)
    assert followed.refresh() == 1
    assert followed.codes[-1] == "trust.malformed"


# Time


def test_a_root_that_is_over_is_adopted_and_nothing_after_it(followed: Client) -> None:
    repository = followed.repository
    repository.publish("root")
    repository.root.expires = days(-1)
    repository.publish("root", "targets", "snapshot", "timestamp")
    assert followed.refresh() == 1
    assert followed.codes[-1] == "trust.expired"
    assert followed.trusted() == {**all_at(1), "root": 3}


def test_a_root_in_between_may_be_over(followed: Client) -> None:
    repository = followed.repository
    repository.root.expires = days(-1)
    repository.publish("root")
    repository.root.expires = LATER
    repository.publish("root")
    assert followed.refresh() == 0
    assert followed.trusted()["root"] == 3


@pytest.mark.parametrize(
    ("role", "trusted"),
    [
        ("timestamp", {"timestamp": 1, "snapshot": 1, "targets": 1}),
        ("snapshot", {"timestamp": 2, "snapshot": 1, "targets": 1}),
        ("targets", {"timestamp": 2, "snapshot": 2, "targets": 1}),
    ],
)
def test_what_is_over_is_not_adopted(followed: Client, role: str, trusted: dict[str, int]) -> None:
    followed.repository.signed[role].expires = days(-5)
    followed.repository.publish("targets", "snapshot", "timestamp")
    assert followed.refresh() == 1
    assert followed.codes[-1] == "trust.expired"
    assert f"({role}, until 2027-02-24T12:00:00Z)" in followed.told
    assert followed.trusted() == {"root": 1, **trusted}


@pytest.mark.parametrize("role", TOP)
def test_what_is_here_and_over_is_not_enough(client: Client, role: str) -> None:
    client.repository.signed[role].expires = days(7)
    client.repository.publish("root", "targets", "snapshot", "timestamp")
    client.init()
    assert client.refresh(at=days(6)) == 0
    assert client.refresh(at=days(8)) == 1
    assert client.codes[-1] == "trust.expired"
    assert f"({role}, until 2027-03-08T12:00:00Z)" in client.told


def test_what_is_here_and_over_still_leads_to_newer(client: Client) -> None:
    repository = client.repository
    for role in ("timestamp", "snapshot", "targets"):
        repository.signed[role].expires = days(7)
    repository.publish("targets", "snapshot", "timestamp")
    client.init()
    assert client.refresh() == 0
    for role in ("timestamp", "snapshot", "targets"):
        repository.signed[role].expires = days(21)
    repository.publish("targets", "snapshot", "timestamp")
    assert client.refresh(at=days(18)) == 0
    assert client.trusted() == {**all_at(3), "root": 1}


def test_what_is_here_and_over_still_counts_against_rollback(client: Client) -> None:
    repository = client.repository
    repository.signed["timestamp"].expires = days(7)
    repository.publish("timestamp")
    client.init()
    assert client.refresh() == 0
    repository.signed["timestamp"].expires = days(21)
    repository.publish("timestamp", version=1)
    assert client.refresh(at=days(18)) == 1
    assert client.codes[-1] == "trust.rolled_back"


# Delegations


GRAPHS: dict[str, tuple[list[tuple[str, str, str, bool]], str]] = {
    "one": ([("targets", "A", "*", False)], "A"),
    "two beside each other": ([("targets", "A", "*", False), ("targets", "B", "*", False)], "AB"),
    "two levels": ([("targets", "A", "*", False), ("targets", "B", "*", False), ("B", "C", "*", False)], "ABC"),
    "depth before breadth": (
        [("targets", "A", "*", False), ("targets", "B", "*", False), ("A", "C", "*", False), ("A", "D", "*", False)],
        "ACDB",
    ),
    "three levels": (
        [("targets", "A", "*", False), ("targets", "B", "*", False), ("A", "C", "*", False), ("C", "D", "*", False)],
        "ACDB",
    ),
    "terminating": (
        [("targets", "A", "*", False), ("targets", "B", "*", False), ("A", "C", "*", True), ("A", "D", "*", False)],
        "AC",
    ),
    "below a terminating one": (
        [("targets", "A", "*", False), ("targets", "B", "*", False), ("A", "C", "*", True), ("C", "D", "*", False)],
        "ACD",
    ),
    "paths that do not match": (
        [("targets", "A", "*.py", False), ("targets", "B", "*", False), ("A", "C", "*", False)],
        "B",
    ),
    "paths that do not match further down": (
        [("targets", "A", "*", False), ("targets", "B", "*", False), ("A", "C", "*.py", False), ("C", "D", "*", False)],
        "AB",
    ),
    "a circle": (
        [
            ("targets", "A", "*", False),
            ("targets", "B", "*", False),
            ("B", "C", "*", False),
            ("C", "D", "*", False),
            ("D", "B", "*", False),
        ],
        "ABCD",
    ),
    "two ways to one": (
        [("targets", "A", "*", False), ("targets", "B", "*", False), ("B", "C", "*", False), ("A", "C", "*", False)],
        "ACB",
    ),
    "two ways to one, of which one matches": (
        [("targets", "A", "*", False), ("targets", "B", "*", False), ("B", "C", "*", False), ("A", "C", "*.py", False)],
        "ABC",
    ),
}


@pytest.mark.parametrize(("edges", "visited"), GRAPHS.values(), ids=GRAPHS.keys())
def test_delegations_are_searched_in_order(
    client: Client, edges: list[tuple[str, str, str, bool]], visited: str
) -> None:
    for above, role, paths, terminating in edges:
        client.repository.delegate(above, role, [paths], terminating=terminating)
    roles = dict.fromkeys(role for _, role, _, _ in edges)
    client.repository.publish(*roles, "targets", "snapshot", "timestamp")
    client.init()
    assert client.download("missingpath") == 1
    assert client.codes[-1] == "depot.no_such_target"
    assert client.asked()[4:] == [f"{1}.{role}.json" for role in visited]


@pytest.mark.parametrize(
    ("name", "found", "visited"),
    [
        ("targetfile", b"at the top", ""),
        ("README.md", b"by A", "A"),
        ("releases/x/x_v1", b"by C", "BC"),
        ("releases/y/y_v1.zip", b"by D", "BD"),
        ("releases/z/z_v1.zip", None, "B"),
    ],
)
def test_a_target_is_found_where_it_may_be_listed(client: Client, name: str, found: bytes | None, visited: str) -> None:
    repository = client.repository
    repository.delegate("targets", "A", ["*.doc", "*.md"])
    repository.delegate("targets", "B", ["releases/*/*"])
    repository.delegate("B", "C", ["releases/x/*"])
    repository.delegate("B", "D", ["releases/y/*.zip"])
    repository.offer("targetfile", b"at the top")
    repository.offer("README.md", b"by A", "A")
    repository.offer("releases/x/x_v1", b"by C", "C")
    repository.offer("releases/y/y_v1.zip", b"by D", "D")
    repository.offer("releases/z/z_v1.zip", b"not its to list", "D")
    repository.publish("A", "B", "C", "D", "targets", "snapshot", "timestamp")
    client.init()
    assert client.download(name) == (0 if found else 1)
    assert client.downloaded() == ([found] if found else [])
    assert client.asked()[4:] == [f"1.{role}.json" for role in visited]


def test_hash_bins_are_followed(client: Client) -> None:
    repository = client.repository
    bins = SuccinctRoles([], 1, 3, "bin")
    repository.targets().delegations = Delegations({}, succinct_roles=bins)
    repository.targets().add_key(signer("bins").public_key)
    for role in bins.get_roles():
        repository.signed[role] = Targets(expires=LATER)
        repository.signers[role] = [signer("bins")]
    home = bins.get_role_for_target("some/target")
    repository.offer("some/target", b"in a bin", home)
    repository.publish(*bins.get_roles(), "targets", "snapshot", "timestamp")
    client.init()
    assert client.download("some/target") == 0
    assert client.downloaded() == [b"in a bin"]
    assert client.asked()[4:] == [f"1.{home}.json"]


def test_a_delegated_role_by_another_key_is_refused(client: Client) -> None:
    repository = client.repository
    repository.delegate("targets", "A", ["*"])
    repository.offer("x", b"x", "A")
    repository.signers["A"] = [signer("stranger")]
    repository.publish("A", "targets", "snapshot", "timestamp")
    client.init()
    assert client.refresh() == 0
    assert client.download("x") == 1
    assert client.codes[-1] == "trust.not_signed"
    assert (client.downloaded(), client.trusted().get("A")) == ([], None)


def test_a_role_known_by_one_delegator_is_verified_for_the_other(client: Client) -> None:
    repository = client.repository
    repository.delegate("targets", "A", ["a/*"])
    repository.delegate("targets", "B", ["b/*"])
    repository.delegate("A", "C", ["a/*"], key="key that A trusts")
    repository.delegate("B", "C", ["b/*"], key="key that B trusts")
    repository.signers["C"] = [signer("key that A trusts")]
    repository.offer("a/x", b"for A", "C")
    repository.offer("b/x", b"for B", "C")
    repository.publish("C", "A", "B", "targets", "snapshot", "timestamp")
    client.init()
    assert client.download("a/x") == 0
    assert client.download("b/x") == 1
    assert client.codes[-1] == "trust.not_signed"
    assert client.downloaded() == [b"for A"]


def test_a_delegated_role_that_is_over_lists_nothing(client: Client) -> None:
    repository = client.repository
    repository.delegate("targets", "A", ["a/*"], expires=days(7))
    repository.offer("a/first", b"first", "A")
    repository.offer("a/second", b"second", "A")
    repository.publish("A", "targets", "snapshot", "timestamp")
    client.init()
    assert client.download("a/first") == 0
    assert client.download("a/second", at=days(18)) == 1
    assert client.codes[-1] == "trust.expired"
    assert client.downloaded() == [b"first"]
    repository.targets("A").expires = days(21)
    repository.publish("A", "snapshot", "timestamp")
    assert client.download("a/second", at=days(18)) == 0
    assert client.downloaded() == [b"first", b"second"]


def test_a_delegated_role_that_is_older_is_refused(client: Client) -> None:
    repository = client.repository
    repository.delegate("targets", "A", ["a/*"])
    repository.publish("A", "targets")
    repository.publish("A", "snapshot", "timestamp")
    client.init()
    assert client.download("a/x") == 1
    assert client.trusted()["A"] == 2
    repository.publish("A", version=1)
    repository.publish("snapshot", "timestamp")
    assert client.download("a/x") == 1
    assert client.codes[-1] == "trust.rolled_back"
    assert client.trusted()["A"] == 2


@pytest.mark.parametrize("role", ["?", "#", "/delegatedrole", "../delegatedrole", "%2e", "a b", "ñandú", "..", "."])
def test_odd_names_of_roles_are_quoted(client: Client, role: str) -> None:
    client.repository.delegate("targets", role, ["*"])
    client.repository.publish(role, "targets", "snapshot", "timestamp")
    client.init()
    assert client.download("nonexistent target") == 1
    assert client.codes[-1] == "depot.no_such_target"
    assert client.asked()[-1] == f"1.{quote(role, '')}.json"
    assert len(client.trusted()) == 5
    assert {path.name for path in client.folder.iterdir()} <= {"metadata", "targets", "initial-root.json"}


# Targets


@pytest.mark.parametrize("name", ["file.txt", "path/to/a/file.txt", "a b.txt", "ñ/é.txt", "x" * 150, "q?r#s", "a%20b"])
def test_a_target_is_put_down_and_not_asked_for_again(client: Client, name: str) -> None:
    repository = client.repository
    repository.offer(name, b"the contents")
    repository.publish("targets", "snapshot", "timestamp")
    client.server.decodes = "%" not in name
    client.init()
    assert client.refresh() == 0
    assert client.downloaded() == []
    assert client.download(name) == 0
    assert client.downloaded() == [b"the contents"]
    assert len(client.asked("targets")) == 1
    assert client.download(name) == 0
    assert client.asked("targets") == []


@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "./x", "/absolute"])
def test_a_target_that_leads_out_is_not_asked_for(client: Client, name: str) -> None:
    repository = client.repository
    repository.offer("inside", b"contents")
    repository.targets().targets[name] = repository.targets().targets["inside"]
    info = repository.targets().targets[name].to_dict()
    repository.targets().targets[name] = type(repository.targets().targets[name]).from_dict(info, name)
    repository.publish("targets", "snapshot", "timestamp")
    client.init()
    assert client.download(name) == 1
    assert client.asked("targets") == []
    assert client.downloaded() == []


def test_other_bytes_than_listed_are_not_put_down(client: Client) -> None:
    repository = client.repository
    repository.offer("one", b"the first")
    repository.offer("two", b"the other")
    repository.publish("targets", "snapshot", "timestamp")
    client.init()
    assert client.download("one") == 0
    for bad in (b"bad bytes", b"longer than what was listed", b"short"):
        for path in repository.target_files():
            path.write_bytes(bad)
        client.download("one")
        assert client.download("two") == 1
        assert client.codes[-1] == "depot.wrong_bytes"
        assert client.downloaded() == [b"the first"]


def test_a_target_that_changes_keeps_its_place(client: Client) -> None:
    repository = client.repository
    client.init()
    for number in range(4):
        good = f"contents {number}".encode()
        repository.offer("file", good)
        repository.publish("targets", "snapshot", "timestamp")
        assert client.download("file") == 0
        assert client.downloaded() == [good]
        repository.offer("file", f"listed {number}".encode())
        for path in repository.target_files():
            path.write_bytes(b"not listed")
        repository.publish("targets", "snapshot", "timestamp")
        assert client.download("file") == 1
        assert client.downloaded() == [good]


def test_a_target_that_is_not_there_is_told(client: Client) -> None:
    client.repository.offer("file", b"contents")
    client.repository.publish("targets", "snapshot", "timestamp")
    for path in client.repository.target_files():
        path.unlink()
    client.init()
    assert client.download("file") == 1
    assert client.codes[-1] == "depot.not_carried"


def test_a_repository_without_versions_in_its_names(client: Client) -> None:
    repository = client.repository
    repository.root.consistent_snapshot = False
    repository.publish("root")
    repository.offer("file", b"contents")
    repository.publish("targets", "snapshot", "timestamp")
    for role in ("snapshot", "targets"):
        (repository.folder / "metadata" / f"{role}.json").write_bytes(repository.published[role])
    (repository.folder / "targets" / "file").write_bytes(b"contents")
    client.init()
    assert client.download("file") == 0
    assert client.downloaded() == [b"contents"]
    assert client.asked() == ["2.root.json", "3.root.json", "timestamp.json", "snapshot.json", "targets.json"]


# Data without end, and links


@pytest.mark.parametrize(
    ("role", "size"), [("root", 600_000), ("timestamp", 20_000), ("snapshot", 2_100_000), ("targets", 5_100_000)]
)
def test_more_than_metadata_may_have_is_refused(followed: Client, role: str, size: int) -> None:
    followed.repository.publish("root", "targets", "snapshot", "timestamp")
    path = followed.repository.path(role, 2)
    path.write_bytes(path.read_bytes().ljust(size))
    assert followed.refresh() == 1
    assert followed.codes[-1] == "trust.endless"
    assert followed.trusted()[role] == 1


def test_data_without_end_is_cut_off(followed: Client) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        try:
            while True:
                connection.sendall(b" " * 65_536)
        except OSError:
            return

    with answering(answer) as url:
        followed.url = url
        assert followed.refresh() == 1
    assert followed.codes[-1] == "trust.endless"
    assert followed.trusted() == all_at(1)


def test_a_link_that_drops_is_resumed(client: Client) -> None:
    client.repository.offer("file", bytes(range(256)) * 40)
    client.repository.publish("targets", "snapshot", "timestamp")
    client.server.drop_after = 257
    client.init()
    assert client.download("file") == 0
    assert client.downloaded() == [bytes(range(256)) * 40]


@pytest.mark.parametrize(("status", "result"), [(403, 1), (404, 1), (500, 1), (302, 1)])
def test_a_server_that_refuses_everything(followed: Client, status: int, result: int) -> None:
    followed.server.status = status
    assert followed.refresh() == result
    assert followed.codes[-1] in {"depot.not_carried", "depot.carrier_failed"}
    assert followed.trusted() == all_at(1)


def test_no_one_there(followed: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        followed.url = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert followed.refresh() == 1
    assert followed.codes[-1] == "depot.carrier_failed"


# The command line


@pytest.mark.parametrize(
    "arguments",
    [
        ["refresh"],
        ["--metadata-dir", "m", "refresh"],
        ["--metadata-dir", "m", "--metadata-url", "http://127.0.0.1:1", "download"],
        ["--metadata-dir", "m", "--metadata-url", "http://127.0.0.1:1", "--target-name", "x", "download"],
        ["--metadata-dir", "m"],
        ["--metadata-dir", "m", "nothing-of-ours"],
    ],
)
def test_what_is_missing_on_the_command_line_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["depot", "client", *arguments]) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["depot"], ["depot", "client"], ["depot", "client", "--metadata-dir", "m", "refresh"]]
)
def test_it_explains_itself(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*arguments, "--help"]) == 0
    assert "Usage" in capsys.readouterr().out


def test_as_a_program_of_its_own(client: Client) -> None:
    client.repository.signed["timestamp"].expires = datetime(2099, 1, 1, tzinfo=NOW.tzinfo)
    for role in ("root", "targets", "snapshot"):
        client.repository.signed[role].expires = datetime(2099, 1, 1, tzinfo=NOW.tzinfo)
    client.repository.offer("path/file", b"contents")
    client.repository.publish("root", "targets", "snapshot", "timestamp")
    command = [sys.executable, "-c", "from pocus_desktop.app.main import main; main()", "depot", "client"]
    folder = ["--metadata-dir", str(client.metadata)]
    there = ["--metadata-url", f"{client.server.url}/metadata/"]
    target = ["--target-base-url", f"{client.server.url}/targets", "--target-dir", str(client.folder / "targets")]
    named = ["--target-name", "path/file"]
    root = str(client.repository.path("root", 1))
    for arguments, status in [
        ([*folder, "init", root], 0),
        ([*there, *folder, "refresh"], 0),
        ([*named, *target, *folder, *there, "download"], 0),
        ([*target, *folder, "--target-name", "other", *there, "download"], 1),
    ]:
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=60)
        assert done.returncode == status, done.stderr
    assert client.downloaded() == [b"contents"]
