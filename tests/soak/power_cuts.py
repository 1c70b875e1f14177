"""Tries every systematic state that a power cut can leave of what is written safely, and more by chance."""

import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from tests.crash.power_cuts import PowerCuts
from tests.crash.recording import has_strace
from tests.soak import asked


def main(argv: Sequence[str]) -> int:
    """`--count` is how many states are tried by chance, beside all systematic ones."""
    given = asked.read(argv, count=6_000)
    if not has_strace():
        asked.say("strace is not here, or may not watch another process")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        shares = {"note": 0.0, "sitting": 0.7, "outbox": 0.3, "move-out": 0.2, "move-in": 0.2, "portfolio-stick": 0.0}
        for name, cuts in PowerCuts.recorded([*shares], Path(folder)).items():
            tried = cuts.check(cuts.systematic())
            asked.counted(f"operations of the {name}", len(cuts.crashes))
            asked.counted(f"systematic states of the {name}", tried)
            chosen = islice(cuts.sampled(given.chance), round(given.count * shares[name]))
            by_chance = sum(1 for state in chosen if not given.is_over() and cuts.check([state]))
            asked.counted(f"states of the {name} by chance", by_chance)
            asked.say(f"found: {dict(cuts.found)}")
    return 0
