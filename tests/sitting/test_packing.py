"""A sitting is packed for another station, and let go of here: killed at every point, it goes on in one place."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from pocus_desktop.admission.errors import SittingError
from pocus_desktop.crypto.keys import SealingKey
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.errors import DiskFailedError, DiskFullError, DiskReadOnlyError, MovedAwayError
from pocus_desktop.sitting.folder import MOVED, PERMIT, MovedAway, SittingFolder
from pocus_desktop.sitting.journal import FILE_NAME, Journal
from pocus_desktop.sitting.moving.move_stick import CONTENTS, FOLDER, PackedSitting, only_on
from pocus_desktop.sitting.moving.packing import Point, pack, sitting_folder
from pocus_desktop.sitting.session import RETRY_MS, Sitting
from pocus_desktop.sitting.store import JournalStore
from pocus_desktop.sitting.views import StoppedView
from tests.sitting.world import World, choice, to_femoral

CENTRE = SealingKey.from_seed(bytes(range(32)))


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def begun(world: World, name: str = "sitting") -> Path:
    """A sitting in the middle of a case, whose program died."""
    sitting = to_femoral(world.begin(name=name, centre=CENTRE.public))
    sitting.handle(intents.Answer(item="compressible", response=choice("no")))
    sitting.close()
    return world.folder / name


def packed(world: World, folder: Path, stick: Path) -> PackedSitting:
    return pack(folder, stick, now_ms=world.clock.read().wall_ms)


def refused(code: str, world: World, folder: Path, stick: Path) -> None:
    with pytest.raises(PocusError) as problem:
        packed(world, folder, stick)
    assert problem.value.code == code


def resumers(journal: Path) -> list[str]:
    with JournalStore.open(journal) as store:
        return [one.key_id for one in store.wrappings("resume")]


def opens_with_the_centres_key(found: PackedSitting, tmp_path: Path, world: World) -> int:
    """How many events the copy has, by the key of the centre."""
    folder = tmp_path / "looked-into"
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(found.read()[FILE_NAME])
    journal, recorded = Journal.open(folder, keys=[CENTRE], signer=world.station.signing)
    journal.close()
    shutil.rmtree(folder)
    return len(recorded)


def test_what_is_packed_is_whole_and_this_computer_lets_go(world: World, stick: Path, tmp_path: Path) -> None:
    folder = begun(world)
    count = len(world.sittings[-1].recorded)
    found = packed(world, folder, stick)
    assert found == only_on(stick)
    assert (found.contents.is_fenced, found.contents.last_seq) == (True, count)
    assert opens_with_the_centres_key(found, tmp_path, world) == count
    assert resumers(folder / FILE_NAME) == [CENTRE.key_id]
    moved = SittingFolder(path=folder).moved()
    assert moved is not None
    assert (moved.to, moved.head) == ("stick", found.contents.head)
    with pytest.raises(MovedAwayError) as problem:
        world.again()
    assert problem.value.params["to"] == "stick"
    assert str(problem.value.params["at"]).startswith("2026-01-01")


def test_what_was_not_moved_out_of_the_log_goes_along(world: World, stick: Path, tmp_path: Path) -> None:
    folder = begun(world)
    dead = tmp_path / "dead"
    sitting = world.again()
    sitting.handle(intents.Answer(item="diameter", response=choice("x")))
    shutil.copytree(folder, dead)  # the disk as a power cut leaves it: the log beside the journal
    assert (dead / f"{FILE_NAME}-wal").stat().st_size > 0
    assert opens_with_the_centres_key(packed(world, dead, stick), tmp_path, world) == len(sitting.recorded)


@pytest.mark.parametrize("point", list(Point))
def test_killed_at_any_point_it_goes_on_in_one_place(world: World, stick: Path, tmp_path: Path, point: Point) -> None:
    folder = begun(world)
    count = len(world.sittings[-1].recorded)
    child = os.fork()
    if child == 0:
        pack(folder, stick, now_ms=1, hook=lambda at: os.kill(os.getpid(), signal.SIGKILL) if at is point else None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    is_let_go = point in {Point.NOTED, Point.FENCED, Point.TOLD}
    assert (folder / MOVED).exists() is is_let_go
    if is_let_go:
        with pytest.raises(MovedAwayError):
            world.again()
        assert resumers(folder / FILE_NAME) == [CENTRE.key_id]  # a look finished what the kill cut off
        assert opens_with_the_centres_key(only_on(stick), tmp_path, world) == count
        assert only_on(stick).contents.is_fenced is (point is Point.TOLD)
    else:
        went_on = world.again()
        assert went_on.state.responses["compressible"] == choice("no")
        went_on.close()
        if point is Point.COPIED:
            assert not only_on(stick).contents.is_fenced  # so nobody permits it without knowing
    again = packed(world, folder, stick)
    assert again.contents.is_fenced
    assert again.contents.last_seq == count + (0 if is_let_go else 1)
    assert [path.name for path in (stick / FOLDER).iterdir()] == [again.contents.sitting]


def test_a_stick_that_is_torn_out_while_it_is_written_to_changes_nothing_here(
    world: World, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = begun(world)

    def torn(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("pocus_desktop.sitting.moving.move_stick.files.write_atomically", torn)
        refused("kernel.file_refused", world, folder, stick)
    assert len(resumers(folder / FILE_NAME)) == 2
    world.again().close()


def test_a_stick_that_lies_changes_nothing_here(world: World, stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = begun(world)

    def lies(path: Path, data: bytes) -> None:
        write_atomically(path, data[:-1] + b"?" if path.name == FILE_NAME else data)

    with monkeypatch.context() as patched:
        patched.setattr("pocus_desktop.sitting.moving.move_stick.files.write_atomically", lies)
        refused("move.not_copied", world, folder, stick)
    assert not (folder / MOVED).exists()
    assert len(resumers(folder / FILE_NAME)) == 2


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="a disk that can only be read is made by another user"
)
def test_a_disk_that_can_only_be_read_is_copied_without_a_fence(world: World, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:  # every run that begins takes the others' folders from other users
        place = Path(name)
        folder, stick = Path(shutil.copytree(begun(world), place / "sitting")), place / "stick"
        stick.mkdir()
        count = len(world.sittings[-1].recorded)
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        for path in (place, folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        stick.chmod(0o777)
        child = os.fork()
        if child == 0:
            os.setgid(65534)
            os.setuid(65534)
            try:
                pack(folder, stick, now_ms=1)
            except BaseException:  # noqa: BLE001 - what a child tells is its status
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert status == 0
        found = only_on(stick)
        assert not found.contents.is_fenced
        assert opens_with_the_centres_key(found, tmp_path, world) == count
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_full_disk_that_cannot_settle_the_log_is_copied_without_a_fence(
    world: World, stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = to_femoral(world.begin(centre=CENTRE.public))
    dead = tmp_path / "dead"
    shutil.copytree(world.folder / "sitting", dead)  # as a power cut leaves it
    real = JournalStore.settle

    def full(store: JournalStore) -> None:
        if str(dead) in str(store._engine.url):
            raise DiskFullError
        real(store)

    with monkeypatch.context() as patched:
        patched.setattr(JournalStore, "settle", full)
        found = packed(world, dead, stick)
    assert not found.contents.is_fenced
    assert opens_with_the_centres_key(found, tmp_path, world) == len(sitting.recorded)
    assert not (dead / MOVED).exists()


def test_a_full_disk_that_cannot_keep_the_note_is_copied_without_a_fence(
    world: World, stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = begun(world)
    count = len(world.sittings[-1].recorded)

    def full(*_: object) -> None:
        raise DiskFullError

    with monkeypatch.context() as patched:
        patched.setattr(SittingFolder, "keep_moved", full)
        found = packed(world, folder, stick)
    assert not found.contents.is_fenced
    assert found == only_on(stick)
    assert opens_with_the_centres_key(found, tmp_path, world) == count
    world.again().close()


def test_packing_again_makes_the_same_copy_and_nobody_goes_on_here(world: World, stick: Path, tmp_path: Path) -> None:
    folder = begun(world)
    first = packed(world, folder, stick)
    assert packed(world, folder, stick) == first
    other = tmp_path / "other"
    other.mkdir()
    another = packed(world, folder, other)  # the first stick is lost
    assert (another.contents.head, another.contents.is_fenced) == (first.contents.head, True)
    count = opens_with_the_centres_key(first, tmp_path, world)
    assert opens_with_the_centres_key(another, tmp_path, world) == count
    (first.path / FILE_NAME).write_bytes(b"cut")
    assert opens_with_the_centres_key(packed(world, folder, stick), tmp_path, world) == count
    (folder / MOVED).unlink()
    with pytest.raises(SittingError, match="cannot_resume"):
        world.again()


def test_a_copy_that_knows_more_is_not_written_over(world: World, stick: Path, tmp_path: Path) -> None:
    folder = begun(world)
    older = tmp_path / "older"
    shutil.copytree(folder, older)
    world.again().close()
    packed(world, folder, stick)
    refused("move.other_copy_on_stick", world, older, stick)
    assert not (older / MOVED).exists()


def test_packed_while_the_disk_kept_it_from_the_program_it_goes_on_with_the_copy_alone(
    world: World, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = to_femoral(world.begin(centre=CENTRE.public))

    def refuses(*_: object, **__: object) -> None:
        raise DiskReadOnlyError

    with monkeypatch.context() as patched:
        patched.setattr(JournalStore, "append", refuses)
        sitting.handle(intents.Answer(item="compressible", response=choice("no")))
        patched.setattr(JournalStore, "open", refuses)
        world.clock.advance(ms=RETRY_MS)
        sitting.tick()  # the file was let go of, and could not be taken again
    found = packed(world, world.folder / "sitting", stick)
    assert found.contents.is_fenced
    for _ in range(2):
        world.clock.advance(ms=RETRY_MS)
        sitting.tick()
        sitting.handle(intents.Answer(item="compressible", response=choice("yes")))
        screen = sitting.view().screen
        assert isinstance(screen, StoppedView)
        assert screen.code == "sitting.moved_away"
    assert "compressible" not in sitting.state.responses
    assert sitting.state.last_seq == found.contents.last_seq
    assert packed(world, world.folder / "sitting", stick) == found  # nobody holds it, and nothing was added


def test_packed_between_the_look_and_the_opening_it_is_refused_by_name(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = begun(world)
    real = JournalStore.open
    note = MovedAway(at_ms=1, to="stick", last_seq=1, head="0" * 64)

    def noted_first(path: Path) -> JournalStore:
        SittingFolder(path=folder).keep_moved(note)
        return real(path)

    with monkeypatch.context() as patched:
        patched.setattr(JournalStore, "open", noted_first)
        with pytest.raises(MovedAwayError):
            world.again()
    (folder / MOVED).unlink()
    world.again().close()  # the file was let go of


def test_a_permit_that_cannot_be_read_is_not_taken_for_none(world: World) -> None:
    folder = begun(world)
    (folder / PERMIT).mkdir()
    with pytest.raises(DiskFailedError):
        world.again()
    (folder / PERMIT).rmdir()
    world.again().close()


def test_what_cannot_be_moved_is_named(world: World, stick: Path, tmp_path: Path) -> None:
    folder = begun(world)
    sitting = Sitting.resume(folder, material=world.material(), station=world.station, clock=world.clock)
    refused("sitting.already_open", world, folder, stick)
    sitting.close()
    altered = tmp_path / "altered"
    shutil.copytree(folder, altered)
    data = bytearray((altered / FILE_NAME).read_bytes())
    at = data.rindex(sitting.recorded[-1].at.boot_id.encode())
    data[at - 40] ^= 1
    (altered / FILE_NAME).write_bytes(data)
    with pytest.raises(SittingError):
        packed(world, altered, stick)
    assert not (altered / MOVED).exists()
    with pytest.raises(PocusError, match="nothing_to_move"):
        sitting_folder(tmp_path / "nowhere")
    assert not list(stick.glob(f"{FOLDER}/*/{CONTENTS}"))


def test_what_no_centre_could_permit_is_not_let_go_of(world: World, stick: Path) -> None:
    sitting = to_femoral(world.begin())
    sitting.close()
    refused("move.no_centre_named", world, world.folder / "sitting", stick)
    assert not list(stick.iterdir())
    world.again().close()


def test_the_sitting_of_a_home_is_found(world: World, tmp_path: Path) -> None:
    world.folder = tmp_path / "home" / "sittings"
    first = begun(world, "adm_1")
    assert sitting_folder(tmp_path / "home") == first
    assert sitting_folder(first) == first
    second = begun(world, "adm_2")
    with pytest.raises(PocusError) as problem:
        sitting_folder(tmp_path / "home")
    assert problem.value.params["sittings"] == "adm_1, adm_2"
    assert sitting_folder(tmp_path / "home", "adm_2") == second
