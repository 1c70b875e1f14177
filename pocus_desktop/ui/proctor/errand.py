"""Work that may wait for a disk or a network, off the GUI thread; what came of it is told on the GUI thread."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Qt, Signal

from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.words import Explanation

Work = Callable[[], Explanation | None]


class Errands(QObject):
    """One after the other.

    Args:
        parent: The owner.

    Signals:
        done: What came of one; an `Explanation`, None, or the `PocusError` that kept it from being done.
    """

    done = Signal(object)
    _came = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="console")
        self._came.connect(self.done, Qt.ConnectionType.QueuedConnection)

    def run(self, work: Work) -> None:
        """Do it when those before it are done."""
        self._pool.submit(self._do, work)

    def close(self) -> None:
        """Wait for what is under way; what has not begun is not done."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _do(self, work: Work) -> None:
        try:
            self._came.emit(work())
        except PocusError as error:
            self._came.emit(error)
        except Exception as bug:  # noqa: BLE001 - a worker has no one above it: it is told like any other error
            log.bug("console.errand_failed", bug)
            self._came.emit(PocusError(code="kernel.unexpected"))
