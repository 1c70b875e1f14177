"""The port to whatever carries a depot, and the carrier that is a folder: a disk, a share, a USB stick.

A carrier is never believed: it gives bytes, and whoever asked verifies them (formats/depot 4). `tests/contract/` holds
what every carrier keeps.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from pocus_desktop.kernel.errors import Blame, PocusError

TRIES_WITHOUT_PROGRESS: Final = 3
_BLOCK_BYTES: Final = 256 * 1024


class NotCarriedError(PocusError):
    """The carrier does not have the file."""

    code = "depot.not_carried"
    blame = Blame.CONTENT


class CarrierFailedError(PocusError):
    """The carrier did not give all the bytes: a link that dropped, a stick that was pulled, a disk that fails."""

    code = "depot.carrier_failed"
    blame = Blame.ENVIRONMENT


class Carrier(Protocol):
    """Gives the files of a depot, from a place in them on."""

    @property
    def name(self) -> str:
        """What a person knows it by: an address or a folder."""

    def read(self, path: str, *, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        """The bytes of a file, in pieces.

        Args:
            path: Relative to the depot, with `/`, percent-encoded where it must be, such as
                `metadata/timestamp.json`.
            offset: Where to begin, in bytes.
            size: How many bytes at the most; None for all there are. A file that ends before gives fewer.

        Raises:
            NotCarriedError: It has no such file; raised before the first piece.
            CarrierFailedError: It stopped; the pieces given before are good for resuming.
        """


class FolderCarrier:
    """A depot that is a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        """The folder's path."""
        return str(self._folder)

    def read(self, path: str, *, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        """As `Carrier.read`; a name that leads out of the folder is not carried."""
        parts = PurePosixPath(path).parts
        if not parts or ".." in parts or PurePosixPath(path).is_absolute() or "\\" in path:
            raise NotCarriedError(file=path, carrier=self.name)
        file = self._folder.joinpath(*parts)
        if not file.is_file():
            raise NotCarriedError(file=path, carrier=self.name)
        return self._pieces(file, path, offset, size)

    def _pieces(self, file: Path, path: str, offset: int, size: int | None) -> Iterator[bytes]:
        left = size
        try:
            with file.open("rb") as opened:
                opened.seek(offset)
                while left is None or left > 0:
                    piece = opened.read(_BLOCK_BYTES if left is None else min(_BLOCK_BYTES, left))
                    if not piece:
                        return
                    left = None if left is None else left - len(piece)
                    yield piece
        except OSError as problem:
            raise CarrierFailedError(
                file=path, carrier=self.name, reason=problem.strerror or type(problem).__name__
            ) from problem


def resumed(carrier: Carrier, path: str, *, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
    """The pieces of a file from a carrier that drops: asked again where it stopped, as long as it gives anything.

    Args:
        carrier: Who gives.
        path: As `Carrier.read`.
        offset: Where to begin, in bytes.
        size: How many bytes at the most, whatever the carrier gives after them; None for all there are.

    Raises:
        NotCarriedError: It has no such file.
        CarrierFailedError: It stopped and gave nothing more, several times.
    """
    done, tries = 0, 0
    while True:
        try:
            for piece in carrier.read(path, offset=offset + done, size=None if size is None else size - done):
                if size is not None and len(piece) > size - done:
                    yield piece[: size - done]
                    return
                if piece:
                    done, tries = done + len(piece), 0
                    yield piece
        except CarrierFailedError:
            if done == size:
                return
            tries += 1
            if tries >= TRIES_WITHOUT_PROGRESS:
                raise
        else:
            return
