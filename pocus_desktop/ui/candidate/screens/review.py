"""Review: what is answered, what is not, what is marked; back to what may be changed, or hand in."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pocus_desktop.sitting.intents import GoTo, HandIn
from pocus_desktop.sitting.views import ReviewLine, ReviewView, View
from pocus_desktop.ui.candidate.screens.screen import CandidateScreen, ScreenContext
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.page import Page
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.theme import look


class ReviewScreen(CandidateScreen):
    """A line a question, by phase."""

    def __init__(self, context: ScreenContext) -> None:
        super().__init__(context)
        words = context.words
        self._page = self.hold(Page(heading=words("review.title"), lead=words("review.lead")))
        self._holder = QVBoxLayout()
        self._holder.setSpacing(look.current().space("base"))
        self._page.body.addLayout(self._holder)
        self._page.add_primary(words("review.hand_in"), icon_name="send").clicked.connect(self._ask)
        self._lines: tuple[ReviewLine, ...] | None = None

    def render_view(self, view: View) -> None:
        """Show the lines."""
        screen = view.screen
        assert isinstance(screen, ReviewView)  # noqa: S101 - the window pairs them
        if screen.lines == self._lines:
            return
        self._lines = screen.lines
        while (item := self._holder.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        words = self.context.words
        missing = [line for line in screen.lines if not line.is_answered]
        if missing:
            self._holder.addWidget(
                Banner(kind="warning", what=self._missing_told(missing), next_step=words("review.missing_next"))
            )
        else:
            self._holder.addWidget(Banner(kind="success", what=words("review.all_answered")))
        phases = dict.fromkeys(line.phase_title for line in screen.lines)
        for phase in phases:
            card = Card(room="base")
            card.body.addWidget(Label(phase, weight="strong"))
            for index, line in enumerate(line for line in screen.lines if line.phase_title == phase):
                if index:
                    rule = QFrame()
                    rule.setProperty("part", "rule")
                    card.body.addWidget(rule)
                card.body.addWidget(self._line(line))
            self._holder.addWidget(card)

    def _line(self, line: ReviewLine) -> QWidget:
        words = self.context.words
        held = QWidget()
        row = QHBoxLayout(held)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.current().space("snug"))
        sign, role = ("circle-check", "success") if line.is_answered else ("circle", "warning")
        row.addWidget(IconLabel(sign, role=role), 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        number = words("item.question_number", number=line.number)
        state = words("review.answered" if line.is_answered else "review.unanswered")
        marked = words("review.marked") if line.is_flagged else ""
        closed = "" if line.can_return else words("review.closed")
        texts.addWidget(Label(line.prompt))
        texts.addWidget(Label(" · ".join(filter(None, (number, state, marked, closed))), scale="fine", tone="muted"))
        row.addLayout(texts, 1)
        if line.can_return:
            go = Button(words("review.return"), kind="link", icon_name="pen-line")
            go.setObjectName(f"return:{line.item}")
            go.setAccessibleName(words("review.return_to", number=line.number))
            go.clicked.connect(lambda _=False, to=line.step: self.intended.emit(GoTo(step=to)))
            row.addWidget(go, 0, Qt.AlignmentFlag.AlignTop)
        return held

    def _missing_told(self, missing: list[ReviewLine]) -> str:
        words = self.context.words
        if len(missing) == 1:
            return words("review.missing_one", number=missing[0].number)
        numbers = ", ".join(str(line.number) for line in missing)
        return words("review.missing_many", count=len(missing), numbers=numbers)

    def _ask(self) -> None:
        words = self.context.words
        missing = [line for line in self._lines or () if not line.is_answered]
        text = words("review.confirm_text")
        sheet = Sheet(self, title=words("review.confirm_title"), text=text)
        if missing:
            sheet.body.addWidget(Banner(kind="warning", what=self._missing_told(missing)))
        sheet.add_action("stay", words("review.stay"))
        sheet.add_action("hand-in", words("review.hand_in"), kind="primary")
        sheet.chosen.connect(self._on_chosen)
        sheet.ask()

    def _on_chosen(self, chosen: str) -> None:
        if chosen == "hand-in":
            self.intended.emit(HandIn(is_confirmed=True))
