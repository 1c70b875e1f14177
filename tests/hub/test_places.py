"""The contract of places, kept by the folder and by a real S3 server alike; and what each does beyond it."""

import base64
import errno
import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pocus_desktop.hub.errors import BadPlaceError, ObjectDamagedError, StoreUnavailableError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.storage.objects import Objects
from pocus_desktop.hub.storage.places import FolderPlace, Place, open_place
from pocus_desktop.kernel import files
from pocus_desktop.kernel.errors import PocusError
from tests.hub.s3 import BUCKET, S3
from tests.hub.school import School

LARGE = os.urandom(5 * 1024 * 1024)


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An empty place of either kind."""
    if request.param == "folder":
        return FolderPlace(tmp_path / "place")
    server: S3 = request.getfixturevalue("s3")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return open_place(server.place(), tmp_path)


@pytest.mark.parametrize("data", [b"", b"\x00\xff" * 10, LARGE], ids=["empty", "small", "large"])
def test_what_was_put_is_given_back_as_it_was(place: Place, data: bytes) -> None:
    assert place.get("ab/name-1.x") is None
    place.put("ab/name-1.x", data)
    assert place.get("ab/name-1.x") == data
    assert place.may_have("ab/name-1.x")
    assert list(place.names()) == ["ab/name-1.x"]


def test_the_same_again_changes_nothing_and_other_bytes_take_its_place(place: Place) -> None:
    for data in (b"one", b"one", b"two"):
        place.put("name", data)
        assert place.get("name") == data
    assert list(place.names()) == ["name"]


def test_what_was_removed_is_gone_and_may_be_removed_again(place: Place) -> None:
    place.put("a/b", b"one")
    for _ in range(2):
        place.remove("a/b")
        assert place.get("a/b") is None
    assert list(place.names()) == []


def test_a_folder_is_certain_of_what_it_has_not(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path)
    assert not place.may_have("a/b")
    place.put("a/b", b"one")
    assert place.may_have("a/b")
    place.remove("a/b")
    assert not place.may_have("a/b")


def test_parts_have_names_of_their_own(place: Place) -> None:
    one, other = place.at("one"), place.at("other")
    one.put("name", b"1")
    other.put("name", b"2")
    one.put("aa/name", b"3")
    assert (one.get("name"), other.get("name")) == (b"1", b"2")
    assert (list(one.names()), list(other.names())) == (["aa/name", "name"], ["name"])
    assert sorted(place.names()) == ["one/aa/name", "one/name", "other/name"]


def test_names_come_in_order_however_many(place: Place) -> None:
    several = [f"{number:04}" for number in range(40)]
    for name in reversed(several):
        place.put(name, name.encode())
    assert list(place.names()) == several


@pytest.mark.parametrize("name", ["", "/a", "a/", "../a", "a/../b", ".hidden", "a//b", "a\\b", "a\x00", "a b", "ñ"])
def test_a_name_that_leads_elsewhere_is_refused(place: Place, name: str) -> None:
    for ask in (place.get, place.may_have, place.remove, place.at, lambda bad: place.put(bad, b"")):
        with pytest.raises(ValueError, match="not a name"):
            ask(name)


def test_many_at_once_put_the_same_and_all_of_them_have_it(place: Place) -> None:
    objects = Objects(place)
    data = os.urandom(20_000)
    with ThreadPoolExecutor(8) as pool:
        digests = list(pool.map(lambda _: objects.put(data), range(16)))
    assert set(digests) == {hashlib.sha256(data).hexdigest()}
    assert objects.get(digests[0]) == data
    assert list(objects.digests()) == [digests[0]]


def test_who_looks_while_another_puts_sees_all_or_nothing(place: Place) -> None:
    whole = {b"a" * 300_000, b"b" * 300_000}
    place.put("name", b"a" * 300_000)
    is_over = threading.Event()

    def write() -> None:
        for _ in range(4):
            for data in sorted(whole):
                place.put("name", data)
        is_over.set()

    thread = threading.Thread(target=write)
    thread.start()
    seen = {place.get("name")}
    while not is_over.is_set():
        seen.add(place.get("name"))
    thread.join()
    assert seen <= whole


def test_an_object_that_changed_is_told(place: Place) -> None:
    objects = Objects(place)
    digest = objects.put(b"as it was")
    place.put(f"{digest[:2]}/{digest[2:]}", b"as it is")
    with pytest.raises(ObjectDamagedError):
        objects.get(digest)
    objects.put(b"as it was")
    assert objects.get(digest) == b"as it was"


def test_a_hub_keeps_everything_there(place: Place, school: School, tmp_path: Path, s3: S3) -> None:
    address = str(tmp_path / "place")
    if not isinstance(place, FolderPlace):
        address = s3.place()
    hub = school.hub(objects=address)
    sat = school.sit()
    hub.take(sat.final)
    with pytest.raises(PocusError):
        hub.take(sat.final[:-10])
    hub.close()
    assert [path.name for path in (school.folder / "hub").iterdir() if path.is_dir()] == []
    found = list(open_place(address, tmp_path).names())
    assert sorted(name.partition("/")[0] for name in found) == ["objects", "place-id", "quarantine", "shelf"]
    elsewhere = Hub(
        tmp_path / "another", school.keys, f"sqlite:///{school.folder / 'hub' / 'hub.sqlite'}", objects=address
    )
    assert elsewhere.opened(sat.sitting).digest == hashlib.sha256(sat.final).hexdigest()
    elsewhere.close()


# the folder


def test_a_file_that_is_being_written_is_no_name(tmp_path: Path) -> None:
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / ".name.x7").write_bytes(b"half")
    assert list(FolderPlace(tmp_path).names()) == []


def test_a_folder_that_another_process_made_is_made_durable_once_before_anything_is_kept_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "place" / "ab" / "cd").mkdir(parents=True)  # by one that was killed before it synced
    synced: list[str] = []
    real = files.sync_folder

    def sync(folder: Path) -> None:
        synced.append("." if folder == tmp_path else folder.relative_to(tmp_path).as_posix())
        real(folder)

    monkeypatch.setattr(files, "sync_folder", sync)
    place = FolderPlace(tmp_path / "place")
    place.put("ab/cd/one", b"1")
    assert synced == [".", "place", "place/ab", "place/ab/cd"]
    synced.clear()
    place.put("ab/cd/two", b"2")
    assert synced == ["place/ab/cd"]


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EMFILE, errno.EACCES], ids=errno.errorcode.get)
def test_a_disk_that_fails_is_away_and_what_lies_there_is_not_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    objects = Objects(FolderPlace(tmp_path))
    digest = objects.put(b"data")

    def fail(_path: Path) -> bytes:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as failing:
        failing.setattr(Path, "read_bytes", fail)
        with pytest.raises(StoreUnavailableError):
            objects.get(digest)
    assert objects.get(digest) == b"data"


def test_a_folder_where_a_file_should_be_is_damaged(tmp_path: Path) -> None:
    objects = Objects(FolderPlace(tmp_path))
    digest = hashlib.sha256(b"data").hexdigest()
    (tmp_path / digest[:2] / digest[2:]).mkdir(parents=True)
    with pytest.raises(ObjectDamagedError):
        objects.get(digest)


def test_what_somebody_else_laid_there_is_passed_over(tmp_path: Path, s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    address = s3.place()
    prefix = address.removeprefix(f"s3://{BUCKET}/")
    for key in ("objects/", "objects/a copy", "objects/name"):
        s3.client.put_object(Bucket=BUCKET, Key=f"{prefix}/{key}", Body=b"")
    (tmp_path / "objects").mkdir()
    for name in ("a copy", "name"):
        (tmp_path / "objects" / name).write_bytes(b"")
    for place in (open_place(address, tmp_path), FolderPlace(tmp_path)):
        assert list(place.at("objects").names()) == ["name"]


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "place").write_bytes(b"")
    place = FolderPlace(tmp_path / "place")
    with pytest.raises(StoreUnavailableError):
        place.put("name", b"")
    assert place.get("name") is None


# S3


@pytest.fixture
def reached(s3: S3, monkeypatch: pytest.MonkeyPatch) -> S3:
    """The server, as the environment names it."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    return s3


def test_the_server_checked_what_it_holds(reached: S3, tmp_path: Path) -> None:
    address = reached.place()
    open_place(address, tmp_path).put("name", b"data")
    key = address.removeprefix(f"s3://{BUCKET}/") + "/name"
    told = reached.client.get_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
    assert told["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"data").digest()).decode()


def test_a_bucket_that_is_not_there_or_a_key_that_is_not_ours_is_told_without_a_secret(
    reached: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoreUnavailableError):
        open_place("s3://no-such-bucket/hub", tmp_path)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another-secret")
    with pytest.raises(StoreUnavailableError) as told:
        open_place(reached.place(), tmp_path)
    assert "secret" not in f"{told.value} {told.value.explain()}"


def test_a_server_that_is_away_is_told(reached: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    with pytest.raises(StoreUnavailableError):
        open_place(reached.place(), tmp_path)


@pytest.mark.parametrize("address", ["s3://", "s3://user:secret@bucket", "s3://b/../c", "gs://bucket", "http://x/y"])
def test_an_address_that_is_no_place_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(BadPlaceError) as told:
        open_place(address, tmp_path)
    assert "secret" not in str(told.value)
