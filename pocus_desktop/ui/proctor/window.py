"""The proctor's window: pages in the order of a day, and one question at a time before anything is done."""

import logging
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.proctoring.incident_desk import IncidentDesk
from pocus_desktop.ui.errand import Errands, Work
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.paged_window import PagedWindow
from pocus_desktop.ui.proctor.before_page import BeforePage
from pocus_desktop.ui.proctor.check_in_page import CheckInPage
from pocus_desktop.ui.proctor.close_out_page import CloseOutPage
from pocus_desktop.ui.proctor.code_sheet import CodeSheet
from pocus_desktop.ui.proctor.desk import ConsoleView, Desk
from pocus_desktop.ui.proctor.incident_page import IncidentPage
from pocus_desktop.ui.proctor.intents import GoToHands, Intent, WriteStick
from pocus_desktop.ui.proctor.move_sheet import MoveSheet
from pocus_desktop.ui.proctor.order_sheet import GIVE, OrderSheet
from pocus_desktop.ui.proctor.room_page import RoomPage
from pocus_desktop.ui.proctor.set_up_page import SetUpPage
from pocus_desktop.ui.words import Words

_LOG: Final = logging.getLogger(__name__)

RENDER_EVERY_MS: Final = 1_000
"""How often clocks are shown anew while nothing else happens."""

SOON_MS: Final = 100
"""How soon what came is seen; what comes meanwhile is seen with it."""

SLOW_MS: Final = 300
"""From when on a person is told that what they asked for is still being kept."""

OpenIncidents = Callable[[], IncidentDesk | None]
"""Opens the desk of incidents, on a worker; None while there is no room that they could be of."""


