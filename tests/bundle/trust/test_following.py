"""A station follows the academy's trust, from any carrier, and refuses by name what it must not believe."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.bundle.carrier import Carrier, CarrierFailedError, FolderCarrier
from pocus_desktop.bundle.trust import ceremony
from pocus_desktop.bundle.trust.academy import AcademyPolicy, StaleRule
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.kernel.errors import PocusError
from tests.bundle.trust.academy import AREA, DAY_MS, NOW_MS, Academy, holders, key


@pytest.fixture
def academy(tmp_path: Path) -> Academy:
    academy = Academy(folder=tmp_path / "depot")
    academy.found()
    return academy


@pytest.fixture
def station(academy: Academy, tmp_path: Path) -> TrustClient:
    client = TrustClient(tmp_path / "trust")
    client.enrol(academy.root)
    return client


def code_of(action: Callable[[], Any]) -> str:
    with pytest.raises(PocusError) as caught:
        action()
    return caught.value.code


def refresh(station: TrustClient, *folders: Path, now_ms: int = NOW_MS) -> Any:
    return station.refresh([FolderCarrier(folder) for folder in folders], now_ms=now_ms)


def test_a_station_learns_programmes_bundles_and_policy(academy: Academy, station: TrustClient) -> None:
    assert code_of(station.state) == "trust.never_refreshed"
    listed = academy.list_bundle("dvt-swollen-calf", 3)
    found = refresh(station, academy.folder)
    assert found.is_new
    assert found.problem is None
    state = station.state()
    assert state == found.state
    assert state.programmes[AREA].threshold == 2
    assert set(state.programmes[AREA].keys) == {key("dee").public, key("eve").public}
    assert state.newest("dvt-swollen-calf") == listed
    assert state.newest("dvt-swollen-calf", 4) is None
    assert state.academy.rule("live") is StaleRule.OVERRIDE
    assert state.academy.rule("unheard-of") is StaleRule.REFUSE
    assert not refresh(station, academy.folder).is_new


def test_the_academy_s_word_is_kept_beside_the_metadata(academy: Academy, station: TrustClient) -> None:
    policy = AcademyPolicy(hubs=(key("hub").public,), hub_url="https://hub.example", stale={"live": StaleRule.REFUSE})
    ceremony.set_policy(academy.repository, policy, now_ms=NOW_MS)
    academy.publish()
    assert refresh(station, academy.folder).state.academy == policy
    assert station.state().academy == policy


def test_rotations_are_followed_one_after_the_other(academy: Academy, station: TrustClient) -> None:
    for name in ("fay", "gus", "hal"):
        academy.people[name] = key(name)
    for trio in (("ann", "ben", "fay"), ("ann", "fay", "gus"), ("fay", "gus", "hal")):
        ceremony.rotate(academy.repository, "root", holders(*trio, threshold=2), now_ms=NOW_MS)
        academy.publish()
    assert refresh(station, academy.folder).state.versions["root"] == 4


def test_a_new_root_needs_the_old_keys_and_its_own(academy: Academy) -> None:
    for name in ("fay", "gus"):
        academy.people[name] = key(name)
    ceremony.rotate(academy.repository, "root", holders("fay", "gus", threshold=2), now_ms=NOW_MS)
    academy.repository.sign("root", [key("fay"), key("gus")])
    standing = academy.repository.standing("root")
    assert (standing.missing, standing.is_complete) == (2, False)
    assert code_of(lambda: academy.repository.publish(academy.online, now_ms=NOW_MS)) == "trust.not_signed"
    assert academy.repository.sign("root", [key("ann")]).missing == 1
    assert academy.repository.sign("root", [key("ann")]).missing == 1, "one person is one signature"
    assert academy.repository.sign("root", [key("ben")]).is_complete


def test_a_revoked_key_signs_nothing_any_more(academy: Academy, station: TrustClient) -> None:
    academy.people["fay"] = key("fay")
    ceremony.delegate(academy.repository, AREA, holders("dee", "eve", "fay", threshold=2), now_ms=NOW_MS)
    academy.publish()
    assert ceremony.revoke(academy.repository, key("eve").key_id, now_ms=NOW_MS) == (AREA,)
    assert academy.repository.sign("targets", [key("ann"), key("ben")]).is_complete
    assert academy.repository.sign(AREA, [key("dee"), key("eve")]).missing == 1
    assert academy.repository.sign(AREA, [key("fay")]).is_complete
    academy.publish()
    assert key("eve").public not in refresh(station, academy.folder).state.policy().everyone()


def test_a_role_is_never_left_with_too_few_keys(academy: Academy) -> None:
    assert code_of(lambda: ceremony.revoke(academy.repository, key("eve").key_id, now_ms=NOW_MS)) == (
        "trust.bad_ceremony"
    )
    assert academy.repository.standings() == ()


def test_a_withdrawn_version_is_told_with_its_reason(academy: Academy, station: TrustClient) -> None:
    academy.list_bundle("dvt-swollen-calf", 3)
    academy.withdraw("dvt-swollen-calf", 3, "Question 4 has two right answers.")
    policy = refresh(station, academy.folder).state.policy()
    assert policy.programmes[AREA].withdrawn == {("dvt-swollen-calf", 3): "Question 4 has two right answers."}


def spoil(folder: Path, name: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a metadata file without signing it anew."""
    [path] = sorted((folder / "metadata").glob(name))[-1:]
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def _older(academy: Academy, hostile: Path) -> None:
    """What lies in `hostile` stays; the academy and the station go on."""


