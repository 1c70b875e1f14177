"""Files that are either whole or not there."""

import errno
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from pocus_desktop.kernel.errors import Blame, PocusError

_FRESH: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class FileRefusedError(PocusError):
    """The operating system does not give or take a file."""

    code = "kernel.file_refused"
    blame = Blame.ENVIRONMENT

    @classmethod
    def of(cls, problem: OSError) -> Self:
        """From what the operating system says; the file's name without its folders."""
        name = Path(problem.filename).name if isinstance(problem.filename, str) else ""
        return cls(file=name or "-", reason=problem.strerror or errno.errorcode.get(problem.errno or 0, "unknown"))


def write_atomically(path: Path, data: bytes, *, is_private: bool = False) -> None:
    """Write a file so that a power cut leaves the old bytes or the new, never a mixture.

    The bytes go to a neighbour, are synced, take the name in one rename, and the folder is synced.

    Args:
        path: Where the file shall be; its folder is made if missing.
        data: The whole content.
        is_private: Only the owner may read it (keys).

    Raises:
        OSError: As the operating system says; the old file is then untouched.
    """
    make_folder(path.parent)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if not is_private and os.name == "posix":
            Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_several(several: Mapping[Path, bytes]) -> None:
    """Write private files as `write_atomically` does, into folders that are there, in less time than one after another.

    All are written before the first one is synced, so that a file system with a journal commits about once.

    Raises:
        OSError: As the operating system says; each file is then the old one or the new one.
    """
    begun: dict[str, Path] = {}
    handles: list[int] = []
    try:
        for path, data in several.items():
            name = str(path.parent / f".{path.name}.{secrets.token_hex(8)}")
            handles.append(os.open(name, _FRESH, 0o600))
            begun[name] = path
            _write(handles[-1], data)
        while handles:
            os.fsync(handles[-1])
            os.close(handles.pop())
        for name, path in tuple(begun.items()):
            os.replace(name, path)  # noqa: PTH105 - a hub does this for each envelope
            del begun[name]
    finally:
        for handle in handles:
            os.close(handle)
        for name in begun:
            Path(name).unlink(missing_ok=True)
    for folder in {path.parent for path in several}:
        sync_folder(folder)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, each durable in the one above.

    Raises:
        OSError: As the operating system says; a file of that name is in the way.
    """
    if path.is_dir():
        return
    if path.parent != path:
        make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Make what was written to a file durable."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Make a rename in this folder durable; Windows does so by itself and cannot open a folder."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]
