"""A room of sixty stations on one console: how fresh what it knows is, what that costs, how soon orders are obeyed.

Console and stations are processes of their own in two network namespaces with a switch between them; the agents, TLS,
the journal and every report are real, only nobody sits at the stations. The cable of the console is pulled for a
minute, and then it is measured how long it takes until every station has been heard. The references are what the design
asks for: two seconds, a fifth of a core, 200 ms and five seconds.

Memory is compared with itself, once the console is warm: it was cut off and asked and it ordered before, so that what
is kept for the next time is there (buffers and threads of connections that came at once, SQLite's pages, compiled
statements). After that come a watch, orders, a longer cut and another watch. What a day must add is the orders
themselves, which are kept; all else must stay.
"""

import base64
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from benchmarks.claim import Claim, at_most
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.app.rehearsals.network import Lan, lan
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from tests.proctoring.school_room import CENTRE, grant_of

STATIONS: Final = 60
SETTLE_S: Final = 15.0
WARM_CUT_S: Final = 20.0
WARM_S: Final = 90.0
WATCHED_S: Final = 60.0
CUT_S: Final = 60.0
AFTER_S: Final = 120.0
LOOKS: Final = 9
ORDERS: Final = 120
FRESH_S: Final = 2.0
CORES: Final = 0.2
EFFECT_S: Final = 0.2
BACK_S: Final = 5.0
GROWTH: Final = 1.02
PATIENCE_S: Final = 60.0


class Child:
    """A process that answers words, a line each."""

    def __init__(self, lan: Lan, computer: str, *words: str) -> None:
        self._process = subprocess.Popen(
            [*lan.into(computer), sys.executable, "-m", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def say(self, line: str) -> None:
        """Say a line to it."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def hear(self) -> Any:
        """What it answers."""
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def ask(self, line: str) -> Any:
        """Both."""
        self.say(line)
        return self.hear()

    def end(self) -> None:
        """Close its input, and wait."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE_S)


def run() -> list[Claim]:
    """One room, watched, ordered and cut off."""
    with tempfile.TemporaryDirectory(prefix="bench-room-") as name, lan() as network, _room(network, name) as (a, b):
        console, stations = a, b
        _all_heard(stations, time.monotonic())
        time.sleep(SETTLE_S)
        settled = console.ask("usage")
        console.ask(f"order {ORDERS}")
        _cut(network, stations, WARM_CUT_S)
        time.sleep(WARM_S)
        warm_bytes = _resident(console)
        stations.say("begin")
        before = console.ask("usage")
        time.sleep(WATCHED_S)
        after = console.ask("usage")
        ages = stations.ask("tell")["ages_s"]
        asked = console.ask(f"order {ORDERS}")
        obeyed = _obeyed(stations, asked)
        effect = sorted(obeyed[order] - at for order, at in asked.items() if order in obeyed)
        back_s = _cut(network, stations, CUT_S)
        time.sleep(AFTER_S)
        last_bytes = _resident(console)
    missing = len(asked) - len(effect)
    cores = (after["cpu_s"] - before["cpu_s"]) / (after["at_s"] - before["at_s"])
    return [
        at_most(
            f"age of what a console knows of {STATIONS} stations, the oldest hundredth",
            ours=_part(ages, 0.99),
            reference=FRESH_S,
            unit="s",
            goal=1,
        ),
        at_most(f"processor of a console with {STATIONS} stations", ours=cores, reference=CORES, unit="cores", goal=1),
        at_most(
            f"from an order to its effect at one of {STATIONS} stations, the slowest twentieth ({missing} not obeyed)",
            ours=_part(effect, 0.95),
            reference=EFFECT_S,
            unit="s",
            goal=1,
        ),
        at_most(
            f"from the end of a cut of {CUT_S:g} s until all {STATIONS} stations were heard",
            ours=back_s,
            reference=BACK_S,
            unit="s",
            goal=1,
        ),
        at_most(
            f"memory of a console with {STATIONS} stations after orders, a cut and {AFTER_S:g} s more, against "
            f"that when it was warm ({settled['bytes'] / 1e6:.0f} MB before it was)",
            ours=last_bytes / 1e6,
            reference=warm_bytes / 1e6,
            unit="MB",
            goal=GROWTH,
        ),
        at_most(
            "the usual time from an order to its effect",
            ours=statistics.median(effect),
            reference=EFFECT_S,
            unit="s",
            goal=1,
        ),
    ]


@contextmanager
def _room(network: Lan, folder: str) -> Iterator[tuple[Child, Child]]:
    """A console and its stations, each in a namespace."""
    address = network.attach("console")
    network.attach("desks")
    console = Child(network, "console", "benchmarks.room_console", folder)
    told = console.hear()
    stations = Child(network, "desks", "benchmarks.room_stations", f"{address}:{told['port']}", str(STATIONS))
    seeds = [(number.to_bytes(32, "big"), (number + 1000).to_bytes(32, "big")) for number in range(1, STATIONS + 1)]
    keys = [StationKeys(signing=SigningKey.from_seed(one), sealing=SealingKey.from_seed(two)) for one, two in seeds]
    grants = [grant_of(each, f"Desk {number}") for number, each in enumerate(keys, 1)]
    stations.say(
        json.dumps(
            {
                "seeds": [[one.hex(), two.hex()] for one, two in seeds],
                "grants": [base64.b64encode(grant).decode() for grant in grants],
                "centre": CENTRE.signing.as_json(),
                "certificate": told["certificate"],
            }
        )
    )
    try:
        yield console, stations
    finally:
        stations.end()
        console.end()


def _cut(network: Lan, stations: Child, length_s: float) -> float:
    """Pull the console's cable for a while; how long it takes until all were heard again."""
    network.pull("console")
    time.sleep(length_s)
    network.plug("console")
    return _all_heard(stations, time.monotonic())


def _obeyed(stations: Child, asked: Iterable[str]) -> dict[str, float]:
    """When each order was obeyed, once all were or none is waited for any longer."""
    since_s = time.monotonic()
    while True:
        found: dict[str, float] = stations.ask("tell")["obeyed_s"]
        if all(order in found for order in asked) or time.monotonic() - since_s > PATIENCE_S:
            return found
        time.sleep(0.1)


def _resident(console: Child) -> float:
    """The console's memory in bytes: the median of some looks, for threads come and go."""
    found: list[float] = []
    for _ in range(LOOKS):
        found.append(console.ask("usage")["bytes"])
        time.sleep(1)
    return statistics.median(found)


def _all_heard(stations: Child, since_s: float) -> float:
    """How long it takes until the console has answered a report of every station made since."""
    while time.monotonic() - since_s < PATIENCE_S:
        answered: list[float] = stations.ask("heard")
        if all(at > since_s for at in answered):
            return max(answered) - since_s
        time.sleep(0.1)
    raise TimeoutError("a station was not heard")


def _part(found: Sequence[float], part: float) -> float:
    """The value that so much of them does not exceed."""
    return found[min(int(len(found) * part), len(found) - 1)]
