"""Results that are carried: what a stick may do to them."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pocus_desktop.hub.carried import take_folder
from pocus_desktop.hub.intake import MAXIMUM_ENVELOPE_BYTES
from pocus_desktop.kernel import files
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sync.errors import (
    FolderDamagedError,
    FolderNotWritableError,
    NoFolderError,
    NoReceiptYetError,
    StrangeAnswerError,
    SyncError,
)
from pocus_desktop.sync.folder import FolderTransport
from tests.hub.school import School

DATA = b"a sealed result, as far as the stick knows"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def _receipt_place(stick: Path) -> Path:
    place = stick / "receipts" / f"{DIGEST}.receipt"
    place.parent.mkdir()
    return place


def test_a_result_lies_under_its_digest_until_its_receipt_comes(stick: Path) -> None:
    transport = FolderTransport(stick)
    for _ in range(2):
        with pytest.raises(NoReceiptYetError):
            transport.deliver(DATA, DIGEST)
    assert [path.name for path in (stick / "results").iterdir()] == [DIGEST]
    _receipt_place(stick).write_bytes(b"a receipt")
    assert transport.deliver(DATA, DIGEST) == b"a receipt"
    assert (stick / "results" / DIGEST).read_bytes() == DATA


def test_a_half_written_result_is_written_again(stick: Path) -> None:
    (stick / "results").mkdir()
    (stick / "results" / DIGEST).write_bytes(DATA[:5])
    with pytest.raises(NoReceiptYetError):
        FolderTransport(stick).deliver(DATA, DIGEST)
    assert (stick / "results" / DIGEST).read_bytes() == DATA


def test_a_bad_receipt_on_the_stick_does_not_keep_the_result_off_it(stick: Path) -> None:
    _receipt_place(stick).write_bytes(b"forged")
    assert FolderTransport(stick).deliver(DATA, DIGEST) == b"forged"  # for the outbox to judge
    assert (stick / "results" / DIGEST).read_bytes() == DATA


def test_a_stick_that_takes_nothing_still_gives_its_receipt(stick: Path) -> None:
    (stick / "results").write_bytes(b"in the way")
    with pytest.raises(FolderNotWritableError):
        FolderTransport(stick).deliver(DATA, DIGEST)
    _receipt_place(stick).write_bytes(b"a receipt")
    assert FolderTransport(stick).deliver(DATA, DIGEST) == b"a receipt"


def test_a_stick_that_gives_back_other_bytes_is_told(stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wear_out(path: Path, data: bytes) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data[:-1] + b"\0")

    monkeypatch.setattr(files, "write_atomically", wear_out)
    with pytest.raises(FolderDamagedError):
        FolderTransport(stick).deliver(DATA, DIGEST)


def _long(place: Path) -> None:
    place.write_bytes(bytes(70_000))


def _link(place: Path) -> None:
    secret = place.parent.parent.parent / "secret"
    secret.write_bytes(b"not the stick's to show")
    place.symlink_to(secret)


@pytest.mark.parametrize(
    ("put", "error"),
    [(_long, StrangeAnswerError), (_link, FolderDamagedError), (Path.mkdir, FolderDamagedError)],
    ids=["too long", "a link", "a folder"],
)
def test_what_is_no_receipt_is_not_taken_for_one(
    stick: Path, put: Callable[[Path], None], error: type[SyncError]
) -> None:
    put(_receipt_place(stick))
    with pytest.raises(error):
        FolderTransport(stick).deliver(DATA, DIGEST)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_a_receipts_place_holds_no_one_up(stick: Path) -> None:
    os.mkfifo(_receipt_place(stick))
    with pytest.raises(NoReceiptYetError):
        FolderTransport(stick).deliver(DATA, DIGEST)


def test_a_stick_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoFolderError):
        FolderTransport(tmp_path / "stick").deliver(DATA, DIGEST)
    assert list(tmp_path.iterdir()) == []


def test_the_hub_takes_what_it_can_and_names_the_rest(school: School, stick: Path) -> None:
    hub, sat = school.hub(), school.sit()
    results = stick / "results"
    results.mkdir()
    good = results / hashlib.sha256(sat.final).hexdigest()
    good.write_bytes(sat.final)
    rubbish = results / hashlib.sha256(b"rubbish").hexdigest()
    rubbish.write_bytes(b"rubbish")
    changed = results / hashlib.sha256(b"as it was").hexdigest()
    changed.write_bytes(b"as it is")
    large = results / ("e" * 64)
    with large.open("wb") as file:
        file.truncate(MAXIMUM_ENVELOPE_BYTES + 1)
    (results / ("f" * 64)).mkdir()
    (results / "holiday.jpg").write_bytes(b"left alone")
    found = {carried.digest: carried for carried in take_folder(hub, stick)}
    assert found.pop(good.name).is_new
    codes = {name: carried.error.code for name, carried in found.items() if carried.error is not None}
    assert codes == {
        rubbish.name: "hub.envelope_refused",
        changed.name: "hub.name_mismatch",
        "e" * 64: "hub.too_large",
        "f" * 64: "sync.folder_damaged",
    }
    receipts = list((stick / "receipts").iterdir())
    assert [path.name for path in receipts] == [f"{good.name}.receipt"]
    verify_receipt(receipts[0].read_bytes(), [school.keys.signing.public], sealed_digest=good.name)
    assert [carried.is_new for carried in take_folder(hub, stick) if carried.error is None] == [False]
    assert good.is_file()
    hub.close()


def test_a_folder_without_results_is_told(school: School, stick: Path) -> None:
    hub = school.hub(is_registered=False)
    with pytest.raises(NoFolderError):
        take_folder(hub, stick)
    hub.close()


@pytest.mark.parametrize("name", ["results", "receipts"])
def test_no_link_leads_out_of_the_folder(school: School, stick: Path, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    sat = school.sit()
    digest = hashlib.sha256(sat.final).hexdigest()
    for other in {"results", "receipts"} - {name}:
        (stick / other).mkdir()
    (stick / name).symlink_to(outside)
    place = (outside if name == "results" else stick / "results") / digest
    with pytest.raises(FolderDamagedError):
        FolderTransport(stick).deliver(sat.final, digest)
    place.write_bytes(sat.final)
    hub = school.hub()
    with pytest.raises(FolderDamagedError):
        take_folder(hub, stick)
    assert hub.standings() == ()
    assert [path for path in outside.iterdir() if path != place] == []
    hub.close()
