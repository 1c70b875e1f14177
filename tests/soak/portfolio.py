"""Portfolios killed while they write and send, and walks by chance of candidates, their computers and the academy.

    python -m tests.soak portfolio [--count N] [--seed S]

Every other time the academy is in PostgreSQL. What must hold stands in `tests.programme.own.killed` and `.walking`.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel.clock import Clock, ManualClock, SystemClock
from tests.hub.loopback import serving
from tests.hub.postgres import Cluster, binaries, running_cluster, upgrade
from tests.hub.school import School
from tests.programme.own.ana import NOW_MS
from tests.programme.own.killed import kill_again_and_again
from tests.programme.own.walking import Walk
from tests.soak import asked

TRIES: Final = 30
WALKS_A_TRY: Final = 4
STEPS: Final = 60
LIVES: Final = 12


def main(argv: Sequence[str]) -> int:
    """Walk and kill; raises where something is lost, doubled or not agreed on."""
    given = asked.read(argv, count=TRIES)
    met: Counter[str] = Counter()
    kills = documents = submissions = walks = in_postgres = 0
    with ExitStack() as ends:
        cluster = ends.enter_context(running_cluster()) if binaries() is not None else None
        for number in given.tries():
            is_there = bool(number % 2) and cluster is not None
            with tempfile.TemporaryDirectory(prefix="pocus-soak-portfolio-") as name:
                folder = Path(name)
                moments = [(given.chance.randrange(1, 4), given.chance.uniform(0, 0.06)) for _ in range(LIVES)]
                with _hub(folder / "a", SystemClock(), cluster if is_there else None) as hub:
                    came = kill_again_and_again(folder / "killed", hub, moments)
                clock = ManualClock(wall_ms=NOW_MS)
                with _hub(folder / "b", clock, cluster if is_there else None) as hub, serving(hub) as address:
                    for at in range(WALKS_A_TRY):
                        walk = Walk(folder / str(at), hub, address, clock, given.chance)
                        try:
                            met += walk.go(STEPS)
                        finally:
                            walk.close()
            kills, documents, submissions = kills + LIVES, documents + came[0], submissions + came[1]
            walks, in_postgres = walks + WALKS_A_TRY, in_postgres + is_there
    asked.counted("kills while writing and sending", kills)
    asked.counted("documents, none lost and none twice", documents)
    asked.counted("submissions", submissions)
    asked.counted(f"walks of {STEPS} steps", walks)
    asked.counted("of the tries in PostgreSQL", in_postgres)
    for what, count in sorted(met.items()):
        asked.counted(what, count)
    return 0


@contextmanager
def _hub(folder: Path, clock: Clock, cluster: Cluster | None) -> Iterator[Hub]:
    """An academy of its own, in a database of its own."""
    name = None if cluster is None else cluster.create()
    url = None if cluster is None or name is None else cluster.url(name)
    if url is not None:
        upgrade(url)
    hub = School(folder=folder, database_url=url).hub(is_registered=False, clock=clock)
    try:
        yield hub
    finally:
        hub.close()
        if cluster is not None and name is not None:
            cluster.drop(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
