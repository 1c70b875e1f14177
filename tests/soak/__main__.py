"""`make soak`: harnesses that break the program on purpose for a long while, and count what they tried.

    python -m tests.soak [--minutes M] [--count N] [--seed S] [HARNESS ...]

Each harness is a module of this folder with `main(argv) -> int`: 0 where everything held. It takes its options from
`asked.read` and tells its counts with `asked.counted`; this frame runs it in a process of its own, shows what it
prints, and puts the counts into a table. A new harness is a module and a name in `HARNESSES`.
"""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.soak.asked import COUNTED

ROOT: Final = Path(__file__).resolve().parents[2]
HARNESSES: Final = (
    "kills",
    "window_kills",
    "power_cuts",
    "damage",
    "fair_time",
    "moves",
    "hub",
    "log",
    "room",
    "sync",
    "api",
    "pages",
    "portfolio",
    "rehearsals",
    "programme",
)
"""Every harness, in the order in which they run."""

AS_ROOT: Final = frozenset({"rehearsals"})
"""Those that make networks of their own; passed over, and said so, where nobody may and nobody named them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a harness came to."""

    harness: str
    seconds: float
    counts: dict[str, str]
    status: int

    def __str__(self) -> str:
        told = "held" if self.status == 0 else f"FAILED ({self.status})"
        counts = ", ".join(f"{number} {what}" for what, number in self.counts.items()) or "nothing counted"
        return f"{self.harness:18} {self.seconds / 60:6.1f} min  {told:10}  {counts}"


def main(arguments: list[str]) -> int:
    """Run the harnesses; 1 where anything failed or counted nothing."""
    asked = argparse.ArgumentParser(
        prog="python -m tests.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("harnesses", nargs="*", metavar="HARNESS", help=f"all, or some of: {', '.join(HARNESSES)}")
    asked.add_argument("--minutes", type=float, help="let each stop after so long, however little it counted by then")
    asked.add_argument("--count", type=int, help="how much each shall try; without it, its own measure")
    asked.add_argument("--seed", type=int, help="of chance; without it, another one each time, which is printed")
    given = asked.parse_args(arguments)
    unknown = set(given.harnesses) - set(HARNESSES)
    if unknown:
        asked.error(f"no such harness: {', '.join(sorted(unknown))}; there are {', '.join(HARNESSES)}")
    options = [
        f"--{name}={value}"
        for name, value in (("minutes", given.minutes), ("count", given.count), ("seed", given.seed))
        if value is not None
    ]
    over = AS_ROOT if not given.harnesses and not _is_root() else frozenset()
    runs = [_run(name, options) for name in given.harnesses or HARNESSES if name not in over]
    for name in sorted(over):
        sys.stdout.write(f"{name}: passed over, for it takes Linux as root\n")
    sys.stdout.write("\n".join(["", *map(str, runs), ""]))
    return int(any(run.status != 0 or not run.counts for run in runs))


def _is_root() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0


def _run(name: str, options: list[str]) -> Run:
    started = time.monotonic()
    counts: dict[str, str] = {}
    line = f"import sys; from tests.soak.{name} import main; sys.exit(main(sys.argv[1:]))"
    with subprocess.Popen(
        [sys.executable, "-c", line, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as child:
        assert child.stdout is not None
        for told in child.stdout:
            sys.stdout.write(f"{name}: {told}")
            sys.stdout.flush()
            if told.startswith(COUNTED):
                what, _, number = told.removeprefix(COUNTED).strip().rpartition(": ")
                counts[what] = number
    return Run(harness=name, seconds=time.monotonic() - started, counts=counts, status=child.returncode)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
