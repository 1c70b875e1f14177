"""A large file that is either whole or not there: written beside its place, synced, then renamed."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pocus_desktop.bundle.errors import CannotWriteError
from pocus_desktop.kernel.files import make_folder, sync_folder


@contextmanager
def whole_file(destination: Path) -> Iterator[BinaryIO]:
    """Write a file of any size; it takes its name only where the block ends well.

    Args:
        destination: Where the file shall be; its folder is made if missing.

    Yields:
        The neighbour to write to, open for reading and writing in binary.

    Raises:
        CannotWriteError: The operating system does not take it; what stood at `destination` is untouched.
    """
    name: str | None = None
    try:
        make_folder(destination.parent)
        handle, name = tempfile.mkstemp(prefix=f".{destination.name}.", suffix=".part", dir=destination.parent)
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if os.name == "posix":
            Path(name).chmod(0o644)
        Path(name).replace(destination)
        sync_folder(destination.parent)
    except OSError as problem:
        raise CannotWriteError(file=destination.name, reason=reason_of(problem)) from problem
    finally:
        if name is not None:
            Path(name).unlink(missing_ok=True)


def reason_of(problem: OSError) -> str:
    """The operating system's words for a failure, without the path (which may name a person)."""
    return problem.strerror or errno.errorcode.get(problem.errno or 0, "unknown")
