"""Brings views from any thread to the GUI thread."""

import threading

from PySide6.QtCore import QObject, Qt, Signal, Slot

from pocus_desktop.sitting.views import View


class ViewRelay(QObject):
    """Give `take` to `on_view`; `arrived` comes on the thread that the relay lives in.

    Close it before it is deleted: a sitting outlives its window, and a view may still come.

    Signals:
        arrived: A view, always later and always on the relay's own thread.
    """

    arrived = Signal(object)
    _handed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._is_closed = False
        self._handed.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)

    def take(self, view: View) -> None:
        """Enqueue a view; may be called from any thread."""
        with self._lock:
            if not self._is_closed:
                self._handed.emit(view)

    def close(self) -> None:
        """Let views that still come fall."""
        with self._lock:
            self._is_closed = True

    @Slot(object)
    def _pass_on(self, view: object) -> None:
        self.arrived.emit(view)
