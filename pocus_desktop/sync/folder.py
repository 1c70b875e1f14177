"""Sealed results by folder: a USB stick, a share (formats/sync 3).

    <folder>/results/<sha256>             the sealed result, as it is
    <folder>/receipts/<sha256>.receipt    the envelope of the hub's receipt
    <folder>/log/                         a copy of the hub's log, written by the hub (formats/log 5.4)
    <folder>/heads/                       the heads of it that stations know
    <folder>/incidents/<sha256>           a centre's sealed report of an incident (formats/incident 5)
    <folder>/submissions/<sha256>         what a portfolio sends, sealed (formats/portfolio 6)
    <folder>/questions/<sha256>           what it asks, sealed
    <folder>/answers/<sha256>             the hub's answer, sealed to who asked
    <folder>/files/<sha256>               a file that proves something, sealed

The station writes results and reads receipts, the hub reads results and writes receipts; neither removes what the
other wrote. What is written is read back and compared before it counts as carried.
"""

import hashlib
import os
import stat
from pathlib import Path
from typing import Final

from pocus_desktop.kernel import files
from pocus_desktop.sync.errors import (
    FolderDamagedError,
    FolderNotWritableError,
    NoFolderError,
    NoReceiptYetError,
    StrangeAnswerError,
)
from pocus_desktop.sync.transport import MAXIMUM_RECEIPT_BYTES

NAME: Final = "folder"
RESULTS: Final = "results"
RECEIPTS: Final = "receipts"
RECEIPT_SUFFIX: Final = ".receipt"
LOG: Final = "log"
HEADS: Final = "heads"
INCIDENTS: Final = "incidents"
SUBMISSIONS: Final = "submissions"
QUESTIONS: Final = "questions"
ANSWERS: Final = "answers"
FILES: Final = "files"
EVERY: Final = (RESULTS, RECEIPTS, LOG, HEADS, INCIDENTS, SUBMISSIONS, QUESTIONS, ANSWERS, FILES)

LONGEST_PART: Final = 64 * 1024
"""Of a log: a tile or a bundle of our entries is below 9 KB, a checkpoint at most 16."""

_CAUTIOUS: Final[int] = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
"""Never waits for the other end of a pipe, and follows no link out of the folder."""


class FolderTransport:
    """A folder that someone carries."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it need not be there yet (a stick not yet plugged in)."""
        self._folder = folder

    @property
    def name(self) -> str:
        """What logs call it."""
        return NAME

    def deliver(self, envelope: bytes, digest: str) -> bytes:
        """Put the envelope into the folder and take up the receipt, if one has come back; see `Transport`.

        Raises:
            NoFolderError: The folder is not there.
            FolderNotWritableError: It takes nothing.
            FolderDamagedError: It does not give back what it took, or leads elsewhere.
            StrangeAnswerError: What lies in the receipt's place is too long for one.
            NoReceiptYetError: The envelope lies there, verified; the receipt has still to come.
        """
        if not self._folder.is_dir():
            raise NoFolderError
        require_no_links(self._folder)
        receipt = self.receipt(digest)
        try:
            write_unless_there(self._folder / RESULTS / digest, envelope, digest)
        except FolderNotWritableError:
            if receipt is None:  # a stick that was locked after the hub had written needs nothing more written
                raise
        if receipt is None:
            raise NoReceiptYetError
        return receipt

    @property
    def is_live(self) -> bool:
        """A copy that is carried may be older than what was heard before."""
        return False

    @property
    def heads(self) -> Path | None:
        """Where stations leave the heads that they know."""
        return self._folder / HEADS

    def read_log(self, path: str) -> bytes | None:
        """A part of the copy that the hub left here; see `sync.transport.CarriesLog`."""
        return read_regular(self._folder / LOG / path, LONGEST_PART)

    def close(self) -> None:
        """Nothing is held open."""

    def receipt(self, digest: str) -> bytes | None:
        """The receipt that lies there for an envelope, not verified; None where there is none.

        Raises:
            FolderDamagedError: It leads elsewhere, or does not give it.
            StrangeAnswerError: What lies in its place is too long for one.
        """
        require_no_links(self._folder)
        path = self._folder / RECEIPTS / f"{digest}{RECEIPT_SUFFIX}"
        try:
            found = read_at_most(path, MAXIMUM_RECEIPT_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise FolderDamagedError(reason=_reason(problem)) from problem
        if len(found) > MAXIMUM_RECEIPT_BYTES:
            raise StrangeAnswerError(host="folder", status=0)
        return found


def write_unless_there(path: Path, data: bytes, digest: str) -> None:
    """As `write_and_read_back`; what is there already, and whole, is left.

    Raises:
        FolderNotWritableError, FolderDamagedError: As there.
    """
    try:
        if path.is_file() and _digest_on_disk(path) == digest:
            return
    except OSError as problem:
        raise FolderNotWritableError(reason=_reason(problem)) from problem
    write_and_read_back(path, data)


def write_and_read_back(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all, durable, and compared with what the medium gives back.

    Raises:
        FolderNotWritableError: It takes nothing.
        FolderDamagedError: It gives something else back.
    """
    try:
        files.write_atomically(path, data)
        found = _digest_on_disk(path)
    except OSError as problem:
        raise FolderNotWritableError(reason=_reason(problem)) from problem
    if found != hashlib.sha256(data).hexdigest():
        raise FolderDamagedError(reason="other bytes came back")


def require_no_links(folder: Path) -> None:
    """What is carried stays within the folder: none of its parts is a link.

    Raises:
        FolderDamagedError: One is.
    """
    if any((folder / name).is_symlink() for name in EVERY):
        raise FolderDamagedError(reason="a link leads out of it")


def read_at_most(path: Path, limit: int) -> bytes:
    """The beginning of a regular file; what someone carries in may be anything.

    Raises:
        OSError: As the operating system says, or the name is that of no regular file.
    """
    handle = os.open(path, os.O_RDONLY | _CAUTIOUS)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise FileNotFoundError(path.name)
        return file.read(limit)


def read_regular(path: Path, limit: int) -> bytes | None:
    """A regular file; None where there is none, it cannot be read, or it is longer than the limit."""
    try:
        data = read_at_most(path, limit + 1)
    except OSError:
        return None
    return data if len(data) <= limit else None


def _digest_on_disk(path: Path) -> str:
    """SHA-256 of what the medium gives back; the system is asked to forget its own copy first, where it can be."""
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reason(problem: OSError) -> str:
    """The operating system's words without the path, which may name a person."""
    return problem.strerror or type(problem).__name__
