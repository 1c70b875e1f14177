"""The bar above every screen: where one is, how long there is, that all is saved, whether there is a link."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from pocus_desktop.admission.mode import Mode
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.sitting.views import CaseView, Chrome, ReviewView, View
from pocus_desktop.ui.candidate.desk import Link, RoomLink
from pocus_desktop.ui.candidate.time_badge import TimeBadge
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.chip import Chip
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.phase_progress import PhaseProgress
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

BEFORE_THE_CLOCK: Final = ("identity", "system_check", "agreement", "comfort", "tutorial", "ready")
"""The parts before the clock, as the progress bar shows them."""

_PREPARATION: Final = {
    "IdentityView": 0,
    "SystemCheckView": 1,
    "AgreementView": 2,
    "ComfortView": 3,
    "TutorialView": 4,
    "ReadyView": 5,
}


class TopBar(QFrame):
    """Renders `Chrome`.

    Args:
        clock: For the time left.
        words: The candidate's language.
        formats: Its times.
        parent: The owner.

    Signals:
        clock_hidden: The candidate wants the time hidden (True) or shown.
        pause_asked: The candidate wants a pause, where the mode lets them take one.
        code_asked: The proctor is to give a one-time code.
    """

    clock_hidden = Signal(bool)
    pause_asked = Signal()
    code_asked = Signal()

    def __init__(self, *, clock: Clock, words: Words, formats: Formats, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "bar-top")
        self._words, self._formats = words, formats
        worn = look.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(worn.space("wide"), worn.space("tight"), worn.space("wide"), worn.space("tight"))
        column.setSpacing(worn.space("tight"))
        held = QWidget()
        row = FlowLayout(held, gap=worn.space("tight"))
        self._title = Label("", weight="strong", wraps=False)
        self._place = Label("", scale="fine", tone="muted", wraps=False)
        row.addWidget(self._title_block())
        self._mode = Chip(words("chrome.mode"), icon_name="info")
        self._hand = Chip(words("chrome.proctor"), icon_name="hand")
        self._simulated = Chip(words("chrome.case_clock"), icon_name="hourglass")
        self._saved = Chip(words("chrome.answers"), icon_name="check")
        self._link = Chip(words("chrome.link"), icon_name="wifi-off")
        self._room = Chip(words("chrome.room"), icon_name="wifi-off")
        self.time = TimeBadge(clock=clock, words=words, formats=formats)
        self.other_time = TimeBadge(clock=clock, words=words, formats=formats)
        self._hide = Button(words("chrome.hide_time"), icon_name="eye-off", kind="quiet", is_icon_only=True)
        self._hide.setObjectName("hide-time")
        self._pause = Button(words("chrome.pause"), icon_name="circle-pause", kind="quiet", is_icon_only=True)
        self._pause.setObjectName("pause")
        self._pause.clicked.connect(self.pause_asked)
        self._code = Button(words("room_code.ask"), icon_name="key-round", kind="quiet", is_icon_only=True)
        self._code.setObjectName("room-code-ask")
        self._code.clicked.connect(self.code_asked)
        row.add_end(self._mode)
        for widget in (
            self._hand,
            self._simulated,
            self._saved,
            self._link,
            self._room,
            self.other_time,
            self.time,
            self._hide,
            self._pause,
            self._code,
        ):
            row.addWidget(widget)
        column.addWidget(held)
        self._progress = PhaseProgress()
        column.addWidget(self._progress)
        self._is_clock_hidden = False
        self._hide.clicked.connect(lambda: self.clock_hidden.emit(not self._is_clock_hidden))
        self.show_link("none")
        self.show_room("none")

    def render_view(self, view: View) -> None:
        """Show the frame of a view."""
        chrome = view.chrome
        self._tell_place(view)
        self._tell_mode(chrome)
        self._tell_saved(chrome)
        self._hand.setVisible(chrome.is_hand_raised)
        self._hand.tell(self._words("chrome.hand_raised"), icon_name="hand", kind="warning")
        self._simulated.setVisible(chrome.simulated_ms is not None)
        if chrome.simulated_ms is not None:
            passed = self._words("chrome.case_time", time=self._formats.spoken(chrome.simulated_ms))
            self._simulated.tell(passed, icon_name="hourglass")
        self._is_clock_hidden = chrome.comfort.is_clock_hidden
        tightest = chrome.times[0] if chrome.times else None
        widest = chrome.times[-1] if len(chrome.times) > 1 else None
        self.time.show_time(tightest, is_hidden=self._is_clock_hidden)
        self.other_time.show_time(widest, is_hidden=self._is_clock_hidden)
        self.other_time.setVisible(widest is not None and not self._is_clock_hidden)
        self._hide.setVisible(bool(chrome.times))
        can_pause = chrome.mode in (Mode.PRACTICE, Mode.DEMO) and isinstance(view.screen, CaseView)
        self._pause.setVisible(can_pause)
        self._code.setVisible(bool(view.challenges))
        self._hide.say(self._words("chrome.show_time" if self._is_clock_hidden else "chrome.hide_time"))
        self._hide.show_icon("eye" if self._is_clock_hidden else "eye-off")

    def show_link(self, link: Link) -> None:
        """Show whether results can be sent from here."""
        self._link.setVisible(link != "none")
        self._link.tell(self._words(f"chrome.link_{link}"), icon_name="wifi" if link == "online" else "wifi-off")

    def show_room(self, room: RoomLink) -> None:
        """Show whether the proctor's console sees this station; that it does not is no alarm, for nothing stops."""
        self._room.setVisible(room != "none")
        self._room.tell(
            self._words(f"chrome.room_{room}"),
            icon_name="monitor" if room == "joined" else "wifi-off",
            spoken=self._words(f"chrome.room_{room}_spoken"),
        )

    def _title_block(self) -> QWidget:
        block = QWidget()
        row = QHBoxLayout(block)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.current().space("snug"))
        row.addWidget(IconLabel("scan-line", role="accent", size="icon_large"))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._place)
        row.addLayout(words)
        block.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        return block

    def _tell_place(self, view: View) -> None:
        chrome, screen = view.chrome, view.screen
        is_case = isinstance(screen, CaseView | ReviewView)
        self._title.setText(chrome.case_title if is_case and chrome.case_title else chrome.assessment_title)
        self._place.setText(self._place_told(view))
        if is_case and chrome.phase_titles:
            told = self._words(
                "chrome.phase_of",
                index=chrome.phase_index + 1,
                count=len(chrome.phase_titles),
                title=chrome.phase_title,
            )
            self._progress.show_progress(count=len(chrome.phase_titles), index=chrome.phase_index, told=told)
            return
        at = _PREPARATION.get(type(screen).__name__)
        if at is None:
            self._progress.show_progress(count=0, index=0, told="")
            return
        told = self._words(
            "chrome.part_of",
            index=at + 1,
            count=len(BEFORE_THE_CLOCK),
            title=self._words(f"chrome.part_{BEFORE_THE_CLOCK[at]}"),
        )
        self._progress.show_progress(count=len(BEFORE_THE_CLOCK), index=at, told=told)

    def _place_told(self, view: View) -> str:
        chrome = view.chrome
        if isinstance(view.screen, CaseView):
            step = self._words("chrome.step_of", number=chrome.step_number, count=chrome.step_count)
            return " · ".join(filter(None, (chrome.phase_title, chrome.step_title, step if chrome.step_count else "")))
        return self._words("chrome.candidate", name=chrome.candidate_name, candidate_id=chrome.candidate_id)

    def _tell_mode(self, chrome: Chrome) -> None:
        self._mode.setVisible(chrome.mode is not Mode.LIVE)
        self._mode.tell(self._words(f"mode.{chrome.mode}"), icon_name="info")

    def _tell_saved(self, chrome: Chrome) -> None:
        if chrome.saved == "failed":
            self._saved.tell(self._words("chrome.save_failed"), icon_name="triangle-alert", kind="danger")
        elif chrome.saved == "saving":
            self._saved.tell(self._words("chrome.saving"), icon_name="loader")
        else:
            at = self._formats.time_of_day(chrome.saved_at_ms) if chrome.saved_at_ms else ""
            told = self._words("chrome.saved_at", time=at) if at else self._words("chrome.saved")
            self._saved.tell(told, icon_name="check")
