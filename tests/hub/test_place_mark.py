"""The mark of a hub's place: what is not mounted is told from what is empty, and another hub's from ours."""

from pathlib import Path

import httpx2
import pytest

from pocus_desktop.hub.backup import back_up, restore
from pocus_desktop.hub.errors import NoRoomError, PlaceMissingError, PlaceOfAnotherError
from pocus_desktop.hub.place_mark import MARK
from pocus_desktop.hub.storage.places import FolderPlace
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.hub.web.figures import figures
from pocus_desktop.hub.web.readiness import Readiness
from pocus_desktop.sync.asgi import InProcessTransport
from tests.hub.school import School
from tests.hub.test_guard import put


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """Where the objects are mounted."""
    folder = tmp_path / "share"
    folder.mkdir()
    return folder


def unmount(share: Path) -> Path:
    """What `umount` leaves: the empty folder that was mounted on; where the share is seen still."""
    aside = share.with_name("aside")
    share.rename(aside)
    share.mkdir()
    return aside


def test_a_place_is_marked_once_and_known_again(school: School, share: Path) -> None:
    school.hub(objects=str(share)).close()
    mark = (share / MARK).read_bytes()
    hub = school.hub(objects=str(share))
    hub.check()
    hub.take(school.sit().final)
    assert (share / MARK).read_bytes() == mark
    hub.close()


def test_a_hub_does_not_open_beside_a_folder_that_is_not_mounted(school: School, share: Path) -> None:
    school.hub(objects=str(share)).close()
    aside = unmount(share)
    with pytest.raises(PlaceMissingError):
        school.hub(objects=str(share))
    assert list(share.iterdir()) == []
    share.rmdir()
    aside.rename(share)
    school.hub(objects=str(share)).close()


def test_a_share_that_comes_loose_takes_no_results_and_is_not_ready(school: School, share: Path) -> None:
    hub = school.hub(objects=str(share), is_scoring_later=True)
    client = httpx2.Client(transport=InProcessTransport(create_app(hub)), base_url="http://hub")
    sat = school.sit()
    assert client.get("/readyz").status_code == 200
    aside = unmount(share)
    school.clock.advance(ms=1_000)
    for answer in (put(client, sat.final), client.get("/readyz")):
        assert (answer.status_code, answer.json()["code"]) == (503, "hub.place_missing")
    assert hub.held() == ()
    for path in sorted(share.rglob("*"), reverse=True):  # what was put beside the share is hidden by it
        path.rmdir() if path.is_dir() else path.unlink()
    share.rmdir()
    aside.rename(share)
    school.clock.advance(ms=1_000)
    assert client.get("/readyz").status_code == 200
    assert put(client, sat.final).status_code == 201
    hub.require_envelope(hub.held()[0])
    hub.close()


def test_the_place_of_another_hub_is_not_used(school: School, share: Path, tmp_path: Path) -> None:
    school.hub(objects=str(share)).close()
    other = tmp_path / "other"
    other.mkdir()
    School(folder=tmp_path / "elsewhere").hub(objects=str(other)).close()
    with pytest.raises(PlaceOfAnotherError):
        school.hub(objects=str(other))


def test_a_hub_from_before_marks_its_place_where_its_envelopes_are(school: School, share: Path) -> None:
    hub = school.hub(objects=str(share))
    hub.take(school.sit().final)
    hub.close()
    (share / MARK).unlink()
    _forget(school, share)
    school.hub(objects=str(share)).close()
    assert (share / MARK).is_file()
    _forget(school, share)
    unmount(share)
    with pytest.raises(PlaceMissingError):
        school.hub(objects=str(share))


def _forget(school: School, share: Path) -> None:
    from pocus_desktop.hub import place_mark
    from pocus_desktop.hub.records.store import HubStore

    store = HubStore(f"sqlite:///{school.folder / 'hub' / 'hub.sqlite'}")
    place_mark.forget(store)
    store.close()
    (share / MARK).unlink(missing_ok=True)


def test_what_is_restored_marks_the_place_that_it_lies_in(school: School, share: Path, tmp_path: Path) -> None:
    hub = school.hub(objects=str(share))
    hub.take(school.sit().final)
    ring = hub.ring._ring
    hub.close()
    backup, fresh, place = tmp_path / "backup", tmp_path / "fresh", tmp_path / "place"
    back_up(backup, ring, folder=school.folder / "hub", objects=str(share))
    restore(backup, ring, folder=fresh, objects=str(place))
    assert (place / MARK).read_bytes() != (share / MARK).read_bytes()


def test_a_mark_that_is_no_text_is_another_ones(school: School, share: Path) -> None:
    school.hub(objects=str(share)).close()
    for mark in (b"", b"\xff\x00" * 4000):
        (share / MARK).write_bytes(mark)
        with pytest.raises(PlaceOfAnotherError):
            school.hub(objects=str(share))


def test_room_is_looked_for_where_the_objects_are(school: School, share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = school.hub(objects=str(share))
    assert figures(hub)["pocus_hub_objects_free_bytes"][""] > 0
    monkeypatch.setattr(FolderPlace, "free_bytes", lambda _place: 1)
    assert figures(hub)["pocus_hub_objects_free_bytes"] == {"": 1.0}
    with pytest.raises(NoRoomError):
        Readiness(hub).require()
    hub.close()
