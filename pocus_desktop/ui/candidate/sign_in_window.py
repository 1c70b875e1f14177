"""The first window: sign in, before there is a sitting and before the heavy rooms are imported."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from pocus_desktop.kernel.words import Explanation
from pocus_desktop.ui.candidate.desk import AdmissionChoice, MoveOffer
from pocus_desktop.ui.candidate.screens.sign_in import (
    ChooseLanguage,
    Practise,
    SignIn,
    SignInScreen,
    SignInView,
    TakeIn,
)
from pocus_desktop.ui.parts.brand_bar import BrandBar
from pocus_desktop.ui.parts.first_paint import FirstPaint
from pocus_desktop.ui.parts.focus_ring import FocusRing
from pocus_desktop.ui.words import Words


class SignInWindow(QMainWindow):
    """Hosts the sign-in screen.

    Args:
        languages: The interface languages offered.
        language: The one to begin with.
        chosen: The admission that the first candidate comes for; empty for none.
        parent: The owner.

    Signals:
        painted: The window was painted for the first time.
        language_chosen: The candidate chose another language.
        asked: A `SignIn`, a `TakeIn` or a `Practise`.
    """

    painted = Signal()
    language_chosen = Signal(str)
    asked = Signal(object)

    def __init__(
        self, *, languages: tuple[str, ...], language: str, chosen: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._languages = languages
        self._language = language
        self._chosen = chosen
        self._choices: tuple[AdmissionChoice, ...] | None = None
        self._candidate_id = ""
        self._refusal: Explanation | None = None
        self._is_opening = False
        self._is_packed = False
        self._needs_words = False
        self._can_practise = False
        self._waiting: Explanation | None = None
        self._moves: tuple[MoveOffer, ...] = ()
        self._ring = FocusRing(self)
        self.setMinimumSize(1, 1)  # all content scrolls
        self._screen: SignInScreen | None = None
        self._build()
        first = FirstPaint(self)
        first.painted.connect(self.painted)

    @property
    def language(self) -> str:
        """The interface language in force."""
        return self._language

    def show_choices(self, choices: tuple[AdmissionChoice, ...]) -> None:
        """Show the admissions present."""
        self._choices = choices
        self._render()

    def show_waiting(self, told: Explanation | None) -> None:
        """Show what waits to be sent from this computer; None for nothing."""
        if told != self._waiting:
            self._waiting = told
            self._render()

    def show_moves(self, offers: tuple[MoveOffer, ...]) -> None:
        """Show the sittings that were moved here."""
        if offers != self._moves:
            self._moves = offers
            self._render()

    def took_in(self) -> None:
        """A sitting was taken in: whoever is here goes on where they were."""
        self._is_opening = False
        self._render()

    def offer_practice(self) -> None:
        """From now on, whoever is here may practise with the tutorial."""
        self._can_practise = True
        self._render()

    def refuse(self, told: Explanation, *, needs_words: bool = False) -> None:
        """Show why the sitting could not be opened; with `needs_words` ask for the words for the day."""
        self._is_opening = False
        self._refusal = told
        self._needs_words = self._needs_words or needs_words
        self._render()

    def packed(self) -> None:
        """A sitting was written to the stick, and is to go on at another station."""
        self._is_packed = True
        self._render()

    def start_over(self) -> None:
        """Forget who was here: the next candidate signs in."""
        self._candidate_id = ""
        self._refusal = None
        self._is_opening = False
        self._is_packed = False
        self._needs_words = False
        self._chosen = ""
        self._choices = None
        self._build()

    def _build(self) -> None:
        words = Words(self._language)
        self.setLayoutDirection(words.direction)
        self.setWindowTitle(words("window.title"))
        whole = QWidget(self)  # parents first: a tree that moves below another is styled again
        whole.setProperty("ground", "canvas")
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(BrandBar(words("window.title"), parent=whole))
        self._screen = SignInScreen(words, parent=whole)
        self._screen.asked.connect(self._on_asked)
        column.addWidget(self._screen)
        self.setCentralWidget(whole)
        self._render()
        QTimer.singleShot(0, self._screen, self._screen.take_focus)

    def _render(self) -> None:
        assert self._screen is not None  # noqa: S101 - built in the constructor
        self._screen.render_view(
            SignInView(
                choices=self._choices,
                languages=self._languages,
                language=self._language,
                candidate_id=self._candidate_id,
                refusal=self._refusal,
                is_opening=self._is_opening,
                is_packed=self._is_packed,
                needs_words=self._needs_words,
                can_practise=self._can_practise,
                waiting=self._waiting,
                moves=self._moves,
                chosen=self._chosen,
            )
        )

    def _on_asked(self, asked: object) -> None:
        match asked:
            case SignIn() | TakeIn() | Practise():
                self._candidate_id = asked.candidate_id
                self._refusal = None
                self._is_packed = False
                self._is_opening = True
                self._render()
                QTimer.singleShot(0, self, lambda: self.asked.emit(asked))
            case ChooseLanguage():
                self._language = asked.language
                self._candidate_id = asked.candidate_id
                self._refusal = None
                self._build()
                self.language_chosen.emit(asked.language)
            case _:
                pass
