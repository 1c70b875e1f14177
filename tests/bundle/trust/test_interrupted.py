"""A refresh that dies at any write, or meets another one, leaves the old state or the new."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pocus_desktop.bundle.carrier import FolderCarrier
from pocus_desktop.bundle.trust import ceremony
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.bundle.trust.state import TrustState
from tests.bundle.trust.academy import NOW_MS, Academy, holders

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process is forked and killed")

_WRITES = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.chmod", "os.utime", "os.truncate"}
)
_KILLED = 9


def in_another_process(action: Callable[[], object], *, folder: Path, dies_at: int) -> int:
    """Do it in a process that ends, as by a power cut, just before its n-th write below a folder; its exit status."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    place, left = str(folder), dies_at

    def look(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        is_write = event in _WRITES or (
            event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        )
        if is_write and str(arguments[0]).startswith(place):
            left -= 1
            if left == 0:
                os._exit(_KILLED)

    sys.addaudithook(look)
    try:
        action()
    except BaseException:  # noqa: BLE001 - whatever it is, the parent must not go on twice
        os._exit(1)
    os._exit(0)


@pytest.fixture
def academy(tmp_path: Path) -> Academy:
    made = Academy(folder=tmp_path / "depot")
    made.found()
    made.list_bundle("dvt-swollen-calf", 1)
    return made


def refreshed(folder: Path, academy: Academy) -> TrustState:
    return TrustClient(folder).refresh([FolderCarrier(academy.folder)], now_ms=NOW_MS).state


def test_a_refresh_that_dies_leaves_the_old_state_or_the_new(academy: Academy, tmp_path: Path) -> None:
    base = tmp_path / "base"
    TrustClient(base).enrol(academy.root)
    old = refreshed(base, academy)
    ceremony.rotate(academy.repository, "root", holders("ann", "ben", "dee", threshold=2), now_ms=NOW_MS)
    academy.publish()
    academy.list_bundle("dvt-swollen-calf", 2)
    whole = tmp_path / "whole"
    shutil.copytree(base, whole, symlinks=True)
    new = refreshed(whole, academy)
    assert old != new
    seen: list[TrustState] = []
    for dies_at in range(1, 1_000):
        folder = tmp_path / f"dies-at-{dies_at}"
        shutil.copytree(base, folder, symlinks=True)
        status = in_another_process(lambda: refreshed(folder, academy), folder=folder, dies_at=dies_at)  # noqa: B023
        seen.append(TrustClient(folder).state())
        assert seen[-1] in (old, new), dies_at
        if dies_at % 10 == 0 or status == 0:
            assert refreshed(folder, academy) == new, dies_at
            assert len([path for path in folder.iterdir() if path.is_dir()]) == 1, "nothing is left behind"
        shutil.rmtree(folder)
        if status == 0:
            break
        assert status == _KILLED
    assert status == 0
    assert dies_at > 30, "too few writes were seen for this to say anything"
    assert seen == sorted(seen, key=lambda state: state == new), "once new, it stays new"


def test_an_enrolment_that_dies_can_be_made_again(academy: Academy, tmp_path: Path) -> None:
    for dies_at in range(1, 100):
        folder = tmp_path / f"dies-at-{dies_at}"
        status = in_another_process(lambda: TrustClient(folder).enrol(academy.root), folder=folder, dies_at=dies_at)  # noqa: B023
        TrustClient(folder).enrol(academy.root)
        assert refreshed(folder, academy).newest("dvt-swollen-calf") is not None
        if status == 0:
            break
    assert (status, dies_at > 5) == (0, True)


def test_a_publication_that_dies_is_finished_by_the_next(academy: Academy, tmp_path: Path) -> None:
    """What was signed is never lost, and a station that looks in between refuses or follows, by name."""
    ceremony.renew(academy.repository, ["root", "targets"], now_ms=NOW_MS)
    for standing in academy.repository.standings():
        academy.repository.sign(standing.role, academy.people.values())
    staged = tmp_path / "staged"
    shutil.copytree(academy.folder, staged)
    for dies_at in range(1, 200):
        shutil.rmtree(academy.folder)
        shutil.copytree(staged, academy.folder)
        status = in_another_process(
            lambda: academy.repository.publish(academy.online, now_ms=NOW_MS), folder=academy.folder, dies_at=dies_at
        )
        academy.repository.publish(academy.online, now_ms=NOW_MS)
        station = tmp_path / f"station-{dies_at}"
        TrustClient(station).enrol(academy.root)
        state = refreshed(station, academy)
        assert (state.versions["root"], state.versions["targets"]) == (2, 3), dies_at
        assert academy.repository.standings() == ()
        if status == 0:
            break
    assert (status, dies_at > 8) == (0, True)


def test_processes_that_refresh_at_once_do_not_spoil_each_other(academy: Academy, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(academy.folder, old)
    folder = tmp_path / "trust"
    TrustClient(folder).enrol(academy.root)
    known = [refreshed(folder, academy)]
    academy.list_bundle("dvt-swollen-calf", 2)

    def refresh_often() -> None:
        for _ in range(5):
            TrustClient(folder).refresh([FolderCarrier(old), FolderCarrier(academy.folder)], now_ms=NOW_MS)

    children: list[int] = []
    for _ in range(3):
        child = os.fork()
        if not child:
            try:
                refresh_often()
            except BaseException:  # noqa: BLE001 - as above
                os._exit(1)
            os._exit(0)
        children.append(child)
    for _ in range(20):  # a reader beside them
        state = TrustClient(folder).state()
        if state not in known:
            known.append(state)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0, 0]
    final = TrustClient(folder).state()
    assert final.newest("dvt-swollen-calf", 2) is not None
    assert len(known) <= 2
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 1
