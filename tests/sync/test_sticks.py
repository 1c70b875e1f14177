"""Sticks: what lies on them, through how many hands, and when they may be pulled out."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pocus_desktop.hub.carried import take_folder
from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel import files, words
from pocus_desktop.sync import sticks
from pocus_desktop.sync.engine import Stage, Status
from pocus_desktop.sync.errors import FolderNotWritableError, NoConnectionError, NoFolderError, SyncError
from pocus_desktop.sync.outbox import Outbox
from pocus_desktop.sync.sticks import export, flush, take_receipts
from tests.hub.school import School
from tests.sync.carriers import Story, fails

NOW = 1_700_000_000_000


@dataclass
class Centre:
    """A centre with a station, and the academy that it sends to."""

    school: School
    hub: Hub
    outbox: Outbox
    digest: str

    @property
    def status(self) -> Status:
        [row] = self.outbox.rows()
        return row.status


def _centre(folder: Path, academy: School | None = None, hub: Hub | None = None) -> Centre:
    folder.mkdir()
    school = School(folder=folder) if academy is None else School(folder=folder, keys=academy.keys)
    hub = hub or school.hub()
    offline = Story(deeds=[fails(NoConnectionError(host="hub"))] * 9)
    outbox = Outbox(folder / "outbox", offline, [school.keys.signing.public])
    digest = outbox.enqueue(school.sit().final_path, now_ms=NOW)
    outbox.run_once(NOW)
    return Centre(school=school, hub=hub, outbox=outbox, digest=digest)


@pytest.fixture
def centres(tmp_path: Path) -> Iterator[list[Centre]]:
    """Two centres of one academy, and one of another."""
    first = _centre(tmp_path / "a")
    made = [first, _centre(tmp_path / "b", first.school, first.hub), _centre(tmp_path / "c")]
    yield made
    for centre in made:
        centre.outbox.close()
    for hub in {id(centre.hub): centre.hub for centre in made}.values():
        hub.close()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    made = tmp_path / "STICK"
    made.mkdir()
    return made


def _files(stick: Path) -> dict[str, str]:
    return {
        path.relative_to(stick).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(stick.rglob("*"))
        if path.is_file()
    }


def test_one_stick_goes_through_all_centres_and_both_academies(centres: list[Centre], stick: Path) -> None:
    for number, centre in enumerate(centres):
        before = _files(stick)
        [became] = export(centre.outbox, stick, now_ms=NOW)
        assert (became.became, became.error) == ("written", None)
        assert before.items() <= _files(stick).items(), "nothing that lay there is touched"
        [row] = centre.outbox.rows()
        assert (row.stage, row.status, row.carrier) == (Stage.SENT, Status.FAILED, "folder"), "the network is tried too"
        assert len(_files(stick)) == number + 1
    for hub in (centres[0].hub, centres[2].hub):
        before = _files(stick)
        take_folder(hub, stick)
        assert before.items() <= _files(stick).items()
    for centre in centres:
        [found] = take_receipts(centre.outbox, stick, now_ms=NOW)
        assert (found.became, centre.status) == ("received", Status.DONE)
    assert [len(hub.standings()) for hub in (centres[0].hub, centres[2].hub)] == [2, 1]
    assert len([name for name in _files(stick) if not name.startswith("log/")]) == 6
    kept = (stick / "log" / "checkpoint").read_text().partition("\n")[0]
    assert kept == centres[0].hub.log.origin, "the second academy's copy would mix with the first's"


def test_an_academy_refuses_what_is_not_its_own_and_says_so(centres: list[Centre], stick: Path) -> None:
    export(centres[2].outbox, stick, now_ms=NOW)
    [refused] = take_folder(centres[0].hub, stick)
    assert refused.error is not None
    assert [found.became for found in take_receipts(centres[2].outbox, stick, now_ms=NOW)] == ["nothing"]
    take_folder(centres[2].hub, stick)
    assert [found.became for found in export(centres[2].outbox, stick, now_ms=NOW)] == ["received"]
    assert export(centres[2].outbox, stick, now_ms=NOW) == ()


def test_a_stick_that_takes_nothing_more_holds_up_no_one_and_loses_nothing(
    centres: list[Centre], stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre = centres[0]
    second = centre.outbox.enqueue(centre.school.sit().final_path, now_ms=NOW + 1)
    real, room = files.write_atomically, [1]

    def write(path: Path, data: bytes, **more: bool) -> None:
        if path.is_relative_to(stick):
            if not room:
                raise OSError(28, os.strerror(28), str(path))
            room.pop()
        real(path, data, **more)

    monkeypatch.setattr(files, "write_atomically", write)
    first, other = export(centre.outbox, stick, now_ms=NOW)
    assert (first.became, other.became) == ("written", "failed")
    assert isinstance(other.error, FolderNotWritableError)
    assert other.digest == second
    assert list(_files(stick)) == [f"results/{centre.digest}"], "no half of it is left"
    assert {row.digest for row in centre.outbox.rows()} == {centre.digest, second}


def test_a_stick_pulled_out_is_told(centres: list[Centre], stick: Path) -> None:
    with pytest.raises(NoFolderError):
        export(centres[0].outbox, stick / "gone", now_ms=NOW)
    with pytest.raises(NoFolderError):
        take_receipts(centres[0].outbox, stick / "gone", now_ms=NOW)


def test_when_it_may_be_pulled_out_is_the_systems_word(stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(files, "sync_folder", lambda path: synced.append(path.name))
    monkeypatch.setattr(os, "sync", lambda: synced.append("the medium"), raising=False)
    (stick / "results").mkdir()
    flush(stick)
    assert synced == ["results", "STICK", "the medium"]

    def refuse(_path: Path) -> None:
        raise OSError(5, os.strerror(5))

    monkeypatch.setattr(files, "sync_folder", refuse)
    with pytest.raises(FolderNotWritableError):
        flush(stick)


def test_names_fit_every_file_system_of_sticks(centres: list[Centre], stick: Path) -> None:
    """FAT: no case, no reserved characters or names, 255 characters with what is written beside first."""
    export(centres[0].outbox, stick, now_ms=NOW)
    take_folder(centres[0].hub, stick)
    for path in stick.rglob("*"):
        assert path.name == path.name.lower()
        assert not set(path.name) & set('<>:"/\\|?*')
        assert not path.name.endswith((".", " "))
        assert len(path.name) < 100


def test_every_word_of_a_stick_is_there() -> None:
    for language in words.languages():
        for name in ("written", "received", "eject", "not_safe"):
            assert words.has(f"sync.stick.{name}", language)
    assert sticks.Became is not None
    assert issubclass(NoFolderError, SyncError)
