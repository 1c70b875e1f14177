"""Runs the probes: quick ones at once on a worker, the media engine on the thread that will use it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.ui.check.battery import probe_battery, read_power
from pocus_desktop.ui.check.clock import probe_clock
from pocus_desktop.ui.check.disk import ROOM_BYTES, probe_disk
from pocus_desktop.ui.check.finding import Finding
from pocus_desktop.ui.check.screen import probe_screen, read_screens

PROBES = ("picture", "sound", "disk", "clock", "screen", "battery")
"""All probes, in the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFindings:
    """What the media engine says of itself.

    Attributes:
        error: Why clips cannot be played; None where they can.
        version: The engine's version; empty where there is none.
        has_sound_device: Whether sound can be heard; None where it cannot be told without playing.
    """

    error: PocusError | None
    version: str = ""
    has_sound_device: bool | None = None


class Inspector(QObject):
    """Looks at this machine.

    Args:
        clock: The clock that the sitting uses.
        folder: Where answers will stand.
        check_engine: Asks the media engine; called on the GUI thread, after the screen is shown.
        parent: The owner.

    Signals:
        found: A `Finding`, one after the other.
        finished: All probes have told.
    """

    found = Signal(object)
    finished = Signal()
    _handed = Signal(object)

    def __init__(
        self, *, clock: Clock, folder: Path, check_engine: Callable[[], EngineFindings], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._folder = folder
        self._check_engine = check_engine
        self._left = 0
        self._handed.connect(self._on_found, Qt.ConnectionType.QueuedConnection)
        self._engine_due = QTimer(self)
        self._engine_due.setSingleShot(True)
        self._engine_due.timeout.connect(self._ask_engine)
        self._worker: ThreadPoolExecutor | None = None

    def inspect(self, *, room_bytes: int = ROOM_BYTES) -> None:
        """Start all probes; what they find comes as `found`.

        Args:
            room_bytes: How much room the sitting may take.
        """
        self._left = len(PROBES)
        if self._worker is None:
            self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="probes")
        self._worker.submit(self._ask_disk, room_bytes)
        self._worker.submit(self._ask_battery)
        self._handed.emit(probe_clock(self._clock.read()))
        self._handed.emit(probe_screen(read_screens()))
        self._engine_due.start(50)

    def close(self) -> None:
        """Wait for the worker and let it go."""
        self._engine_due.stop()
        if self._worker is not None:
            self._worker.shutdown(wait=True, cancel_futures=True)
            self._worker = None

    def _ask_disk(self, room_bytes: int) -> None:
        self._handed.emit(probe_disk(self._folder, room_bytes=room_bytes))

    def _ask_battery(self) -> None:
        self._handed.emit(probe_battery(read_power()))

    def _ask_engine(self) -> None:
        engine = self._check_engine()
        if engine.error is not None:
            told = (("code", engine.error.code),)
            self._handed.emit(Finding(probe="picture", level="problem", code="engine_missing", params=told))
            self._handed.emit(Finding(probe="sound", level="problem", code="engine_missing", params=told))
            return
        self._handed.emit(
            Finding(probe="picture", level="ok", code="picture_ok", params=(("version", engine.version),))
        )
        if engine.has_sound_device is False:
            self._handed.emit(Finding(probe="sound", level="problem", code="sound_no_device"))
        else:
            self._handed.emit(Finding(probe="sound", level="ok", code="sound_ok"))

    @Slot(object)
    def _on_found(self, finding: Finding) -> None:
        self.found.emit(finding)
        self._left -= 1
        if self._left == 0:
            self.finished.emit()
