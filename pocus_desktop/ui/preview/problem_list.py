"""The problems of a source, worst first, each with its place and fix."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pocus_desktop.case.problems import Problem, Severity
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.scroll import ScrollColumn
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words


class ProblemList(QWidget):
    """A column of problems.

    Args:
        words: In the item writer's language.
        parent: The owner.
    """

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        worn = look.current()
        wide = worn.space("wide")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(wide, wide, wide, wide)
        whole.setSpacing(worn.space("snug"))
        self._heading = Label(words("preview.problems"), scale="title", weight="strong")
        self._count = Label("", tone="muted")
        self._state = Label("", tone="muted")
        self._scrolled = ScrollColumn(words("preview.problems"))
        self._scrolled.column.setSpacing(worn.space("snug"))
        whole.addWidget(self._heading)
        whole.addWidget(self._count)
        whole.addWidget(self._state)
        whole.addWidget(self._scrolled, 1)

    def show_state(self, told: str) -> None:
        """Say what is being done, or what stands beside."""
        self._state.setText(told)
        self._state.setVisible(bool(told))

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show the problems of the source as it now stands."""
        errors = sum(problem.severity is Severity.ERROR for problem in problems)
        told = self._words("preview.count", errors=errors, warnings=len(problems) - errors)
        self._count.setText(told if problems else self._words("preview.none"))
        column = self._scrolled.column
        while (item := column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for problem in sorted(problems, key=lambda one: one.severity is not Severity.ERROR):
            column.addWidget(self._card(problem))
        column.addStretch(1)

    def _card(self, problem: Problem) -> QWidget:
        is_error = problem.severity is Severity.ERROR
        card = Card(room="snug")
        kind = self._words("preview.error" if is_error else "preview.warning")
        key = "preview.place" if problem.line else "preview.whole_file"
        place = self._words(key, file=problem.file, line=problem.line)
        card.body.addWidget(Label(f"{kind} · {place}", scale="fine", tone="danger" if is_error else "warning"))
        card.body.addWidget(Label(problem.what, weight="medium"))
        card.body.addWidget(Label(problem.fix, tone="muted"))
        card.setAccessibleName(f"{kind}, {place}: {problem.what} {problem.fix}")
        return card
