"""How it stands with each content area, at a glance; each is opened to its reasons."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from pocus_desktop.programme.answer import Answer, Finding, Told
from pocus_desktop.programme.grounds import grounds
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.icon_label import IconLabel
from pocus_desktop.ui.parts.label import Label, breakable
from pocus_desktop.ui.portfolio.page import SIGNS, PortfolioPage
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words


class EligibilityPage(PortfolioPage):
    """A card an area.

    Args:
        words: Of the window.
        parent: The owner.
    """

    name = "eligibility"

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._areas = QVBoxLayout()
        self._areas.setSpacing(look.current().space("snug"))
        self.column.addLayout(self._areas)
        self.column.addStretch(1)
        self._open: set[str] = set()
        self._shown: object = None

    def render_view(self, view: PortfolioView) -> None:
        """Show the answers; what was opened stays open."""
        shown = [
            (answer, grounds(view.portfolio, answer.findings)) for answer in sorted(view.answers, key=self._nearest)
        ]
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._areas)
        for answer, met_by in shown:
            self._areas.addWidget(self._card(answer, met_by))

    def _nearest(self, answer: Answer) -> tuple[bool, float, str]:
        """Those that are met, then those where most was logged, then by name."""
        cases = next(one for one in answer.findings if one.requirement == "cases")
        return not answer.is_met, -cases.have / max(cases.need, 1), self.area(answer.area).casefold()

    def _card(self, answer: Answer, met_by: Sequence[Sequence[Told]]) -> QWidget:
        words, area = self.words, str(answer.area)
        card = Card(room="base")
        card.setAccessibleName(self.area(answer.area))
        cases = next(one for one in answer.findings if one.requirement == "cases")
        missing = sum(not finding.is_met for finding in answer.findings)
        head = QHBoxLayout()
        head.setSpacing(look.current().space("snug"))
        icon, role = SIGNS["met" if answer.is_met or answer.lacks_only_statements else "missing"]
        head.addWidget(IconLabel(icon, role=role), 0, Qt.AlignmentFlag.AlignTop)
        told = QVBoxLayout()
        told.setSpacing(2)
        told.addWidget(Label(self.area(answer.area), weight="strong", scale="lead"))
        if answer.is_met:
            until = answer.until
            said = words("portfolio.eligible_until", day=self.day(until)) if until else words("portfolio.eligible")
        elif answer.lacks_only_statements:
            said = words("portfolio.may_apply")
        else:
            said = words("portfolio.missing", count=missing)
        number = self.formats.number
        counted = words("portfolio.cases_of", have=number(cases.have), need=number(cases.need))
        told.addWidget(Label(f"{said} {counted}"))
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setRange(0, max(cases.need, 1))
        bar.setValue(min(cases.have, cases.need))
        bar.setAccessibleName(counted)
        told.addWidget(bar)
        head.addLayout(told, 1)
        button = Button(words("portfolio.reasons"), kind="quiet", icon_name="chevron-down")
        button.setObjectName(f"open:{area}")
        button.setAccessibleName(words("portfolio.reasons_of", area=self.area(answer.area)))
        button.setCheckable(True)
        head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(head)
        reasons = QFrame()
        inside = QVBoxLayout(reasons)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(look.current().space("snug"))
        for finding, by in zip(answer.findings, met_by, strict=True):
            inside.addWidget(self._finding(finding, by))
        card.body.addWidget(reasons)

        def show(is_open: bool) -> None:  # noqa: FBT001 - Qt's own signal
            reasons.setVisible(is_open)
            button.show_icon("chevron-up" if is_open else "chevron-down")
            (self._open.add if is_open else self._open.discard)(area)

        button.toggled.connect(show)
        button.setChecked(area in self._open)
        reasons.setVisible(area in self._open)
        return card

    def _finding(self, finding: Finding, met_by: Sequence[Told]) -> QWidget:
        language = self.words.language
        kind, _, statement = finding.requirement.partition(".")
        name = self.words(f"portfolio.requirement.{kind}")
        if statement:
            name = f"{name}: {self.words(f'portfolio.statement.{statement}')}"
        said = self.words("portfolio.is_met" if finding.is_met else "portfolio.is_missing")
        until = self.words("portfolio.until", day=self.day(finding.until)) if finding.until else ""
        lines = [one(language) for one in (*met_by, *finding.missing, *finding.notes)]
        source = self.words(
            "portfolio.source", rule=finding.rule.rule_id, words=finding.rule.words, where=finding.rule.where
        )
        return self.fact(
            "met" if finding.is_met else "missing", f"{name}: {said} {until}".strip(), [*lines, breakable(source)]
        )
