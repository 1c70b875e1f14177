"""Every way in which a station refuses trust, by name: each row is one cause."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tuf.api.metadata import Key, Metadata, Root, Targets

from pocus_desktop.bundle.carrier import FolderCarrier
from pocus_desktop.bundle.library_lock import locked
from pocus_desktop.bundle.trust import academy as policies
from pocus_desktop.bundle.trust import ceremony, errors
from pocus_desktop.bundle.trust.ceremony import Holders
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.bundle.trust.keys import KeySigner, tuf_key
from pocus_desktop.kernel.errors import PocusError
from tests.bundle.trust.academy import AREA, NOW_MS, Academy, holders, key

ATTACKS: dict[str, tuple[str, Callable[["Attack"], None]]] = {}


class Attack:
    """A depot that its keys' holders, or someone else, made wrong."""

    def __init__(self, academy: Academy) -> None:
        self.academy = academy
        self.metadata = academy.repository.metadata

    def read(self, role: str) -> tuple[Path, Metadata[Any]]:
        """The newest version of a role, and where it lies."""
        path = self.metadata / "timestamp.json"
        if role != "timestamp":
            found = self.metadata.glob(f"*.{role}.json")
            path = max(found, key=lambda path: int(path.name.partition(".")[0]))
        return path, Metadata.from_file(str(path))

    def resign(self, role: str, change: Callable[[dict[str, Any]], None], *names: str, version_up: bool = True) -> None:
        """Change what a role says, sign it by those keys, and everything below the root anew."""
        path, metadata = self.read(role)
        document = json.loads(json.dumps(metadata.to_dict()))
        change(document["signed"])
        changed: Metadata[Any] = Metadata.from_dict(document)
        changed.signatures.clear()
        if version_up and role != "timestamp":
            changed.signed.version += 1
            path = path.with_name(f"{changed.signed.version}.{role}.json")
        for name in names:
            changed.sign(KeySigner(key(name)), append=True)
        path.write_bytes(changed.to_bytes())
        if role not in ("root", "snapshot", "timestamp"):
            self.academy.repository.publish(self.academy.online, now_ms=NOW_MS)


def _nothing(signed: dict[str, Any]) -> None:
    """The same again."""


def attack(name: str, code: str) -> Callable[[Callable[[Attack], None]], Callable[[Attack], None]]:
    def enter(function: Callable[[Attack], None]) -> Callable[[Attack], None]:
        ATTACKS[name] = (code, function)
        return function

    return enter


def _unsigned(path: Path) -> None:
    document = json.loads(path.read_bytes())
    document["signatures"] = []
    path.write_text(json.dumps(document))


@attack("the root is signed by one of two", "trust.not_signed")
def _(attack: Attack) -> None:
    attack.resign("root", _nothing, "ann")


@attack("the root is signed by people it names itself", "trust.not_signed")
def _(attack: Attack) -> None:
    def take_over(signed: dict[str, Any]) -> None:
        mallory = tuf_key(key("mallory").public)
        signed["keys"][mallory.keyid] = mallory.to_dict()
        for role in signed["roles"].values():
            role.update(keyids=[mallory.keyid], threshold=1)

    attack.resign("root", take_over, "mallory")


@attack("the root is of a later version than the next", "trust.mixed")
def _(attack: Attack) -> None:
    first = attack.academy.root
    attack.resign("root", lambda signed: signed.update(version=6), "ann", "ben", version_up=False)
    (attack.metadata / "1.root.json").rename(attack.metadata / "2.root.json")
    (attack.metadata / "1.root.json").write_bytes(first)


@attack("one key stands in the root under two names", "trust.malformed")
def _(attack: Attack) -> None:
    def twin(signed: dict[str, Any]) -> None:
        signed["keys"]["twin"] = tuf_key(key("ann").public).to_dict()
        signed["roles"]["root"]["keyids"].append("twin")

    attack.resign("root", twin, "ann", "ben")
    attack.academy.repository.publish(attack.academy.online, now_ms=NOW_MS)


@attack("one key stands in a programme under two names", "trust.malformed")
def _(attack: Attack) -> None:
    def twin(signed: dict[str, Any]) -> None:
        signed["delegations"]["keys"]["twin"] = tuf_key(key("dee").public).to_dict()
        signed["delegations"]["roles"][0]["keyids"].append("twin")

    attack.resign("targets", twin, "ann", "ben")


