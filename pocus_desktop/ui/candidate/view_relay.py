"""Brings views, and the wish for what is being typed, from any thread to the GUI thread."""

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot

from pocus_desktop.sitting.views import View


class ViewRelay(QObject):
    """Give `take` to `on_view`, and `ask` to `before_stop`; the signals come on the thread that the relay lives in.

    Close it before it is deleted: a sitting outlives its window, and a view may still come.

    Signals:
        arrived: A view, always later and always on the relay's own thread.
        typed_asked: What is being typed is wanted at once; with a function to call then.
    """

    arrived = Signal(object)
    typed_asked = Signal(object)
    _handed = Signal(object)
    _asked = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._is_closed = False
        self._handed.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)
        self._asked.connect(self._ask_on, Qt.ConnectionType.QueuedConnection)

    def take(self, view: View) -> None:
        """Enqueue a view; may be called from any thread."""
        with self._lock:
            if not self._is_closed:
                self._handed.emit(view)

    def ask(self, done: Callable[[], None]) -> None:
        """Enqueue the wish; may be called from any thread. There is nothing to wait for once it is closed."""
        with self._lock:
            if not self._is_closed:
                self._asked.emit(done)
                return
        done()

    def close(self) -> None:
        """Let views that still come fall."""
        with self._lock:
            self._is_closed = True

    @Slot(object)
    def _pass_on(self, view: object) -> None:
        self.arrived.emit(view)

    @Slot(object)
    def _ask_on(self, done: object) -> None:
        self.typed_asked.emit(done)
