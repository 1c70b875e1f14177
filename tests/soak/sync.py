"""Soak: envelopes over a real link that does something else to every connection, until each has its receipt.

    python -m tests.soak sync [--count N] [--seed S]

Each try is a station's outbox with a few envelopes, small, large and partial, a hub behind a real server, and a link
that cuts, turns bits, answers in the hub's place, repeats, delays, or lets pass, by chance; now and then the station's
program is closed and opened again. Once the link is left alone, every envelope that still counts must be received, the
hub hold each once, and every file be what it was.
"""

import hashlib
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from pocus_desktop.hub.hub import Hub
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sync.engine import LONGEST_PLAN_MS, Status
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.outbox import Outbox
from tests.contract.test_faults_contract import ANSWERS
from tests.hub.loopback import serving
from tests.hub.school import School
from tests.soak import asked as asking
from tests.sync import weak_link as links
from tests.sync.large import seal_large
from tests.sync.weak_link import Deed, WeakLink, weak_link

TRIES: Final = 200
ROUNDS: Final = 25
STALL_S: Final = 0.3


def main(argv: Sequence[str]) -> int:
    """Try, count, and say whether everything held."""
    asked = asking.read(argv, count=TRIES)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="soak-sync-") as name:
        school = School(folder=Path(name))
        sittings = [school.sit() for _ in range(3)]
        contents = [
            sittings[0].final,
            sittings[1].partial,
            seal_large(school, sittings[2], 150_000),
            seal_large(school, sittings[0], 400_000),
        ]
        for number in asked.tries():
            folder = Path(name) / f"try-{number}"
            folder.mkdir()
            problem = _try(folder, school, contents, asked.chance, counts)
            counts["tries"] += 1
            if problem:
                asking.say(f"try {number}: {problem}")
                return 1
    for what, count in counts.items():
        asking.counted(what, count)
    return 0


def _try(folder: Path, school: School, contents: list[bytes], chance: random.Random, counts: Counter[str]) -> str:
    hub = Hub(folder / "hub", school.keys, clock=school.clock)
    try:
        with ExitStack() as stack:
            link = stack.enter_context(weak_link(stack.enter_context(serving(hub))))
            outbox = _open(folder, school, link)
            stack.callback(lambda: outbox.close())  # noqa: PLW0108 - of the last one, not of this
            now_ms = 1
            for data in contents:
                outbox.take_in(data, now_ms=now_ms)
            for _ in range(ROUNDS):
                link.otherwise = _deed(chance)
                for attempt in outbox.run_once(now_ms):
                    counts["attempts"] += 1
                    if attempt.error is not None:
                        counts["failed by a fault"] += 1
                if chance.random() < 0.1:
                    outbox.close()
                    outbox = _open(folder, school, link)
                    counts["restarts"] += 1
                now_ms += LONGEST_PLAN_MS
            link.clear()
            links.arrive(link)
            for _ in range(6):
                outbox.run_once(now_ms)
                now_ms += LONGEST_PLAN_MS
            counts["connections"] += link.count
            return _judge(folder, school, outbox, hub, contents)
    finally:
        hub.close()


def _open(folder: Path, school: School, link: WeakLink) -> Outbox:
    transport = HttpsTransport(link.url, stall_s=STALL_S)
    return Outbox(folder / "outbox", transport, [school.keys.signing.public])


def _deed(chance: random.Random) -> Deed:
    """Something that links do."""
    return chance.choice(
        [
            links.passes,
            links.cut_going(chance.randrange(1, 200_000)),
            links.cut_going(65_536),
            links.cut_coming(chance.randrange(1, 600)),
            links.changed_going(chance.randrange(600, 60_000)),
            links.refuses,
            links.silent,
            links.twice,
            links.late,
            links.answers(chance.choice(list(ANSWERS.values()))[0]),
        ]
    )


def _judge(folder: Path, school: School, outbox: Outbox, hub: Hub, contents: list[bytes]) -> str:
    """What does not hold; nothing where all does."""
    digests = {hashlib.sha256(data).hexdigest() for data in contents}
    for row in outbox.rows():
        receipt = outbox.receipt(row.digest)
        if row.status is not Status.DONE or receipt is None:
            return f"{row.digest} is {row.stage}, {row.status}: {row.problem}"
        verify_receipt(receipt, [school.keys.signing.public], sealed_digest=row.digest)
        if hashlib.sha256((folder / "outbox" / row.digest).read_bytes()).hexdigest() != row.digest:
            return f"{row.digest} was changed on the disk"
    held = [one.digest for one in hub._store.received()]
    if len(held) != len(set(held)) or not {row.digest for row in outbox.rows()} <= set(held) <= digests:
        return f"the hub holds {held}"
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
