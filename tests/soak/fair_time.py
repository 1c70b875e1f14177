"""Sits through chance sequences of all that can take or give time, and compares the clock with the truth after each."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.sitting.fair import KINDS, Sat, Turn
from tests.soak import asked


def main(argv: Sequence[str]) -> int:
    """Sit again and again; raises where the clock is not the truth."""
    given = asked.read(argv, count=400)
    turned: Counter[str] = Counter()
    sittings = checks = over = 0
    for _ in given.tries():
        with tempfile.TemporaryDirectory() as folder:
            most_ms = given.chance.choice((12_000, 60_000))  # with the longer ones most sittings come to their limit
            turns = [_turn(given.chance, most_ms) for _ in range(given.chance.randrange(5, 60))]
            sat = Sat(Path(folder), needs_code=given.chance.random() < 0.5).live(turns)
        turned.update(turn.kind for turn in turns)
        sittings, checks, over = sittings + 1, checks + sat.checks, over + sat.is_over
    asked.counted("sittings through chance sequences", sittings)
    asked.counted("of them until their time was over", over)
    asked.counted("comparisons of the clock with the truth", checks)
    for kind in ("kill", "power", "sleep", "jump", "disk", "leave"):
        asked.counted(f"turns of the kind {kind}", turned[kind])
    return 0


def _turn(chance: Random, most_ms: int) -> Turn:
    long = chance.random() < 0.1
    return Turn(
        kind=chance.choice(KINDS),
        before_ms=chance.randrange(most_ms),
        ms=chance.randrange(120_000 if long else 20_000),
        number=chance.randrange(24),
    )
