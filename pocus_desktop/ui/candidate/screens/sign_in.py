"""Sign in: who one is, and which admission.

What only later paints need (banners, the cards of admissions) is imported when it is needed, what few people need (the
code, the words for the day, the offer to practise) is made when it is asked for, and the values are named tuples, for
start-up time.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QLayout, QLineEdit, QVBoxLayout, QWidget

from pocus_desktop.kernel.words import Explanation
from pocus_desktop.ui.candidate.desk import AdmissionChoice, MoveOffer, RoomCode
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.page import Page
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

if TYPE_CHECKING:
    from pocus_desktop.sitting.intents import UseCode
    from pocus_desktop.ui.parts.choice_card import RadioCard


_LONGEST_FIELD: Final = 240


class SignInView(NamedTuple):
    """What the sign-in screen shows.

    Attributes:
        choices: The admissions present; None while they are being looked for.
        languages: The interface languages offered.
        language: The one in force.
        candidate_id: What was entered before, to be kept after a refusal.
        refusal: Why the last try was refused.
        is_opening: A sitting is being opened.
        can_practise: Whether the tutorial is offered.
        needs_words: The words for the day are asked for.
        waiting: What waits to be sent from this computer; None for nothing.
        moves: Sittings on a stick that may go on here.
        is_packed: A sitting was just written to the stick, to go on elsewhere.
        chosen: The admission that the program was opened for; empty for none, which chooses the first.
    """

    choices: Sequence[AdmissionChoice] | None
    languages: Sequence[str]
    language: str
    candidate_id: str = ""
    refusal: Explanation | None = None
    is_opening: bool = False
    can_practise: bool = False
    needs_words: bool = False
    waiting: Explanation | None = None
    moves: Sequence[MoveOffer] = ()
    is_packed: bool = False
    chosen: str = ""


class SignIn(NamedTuple):
    """The candidate signs in."""

    candidate_id: str
    admission_id: str
    code: str = ""
    words: str = ""
    room_code: RoomCode | None = None


class TakeIn(NamedTuple):
    """The proctor takes in a sitting that was moved here; what was typed so far goes along."""

    offer: MoveOffer
    candidate_id: str


class Practise(NamedTuple):
    """Somebody wants to practise with the tutorial; nobody's identity is asked."""

    candidate_id: str


class ChooseLanguage(NamedTuple):
    """The candidate wants another language; what was typed so far goes along."""

    language: str
    candidate_id: str


