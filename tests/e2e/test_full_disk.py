"""A disk that fills up under a station: what is not saved is not acknowledged, what is saved stays, and it goes on."""

import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pocus_desktop.cli.main import run
from pocus_desktop.kernel import volumes
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import HOME_VARIABLE
from pocus_desktop.kernel.volumes import Medium, Volume
from pocus_desktop.kernel.words import explain
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.session import RETRY_MS
from pocus_desktop.sitting.views import CaseView, HandedInView, ReviewView, StoppedView, View
from tests.e2e.academy import (
    LEFT,
    RIGHT,
    Academy,
    answer,
    answered,
    at,
    delivered,
    hand_in,
    no_growth,
    points,
    require_words,
    told,
    until,
)

DISK_MB = 96


class Disk:
    """A small disk of its own, to be filled to the last byte."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Leave no byte free."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError as problem:
                    assert problem.errno == errno.ENOSPC  # noqa: PT017 - another error is another test's

    def clear(self) -> None:
        """Give the space back."""
        self._filler.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A file system in memory where the station's home will be."""
    folder = tmp_path / "station"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no disk of its own can be mounted here: {mounted.stderr.strip()}")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def small(disk: Disk, playable: Path, tmp_path: Path, clock: ManualClock) -> Iterator[Academy]:
    """An academy whose station lies on the small disk."""
    assert disk.folder == tmp_path / "station"
    made = Academy.found(tmp_path, source=playable, clock=clock)
    yield made
    made.close()


def _is_stopped(view: View) -> bool:
    return isinstance(view.screen, StoppedView)


def _retry(academy: Academy, clock: ManualClock) -> None:
    """What the window does when the next attempt is due."""
    clock.advance(ms=RETRY_MS)
    for opened in academy.opened:
        opened.tick()


def _answer_until_it_stops(academy: Academy) -> tuple[object, int]:
    """Answer to and fro until the disk refuses; the last answer that was acknowledged, and how many were."""
    [opened] = academy.opened
    for count in range(500):
        response = (LEFT, RIGHT)[count % 2]
        before = answered(opened.view())
        opened.handle(intents.Answer(item="side", response=response))
        view = until(opened, lambda view, wanted=response: _is_stopped(view) or answered(view) == wanted)  # type: ignore[misc]
        if _is_stopped(view):
            return before, count
    raise AssertionError("the disk never refused")


def test_a_full_disk_during_a_sitting(small: Academy, disk: Disk, clock: ManualClock) -> None:
    admission_id, opened = small.begin()
    answer(opened, RIGHT)
    disk.fill()
    last, _ = _answer_until_it_stops(small)
    view = opened.view()
    assert isinstance(view.screen, StoppedView)
    assert (view.screen.code, view.chrome.saved) == ("sitting.disk_full", "failed")
    require_words(view.screen.told)
    assert view.screen.told == explain("sitting.disk_full", {})
    assert opened.sitting.state.responses["side"] == last, "what was not saved is not acknowledged"
    [whole] = [one for one in view.chrome.times if one.scope == "case"]
    clock.advance(ms=10 * 60_000)
    _retry(small, clock)
    assert _is_stopped(until(opened, _is_stopped))
    disk.clear()
    _retry(small, clock)
    view = at(opened, CaseView, "arrival")
    assert view.chrome.saved == "saved"
    [left] = [one.left_ms for one in view.chrome.times if one.scope == "case"]
    [hold] = [entry for entry in opened.sitting.state.ledger.entries if entry.kind == "hold"]
    assert hold.amount_ms >= 10 * 60_000, "the clock stood still"
    assert left == whole.left_ms - (10 * 60_000 + 2 * RETRY_MS - hold.amount_ms)
    assert "sitting.disk_recovered" in [notice.code for notice in view.chrome.notices]
    assert answered(view) != last, "the answer that waited was saved now"
    answer(opened, LEFT)
    small.restart()
    assert answered(at(small.open(admission_id), CaseView)) == LEFT
    hand_in(small.opened[0])
    delivered(small.opened[0], "received")
    assert points(small) == 1


