"""The window of an appeal: the timeline, what was on the screen at any moment of it, and every event."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QSplitter, QVBoxLayout, QWidget

from pocus_desktop.appeals.appeal import Appeal
from pocus_desktop.appeals.axis import Axis
from pocus_desktop.appeals.names import SHORT_PROMPT, Names
from pocus_desktop.appeals.plain import plain
from pocus_desktop.appeals.stamps import date_told, span_told, time_told
from pocus_desktop.appeals.stops import Stop, stops
from pocus_desktop.appeals.telling import Telling
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.appeals.event_list import EventList
from pocus_desktop.ui.appeals.face import Face
from pocus_desktop.ui.appeals.moment_panel import MomentPanel
from pocus_desktop.ui.appeals.track_painter import By
from pocus_desktop.ui.appeals.track_view import TrackView
from pocus_desktop.ui.appeals.transport_bar import TransportBar
from pocus_desktop.ui.appeals.walker import Walker
from pocus_desktop.ui.media_host import PlayerFactory
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.focus_ring import FocusRing
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.pictures import Content
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.theme.tokens import THEMES
from pocus_desktop.ui.words import Words

_TEXT_PERCENTS: Final = (100, 125, 150, 200)


class AppealWindow(QMainWindow):
    """Looks at one sitting.

    Args:
        appeal: What it is of.
        content: Pictures and recordings of the bundle; None where they are not at hand.
        make_player: Makes the player for pictures of clips.
        words: In the reader's language.
        is_blind: Leave out who the candidate is.
        parent: The owner.
    """

    def __init__(
        self,
        appeal: Appeal,
        *,
        content: Content | None,
        make_player: PlayerFactory,
        words: Words,
        is_blind: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._appeal, self._words, self._is_blind = appeal, words, is_blind
        told = appeal.timeline
        names = Names(appeal.course, words.language)
        self._telling = Telling(names)
        self._axis = Axis(told)
        self._stops = stops(told, Names(appeal.course, words.language, longest_prompt=SHORT_PROMPT))
        self._by: By = "elapsed"
        self.walker = Walker(self._stops, self._axis.length_ms, self)
        self.tracks = TrackView(told, self._telling, words=words)
        self.bar = TransportBar(words)
        self.panel = MomentPanel(told, self._telling, words=words)
        self.face = Face(appeal, self._telling, content=content, make_player=make_player, words=words)
        self.events = EventList(self._stops, words=words)
        self._ring = FocusRing(self)
        self.setLayoutDirection(words.direction)
        self.setWindowTitle(words("replay.title", sitting=plain(appeal.identity.sitting)))
        self._build()
        self._connect()
        self.walker.go(0)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Let go of players and pictures."""
        self.walker.pause()
        self.face.close_media()
        super().closeEvent(event)

    def _build(self) -> None:
        worn = look.current()
        edge = worn.space("base")
        whole = QWidget()
        whole.setProperty("ground", "canvas")
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        doubts = QVBoxLayout()
        doubts.setContentsMargins(edge, 0, edge, 0)
        doubts.setSpacing(worn.space("hair"))
        for doubt in self._appeal.timeline.doubts:
            said = self._telling.doubt(doubt)
            doubts.addWidget(Banner(kind="refused", what=said.what, next_step=said.next))
        column.addLayout(doubts)
        self._notice = Label("", scale="fine", tone="warning")
        left = QWidget()
        beside = QVBoxLayout(left)
        beside.setContentsMargins(edge, worn.space("tight"), worn.space("tight"), worn.space("snug"))
        beside.setSpacing(worn.space("tight"))
        beside.addWidget(self.tracks)
        beside.addWidget(self.bar)
        beside.addWidget(self._notice)
        down = QSplitter(Qt.Orientation.Vertical)
        down.addWidget(self.panel)
        down.addWidget(self.events)
        down.setChildrenCollapsible(False)
        down.setStretchFactor(1, 1)
        down.setSizes([worn.size("stage") * 2 // 3, worn.size("stage")])
        beside.addWidget(down, 1)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.addWidget(left)
        across.addWidget(self.face)
        across.setChildrenCollapsible(False)
        for side in (0, 1):
            across.setStretchFactor(side, 1)
        across.setSizes([worn.fixed("page"), worn.fixed("page")])  # as wide as each other, whatever they show
        column.addWidget(across, 1)
        self.setCentralWidget(whole)

    def _head(self) -> QWidget:
        words, identity, worn = self._words, self._appeal.identity, look.current()
        held = QFrame()
        held.setProperty("part", "bar-top")
        row = QHBoxLayout(held)
        row.setContentsMargins(worn.space("base"), worn.space("tight"), worn.space("base"), worn.space("tight"))
        who = words("replay.blind") if self._is_blind else f"{identity.candidate_name} ({identity.candidate_id})"
        title = QVBoxLayout()
        title.setSpacing(0)
        heading = Label(plain(who), weight="strong")
        heading.setObjectName("heading")
        title.addWidget(heading)
        day = date_told(self._appeal.timeline.begin.wall_ms)
        totals = self._appeal.timeline.totals
        summary = words(
            "replay.summary",
            consumed=span_told(totals.consumed_ms),
            held=span_told(totals.held_ms),
            credited=span_told(totals.credited_ms),
            lost=span_told(totals.lost_ms),
            granted=span_told(totals.granted_ms),
        )
        about = words("replay.about", sitting=identity.sitting, time=day, bundle=identity.bundle_id)
        title.addWidget(Label(plain(about), scale="fine", tone="muted"))
        title.addWidget(Label(summary, scale="fine", is_tabular=True))
        superseded = sum(not one.forks_at for one in identity.others)
        if superseded:
            title.addWidget(Label(words("replay.superseded", count=superseded), scale="fine", tone="muted"))
        row.addLayout(title, 1)
        self.theme = DropDown(words("replay.themes"))
        self.theme.setObjectName("theme")
        for theme in THEMES:
            called = words(f"replay.theme.{theme}")
            self.theme.addItem(called[:1].upper() + called[1:], theme)
        self.theme.setCurrentIndex(THEMES.index(worn.theme))
        self.text_size = DropDown(words("replay.text_size"))
        self.text_size.setObjectName("text-size")
        for percent in _TEXT_PERCENTS:
            self.text_size.addItem(words("format.percent", value=percent), percent)
        for chooser in (self.text_size, self.theme):
            chooser.currentIndexChanged.connect(self._wear)
            row.addWidget(chooser)
        return held

    def _connect(self) -> None:
        self.walker.moved.connect(self._on_moved)
        self.walker.playing_changed.connect(self.bar.show_playing)
        self.tracks.chosen.connect(self._on_chosen)
        self.events.chosen.connect(self._on_stop)
        self.face.refused.connect(self._on_refused)
        bar = self.bar
        bar.stepped.connect(lambda way: self._step(way, is_answer=False))
        bar.answer_stepped.connect(lambda way: self._step(way, is_answer=True))
        bar.play_asked.connect(self._on_play)
        bar.pace_chosen.connect(self._on_pace)
        bar.place_typed.connect(self._on_typed)
        bar.axis_chosen.connect(self._on_axis)
        bar.zoomed.connect(self._on_zoomed)
        for key, widget in (("Ctrl+G", bar.typed), ("Ctrl+F", self.events.search), ("Ctrl+T", self.tracks)):
            QShortcut(QKeySequence(key), self).activated.connect(widget.setFocus)

    def _on_moved(self, elapsed_ms: int, seq: int) -> None:
        at = self._axis.at(elapsed_ms)
        moment = self.face.show_moment(elapsed_ms)
        self.panel.show_moment(at, moment)
        spoken = self._words("replay.spoken_moment", time=time_told(at.wall_ms), exam=span_told(at.exam_ms))
        self.tracks.show_moment(elapsed_ms, spoken)
        self.events.show_moment(elapsed_ms, seq)
        self._notice.setText("")

    def _step(self, way: int, *, is_answer: bool) -> None:
        """To a stop, and say it."""
        before = (self.walker.elapsed_ms, self.walker.seq)
        (self.walker.go_on if way > 0 else self.walker.go_back)(is_answer=is_answer)
        if before == (self.walker.elapsed_ms, self.walker.seq):
            self._say(self._words("replay.no_more"))
            return
        stop = next((one for one in self._stops if one.at.seq == self.walker.seq), None)
        if stop is not None:
            announce(self.tracks, plain(" ".join((stop.what, *stop.more))))

    def _on_chosen(self, elapsed_ms: int) -> None:
        self.walker.pause()
        self.walker.go(elapsed_ms)

    def _on_stop(self, stop: Stop) -> None:
        self.walker.pause()
        self.walker.go(stop.at.elapsed_ms, seq=stop.at.seq)

    def _on_play(self) -> None:
        if self.walker.is_playing:
            self.walker.pause()
        else:
            self.walker.play()

    def _on_pace(self, pace: int) -> None:
        self.walker.pace = pace

    def _on_typed(self, typed: tuple[str, int] | None) -> None:
        """To what was typed: a time on the axis that is drawn to scale, or an entry."""
        if typed is None:
            self._say(self._words("replay.not_a_place"))
            return
        kind, value = typed
        if kind == "time":
            self._on_chosen(value if self._by == "elapsed" else self._axis.elapsed_at(value))
            return
        stop = next((one for one in self._stops if one.at.seq >= value), None)
        if stop is None:
            self._say(self._words("replay.no_entry", number=value))
        else:
            self._on_stop(stop)

    def _on_axis(self, by: By) -> None:
        self._by = by
        self.tracks.show_by(by)

    def _on_zoomed(self, way: int) -> None:
        (self.tracks.show_all, self.tracks.zoom_in, self.tracks.zoom_out)[way]()

    def _on_refused(self) -> None:
        self._say(self._words("replay.nothing_changes"))

    def _wear(self) -> None:
        worn = look.current()
        look.wear(worn._replace(theme=self.theme.currentData(), text_percent=self.text_size.currentData()))

    def _say(self, text: str) -> None:
        self._notice.setText(text)
        announce(self._notice, text)
