"""The question before a candidate goes on at another station: what goes with them, and how."""

from PySide6.QtWidgets import QWidget

from pocus_desktop.proctoring.check_in import Entrant, Seat
from pocus_desktop.proctoring.view import RoomRow
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.proctor.intents import MoveSeat
from pocus_desktop.ui.proctor.order_sheet import GIVE
from pocus_desktop.ui.words import Words


class MoveSheet(Sheet):
    """Asks where to; says what has to be carried where a sitting began.

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
        self._entrant = entrant
        self.to = DropDown(words("console.move.to"))
        self.to.setObjectName("move-to")
        self.add_action("back", words("console.not_now"), icon_name="arrow-left")
        if entrant is None:
            self.body.addWidget(Banner(kind="warning", what=words("console.move.unknown")))
            self.to.hide()
            return
        if not seats:
            self.body.addWidget(Banner(kind="warning", what=words("console.check_in.no_seat")))
            self.to.hide()
            return
        self.body.addWidget(Label(words("console.move.to"), weight="medium"))
        for seat in seats:
            name = seat.name if seat.is_ready else words("console.check_in.seat_not_ready", station=seat.name)
            self.to.addItem(name, seat.station_id)
        self.body.addWidget(self.to)
        has_begun = bool(row.candidate_id) and row.saved_at_ms is not None
        key = "carried" if has_begun else "not_begun"
        self.body.addWidget(Label(words(f"console.move.{key}", station=row.name)))
        if has_begun:
            for step in ("pack", "permit", "move_in"):
                self.body.addWidget(Label(words(f"console.move.{step}", station=row.name), scale="fine"))
        self.body.addWidget(Label(words("console.they_see", seen=words(f"console.move.{key}_seen"))))
        self.add_action(GIVE, words("console.move.do"), kind="primary", icon_name="check")
        self.to.setFocus()

    def answer(self) -> MoveSeat:
        """What was asked for, once it was answered with `give`."""
        assert self._entrant is not None  # noqa: S101 - without one there is nothing to answer
        return MoveSeat(self._entrant.admission_id, self.to.currentData())
