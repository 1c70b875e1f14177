"""The sheet on which an incident is filed or added to: kind, words, time, stations."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from pocus_desktop.proctoring.incidents import Draft, Incident
from pocus_desktop.proctoring.taxonomy import category_told, kind_told, taxonomy
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.choice_card import CheckCard
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

_LINES: Final = 4
_AGO_MIN: Final = (5, 10, 15, 20, 30, 45, 60, 90, 120)
"""What is longer ago is said in words."""


class IncidentSheet(Sheet):
    """Asks for what an incident needs; nothing is filed until everything that must be said is said.

    Args:
        owner: The window it covers.
        words: Of the window.
        stations: Names by id, in the order in which they are offered.
        chosen: Ids of those that it concerns from the start.
        who: The proctor, as last written here.
        now_ms: The console's wall time.
        before: What is added to; None for a new incident.
        written: What was written before and could not be kept.

    Signals:
        written: A `Draft`, the ids of its stations, and whether candidates there are shown the reference.
    """

    written = Signal(object, tuple, bool)

    def __init__(
        self,
        owner: QWidget,
        *,
        words: Words,
        stations: Mapping[str, str],
        chosen: Collection[str] = (),
        who: str = "",
        now_ms: int,
        before: Incident | None = None,
        written: Draft | None = None,
    ) -> None:
        title = (
            words("incident.file_title")
            if before is None
            else words("incident.amend_title", reference=before.reference)
        )
        super().__init__(
            owner, title=title, text=words("incident.file_text" if before is None else "incident.amend_text")
        )
        self._words = words
        self._before = before
        self.category = self._drop_down("incident.category", "category")
        for category in taxonomy():
            self.category.addItem(category_told(category, words.language), category)
        self.kind = self._drop_down("incident.kind", "kind")
        self.category.currentIndexChanged.connect(self._offer_kinds)
        self._offer_kinds()
        if before is not None:
            self._choose(self.category, before.last.category)
            self._choose(self.kind, before.last.kind)
        self.told = QPlainTextEdit()
        self.told.setObjectName("told")
        self.told.setTabChangesFocus(True)
        worn = look.current()
        self.told.setFixedHeight(QFontMetrics(worn.font()).lineSpacing() * _LINES + 2 * worn.space("snug"))
        self._field("incident.told", self.told)
        self.happened = self._drop_down("incident.happened", "happened")
        self._offer_times(now_ms)
        self.who = QLineEdit(who)
        self.who.setObjectName("who")
        self._field("incident.who", self.who)
        self._stations = self._offer_stations(stations, chosen)
        self.tells: CheckCard | None = None
        if before is None and stations:
            self.tells = CheckCard(words("incident.tell"))
            self.tells.setObjectName("tells")
            self.tells.setChecked(True)
            self.body.addWidget(self.tells)
        self.closes: CheckCard | None = None
        if before is not None:
            self.closes = CheckCard(words("incident.close"))
            self.closes.setObjectName("closes")
            self.body.addWidget(self.closes)
        self._missing = Banner(kind="refused", what=words("incident.missing"), next_step=words("incident.missing_next"))
        self._missing.setObjectName("missing")
        self._missing.hide()
        self.body.addWidget(self._missing)
        self.add_action("back", words("incident.back"))
        go = words("incident.file" if before is None else "incident.amend")
        self.add_action("go", go, kind="primary", allows=self._is_whole)
        self.chosen.connect(self._on_chosen)
        if written is not None:
            self._put(written)

    def draft(self) -> Draft:
        """What stands on the sheet."""
        return Draft(
            who=self.who.text().strip(),
            category=str(self.category.currentData()),
            kind=str(self.kind.currentData()),
            told=self.told.toPlainText().strip(),
            happened_ms=int(self.happened.currentData()),
            is_closed=self.closes is not None and self.closes.isChecked(),
        )

    def station_ids(self) -> tuple[str, ...]:
        """Which stations are ticked."""
        return tuple(station for station, card in self._stations.items() if card.isChecked())

    def _is_whole(self) -> bool:
        draft = self.draft()
        if draft.told and draft.who:
            return True
        self._missing.show()
        announce(self, self._missing.accessibleName())
        (self.who if draft.told else self.told).setFocus(Qt.FocusReason.OtherFocusReason)
        return False

    def _put(self, draft: Draft) -> None:
        self._choose(self.category, draft.category)
        self._choose(self.kind, draft.kind)
        self.told.setPlainText(draft.told)
        self.who.setText(draft.who)
        if self.closes is not None:
            self.closes.setChecked(draft.is_closed)

    def _on_chosen(self, name: str) -> None:
        if name == "go":
            is_told = self.tells is not None and self.tells.isChecked()
            self.written.emit(self.draft(), self.station_ids(), is_told)

    def _offer_kinds(self) -> None:
        self.kind.clear()
        for kind in taxonomy()[str(self.category.currentData())]:
            self.kind.addItem(kind_told(kind, self._words.language), kind)

    def _offer_stations(self, stations: Mapping[str, str], chosen: Collection[str]) -> dict[str, CheckCard]:
        if not stations:
            return {}
        self.body.addWidget(Label(self._words("incident.stations"), weight="medium"))
        cards: dict[str, CheckCard] = {}
        for station_id, name in sorted(stations.items(), key=lambda one: one[0] not in chosen):
            card = CheckCard(name)
            card.setObjectName(f"station-{station_id}")
            card.setChecked(station_id in chosen)
            self.body.addWidget(card)
            cards[station_id] = card
        return cards

    def _offer_times(self, now_ms: int) -> None:
        formats = Formats(self._words)
        if self._before is not None:
            happened_ms = self._before.last.happened_ms
            self.happened.addItem(self._words("incident.as_before", time=formats.time_of_day(happened_ms)), happened_ms)
        self.happened.addItem(self._words("incident.now", time=formats.time_of_day(now_ms)), now_ms)
        for minutes in _AGO_MIN:
            then_ms = max(now_ms - minutes * 60_000, 0)
            told = self._words("incident.ago", minutes=minutes, time=formats.time_of_day(then_ms))
            self.happened.addItem(told, then_ms)

    def _drop_down(self, key: str, name: str) -> DropDown:
        field = DropDown(self._words(key))
        field.setObjectName(name)
        self._field(key, field)
        return field

    def _field(self, key: str, field: QWidget) -> None:
        label = Label(self._words(key), weight="medium")
        label.setBuddy(field)
        field.setAccessibleName(self._words(key))
        self.body.addWidget(label)
        self.body.addWidget(field)

    @staticmethod
    def _choose(field: DropDown, data: str) -> None:
        found = field.findData(data)
        if found >= 0:
            field.setCurrentIndex(found)


def names_of(rows: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    """What a sheet calls stations: the name, and who sits there.

    Args:
        rows: Id, name and candidate; empty for nobody.
    """
    return {station_id: f"{name} · {candidate}" if candidate else name for station_id, name, candidate in rows}
