"""The hub's log under several processes that are killed: no gap, no double, one history, and every receipt proved.

    python -m tests.soak log

Each round starts processes that accept envelopes on one database, with eight threads each, kills them at random
(SIGKILL), and then holds every receipt that was given against the log: its place, its head, the whole tree. SQLite, and
PostgreSQL where it is installed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pocus_desktop.sitting.receipt import verify_entered
from pocus_desktop.tlog.head import SignedHead
from tests.hub.log_hub import KEYS, KeptLog
from tests.hub.postgres import running_cluster, upgrade
from tests.soak import asked

ROUNDS: Final = 200
PROCESSES: Final = 3

WRITER: Final = """
import sys, threading
from itertools import count
from tests.hub.log_hub import KeptLog
kept, numbers, turn = KeptLog(url=sys.argv[1]), count(int(sys.argv[2])), threading.Lock()
def accept(log):
    while True:
        with turn:
            number = next(numbers)
        receipt = kept.accept(log, number).receipt
        with turn:
            print(number, receipt.hex(), flush=True)  # whoever reads is gone only where the harness failed
with kept.open() as log:
    print("open", flush=True)
    threads = [threading.Thread(target=accept, args=(log,), daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


@dataclass
class Told:
    """What the processes gave out, all rounds together."""

    receipts: dict[int, bytes] = field(default_factory=dict)
    kills: int = 0
    doubles: int = 0
    entries: int = 0

    def take(self, printed: str) -> None:
        """What one process printed; its last line may be cut."""
        for line in printed.split("\n")[:-1]:
            number, _, receipt = line.partition(" ")
            if receipt:
                known = self.receipts.setdefault(int(number), bytes.fromhex(receipt))
                self.doubles += known != bytes.fromhex(receipt)


def main(argv: Sequence[str]) -> int:
    """Run; 0 where everything held."""
    given = asked.read(argv, count=ROUNDS)
    told = {"sqlite": Told(), "postgresql": Told()}
    with _sqlite() as sqlite, _postgresql() as postgresql:
        if postgresql is None:
            asked.say("PostgreSQL is not installed here")
        places = [(name, url) for name, url in (("sqlite", sqlite), ("postgresql", postgresql)) if url is not None]
        for _ in given.tries():
            for name, url in places:
                _round(url, told[name], given)
                told[name].entries = _compare(KeptLog(url=url), told[name])
    for name, one in told.items():
        asked.counted(f"{name}: processes killed", one.kills)
        asked.counted(f"{name}: receipts proved", len(one.receipts))
        asked.counted(f"{name}: entries of one history", one.entries)
    return int(any(one.doubles for one in told.values()))


def _round(url: str, told: Told, given: asked.Asked) -> None:
    first = max(told.receipts, default=-1) + 1
    running: list[subprocess.Popen[str]] = []
    for number in range(PROCESSES):  # two begin at the same envelopes: each is entered once all the same
        begin = first + max(0, number - 1) * 1_000_000
        command = [sys.executable, "-c", WRITER, url, str(begin)]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)))
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n", "a process found the log damaged"
    time.sleep(given.chance.uniform(0.05, 1.0))
    given.chance.shuffle(running)
    for process in running:
        process.send_signal(signal.SIGKILL)
        told.kills += 1
        time.sleep(given.chance.uniform(0, 0.1))
    for process in running:
        printed, _ = process.communicate()
        told.take(printed)


def _compare(kept: KeptLog, told: Told) -> int:
    """Every receipt that was given is in the log where it says, under a head that the log continues."""
    with kept.open() as log:
        copy = log.copy()
        entries = copy.audit()
        places: dict[int, int] = {}
        heads: dict[int, SignedHead] = {}
        for number, receipt in told.receipts.items():
            found = verify_entered(receipt, [KEYS.signing.public], sealed_digest=kept.digest(number))
            assert found.head is not None, f"{number} has no proof"
            assert found.index is not None
            copy.require_entry(found.entry, found.index)
            assert places.setdefault(found.index, number) == number, f"{found.index} was given twice"
            known = heads.setdefault(found.head.head.size, found.head)
            assert known.head == found.head.head, f"two heads of {known.head.size} entries"
        for signed in heads.values():
            copy.require_continues(signed)
        return entries


@contextlib.contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="pocus-log-") as folder:
        yield f"sqlite:///{Path(folder) / 'hub.sqlite'}"


@contextlib.contextmanager
def _postgresql() -> Iterator[str | None]:
    try:
        with running_cluster() as cluster:
            url = cluster.url(cluster.create())
            upgrade(url)
            yield url
    except FileNotFoundError:
        yield None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
