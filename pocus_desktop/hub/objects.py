"""Files by their digest: what was accepted, as it came, for ever."""

import re
from pathlib import Path
from typing import Final

from pocus_desktop.hub.errors import ObjectDamagedError, StoreUnavailableError
from pocus_desktop.kernel import canonical, files

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def is_digest(text: str) -> bool:
    """Whether a text is a SHA-256 as documents write it."""
    return _DIGEST.fullmatch(text) is not None


class Objects:
    """A folder of immutable files, each under the SHA-256 of its bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keep bytes; durable when this returns. The same bytes are kept once.

        Returns:
            Their digest.

        Raises:
            StoreUnavailableError: The disk does not take them.
        """
        digest = canonical.digest(data)
        path = self._path(digest)
        try:
            if path.is_file() and path.read_bytes() == data:
                files.sync_folder(path.parent)  # whoever wrote it may not have come so far
            else:
                is_new_folder = not path.parent.is_dir()
                files.write_atomically(path, data)
                if is_new_folder:
                    files.sync_folder(self._folder)
        except OSError as problem:
            raise StoreUnavailableError(reason=problem.strerror or "") from problem
        return digest

    def get(self, digest: str) -> bytes | None:
        """The bytes of a digest, checked against it; None where there are none.

        Raises:
            ObjectDamagedError: They are no longer those that were put, or the disk does not give them.
        """
        path = self._path(digest)
        try:
            data = path.read_bytes() if path.is_file() else None
        except OSError as problem:
            raise ObjectDamagedError(digest=digest) from problem
        if data is not None and canonical.digest(data) != digest:
            raise ObjectDamagedError(digest=digest)
        return data

    def remove(self, digest: str) -> None:
        """Forget bytes: of a quarantine that was settled, or what was refused after all.

        Raises:
            StoreUnavailableError: The disk does not let them go.
        """
        try:
            self._path(digest).unlink(missing_ok=True)
        except OSError as problem:
            raise StoreUnavailableError(reason=problem.strerror or "") from problem

    def _path(self, digest: str) -> Path:
        if not is_digest(digest):
            raise ValueError("not a digest")
        return self._folder / digest[:2] / digest[2:]
