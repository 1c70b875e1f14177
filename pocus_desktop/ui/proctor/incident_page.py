"""The console's page of incidents: file, look, add, write the report, send."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from pocus_desktop.kernel import words as table
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.proctoring.incident_desk import IncidentDesk
from pocus_desktop.proctoring.incident_folder import Filed, Shelf
from pocus_desktop.proctoring.incident_reference import as_name
from pocus_desktop.proctoring.incidents import Draft, Incident
from pocus_desktop.proctoring.room_state import RoomState
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.errand import Errands
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.proctor.incident_detail import IncidentDetail
from pocus_desktop.ui.proctor.incident_list import IncidentList
from pocus_desktop.ui.proctor.incident_paper import incident_pdf
from pocus_desktop.ui.proctor.incident_sheet import IncidentSheet, names_of
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

SIGNED_SUFFIX: Final = ".incident"

AskPath = Callable[[str], Path | None]
_HALVES: Final = [10_000, 10_000]
"""Shares of whatever width there is."""


class IncidentPage(QWidget):
    """Incidents of one room.

    Args:
        desk: Where they are filed; asked on a worker.
        words: Of the window.
        errands: Its worker.
        on_duty: Who is on duty, whose name is offered.
        ask_path: Asks where a file is to be written, by the name it should have; the system's dialog where omitted.
        parent: The owner.

    Signals:
        filed: An incident was filed or added to: its reference.
        send_asked: What waits shall be sent; whoever has the link does it, and calls `refresh`.
    """

    filed = Signal(str)
    send_asked = Signal()

    def __init__(
        self,
        desk: IncidentDesk,
        words: Words,
        *,
        errands: Errands,
        on_duty: Callable[[], str] = lambda: "",
        ask_path: AskPath | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._words = words
        self._errands = errands
        self._on_duty = on_duty
        self._ask_path = ask_path or self._ask_system
        self._who = ""
        self._told: Banner | None = None
        worn = look.current()
        self._column = QVBoxLayout(self)
        inside = worn.space("wide")
        self._column.setContentsMargins(inside, inside, inside, inside)
        self._column.setSpacing(worn.space("snug"))
        head = QHBoxLayout()
        head.setSpacing(worn.space("snug"))
        head.addWidget(Label(words("incident.heading"), scale="heading"), 1)
        self.send = Button(words("incident.send"), icon_name="send")
        self.send.setObjectName("send")
        self.send.clicked.connect(self.send_asked)
        head.addWidget(self.send)
        file = Button(words("incident.file"), icon_name="plus", kind="primary")
        file.setObjectName("file")
        file.clicked.connect(self._on_file)
        head.addWidget(file)
        self._column.addLayout(head)
        self.list = IncidentList(words)
        self.detail = IncidentDetail(words)
        self.detail.amend_asked.connect(self._amend)
        self.detail.report_asked.connect(self._report)
        self.list.picked.connect(self.detail.show_filed)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(worn.space("wide"))
        splitter.addWidget(self.list)
        splitter.addWidget(self.detail)
        splitter.setSizes(_HALVES)
        self._column.addWidget(splitter, 1)
        self.refresh()

    def file(self, station_ids: Iterable[str] = ()) -> IncidentSheet:
        """Ask for a new incident of these stations."""
        return self._ask(None, tuple(station_ids), self._desk.file)

    def refresh(self, *, chosen: str = "") -> None:
        """Read again what is filed."""
        self._errands.run(self._desk.all, lambda shelf: self._show(shelf, chosen))

    def _show(self, shelf: Shelf | PocusError, chosen: str) -> None:
        if isinstance(shelf, PocusError):
            self._say("refused", shelf.explain(self._words.language))
            return
        self.list.show_filed(shelf.filed, chosen=chosen)
        self.send.setVisible(any(one.receipt is None for one in shelf.filed))
        if shelf.disputed:
            what = self._words("incident.disputed", references=", ".join(shelf.disputed))
            self._say("warning", Explanation(what=what, next=self._words("incident.disputed_next")))
        if shelf.damaged:
            names = ", ".join(shelf.damaged)
            what, following = self._words("incident.damaged", files=names), self._words("incident.damaged_next")
            self._say("warning", Explanation(what=what, next=following))

    def _on_file(self) -> None:
        self.file()

    def _ask(
        self,
        before: Incident | None,
        station_ids: tuple[str, ...],
        work: Callable[[Draft, tuple[str, ...]], Filed],
        *,
        written: Draft | None = None,
    ) -> IncidentSheet:
        sheet = IncidentSheet(
            self,
            words=self._words,
            stations=_stations(self._desk.state),
            chosen=station_ids,
            who=self._who or self._on_duty(),
            now_ms=self._desk.now_ms(),
            before=before,
            written=written,
        )

        def keep(draft: Draft, stations: tuple[str, ...], is_told: bool) -> None:  # noqa: FBT001 - a signal's slot
            def came(filed: Filed | PocusError) -> None:
                if isinstance(filed, PocusError):  # nothing that was written is written twice
                    self.refresh()
                    self._say("refused", filed.explain(self._words.language))
                    self._ask(before, stations, work, written=draft)
                    return
                self._kept(filed)
                if is_told:
                    self._tell(filed, stations, draft.who)

            self._who = draft.who
            self._say("info", Explanation(what=self._words("console.keeping"), next=""))
            self._errands.run(lambda: work(draft, stations), came)

        sheet.written.connect(keep)
        sheet.ask()
        return sheet

    def _amend(self) -> None:
        chosen = self.list.chosen
        if chosen is not None:
            reference = chosen.reference
            self._ask(chosen.report.incident, (), lambda draft, stations: self._desk.amend(reference, draft, stations))

    def _kept(self, filed: Filed) -> None:
        self.refresh(chosen=filed.reference)
        told = table.say("incident.reference_told", self._words.language, reference=filed.reference)
        self._say("success", Explanation(what=self._words("incident.kept"), next=told))
        self.filed.emit(filed.reference)

    def _tell(self, filed: Filed, station_ids: tuple[str, ...], who: str) -> None:
        def tell() -> None:
            self._desk.tell(filed.reference, station_ids, who=who, language=self._words.language)

        def told(came: PocusError | None) -> None:
            if came is not None:
                self._say("warning", came.explain(self._words.language))

        self._errands.run(tell, told)

    def _report(self) -> None:
        chosen = self.list.chosen
        if chosen is None:
            return
        path = self._ask_path(f"{as_name(chosen.reference)}.pdf")
        if path is None:
            return
        drawn, _pages = incident_pdf(chosen, words=self._words)
        signed = path.with_suffix(SIGNED_SUFFIX)

        def write() -> Explanation:
            """The paper for people, and beside it what the centre signed."""
            try:
                write_atomically(signed, chosen.report.envelope, is_private=True)
                write_atomically(path, drawn, is_private=True)
            except OSError as problem:
                raise FileRefusedError.of(problem) from problem
            return Explanation(what=self._words("incident.written", file=path.name, signed=signed.name), next="")

        def written(came: Explanation | PocusError) -> None:
            if isinstance(came, PocusError):
                self._say("refused", came.explain(self._words.language))
            else:
                self._say("success", came)

        self._errands.run(write, written)

    def _ask_system(self, name: str) -> Path | None:
        chosen, _ = QFileDialog.getSaveFileName(self, self._words("incident.write_report"), name, "PDF (*.pdf)")
        return Path(chosen) if chosen else None

    def _say(self, kind: str, told: Explanation) -> None:
        if self._told is not None:
            self._column.removeWidget(self._told)
            self._told.deleteLater()
        self._told = Banner(kind=kind, what=told.what, next_step=told.next)
        self._column.insertWidget(1, self._told)
        announce(self, self._told.accessibleName())


def _stations(state: RoomState) -> dict[str, str]:
    rows = []
    for station in state.stations.values():
        sitting = station.report.sitting if station.report is not None else None
        rows.append((station.station_id, station.name, sitting.candidate_name if sitting is not None else ""))
    return names_of(sorted(rows, key=lambda row: row[1]))
