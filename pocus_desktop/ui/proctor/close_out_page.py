"""The end: green only when every sitting is handed in, sealed, and sent or on the stick; what is missing in words."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pocus_desktop.proctoring.close_out import Checklist
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.file_field import FileField
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.proctor.desk import ConsoleView
from pocus_desktop.ui.proctor.intents import WriteStick
from pocus_desktop.ui.proctor.page import ProctorPage
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words


class CloseOutPage(ProctorPage):
    """The checklist.

    Args:
        words: Of the window.
        parent: The owner.
    """

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__("close_out", words, parent)
        self._shown: Checklist | None = None
        self._verdict, self._lines = QVBoxLayout(), QVBoxLayout()
        self.column.addLayout(self._verdict)
        card = self.add_card(words("console.close_out.sittings"))
        self._lines.setSpacing(look.current().space("snug"))
        card.body.addLayout(self._lines)
        stick = self.add_card(words("console.close_out.stick"))
        stick.body.addWidget(Label(words("console.close_out.stick_lead")))
        field = FileField(
            words("console.close_out.folder"),
            words("console.close_out.write"),
            words=words,
            object_name="stick",
            is_folder=True,
        )
        field.given.connect(lambda path: self.intended.emit(WriteStick(path)))
        stick.body.addWidget(field)
        self.column.addStretch(1)

    def render_view(self, view: ConsoleView) -> None:
        """Show what is missing."""
        checklist = view.checklist
        if checklist == self._shown:
            return
        self._shown = checklist
        language = self.words.language
        clear(self._verdict)
        told = checklist.verdict(language)
        banner = Banner(kind="success" if checklist.is_green else "warning", what=told.what, next_step=told.next)
        banner.setObjectName("verdict")
        self._verdict.addWidget(banner)
        for note in checklist.notes(language):
            self._verdict.addWidget(Label(note, scale="fine"))
        clear(self._lines)
        if not checklist.lines:
            self._lines.addWidget(Label(self.words("console.close_out.nobody"), tone="muted"))
        for line in checklist.lines:
            sign, role = ("circle-check", "success") if line.is_done else ("circle-alert", "warning")
            if line.stand == "absent":
                sign, role = "minus", "muted"
            held = QWidget()
            row = QHBoxLayout(held)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(look.current().space("tight"))
            row.addWidget(IconLabel(sign, role=role), 0, Qt.AlignmentFlag.AlignTop)
            words_of = QVBoxLayout()
            words_of.setSpacing(0)
            said = line.told(language)
            words_of.addWidget(Label(said.what, weight="regular" if line.is_done else "medium"))
            if said.next:
                words_of.addWidget(Label(said.next, scale="fine"))
            row.addLayout(words_of, 1)
            self._lines.addWidget(held)
