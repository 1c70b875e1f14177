"""Brings views from any thread to the GUI thread."""

from PySide6.QtCore import QObject, Qt, Signal, Slot

from pocus_desktop.sitting.views import View


class ViewRelay(QObject):
    """Give `take` to `on_view`; `arrived` comes on the thread that the relay lives in.

    Signals:
        arrived: A view, always later and always on the relay's own thread.
    """

    arrived = Signal(object)
    _handed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._handed.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)

    def take(self, view: View) -> None:
        """Enqueue a view; may be called from any thread."""
        self._handed.emit(view)

    @Slot(object)
    def _pass_on(self, view: object) -> None:
        self.arrived.emit(view)