def test_a_disk_full_at_the_hand_in_seals_as_soon_as_there_is_space(
    small: Academy, disk: Disk, clock: ManualClock
) -> None:
    _, opened = small.begin()
    answer(opened, LEFT)
    opened.handle(intents.GoNext(is_confirmed=True))
    at(opened, CaseView, "decision")
    opened.handle(intents.GoNext(is_confirmed=True))
    at(opened, ReviewView)
    disk.fill()
    opened.handle(intents.HandIn(is_confirmed=True))
    view = until(opened, lambda view: _is_stopped(view) or isinstance(view.screen, HandedInView))
    assert isinstance(view.screen, StoppedView | HandedInView)
    disk.clear()
    _retry(small, clock)
    at(opened, HandedInView)
    small.restart()
    again = small.open(small.station.choices("en")[0].admission_id)
    delivered(again, "received")
    assert points(small) == 1


def test_a_sitting_opened_again_on_a_full_disk_waits_for_space(small: Academy, disk: Disk, clock: ManualClock) -> None:
    admission_id, opened = small.begin()
    answer(opened, LEFT)
    small.leave()
    disk.fill()
    try:
        again = small.open(admission_id)
    except PocusError as refused:
        told(refused, "sitting.disk_full")
        disk.clear()
        again = small.open(admission_id)
    else:
        view = until(again, _is_stopped)
        assert isinstance(view.screen, StoppedView)
        assert view.screen.code == "sitting.disk_full"
        disk.clear()
        _retry(small, clock)
    assert answered(at(again, CaseView, "arrival")) == LEFT
    answer(again, RIGHT)


def test_nothing_begins_on_a_full_disk_and_all_begins_afterwards(
    small: Academy, disk: Disk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    envelope, second = small.issue(), small.issue()
    admission_id = small.station.admit(envelope)
    newer = small.build(version=2)
    carried = small.workshop.folder / "second.admission"
    carried.write_bytes(second)
    disk.fill()
    with pytest.raises(PocusError) as refused:
        small.open(admission_id)
    told(refused.value, "sitting.disk_full")
    with pytest.raises(PocusError) as refused:
        small.take_in(newer.bundle)
    told(refused.value, "bundle.no_space")
    with pytest.raises(PocusError) as refused:
        small.station.admit(second)
    told(refused.value, "kernel.file_refused")
    monkeypatch.setenv(HOME_VARIABLE, str(disk.folder))
    assert run(["admission", "import", str(carried)]) == 1
    assert "[kernel.file_refused]" in capsys.readouterr().err
    assert len(small.station.choices("en")) == 1
    disk.clear()
    answer(small.begin()[1], LEFT)
    small.leave()
    small.open(admission_id)
    small.take_in(newer.bundle)
    assert run(["admission", "import", str(carried)]) == 0


def test_a_quota_reached_during_a_sitting(timed: Academy, clock: ManualClock) -> None:
    admission_id, opened = timed.begin()
    answer(opened, RIGHT)
    with no_growth():
        last, _ = _answer_until_it_stops(timed)
    screen = opened.view().screen
    assert isinstance(screen, StoppedView)
    assert screen.code == "sitting.disk_failed"  # all that SQLite tells of a limit on files
    require_words(screen.told)
    assert opened.sitting.state.responses["side"] == last
    _retry(timed, clock)
    at(opened, CaseView, "arrival")
    answer(opened, LEFT)
    timed.restart()
    assert answered(at(timed.open(admission_id), CaseView)) == LEFT


def test_no_sitting_begins_on_a_network_drive_and_one_that_began_goes_on(
    academy: Academy, monkeypatch: pytest.MonkeyPatch
) -> None:
    admission_id, _ = academy.begin()
    academy.leave()
    other = academy.admit()
    monkeypatch.setattr(volumes, "volume_of", lambda _folder: Volume(medium=Medium.NETWORK, file_system="cifs"))
    with pytest.raises(PocusError) as refused:
        academy.open(other)
    told(refused.value, "kernel.network_drive")
    assert not academy.journal(other).exists()
    at(academy.open(admission_id), CaseView, "arrival")
