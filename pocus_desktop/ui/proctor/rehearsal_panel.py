"""The rehearsal on this computer: begun, watched, stopped, and what came of the last one."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label, breakable
from pocus_desktop.ui.parts.phase_progress import PhaseProgress
from pocus_desktop.ui.proctor.desk import RehearsalCard
from pocus_desktop.ui.proctor.intents import Rehearse, StopRehearsal
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

_SIGNS = {
    "passed": ("circle-check", "success"),
    "failed": ("circle-alert", "danger"),
    "stopped": ("circle-help", "warning"),
}


class RehearsalPanel(QWidget):
    """One button, which begins it or stops it, and how far it is.

    Args:
        words: Of the window.
        parent: The owner.

    Signals:
        intended: An intent.
    """

    intended = Signal(object)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._formats = words, Formats(words)
        self._shown: RehearsalCard | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.current().space("tight"))
        self._button = Button(words("console.rehearsal.begin"), icon_name="circle-play")
        self._button.setObjectName("rehearse")
        self._button.clicked.connect(self._on_button)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeading)
        self._progress = PhaseProgress()
        column.addWidget(self._progress)
        self._told = QVBoxLayout()
        column.addLayout(self._told)
        self.show_card(RehearsalCard())

    def show_card(self, card: RehearsalCard) -> None:
        """Show how far it is, or what came of the last one."""
        if card == self._shown:
            return
        self._shown = card
        words = self._words
        self._button.say(words("console.rehearsal.stop" if card.is_running else "console.rehearsal.begin"))
        self._button.show_icon("x" if card.is_running else "circle-play")
        clear(self._told)
        told = self._of_step(card) if card.is_running else self._of_outcome(card)
        self._progress.setVisible(card.is_running)
        if card.is_running:
            self._progress.show_progress(count=card.steps, index=card.step - 1, told=told)
            self._told.addWidget(Label(told, weight="medium"))
        elif card.outcome:
            self._told.addWidget(self._line(*_SIGNS[card.outcome], told))
            if card.told:
                self._told.addWidget(Label(breakable(card.told), scale="fine"))
            key = "filed" if card.report else "not_filed"
            self._told.addWidget(
                Label(breakable(words(f"console.rehearsal.{key}", file=card.report)), scale="fine", tone="muted")
            )

    def _of_step(self, card: RehearsalCard) -> str:
        if card.is_stopping:
            return self._words("console.rehearsal.stopping")
        step = self._words(f"console.rehearsal.step.{card.step}") if card.step else ""
        return self._words("console.rehearsal.at", number=card.step, count=card.steps, step=step)

    def _of_outcome(self, card: RehearsalCard) -> str:
        if not card.outcome or card.at_ms is None:
            return ""
        when = self._formats.day_and_time(card.at_ms)
        step = self._words(f"console.rehearsal.step.{card.step}") if card.step else ""
        return self._words(f"console.rehearsal.{card.outcome}", when=when, count=card.desks, step=step)

    def _line(self, sign: str, role: str, what: str) -> QWidget:
        held = QWidget()
        row = QHBoxLayout(held)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.current().space("tight"))
        row.addWidget(IconLabel(sign, role=role), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Label(what, weight="medium"), 1)
        return held

    def _on_button(self) -> None:
        is_running = self._shown is not None and self._shown.is_running
        self.intended.emit(StopRehearsal() if is_running else Rehearse())
