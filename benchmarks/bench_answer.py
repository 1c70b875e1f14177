"""Answer to durable: what stamping, encrypting, chaining and signing an answer adds to a bare SQLite commit.

Ours is the way from `Sitting.handle` to the moment when the answer is on the disk, with a writer on the same thread:
stamp, limits that ran out, event, AES-256-GCM, digest, triggers, a commit with synchronous FULL, a signed checkpoint
every 32 events. What follows from the answer (scenario, view) comes after that moment and is not in the figure. The
reference commits a row of the same size to a plain table of a database with the same settings. Both write to the same
disk, in turns.
"""

import secrets
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.claim import Claim, at_most
from pocus_desktop.case.items.text_entry import TextEntryResponse
from pocus_desktop.crypto import aead
from pocus_desktop.sitting import codec, events, intents
from pocus_desktop.sitting.schema import PRAGMAS
from tests.sitting.world import World, to_femoral

ROUNDS = 1_500
GOAL = 1.3


def run() -> tuple[Claim, ...]:
    """Medians, 99th percentiles and means over `ROUNDS` answers and commits in turns.

    In the working folder: a temporary one may lie in memory.
    """
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-answer-") as folder:
        world = World(folder=Path(folder))
        durable_at = [0.0]

        def note(moment: str) -> None:
            if moment == "after-append":
                durable_at[0] = time.perf_counter()

        sitting = to_femoral(world.begin(hook=note))
        bare = _bare(Path(folder) / "bare.sqlite")
        ours: list[float] = []
        theirs: list[float] = []
        for count in range(1, ROUNDS + 1):
            answer = intents.Answer(item="diameter", response=_response(count))
            row = _row(count)
            started = time.perf_counter()
            sitting.handle(answer)
            ours.append(durable_at[0] - started)
            started = time.perf_counter()
            bare.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            theirs.append(time.perf_counter() - started)
        if sitting.state.responses["diameter"] != _response(ROUNDS):
            raise AssertionError("an answer was not taken")
        world.close()
        bare.close()
    figures = (
        ("An answer is durable about as fast as SQLite commits a bare row of its size (p50)", statistics.median),
        ("The same, of the slowest in a hundred (p99)", lambda took: statistics.quantiles(took, n=100)[98]),
        ("The same, of all together: the answers that are durable in a second are 1 / this", statistics.fmean),
    )
    return tuple(
        at_most(claim, ours=figure(ours) * 1_000, reference=figure(theirs) * 1_000, unit="ms", goal=GOAL)
        for claim, figure in figures
    )


def _response(count: int) -> TextEntryResponse:
    return TextEntryResponse(text=f"{count % 90 + 10}.{count % 10}", unit="mm")


def _row(seq: int) -> tuple[int | str | bytes, ...]:
    """As many random bytes as the journal stores for such an answer."""
    size = len(codec.encode_event(events.Answered(item="diameter", response=_response(seq)))) + aead.TAG_BYTES
    filler = secrets.token_bytes(size + 76)
    return (seq, 1_000, 1_767_225_600_000, "boot", filler[:32], filler[32:44], filler[44 : 44 + size], filler[-32:])


def _bare(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(pragma).fetchall()
    connection.execute(
        "CREATE TABLE event (seq INTEGER PRIMARY KEY, monotonic_ms INTEGER, wall_ms INTEGER, boot_id TEXT, "
        "previous BLOB, nonce BLOB, ciphertext BLOB, digest BLOB)"
    )
    return connection
