"""Files that prove something: kept beside the database under their digest (formats/portfolio 3)."""

from pathlib import Path

from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.programme.documents.parts import EvidenceFile
from pocus_desktop.programme.file_kinds import OTHER, kind_named, kind_of
from pocus_desktop.programme.own.changes import made
from pocus_desktop.programme.own.errors import EmptyFileError, FileTooLargeError, OtherKindError
from pocus_desktop.programme.sealed_file import MAXIMUM_BYTES


class EvidenceFolder:
    """Files by digest.

    Args:
        folder: Made when the first is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, path: Path) -> EvidenceFile:
        """Take a copy; durable when this returns. The same file twice is one. What it is, its first bytes say.

        Raises:
            EmptyFileError: Nothing is in it.
            OtherKindError: Its name says that it is another kind of file than it is.
            FileTooLargeError: It is larger than a portfolio keeps.
            FileRefusedError: It cannot be read, or the disk does not take it.
        """
        try:
            with path.open("rb") as opened:
                data = opened.read(MAXIMUM_BYTES + 1)
            if len(data) > MAXIMUM_BYTES:
                raise FileTooLargeError(most_mb=MAXIMUM_BYTES // 1024**2)
            if not data:
                raise EmptyFileError
            kind, named = kind_of(data), kind_named(path.name)
            if named not in {kind, OTHER}:
                raise OtherKindError(kind=named)
            digest = canonical.digest(data)
            if self.read(digest) is None:
                write_atomically(self.path(digest), data, is_private=True)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        name = "".join(c if c.isprintable() and c not in "/\\" else "_" for c in path.name)[:200] or digest[:16]
        return made(EvidenceFile, {"name": name, "media_type": kind, "size_bytes": len(data), "sha256": digest})

    def path(self, digest: str) -> Path:
        """Where a file lies, or would."""
        return self._folder / digest

    def has(self, digest: str, size_bytes: int) -> bool:
        """Whether a file of this size lies here; that it is what it was is known when it is read."""
        try:
            return self.path(digest).stat().st_size == size_bytes
        except OSError:
            return False

    def read(self, digest: str) -> bytes | None:
        """A file; None where it is not here, or is no longer what it was."""
        try:
            data = self.path(digest).read_bytes()
        except OSError:
            return None
        return data if canonical.digest(data) == digest else None
