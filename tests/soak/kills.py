"""Kills scripted sittings at chance moments and points of the write path, and opens each again."""

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from tests.sitting import crash_child
from tests.sitting.crash_check import require_kept
from tests.soak import asked

_AT_ONCE: Final = 50
_EVENTS: Final = 60
"""About as many events as the script comes to."""


def main(argv: Sequence[str]) -> int:
    """Kill and open again; raises where anything acknowledged is lost."""
    given = asked.read(argv, count=1_000)
    tries, killed = given.tries(), 0
    while wave := list(islice(tries, _AT_ONCE)):
        killed += _wave([_point(given.chance) for _ in wave])
    asked.counted("kills of a windowless sitting", killed)
    return 0


def _point(chance: random.Random) -> str:
    if chance.random() < 0.3:
        return f"after:{chance.randrange(1, 120)}"
    moment = chance.choice(
        ("before-append", "after-append", "before-append", "after-append", "sealed", "noted", "finished")
    )
    return f"{moment}:{chance.randrange(1, _EVENTS) if moment.endswith('append') else 1}"


def _wave(points: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run(
            [sys.executable, crash_child.__file__, place, *points], stdout=subprocess.PIPE, text=True, check=True
        )
        told = [json.loads(line) for line in done.stdout.splitlines()]
        for one in told:
            require_kept(Path(place), one["name"], one["point"])
        return sum(one["was_killed"] for one in told)
