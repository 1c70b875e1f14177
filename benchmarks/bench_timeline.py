"""The timeline of a three-hour sitting: what an appeal waits for before it sees anything.

Ours judges the history, folds it again with every state in hand, and makes tracks, answers and events of it; then any
moment is asked for. There is no other program to compare with, so the reference is the budget: a second for the whole,
in which one still follows one's own thought. Processor time is taken, so that other programs do not count.
"""

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.bench_replay import HOURS, three_hours
from benchmarks.claim import Claim, at_most
from pocus_desktop.appeals.recount import timeline
from pocus_desktop.sitting.course import Course
from tests.sitting.world import World

BUDGET_MS = 1_000.0
ROUNDS = 9
MOMENTS = 20


def run() -> Claim:
    """The median of `ROUNDS` timelines, each with `MOMENTS` moments spread over it."""
    with tempfile.TemporaryDirectory(prefix=".bench-timeline-") as folder:
        world = World(folder=Path(folder))
        three_hours(world)
        sitting = world.sittings[0]
        ours: list[float] = []
        for _ in range(ROUNDS):
            started = time.process_time()
            course = Course.of(world.assessment, sitting.state.opened)
            told, history = timeline(sitting.recorded, course)
            for number in range(MOMENTS):
                history.at(history.length_ms * number // MOMENTS)
            ours.append(time.process_time() - started)
            if told.totals.consumed_ms != sitting.state.ledger.consumed_ms:
                raise AssertionError("the timeline differs from what was sat")
    return at_most(
        f"The timeline of a sitting of {HOURS} hours ({len(sitting.recorded)} events), and {MOMENTS} moments of it, "
        "take less than a second of one processor",
        ours=statistics.median(ours) * 1_000,
        reference=BUDGET_MS,
        unit="ms",
        goal=1.0,
    )
