"""Plays the shipped test sound, and notices where nobody can hear it."""

from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from pocus_desktop.kernel import assets
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.events import AudioSilent, Ended, Failed, PlayerEvent
from pocus_desktop.media.player import MediaSource
from pocus_desktop.ui.media_host import PlayerFactory
from pocus_desktop.ui.video.relay import PlayerRelay

_LENGTH_MS: Final = 2600
"""Longer than a player needs to notice that nobody hears it."""


class SoundTest(QObject):
    """One sound, played as clips are played.

    Args:
        make_player: As of the media host.
        parent: The owner.

    Signals:
        told: `playing`, `ended`, `silent` (no device takes the sound) or `failed`.
    """

    told = Signal(str)

    def __init__(self, make_player: PlayerFactory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make_player = make_player
        self._relay: PlayerRelay | None = None

    def play(self, volume_percent: int) -> None:
        """Play it from the start."""
        file = assets.folder("sounds", "test.wav")
        try:
            if self._relay is None:
                self._relay = PlayerRelay(self._make_player, self)
                self._relay.happened.connect(self._on_event)
            player = self._relay.player
            player.load(
                MediaSource(
                    open=lambda: file.open("rb"),
                    size_bytes=file.stat().st_size,
                    kind="audio",
                    duration_ms=_LENGTH_MS,
                )
            )
            player.set_volume(volume_percent)
            player.play()
        except (PocusError, OSError):
            self.told.emit("failed")
            return
        self.told.emit("playing")

    def close(self) -> None:
        """Let go of the player."""
        if self._relay is not None:
            self._relay.close()
            self._relay = None

    @Slot(object)
    def _on_event(self, event: PlayerEvent) -> None:
        match event:
            case Ended():
                self.told.emit("ended")
            case AudioSilent():
                self.told.emit("silent")
            case Failed():
                self.told.emit("failed")
            case _:
                pass
