"""The candidate's window: renders the views of one sitting and passes on what the candidate asks for."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QLayout, QMainWindow, QVBoxLayout, QWidget

from pocus_desktop.admission.mode import Mode
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.sitting.intents import GoNext, Intent, Leave, Pause, SeeWord, SetComfort
from pocus_desktop.sitting.views import (
    AgreementView,
    BreakView,
    CaseView,
    Comfort,
    ComfortView,
    FarewellView,
    HandedInView,
    IdentityView,
    Notice,
    PausedView,
    ReadyView,
    ReviewView,
    StoppedView,
    SurveyView,
    SystemCheckView,
    TutorialView,
    View,
)
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.candidate.code_sheet import CodeSheet
from pocus_desktop.ui.candidate.desk import Link, RoomLink
from pocus_desktop.ui.candidate.host import SittingHost
from pocus_desktop.ui.candidate.notice_area import NoticeArea
from pocus_desktop.ui.candidate.screens.agreement import AgreementScreen
from pocus_desktop.ui.candidate.screens.case import CaseScreen
from pocus_desktop.ui.candidate.screens.comfort import ComfortScreen
from pocus_desktop.ui.candidate.screens.farewell import FarewellScreen
from pocus_desktop.ui.candidate.screens.handed_in import HandedInScreen
from pocus_desktop.ui.candidate.screens.identity import IdentityScreen
from pocus_desktop.ui.candidate.screens.paused import PausedScreen
from pocus_desktop.ui.candidate.screens.ready import ReadyScreen
from pocus_desktop.ui.candidate.screens.rest import BreakScreen
from pocus_desktop.ui.candidate.screens.review import ReviewScreen
from pocus_desktop.ui.candidate.screens.screen import CandidateScreen, ScreenContext
from pocus_desktop.ui.candidate.screens.stopped import StoppedScreen
from pocus_desktop.ui.candidate.screens.survey import SurveyScreen
from pocus_desktop.ui.candidate.screens.system_check import SystemCheckScreen
from pocus_desktop.ui.candidate.screens.tutorial import TutorialScreen
from pocus_desktop.ui.candidate.top_bar import TopBar
from pocus_desktop.ui.candidate.view_relay import ViewRelay
from pocus_desktop.ui.candidate.word_area import WordArea
from pocus_desktop.ui.check.inspector import EngineFindings, Inspector
from pocus_desktop.ui.check.sound_test import SoundTest
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.integrity.probe import Probe
from pocus_desktop.ui.integrity.watcher import Watcher
from pocus_desktop.ui.media_host import MediaHost, PlayerFactory
from pocus_desktop.ui.parts.focus_ring import FocusRing
from pocus_desktop.ui.pictures import Pictures
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

SCREENS: Final[Mapping[type[object], type[CandidateScreen]]] = {
    IdentityView: IdentityScreen,
    SystemCheckView: SystemCheckScreen,
    AgreementView: AgreementScreen,
    ComfortView: ComfortScreen,
    TutorialView: TutorialScreen,
    ReadyView: ReadyScreen,
    CaseView: CaseScreen,
    ReviewView: ReviewScreen,
    PausedView: PausedScreen,
    BreakView: BreakScreen,
    StoppedView: StoppedScreen,
    HandedInView: HandedInScreen,
    SurveyView: SurveyScreen,
    FarewellView: FarewellScreen,
}
"""The screen of each view; a test holds it complete."""


class CandidateWindow(QMainWindow):
    """Hosts one sitting.

    Args:
        host: The sitting.
        clock: The clock that its readings come from.
        make_player: Makes a player when first a clip is played.
        check_engine: Asks the media engine for the system check.
        folder: Where answers stand, for the disk's probe.
        probe: Asks the platform what a proctor may want to know; None where nothing but Qt is asked.
        is_watched: Another window shows it to someone who only looks: it never takes the focus by itself.
        parent: The owner.

    Signals:
        rendered: A view was shown; its screen's class name.
        finished: The candidate left the farewell screen.
        packing_asked: The sitting is to be written to a stick, to go on at another station.
        delivery_changed: What was handed in came further on its way to the academy.
    """

    rendered = Signal(str)
    finished = Signal()
    packing_asked = Signal()
    delivery_changed = Signal()

    def __init__(
        self,
        host: SittingHost,
        *,
        clock: Clock,
        make_player: PlayerFactory,
        check_engine: Callable[[], EngineFindings],
        folder: Path,
        probe: Probe | None = None,
        is_watched: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._is_watched = is_watched
        self._host = host
        self._clock = clock
        self._pictures = Pictures(host.content)
        self._media = MediaHost(make_player, self)
        self._media.attach(host.content)
        self._media.intended.connect(self._on_intended)
        self._inspector = Inspector(clock=clock, folder=folder, check_engine=check_engine, parent=self)
        self._sound = SoundTest(make_player, self)
        self._watcher = Watcher(self, clock=clock, probe=probe)
        self._watcher.intended.connect(self._on_intended)
        self._screen: CandidateScreen | None = None
        self._waiting: Explanation | None = None
        self._delivery = ""
        self._top: TopBar | None = None
        self._notices: NoticeArea | None = None
        self._told: WordArea | None = None
        self._look_key: tuple[object, ...] = ()
        self._screen_key: tuple[object, ...] = ()
        self._view: View | None = None
        self._link: Link = "none"
        self._room: RoomLink = "none"
        self._is_closed = False
        self._relay = ViewRelay(self)
        self._relay.arrived.connect(self._on_view)
        self._relay.typed_asked.connect(self._on_typed_asked)
        self._ring = FocusRing(self)
        layout = self.layout()
        assert layout is not None  # noqa: S101 - a main window has one
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # all content scrolls
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setTimerType(Qt.TimerType.PreciseTimer)
        self._due.timeout.connect(self._on_due)
        host.on_view(self._relay.take)
        host.before_stop(self._relay.ask)
        self._render(host.view())

    @property
    def screen_shown(self) -> CandidateScreen:
        """The screen in sight."""
        assert self._screen is not None  # noqa: S101 - rendered in the constructor
        return self._screen

    @property
    def host(self) -> SittingHost:
        """The sitting it shows."""
        return self._host

    @property
    def top_bar(self) -> TopBar:
        """The bar above the screen."""
        assert self._top is not None  # noqa: S101 - rendered in the constructor
        return self._top

    @property
    def media(self) -> MediaHost:
        """What plays its clips."""
        return self._media

    @property
    def watcher(self) -> Watcher:
        """What watches for its proctor, in a sitting that counts."""
        return self._watcher

    @property
    def view(self) -> View:
        """The view in sight."""
        assert self._view is not None  # noqa: S101 - rendered in the constructor
        return self._view

    @property
    def language(self) -> str:
        """The interface language of the sitting."""
        return self.view.chrome.comfort.language

    @property
    def is_counted(self) -> bool:
        """Whether the sitting counts: then it takes the whole screen, and is watched for its proctor."""
        return self.view.chrome.mode in (Mode.LIVE, Mode.TRIAL)

    def show_waiting(self, told: Explanation | None) -> None:
        """Tell, once it is handed in, what waits to be sent from this computer; None for nothing."""
        self._waiting = told
        if isinstance(self._screen, HandedInScreen):
            self._screen.show_waiting(told)

    def show_room(self, room: RoomLink) -> None:
        """Tell whether the proctor's console sees this station."""
        self._room = room
        if self._top is not None:
            self._top.show_room(room)

    def show_link(self, link: Link) -> None:
        """Tell whether results can be sent from here."""
        self._link = link
        if self._top is not None:
            self._top.show_link(link)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Note when the candidate leaves the window, or the window the whole screen, in a sitting that counts."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.ActivationChange, QEvent.Type.WindowStateChange} and not self._is_closed:
            self._watcher.window_changed()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Let the watcher see what no widget wanted."""
        super().keyReleaseEvent(event)
        self._watcher.see_key(event.key())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Send on what is being typed and let go of everything; the sitting itself belongs to whoever opened it.

        Who closes the window leaves; the program that closes it does not, nor does a machine that shuts down.
        """
        if not self._is_closed:
            if self._screen is not None:
                self._screen.flush()
            self._media.leave()
            if event.spontaneous() and not _is_shutting_down():
                self._on_intended(Leave())
            self._is_closed = True
            self._watcher.close()
            self._relay.close()
            self._due.stop()
            self._media.close()
            self._sound.close()
            self._inspector.close()
            self._pictures.close()
        super().closeEvent(event)

    def _on_view(self, view: object) -> None:
        if not self._is_closed and isinstance(view, View):
            self._render(view)

    def _on_typed_asked(self, done: Callable[[], None]) -> None:
        if self._screen is not None:
            self._screen.flush()
        done()

    def _render(self, view: View) -> None:
        self._view = view
        comfort = view.chrome.comfort
        self._wear(comfort)
        words = Words(comfort.language)
        look_key = (comfort.language, comfort.text_percent)
        if look_key != self._look_key:
            self._build_frame(words, look_key)
        assert self._top is not None  # noqa: S101 - just built
        assert self._notices is not None  # noqa: S101 - just built
        screen_key = (type(view.screen), look_key, *_place(view))
        if screen_key != self._screen_key:
            self._change_screen(view, words, screen_key)
        assert self._screen is not None  # noqa: S101 - just made
        self._screen.render_view(view)
        self._top.render_view(view)
        self._notices.show_notices(view.chrome.notices)
        assert self._told is not None  # noqa: S101 - just built
        self._told.show_words(view.chrome.words)
        self._whole.show()  # at once: a layout would show what is new only at a later turn of the event loop
        self._screen.show()
        self._media.follow(view)
        if self.is_counted and not self._is_watched:
            self._watcher.follow(view)
        self._arm()
        self.rendered.emit(type(self._screen).__name__)
        delivery = view.screen.delivery if isinstance(view.screen, HandedInView) else ""
        if delivery != self._delivery:
            self._delivery = delivery
            self.delivery_changed.emit()

    def _wear(self, comfort: Comfort) -> None:
        look.wear(
            look.Look(
                theme=comfort.theme,
                text_percent=comfort.text_percent,
                is_reduced_motion=comfort.is_reduced_motion,
            )
        )

    def _build_frame(self, words: Words, look_key: tuple[object, ...]) -> None:
        self._look_key = look_key
        self.setLayoutDirection(words.direction)
        self.setWindowTitle(words("window.title"))
        formats = Formats(words)
        self._whole = whole = QWidget()
        whole.setProperty("ground", "canvas")
        self._column = QVBoxLayout(whole)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._top = TopBar(clock=self._clock, words=words, formats=formats)
        self._top.clock_hidden.connect(self._on_clock_hidden)
        self._top.pause_asked.connect(lambda: self._on_intended(Pause(reason="break")))
        self._top.code_asked.connect(self._ask_code)
        self._top.show_link(self._link)
        self._top.show_room(self._room)
        self._notices = NoticeArea(words)
        self._column.addWidget(self._top)
        self._column.addWidget(self._notices)
        self._told = WordArea(words)
        self._told.read.connect(self._on_word_read)
        self._column.addWidget(self._told)
        self._words, self._formats = words, formats
        self._focus_name = self._focused_name()
        if self._screen is not None:
            self._screen.flush()
            self._screen = None
        self.setCentralWidget(whole)

    def _change_screen(self, view: View, words: Words, screen_key: tuple[object, ...]) -> None:
        is_same_place = self._screen_key[:1] == screen_key[:1] and self._screen_key[2:] == screen_key[2:]
        self._screen_key = screen_key
        old = self._screen
        context = ScreenContext(
            words=words,
            formats=self._formats,
            clock=self._clock,
            pictures=self._pictures,
            media=self._media,
            inspector=self._inspector,
            sound=self._sound,
            latest=self._host.view,
            photo=self._host.photo,
        )
        screen = self._make_screen(view, context)
        screen.intended.connect(self._on_intended)
        screen.code_asked.connect(self._ask_code)
        screen.packing_asked.connect(self.packing_asked)
        self._screen = screen
        if old is not None:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._column.addWidget(screen, 1)
        name = self._focus_name if is_same_place else ""
        self._focus_name = ""
        if self._is_watched:
            return
        QTimer.singleShot(0, screen, lambda: self._arrive(screen, name, is_new=not is_same_place))

    def _make_screen(self, view: View, context: ScreenContext) -> CandidateScreen:
        if isinstance(view.screen, CaseView):
            return CaseScreen(context, view)
        screen = SCREENS[type(view.screen)](context)
        if isinstance(screen, HandedInScreen):
            screen.continued.connect(self._on_continued)
            screen.show_waiting(self._waiting)
        if isinstance(screen, FarewellScreen):
            screen.left.connect(self.finished)
        return screen

    def _arrive(self, screen: CandidateScreen, name: str, *, is_new: bool) -> None:
        """Once a screen is in sight: say where one is, and put the focus on its place."""
        heading = screen.findChild(QLabel, "heading")
        if is_new and heading is not None and screen is self._screen:
            announce(screen, heading.text())
        self._focus(screen, name)

    def _focus(self, screen: CandidateScreen, name: str) -> None:
        if screen is not self._screen or QApplication.activeModalWidget() is not None:
            return
        again = self._whole.findChild(QWidget, name) if name else None
        target = again if again is not None else screen.first_focus()
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _focused_name(self) -> str:
        focused = self._ring.target
        return focused.objectName() if focused is not None else ""

    def _on_intended(self, intent: Intent) -> None:
        try:
            self._host.handle(intent)
        except PocusError as error:
            told = error.explain(self._words.language)
            if self._notices is not None:
                self._notices.add(Notice(kind="refused", told=told, code=error.code))
        self._arm()

    def _ask_code(self) -> None:
        """Ask the room for a one-time code, for whatever one could do now."""
        if not self.view.challenges:
            return
        sheet = CodeSheet(self, self.view.challenges, words=self._words)
        sheet.used.connect(self._on_intended)
        sheet.ask()

    def _on_word_read(self, order_id: str, has_focus: bool) -> None:  # noqa: FBT001 - a slot of a signal
        self._on_intended(SeeWord(order_id=order_id))
        if has_focus and self._screen is not None:
            self._focus(self._screen, "")

    def _on_continued(self) -> None:
        self._on_intended(GoNext())

    def _on_clock_hidden(self, is_hidden: bool) -> None:  # noqa: FBT001 - a slot of a signal
        comfort = self.view.chrome.comfort
        self._on_intended(
            SetComfort(
                text_percent=comfort.text_percent,
                theme=comfort.theme,
                captions=comfort.captions,
                caption_percent=comfort.caption_percent,
                volume_percent=comfort.volume_percent,
                language=comfort.language,
                is_reduced_motion=comfort.is_reduced_motion,
                is_clock_hidden=is_hidden,
            )
        )

    def _arm(self) -> None:
        due = self._host.next_due_ms()
        if due is None or self._is_closed:
            self._due.stop()
            return
        self._due.start(max(0, due - self._clock.read().monotonic_ms))

    def _on_due(self) -> None:
        self._host.tick()
        self._arm()


def _is_shutting_down() -> bool:
    """Whether the operating system ends all programs."""
    application = QApplication.instance()
    return isinstance(application, QApplication) and application.isSavingSession()


def _place(view: View) -> tuple[object, ...]:
    """What makes another screen of the same kind: the step and the visit."""
    screen = view.screen
    return (screen.step, screen.visit) if isinstance(screen, CaseView) else ()
