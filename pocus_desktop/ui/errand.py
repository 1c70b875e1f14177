"""Work that waits for a disk or a network, off the GUI thread; what came of it is told on the GUI thread."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

from PySide6.QtCore import QObject, Qt, Signal

from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.words import Explanation

Work = Callable[[], Explanation | None]
_Found = TypeVar("_Found")


class Errands(QObject):
    """One after the other, in the order in which they were asked for.

    Args:
        parent: The owner.
    """

    _came = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="errand")
        self._under_way = 0
        self._is_closed = False
        self._came.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        """Whether something is under way, or waits for it."""
        return self._under_way > 0

    def run(self, work: Callable[[], _Found], then: Callable[[_Found | PocusError], None]) -> None:
        """Do it when those before it are done.

        Args:
            work: On a worker.
            then: Takes what came of it, or the error that kept it from being done; on the GUI thread.
        """
        if self._is_closed:  # a field that loses the focus as the window closes
            return
        self._under_way += 1
        self._pool.submit(self._do, work, then)

    def close(self) -> None:
        """Wait for what is under way; what has not begun is not done, and nobody is told any more."""
        self._is_closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _do(self, work: Callable[[], object], then: Callable[..., None]) -> None:
        try:
            came: object = work()
        except PocusError as error:
            came = error
        except Exception as bug:  # noqa: BLE001 - a worker has no one above it: it is told like any other error
            log.bug("ui.errand_failed", bug)
            came = PocusError(code="kernel.unexpected")
        self._came.emit(then, came)

    def _take(self, then: object, came: object) -> None:
        self._under_way -= 1
        if not self._is_closed:
            cast("Callable[[object], None]", then)(came)
