"""Group commit: what waits at the same moment is entered by one transaction.

Who comes first enters at once, alone; who comes while that goes on waits, and the first of those enters all that came
meanwhile. So nobody waits for company, and a disk that takes a hundred transactions a second still takes hundreds of
envelopes.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

MOST_AT_ONCE: Final = 64
"""What one transaction enters; it holds the log's row as long."""

_In = TypeVar("_In")
_Out = TypeVar("_Out")


class _Waiting(Generic[_In, _Out]):
    """One caller: woken when its outcome is there, or when it is its turn to lead."""

    def __init__(self, request: _In) -> None:
        self.request = request
        self.outcome: _Out | BaseException | None = None
        self.is_over = False
        self.woken = threading.Event()


class Committer(Generic[_In, _Out]):
    """Gathers what several threads want entered."""

    def __init__(
        self, enter: Callable[[Sequence[_In]], Sequence[_Out | Exception]], *, most: int = MOST_AT_ONCE
    ) -> None:
        """Prepare.

        Args:
            enter: Enters several in one transaction and gives an outcome for each; an exception raised fails them all.
            most: How many at once.
        """
        self._enter = enter
        self._most = most
        self._lock = threading.Lock()
        self._queue: deque[_Waiting[_In, _Out]] = deque()
        self._is_led = False

    def submit(self, request: _In) -> _Out:
        """Enter one request, with others that wait; its outcome.

        Raises:
            Exception: What `enter` gave for it, or raised.
        """
        own = _Waiting[_In, _Out](request)
        with self._lock:
            self._queue.append(own)
            leads, self._is_led = not self._is_led, True
        if not leads:
            own.woken.wait()
        if not own.is_over:
            self._lead()
        if isinstance(own.outcome, BaseException):
            raise own.outcome
        return own.outcome  # type: ignore[return-value]  # it is over, so there is one

    def _lead(self) -> None:
        """Enter the first of the queue, which is the caller, and those behind it; then give the lead away."""
        with self._lock:
            batch = [self._queue.popleft() for _ in range(min(self._most, len(self._queue)))]
        try:
            outcomes: Sequence[_Out | BaseException] = self._enter([waiting.request for waiting in batch])
        except BaseException as problem:  # noqa: BLE001 - whoever waits must be told, whatever it was
            outcomes = [problem] * len(batch)
        with self._lock:
            following = self._queue[0] if self._queue else None
            self._is_led = following is not None
        for waiting, outcome in zip(batch, outcomes, strict=True):
            waiting.outcome, waiting.is_over = outcome, True
            waiting.woken.set()
        if following is not None:
            following.woken.set()
