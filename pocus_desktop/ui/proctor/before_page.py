"""Before the day: every bundle here and whole, every station looked at, and the day tried without a result at stake."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.file_field import FileField
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.proctor.desk import BundleCard, ConsoleView, StationCard
from pocus_desktop.ui.proctor.intents import TakeIn
from pocus_desktop.ui.proctor.page import ProctorPage
from pocus_desktop.ui.proctor.rehearsal_panel import RehearsalPanel
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

_SIGNS = {
    "ready": ("circle-check", "success"),
    "problems": ("circle-alert", "danger"),
    "unknown": ("circle-help", "warning"),
}


class BeforePage(ProctorPage):
    """Bundles, stations, rehearsal.

    Args:
        words: Of the window.
        parent: The owner.
    """

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__("before", words, parent)
        self._formats = Formats(words)
        self._shown: object = None
        self._bundles, self._stations = QVBoxLayout(), QVBoxLayout()
        bundles = self.add_card(words("console.before.bundles"))
        bundles.body.addLayout(self._bundles)
        stations = self.add_card(words("console.before.stations"))
        stations.body.addWidget(Label(words("console.before.stations_lead")))
        report = FileField(
            words("console.before.report"), words("console.before.file"), words=words, object_name="report"
        )
        report.given.connect(lambda path: self.intended.emit(TakeIn(path)))
        stations.body.addWidget(report)
        stations.body.addLayout(self._stations)
        rehearsal = self.add_card(words("console.before.rehearsal"))
        rehearsal.body.addWidget(Label(words("console.before.rehearsal_here")))
        self._rehearsal = RehearsalPanel(words)
        self._rehearsal.intended.connect(self.intended)
        rehearsal.body.addWidget(self._rehearsal)
        rehearsal.body.addWidget(Label(words("console.before.rehearsal_lead")))
        self.column.addStretch(1)

    def render_view(self, view: ConsoleView) -> None:
        """Show what is ready."""
        self._rehearsal.show_card(view.rehearsal)
        if (view.bundles, view.stations) == self._shown:
            return
        self._shown = (view.bundles, view.stations)
        self._show_bundles(view.bundles)
        self._show_stations([one for one in view.stations if one.is_in])

    def _show_bundles(self, bundles: Sequence[BundleCard]) -> None:
        clear(self._bundles)
        if not bundles:
            self._bundles.addWidget(Label(self.words("console.before.no_bundles"), tone="muted"))
        for bundle in bundles:
            sign, role = _SIGNS["ready" if bundle.is_good else "problems"]
            self._bundles.addWidget(
                self._line(sign, role, bundle.told.what, "" if bundle.is_good else bundle.told.next)
            )

    def _show_stations(self, stations: Sequence[StationCard]) -> None:
        clear(self._stations)
        for station in stations:
            sign, role = _SIGNS[station.readiness]
            time = "" if station.checked_at_ms is None else self._formats.day_and_time(station.checked_at_ms)
            what = self.words(f"console.before.station_{station.readiness}", station=station.name, time=time)
            lines = [f"{one.what} {one.next}" for one in station.problems]
            self._stations.addWidget(self._line(sign, role, what, "\n".join(lines)))

    def _line(self, sign: str, role: str, what: str, more: str) -> QWidget:
        held = QWidget()
        row = QHBoxLayout(held)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.current().space("tight"))
        row.addWidget(IconLabel(sign, role=role), 0, Qt.AlignmentFlag.AlignTop)
        told = QVBoxLayout()
        told.setSpacing(0)
        told.addWidget(Label(what, weight="medium"))
        if more:
            told.addWidget(Label(more, scale="fine"))
        row.addLayout(told, 1)
        return held
