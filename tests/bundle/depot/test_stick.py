"""A stick for one centre: what it needs, nothing else, and read back before it is handed out."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from pocus_desktop.bundle.carrier import FolderCarrier
from pocus_desktop.bundle.depot import paths, stick
from pocus_desktop.bundle.depot.fetch import fetch
from pocus_desktop.bundle.depot.stick import Stick, make_stick
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.bundle.trust.state import TrustState
from pocus_desktop.kernel.errors import PocusError
from tests.bundle.depot.press import APP_VERSION, FILES, Press
from tests.bundle.trust.academy import DAY_MS, NOW_MS


@pytest.fixture
def press(tmp_path: Path) -> Press:
    press = Press(folder=tmp_path)
    press.publish(1)
    press.publish(1, {"case.json": b"{}"}, bundle_id="other-calf")
    return press


def make(press: Press, *bundle_ids: str, now_ms: int = NOW_MS) -> Stick:
    root = press.academy.root
    stick = press.folder / "stick"
    return make_stick(press.depot, stick, bundle_ids, root=root, now_ms=now_ms, app_version=APP_VERSION)


def test_a_stick_serves_a_station_that_sees_nothing_else(press: Press, tmp_path: Path) -> None:
    made = make(press, "dvt-swollen-calf")
    assert [each.bundle_id for each in made.listings] == ["dvt-swollen-calf"]
    carrier = FolderCarrier(tmp_path / "stick")
    client = TrustClient(tmp_path / "trust")
    client.enrol(press.academy.root)
    state = client.refresh([carrier], now_ms=NOW_MS).state
    [listing] = made.listings
    policy = state.policy()
    fetch(listing, [carrier], Library(tmp_path / "library"), policy, now_ms=NOW_MS, app_version=APP_VERSION)
    assert not list((tmp_path / "stick").rglob("*other-calf*"))
    assert not (tmp_path / "stick" / "staged").exists()


def test_what_a_stick_held_before_and_may_not_have_goes(press: Press, tmp_path: Path) -> None:
    make(press, "dvt-swollen-calf", "other-calf")
    made = make(press, "other-calf")
    assert made.copied_bytes == 0
    assert len(made.removed) == 2
    assert len(list((tmp_path / "stick" / "bundles").iterdir())) == 1


def test_a_stick_is_brought_up_to_date(press: Press) -> None:
    make(press, "dvt-swollen-calf")
    listing = press.publish(2, {**FILES, "extra.vtt": b"WEBVTT"})
    made = make(press, "dvt-swollen-calf")
    assert made.listings == (listing,)
    assert made.copied_bytes > listing.size_bytes
    assert make(press, "dvt-swollen-calf").copied_bytes == 0


@pytest.mark.parametrize(
    ("is_envelope", "code"),
    [(False, "bundle.content_damaged"), (True, "depot.wrong_bytes")],
    ids=["bundle", "envelope"],
)
def test_a_stick_that_does_not_give_back_what_was_written_is_told(
    press: Press, tmp_path: Path, *, is_envelope: bool, code: str
) -> None:
    [listing] = make(press, "dvt-swollen-calf").listings
    path = tmp_path / "stick" / (paths.envelope(listing) if is_envelope else paths.container(listing.envelope_sha256))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(PocusError) as caught:
        make(press, "dvt-swollen-calf")
    assert caught.value.code == code
    assert make(press, "dvt-swollen-calf").copied_bytes == listing.size_bytes + listing.envelope_bytes


def test_another_bundle_of_the_programme_under_a_bundle_s_name_is_told(press: Press, tmp_path: Path) -> None:
    both = {each.bundle_id: each for each in make(press, "dvt-swollen-calf", "other-calf").listings}
    ours, other = (paths.container(both[name].envelope_sha256) for name in ("dvt-swollen-calf", "other-calf"))
    for folder in (press.depot, tmp_path / "stick"):
        (folder / ours).write_bytes((folder / other).read_bytes())
    with pytest.raises(PocusError) as caught:
        make(press, "dvt-swollen-calf")
    assert caught.value.code == "depot.wrong_bytes"


def test_a_depot_that_is_published_meanwhile_makes_no_stick(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    believe = stick._believed

    def then_publish(depot: Path, root: bytes, now_ms: int) -> TrustState:
        state = believe(depot, root, now_ms)
        if depot == press.depot:
            press.publish(2)
        return state

    monkeypatch.setattr(stick, "_believed", then_publish)
    with pytest.raises(PocusError) as caught:
        make(press, "dvt-swollen-calf")
    assert caught.value.code == "depot.not_carried"
    monkeypatch.undo()
    assert [each.version for each in make(press, "dvt-swollen-calf").listings] == [2]


def test_no_stick_is_made_of_what_is_not_listed_or_over(press: Press) -> None:
    for ask, now_ms, code in (
        ("lung-a", NOW_MS, "depot.not_listed"),
        ("other-calf", NOW_MS + 90 * DAY_MS, "trust.expired"),
    ):
        with pytest.raises(PocusError) as caught:
            make(press, ask, now_ms=now_ms)
        assert caught.value.code == code


def test_no_stick_is_made_of_the_depot_itself(press: Press) -> None:
    before = sorted(press.depot.rglob("*"))
    again = press.depot / ".." / press.depot.name
    with pytest.raises(PocusError) as caught:
        make_stick(press.depot, again, ["other-calf"], root=press.academy.root, now_ms=NOW_MS, app_version=APP_VERSION)
    assert caught.value.code == "depot.stick_is_depot"
    assert sorted(press.depot.rglob("*")) == before


def test_a_stick_that_is_too_small_is_left_as_it_was(
    press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(press, "other-calf")
    before = sorted((tmp_path / "stick").rglob("*"))
    monkeypatch.setattr(stick, "_SPARE_BYTES", 10**18)
    with pytest.raises(PocusError) as caught:
        make(press, "dvt-swollen-calf")
    assert caught.value.code == "depot.stick_full"
    assert sorted((tmp_path / "stick").rglob("*")) == before


def test_what_goes_makes_room_for_what_comes(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    make(press, "dvt-swollen-calf")
    monkeypatch.setattr(stick, "_SPARE_BYTES", 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    assert [each.bundle_id for each in make(press, "other-calf").listings] == ["other-calf"]
