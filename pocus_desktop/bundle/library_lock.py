"""One process at a time changes a library; a process that dies lets go of the lock by dying."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pocus_desktop.bundle.errors import CannotWriteError, LibraryBusyError
from pocus_desktop.bundle.whole_file import reason_of
from pocus_desktop.kernel.file_lock import try_lock

PATIENCE_S: Final = 20.0
_PAUSE_S: Final = 0.02


@contextmanager
def locked(path: Path, *, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Hold the lock of a library while the block runs. Only short work belongs here: no copying.

    Args:
        path: The lock's file; made if missing, never removed.
        patience_s: How long to wait for another process, in seconds.

    Raises:
        LibraryBusyError: Another process held it all that time.
        CannotWriteError: The file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as problem:
        raise CannotWriteError(file=path.name, reason=reason_of(problem)) from problem
    with file:
        end = time.monotonic() + patience_s
        while not try_lock(file):
            if time.monotonic() >= end:
                raise LibraryBusyError
            time.sleep(_PAUSE_S)
        yield
