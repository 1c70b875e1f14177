"""A recorded scene: the picture, captions under it, play and pause, plays left, where it is, volume."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QSlider, QVBoxLayout, QWidget

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.player import PlayerState
from pocus_desktop.sitting.views import ClipState, Comfort
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.candidate.screens.screen import ScreenContext
from pocus_desktop.ui.candidate.stage.caption_band import CaptionBand
from pocus_desktop.ui.candidate.stage.captions import Captions
from pocus_desktop.ui.candidate.stage.video_face import VideoFace
from pocus_desktop.ui.media_host import Playing
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look


class ClipPanel(QFrame):
    """One clip.

    Args:
        state: The clip as it first stands.
        context: What screens are made with.

    Signals:
        volume_wanted: The candidate changes the volume.
    """

    volume_wanted = Signal(int)

    def __init__(self, state: ClipState, context: ScreenContext) -> None:
        super().__init__()
        self.setProperty("part", "stage")
        self.setObjectName(f"clip:{state.key}")
        self._state = state
        self._context = context
        self._comfort = Comfort()
        self._captions = Captions()
        self._is_here = False
        words = context.words
        worn = look.current()
        inside = worn.space("tight")
        column = QVBoxLayout(self)
        column.setContentsMargins(inside, inside, inside, inside)
        column.setSpacing(inside)
        title = state.clip.title(words.language) if state.clip.title is not None else words("stage.video", number=1)
        self._surface = VideoFace(title) if state.clip.video is not None else None
        if self._surface is not None:
            self._surface.clicked.connect(self._on_play)
        column.addWidget(self._surface if self._surface is not None else self._audio_face(title), 1)
        self._band = CaptionBand()
        column.addWidget(self._band)
        self._trouble: Banner | None = None
        self._trouble_of = self._put_away = ""
        column.addLayout(self._trouble_place())
        column.addLayout(self._seek_row())
        column.addLayout(self._control_row())
        try:
            self._captions = Captions.of(state.clip, language=words.language, content=context.pictures.content)
        except PocusError as error:
            self._show_trouble(error.code, error.explain(words.language).what, error.explain(words.language).next)
        context.media.changed.connect(self._on_changed)
        context.media.frame_ready.connect(self._on_frame)

    def render_state(self, state: ClipState, comfort: Comfort) -> None:
        """Show the clip as it stands."""
        self._state, self._comfort = state, comfort
        self._band.setVisible(comfort.captions and not self._captions.is_empty)
        if not self._volume.isSliderDown():
            self._volume.blockSignals(True)
            self._volume.setValue(comfort.volume_percent)
            self._volume.blockSignals(False)
        self._show(self._context.media.playing(state.key))

    def first_focus(self) -> QWidget:
        """Play."""
        return self._play

    def _audio_face(self, title: str) -> QWidget:
        held = QWidget()
        held.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(held)
        column.addStretch(1)
        column.addWidget(IconLabel("headphones", role="on_stage", size="icon_large"), 0, Qt.AlignmentFlag.AlignHCenter)
        label = Label(title, tone="stage", scale="lead")
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(label)
        column.addStretch(1)
        return held

    def _trouble_place(self) -> QVBoxLayout:
        self._troubles = QVBoxLayout()
        return self._troubles

    def _seek_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._seek = QSlider(Qt.Orientation.Horizontal)
        self._seek.setObjectName("seek")
        self._seek.setProperty("ground", "stage")
        self._seek.setAccessibleName(self._context.words("clip.position"))
        self._seek.setSingleStep(5000)
        self._seek.setPageStep(10000)
        self._seek.setTracking(False)
        self._seek.valueChanged.connect(self._on_seek)
        self._seek.sliderMoved.connect(self._on_drag)
        self._time = Label("", scale="fine", tone="stage", wraps=False, is_tabular=True)
        row.addWidget(self._seek, 1)
        row.addWidget(self._time)
        return row

    def _control_row(self) -> QHBoxLayout:
        words = self._context.words
        row = QHBoxLayout()
        row.setSpacing(look.current().space("snug"))
        self._play = Button(words("clip.play"), icon_name="play", kind="stage")
        self._play.setObjectName("play")
        self._play.clicked.connect(self._on_play)
        row.addWidget(self._play)
        self._plays = Label("", scale="fine", tone="stage-muted")
        row.addWidget(self._plays, 1)
        row.addWidget(IconLabel("volume-2", role="on_stage"))
        self._volume = QSlider(Qt.Orientation.Horizontal)
        self._volume.setObjectName("volume")
        self._volume.setProperty("ground", "stage")
        self._volume.setRange(0, 100)
        self._volume.setSingleStep(5)
        self._volume.setFixedWidth(look.current().fixed("control") * 2)
        self._volume.setAccessibleName(words("comfort.volume"))
        self._volume.setTracking(False)
        self._volume.valueChanged.connect(self.volume_wanted)
        row.addWidget(self._volume)
        return row

    def _on_changed(self, key: str) -> None:
        if key == self._state.key:
            self._show(self._context.media.playing(key))

    def _on_frame(self) -> None:
        is_here = self._context.media.playing(self._state.key).state is not PlayerState.EMPTY
        if is_here and self._surface is not None:
            self._surface.show_latest()

    def _show(self, playing: Playing) -> None:
        words, formats, state = self._context.words, self._context.formats, self._state
        is_here = playing.state is not PlayerState.EMPTY
        duration = (playing.duration_ms if is_here else 0) or state.clip.duration_ms or 0
        position = playing.position_ms if is_here else state.position_ms
        if is_here != self._is_here:
            self._is_here = is_here
            if self._surface is not None:
                self._surface.set_frames(self._context.media.frames if is_here else None)
        if not self._seek.isSliderDown():
            self._seek.blockSignals(True)
            self._seek.setRange(0, max(1, duration))
            self._seek.setValue(min(position, duration))
            self._seek.blockSignals(False)
        told = words("clip.time_of", position=formats.position(position), duration=formats.clock(duration))
        self._time.setText(told)
        is_playing = playing.state in (PlayerState.PLAYING, PlayerState.STALLED, PlayerState.OPENING)
        self._play.say(words(self._play_key(playing)))
        self._play.show_icon("pause" if is_playing else "play")
        self._plays.setText(self._plays_told())
        if self._comfort.captions:
            lines = self._captions.at(position) if is_here else ()
            self._band.show_lines(lines, caption_percent=self._comfort.caption_percent, now_ms=position)
        self._tell_trouble(playing)

    def _play_key(self, playing: Playing) -> str:
        state = self._state
        if playing.is_waiting:
            return "clip.starting"
        if playing.state in (PlayerState.PLAYING, PlayerState.STALLED, PlayerState.OPENING):
            return "clip.pause"
        if playing.state is PlayerState.PAUSED or (
            playing.state is PlayerState.EMPTY and state.is_started and not state.is_ended and state.position_ms > 0
        ):
            return "clip.go_on"
        return "clip.play_again" if state.plays_used else "clip.play"

    def _plays_told(self) -> str:
        words, state = self._context.words, self._state
        if state.plays_left is None:
            return words("clip.plays_free")
        if state.plays_left == 0:
            return words("clip.plays_none")
        return words("clip.plays_left_one" if state.plays_left == 1 else "clip.plays_left", count=state.plays_left)

    def _on_play(self) -> None:
        media, key = self._context.media, self._state.key
        playing = media.playing(key)
        if playing.state in (PlayerState.PLAYING, PlayerState.STALLED):
            media.pause()
            return
        can_go_on = playing.state is PlayerState.PAUSED or (self._state.is_started and not self._state.is_ended)
        if self._state.plays_left == 0 and not can_go_on:
            words = self._context.words
            self._show_trouble("no-plays", words("clip.no_plays"), words("clip.no_plays_next"), kind="info")
            return
        media.ask_play(key)

    def _on_drag(self, position_ms: int) -> None:
        formats = self._context.formats
        duration = self._seek.maximum()
        self._time.setText(
            self._context.words(
                "clip.time_of", position=formats.position(position_ms), duration=formats.clock(duration)
            )
        )

    def _on_seek(self, position_ms: int) -> None:
        media = self._context.media
        playing = media.playing(self._state.key)
        refused = self._why_not_wound(playing, position_ms)
        if refused:
            self._show_trouble(refused, self._context.words(f"clip.{refused}"), "", kind="info")
            self._show(playing)
            return
        media.seek(position_ms)

    def _why_not_wound(self, playing: Playing, position_ms: int) -> str:
        """The words of a refusal, by their key below `clip.`; empty where it may go there."""
        if self._state.clip.seek == "none":
            return "no_seek"
        if playing.state is PlayerState.EMPTY:
            return "not_started"
        return "only_back" if self._state.clip.seek == "back" and position_ms > playing.position_ms else ""

    def _tell_trouble(self, playing: Playing) -> None:
        words = self._context.words
        if playing.failure:
            told = self._context.media.explain(playing, words.language)
            self._show_trouble(playing.failure, told.what, told.next)
        elif playing.is_silent and self._put_away != "silent":
            self._show_trouble("silent", words("clip.silent"), words("clip.silent_next"), kind="warning")
        elif playing.state is PlayerState.STALLED:
            self._show_trouble("stalled", words("clip.stalled"), words("clip.stalled_next"), kind="warning")
        elif self._trouble_of in ("stalled", "silent") or (self._trouble_of.startswith("media.")):
            self._show_trouble("", "", "")

    def _show_trouble(self, code: str, what: str, next_step: str, *, kind: str = "lost") -> None:
        if code == self._trouble_of:
            return
        self._trouble_of = code
        if self._trouble is not None:
            self._trouble.hide()
            self._trouble.deleteLater()
            self._trouble = None
        if code:
            dismiss = self._context.words("notice.dismiss") if kind != "lost" else ""
            self._trouble = Banner(kind=kind, what=what, next_step=next_step, dismiss=dismiss)
            self._trouble.dismissed.connect(self._put_trouble_away)
            self._troubles.addWidget(self._trouble)
            announce(self, f"{what} {next_step}".strip())

    def _put_trouble_away(self) -> None:
        self._put_away = self._trouble_of
        self._show_trouble("", "", "")
