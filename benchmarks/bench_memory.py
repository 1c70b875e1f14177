"""Memory over an eight-hour sitting: what the process holds at its end against what it held once it was warm.

A sitting without windows on a real journal, its clock moved by hand and so at more than 60 times the speed of the day,
but with every beat of one: a look at the clocks every half second, a heartbeat whenever one is due, an answer every
half minute, a clip at the beginning with its position told seven times a second. Both figures are of the resident set,
after a full collection. The first is taken after one hour: caches are then as full as they get. The windows and libVLC,
which would make the same growth a smaller part of a larger whole, are not there.
"""

import gc
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

from benchmarks.claim import Claim, at_most
from pocus_desktop.case.models import Assessment
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.session import Sitting
from tests.sitting.world import ASSESSMENT, World, number, to_case, to_femoral

HOUR_MS: Final = 3_600_000
HOURS: Final = 8
GOAL: Final = 1.02
_PAGE_KB: Final = 4
_CLIP: Final = "arrival.0"


def run() -> Claim:
    """Resident kilobytes after the eighth hour against those after the first."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-memory-") as folder:
        world = World(folder=Path(folder), assessment=Assessment.model_validate(_without_limits(deepcopy(ASSESSMENT))))
        sitting = world.begin()
        sitting.on_view(lambda _view: None)
        to_case(sitting)
        _watch(world, sitting)
        to_femoral(sitting)
        held: list[float] = []
        for hour in range(1, HOURS + 1):
            _sit_until(world, sitting, hour * HOUR_MS)
            held.append(_resident_kb())
        sitting.close()
    return at_most(
        "eight hours of a sitting, resident memory at the end against after the first hour",
        ours=held[-1],
        reference=held[0],
        unit="kB",
        goal=GOAL,
    )


def _watch(world: World, sitting: Sitting) -> None:
    """Nine seconds of a clip."""
    sitting.handle(intents.PlayClip(clip=_CLIP))
    for position_ms in range(150, 9_000, 150):
        world.clock.advance(ms=150)
        sitting.handle(intents.ReportMedia(clip=_CLIP, what="position", position_ms=position_ms))
    sitting.handle(intents.ReportMedia(clip=_CLIP, what="ended", position_ms=9_000))


def _sit_until(world: World, sitting: Sitting, end_ms: int) -> None:
    count = 0
    while world.clock.read().monotonic_ms < end_ms:
        for _ in range(60):
            world.clock.advance(ms=500)
            sitting.tick()
        count += 1
        sitting.handle(intents.Answer(item="diameter", response=number(str(count % 90 + 1), "mm")))


def _without_limits(document: Any) -> Any:
    """An assessment that lasts as long as one likes."""
    if isinstance(document, dict):
        return {key: _without_limits(value) for key, value in document.items() if key != "time_limit"}
    return [_without_limits(value) for value in document] if isinstance(document, list) else document


def _resident_kb() -> float:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_KB
