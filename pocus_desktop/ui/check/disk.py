"""Is there room, does the disk keep what it is given, and is it this computer's?

What can be known of a disk from here is how long it takes to say that something is durable. No disk that keeps it
through a power cut says so within the time of a call into the system: faster than `HASTY_MS`, nobody waited for it. The
platter of one that turns comes by every 4 to 11 ms; faster than `HASTY_ROTATING_MS`, a cache answered. A cache with a
battery is honest all the same, and only its owner knows: it is a note. A disk that takes its time and lies is not found
out here.
"""

import shutil
import sqlite3
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pocus_desktop.kernel.files import make_folder
from pocus_desktop.kernel.volumes import Medium, Volume, volume_of
from pocus_desktop.sitting.disk_trial import commit_times_ms
from pocus_desktop.ui.check.finding import Finding

ROOM_BYTES: Final = 500_000_000
"""Less than this is a problem where no assessment is known: a day's sitting, and bundles."""

SLOW_MS: Final = 250
"""A durable write above this is worth knowing."""

HASTY_MS: Final = 0.05
"""A durable write below this was not waited for."""

HASTY_ROTATING_MS: Final = 1.0
"""The same of a disk that turns."""


def probe_disk(folder: Path, *, room_bytes: int = ROOM_BYTES) -> Finding:
    """Write durably where the answers will stand, as answers are written.

    Args:
        folder: The folder of the sittings.
        room_bytes: How much room is needed.
    """
    try:
        make_folder(folder)
        free = shutil.disk_usage(folder).free
        took_ms = commit_times_ms(folder)
    except OSError as problem:
        return Finding(probe="disk", level="problem", code="disk_refuses", params=(("reason", problem.strerror or ""),))
    except sqlite3.Error as problem:
        told = getattr(problem, "sqlite_errorname", None) or type(problem).__name__
        return Finding(probe="disk", level="problem", code="disk_refuses", params=(("reason", told),))
    return judge_disk(volume_of(folder), free_bytes=free, room_bytes=room_bytes, took_ms=took_ms)


def judge_disk(volume: Volume, *, free_bytes: int, room_bytes: int, took_ms: Sequence[float]) -> Finding:
    """What is to be said of a disk; the worst first.

    Args:
        volume: What it is.
        free_bytes: How much is free on it.
        room_bytes: How much is needed.
        took_ms: How long durable writes took.
    """
    room = (("free_mb", free_bytes // 1_000_000),)
    usual_ms = statistics.median(took_ms)
    hasty_ms = HASTY_ROTATING_MS if volume.is_rotating else HASTY_MS
    if volume.medium is Medium.NETWORK:
        return Finding(
            probe="disk", level="problem", code="disk_network", params=(("file_system", volume.file_system or "-"),)
        )
    if free_bytes < room_bytes:
        needed = ("needed_mb", -(-room_bytes // 1_000_000))
        return Finding(probe="disk", level="problem", code="disk_full", params=(*room, needed))
    if volume.medium is Medium.MEMORY:
        return Finding(probe="disk", level="note", code="disk_memory")
    if usual_ms < hasty_ms:
        return Finding(probe="disk", level="note", code="disk_hasty", params=(("took_us", round(usual_ms * 1_000)),))
    if usual_ms > SLOW_MS:
        return Finding(probe="disk", level="note", code="disk_slow", params=(("took_ms", round(usual_ms)),))
    if volume.medium is Medium.UNKNOWN:
        return Finding(
            probe="disk", level="note", code="disk_unknown", params=(("file_system", volume.file_system or "-"),)
        )
    return Finding(probe="disk", level="ok", code="disk_ok", params=room)
