"""A disk that is full, or locked, under a portfolio: refused by name, nothing that was kept is lost, and it goes on."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.store import DOCUMENT, SUBMISSION
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.other_computer import write_all
from pocus_desktop.programme.own.sending import sync_once
from pocus_desktop.sync.hub_client import HubClient
from pocus_desktop.sync.portfolio_carrier import HubPortfolios
from tests.e2e.test_full_disk import Disk
from tests.programme.own.ana import Ana

SIZE_MB = 4


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A small file system in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = f"size={SIZE_MB}m"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no disk of its own can be mounted here: {mounted.stderr.strip()}")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def here(hub: Hub, disk: Disk) -> Iterator[Ana]:
    """A candidate whose portfolio lies on it."""
    made = Ana(hub, disk.folder / "portfolio")
    made.account()
    made.log_by_csv(3)
    yield made
    made.desk.close()


class Filling(HubPortfolios):
    """The disk fills up while the academy answers."""

    def __init__(self, client: HubClient, ana: Ana, disk: Disk) -> None:
        super().__init__(client, ana.key, ana.hub.clock)
        self._disk = disk

    def deliver(self, sealed: bytes, digest: str) -> bytes:
        receipt = super().deliver(sealed, digest)
        self._disk.fill()
        return receipt


def test_what_a_full_disk_refuses_is_told_and_what_was_kept_stays(here: Ana, disk: Disk, tmp_path: Path) -> None:
    before = here.desk.documents()
    proof = tmp_path / "proof.pdf"
    proof.write_bytes(b"%PDF-1.4 " + bytes(100_000))
    disk.fill()
    with pytest.raises(PocusError, match=r"portfolio\.disk_full"):
        here.hold_fundamentals()
    with pytest.raises(PocusError, match=r"portfolio\.disk_full"):
        here.desk.pack()
    with pytest.raises(FileRefusedError):
        here.desk.files.keep(proof)
    with pytest.raises(FileRefusedError):
        write_all(here.desk, disk.folder / "copy")
    assert here.desk.view().waiting == len(before), "and it is read all the same"
    disk.clear()
    assert not list((disk.folder / "copy").glob("*")), "no half of a copy stays to be taken for one"
    here.desk.close()
    here.desk = here.opened()
    assert here.desk.documents() == before
    here.hold_fundamentals()
    here.desk.files.keep(proof)
    assert here.send().sent == 1


def test_a_disk_that_fills_up_between_the_academy_and_the_receipt_sends_nothing_twice(
    hub: Hub, here: Ana, disk: Disk
) -> None:
    with here.client() as client, pytest.raises(PocusError, match=r"portfolio\.disk_full"):
        sync_once(here.desk, Filling(client, here, disk))
    assert here.desk.view().waiting == 4, "nobody claims a receipt that is not kept"
    disk.clear()
    assert here.send().error is None
    assert here.desk.view().waiting == 0
    tables = hub.academy.tables
    assert len(tables.look(SUBMISSION)) == 1
    assert len(tables.look(DOCUMENT)) == 4


def test_a_locked_disk_is_told_as_that_and_nothing_on_it_changes(here: Ana, disk: Disk) -> None:
    here.desk.close()
    held = {path: path.read_bytes() for path in disk.folder.rglob("*") if path.is_file()}
    subprocess.run(["mount", "-o", "remount,ro", disk.folder], check=True)
    here.desk = here.opened()
    assert here.desk.view().waiting == 4, "it is read all the same"
    with pytest.raises(PocusError, match=r"portfolio\.disk_refuses") as told:
        here.hold_fundamentals()
    assert "{" not in told.value.explain("es").what + told.value.explain("en").next
    with pytest.raises(PocusError, match=r"portfolio\.disk_refuses"):
        here.send()
    assert {path: path.read_bytes() for path in disk.folder.rglob("*") if path.is_file()} == held
    subprocess.run(["mount", "-o", "remount,rw", disk.folder], check=True)
    here.hold_fundamentals()
    assert len(changes.require_account(here.desk.portfolio()).account_id) > 0
    assert len(here.desk.documents()) == 5
