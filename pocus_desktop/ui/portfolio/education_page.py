"""Continuing education: each body's cycle, what counts and what does not, credits by hand and from CSV, providers."""

from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QProgressBar, QVBoxLayout, QWidget

from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.cme.progress import Progress
from pocus_desktop.programme.own import changes, taking_in
from pocus_desktop.programme.own.desk import PortfolioDesk, PortfolioView
from pocus_desktop.programme.rules.model import ProviderRow
from pocus_desktop.programme.values import CreditKind, Topic, format_credits
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.file_field import FileField
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.portfolio.form import Form
from pocus_desktop.ui.portfolio.page import PortfolioPage
from pocus_desktop.ui.words import Words

_MOST_TOLD = 12


class EducationPage(PortfolioPage):
    """Cycles, credits, providers.

    Args:
        words: Of the window.
        parent: The owner.
    """

    name = "education"

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._shown: object = None
        self._view: PortfolioView | None = None
        self._found: tuple[str, ...] = ()
        self._cycles, self._credits, self._providers = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        self._problems = QVBoxLayout()
        self.column.addLayout(self._cycles)
        card = self.add_card(words("portfolio.education.add"))
        self.form = self._form()
        card.body.addWidget(self.form)
        card.body.addWidget(Label(words("portfolio.education.csv_lead"), tone="muted"))
        csv = FileField(
            words("portfolio.education.csv"), words("portfolio.take_in"), words=words, object_name="credits"
        )
        csv.given.connect(self._take_csv)
        card.body.addWidget(csv)
        card.body.addLayout(self._problems)
        card = self.add_card(words("portfolio.education.credits"))
        card.body.addLayout(self._credits)
        card = self.add_card(words("portfolio.education.providers"))
        self.search = QLineEdit()
        self.search.setObjectName("providers:search")
        self.search.setPlaceholderText(words("portfolio.education.search"))
        self.search.setAccessibleName(words("portfolio.education.search"))
        self.search.textChanged.connect(self._show_providers)
        card.body.addWidget(self.search)
        card.body.addLayout(self._providers)
        self.column.addStretch(1)

    def _form(self) -> Form:
        words = self.words
        form = Form("credit", words)
        form.day("completed_on")
        form.line("activity")
        form.line("provider_name")
        form.line("credits")
        form.line("approvals", hint=words("portfolio.education.approvals_hint"))
        unsaid = [("", words("portfolio.education.unsaid"))]
        form.choice("way", unsaid + [(str(one), words(f"portfolio.way.{one}")) for one in CreditKind])
        form.choice("topic", unsaid + [(str(one), words(f"portfolio.topic.{one}")) for one in Topic])
        form.line("file", hint=words("portfolio.education.file_hint"))
        form.action(words("portfolio.education.do"), kind="primary", icon_name="plus")
        form.given.connect(self._add)
        return form

    def render_view(self, view: PortfolioView) -> None:
        """Show where each body's cycle stands."""
        self._view = view
        shown = (view.cycles, view.portfolio.credits, view.on)
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._cycles)
        titles = {one.credit_id: f"{one.activity} ({one.provider_name})" for one in view.portfolio.credits}
        for cycle in view.cycles:
            self._cycles.addWidget(self._cycle(cycle, titles))
        if not view.cycles:
            self._cycles.addWidget(self.fact("info", self.words("portfolio.education.no_cycle")))
        clear(self._credits)
        for one in sorted(view.portfolio.credits, key=lambda one: one.completed_on, reverse=True):
            counts = sum(one.credit_id in cycle.counted for cycle in view.cycles)
            lines = [
                f"{self.day(one.completed_on)} · {one.provider_name}",
                self.words("portfolio.education.counts_for", count=counts),
                self.words("portfolio.education.has_file" if one.evidence else "portfolio.education.no_file"),
            ]
            told = self.words("portfolio.education.credit", credits=format_credits(one.credits), activity=one.activity)
            self._credits.addWidget(self.fact("met" if counts else "plain", told, lines))
        if not view.portfolio.credits:
            self._credits.addWidget(Label(self.words("portfolio.education.none"), tone="muted"))
        self._show_providers()

    def _cycle(self, one: Progress, titles: dict[str, str]) -> Card:
        words = self.words
        card = Card()
        body = one.cycle.body.upper()
        card.setAccessibleName(body)
        card.body.addWidget(Label(body, scale="title"))
        span = words("portfolio.education.cycle", first=self.day(one.cycle.first), last=self.day(one.cycle.last))
        card.body.addWidget(Label(span, tone="muted"))
        params = {"have": format_credits(one.have), "need": format_credits(one.need)}
        told = words("portfolio.education.have", **params)
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setRange(0, max(round(one.need * 100), 1))
        bar.setValue(min(round(one.have * 100), round(one.need * 100)))
        bar.setAccessibleName(told)
        left = words("portfolio.education.missing", count=format_credits(one.missing)) if one.missing else ""
        card.body.addWidget(self.fact("met" if one.is_met else "missing", told, left))
        card.body.addWidget(bar)
        for share in one.shares:
            said = words(
                "portfolio.education.share",
                subject=share.subject,
                have=format_credits(share.have),
                need=format_credits(share.need),
            )
            card.body.addWidget(self.fact("missing" if share.missing else "met", said))
        for credit_id, why in one.left.items():
            said = words("portfolio.education.left", credit=titles.get(credit_id, credit_id))
            card.body.addWidget(self.fact("plain", said, words(f"portfolio.left.{why}")))
        if one.without_evidence:
            count = self.formats.number(len(one.without_evidence))
            card.body.addWidget(self.fact("missing", words("portfolio.education.evidence", count=count)))
        if not one.cycle.is_stated:
            card.body.addWidget(Label(words("portfolio.education.from_issue"), scale="fine", tone="muted"))
        return card

    def _show_providers(self) -> None:
        if self._view is None:
            return
        clear(self._providers)
        wanted = self.search.text().strip().casefold()
        for row in self._view.rules.providers(self._view.on):
            if wanted in _searched(row, self.words.language):
                approvals = ", ".join(one.upper() for one in row.approvals) or "-"
                told = self.words("portfolio.education.approved_by", bodies=approvals)
                self._providers.addWidget(self.fact("plain", row.name(self.words.language), told))
        if not self._providers.count():
            self._providers.addWidget(Label(self.words("portfolio.education.no_provider"), tone="muted"))

    def _add(self) -> None:
        words, values = self.words, self.form.values()
        approvals = (values.pop("approvals") or "").replace(",", " ").split()
        values["approvals"] = [one.casefold() for one in approvals]
        values["credits"] = (values["credits"] or "").replace(",", ".")
        file = values.pop("file")

        def work(desk: PortfolioDesk) -> Explanation:
            view = desk.view()
            typed = str(values["provider_name"] or "").casefold()
            row = next((one for one in view.rules.providers(view.on) if typed in _names(one)), None)
            held = [desk.files.keep(Path(file).expanduser()).model_dump()] if file else []
            found = {**values, "provider": row.provider if row is not None else None, "evidence": held}
            desk.write(changes.write_credit(view.portfolio, today=view.on, **found))
            return Explanation(what=words("portfolio.education.added"), next="")

        self.asked.emit(work, self.form)

    def _take_csv(self, path: Path) -> None:
        words = self.words

        def work(desk: PortfolioDesk) -> Explanation:
            taken = taking_in.take(
                desk, taking_in.planned_credits(desk, path, is_day_first=None, language=words.language)
            )
            self._found = tuple(f"{one.line}: {one.what} {one.fix}" for one in taken.problems)
            params = {"new": taken.new, "known": taken.known, "refused": len(taken.refused)}
            return Explanation(what=words("portfolio.taken", **params), next="")

        self.asked.emit(work, None)

    def after_work(self) -> None:
        """Show what the file that was taken in last had."""
        clear(self._problems)
        for told in self._found[:_MOST_TOLD]:
            self._problems.addWidget(self.fact("missing", told))


def _names(row: ProviderRow) -> set[str]:
    return {row.provider, row.name("en").casefold(), row.name("es").casefold()}


def _searched(row: ProviderRow, language: str) -> str:
    return " ".join((row.name(language), row.provider, *row.approvals, *row.topics)).casefold()
