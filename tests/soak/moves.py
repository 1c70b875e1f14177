"""Ends packing and moving in at moments that chance picks, and looks where the sitting can be gone on with.

After each end of packing, either the first station goes on, or the copy that reads back whole does and the first
station refuses; never neither, and never both. After each end of moving in, the new station has nothing, or all of it.
Then both are done again, to the end.
"""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.folder import MOVED, SittingFolder
from pocus_desktop.sitting.journal import FILE_NAME, Journal
from pocus_desktop.sitting.moving import fence
from pocus_desktop.sitting.moving.move_stick import PackedSitting, only_on
from pocus_desktop.sitting.moving.packing import pack
from tests.crash.moving_in import founded
from tests.e2e.academy import LEFT
from tests.e2e.centre import CENTRE, Centre
from tests.soak import asked

_FOR_EVER_S: Final = 600.0
_BEYOND: Final = 1.15
"""How far beyond its usual length chance may end a deed; such a deed ends by itself."""


def main(argv: Sequence[str]) -> int:
    """Pack and move in as often as asked; raises where a sitting could be gone on with nowhere, or twice."""
    given = asked.read(argv, count=400)
    with tempfile.TemporaryDirectory() as name, closing(founded(Path(name))) as centre:
        admitted = centre.admit()
        centre.begun(admitted, LEFT)
        first, new = centre.sitting("desk-1", admitted), centre.home("desk-2").folder
        before, bare = Path(name) / "before", Path(name) / "bare"
        shutil.copytree(first, before)
        shutil.copytree(new, bare)
        went_on = let_go = nothing = there = 0
        usual_pack_s = _ended(lambda: pack(first, centre.stick, now_ms=1), _FOR_EVER_S, 0)
        centre.permit()
        usual_in_s = _ended(centre.move_in, _FOR_EVER_S, 0)
        for _ in given.tries():
            _restored(before, first)
            _restored(bare, new)
            _emptied(centre.stick)
            usual_pack_s = _ended(
                lambda: pack(first, centre.stick, now_ms=1),
                given.chance.uniform(0, usual_pack_s * _BEYOND),
                usual_pack_s,
            )
            if (first / MOVED).exists():
                let_go += 1
                _require_open(only_on(centre.stick), centre)
                _require_refused(first, centre)
            else:
                went_on += 1
                assert len(_read(first, centre, "desk-1")) > 0
            pack(first, centre.stick, now_ms=1)
            permit = centre.permit(again=True)
            usual_in_s = _ended(centre.move_in, given.chance.uniform(0, usual_in_s * _BEYOND), usual_in_s)
            placed = centre.sitting("desk-2", admitted)
            if placed.exists():
                assert len(_read(placed, centre, "desk-2")) == permit.last_seq, "what is in its place is whole"
                there += 1
            else:
                assert not centre.home("desk-2").begun(admitted.admission_id).exists(), "nothing there is begun"
                assert not centre.arrival().was_used(permit), "nor is the permit used"
                nothing += 1
            if not centre.arrival().was_used(permit):
                centre.move_in()
            assert len(_read(placed, centre, "desk-2")) == permit.last_seq
        asked.counted("packing ended, the first station goes on", went_on)
        asked.counted("packing ended, the copy goes on", let_go)
        asked.counted("moving in ended, nothing there", nothing)
        asked.counted("moving in ended, all there", there)
    return 0


def _ended(deed: Callable[[], object], after_s: float, usual_s: float) -> float:
    """Do it in a process that ends without warning after a while; how long it takes where it came to its end."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, max(after_s, 1e-4))
        try:
            deed()
        except BaseException:  # noqa: BLE001 - its status tells
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 0, "it refused what was in order"
        return time.monotonic() - started
    return usual_s * 1.02  # too short to come to the end: chance reaches further next time


def _read(folder: Path, centre: Centre, name: str) -> Sequence[object]:
    """What a station opens with its own key."""
    keys = centre.keys[name]
    journal, recorded = Journal.open(folder, keys=[keys.sealing], signer=keys.signing)
    journal.close()
    return recorded


def _require_open(packed: PackedSitting, centre: Centre) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / FILE_NAME).write_bytes(packed.read()[FILE_NAME])
        assert len(_read(Path(name), centre, CENTRE)) == packed.contents.last_seq


def _require_refused(first: Path, centre: Centre) -> None:
    assert _code_of(lambda: fence.require_here(SittingFolder(path=first))) == "sitting.moved_away"
    assert _code_of(lambda: _read(first, centre, "desk-1")) == "sitting.cannot_resume"


def _code_of(deed: Callable[[], object]) -> str:
    try:
        deed()
    except PocusError as problem:
        return problem.code
    return "done"


def _restored(template: Path, place: Path) -> None:
    shutil.rmtree(place)
    shutil.copytree(template, place)


def _emptied(stick: Path) -> None:
    shutil.rmtree(stick)
    stick.mkdir()
