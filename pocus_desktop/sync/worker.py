"""The thread on which the outbox works, so that nobody waits for a network (docs/adr/0046)."""

import threading
from collections.abc import Callable
from typing import Final

from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sync.errors import OutboxUnreadableError
from pocus_desktop.sync.outbox import Attempt, Outbox

LONGEST_NAP_S: Final = 60.0
"""How long the thread sleeps at most: a suspended computer, a changed clock, or what another process (`pocus outbox
retry`) made due is noticed after that."""


class OutboxWorker:
    """Runs an outbox whenever something is due, until it is closed.

    `on_attempt` is called on the worker's thread and must only hand on what it is given.
    """

    def __init__(self, outbox: Outbox, *, clock: Clock, on_attempt: Callable[[Attempt], None]) -> None:
        self._outbox = outbox
        self._clock = clock
        self._on_attempt = on_attempt
        self._wish = threading.Condition()
        self._is_woken = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pocus-outbox", daemon=True)

    def start(self) -> None:
        """Begin; what is due is tried at once."""
        self._thread.start()

    def wake(self) -> None:
        """Look again now: something was enqueued or a person asked for another try."""
        with self._wish:
            self._is_woken = True
            self._wish.notify()

    def close(self, *, patience_s: float = 45.0) -> bool:
        """Stop after the delivery that is under way; whether it ended within `patience_s`.

        The outbox is left open; its files are sound whenever the process ends.
        """
        self._stop.set()
        self.wake()
        if self._thread.is_alive():
            self._thread.join(patience_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stop.is_set():
            with self._wish:
                self._is_woken = False
            self._rest(self._work())

    def _work(self) -> float:
        """One round; seconds until the next look."""
        try:
            self._outbox.run_once(self._clock.read().wall_ms, is_stopped=self._stop.is_set, on_attempt=self._tell)
            now_ms = self._clock.read().wall_ms
            due_ms = self._outbox.next_due_ms(now_ms)
        except OutboxUnreadableError as error:  # the files keep what they have; the disk may come back
            log.failure(error)
            return LONGEST_NAP_S
        return LONGEST_NAP_S if due_ms is None else min((due_ms - now_ms) / 1000, LONGEST_NAP_S)

    def _tell(self, attempt: Attempt) -> None:
        try:
            self._on_attempt(attempt)
        except PocusError as error:  # whoever listens has a trouble of its own; the others' results go on
            log.failure(error)

    def _rest(self, seconds: float) -> None:
        with self._wish:
            self._wish.wait_for(lambda: self._is_woken or self._stop.is_set(), timeout=seconds)
