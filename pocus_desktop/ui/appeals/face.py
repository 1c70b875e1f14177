"""What was on the screen at a moment: the candidate's own screens, or words where there is nothing to show."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import QElapsedTimer, QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from pocus_desktop.appeals.appeal import Appeal
from pocus_desktop.appeals.plain import plain
from pocus_desktop.appeals.seen import Seen, seen
from pocus_desktop.appeals.telling import Telling
from pocus_desktop.appeals.timeline import PartKind
from pocus_desktop.case.items.choice import ChoiceItem
from pocus_desktop.case.items.hotspot import HotspotItem
from pocus_desktop.case.items.registry import Item
from pocus_desktop.case.items.select_point import SelectPointItem
from pocus_desktop.media.player import PlayerState
from pocus_desktop.sitting.intents import Intent
from pocus_desktop.sitting.views import CaseView, CineState, ImageState, SystemCheckView, View
from pocus_desktop.ui.appeals.replay_host import NoContent, ReplayHost, as_read_here
from pocus_desktop.ui.candidate.window import CandidateWindow
from pocus_desktop.ui.check.inspector import EngineFindings
from pocus_desktop.ui.media_host import PlayerFactory
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.pictures import Content
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

_SEEK_EVERY_MS: Final = 250
"""How often a picture is sought at most while the timeline is walked: a player needs about so long for one."""

_SETTLE_MS: Final = 40
"""How long a screen has to lay itself out before a player, which takes its time to open, is asked for a picture."""

_STATES: Final[Mapping[PartKind, PlayerState]] = {
    "playing": PlayerState.PLAYING,
    "paused": PlayerState.PAUSED,
    "stalled": PlayerState.STALLED,
    "away": PlayerState.PAUSED,
}


def needs_pictures(screen: CaseView) -> bool:
    """Whether a step cannot be shown as it was without the pictures of the bundle."""
    has_stills = any(isinstance(part, CineState | ImageState) for part in screen.stage)
    return has_stills or any(_asks_about_pictures(one.item) for one in screen.items)


def _asks_about_pictures(item: Item) -> bool:
    match item:
        case HotspotItem() | SelectPointItem():
            return True
        case ChoiceItem():
            return any(one.image is not None for one in item.choices)
        case _:
            return False


class Face(QStackedWidget):
    """Shows moments of one sitting.

    Args:
        appeal: What it is of.
        telling: Its words.
        content: Pictures and recordings; None where they are not at hand.
        make_player: Makes the player for pictures of clips.
        words: Of the window.
        parent: The owner.

    Signals:
        refused: Someone asked the screen for something; nothing can be changed any more.
    """

    refused = Signal()

    def __init__(
        self,
        appeal: Appeal,
        telling: Telling,
        *,
        content: Content | None,
        make_player: PlayerFactory,
        words: Words,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._appeal, self._telling, self._words = appeal, telling, words
        self._content = content
        self._make_player = make_player
        self._host: ReplayHost | None = None
        self._window: CandidateWindow | None = None
        self._moment: Seen | None = None
        self._sought: tuple[str, int] = ("", -1)
        self._since = QElapsedTimer()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._seek)
        self._stand_in, self._stand_in_more = Label("", scale="title"), Label("", tone="muted")
        self.addWidget(self._stand_in_page())

    @property
    def candidate_window(self) -> CandidateWindow | None:
        """The candidate's window; None before anything was shown in it."""
        return self._window

    @property
    def told(self) -> str:
        """What stands there in place of a screen; empty where a screen does."""
        return self._stand_in.text() if self.currentIndex() == 0 else ""

    def show_moment(self, elapsed_ms: int) -> Seen:
        """Show a moment; what was seen then."""
        moment = seen(self._appeal, elapsed_ms)
        self._moment = moment
        shown = moment.view
        if shown is None:
            self._stand_for("no_bundle" if self._appeal.course is None else "off")
        elif isinstance(shown.screen, SystemCheckView):
            self._stand_for("system_check")
        elif self._content is None and isinstance(shown.screen, CaseView) and needs_pictures(shown.screen):
            self._stand_for("no_pictures", self._questions(shown.screen))
        else:
            self._show(shown, moment.monotonic_ms)
        return moment

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Show the same moment in another look."""
        super().changeEvent(event)
        moment, host = self._moment, self._host
        if event.type() != QEvent.Type.StyleChange or moment is None or moment.view is None:
            return
        if host is not None and self.currentIndex():
            host.show(as_read_here(moment.view), moment.monotonic_ms)

    def close_media(self) -> None:
        """Let go of players and pictures."""
        self._later.stop()
        if self._window is not None:
            self._window.close()

    def _stand_in_page(self) -> QWidget:
        held = QWidget()
        worn = look.current()
        column = QVBoxLayout(held)
        wide = worn.space("broad")
        column.setContentsMargins(wide, wide, wide, wide)
        card = Card()
        for label in (self._stand_in, self._stand_in_more):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            card.body.addWidget(label)
        column.addStretch(1)
        column.addWidget(card)
        column.addStretch(2)
        return held

    def _stand_for(self, key: str, more: str = "") -> None:
        """Words in place of a screen: there was none, or it cannot be shown here."""
        words = self._words
        self._stand_in.setText(words(f"replay.stand_in.{key}"))
        self._stand_in_more.setText("\n\n".join(filter(None, (words(f"replay.stand_in.{key}_more"), more))))
        self.setCurrentIndex(0)
        if self._window is not None:
            self._window.media.leave()

    def _questions(self, screen: CaseView) -> str:
        """The questions of a step and how they were answered then, as text."""
        names = self._telling.names
        said = (f"{names.item(one.item.id)}\n→ {names.response(one.item.id, one.response)}" for one in screen.items)
        return plain("\n\n".join((self._telling.names.step(screen.step), *said)), keeps_lines=True)

    def _show(self, shown: View, monotonic_ms: int) -> None:
        shown = as_read_here(shown)
        if self._host is None or self._window is None:
            self._host = ReplayHost(self._content or NoContent(), shown)
            self._host.show(shown, monotonic_ms)
            self._host.on_asked = self._on_asked
            self._window = CandidateWindow(
                self._host,
                clock=self._host.clock,
                make_player=self._make_player,
                check_engine=lambda: EngineFindings(error=None, version="", has_sound_device=True),
                folder=Path(),
                is_watched=True,
            )
            self._window.setWindowFlags(Qt.WindowType.Widget)
            self._window.rendered.connect(self._seek_soon)
            self.addWidget(self._window)
            self._seek_soon()
        else:
            self._host.show(shown, monotonic_ms)
        self.setCurrentIndex(1)

    def _on_asked(self, _intent: Intent) -> None:
        self.refused.emit()

    def _seek_soon(self) -> None:
        """Bring the player to the picture of the moment; not more often than it can."""
        if not self._later.isActive():
            gone_ms = self._since.elapsed() if self._since.isValid() else _SEEK_EVERY_MS
            self._later.start(max(_SETTLE_MS, _SEEK_EVERY_MS - gone_ms))

    def _seek(self) -> None:
        if self._window is None or self._moment is None:
            return
        running = self._moment.playing
        if not running:
            self._window.media.leave()
            self._sought = ("", -1)
            return
        goal = (running[-1].play.clip, running[-1].position_ms)
        if goal == self._sought:
            return
        self._sought = goal
        self._since.start()
        self._window.media.stand_at(*goal, _STATES[running[-1].part.kind])
