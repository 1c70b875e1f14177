"""Several processes of one hub behind one listening socket: started, started again where one dies, stopped together.

The operating system hands each connection to one of them. None keeps anything that another needs, so whichever dies
takes nothing with it but the requests it had.
"""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Final, NoReturn

from pocus_desktop.hub.errors import OneProcessError
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError

_TOLD: Final = (signal.SIGTERM, signal.SIGINT)
_PAUSE_S: Final = 1.0
"""Before a process that died soon after its start is started again."""


def run_several(count: int, work: Callable[[int], None]) -> None:
    """Keep `count` processes running `work`, until SIGTERM or SIGINT tells this one to stop them.

    Call it before there are threads. A process whose parent is gone stops by itself.

    Args:
        count: How many.
        work: What each does, told its number from 0; it returns when SIGTERM tells it to.

    Raises:
        OneProcessError: This system cannot divide a process.
    """
    if getattr(os, "fork", None) is None:
        raise OneProcessError
    _Family(count, work).run()


class _Family:
    def __init__(self, count: int, work: Callable[[int], None]) -> None:
        self._count = count
        self._work = work
        self._children: dict[int, tuple[int, float]] = {}  # by process id: number, and when it was started
        self._stopping = threading.Event()
        self._held, self._alive = os.pipe()  # the reading end tells a child when this process is gone

    def run(self) -> None:
        before = {number: signal.signal(number, self._stop) for number in _TOLD}
        try:
            for number in range(self._count):
                self._start(number)
            while self._children:
                self._mourn(*os.wait())
        finally:
            for told, handler in before.items():
                signal.signal(told, handler)
            os.close(self._held)
            os.close(self._alive)

    def _start(self, number: int) -> None:
        if self._stopping.is_set():
            return
        # what comes meanwhile waits: in the child for its own way to stop, here until the child is known
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _TOLD)
        try:
            child = os.fork()
            if child == 0:
                self._live(number, before)
            self._children[child] = (number, time.monotonic())
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if self._stopping.is_set():  # told so while it was being started
            _tell(child)

    def _live(self, number: int, before: Iterable[int]) -> NoReturn:
        """What a child does; it never returns into its parent's code."""
        status = 1
        try:
            for told in _TOLD:
                signal.signal(told, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            os.close(self._alive)
            threading.Thread(target=self._watch, daemon=True).start()
            self._work(number)
            status = 0
        except PocusError as error:
            log.failure(error)
        except BaseException as fault:  # noqa: BLE001 - the parent starts another; its text could hold anything
            log.event("hub.process_failed", number=number, kind=type(fault).__name__)
        finally:
            os._exit(status)

    def _watch(self) -> None:
        with contextlib.suppress(OSError):
            os.read(self._held, 1)  # returns when no one holds the other end any more
        os.kill(os.getpid(), signal.SIGTERM)

    def _mourn(self, child: int, status: int) -> None:
        number, started = self._children.pop(child, (None, 0.0))
        if number is None or self._stopping.is_set():
            return
        log.event("hub.process_ended", number=number, status=os.waitstatus_to_exitcode(status))
        if time.monotonic() - started < _PAUSE_S:
            time.sleep(_PAUSE_S)
        self._start(number)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping.set()
        for child in self._children:
            _tell(child)


def _tell(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGTERM)
