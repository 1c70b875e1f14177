"""A centre's copy of the depot is a depot: stations follow and fetch from it alone."""

import hashlib
from pathlib import Path

import pytest

from pocus_desktop.bundle.carrier import FolderCarrier
from pocus_desktop.bundle.depot.fetch import fetch
from pocus_desktop.bundle.depot.mirror import mirror
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.trust import ceremony
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.kernel.errors import PocusError
from tests.bundle.depot.press import APP_VERSION, FILES, Press
from tests.bundle.trust.academy import NOW_MS, holders


class Centre:
    """Follows the academy, and has a copy."""

    def __init__(self, folder: Path, press: Press, *, root: bytes | None = None) -> None:
        self.press = press
        self.library = Library(folder / "library")
        self.client = TrustClient(folder / "trust")
        self.client.enrol(root or press.academy.root)
        self.depot = folder / "copy"

    def follow(self, bundle_id: str = "dvt-swollen-calf") -> None:
        carriers = [FolderCarrier(self.press.depot)]
        state = self.client.refresh(carriers, now_ms=NOW_MS).state
        listing = state.newest(bundle_id)
        assert listing is not None
        fetch(listing, carriers, self.library, state.policy(), now_ms=NOW_MS, app_version=APP_VERSION)
        mirror(self.depot, self.client, self.library, carriers)


@pytest.fixture
def press(tmp_path: Path) -> Press:
    return Press(folder=tmp_path / "press")


@pytest.fixture
def centre(tmp_path: Path, press: Press) -> Centre:
    return Centre(tmp_path / "centre", press)


def _station(folder: Path, press: Press, depot: Path) -> tuple[TrustClient, Library]:
    client = TrustClient(folder / "trust")
    if not client.is_enrolled:
        client.enrol(press.academy.root)
    client.refresh([FolderCarrier(depot)], now_ms=NOW_MS)
    return client, Library(folder / "library")


def test_a_station_follows_and_fetches_from_the_copy_alone(tmp_path: Path, press: Press, centre: Centre) -> None:
    press.publish(1)
    press.publish(1, {"case.json": b"other"}, bundle_id="nobodys-calf")
    centre.follow()
    client, library = _station(tmp_path / "station", press, centre.depot)
    state = client.state()
    assert state == centre.client.state()
    listing = state.newest("dvt-swollen-calf")
    assert listing is not None
    fetch(listing, [FolderCarrier(centre.depot)], library, state.policy(), now_ms=NOW_MS, app_version=APP_VERSION)
    assert library.held("dvt-swollen-calf", 1) is not None
    [container] = (centre.depot / "bundles").iterdir()
    published = press.depot / "bundles" / container.name
    assert hashlib.sha256(container.read_bytes()).digest() == hashlib.sha256(published.read_bytes()).digest()
    entry = centre.library.held("dvt-swollen-calf", 1)
    assert entry is not None
    assert container.samefile(entry.path), "it takes no room of its own"


def test_what_is_superseded_goes_and_what_is_lacking_is_told(press: Press, centre: Centre) -> None:
    press.publish(1)
    centre.follow()
    press.publish(2, {**FILES, "extra.vtt": b"WEBVTT"})
    press.publish(1, {"case.json": b"other"}, bundle_id="nobodys-calf")
    centre.follow()
    again = mirror(centre.depot, centre.client, centre.library)
    assert [(each.bundle_id, each.version) for each in again.listings] == [("dvt-swollen-calf", 2)]
    assert [each.bundle_id for each in again.lacking] == ["nobodys-calf"]
    assert again.removed == 0
    assert len(list((centre.depot / "bundles").iterdir())) == 1
    assert len(list((centre.depot / "targets").rglob("*.manifest.dsse.json"))) == 1


def test_an_old_copy_teaches_a_station_nothing(tmp_path: Path, press: Press, centre: Centre) -> None:
    press.publish(1)
    centre.follow()
    press.publish(2, {**FILES, "extra.vtt": b"WEBVTT"})
    client, _ = _station(tmp_path / "station", press, press.depot)
    known = client.state()
    with pytest.raises(PocusError) as told:
        client.refresh([FolderCarrier(centre.depot)], now_ms=NOW_MS)
    assert told.value.code == "trust.rolled_back"
    assert client.state() == known


def test_a_disk_that_knows_one_name_a_file_gets_copies(
    press: Press, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_source: object, _target: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("pocus_desktop.bundle.depot.mirror.os.link", refuse)
    press.publish(1)
    centre.follow()
    [container] = (centre.depot / "bundles").iterdir()
    before = container.stat().st_ino
    centre.follow()
    assert container.stat().st_ino == before, "it is not copied again"


def test_a_station_that_knows_an_older_root_follows_all_the_same(tmp_path: Path, press: Press) -> None:
    """The centre was enrolled after the officers had changed."""
    press.publish(1)
    four = holders("ann", "ben", "dee", threshold=2)
    ceremony.rotate(press.academy.repository, "root", four, now_ms=NOW_MS)
    press.academy.publish()
    centre = Centre(tmp_path / "centre", press, root=(press.depot / "metadata" / "2.root.json").read_bytes())
    centre.follow()
    assert (centre.depot / "metadata" / "1.root.json").is_file()
    client, _ = _station(tmp_path / "old", press, centre.depot)
    assert client.state().versions["root"] == 2
