"""`make fuzz`: guided runs of the targets, one after the other, from seeds, hostile corpus and earlier runs.

    python -m tests.fuzz [--minutes M] [--packages FOLDER] [TARGET ...]

What an input teaches is kept in `out/fuzz/TARGET/corpus`, so that the next run goes on. A finding stops its target and
is kept as `out/fuzz/TARGET/found-...`: copy it to `tests/vectors/fuzz/TARGET/` once it is mended.
"""

import argparse
import hashlib
import os
import re
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.fuzz.saved import inputs
from tests.fuzz.targets import TARGETS

ROOT: Final = Path(__file__).resolve().parents[2]
OUT: Final = ROOT / "out" / "fuzz"
_INPUT_SECONDS: Final = 20
_MEMORY_MB: Final = 2048
_MEMORY_DISK: Final = Path("/dev/shm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a guided run came to."""

    target: str
    executions: int
    features: int
    corpus: int
    cpu_seconds: float
    is_clean: bool

    def __str__(self) -> str:
        told = "clean" if self.is_clean else "FOUND"
        return (
            f"{self.target:18} {self.executions:>9} inputs  {self.features:>6} features  {self.corpus:>5} kept"
            f"  {self.cpu_seconds / 60:6.1f} CPU min  {told}"
        )


def main() -> int:
    """Run the targets; 1 where anything was found."""
    asked = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("targets", nargs="*", metavar="TARGET", help=f"all of them, or some of: {', '.join(TARGETS)}")
    asked.add_argument("--minutes", type=float, default=1.0, help="for each target")
    asked.add_argument("--packages", type=Path, default=OUT / "packages", help="where atheris was installed")
    given = asked.parse_args()
    unknown = set(given.targets) - set(TARGETS)
    if unknown:
        asked.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    runs = [_run(name, given.minutes, given.packages) for name in given.targets or TARGETS]
    spent = sum(run.cpu_seconds for run in runs) / 60
    total = f"{sum(run.executions for run in runs)} inputs in {spent:.1f} CPU minutes"
    sys.stdout.write("\n".join([*map(str, runs), total, ""]))
    return int(not all(run.is_clean for run in runs))


def _run(name: str, minutes: float, packages: Path) -> Run:
    folder = OUT / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for data in (*TARGETS[name].seeds(), *inputs(TARGETS[name])):
        (corpus / hashlib.sha256(data).hexdigest()[:40]).write_bytes(data)
    options = (
        f"-max_total_time={round(minutes * 60)}",
        f"-timeout={_INPUT_SECONDS}",
        f"-rss_limit_mb={_MEMORY_MB}",
        f"-artifact_prefix={folder}/found-",
        "-print_final_stats=1",
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(packages.resolve()), str(ROOT)))}
    if _MEMORY_DISK.is_dir():
        environment["TMPDIR"] = str(_MEMORY_DISK)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with (folder / "log.txt").open("w+b") as log:
        ended = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.guided", name, *options, str(corpus)],
            cwd=ROOT, env=environment, stdout=log, stderr=log, check=False,
        )  # fmt: skip
        log.seek(0)
        told = log.read().decode("utf-8", "replace")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode:
        sys.stderr.write(f"{name}: see {folder / 'log.txt'}\n")
    return Run(
        target=name,
        executions=_last(r"stat::number_of_executed_units:\s*(\d+)", told),
        features=_last(r"\bft: (\d+)", told),
        corpus=len(list(corpus.iterdir())),
        cpu_seconds=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        is_clean=ended.returncode == 0,
    )


def _last(pattern: str, told: str) -> int:
    found = re.findall(pattern, told)
    return int(found[-1]) if found else 0


if __name__ == "__main__":
    sys.exit(main())
