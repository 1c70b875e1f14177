"""Pictures out of the content: stills and cine frames, decoded by Qt."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtGui import QImage

from pocus_desktop.case.media import Cine, Image, Picture
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.media.cine import CineReader
from pocus_desktop.media.player import BinaryReader


class PictureUnreadableError(PocusError):
    """A picture of the content cannot be decoded."""

    code = "ui.picture_unreadable"
    blame = Blame.CONTENT


class Content(Protocol):
    """Where media come from: the verified content of a bundle."""

    def read(self, name: str) -> bytes:
        """The whole of a member."""

    def open(self, name: str) -> BinaryReader:
        """A member for reading at any place."""

    def size_bytes(self, name: str) -> int:
        """The size of a member."""


class Pictures:
    """Decodes pictures of one content and keeps the cine readers open.

    Args:
        content: The content; asked only when a picture is shown.
    """

    def __init__(self, content: Content) -> None:
        self._content = content
        self._cines: dict[str, CineReader] = {}

    @property
    def content(self) -> Content:
        """Where they come from."""
        return self._content

    def still(self, image: Image) -> QImage:
        """A still.

        Raises:
            PictureUnreadableError: Qt cannot decode it.
            PocusError: The content refuses to give it (changed after opening).
        """
        return _decode(image.file, self._content.read(image.file))

    def cine(self, cine: Cine) -> CineReader:
        """The reader of a cine, opened once.

        Raises:
            PocusError: The member is not a cine, or the content refuses to give it.
        """
        if cine.frames not in self._cines:
            self._cines[cine.frames] = CineReader(self.opener(cine.frames), self._content.size_bytes(cine.frames))
        return self._cines[cine.frames]

    def frame(self, cine: Cine, index: int) -> QImage:
        """One frame of a cine, exact.

        Raises:
            PictureUnreadableError: Qt cannot decode it.
            PocusError: As `cine`.
        """
        reader = self.cine(cine)
        last = reader.info.frame_count - 1
        return _decode(cine.frames, reader.frame_bytes(min(max(0, index), last)))

    def picture(self, picture: Picture, frame: int = 0) -> QImage:
        """The still, or the frame of the cine, that an item asks about."""
        return self.frame(picture, frame) if isinstance(picture, Cine) else self.still(picture)

    def close(self) -> None:
        """Let go of the cine readers."""
        for reader in self._cines.values():
            reader.close()
        self._cines.clear()

    def opener(self, name: str) -> Callable[[], BinaryReader]:
        """What opens a member, for players and readers that open it themselves."""
        return lambda: self._content.open(name)


def _decode(name: str, data: bytes) -> QImage:
    image = QImage.fromData(data)
    if image.isNull():
        raise PictureUnreadableError(name=name)
    return image
