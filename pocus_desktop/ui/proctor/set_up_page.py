"""Set up once: the centre's name and keys, the day's roster, and the stations that belong to the room."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.file_field import FileField
from pocus_desktop.ui.parts.fingerprint import Fingerprint
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.qr import QrCode
from pocus_desktop.ui.proctor.desk import CentreCard, ConsoleView, StationCard
from pocus_desktop.ui.proctor.intents import AskEnrolment, LetIn, NameProctor, PutOut, TakeIn
from pocus_desktop.ui.proctor.page import ProctorPage
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words


class SetUpPage(ProctorPage):
    """Four steps; each says whether it is done.

    Args:
        words: Of the window.
        parent: The owner.
    """

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__("set_up", words, parent)
        self._centre: CentreCard | None = None
        self._stations: tuple[StationCard, ...] | None = None
        self._add_proctor()
        self._enrolment = self._step("centre")
        self._add_enrolment()
        self._roster = self._step("roster")
        self._add_roster()
        self._pairing = QVBoxLayout()
        self._list = QVBoxLayout()
        card = self.add_card(words("console.set_up.stations"))
        card.body.addWidget(Label(words("console.set_up.stations_lead")))
        card.body.addLayout(self._pairing)
        card.body.addLayout(self._list)
        self.column.addStretch(1)

    def render_view(self, view: ConsoleView) -> None:
        """Show how far the centre is."""
        if view.who and not self.who.text():
            self.who.setText(view.who)
        if view.centre != self._centre:
            self._centre = view.centre
            self._tell_centre(view.centre)
            self._show_pairing(view.centre)
        if view.stations != self._stations:
            self._stations = view.stations
            self._show_stations(view.stations)

    def _step(self, name: str) -> Label:
        told = Label("", weight="medium")
        told.setObjectName(f"told:{name}")
        return told

    def _add_proctor(self) -> None:
        words = self.words
        card = self.add_card(words("console.set_up.who"))
        card.body.addWidget(Label(words("console.set_up.who_lead")))
        self.who = QLineEdit()
        self.who.setObjectName("who")
        self.who.setMaxLength(80)
        self.who.setAccessibleName(words("console.set_up.who_name"))
        self.who.setPlaceholderText(words("console.set_up.who_name"))
        self.who.editingFinished.connect(self._name_proctor)
        card.body.addWidget(self.who)

    def _name_proctor(self) -> None:
        self.intended.emit(NameProctor(" ".join(self.who.text().split())))

    def _add_enrolment(self) -> None:
        words = self.words
        card = self.add_card(words("console.set_up.centre"))
        card.body.addWidget(self._enrolment)
        self._fields = QWidget()
        inside = QVBoxLayout(self._fields)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(Label(words("console.set_up.centre_lead")))
        self.name, self.centre_id = QLineEdit(), QLineEdit()
        for field, key in ((self.name, "centre_name"), (self.centre_id, "centre_id")):
            title = words(f"console.set_up.{key}")
            field.setObjectName(key)
            field.setAccessibleName(title)
            label = Label(title, weight="medium")
            label.setBuddy(field)
            inside.addWidget(label)
            inside.addWidget(field)
        request = FileField(
            words("console.set_up.request"),
            words("console.set_up.write"),
            words=words,
            object_name="request",
            is_new=True,
        )
        request.given.connect(
            lambda path: self.intended.emit(
                AskEnrolment(name=self.name.text().strip(), centre_id=self.centre_id.text().strip(), path=path)
            )
        )
        inside.addWidget(request)
        grant = FileField(words("console.set_up.grant"), words("console.take_in"), words=words, object_name="grant")
        grant.given.connect(lambda path: self.intended.emit(TakeIn(path)))
        inside.addWidget(grant)
        card.body.addWidget(self._fields)

    def _add_roster(self) -> None:
        words = self.words
        card = self.add_card(words("console.set_up.roster"))
        card.body.addWidget(self._roster)
        field = FileField(
            words("console.set_up.roster_file"), words("console.take_in"), words=words, object_name="roster"
        )
        field.given.connect(lambda path: self.intended.emit(TakeIn(path)))
        card.body.addWidget(field)

    def _tell_centre(self, centre: CentreCard) -> None:
        words = self.words
        if centre.centre_id:
            self._enrolment.setText(words("console.set_up.enrolled", name=centre.name, centre=centre.centre_id))
        else:
            self._enrolment.setText(words("console.set_up.not_enrolled"))
        self._enrolment.set_tone("success" if centre.centre_id else "warning")
        self._fields.setVisible(not centre.centre_id)
        if centre.day:
            said = words("console.set_up.roster_here", day=centre.day, count=centre.expected, walk_ins=centre.walk_ins)
        else:
            said = words("console.set_up.no_roster")
        self._roster.setText(said)
        self._roster.set_tone("success" if centre.day else "warning")

    def _show_pairing(self, centre: CentreCard) -> None:
        words = self.words
        clear(self._pairing)
        if not centre.addresses:
            self._pairing.addWidget(Label(words("console.set_up.not_served"), tone="warning", weight="medium"))
            return
        self._pairing.addWidget(Label(words("console.set_up.address", addresses=", ".join(centre.addresses))))
        across = QWidget()
        row = QHBoxLayout(across)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.current().space("wide"))
        beside = QVBoxLayout()
        beside.addWidget(Label(words("console.set_up.pairing"), weight="medium"))
        pairing = Label(centre.pairing, scale="lead", weight="strong")
        pairing.setObjectName("pairing")
        pairing.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        beside.addWidget(pairing)
        if centre.fingerprint:
            beside.addWidget(Label(words("console.set_up.fingerprint"), scale="fine", tone="muted"))
            beside.addWidget(Fingerprint(centre.fingerprint, name=words("console.set_up.fingerprint")))
        beside.addStretch(1)
        row.addLayout(beside, 1)
        if centre.qr:
            code = QrCode(words("console.set_up.qr"))
            code.show_text(centre.qr)
            row.addWidget(code, 0, Qt.AlignmentFlag.AlignTop)
        self._pairing.addWidget(across)

    def _show_stations(self, stations: tuple[StationCard, ...]) -> None:
        words = self.words
        clear(self._list)
        if not stations:
            self._list.addWidget(Label(words("console.set_up.no_stations"), tone="muted"))
        for station in stations:
            held = QWidget()
            row = QHBoxLayout(held)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(look.current().space("tight"))
            sign, role = ("circle-check", "success") if station.is_in else ("log-in", "accent")
            if not station.is_known:
                sign, role = "circle", "muted"
            row.addWidget(IconLabel(sign, role=role))
            row.addWidget(Label(station.name, weight="medium"), 1)
            heard = words("console.set_up.heard" if station.is_heard else "console.set_up.not_heard")
            row.addWidget(Label(heard, scale="fine", tone="muted", wraps=False))
            if not station.is_known:
                self._list.addWidget(held)
                continue
            key = "put_out" if station.is_in else "let_in"
            intent = PutOut((station.station_id,)) if station.is_in else LetIn((station.station_id,))
            button = Button(words(f"console.{key}"), kind="quiet" if station.is_in else "secondary")
            button.setObjectName(f"{key}:{station.station_id}")
            button.setAccessibleName(words(f"console.{key}_what", station=station.name))
            button.clicked.connect(lambda _on=False, wanted=intent: self.intended.emit(wanted))
            row.addWidget(button)
            self._list.addWidget(held)
