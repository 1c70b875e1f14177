"""An item as a card: number, question, how to answer, the answer, flag, and what practice says about it."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pocus_desktop.case.items.registry import RESPONSES
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.intents import Answer, Flag
from pocus_desktop.sitting.views import Feedback, ItemState
from pocus_desktop.ui.items.answering import Answering, ItemContext
from pocus_desktop.ui.items.registry import answering
from pocus_desktop.ui.parts.banner import Banner
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.theme import look

_VERDICTS: Final = {
    "correct": ("circle-check", "success"),
    "partly": ("circle-alert", "warning"),
    "incorrect": ("circle-x", "danger"),
    "unanswered": ("circle", "muted"),
    "pending": ("hourglass", "muted"),
}


class ItemCard(Card):
    """One question.

    Args:
        state: The item as it first stands.
        context: What the widgets of a step share.
        can_flag: Whether it can be marked for review (not in the tutorial).

    Signals:
        intended: `Answer` or `Flag`.
    """

    intended = Signal(object)

    def __init__(self, state: ItemState, context: ItemContext, *, can_flag: bool = True) -> None:
        super().__init__(room="wide")
        self.item_id = state.item.id
        self.setObjectName(f"item:{state.item.id}")
        self._context = context
        self._state = state
        words = context.words
        prompt = state.item.prompt(context.language)
        self.setAccessibleName(words("item.question_number", number=state.number))
        head = QHBoxLayout()
        head.setSpacing(look.current().space("snug"))
        self._number = Label(
            words("item.question_number", number=state.number), scale="fine", tone="muted", weight="medium"
        )
        head.addWidget(self._number, 1, Qt.AlignmentFlag.AlignVCenter)
        self._flag = Button(words("item.flag"), icon_name="flag", kind="quiet", is_icon_only=True)
        self._flag.setObjectName(f"flag:{state.item.id}")
        self._flag.setCheckable(True)
        self._flag.clicked.connect(self._on_flag)
        if not can_flag:
            self._flag.hide()
        head.addWidget(self._flag, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(head)
        self.body.addWidget(Label(prompt, scale="lead", weight="medium"))
        if state.item.help is not None:
            self.body.addWidget(Label(state.item.help(context.language), tone="muted"))
        self._notice = QVBoxLayout()
        self.body.addLayout(self._notice)
        self.answering: Answering | None = None
        try:
            self.answering = answering(state, context)
        except PocusError as error:
            told = error.explain(context.language)
            self.body.addWidget(Banner(kind="lost", what=told.what, next_step=told.next))
        else:
            self.body.addWidget(self.answering)
            self.answering.responded.connect(self._on_responded)
        self._clear = Button(words("item.clear"), icon_name="rotate-ccw", kind="link")
        self._clear.setObjectName(f"clear:{state.item.id}")
        self._clear.clicked.connect(self._on_clear)
        self.body.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignLeading)
        self._feedback: QWidget | None = None
        self._shown_lock: object = None
        self._shown_feedback: Feedback | None = None
        self._show_around(state)

    @property
    def is_flagged(self) -> bool:
        """Whether it is marked for review."""
        return self._state.is_flagged

    def render_state(self, state: ItemState, *, is_settled: bool = True) -> None:
        """Show the item as it stands.

        Args:
            state: The item in a view.
            is_settled: Nothing is on its way to the disk any more.
        """
        self._state = state
        if self.answering is not None:
            self.answering.show_state(state, is_settled=is_settled)
        self._show_around(state)

    def flush(self) -> None:
        """Send on at once what is still being typed."""
        if self.answering is not None:
            self.answering.flush()

    def _show_around(self, state: ItemState) -> None:
        words = self._context.words
        self._flag.setChecked(state.is_flagged)
        self._flag.say(words("item.flagged" if state.is_flagged else "item.flag"))
        is_answered = state.response is not None and not state.response.is_empty
        number = words("item.question_number", number=state.number)
        if not state.item.required:
            number = words("item.optional", question=number)
        if state.is_flagged:
            number = words("item.marked", question=number)
        self._number.setText(number)
        self._clear.setVisible(is_answered and state.locked_reason is None)
        if state.locked_reason != self._shown_lock:
            self._shown_lock = state.locked_reason
            while (item := self._notice.takeAt(0)) is not None:
                widget = item.widget()
                if widget is not None:
                    widget.deleteLater()
            if state.locked_reason is not None:
                lock = Banner(kind="info", what=state.locked_reason.what, next_step=state.locked_reason.next)
                lock.setObjectName(f"locked:{state.item.id}")
                self._notice.addWidget(lock)
        if state.feedback != self._shown_feedback:
            self._shown_feedback = state.feedback
            if self._feedback is not None:
                self._feedback.deleteLater()
                self._feedback = None
            if state.feedback is not None:
                self._feedback = self._told(state.feedback)
                self.body.addWidget(self._feedback)

    def _told(self, feedback: Feedback) -> QWidget:
        words, formats = self._context.words, self._context.formats
        well = Card(part="well", room="base")
        well.setObjectName(f"feedback:{self.item_id}")
        sign, role = _VERDICTS[feedback.verdict]
        head = QHBoxLayout()
        head.addWidget(IconLabel(sign, role=role))
        verdict = Label(words(f"feedback.{feedback.verdict}"), weight="strong", tone=role)
        head.addWidget(verdict, 1)
        points = words(
            "feedback.points", points=formats.number(feedback.points), most=formats.number(feedback.max_points)
        )
        head.addWidget(Label(points, weight="medium", wraps=False))
        well.body.addLayout(head)
        if feedback.correct:
            well.body.addWidget(Label(words("feedback.correct_answer", answer=feedback.correct), weight="medium"))
        if feedback.rationale:
            well.body.addWidget(Label(feedback.rationale))
        if feedback.citations:
            rule = QFrame()
            rule.setProperty("part", "rule")
            well.body.addWidget(rule)
            for citation in feedback.citations:
                well.body.addWidget(Label(citation, scale="fine", tone="muted"))
        return well

    def _on_responded(self, response: object) -> None:
        self.intended.emit(Answer(item=self.item_id, response=response))  # type: ignore[arg-type]  # Qt's signal is untyped

    def _on_clear(self) -> None:
        self.flush()
        self.intended.emit(Answer(item=self.item_id, response=RESPONSES[self._state.item.type]()))

    def _on_flag(self) -> None:
        self.intended.emit(Flag(item=self.item_id, is_flagged=self._flag.isChecked()))