def _mixed_snapshot(academy: Academy, hostile: Path) -> None:
    newest = sorted((academy.folder / "metadata").glob("*.snapshot.json"), key=lambda p: int(p.name.split(".")[0]))
    shutil.copy(academy.folder / "metadata" / "timestamp.json", hostile / "metadata" / "timestamp.json")
    old = sorted((hostile / "metadata").glob("*.snapshot.json"), key=lambda p: int(p.name.split(".")[0]))
    shutil.copy(old[-1], hostile / "metadata" / newest[-1].name)


def _endless(academy: Academy, hostile: Path) -> None:
    shutil.copytree(academy.folder, hostile, dirs_exist_ok=True)
    with (hostile / "metadata" / "timestamp.json").open("ab") as file:
        file.write(b" " * 1_000_000)


def _one_signature_short(academy: Academy, hostile: Path) -> None:
    shutil.copytree(academy.folder, hostile, dirs_exist_ok=True)
    spoil(hostile, "timestamp.json", lambda document: document.update(signatures=[]))


def _strangers_signature(academy: Academy, hostile: Path) -> None:
    stranger = Academy(folder=academy.folder.with_name("stranger"))
    stranger.people = {name: key(f"not {name}") for name in stranger.people}
    shutil.copytree(academy.folder, hostile, dirs_exist_ok=True)

    def forge(document: dict[str, Any]) -> None:
        document["signed"]["version"] += 1
        document["signatures"][0]["sig"] = "00" * 64

    spoil(hostile, "timestamp.json", forge)


def _no_json(academy: Academy, hostile: Path) -> None:
    shutil.copytree(academy.folder, hostile, dirs_exist_ok=True)
    (hostile / "metadata" / "timestamp.json").write_bytes(b"{")


def _nothing(academy: Academy, hostile: Path) -> None:
    shutil.rmtree(hostile)


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        (_older, "trust.rolled_back"),
        (_mixed_snapshot, "trust.mixed"),
        (_endless, "trust.endless"),
        (_one_signature_short, "trust.not_signed"),
        (_strangers_signature, "trust.not_signed"),
        (_no_json, "trust.malformed"),
        (_nothing, "trust.no_carrier"),
    ],
)
def test_what_a_hostile_depot_offers_is_refused_by_name_and_changes_nothing(
    academy: Academy, station: TrustClient, tmp_path: Path, attack: Callable[[Academy, Path], None], code: str
) -> None:
    hostile = tmp_path / "hostile"
    shutil.copytree(academy.folder, hostile)
    academy.list_bundle("dvt-swollen-calf", 1)
    if attack is not _mixed_snapshot:
        before = refresh(station, academy.folder).state
        academy.list_bundle("dvt-swollen-calf", 2)
    else:
        before = refresh(station, hostile).state
    attack(academy, hostile)
    assert code_of(lambda: refresh(station, hostile)) == code
    assert station.state() == before
    assert refresh(station, hostile, academy.folder).is_new, "an honest carrier beside it serves"


