"""An ultrasound cine on the stage: play, pause, step, loop, speed, scrub, zoom and brightness; every frame exact."""

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider, QVBoxLayout

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.cine_clock import SPEEDS, CinePlayback
from pocus_desktop.sitting.intents import ReportCine
from pocus_desktop.sitting.views import CineState
from pocus_desktop.ui.candidate.stage.panning import Panning
from pocus_desktop.ui.candidate.stage.zoom_bar import ZoomBar
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.pictures import Pictures
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.video.cine_surface import CineSurface
from pocus_desktop.ui.words import Words

_ZOOM_STEP = 1.5


class CinePanel(QFrame):
    """The loop with its controls; the frame it is left on is told once it stands still.

    Args:
        state: The cine and the frame it was left on.
        words: The candidate's language.
        formats: Its numbers.
        pictures: Where the frames come from.

    Signals:
        intended: `ReportCine`.
    """

    intended = Signal(object)

    def __init__(self, state: CineState, *, words: Words, formats: Formats, pictures: Pictures) -> None:
        super().__init__()
        self.setProperty("part", "stage")
        self._key = state.key
        self._cine = state.cine
        self._words, self._formats, self._pictures = words, formats, pictures
        self._told_frame = state.frame
        self._plays_when_shown = False
        worn = look.current()
        inside = worn.space("tight")
        column = QVBoxLayout(self)
        column.setContentsMargins(inside, inside, inside, inside)
        column.setSpacing(inside)
        alt = state.cine.alt(words.language)
        self._view = CineSurface()
        self._view.setAccessibleName(alt)
        self._view.setObjectName("picture")
        self._panning = Panning(self._view, words("picture.move"))
        self._playback: CinePlayback | None = None
        try:
            reader = pictures.cine(state.cine)
            info = reader.info
            self._playback = CinePlayback.of(info).looping(state.cine.loop).at_index(state.frame)
            self._view.set_cine(reader)
        except PocusError as error:
            told = error.explain(words.language)
            column.addWidget(Banner(kind="lost", what=told.what, next_step=told.next))
            column.addStretch(1)
            return
        column.addWidget(self._view, 1)
        column.addWidget(Label(alt, scale="fine", tone="stage-muted"))
        column.addLayout(self._scrub_row(info.frame_count))
        column.addWidget(self._control_row())
        self._since = QElapsedTimer()
        self._beat = QTimer(self)
        self._beat.setSingleShot(True)
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self._beat.timeout.connect(self._on_beat)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(500)
        self._settled.timeout.connect(self._tell_frame)
        self._show()
        self._plays_when_shown = not worn.is_reduced_motion and not info.is_still and state.frame == 0

    @property
    def playback(self) -> CinePlayback | None:
        """Where the cine stands; None where it cannot be shown."""
        return self._playback

    def flush(self) -> None:
        """Tell at once which frame it stands on."""
        if self._playback is not None:
            self._settled.stop()
            self._tell_frame()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """A loop that was not left on a frame begins to play when it is first seen; nothing does with less motion."""
        super().showEvent(event)
        if self._playback is not None and self._plays_when_shown:
            self._plays_when_shown = False
            self._set(self._playback.played())

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing plays unseen."""
        super().hideEvent(event)
        if self._playback is not None and self._playback.is_playing:
            self._set(self._playback.paused())

    def _scrub_row(self, count: int) -> QHBoxLayout:
        words = self._words
        row = QHBoxLayout()
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("scrub")
        self._slider.setProperty("ground", "stage")
        self._slider.setRange(0, count - 1)
        self._slider.setAccessibleName(words("cine.frame"))
        self._slider.valueChanged.connect(self._on_scrub)
        self._frame = Label("", scale="fine", tone="stage", wraps=False, is_tabular=True)
        row.addWidget(self._slider, 1)
        row.addWidget(self._frame)
        return row

    def _control_row(self) -> QFrame:
        words = self._words
        held = QFrame()
        row = FlowLayout(held, gap=look.current().space("tight"))
        self._play = Button(words("cine.play"), icon_name="play", kind="stage", is_icon_only=True)
        self._play.setObjectName("play")
        self._play.clicked.connect(self._on_play)
        back = Button(words("cine.step_back"), icon_name="step-back", kind="stage", is_icon_only=True)
        back.setObjectName("step-back")
        back.clicked.connect(lambda: self._step(-1))
        on = Button(words("cine.step_on"), icon_name="step-forward", kind="stage", is_icon_only=True)
        on.setObjectName("step-on")
        on.clicked.connect(lambda: self._step(1))
        loop = Button(words("cine.loop"), icon_name="repeat", kind="stage", is_icon_only=True)
        loop.setObjectName("loop")
        loop.setCheckable(True)
        loop.setChecked(self._cine.loop)
        loop.clicked.connect(self._on_loop)
        self._speed = DropDown(words("cine.speed"), is_on_stage=True)
        self._speed.setObjectName("speed")
        for speed in SPEEDS:
            self._speed.addItem(words("cine.speed_times", speed=self._formats.number(speed)), speed)
        self._speed.setCurrentIndex(SPEEDS.index(1.0))
        self._speed.currentIndexChanged.connect(self._on_speed)
        for widget in (self._play, back, on, loop, self._speed):
            row.addWidget(widget)
        zoom = ZoomBar(words)
        zoom.zoom_asked.connect(self._on_zoom)
        zoom.brightness_asked.connect(lambda brightness: self._view.set_tone(brightness, 0))
        row.addWidget(zoom)
        return held

    def _set(self, playback: CinePlayback) -> None:
        self._playback = playback
        self._show()
        change = playback.next_change_us()
        if change is None:
            self._beat.stop()
            self._settled.start()
        else:
            self._since.start()
            self._beat.start(max(1, -(-change // 1000)))

    def _show(self) -> None:
        playback = self._playback
        assert playback is not None  # noqa: S101 - only called where there is one
        self._view.show_index(playback.index)
        self._slider.blockSignals(True)
        self._slider.setValue(playback.index)
        self._slider.blockSignals(False)
        told = self._words(
            "cine.frame_of",
            frame=self._formats.number(playback.index + 1),
            count=self._formats.number(playback.info.frame_count),
        )
        self._frame.setText(told)
        if not playback.is_playing:
            self._slider.setAccessibleDescription(told)
        self._play.say(self._words("cine.pause" if playback.is_playing else "cine.play"))
        self._play.show_icon("pause" if playback.is_playing else "play")

    def _on_beat(self) -> None:
        if self._playback is not None:
            self._set(self._playback.advanced(self._since.nsecsElapsed() // 1000))

    def _on_play(self) -> None:
        assert self._playback is not None  # noqa: S101 - the button is only there with one
        self._set(self._playback.paused() if self._playback.is_playing else self._playback.played())

    def _step(self, frames: int) -> None:
        assert self._playback is not None  # noqa: S101 - the button is only there with one
        self._set(self._playback.stepped(frames))

    def _on_scrub(self, index: int) -> None:
        assert self._playback is not None  # noqa: S101 - the slider is only there with one
        self._set(self._playback.at_index(index))

    def _on_loop(self, does_loop: bool) -> None:  # noqa: FBT001 - a slot of a signal
        assert self._playback is not None  # noqa: S101 - the button is only there with one
        self._set(self._playback.looping(does_loop))

    def _on_zoom(self, steps: int) -> None:
        self._view.set_zoom(self._view.zoom * _ZOOM_STEP**steps if steps else 1.0)
        self._panning.follow_zoom()

    def _on_speed(self, index: int) -> None:
        assert self._playback is not None  # noqa: S101 - the box is only there with one
        self._set(self._playback.at_speed(SPEEDS[index]))

    def _tell_frame(self) -> None:
        if self._playback is not None and not self._playback.is_playing and self._playback.index != self._told_frame:
            self._told_frame = self._playback.index
            self.intended.emit(ReportCine(cine=self._key, frame=self._told_frame))
