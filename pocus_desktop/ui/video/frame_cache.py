"""Decoded frames of a cine, kept by index within a budget of bytes."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from PySide6.QtGui import QImage

from pocus_desktop.kernel.errors import Blame, PocusError

_QT_WEBP_PEEK: Final = 64


class FrameUndecodableError(PocusError):
    """A frame of a cine is not a picture that Qt decodes."""

    code = "media.frame_undecodable"
    blame = Blame.CONTENT


def decode_picture(data: bytes) -> QImage:
    """Decode a compressed picture; null where Qt cannot.

    Qt looks at a fixed number of bytes before it believes in a WebP, more than a picture of one colour has (38 bytes
    for a black frame of any size); zeros behind the picture are ignored.
    """
    return QImage.fromData(data.ljust(_QT_WEBP_PEEK, b"\0"))


class FrameCache:
    """Decodes a frame once and drops the one unused for longest when the budget is spent."""

    def __init__(self, frame_bytes: Callable[[int], bytes], *, budget_bytes: int = 256 << 20) -> None:
        """Make an empty cache.

        Args:
            frame_bytes: Gives a compressed frame, such as `CineReader.frame_bytes`.
            budget_bytes: How much decoded pixels may take.
        """
        self._frame_bytes = frame_bytes
        self._budget = budget_bytes
        self._images: OrderedDict[int, QImage] = OrderedDict()
        self._held = 0

    @property
    def held_bytes(self) -> int:
        """How much is kept."""
        return self._held

    def __contains__(self, index: int) -> bool:
        return index in self._images

    def image(self, index: int) -> QImage:
        """A frame's pixels, 32-bit RGB or 8-bit grey.

        Raises:
            PocusError: The cine refuses the frame.
            FrameUndecodableError: Qt does not decode it.
        """
        if (known := self._images.get(index)) is not None:
            self._images.move_to_end(index)
            return known
        image = decode_picture(self._frame_bytes(index))
        if image.isNull():
            raise FrameUndecodableError(frame=index)
        if image.format() not in {QImage.Format.Format_RGB32, QImage.Format.Format_Grayscale8}:
            image = image.convertToFormat(QImage.Format.Format_RGB32)
        self._images[index] = image
        self._held += image.sizeInBytes()
        while self._held > self._budget and len(self._images) > 1:
            _, dropped = self._images.popitem(last=False)
            self._held -= dropped.sizeInBytes()
        return image
