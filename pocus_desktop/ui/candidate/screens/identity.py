"""Identity: is this you? With the proctor's start code where the mode needs one."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from pocus_desktop.sitting.intents import ConfirmIdentity
from pocus_desktop.sitting.views import IdentityView, View
from pocus_desktop.ui.announce import announce
from pocus_desktop.ui.candidate.screens.screen import CandidateScreen, ScreenContext
from pocus_desktop.ui.candidate.screens.standstill import Standstill
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.page import Page
from pocus_desktop.ui.theme import look


class IdentityScreen(CandidateScreen):
    """Name, ID and assessment in large letters; one field at most."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        words = context.words
        page = self.hold(Page(heading=words("identity.title"), lead=words("identity.lead")))
        card = Card()
        page.body.addWidget(card)
        row = QHBoxLayout()
        row.setSpacing(look.current().space("base"))
        row.addWidget(_portrait(context) or IconLabel("id-card", role="accent", size="icon_large"))
        names = QVBoxLayout()
        self._name = Label("", scale="title")
        self._id = Label("", tone="muted")
        self._assessment = Label("", weight="medium")
        for label in (self._name, self._id, self._assessment):
            names.addWidget(label)
        row.addLayout(names, 1)
        card.body.addLayout(row)
        self._code_card = Card()
        page.body.addWidget(self._code_card)
        label = Label(words("identity.start_code"), weight="medium")
        self._code = QLineEdit()
        self._code.setObjectName("start-code")
        self._code.setMaxLength(32)
        self._code.setAccessibleName(words("identity.start_code"))
        self._code.returnPressed.connect(self._confirm)
        label.setBuddy(self._code)
        self._code_card.body.addWidget(label)
        self._code_card.body.addWidget(self._code)
        self._code_card.body.addWidget(Label(words("identity.start_code_help"), scale="fine", tone="muted"))
        self._awaited = Banner(kind="info", what=words("identity.awaited"), next_step=words("identity.awaited_next"))
        self._awaited.setObjectName("awaited")
        self._awaited.hide()
        page.body.addWidget(self._awaited)
        self._let_begin = Banner(kind="success", what=words("identity.authorised"))
        self._let_begin.setObjectName("authorised")
        page.body.addWidget(self._let_begin)
        self._away = Standstill(icon_name="lock", role="warning")
        page.body.addWidget(self._away)
        self._not_me = Label(words("identity.not_me"), tone="muted")
        page.body.addWidget(self._not_me)
        self._no_code = page.add_action(words("room_code.instead"), icon_name="key-round", kind="quiet")
        self._no_code.setObjectName("room-code")
        self._no_code.clicked.connect(self.code_asked)
        self._go = page.add_primary(words("identity.confirm"))
        self._go.clicked.connect(self._confirm)
        self._needs_code = self._is_locked = self._was_authorised = False

    def render_view(self, view: View) -> None:
        """Show who is expected."""
        screen = view.screen
        assert isinstance(screen, IdentityView)  # noqa: S101 - the window pairs them
        self._name.setText(screen.name)
        self._id.setText(self.context.words("identity.id", candidate_id=screen.candidate_id))
        self._assessment.setText(screen.assessment_title)
        self._is_locked = any(one.purpose == "unlock" for one in view.challenges)
        self._needs_code = screen.needs_start_code and not self._is_locked
        self._code_card.setVisible(self._needs_code)
        if not self._needs_code:
            self._awaited.hide()
        self._let_begin.setVisible(screen.is_authorised)
        if screen.is_authorised and not self._was_authorised:
            announce(self, self.context.words("identity.authorised"))
        self._was_authorised = screen.is_authorised
        self._away.setVisible(self._is_locked or screen.is_back)
        words, opens = self.context.words, "away_next" if self._is_locked else "away_start_code"
        self._away.tell(words("room_code.away"), words(f"room_code.{opens}"))
        self._no_code.setVisible(self._needs_code and bool(view.challenges))
        self._go.say(self.context.words("room_code.give" if self._is_locked else "identity.confirm"))

    def first_focus(self) -> QWidget | None:
        """The code where one is needed, else the way on."""
        return self._code if self._needs_code else super().first_focus()

    def _confirm(self) -> None:
        if self._is_locked:
            self.code_asked.emit()
            return
        code = self._code.text().strip()
        if self._needs_code and not code:  # no wrong code: the proctor's word is still to come
            self._awaited.show()
            announce(self, self._awaited.accessibleName())
            self._code.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.intended.emit(ConfirmIdentity(start_code=code))


def _portrait(context: ScreenContext) -> QWidget | None:
    """The candidate's photo, for the proctor to compare; None where there is none that can be shown."""
    picture = QPixmap()
    if not context.photo or not picture.loadFromData(context.photo):
        return None
    edge = look.current().size("portrait")
    portrait = QLabel()
    portrait.setObjectName("portrait")
    portrait.setPixmap(
        picture.scaled(edge, edge, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    )
    portrait.setAccessibleName(context.words("identity.photo"))
    return portrait
