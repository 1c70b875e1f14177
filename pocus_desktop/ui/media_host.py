"""Plays the clips of a step: one player, owned here, so that changing screens never loses a play.

A play is counted durably before the player starts: `ask_play` emits `PlayClip` and waits until a view shows the play
counted. What the player then tells goes back as `ReportMedia`, positions about seven times a second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.media.events import (
    AudioSilent,
    Ended,
    Failed,
    Paused,
    PlayerEvent,
    Recovered,
    Resumed,
    Sink,
    Stalled,
    Started,
)
from pocus_desktop.media.frames import FrameBuffer
from pocus_desktop.media.player import MediaSource, Player, PlayerState
from pocus_desktop.sitting.intents import PlayClip, ReportMedia
from pocus_desktop.sitting.views import CaseView, ClipState, View
from pocus_desktop.ui.pictures import Content
from pocus_desktop.ui.video.relay import PlayerRelay

PlayerFactory: TypeAlias = Callable[[Sink], Player]
"""Makes a player that tells its events to the sink."""

SHOW_MS: Final = 50
"""How often the position on the screen moves."""

REPORT_MS: Final = 150
"""How often the position is told to the sitting where it moved: who comes back after a crash is no more than half a
second from what they saw. The sitting makes few of these durable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """What the player is doing with a clip.

    Attributes:
        state: The player's state; EMPTY where it holds another clip or none.
        position_ms: Where it is.
        duration_ms: How long it is; 0 while unknown.
        is_waiting: A play was asked for and is being counted.
        is_silent: Sound is decoded and nobody can hear it.
        failure: The code of what went wrong; empty where nothing did.
    """

    state: PlayerState = PlayerState.EMPTY
    position_ms: int = 0
    duration_ms: int = 0
    is_waiting: bool = False
    is_silent: bool = False
    failure: str = ""
    failure_params: tuple[tuple[str, object], ...] = ()


