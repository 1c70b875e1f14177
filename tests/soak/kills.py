"""Kills sittings at chance moments and at every named point of the write path, and goes on with each.

These are of a real station without windows (`tests/crash/lives.py`); `window_kills` has windows and the real player.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.crash.lives import AT_A_MOMENT, Kitchen, plan, sit
from tests.crash.points import POINTS
from tests.crash.truth import Tally
from tests.soak import asked


def main(argv: Sequence[str]) -> int:
    """Kill, open again, go on; raises where anything acknowledged is lost."""
    given = asked.read(argv, count=1_000)
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        kitchen = Kitchen.build(Path(folder))
        while tally.killed.total() < given.count and not given.is_over():
            sit(kitchen, given.chance, plan(given.chance), tally)
    missed = sorted(set(POINTS) - set(tally.killed))
    if missed:
        asked.say(f"never killed at: {', '.join(missed)}")
    asked.counted(f"of {len(POINTS)} named points", len(set(POINTS) & set(tally.killed)))
    tell(tally)
    return 0


def tell(tally: Tally) -> None:
    """The counts of a tally."""
    asked.counted("kills", tally.killed.total())
    asked.counted("of them at chance moments", tally.killed[AT_A_MOMENT])
    asked.counted("sittings, each finished, sealed, received and opened by the academy", tally.sittings)
    for what, number in tally.compared.items():
        asked.counted(f"restarts with the {what} compared", number)
        asked.counted(f"ms that the {what} was off at most", tally.furthest_ms[what])
