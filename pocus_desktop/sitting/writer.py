"""Who does the work of a sitting: one thread that writes its journal, or the caller itself in tests and tools."""

import queue
import threading
from collections.abc import Callable
from typing import Protocol, TypeAlias

Work: TypeAlias = Callable[[], None]


class Writer(Protocol):
    """Does work in the order in which it was given, one piece at a time."""

    def submit(self, work: Work) -> None:
        """Do this after everything submitted before."""

    def close(self) -> None:
        """Finish what was submitted, then stop; more work is then not accepted."""


class InlineWriter:
    """Does the work at once, on the caller's thread; work submitted by work waits for its turn."""

    def __init__(self) -> None:
        self._waiting: list[Work] = []
        self._is_busy = False

    def submit(self, work: Work) -> None:
        """Do this, and what it submits, before returning."""
        self._waiting.append(work)
        if self._is_busy:
            return
        self._is_busy = True
        try:
            while self._waiting:
                self._waiting.pop(0)()
        finally:
            self._is_busy = False

    def close(self) -> None:
        """Nothing is left to finish."""


class ThreadWriter:
    """Does the work on a thread of its own, so that a slow disk holds up no screen.

    Attributes:
        on_fault: Told of an error that work let out; the thread then goes on with the next piece.
    """

    on_fault: Callable[[Exception], None]

    def __init__(self, name: str = "journal") -> None:
        self.on_fault = _tell_the_process
        self._queue: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=False)
        self._thread.start()

    def submit(self, work: Work) -> None:
        """Do this after everything submitted before; returns at once."""
        self._queue.put(work)

    def close(self) -> None:
        """Finish what was submitted, then end the thread. Called on the thread itself, it ends after this work."""
        self._queue.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while (work := self._queue.get()) is not None:
            try:
                work()
            except Exception as problem:  # noqa: BLE001 - whatever it is, the journal must stay usable
                self.on_fault(problem)


def _tell_the_process(problem: Exception) -> None:
    """Where nobody listens, an error on the thread is told as Python tells them."""
    threading.excepthook(threading.ExceptHookArgs((type(problem), problem, problem.__traceback__, None)))
