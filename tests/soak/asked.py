"""What a harness is asked for, and how it tells what it counted."""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

COUNTED: Final = "counted "
"""What a line with a count begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How much to try, for how long, and by which chance."""

    count: int
    until: float
    chance: random.Random

    def is_over(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() >= self.until

    def tries(self) -> Iterator[int]:
        """Numbers of tries from 0, until there were enough or the time is over."""
        for number in range(self.count):
            if self.is_over():
                return
            yield number


def read(argv: Sequence[str], *, count: int) -> Asked:
    """Read a harness's options; the seed is printed, so that a failure can be repeated."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--minutes", type=float, default=float("inf"))
    asked.add_argument("--count", type=int, default=count)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    given = asked.parse_args(argv)
    say(f"seed {given.seed}")
    return Asked(count=given.count, until=time.monotonic() + given.minutes * 60, chance=random.Random(given.seed))


def counted(what: str, number: float) -> None:
    """Tell one count of the table."""
    say(f"{COUNTED}{what}: {number:,}")


def say(line: str) -> None:
    """Tell something."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
