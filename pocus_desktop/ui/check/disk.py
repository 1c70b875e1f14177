"""Is there room, and does the disk keep what it is given?"""

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Final

from pocus_desktop.ui.check.finding import Finding

ROOM_BYTES: Final = 500_000_000
"""Less than this is a problem: journals are small, bundles are not."""

SLOW_MS: Final = 250
"""A durable write above this is worth knowing."""


def probe_disk(folder: Path) -> Finding:
    """Write a small file durably where the answers will stand.

    Args:
        folder: The folder of the sittings.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        started = time.perf_counter()
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0" * 4096)
            file.flush()
            os.fsync(file.fileno())
        took_ms = round((time.perf_counter() - started) * 1000)
    except OSError as problem:
        return Finding(probe="disk", level="problem", code="disk_refuses", params=(("reason", problem.strerror or ""),))
    room = (("free_mb", free // 1_000_000),)
    if free < ROOM_BYTES:
        return Finding(probe="disk", level="problem", code="disk_full", params=room)
    if took_ms > SLOW_MS:
        return Finding(probe="disk", level="note", code="disk_slow", params=(("took_ms", took_ms),))
    return Finding(probe="disk", level="ok", code="disk_ok", params=room)
