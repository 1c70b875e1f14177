"""A sitting is killed again and again, and each time goes on from all that it had acknowledged.

Most kills are of a real station without windows, forked for each life; a few have the real windows and libVLC with a
sample clip playing. `make soak` does the same a thousand times and more (docs/crash-safety.md).
"""

import random
from pathlib import Path

import pytest

from tests.crash.lives import AT_THE_END, AT_THE_START, Kitchen, sit
from tests.crash.points import POINTS
from tests.crash.truth import Tally
from tests.crash.window_lives import PLAYING, WindowLife

SEED = 20_260_101
_WHEN = ("before", "after")


def test_killed_at_every_named_point_and_at_chance_moments(tmp_path: Path) -> None:
    chance, tally = random.Random(SEED), Tally()
    start, end = ([f"{when} {name}:1" for name in names for when in _WHEN] for names in (AT_THE_START, AT_THE_END))
    # A sitting comes by each of these once, and then it has begun, or its wrappings are gone while its result is sent.
    once = [
        f"{when} {name}:1" for name in ("settle", "first write of the journal", "wrappings destroyed") for when in _WHEN
    ]
    first: list[str | float] = [
        *(point for point in start if point not in once),
        *(f"{when} append:{number}" for when, number in zip(_WHEN, (2, 9), strict=True)),
        *(f"{when} sign of life:{number}" for when, number in zip(_WHEN, (4, 11), strict=True)),
        *(f"{when} append with a checkpoint:1" for when in _WHEN),
        *(point for point in end if point not in once),
    ]
    others: list[list[str | float]] = [
        ["before first write of the journal:1", "before settle:1", *(chance.uniform(0.02, 0.4) for _ in range(4))],
        ["after settle:1", 0.2, "before wrappings destroyed:1", "before settle:1"],
        ["after first write of the journal:1", 0.1, "after wrappings destroyed:1"],
    ]
    kitchen = Kitchen.build(tmp_path)
    for kills in (first, *others):
        sit(kitchen, chance, kills, tally)
        assert kills == [], "a sitting was over before it was killed by all"
    assert set(POINTS) - set(tally.killed) == set()
    assert tally.killed.total() >= 44
    assert tally.sittings == 4


@pytest.mark.slow
def test_killed_while_a_clip_plays_in_the_real_windows(tmp_path: Path) -> None:
    chance, tally = random.Random(SEED), Tally()
    kills: list[str | float] = [*(f"{PLAYING}:{number}" for number in (3, 20, 45, 11)), 1.5, "before seal:1"]
    sit(Kitchen.build(tmp_path), chance, kills, tally, WindowLife)
    assert tally.killed.total() == 6
    assert tally.compared["clip played on"] >= 3
