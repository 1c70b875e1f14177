"""Kills sittings with the real windows and libVLC, mostly while a clip plays, and goes on with each."""

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.crash.lives import AT_THE_END, Kitchen, sit
from tests.crash.truth import Tally
from tests.crash.window_lives import PLAYING, WindowLife
from tests.soak import asked
from tests.soak.kills import tell


def main(argv: Sequence[str]) -> int:
    """Kill, open again, go on; raises where anything is not where the person saw it."""
    given = asked.read(argv, count=60)
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        kitchen = Kitchen.build(Path(folder))
        while tally.killed.total() < given.count and not given.is_over():
            sit(kitchen, given.chance, _plan(given.chance), tally, WindowLife)
    tell(tally)
    asked.counted("kills while a clip was on", tally.killed[PLAYING])
    return 0


def _plan(chance: random.Random) -> list[str | float]:
    """While clips play, at chance moments, and at two points of the end."""
    kills: list[str | float] = [f"{PLAYING}:{chance.randint(1, 80)}" for _ in range(8)]
    kills += [chance.uniform(0.5, 8.0) for _ in range(3)]
    chance.shuffle(kills)
    return [*kills, *(f"before {name}:1" for name in chance.sample(AT_THE_END[:-1], 1))]