@attack("the snapshot is not signed", "trust.not_signed")
def _(attack: Attack) -> None:
    attack.academy.list_bundle("another", 1)
    document = json.loads(attack.read("timestamp")[0].read_bytes())
    del document["signed"]["meta"]["snapshot.json"]["hashes"], document["signed"]["meta"]["snapshot.json"]["length"]
    metadata: Metadata[Any] = Metadata.from_dict(document)
    metadata.sign(KeySigner(key("timestamp")))
    (attack.metadata / "timestamp.json").write_bytes(metadata.to_bytes())
    _unsigned(attack.read("snapshot")[0])


@attack("targets are signed by one of two", "trust.not_signed")
def _(attack: Attack) -> None:
    attack.academy.repository.require_signed = lambda: None  # type: ignore[method-assign]
    attack.resign("targets", _nothing, "ann")


@attack("a programme is signed by one of two", "trust.not_signed")
def _(attack: Attack) -> None:
    attack.academy.repository.require_signed = lambda: None  # type: ignore[method-assign]
    attack.resign(AREA, _nothing, "dee")


@attack("a programme is signed by a key that was revoked", "trust.not_signed")
def _(attack: Attack) -> None:
    academy = attack.academy
    academy.people["fay"] = key("fay")
    ceremony.delegate(academy.repository, AREA, holders("dee", "fay", threshold=2), now_ms=NOW_MS)
    academy.publish()
    academy.repository.require_signed = lambda: None  # type: ignore[method-assign]
    attack.resign(AREA, _nothing, "dee", "eve")


@attack("the timestamp is signed by a key that was rotated away", "trust.not_signed")
def _(attack: Attack) -> None:
    attack.academy.people["clock"] = key("clock")
    ceremony.rotate(attack.academy.repository, "timestamp", holders("clock"), now_ms=NOW_MS)
    attack.academy.repository.sign("root", [key("ann"), key("ben")])
    path = attack.academy.repository.staged_path("root")
    shutil.copy(path, attack.metadata / "2.root.json")


@attack("the timestamp is an older one", "trust.rolled_back")
def _(attack: Attack) -> None:
    (attack.metadata / "timestamp.json").write_bytes(attack.academy.folder.joinpath("old-timestamp").read_bytes())


@attack("the snapshot is of another state", "trust.mixed")
def _(attack: Attack) -> None:
    path, _ = attack.read("snapshot")
    attack.academy.list_bundle("another", 1)
    shutil.copy(path, attack.read("snapshot")[0])


@attack("targets are of another state", "trust.mixed")
def _(attack: Attack) -> None:
    old = attack.read(AREA)[0]
    attack.academy.list_bundle("another", 1)
    data = old.read_bytes()
    attack.read(AREA)[0].write_bytes(data)


@attack("the timestamp goes on and on", "trust.endless")
def _(attack: Attack) -> None:
    path, _ = attack.read("timestamp")
    path.write_bytes(path.read_bytes().ljust(20_000))


@attack("targets go on and on", "trust.endless")
def _(attack: Attack) -> None:
    attack.academy.list_bundle("another", 1)
    path, _ = attack.read(AREA)
    path.write_bytes(path.read_bytes().ljust(100_000))


@attack("the timestamp is no metadata", "trust.malformed")
def _(attack: Attack) -> None:
    (attack.metadata / "timestamp.json").write_text("<html>Sign in to the guest network</html>")


@attack("the timestamp is a snapshot", "trust.malformed")
def _(attack: Attack) -> None:
    shutil.copy(attack.read("snapshot")[0], attack.metadata / "timestamp.json")


@attack("a bundle's entry is of another form", "trust.malformed")
def _(attack: Attack) -> None:
    def spoil(signed: dict[str, Any]) -> None:
        [entry] = signed["targets"].values()
        entry["custom"]["version"] = True

    attack.resign(AREA, spoil, "dee", "eve")


@attack("a withdrawal is of another form", "trust.malformed")
def _(attack: Attack) -> None:
    attack.resign(AREA, lambda signed: signed.update({"x-pocus-withdrawn": [{"bundle_id": "x"}]}), "dee", "eve")


@attack("a bundle is listed under another programme's name", "trust.malformed")
def _(attack: Attack) -> None:
    def move(signed: dict[str, Any]) -> None:
        [(path, entry)] = signed["targets"].items()
        signed["targets"] = {path.replace(AREA, "lung"): entry}

    attack.resign(AREA, move, "dee", "eve")


@attack("a programme's paths are another's", "trust.malformed")
def _(attack: Attack) -> None:
    attack.resign("targets", lambda s: s["delegations"]["roles"][0].update(paths=["other/*"]), "ann", "ben")


@attack("a programme names others", "trust.malformed")
def _(attack: Attack) -> None:
    attack.resign(AREA, lambda signed: signed.update(delegations={"keys": {}, "roles": []}), "dee", "eve")


