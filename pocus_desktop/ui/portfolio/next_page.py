"""What next, and by when: the first thing one sees."""

from datetime import date
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.calendar_file import calendar
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.programme.step import Actor, NextStep, StepKind
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.file_field import FileField
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.portfolio.page import PortfolioPage
from pocus_desktop.ui.words import Words

PLACES: Final = {
    StepKind.CONFLICT: "account",
    StepKind.ACCOUNT: "account",
    StepKind.ID_NUMBER: "account",
    StepKind.FOUNDATION: "account",
    StepKind.CREDENTIAL_ENDS: "account",
    StepKind.LOG_CASES: "log",
    StepKind.ATTEST: "apply",
    StepKind.APPLY: "apply",
    StepKind.DECISION: "apply",
    StepKind.QUESTION: "apply",
    StepKind.APPEAL_DECISION: "apply",
    StepKind.VOUCHER: "apply",
    StepKind.NOMINATE: "apply",
    StepKind.EVALUATION: "apply",
    StepKind.EVALUATION_DECISION: "apply",
    StepKind.WINDOW_OVER: "apply",
    StepKind.NOT_SUPPORTED: "apply",
    StepKind.APPEAL: "apply",
    StepKind.SIT: "assess",
    StepKind.NOT_PASSED: "assess",
    StepKind.APPEAL_RESULT: "assess",
    StepKind.CERTIFICATE: "assess",
    StepKind.RENEW: "assess",
    StepKind.RENEW_LATER: "assess",
    StepKind.LEVEL: "account",
    StepKind.CREDITS: "education",
    StepKind.CREDITS_OVER: "education",
    StepKind.CREDITS_OUTSIDE: "education",
    StepKind.EVIDENCE: "education",
}
"""On which page a step is taken."""


class NextPage(PortfolioPage):
    """The first step in large, the others below, and the calendar.

    Args:
        words: Of the window.
        parent: The owner.
    """

    name = "next"

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        first = Card()
        self._first = first.body
        self.column.addWidget(first)
        later = self.add_card(words("portfolio.next.later"))
        self._later = QVBoxLayout()
        later.body.addLayout(self._later)
        waits = self.add_card(words("portfolio.next.waits"))
        self._waits = QVBoxLayout()
        waits.body.addLayout(self._waits)
        card = self.add_card(words("portfolio.next.calendar"))
        card.body.addWidget(Label(words("portfolio.next.calendar_lead"), tone="muted"))
        field = FileField(
            words("portfolio.next.file"), words("portfolio.save"), words=words, object_name="calendar", is_new=True
        )
        field.given.connect(self._save)
        card.body.addWidget(field)
        self.column.addStretch(1)
        self._shown: object = None

    def render_view(self, view: PortfolioView) -> None:
        """Show the steps."""
        shown = (view.steps, view.on, view.trouble, view.files_here, view.files_in_trouble)
        if shown == self._shown:
            return
        self._shown = shown
        mine = [step for step in view.steps if step.actor is Actor.CANDIDATE]
        required = [step for step in mine if not step.is_optional]
        first = required[0] if required else None
        clear(self._first)
        if view.trouble is not None:
            trouble = view.trouble.explain(self.words.language)
            self._first.addWidget(self.fact("refused", trouble.what, trouble.next))
        if first is None:
            self._first.addWidget(self.fact("met", self.words("portfolio.next.nothing")))
        else:
            self._show_first(first, view.on)
        for layout, steps, empty in (
            (self._later, [step for step in mine if step is not first], "nothing_later"),
            (self._waits, [step for step in view.steps if step.actor is not Actor.CANDIDATE], "nothing_waits"),
        ):
            clear(layout)
            for step in steps:
                layout.addWidget(self._step(step, view.on))
            about_files = self._files(view) if layout is self._later else []
            for told in about_files:
                layout.addWidget(told)
            if not steps and not about_files:
                layout.addWidget(Label(self.words(f"portfolio.next.{empty}"), tone="muted"))

    def _show_first(self, step: NextStep, on: date) -> None:
        self._first.addWidget(Label(self.words("portfolio.next.first"), tone="accent", weight="strong"))
        self._first.addWidget(Label(self._told(step), scale="title"))
        if step.by is not None:
            self._first.addWidget(Label(self._by(step.by, on), scale="lead"))
        button = Button(
            self.words(f"portfolio.go.{PLACES[step.kind]}"), kind="primary", icon_name="arrow-right", is_trailing=True
        )
        button.setObjectName("go:first")
        button.clicked.connect(lambda: self.went.emit(PLACES[step.kind]))
        row = FlowLayout(gap=0)
        row.addWidget(button)
        self._first.addLayout(row)

    def _step(self, step: NextStep, on: date) -> QWidget:
        sign = "missing" if step.is_near(on) else "plain" if step.actor is Actor.CANDIDATE else "waits"
        more = [self._by(step.by, on)] if step.by is not None else []
        if step.actor is not Actor.CANDIDATE:
            more.append(self.words(f"portfolio.actor.{step.actor}"))
        if step.is_optional:
            more.append(self.words("portfolio.next.optional"))
        button = Button(self.words(f"portfolio.go.{PLACES[step.kind]}"), kind="link")
        button.clicked.connect(lambda: self.went.emit(PLACES[step.kind]))
        return self.fact(sign, self._told(step), " · ".join(more), actions=[button])

    def _files(self, view: PortfolioView) -> list[QWidget]:
        """What is to be said or done about files that prove something."""
        found = []
        for key, count in (("files_here", view.files_here), ("files_in_trouble", view.files_in_trouble)):
            if count:
                button = Button(self.words("portfolio.go.account"), kind="link")
                button.setObjectName(f"go:{key}")
                button.clicked.connect(lambda: self.went.emit("account"))
                told = self.words(f"portfolio.next.{key}", count=self.formats.number(count))
                found.append(self.fact("missing", told, actions=[button]))
        return found

    def _told(self, step: NextStep) -> str:
        return step.told(self.words.language)

    def _by(self, by: date, on: date) -> str:
        left = (by - on).days
        key = "today" if left == 0 else "tomorrow" if left == 1 else "days" if left > 0 else "over"
        return self.words(f"portfolio.by.{key}", day=self.day(by), count=self.formats.number(abs(left)))

    def _save(self, path: Path) -> None:
        language = self.words.language
        told = self.words("portfolio.next.saved", file=path.name)

        def work(desk: PortfolioDesk) -> Explanation:
            view = desk.view()
            name = view.portfolio.account.account_id if view.portfolio.account is not None else ""
            write_atomically(path, calendar(view.steps, account_id=name, now_ms=view.now_ms, language=language))
            return Explanation(what=told, next="")

        self.asked.emit(work, None)