class ProctorWindow(PagedWindow):
    """Renders the desk's view and hands it intents.

    Args:
        desk: Holds the room.
        words: In the proctor's language.
        open_incidents: Opens the desk of incidents, once there is a room.
        send_incidents: Sends what waits of them, on a worker; None where nothing can be sent from here.
        parent: The owner.
    """

    _came = Signal()

    def __init__(
        self,
        desk: Desk,
        *,
        words: Words,
        open_incidents: OpenIncidents = lambda: None,
        send_incidents: Work | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(words, parent)
        self._desk = desk
        self._formats = Formats(words)
        self.room_page = RoomPage(words)
        self.check_in_page = CheckInPage(words, desk.seats_for)
        self.set_up_page = SetUpPage(words)
        self.before_page = BeforePage(words)
        self.close_out_page = CloseOutPage(words)
        self._open_incidents = open_incidents
        self._send_incidents = send_incidents
        self._errands = Errands(self)
        self._keeping: list[Intent] = []
        self.incidents: IncidentPage | None = None
        self._incidents_place = QWidget()
        held = QVBoxLayout(self._incidents_place)
        held.setContentsMargins(0, 0, 0, 0)
        self._no_incidents = Label(words("console.incidents_later"), scale="lead", tone="muted")
        held.addWidget(self._no_incidents)
        self._pages: dict[str, QWidget] = {
            "set_up": self.set_up_page,
            "before": self.before_page,
            "check_in": self.check_in_page,
            "room": self.room_page,
            "incidents": self._incidents_place,
            "close_out": self.close_out_page,
        }
        self._build()
        self._connect()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.refresh)
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(SLOW_MS)
        self._slow.timeout.connect(lambda: self.tell(words("console.keeping"), kind="info"))
        self._timer = QTimer(self)
        self._timer.setInterval(RENDER_EVERY_MS)
        self._timer.timeout.connect(self.refresh)
        self.view: ConsoleView = desk.view(words.language)
        self.go_to("room" if self.view.room.rows else "set_up")
        self._timer.start()

    def refresh(self) -> None:
        """Show the present: on every beat, and whenever the desk says that something came."""
        view = self._desk.view(self._words.language)
        self.view = view
        centre = view.centre
        day = " · ".join(one for one in (centre.name, centre.day) if one)
        self._place.setText(day or self._words("console.no_centre"))
        self._clock.setText(self._formats.time_of_day(view.wall_ms))
        page = self._pages[self.page]
        for shown in (self.set_up_page, self.before_page, self.check_in_page, self.room_page, self.close_out_page):
            if shown is page:
                shown.render_view(view)

    @property
    def _has_refusal(self) -> bool:
        return any(one.property("kind") == "refused" for one in self.findChildren(Banner, "notice"))

    def go_to(self, name: str) -> None:
        """Show a page."""
        if name in self._pages:
            if name != self.page and not self._has_refusal:
                clear(self._notices)  # what went well on another page
            self._stack.setUpdatesEnabled(False)  # what wraps anew takes two rounds of the layout; nobody sees them
            QTimer.singleShot(0, self, lambda: QTimer.singleShot(0, self, lambda: self._stack.setUpdatesEnabled(True)))
            self._stack.setCurrentWidget(self._pages[name])
            self.tabs[name].setChecked(True)
            self.refresh()
            if name == "incidents":
                self._show_incidents()
            first = {
                "room": self.room_page.grid,
                "check_in": self.check_in_page.search,
                "before": self.before_page.scrolled,
                "close_out": self.close_out_page.scrolled,
            }.get(name)
            if first is not None:
                first.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Let the desk go; the room's service ends with the program, and every sitting goes on without it."""
        self._timer.stop()
        self._slow.stop()
        self._soon.stop()
        self._desk.on_change(_nobody)
        self._errands.close()
        super().closeEvent(event)

    def _build(self) -> None:
        self._place = Label("", weight="strong", wraps=False)
        self._place.setObjectName("place")
        self._clock = Label("", weight="medium", wraps=False, is_tabular=True)
        self._clock.setAccessibleName(self._words("console.clock"))
        self.lay_out(self._pages, words="console", first=self._place, last=(self._clock,))

    def _connect(self) -> None:
        for page in (self.set_up_page, self.before_page, self.check_in_page, self.room_page, self.close_out_page):
            page.intended.connect(self.do)
        self.room_page.asked.connect(self.ask)
        self._came.connect(self._on_came, Qt.ConnectionType.QueuedConnection)
        self._desk.on_change(self._came.emit)

    def ask(self, action: str, station_ids: tuple[str, ...]) -> None:
        """Ask before an action is done."""
        if action == "code":
            self._ask_code(station_ids)
            return
        if not station_ids:
            self.tell(self._words("console.select_first"), kind="info")
            return
        match action:
            case "incident":
                self.go_to("incidents")
                self._errands.run(lambda: None, lambda _nothing: self._file_incident(station_ids))
            case "move":
                self._ask_move(station_ids)
            case _:
                self._ask_order(action, station_ids)

    def _ask_order(self, action: str, station_ids: tuple[str, ...]) -> None:
        plan = self._desk.plan(action, station_ids)  # type: ignore[arg-type]  # the action bar's names are the kinds
        if plan.kind == "lower-hand" and plan.targets:
            self.do(GoToHands(tuple(one.station_id for one in plan.targets)))
        sheet = OrderSheet(self, plan, self._words)
        sheet.setObjectName("order-sheet")
        sheet.chosen.connect(lambda chosen: self.do(sheet.order()) if chosen == GIVE else None)
        sheet.ask()

    def _ask_code(self, station_ids: tuple[str, ...]) -> None:
        """Of whichever station: one that no network reaches may stand in no row."""
        chosen = [row.candidate_id for row in self.view.room.rows if row.station_id in station_ids]
        sheet = CodeSheet(self, chosen[0] if len(chosen) == 1 else "", self._words)
        sheet.setObjectName("code-sheet")
        sheet.chosen.connect(lambda taken: self.do(sheet.answer()) if taken == GIVE else None)
        sheet.ask()

    def _ask_move(self, station_ids: tuple[str, ...]) -> None:
        if len(station_ids) != 1:
            self.tell(self._words("console.move_one"), kind="info")
            return
        row = next(one for one in self.view.room.rows if one.station_id == station_ids[0])
        entrant = next(
            (
                one
                for one in self.view.entrants
                if one.station == row.station_id or (row.candidate_id and one.candidate_id == row.candidate_id)
            ),
            None,
        )
        seats = () if entrant is None else self._desk.seats_for(entrant.admission_id)
        seats = tuple(seat for seat in seats if seat.station_id != row.station_id)
        sheet = MoveSheet(self, row, entrant, seats, self._words)
        sheet.setObjectName("move-sheet")
        sheet.chosen.connect(lambda chosen: self.do(sheet.answer()) if chosen == GIVE else None)
        sheet.ask()

    def _show_incidents(self) -> None:
        """The page of incidents, made once there is a room; read anew each time."""
        if self.incidents is None:
            self._errands.run(self._open_incidents, self._on_incidents)
        else:
            self.incidents.refresh()

    def _on_incidents(self, desk: IncidentDesk | PocusError | None) -> None:
        layout = self._incidents_place.layout()
        if isinstance(desk, PocusError):
            self._refuse(desk)
        elif desk is not None and self.incidents is None and layout is not None:
            self.incidents = IncidentPage(desk, self._words, errands=self._errands, on_duty=lambda: self.view.who)
            self._no_incidents.hide()
            layout.addWidget(self.incidents)
            self.incidents.send_asked.connect(self._on_send)

    def _file_incident(self, station_ids: tuple[str, ...]) -> None:
        if self.incidents is not None:
            self.incidents.file(station_ids)

    @property
    def is_busy(self) -> bool:
        """Whether something that was asked for is not done yet."""
        return self._errands.is_busy

    def do(self, intent: Intent) -> None:
        """Have the desk do something, on a worker; what came of it, or why it is not done, is told in words."""
        if intent in self._keeping:  # pressed again while the disk was slow: it is one wish
            self.tell(self._words("console.still_keeping"), kind="info")
            return
        if not self._timer.isActive():  # the window is closed: its last field has lost the focus
            return
        self._keeping.append(intent)
        self._errands.run(
            lambda: self._desk.handle(intent, self._words.language), lambda came: self._on_done(intent, came)
        )
        if isinstance(intent, WriteStick):
            self.tell(self._words("console.writing"), kind="info")
        elif not self._slow.isActive():
            self._slow.start()

    def _on_done(self, intent: Intent, came: Explanation | PocusError | None) -> None:
        self._keeping.remove(intent)
        if not self._keeping:
            self._slow.stop()
        self._on_errand(came)

    def _on_send(self) -> None:
        if self._send_incidents is None:
            self.tell(self._words("console.nothing_sent"), kind="info")
        else:
            self._errands.run(self._send_incidents, self._on_sent)
            self.tell(self._words("console.sending"), kind="info")

    def _on_sent(self, came: Explanation | PocusError | None) -> None:
        self._on_errand(came)
        if self.incidents is not None:
            self.incidents.refresh()

    def _on_errand(self, came: Explanation | PocusError | None) -> None:
        match came:
            case PocusError():
                self._refuse(came)
            case Explanation():
                self.notify(came, kind="success")
            case None if self._notices.count():
                clear(self._notices)
        self.refresh()

    def _refuse(self, error: PocusError) -> None:
        log.failure(error)
        self.notify(error.explain(self._words.language), kind="refused")

    def _on_came(self) -> None:
        """Several at once are seen at once."""
        if self._timer.isActive() and not self._soon.isActive():
            self._soon.start()

    def tell(self, text: str, *, kind: str) -> None:
        """One sentence above the page."""
        self.notify(Explanation(what=text, next=""), kind=kind)


def _nobody() -> None:
    """Hears for a window that was closed."""
