"""The time left, counted on between views. Warnings come as notices of the sitting, hidden or not."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from pocus_desktop.kernel.clock import Clock
from pocus_desktop.sitting.views import TimeLeft
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.parts.chip import Chip
from pocus_desktop.ui.words import Words


class TimeBadge(Chip):
    """One limit as a clock.

    Args:
        clock: The same clock that the views' readings come from.
        words: The candidate's language.
        formats: Its times.
        parent: The owner.
    """

    def __init__(self, *, clock: Clock, words: Words, formats: Formats, parent: QWidget | None = None) -> None:
        super().__init__(words("chrome.time_left"), icon_name="clock", parent=parent)
        self._clock = clock
        self._words = words
        self._formats = formats
        self._time: TimeLeft | None = None
        self._is_hidden = False
        self._beat = QTimer(self)
        self._beat.setInterval(250)
        self._beat.timeout.connect(self.refresh)

    def show_time(self, time: TimeLeft | None, *, is_hidden: bool) -> None:
        """Show a limit; hidden, the sitting still warns.

        Args:
            time: The limit; None where none runs.
            is_hidden: The candidate does not want to see it.
        """
        self._time, self._is_hidden = time, is_hidden
        self.setVisible(time is not None)
        if time is not None and time.is_running:
            self._beat.start()
        else:
            self._beat.stop()
        self.refresh()

    @property
    def left_ms(self) -> int | None:
        """What is left now; None where no limit runs."""
        time = self._time
        if time is None:
            return None
        gone = self._clock.read().monotonic_ms - time.at_monotonic_ms if time.is_running else 0
        return max(0, time.left_ms - gone)

    def refresh(self) -> None:
        """Look at the clock."""
        left = self.left_ms
        time = self._time
        if left is None or time is None:
            return
        scope = self._words(f"chrome.scope_{time.scope}")
        if self._is_hidden:
            self.tell(self._words("chrome.time_hidden"), icon_name="eye-off")
            return
        kind = "danger" if left <= 60_000 else "warning" if left <= 300_000 else ""
        icon_name = "clock" if time.is_running else "circle-pause"
        shown = self._words("chrome.time_of_scope", time=self._formats.clock(left), scope=scope)
        rough = left // 60_000 * 60_000 if left >= 120_000 else left // 10_000 * 10_000
        spoken = self._words("chrome.time_spoken", time=self._formats.spoken(rough), scope=scope)
        self.tell(shown, icon_name=icon_name, kind=kind, spoken=spoken)
