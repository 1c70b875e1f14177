"""Joins Qt, the platform's probe and the detector over one sitting's window."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from pocus_desktop.kernel.clock import Clock
from pocus_desktop.sitting.integrity.detector import Fact, Looked, Stood, Struck, Watch, step
from pocus_desktop.sitting.intents import NoteIntegrity
from pocus_desktop.sitting.views import (
    CaseView,
    FarewellView,
    HandedInView,
    ReviewView,
    StoppedView,
    SurveyView,
    View,
)
from pocus_desktop.ui.integrity.probe import Probe

LOOK_MS: Final = 10_000
"""How often the platform is asked."""

SETTLE_MS: Final = 200
"""What is shorter is not seen: between two windows of the program, none has the focus."""

_TELL_WHOSE_CLIPBOARD: Final = frozenset({"xcb", "wayland", "windows", "cocoa"})
"""Qt's platforms that know whether this program put there what is in the clipboard."""

_OVER: Final = (HandedInView, SurveyView, FarewellView)
_ATTENDED: Final = (CaseView, ReviewView)
"""Where the candidate is to be at the screen: not in a pause, not in a break."""


class Watcher(QObject):
    """Watches while a sitting that counts goes on; says what is worth noting.

    Args:
        window: The sitting's.
        clock: The sitting's.
        probe: Asks the platform; None where nothing but Qt is asked.

    Signals:
        intended: A `NoteIntegrity`.
    """

    intended = Signal(object)
    _found = Signal(object)

    def __init__(self, window: QWidget, *, clock: Clock, probe: Probe | None) -> None:
        super().__init__(window)
        self._window = window
        self._clock = clock
        self._probe = probe
        self._watch = Watch()
        self._is_on = False
        self._is_attended = False
        self._is_asking = False
        self._was_front = False
        self._was_whole = False
        self._worker: ThreadPoolExecutor | None = None
        self._due = QTimer(self)
        self._due.setInterval(LOOK_MS)
        self._due.timeout.connect(self._look)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE_MS)
        self._settling.timeout.connect(self._look_at_window)
        self._found.connect(self._on_found, Qt.ConnectionType.QueuedConnection)

    @property
    def is_on(self) -> bool:
        """Whether it watches."""
        return self._is_on

    @property
    def is_settling(self) -> bool:
        """Whether a change of the window has still to be looked at."""
        return self._settling.isActive()

    @property
    def has_been_in_front(self) -> bool:
        """Whether the window was seen in front; what it never had, it cannot lose."""
        return self._was_front

    @property
    def has_filled_the_screen(self) -> bool:
        """Whether the window was seen to; likewise."""
        return self._was_whole

    def follow(self, view: View) -> None:
        """Begin, go on or stop with what the sitting shows."""
        if isinstance(view.screen, _OVER):
            self.close()
            return
        self._is_attended = isinstance(view.screen, _ATTENDED)
        if not self._is_on and not isinstance(view.screen, StoppedView):
            self._begin()
        self.window_changed()

    def window_changed(self) -> None:
        """Focus or state of the window changed; looked at once it has settled."""
        if self._is_on:
            self._settling.start()

    def close(self) -> None:
        """Stop, and wait for the worker."""
        if not self._is_on:
            return
        self._is_on = False
        self._due.stop()
        self._settling.stop()
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.screenAdded.disconnect(self._look_at_displays)
            application.screenRemoved.disconnect(self._look_at_displays)
            QGuiApplication.clipboard().dataChanged.disconnect(self._on_clipboard)
        if self._worker is not None:
            self._worker.shutdown(wait=True, cancel_futures=True)
            self._worker = None

    def see_key(self, key: int) -> None:
        """A key was let go that no widget wanted; the one for a picture of the screen is noted where Qt is shown it."""
        if self._is_on and key in {Qt.Key.Key_Print, Qt.Key.Key_SysReq}:
            self._strike(Struck(what="print-screen"))

    def see_clipboard(self, *, is_own: bool) -> None:
        """The clipboard changed: by this program, or by another."""
        if self._is_on and not is_own:
            self._strike(Struck(what="clipboard"))

    def _begin(self) -> None:
        self._is_on = True
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101 - it has a window
        application.screenAdded.connect(self._look_at_displays)
        application.screenRemoved.connect(self._look_at_displays)
        QGuiApplication.clipboard().dataChanged.connect(self._on_clipboard)
        self._due.start()
        self._look()

    def _look(self) -> None:
        self._look_at_displays()
        if self._probe is None or self._is_asking:
            return
        if self._worker is None:
            self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="integrity")
        self._is_asking = True
        probe = self._probe
        self._worker.submit(lambda: self._found.emit(probe.look()))

    def _look_at_window(self) -> None:
        is_away = QApplication.activeWindow() is None and QApplication.activeModalWidget() is None
        self._was_front = self._was_front or not is_away
        self._tell(Stood(what="focus", is_on=self._is_attended and self._was_front and is_away))
        self._was_whole = self._was_whole or self._window.isFullScreen()
        is_small = self._was_whole and not self._window.isFullScreen()
        self._tell(Stood(what="full-screen", is_on=self._is_attended and is_small))

    def _look_at_displays(self) -> None:
        self._tell(Looked(displays=len(QGuiApplication.screens())))

    @Slot(object)
    def _on_found(self, looked: object) -> None:
        self._is_asking = False
        if self._is_on and isinstance(looked, Looked):
            self._tell(looked)

    def _on_clipboard(self) -> None:
        tells = QGuiApplication.platformName() in _TELL_WHOSE_CLIPBOARD
        self.see_clipboard(is_own=not tells or QGuiApplication.clipboard().ownsClipboard())

    def _strike(self, struck: Struck) -> None:
        if self._is_attended:
            self._tell(struck)

    def _tell(self, fact: Fact) -> None:
        self._watch, notes = step(self._watch, fact, now_ms=self._clock.read().monotonic_ms)
        for note in notes:
            self.intended.emit(NoteIntegrity(what=note.what.value, detail=note.detail))
