"""A trial of the disk: a few commits as durable as an answer's, timed; and how much room a sitting takes."""

import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Final

from pocus_desktop.sitting.schema import PRAGMAS

COMMITS: Final = 9
"""Enough for a median that one slow moment does not move."""

BYTES_A_SECOND: Final = 4_000
"""More than the journal grows in a second of a clip, at three positions a second; a heartbeat takes less."""

SEALED_TIMES: Final = 4
"""The journal, what is sealed of it, the outbox's copy, and what is carried."""

BASE_BYTES: Final = 32_000_000
"""For the write-ahead log, the outbox's records and the program's own log."""

LONGEST_MS: Final = 8 * 3_600_000
"""For an assessment without a limit: a day."""

_ROW: Final = b"\0" * 400


def commit_times_ms(folder: Path) -> tuple[float, ...]:
    """How long durable commits take in a folder, with the journal's own settings; nothing is left there.

    Raises:
        OSError: The disk refuses.
        sqlite3.Error: Likewise, as SQLite says it.
    """
    with tempfile.TemporaryDirectory(prefix=".disk-trial-", dir=folder) as place:
        connection = sqlite3.connect(Path(place) / "trial.sqlite", isolation_level=None)
        try:
            for pragma in PRAGMAS:
                connection.execute(pragma).fetchall()
            connection.execute("CREATE TABLE trial (row BLOB)")
            took: list[float] = []
            for _ in range(COMMITS):
                started = time.perf_counter()
                connection.execute("INSERT INTO trial VALUES (?)", (_ROW,))
                took.append((time.perf_counter() - started) * 1_000)
        finally:
            connection.close()
    return tuple(took)


def room_bytes(length_ms: int | None) -> int:
    """How much room a sitting of this length may take; never less than it will. None for one without a limit."""
    length_ms = LONGEST_MS if length_ms is None else min(length_ms, LONGEST_MS)
    return BASE_BYTES + SEALED_TIMES * BYTES_A_SECOND * length_ms // 1_000
