"""The question before a candidate goes on at another station: what goes with them, and how."""

from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QWidget

from pocus_desktop.proctoring.check_in import Entrant, Seat
from pocus_desktop.proctoring.view import RoomRow
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.choice_card import CheckCard
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.proctor.intents import MoveSeat, MoveSitting
from pocus_desktop.ui.proctor.order_sheet import GIVE, LONGEST
from pocus_desktop.ui.words import Words


class MoveSheet(Sheet):
    """Asks where to; where a sitting began, also for the stick that it was packed to.

    Args:
        owner: The window it covers.
        row: The station that they leave.
        entrant: Whose admission it is; None where no roster here knows them.
        seats: The free stations that they may have.
        words: Of the window.
    """

    def __init__(
        self, owner: QWidget, row: RoomRow, entrant: Entrant | None, seats: tuple[Seat, ...], words: Words
    ) -> None:
        who = row.candidate_name or row.candidate_id or (entrant.name if entrant is not None else "")
        title = words("console.move.title", candidate=who, station=row.name) if who else words("console.move.nobody")
        super().__init__(owner, title=title)
        self._words, self._row, self._entrant = words, row, entrant
        self._fault = Label("", tone="danger", weight="medium")
        self.to = DropDown(words("console.move.to"))
        self.to.setObjectName("move-to")
        self.stick: QLineEdit | None = None
        self.why: QLineEdit | None = None
        self.is_off = CheckCard(words("console.move.is_off", station=row.name))
        self.add_action("back", words("console.not_now"), icon_name="arrow-left")
        if entrant is None or not seats:
            key = "console.move.unknown" if entrant is None else "console.check_in.no_seat"
            self.body.addWidget(Banner(kind="warning", what=words(key)))
            for unused in (self.to, self.is_off, self._fault):
                unused.deleteLater()
            return
        self._fill(seats)
        self.to.setFocus()

    def answer(self) -> MoveSeat | MoveSitting:
        """What was asked for, once it was answered with `give`."""
        assert self._entrant is not None  # noqa: S101 - without one there is nothing to answer
        if self.stick is None or self.why is None:
            return MoveSeat(self._entrant.admission_id, self.to.currentData())
        return MoveSitting(
            admission_id=self._entrant.admission_id,
            station_id=self.to.currentData(),
            stick=Path(self.stick.text().strip()).expanduser(),
            why=" ".join(self.why.text().split()),
            is_first_off=self.is_off.isChecked(),
        )

    def _fill(self, seats: tuple[Seat, ...]) -> None:
        words, row = self._words, self._row
        self.body.addWidget(Label(words("console.move.to"), weight="medium"))
        for seat in seats:
            name = seat.name if seat.is_ready else words("console.check_in.seat_not_ready", station=seat.name)
            self.to.addItem(name, seat.station_id)
        self.body.addWidget(self.to)
        has_begun = row.saved_at_ms is not None
        key = "carried" if has_begun else "not_begun"
        self.body.addWidget(Label(words(f"console.move.{key}", station=row.name)))
        if has_begun:
            self.body.addWidget(Label(words("console.move.pack", station=row.name), scale="fine"))
            self.body.addWidget(Label(words("console.move.permit"), scale="fine"))
            self.stick = self._field("stick")
            self.why = self._field("why")
            self.body.addWidget(self.is_off)
            self.body.addWidget(Label(words("console.move.move_in"), scale="fine"))
        else:
            self.is_off.deleteLater()
        self.body.addWidget(Label(words("console.they_see", seen=words(f"console.move.{key}_seen"))))
        self._fault.hide()
        self.body.addWidget(self._fault)
        text = words("console.move.do_permit" if has_begun else "console.move.do")
        self.add_action(GIVE, text, kind="primary", icon_name="check", allows=self._is_whole)

    def _field(self, name: str) -> QLineEdit:
        title = self._words(f"console.move.{name}")
        label = Label(title, weight="medium")
        field = QLineEdit()
        field.setObjectName(f"move-{name}")
        field.setAccessibleName(title)
        field.setMaxLength(LONGEST)
        label.setBuddy(field)
        self.body.addWidget(label)
        self.body.addWidget(field)
        return field

    def _is_whole(self) -> bool:
        for field in (self.stick, self.why):
            if field is not None and not field.text().strip():
                said = self._words("console.move.missing")
                self._fault.setText(said)
                self._fault.show()
                field.setFocus()
                announce(self._fault, said, is_urgent=True)
                return False
        return True
