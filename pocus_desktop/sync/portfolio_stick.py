"""Portfolios on a stick: what candidates leave for the academy, and what it leaves for them (formats/portfolio 6).

All of it is sealed, and names are digests of what is signed inside: nobody learns from a stick whose it is.
"""

from collections.abc import Iterator
from pathlib import Path

from pocus_desktop.kernel import log
from pocus_desktop.sync.errors import FolderDamagedError, FolderNotWritableError, NoFolderError
from pocus_desktop.sync.folder import (
    FILES,
    QUESTIONS,
    SUBMISSIONS,
    read_at_most,
    require_no_links,
    write_and_read_back,
    write_unless_there,
)

_DIGEST_DIGITS = 64


class PortfolioStick:
    """A folder that somebody carries.

    Args:
        folder: Where it is plugged in.

    Raises:
        NoFolderError: There is no such folder.
        FolderDamagedError: A part of it leads elsewhere.
    """

    def __init__(self, folder: Path) -> None:
        try:
            if not folder.is_dir():
                raise NoFolderError
            require_no_links(folder)
        except OSError as problem:  # pulled out this moment
            raise FolderDamagedError(reason=problem.strerror or "") from problem
        self._folder = folder

    @property
    def has_portfolios(self) -> bool:
        """Whether candidates left anything there for the academy."""
        return any((self._folder / kind).is_dir() for kind in (SUBMISSIONS, QUESTIONS, FILES))

    def names(self, kind: str) -> tuple[str, ...]:
        """What lies there of a kind, in order; names that are no digest are passed over.

        Raises:
            FolderDamagedError: It cannot be read.
        """
        try:
            return tuple(sorted(path.name for path in self._listed(kind) if _is_digest(path.name)))
        except OSError as problem:
            raise FolderDamagedError(reason=problem.strerror or "") from problem

    def head(self, kind: str, name: str, size: int) -> bytes:
        """The first bytes of one; none where it cannot be read."""
        try:
            return read_at_most(self._folder / kind / name, size)
        except OSError:
            return b""

    def read(self, kind: str, name: str, limit: int) -> bytes:
        """One of them; no more than so many bytes and one.

        Raises:
            FolderDamagedError: It cannot be read.
        """
        try:
            return read_at_most(self._folder / kind / name, limit + 1)
        except OSError as problem:
            raise FolderDamagedError(reason=problem.strerror or "") from problem

    def put(self, kind: str, name: str, data: bytes) -> None:
        """Write one, read back; what lay there under the name was the same, sealed anew.

        Raises:
            FolderNotWritableError, FolderDamagedError: The stick does not take it.
        """
        write_and_read_back(self._folder / kind / name, data)

    def put_once(self, kind: str, name: str, data: bytes) -> None:
        """Write one whose name is the digest of these very bytes, read back; left where it is there and whole.

        Raises:
            FolderNotWritableError, FolderDamagedError: The stick does not take it.
        """
        write_unless_there(self._folder / kind / name, data, name)

    def remove(self, kind: str, name: str) -> None:
        """Take one away, to make room; where that cannot be, it stays."""
        try:
            (self._folder / kind / name).unlink(missing_ok=True)
        except OSError as problem:
            log.failure(FolderNotWritableError(reason=problem.strerror or ""))

    def _listed(self, kind: str) -> Iterator[Path]:
        folder = self._folder / kind
        return folder.iterdir() if folder.is_dir() else iter(())


def _is_digest(name: str) -> bool:
    return len(name) == _DIGEST_DIGITS and all(digit in "0123456789abcdef" for digit in name)
