"""What a table would give, before any of it is kept."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pocus_desktop.programme.documents.candidate import CaseEntry, CmeCredit
from pocus_desktop.programme.own.taking_in import Planned
from pocus_desktop.programme.values import format_credits
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.portfolio.page import PortfolioPage

_MOST_TOLD = 12


class TablePreview(QWidget):
    """The rows that could be taken, those that cannot, and the question.

    Args:
        page: Where it stands.

    Signals:
        taken: A `Planned` is to be kept.
    """

    taken = Signal(object)

    def __init__(self, page: PortfolioPage) -> None:
        super().__init__(page)
        self._page = page
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.hide()

    def leave(self) -> None:
        """Show nothing: it was taken, or left."""
        clear(self._column)
        self.hide()

    def show_plan(self, planned: Planned, file: str) -> None:
        """Ask about a table."""
        words, page = self._page.words, self._page
        clear(self._column)
        params = {"new": len(planned.documents), "known": planned.known, "refused": len(planned.refused)}
        self._column.addWidget(Label(words("portfolio.table.title", file=file), scale="title"))
        self._column.addWidget(Label(words("portfolio.table.would", **params)))
        for one in planned.documents[:_MOST_TOLD]:
            self._column.addWidget(page.fact("met", *self._row(one)))
        self._more(len(planned.documents), "portfolio.table.more")
        for problem in planned.problems[:_MOST_TOLD]:
            key = "place" if problem.column else "row" if problem.line else "whole"
            place = words(f"portfolio.table.{key}", row=problem.line, column=problem.column)
            sign = "refused" if problem.severity == "error" else "info"
            self._column.addWidget(page.fact(sign, f"{place} {problem.what}", problem.fix))
        self._more(len(planned.problems), "portfolio.log.more")
        self._ask(planned)
        self.show()

    def _row(self, one: CaseEntry | CmeCredit) -> tuple[str, str]:
        words, page = self._page.words, self._page
        if isinstance(one, CaseEntry):
            return page.area(one.area), page.day(one.performed_on)
        told = words("portfolio.education.credit", credits=format_credits(one.credits), activity=one.activity)
        return told, f"{page.day(one.completed_on)} · {one.provider_name}"

    def _more(self, count: int, key: str) -> None:
        if count > _MOST_TOLD:
            more = self._page.words(key, count=self._page.formats.number(count - _MOST_TOLD))
            self._column.addWidget(Label(more, tone="muted"))

    def _ask(self, planned: Planned) -> None:
        words, row = self._page.words, FlowLayout(gap=8)
        count = len(planned.documents)
        if count:
            key = "take" if planned.is_whole else "take_some"
            do = Button(
                words(f"portfolio.table.{key}", count=count), kind="primary" if planned.is_whole else "secondary"
            )
            do.setObjectName("table:take")
            do.clicked.connect(lambda: self.taken.emit(planned))
            row.addWidget(do)
        leave = Button(words("portfolio.table.leave"), kind="quiet")
        leave.setObjectName("table:leave")
        leave.clicked.connect(self.leave)
        row.addWidget(leave)
        self._column.addLayout(row)