def test_metadata_that_is_over_is_adopted_if_newer_and_told(academy: Academy, station: TrustClient) -> None:
    refresh(station, academy.folder)
    academy.list_bundle("dvt-swollen-calf", 1)
    late = NOW_MS + 60 * DAY_MS
    found = refresh(station, academy.folder, now_ms=late)
    assert found.problem is not None
    assert found.problem.code == "trust.expired"
    assert (found.state.expiring, found.is_new) == ("timestamp", True)
    assert found.state.newest("dvt-swollen-calf") is not None
    assert found.state.is_stale(late)
    assert not found.state.is_stale(NOW_MS)


class Dropping:
    """A link that gives some bytes and drops, again and again."""

    def __init__(self, folder: Path, *, every: int) -> None:
        self._inner = FolderCarrier(folder)
        self._every = every

    @property
    def name(self) -> str:
        return "dropping"

    def read(self, path: str, *, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        data = b"".join(self._inner.read(path, offset=offset, size=size))
        return self._given(path, data)

    def _given(self, path: str, data: bytes) -> Iterator[bytes]:
        yield data[: self._every]
        if len(data) > self._every:
            raise CarrierFailedError(file=path, carrier=self.name, reason="the link dropped")


def test_a_link_that_drops_is_resumed(academy: Academy, station: TrustClient) -> None:
    dropping: Carrier = Dropping(academy.folder, every=97)
    assert station.refresh([dropping], now_ms=NOW_MS).is_new


def test_a_link_that_gives_nothing_leaves_what_was_there(academy: Academy, station: TrustClient) -> None:
    before = refresh(station, academy.folder).state
    academy.list_bundle("dvt-swollen-calf", 1)
    dead: Carrier = Dropping(academy.folder, every=0)
    assert code_of(lambda: station.refresh([dead], now_ms=NOW_MS)) == "depot.carrier_failed"
    assert station.state() == before


def test_carriers_complete_one_another(academy: Academy, station: TrustClient, tmp_path: Path) -> None:
    academy.list_bundle("dvt-swollen-calf", 1)
    half = tmp_path / "half"
    shutil.copytree(academy.folder, half)
    for path in (half / "metadata").glob("*.targets.json"):
        path.unlink()
    rest = tmp_path / "rest"
    shutil.copytree(academy.folder, rest)
    (rest / "metadata" / "timestamp.json").unlink()
    assert refresh(station, half, rest).state.newest("dvt-swollen-calf") is not None


def test_what_is_kept_is_verified_again(academy: Academy, station: TrustClient, tmp_path: Path) -> None:
    refresh(station, academy.folder)
    [current] = [path for path in (tmp_path / "trust").iterdir() if path.is_dir()]
    path = current / f"{AREA}.json"
    path.write_text(path.read_text().replace('"threshold": 2', '"threshold": 1').replace("2028", "2038"))
    assert code_of(station.state) == "trust.damaged"


def test_another_academy_s_root_is_refused(academy: Academy, station: TrustClient, tmp_path: Path) -> None:
    other = Academy(folder=tmp_path / "other")
    other.found(now_ms=NOW_MS + DAY_MS)
    station.enrol(academy.root)
    assert code_of(lambda: station.enrol(other.root)) == "trust.bad_root"
    unsigned = academy.root.replace(b'"version": 1', b'"version": 7')
    targets = (academy.folder / "metadata" / "1.targets.json").read_bytes()
    for offered in (unsigned, targets, b"{}", b""):
        assert code_of(lambda: TrustClient(tmp_path / "new").enrol(offered)) == "trust.bad_root"  # noqa: B023
