"""Reads a clip's bytes on a thread of its own, so that a player waiting for them can always be told to give up.

libVLC asks for bytes in a callback and `stop()` waits for that callback. A drive that hangs would hang the window with
it. So the callback waits here, for the bytes or for `abandon()`, and only the pump's thread waits for the drive.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.errors import SourceShortError, SourceUnreadableError
from pocus_desktop.media.player import BinaryReader, MediaSource

_CLOSE_WAIT_S: Final = 1.0


class SourcePump:
    """One opened reader of one clip, read in order of asking, one request at a time."""

    def __init__(self, source: MediaSource, on_failure: Callable[[PocusError], None]) -> None:
        """Make a pump; its thread opens the reader at the first request.

        Args:
            source: What to read.
            on_failure: Called once, from the pump's thread, with the error that ended reading.
        """
        self._source = source
        self._on_failure = on_failure
        self._changed = threading.Condition()
        self._offset = 0
        self._request: tuple[int, int] | None = None
        self._asked_at = 0.0
        self._answer: bytes | None = None
        self._has_failed = False
        self._is_abandoned = False
        self._thread = threading.Thread(target=self._run, name="media-source", daemon=True)
        self._thread.start()

    @property
    def waiting_s(self) -> float:
        """For how long the reader has owed an answer; 0 when it owes none."""
        with self._changed:
            return time.monotonic() - self._asked_at if self._request is not None else 0.0

    @property
    def is_alive(self) -> bool:
        """Whether the thread still holds the reader."""
        return self._thread.is_alive()

    def seek(self, offset: int) -> bool:
        """Continue at `offset`; False outside the clip."""
        if not 0 <= offset <= self._source.size_bytes:
            return False
        with self._changed:
            self._offset = offset
        return True

    def ask(self, size: int) -> None:
        """Ask for at most `size` bytes at the current place without waiting; `take` gets them."""
        with self._changed:
            self._answer = None
            self._request = (self._offset, size)
            self._asked_at = time.monotonic()
            self._changed.notify_all()

    def take(self, timeout_s: float | None = None) -> bytes | None:
        """The bytes asked for (empty at the end), or None: not yet, failed, or abandoned."""
        with self._changed:
            self._changed.wait_for(lambda: self._answer is not None or self._is_over, timeout_s)
            if self._is_over or self._answer is None:
                return None
            answer, self._answer = self._answer, None
            self._offset += len(answer)
            return answer

    def read(self, size: int) -> bytes | None:
        """Ask and wait; None when reading failed or was abandoned."""
        self.ask(size)
        return self.take()

    def abandon(self) -> None:
        """Give up: whoever waits gets None at once, and the thread closes the reader as soon as it can."""
        with self._changed:
            self._is_abandoned = True
            self._changed.notify_all()

    def close(self) -> None:
        """Give up and wait a moment for the reader to be closed; a reader that hangs is left to its thread."""
        self.abandon()
        if threading.current_thread() is not self._thread:
            self._thread.join(_CLOSE_WAIT_S)

    @property
    def _is_over(self) -> bool:
        return self._is_abandoned or self._has_failed

    def _run(self) -> None:
        reader: BinaryReader | None = None
        try:
            while (request := self._next_request()) is not None:
                if reader is None:
                    reader = self._source.open()
                self._deliver(self._read_from(reader, *request))
        except Exception as problem:  # noqa: BLE001 - whatever a reader raises becomes the play's failure, told below
            self._fail(problem)
        finally:
            if reader is not None:
                try:
                    reader.close()
                except Exception as problem:  # noqa: BLE001 - closing may fail on a drive that is gone
                    self._fail(problem)

    def _next_request(self) -> tuple[int, int] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_abandoned or (self._request is not None and self._answer is None))
            return None if self._is_abandoned else self._request

    def _read_from(self, reader: BinaryReader, offset: int, size: int) -> bytes:
        wanted = min(size, self._source.size_bytes - offset)
        if wanted <= 0:
            return b""
        reader.seek(offset)
        data = reader.read(wanted)
        if not data:
            raise SourceShortError(declared_bytes=self._source.size_bytes, at_byte=offset)
        if len(data) > wanted:  # it would be written past the end of libVLC's buffer
            raise SourceUnreadableError(reason="more bytes than asked for")
        return bytes(data)

    def _deliver(self, data: bytes) -> None:
        with self._changed:
            self._request = None
            self._answer = data
            self._changed.notify_all()

    def _fail(self, problem: Exception) -> None:
        with self._changed:
            is_news = not self._is_over
            self._request = None
            self._has_failed = True
            self._changed.notify_all()
        if is_news:
            ours = problem if isinstance(problem, PocusError) else None
            self._on_failure(ours or SourceUnreadableError(reason=type(problem).__name__))