class MediaHost(QObject):
    """Owns the player of a window.

    Args:
        make_player: Makes the player, when first a clip is to be played (and so long after the first paint).
        parent: The owner.

    Signals:
        intended: `PlayClip` or `ReportMedia`.
        changed: Something about the clip of this key changed.
        frame_ready: A new picture is in the player's frame buffer.
    """

    intended = Signal(object)
    changed = Signal(str)
    frame_ready = Signal()

    def __init__(self, make_player: PlayerFactory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make_player = make_player
        self._relay: PlayerRelay | None = None
        self._content: Content | None = None
        self._clips: dict[str, ClipState] = {}
        self._key = ""
        self._waiting: tuple[str, int] | None = None
        self._volume = 80
        self._told_ms = 0
        self._is_resuming = False
        self._standing: tuple[PlayerState, int] | None = None
        self._is_under_way = False
        self._is_silent = False
        self._failure = Failed(code="")
        self._moving = QTimer(self)
        self._moving.setInterval(SHOW_MS)
        self._moving.timeout.connect(self._on_moving)
        self._report = QTimer(self)
        self._report.setInterval(REPORT_MS)
        self._report.timeout.connect(self._on_report)

    def attach(self, content: Content) -> None:
        """Play from this content from now on."""
        self._content = content

    @property
    def _player(self) -> Player | None:
        return self._relay.player if self._relay is not None else None

    @property
    def frames(self) -> FrameBuffer | None:
        """Where the pictures are; None before there is a player."""
        return self._player.frames if self._player is not None else None

    def playing(self, key: str) -> Playing:
        """What the player is doing with a clip."""
        is_waiting = self._waiting is not None and self._waiting[0] == key
        if key != self._key or self._player is None:
            return Playing(is_waiting=is_waiting)
        state, position_ms = self._standing or (self._player.state, self._player.position_ms())
        return Playing(
            state=state,
            position_ms=position_ms,
            duration_ms=self._player.duration_ms,
            is_waiting=is_waiting,
            is_silent=self._is_silent,
            failure=self._failure.code,
            failure_params=tuple(self._failure.params.items()),
        )

    def follow(self, view: View) -> None:
        """Take what a view says about clips: counted plays start, clips that left the stage stop."""
        screen = view.screen
        self._volume = view.chrome.comfort.volume_percent
        if self._player is not None:
            self._player.set_volume(self._volume)
        states = screen.stage if isinstance(screen, CaseView) else ()
        self._clips = {state.key: state for state in states if isinstance(state, ClipState)}
        if self._key and self._key not in self._clips:
            self.leave()
        if self._waiting is not None:
            self._look_for_count(view)

    def ask_play(self, key: str) -> None:
        """Play a clip: go on where it was paused, or ask for a play to be counted."""
        clip = self._clips.get(key)
        if clip is None or self._waiting is not None:
            return
        if self._is_held(key) and self._player is not None:
            self._player.play()
        elif clip.is_started and not clip.is_ended and not clip.failure and key != self._key:
            self._begin(clip, at_ms=clip.position_ms, is_resuming=True)
        else:
            self._waiting = (key, clip.plays_used)
            self.changed.emit(key)
            self.intended.emit(PlayClip(clip=key))

    def pause(self) -> None:
        """Hold what plays."""
        if self._player is not None and self._player.state in (PlayerState.PLAYING, PlayerState.STALLED):
            self._player.pause()

    def seek(self, position_ms: int) -> None:
        """Jump within the clip, as far as its policy allows (the panel knows it)."""
        if self._player is not None and self._key:
            self._player.seek(position_ms)
            self.changed.emit(self._key)

    def leave(self) -> None:
        """Stop what plays and tell where it stood; called when a step is left."""
        self._waiting = self._standing = None
        if self._player is None or not self._key:
            return
        key, self._key = self._key, ""
        self._report.stop()
        self._moving.stop()
        if self._player.state in (PlayerState.PLAYING, PlayerState.STALLED):
            self.intended.emit(ReportMedia(clip=key, what="paused", position_ms=self._player.position_ms()))
        self._player.stop()

    def stand_at(self, key: str, position_ms: int, state: PlayerState) -> None:
        """Show the picture of a clip at a place, and play and count nothing: for who looks at a sitting afterwards.

        Args:
            key: A clip on the stage.
            position_ms: Where it was.
            state: What it did then, which the controls tell.
        """
        clip = self._clips.get(key)
        if clip is None:
            return
        if key != self._key:
            self._key, self._is_under_way, self._is_silent = key, False, False
            self._failure = Failed(code="")
            try:
                source = self._source(clip)
                self._ready_player().load(source)
            except PocusError as error:
                self._failure = Failed(code=error.code, params=error.params)
        self._standing = (state, position_ms)
        if self._player is not None and not self._failure.code:
            self._player.seek(position_ms)
        self.changed.emit(key)

    def close(self) -> None:
        """Let go of the player."""
        self._moving.stop()
        self._report.stop()
        if self._relay is not None:
            self._relay.close()
            self._relay = None
        self._key = ""

    def explain(self, playing: Playing, language: str) -> Explanation:
        """The words for what went wrong with a clip."""
        failure = PocusError(**dict(playing.failure_params))  # type: ignore[arg-type]  # safe parameters by the event's type
        failure.code = playing.failure  # type: ignore[misc]  # the error's code came as data
        return failure.explain(language)

    def _is_held(self, key: str) -> bool:
        """Whether a counted play of this clip is opening or paused, so that playing on counts nothing more."""
        held = (PlayerState.OPENING, PlayerState.READY, PlayerState.PAUSED)
        return key == self._key and self._is_under_way and self._player is not None and self._player.state in held

    def _look_for_count(self, view: View) -> None:
        assert self._waiting is not None  # noqa: S101 - its caller looked
        key, used = self._waiting
        clip = self._clips.get(key)
        if clip is None:
            self._waiting = None
        elif clip.plays_used > used and clip.is_started:
            self._waiting = None
            self._begin(clip, at_ms=0, is_resuming=False)
        elif any(notice.kind == "refused" for notice in view.chrome.notices):
            self._waiting = None
            self.changed.emit(key)

    def _begin(self, clip: ClipState, *, at_ms: int, is_resuming: bool) -> None:
        if clip.key != self._key:
            self.leave()
        self._key, self._is_under_way = clip.key, True
        self._failure = Failed(code="")
        self._is_silent = False
        self._told_ms = at_ms
        self._is_resuming = is_resuming
        try:
            source = self._source(clip)
            player = self._ready_player()
            player.load(source)
            if player.state is PlayerState.FAILED:  # nothing to play on: told as an event
                return
            player.set_volume(self._volume)
            if at_ms:
                player.seek(at_ms)
            player.play()
        except PocusError as error:
            self._fail(Failed(code=error.code, params=error.params))
            return
        self._moving.start()
        self._report.start()
        self.changed.emit(clip.key)

    def _ready_player(self) -> Player:
        if self._relay is None:
            self._relay = PlayerRelay(self._make_player, self)
            self._relay.happened.connect(self._on_event)
            self._relay.frame_ready.connect(self.frame_ready)
        return self._relay.player

    def _source(self, clip: ClipState) -> MediaSource:
        assert self._content is not None  # noqa: S101 - the window attaches before it shows clips
        content, name = self._content, clip.clip.file
        return MediaSource(
            open=lambda: content.open(name),
            size_bytes=content.size_bytes(name),
            kind="video" if clip.clip.video is not None else "audio",
            width_px=clip.clip.width_px or 0,
            height_px=clip.clip.height_px or 0,
            duration_ms=clip.clip.duration_ms or 0,
        )

    @Slot(object)
    def _on_event(self, event: PlayerEvent) -> None:
        if not self._key:
            return
        match event:
            case Started() if self._is_resuming:
                self._is_resuming = False
                self._tell("resumed", event.position_ms)
            case Paused():
                self._tell("paused", event.position_ms)
            case Resumed():
                self._tell("resumed", event.position_ms)
            case Stalled():
                self._tell("stalled", event.position_ms)
            case Recovered():
                self._tell("recovered", event.position_ms)
            case Ended():
                self._is_under_way = False
                self._report.stop()
                self._tell("ended", event.position_ms)
            case Failed():
                self._fail(event)
            case AudioSilent():
                self._is_silent = True
            case _:
                pass
        self.changed.emit(self._key)

    def _fail(self, failed: Failed) -> None:
        self._failure = failed
        self._is_under_way = False
        self._report.stop()
        at_ms = self._player.position_ms() if self._player is not None else 0
        self.intended.emit(ReportMedia(clip=self._key, what="failed", position_ms=at_ms, reason=failed.code))
        self.changed.emit(self._key)

    def _on_moving(self) -> None:
        if self._key:
            self.changed.emit(self._key)

    def _on_report(self) -> None:
        """A jump in a paused clip is told too."""
        player = self._player
        if player is None or not self._key or player.state not in (PlayerState.PLAYING, PlayerState.PAUSED):
            return
        position_ms = player.position_ms()
        if position_ms != self._told_ms:
            self._tell("position", position_ms)

    def _tell(self, what: str, position_ms: int) -> None:
        self._told_ms = position_ms
        self.intended.emit(ReportMedia(clip=self._key, what=what, position_ms=position_ms))  # type: ignore[arg-type]  # one of its words