class SignInScreen(QWidget):
    """The first screen; there is no sitting yet.

    Args:
        words: The interface language.
        parent: The owner.

    Signals:
        asked: `SignIn`, `TakeIn`, `Practise` or `ChooseLanguage`.
    """

    asked = Signal(object)

    def __init__(self, words: Words, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "canvas")
        self._words = words
        worn = look.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        page = Page(heading=words("sign_in.title"), lead=words("sign_in.lead"), parent=self)
        self._page = page
        column.addWidget(page)
        self._refusals = QVBoxLayout()
        page.body.addLayout(self._refusals)
        self._packed = QVBoxLayout()
        page.body.addLayout(self._packed)
        self._moves = QVBoxLayout()
        self._shown_moves: Sequence[MoveOffer] = ()
        page.body.addLayout(self._moves)
        card = Card(parent=page.scrolled.held)
        page.body.addWidget(card)
        name = Label(words("sign_in.candidate_id"), weight="medium")
        self._id = QLineEdit()
        self._id.setObjectName("candidate-id")
        self._id.setAccessibleName(words("sign_in.candidate_id"))
        self._id.setMaxLength(64)
        self._id.returnPressed.connect(self._sign_in)
        name.setBuddy(self._id)
        card.body.addWidget(name)
        card.body.addWidget(self._id)
        card.body.addWidget(Label(words("sign_in.candidate_id_help"), scale="fine", tone="muted"))
        card.body.addSpacing(worn.space("tight"))
        self._waiting_block = QVBoxLayout()
        self._waiting: Explanation | None = None
        page.body.addLayout(self._waiting_block)
        self._choices_heading = Label(words("sign_in.assessment"), weight="medium")
        card.body.addWidget(self._choices_heading)
        self._choices = QVBoxLayout()
        self._choices.setSpacing(worn.space("tight"))
        card.body.addLayout(self._choices)
        self._extra = QVBoxLayout()
        card.body.addLayout(self._extra)
        self._fields: dict[str, QLineEdit] = {}
        self._group = QButtonGroup(self)
        self._by_card: dict[RadioCard, AdmissionChoice] = {}
        self._languages = QWidget(page.footer)
        self._language_row = FlowLayout(self._languages, gap=worn.space("tight"))
        page.action_row.addWidget(self._languages)
        self._practise: Button | None = None
        self._by_room: Button | None = None
        self._go = page.add_primary(words("sign_in.go"))
        self._go.clicked.connect(self._sign_in)
        self._shown_choices: Sequence[AdmissionChoice] | None = ()
        self._is_opening = False
        self._refusal: Explanation | None = None
        self._is_packed = False

    def render_view(self, view: SignInView) -> None:
        """Show the admissions, the last refusal and the languages."""
        words = self._words
        self._is_opening = view.is_opening
        if view.can_practise and self._practise is None:
            self._offer_practice()
        if view.candidate_id and not self._id.text():
            self._id.setText(view.candidate_id)
        if view.refusal is None:
            _clear(self._refusals)
        elif view.refusal != self._refusal:
            self._show_refusal(view.refusal)
        self._refusal = view.refusal
        if view.waiting != self._waiting:
            self._waiting = view.waiting
            _clear(self._waiting_block)
            if view.waiting is not None:
                self._waiting_block.addWidget(_banner("waiting", "info", view.waiting.what, view.waiting.next))
        if view.is_packed != self._is_packed:
            self._is_packed = view.is_packed
            self._show_packed()
        if view.moves != self._shown_moves:
            self._shown_moves = view.moves
            self._show_moves(view.moves)
        if view.needs_words and "words" not in self._fields:
            self._field("words").setFocus()
        if view.choices != self._shown_choices or view.choices is None:
            self._shown_choices = view.choices
            self._show_choices(view.choices, view.chosen)
        if self._language_row.count() == 0:
            for language in view.languages:
                button = Button(words(f"language.{language}"), kind="quiet", icon_name="languages")
                button.setObjectName(f"language:{language}")
                button.setCheckable(True)
                button.setChecked(language == view.language)
                button.clicked.connect(lambda _=False, to=language: self._choose_language(to))
                self._language_row.addWidget(button)
        self._go.say(words("sign_in.opening" if view.is_opening else "sign_in.go"))

    def take_focus(self) -> None:
        """Put the focus on the candidate's ID."""
        self._id.setFocus()

    def _show_choices(self, choices: Sequence[AdmissionChoice] | None, chosen: str) -> None:
        words = self._words
        _clear(self._choices)
        self._by_card = {}
        if choices is None:
            self._choices.addWidget(Label(words("sign_in.looking"), tone="muted"))
            return
        if not choices:
            self._choices.addWidget(_banner("none", "warning", words("sign_in.none"), words("sign_in.none_next")))
            return
        from pocus_desktop.ui.parts.choice_card import RadioCard  # after the first paint, for start-up time

        for index, choice in enumerate(choices):
            told = " · ".join(
                filter(None, (choice.title, choice.told, words("sign_in.resume") if choice.is_resumable else ""))
            )
            card = RadioCard(told)
            card.setObjectName(f"admission:{choice.admission_id}")
            self._group.addButton(card)
            self._by_card[card] = choice
            card.toggled.connect(self._show_code)
            self._choices.addWidget(card)
            card.setChecked(choice.admission_id == chosen if chosen else index == 0)
        self._show_code()
        self._order_focus()

    def _show_moves(self, offers: Sequence[MoveOffer]) -> None:
        words = self._words
        _clear(self._moves)
        for offer in offers:
            what = words("sign_in.moved", title=offer.title, candidate_id=offer.candidate_id)
            self._moves.addWidget(_banner(f"moved:{offer.sitting}", "info", what, words("sign_in.moved_next")))
            button = Button(words("sign_in.moved_take"), icon_name="download")
            button.setObjectName(f"take-in:{offer.sitting}")
            button.clicked.connect(lambda _=False, taken=offer: self._take_in(taken))
            self._moves.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self._order_focus()

    def _take_in(self, offer: MoveOffer) -> None:
        if not self._is_opening:
            self.asked.emit(TakeIn(offer=offer, candidate_id=self._id.text()))

    def _offer_practice(self) -> None:
        self._practise = self._page.add_action(self._words("sign_in.practise"), icon_name="circle-play")
        self._practise.setObjectName("practise")
        self._practise.clicked.connect(self._ask_to_practise)
        self._order_focus()

    def _field(self, name: str) -> QLineEdit:
        """A field with its label and help below the admissions, made when first it is asked for."""
        if name in self._fields:
            return self._fields[name]
        words = self._words
        block = QWidget(self._id.parentWidget())
        column = QVBoxLayout(block)
        column.setContentsMargins(0, look.current().space("tight"), 0, 0)
        label = Label(words(f"sign_in.{name}"), weight="medium")
        field = QLineEdit()
        field.setObjectName(f"sign-in-{name}")
        field.setAccessibleName(words(f"sign_in.{name}"))
        field.setMaxLength(_LONGEST_FIELD)
        field.returnPressed.connect(self._sign_in)
        label.setBuddy(field)
        for widget in (label, field, Label(words(f"sign_in.{name}_help"), scale="fine", tone="muted")):
            column.addWidget(widget)
        self._extra.insertWidget(0 if name == "code" else -1, block)
        self._fields[name] = field
        self._order_focus()
        return field

    def _order_focus(self) -> None:
        """Let the Tab key go from top to bottom, whatever was made first."""
        fields = [self._fields[name] for name in ("code", "words") if name in self._fields]
        moves = [widget for widget in _widgets(self._moves) if isinstance(widget, Button)]
        actions = [button for button in (self._practise, self._by_room) if button is not None]
        languages = _widgets(self._language_row)
        order = (*moves, self._id, *self._by_card, *fields, *languages, *actions, self._go)
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _chosen(self) -> AdmissionChoice | None:
        return next((choice for card, choice in self._by_card.items() if card.isChecked()), None)

    def _show_code(self) -> None:
        choice = self._chosen()
        is_needed = choice is not None and choice.needs_code
        if is_needed or "code" in self._fields:
            block = self._field("code").parentWidget()
            assert block is not None  # noqa: S101 - it was made in one
            block.setVisible(is_needed)
        can_be_let_in = choice is not None and choice.challenge is not None
        if can_be_let_in and self._by_room is None:
            self._by_room = self._page.add_action(self._words("sign_in.by_room"), icon_name="key-round")
            self._by_room.setObjectName("room-code")
            self._by_room.clicked.connect(self._ask_room)
            self._order_focus()
        if self._by_room is not None:
            self._by_room.setVisible(can_be_let_in)

    def _show_refusal(self, told: Explanation) -> None:
        from pocus_desktop.ui.announce import announce  # after the first paint, for start-up time

        _clear(self._refusals)
        banner = _banner("refusal", "refused", told.what, told.next)
        self._refusals.addWidget(banner)
        announce(self, banner.accessibleName(), is_urgent=True)

    def _show_packed(self) -> None:
        _clear(self._packed)
        if not self._is_packed:
            return
        from pocus_desktop.ui.announce import announce  # after the first paint, for start-up time

        banner = _banner("packed", "success", self._words("sign_in.packed"), self._words("sign_in.packed_next"))
        self._packed.addWidget(banner)
        announce(self, banner.accessibleName())

    def _ask_to_practise(self) -> None:
        if not self._is_opening:
            self.asked.emit(Practise(candidate_id=self._id.text()))

    def _choose_language(self, language: str) -> None:
        self.asked.emit(ChooseLanguage(language=language, candidate_id=self._id.text()))

    def _ask_room(self) -> None:
        """The proctor lets the candidate in by a one-time code."""
        from pocus_desktop.ui.candidate.code_sheet import CodeSheet  # after the first paint, for start-up time

        choice = self._named_choice()
        if choice is None or choice.challenge is None:
            return
        sheet = CodeSheet(self, [choice.challenge], words=self._words)
        sheet.used.connect(lambda given, chosen=choice: self._sign_in_by(chosen, given))
        sheet.ask()

    def _sign_in_by(self, choice: AdmissionChoice, given: UseCode) -> None:
        room_code = RoomCode(code=given.code, start_code=given.start_code)
        self.asked.emit(self._signed_in(choice)._replace(room_code=room_code))

    def _signed_in(self, choice: AdmissionChoice) -> SignIn:
        words = self._fields["words"].text().strip() if "words" in self._fields else ""
        return SignIn(candidate_id=self._id.text().strip(), admission_id=choice.admission_id, words=words)

    def _named_choice(self) -> AdmissionChoice | None:
        """What is chosen, once the candidate has said who they are; else that is told."""
        choice = self._chosen()
        if self._is_opening:
            return None
        if not self._id.text().strip() or choice is None:
            key = "sign_in.id_missing" if choice is not None else "sign_in.none"
            next_key = "sign_in.id_missing_next" if choice is not None else "sign_in.none_next"
            self._show_refusal(Explanation(what=self._words(key), next=self._words(next_key)))
            self._id.setFocus()
            return None
        return choice

    def _sign_in(self) -> None:
        choice = self._named_choice()
        if choice is None:
            return
        code = self._field("code").text().strip() if choice.needs_code else ""
        if choice.needs_code and not code:
            told = Explanation(what=self._words("sign_in.code_missing"), next=self._words("sign_in.code_missing_next"))
            self._show_refusal(told)
            self._field("code").setFocus()
            return
        self.asked.emit(self._signed_in(choice)._replace(code=code))


def _banner(name: str, kind: str, what: str, next_step: str) -> QWidget:
    from pocus_desktop.ui.parts.banner import Banner  # after the first paint, for start-up time

    banner = Banner(kind=kind, what=what, next_step=next_step)
    banner.setObjectName(name)
    return banner


def _widgets(layout: QLayout) -> list[QWidget]:
    items = [layout.itemAt(index) for index in range(layout.count())]
    return [widget for item in items if item is not None and (widget := item.widget()) is not None]


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
