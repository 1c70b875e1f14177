"""Processes of a hub and its PostgreSQL, killed at every named point and at random while stations send.

`tests.hub.several` says what must hold. One try is one kill, while a candidate's two envelopes are each sent twice.
"""

import sys
import tempfile
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Final

from tests.hub.postgres import running_cluster, upgrade
from tests.hub.school import School
from tests.hub.several import POINTS, Victim, academy, expected, sit_several
from tests.soak import asked

COUNT: Final = 400
BATCH: Final = 40
"""Kills of one database; then all that it holds is looked at, and another one begun."""


def main(argv: Sequence[str]) -> int:
    """Run it; 0 where everything held."""
    given = asked.read(argv, count=COUNT)
    victims: tuple[Victim, ...] = ("process", "database")
    ways = cycle([(victim, point) for point in (*POINTS, None, None) for victim in victims])
    kills: dict[str, int] = {}
    envelopes = 0
    tries = given.tries()
    with running_cluster() as cluster:
        while batch := [number for number, _ in zip(tries, range(BATCH), strict=False)]:
            with tempfile.TemporaryDirectory(prefix="pocus-soak-hub-") as folder:
                name = cluster.create()
                upgrade(cluster.url(name))
                school = School(folder=Path(folder), database_url=cluster.url(name))
                sats = sit_several(school, len(batch), given.chance)
                at_one = expected(school, [envelope for sat in sats for envelope in sat], Path(folder) / "alone")
                with academy(school, cluster, given.chance) as hub:
                    for sat in sats:
                        victim, point = next(ways)
                        if point is None:
                            hub.kill_somewhere(victim, sat)
                        else:
                            hub.kill_at(victim, point, sat)
                    hub.check(at_one)
                    for what, number in hub.kills.items():
                        kills[what] = kills.get(what, 0) + number
                    envelopes += len(hub.sent)
                cluster.drop(name)
    for what, number in sorted(kills.items()):
        asked.counted(f"kills of a {what}", number)
    asked.counted("envelopes, none lost and none doubled", envelopes)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