@attack("a programme has a name that is none", "trust.malformed")
def _(attack: Attack) -> None:
    def rename(signed: dict[str, Any]) -> None:
        [role] = signed["delegations"]["roles"]
        signed["delegations"]["roles"].append({**role, "name": "*", "paths": ["*/*"]})

    attack.academy.repository.require_signed = lambda: None  # type: ignore[method-assign]
    attack.academy.repository.roles = lambda: ("root", "timestamp", "snapshot", "targets", AREA)  # type: ignore[method-assign]
    attack.resign("targets", rename, "ann", "ben")


@attack("the policy is of another form", "trust.malformed")
def _(attack: Attack) -> None:
    info = attack.academy.repository.put_target(policies.PATH, b'{"format": 1}')
    attack.resign("targets", lambda s: s["targets"].update({policies.PATH: info.to_dict()}), "ann", "ben")


@attack("the policy's bytes are others", "trust.mixed")
def _(attack: Attack) -> None:
    ceremony.set_policy(attack.academy.repository, policies.AcademyPolicy(hub_url="https://a"), now_ms=NOW_MS)
    attack.academy.publish()
    for path in (attack.academy.repository.targets / "academy").iterdir():
        path.write_bytes(bytes(path.stat().st_size))


@attack("the policy is longer than a policy may be", "trust.endless")
def _(attack: Attack) -> None:
    data = policies.AcademyPolicy().to_bytes().ljust(300_000)
    info = attack.academy.repository.put_target(policies.PATH, data)
    attack.resign("targets", lambda s: s["targets"].update({policies.PATH: info.to_dict()}), "ann", "ben")


@attack("a programme's key is of low order", "crypto.weak_key")
def _(attack: Attack) -> None:
    def weaken(signed: dict[str, Any]) -> None:
        weak = Key.from_dict(
            "weak", {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": "01" + "00" * 31}}
        )
        signed["delegations"]["keys"]["weak"] = weak.to_dict()
        signed["delegations"]["roles"][0]["keyids"].append("weak")

    attack.resign("targets", weaken, "ann", "ben")


@attack("metadata is missing", "depot.not_carried")
def _(attack: Attack) -> None:
    attack.academy.list_bundle("another", 1)
    attack.read(AREA)[0].unlink()


@attack("there is nothing", "trust.no_carrier")
def _(attack: Attack) -> None:
    shutil.rmtree(attack.metadata)


def code_of(action: Callable[[], Any]) -> str:
    with pytest.raises(PocusError) as caught:
        action()
    assert "{" not in str(caught.value)
    return caught.value.code


@pytest.fixture
def academy(tmp_path: Path) -> Academy:
    made = Academy(folder=tmp_path / "depot")
    made.found()
    shutil.copy(made.repository.metadata / "timestamp.json", made.folder / "old-timestamp")
    made.list_bundle("dvt-swollen-calf", 1)
    return made


@pytest.fixture
def station(academy: Academy, tmp_path: Path) -> TrustClient:
    client = TrustClient(tmp_path / "trust", patience_s=0.05)
    client.enrol(academy.root)
    return client


@pytest.mark.parametrize("name", ATTACKS)
def test_what_a_depot_may_do_wrong(academy: Academy, station: TrustClient, tmp_path: Path, name: str) -> None:
    code, act = ATTACKS[name]
    carrier = FolderCarrier(academy.folder)
    before = station.refresh([carrier], now_ms=NOW_MS).state
    good = tmp_path / "good"
    shutil.copytree(academy.folder, good)
    act(Attack(academy))
    assert code_of(lambda: station.refresh([carrier], now_ms=NOW_MS)) == code
    assert station.state() == before, "what was believed stays"
    assert not station.refresh([carrier, FolderCarrier(good)], now_ms=NOW_MS).is_new, "an honest copy serves"
    assert sorted(path.name for path in (tmp_path / "trust").iterdir() if path.is_dir()) != []


def test_every_refusal_of_a_station_is_met_here_or_beside() -> None:
    beside = {
        "trust.expired",  # test_following
        "trust.bad_root",
        "trust.never_refreshed",
        "trust.damaged",
        "trust.not_enrolled",  # below
        "trust.busy",
        "trust.withdrawn",
        "trust.unknown_programme",
        "trust.bad_ceremony",  # the academy's side
        "trust.bad_key_file",
        "trust.no_keys_here",
        "trust.key_may_not_sign",
        "trust.bad_request",
        "trust.other_request",
        "trust.nothing_staged",
        "trust.short_passphrase",
    }
    met = {code for code, _ in ATTACKS.values()} | beside
    assert {error.code for error in _all(PocusError) if error.__module__ == errors.__name__} <= met


def test_the_page_names_every_refusal() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "formats" / "trust.md").read_text("utf-8")
    named = set(re.findall(r"`((?:trust|depot)\.(?!md`)[a-z_]+)`", page))
    codes = {error.code for error in _all(PocusError)}
    assert sorted(named - codes) == []
    met = {code for code, _ in ATTACKS.values() if not code.startswith("crypto.")}
    assert sorted(met - named) == []


