"""Three picture buffers between the thread that decodes and the thread that paints.

One is shown, one is ready, one is being written; publishing and taking only swap numbers under a lock, so neither
side waits for the other and a picture is never half old and half new.
"""

import ctypes
import threading
import zlib
from dataclasses import dataclass

BYTES_PER_PIXEL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One picture, valid until the next call of `latest()`.

    Attributes:
        width: Pixels in a row.
        height: Rows.
        stride: Bytes from one row to the next.
        data: `height * stride` bytes, each pixel blue, green, red, unused (VLC's RV32, Qt's RGB32 on little-endian).
        serial: Counts published pictures from 1; a picture shown again by a paused player has a new number.
    """

    width: int
    height: int
    stride: int
    data: memoryview
    serial: int


class FrameBuffer:
    """Takes pictures from one writer and gives the newest to one reader."""

    def __init__(self, width: int = 0, height: int = 0) -> None:
        self._lock = threading.Lock()
        self.reset(width, height)

    def reset(self, width: int, height: int) -> None:
        """Start anew with another size; no writer may be at work. Frames already taken stay valid."""
        size = max(width * height * BYTES_PER_PIXEL, 1)
        with self._lock:
            self._width, self._height = width, height
            self._buffers = [(ctypes.c_ubyte * (size + 31))() for _ in range(3)]
            self._offsets = [-ctypes.addressof(buffer) % 32 for buffer in self._buffers]  # VLC asks for 32 bytes
            self._size = width * height * BYTES_PER_PIXEL
            self._reading, self._ready, self._writing = 0, 1, 2
            self._published = 0
            self._taken = 0

    @property
    def width(self) -> int:
        """Pixels in a row; 0 before a video is loaded."""
        return self._width

    @property
    def height(self) -> int:
        """Rows; 0 before a video is loaded."""
        return self._height

    @property
    def stride(self) -> int:
        """Bytes from one row to the next."""
        return self._width * BYTES_PER_PIXEL

    @property
    def published(self) -> int:
        """How many pictures have been published since the last reset."""
        return self._published

    def mark(self) -> int:
        """A checksum of the newest picture, 0 before the first: other pixels, another number."""
        with self._lock:
            if self._published == 0:
                return 0
            return zlib.crc32(self._view(self._ready if self._published != self._taken else self._reading))

    def writing_address(self) -> int:
        """Where the writer puts the next picture (aligned to 32 bytes)."""
        return ctypes.addressof(self._buffers[self._writing]) + self._offsets[self._writing]

    def writing_view(self) -> memoryview:
        """The same place for a writer in Python."""
        return self._view(self._writing)

    def publish(self) -> None:
        """Make the written picture the newest and take another buffer to write."""
        with self._lock:
            self._writing, self._ready = self._ready, self._writing
            self._published += 1

    def latest(self) -> Frame | None:
        """The newest picture, or None before the first. The frame of the call before becomes invalid."""
        with self._lock:
            if self._published == 0:
                return None
            if self._published != self._taken:
                self._reading, self._ready = self._ready, self._reading
                self._taken = self._published
            return Frame(
                width=self._width,
                height=self._height,
                stride=self._width * BYTES_PER_PIXEL,
                data=self._view(self._reading).toreadonly(),
                serial=self._taken,
            )

    def _view(self, index: int) -> memoryview:
        start = self._offsets[index]
        return memoryview(self._buffers[index]).cast("B")[start : start + self._size]
