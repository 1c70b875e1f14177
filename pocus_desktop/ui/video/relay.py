"""Carries a player's events from whatever thread they come to the GUI thread, and keeps the player polled."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from pocus_desktop.media.events import FrameReady, PlayerEvent, Sink
from pocus_desktop.media.player import Player

_POLL_MS = 40


class PlayerRelay(QObject):
    """Owns a player on the GUI thread.

    The sink only emits a signal to a queued slot of this object: a signal emitted off the GUI thread to anything else
    crashes sooner or later.

    Signals:
        happened: A `PlayerEvent` other than `FrameReady`, on the GUI thread, in order.
        frame_ready: A new picture is in `player.frames`; at most one is under way at a time.
    """

    happened = Signal(object)
    frame_ready = Signal()
    _arrived = Signal(object)
    _pictured = Signal()

    def __init__(self, make_player: Callable[[Sink], Player], parent: QObject | None = None) -> None:
        """Make the player and own it.

        Args:
            make_player: Such as `engine.player`; called at once, on this thread.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._is_closed = False
        self._is_picture_under_way = False
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._pictured.connect(self._picture, Qt.ConnectionType.QueuedConnection)
        self._player = make_player(self._take)
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._player.poll)
        self._timer.start()

    @property
    def player(self) -> Player:
        """The player; use it on the GUI thread only."""
        return self._player

    def close(self) -> None:
        """Close the player; nothing is told afterwards."""
        if self._is_closed:
            return
        self._is_closed = True
        self._timer.stop()
        self._player.close()

    def _take(self, event: PlayerEvent) -> None:
        """The sink: any thread."""
        if self._is_closed:
            return
        if not isinstance(event, FrameReady):
            self._arrived.emit(event)
        elif not self._is_picture_under_way:
            self._is_picture_under_way = True
            self._pictured.emit()

    @Slot(object)
    def _deliver(self, event: PlayerEvent) -> None:
        if not self._is_closed:
            self.happened.emit(event)

    @Slot()
    def _picture(self) -> None:
        self._is_picture_under_way = False
        if not self._is_closed:
            self.frame_ready.emit()