def _all(error: type[PocusError]) -> Iterator[type[PocusError]]:
    for child in error.__subclasses__():
        yield child
        yield from _all(child)


def test_a_station_that_was_not_enrolled_says_so(academy: Academy, tmp_path: Path) -> None:
    stranger = TrustClient(tmp_path / "nowhere")
    assert code_of(stranger.state) == "trust.not_enrolled"
    assert code_of(lambda: stranger.refresh([FolderCarrier(academy.folder)], now_ms=NOW_MS)) == "trust.not_enrolled"
    assert not (tmp_path / "nowhere").exists()


def test_a_root_with_two_names_for_a_key_is_not_pinned(academy: Academy, tmp_path: Path) -> None:
    document = json.loads(academy.root)
    document["signed"]["keys"]["twin"] = tuf_key(key("ann").public).to_dict()
    metadata: Metadata[Any] = Metadata.from_dict(document)
    metadata.signatures.clear()
    for name in ("ann", "ben"):
        metadata.sign(KeySigner(key(name)), append=True)
    assert code_of(lambda: TrustClient(tmp_path / "new").enrol(metadata.to_bytes())) == "trust.bad_root"


def test_only_one_process_refreshes_at_a_time(academy: Academy, station: TrustClient, tmp_path: Path) -> None:
    before = station.refresh([FolderCarrier(academy.folder)], now_ms=NOW_MS).state
    with locked(tmp_path / "trust" / ".lock"):
        assert code_of(lambda: station.refresh([FolderCarrier(academy.folder)], now_ms=NOW_MS)) == "trust.busy"
        assert code_of(lambda: station.enrol(academy.root)) == "trust.busy"
        assert station.state() == before, "reading goes on"


@pytest.mark.parametrize("name", ["root.json", "timestamp.json", "snapshot.json", "targets.json", f"{AREA}.json"])
@pytest.mark.parametrize("change", ["missing", "empty", "other"])
def test_what_is_kept_and_damaged_is_told_or_mended_from_what_is_kept_too(
    academy: Academy, station: TrustClient, tmp_path: Path, name: str, change: str
) -> None:
    before = station.refresh([FolderCarrier(academy.folder)], now_ms=NOW_MS).state
    [current] = [path for path in (tmp_path / "trust").iterdir() if path.is_dir()]
    path = current / name
    data = path.read_bytes()
    path.unlink()
    if change != "missing":
        path.write_bytes(b"" if change == "empty" else data.replace(b"1", b"2"))
    if name == "root.json":  # followed anew from the root of the enrolment
        assert station.state() == before
    else:
        expected = {"trust.damaged"} | ({"trust.never_refreshed"} if name == "timestamp.json" else set())
        assert code_of(station.state) in expected


def test_reading_writes_nothing(academy: Academy, station: TrustClient, tmp_path: Path) -> None:
    station.refresh([FolderCarrier(academy.folder)], now_ms=NOW_MS)

    def kept() -> dict[str, tuple[int, int]]:
        return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_ino) for path in (tmp_path / "trust").rglob("*")}

    before = kept()
    station.state()
    assert kept() == before


def test_snapshot_and_timestamp_ask_for_one_signature(academy: Academy) -> None:
    two = Holders(keys=(key("ann").public, key("ben").public), threshold=2)
    for role in ("snapshot", "timestamp"):
        assert code_of(lambda: ceremony.rotate(academy.repository, role, two, now_ms=NOW_MS)) == "trust.bad_ceremony"  # noqa: B023
    assert academy.repository.standings() == ()


def test_one_person_is_not_named_twice() -> None:
    assert code_of(lambda: Holders(keys=(key("ann").public, key("ann").public), threshold=1)) == "trust.bad_ceremony"


def test_drafts_keep_kinds_apart(academy: Academy) -> None:
    assert isinstance(academy.repository.draft("root", Root, now_ms=NOW_MS), Root)
    assert code_of(lambda: academy.repository.published("root", Targets)) == "trust.malformed"
