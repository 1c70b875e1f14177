"""Continuing education: each body's cycle, what counts and what does not, credits, providers, and what auditors get."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget

from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.cme.progress import Progress
from pocus_desktop.programme.cme.providers import find_providers, provider_called
from pocus_desktop.programme.cme.standing import Standing
from pocus_desktop.programme.own import changes, taking_in
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.education import audit_pack, write_report
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.programme.values import CreditKind, Topic, format_credits
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.file_field import FileField
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.portfolio.cycle_card import CycleCard
from pocus_desktop.ui.portfolio.form import Form
from pocus_desktop.ui.portfolio.page import PortfolioPage, short_day_in
from pocus_desktop.ui.portfolio.suggestions import Suggestions
from pocus_desktop.ui.portfolio.table_preview import TablePreview
from pocus_desktop.ui.words import Words


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
        self._looked: tuple[taking_in.Planned, str] | None = None
        self._was_taken = False
        self._cycles, self._credits, self._providers = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        self.column.addLayout(self._cycles)
        card = self.add_card(words("portfolio.education.add"))
        self.form = self._form()
        card.body.addWidget(self.form)
        card.body.addWidget(Label(words("portfolio.education.csv_lead"), tone="muted"))
        csv = FileField(
            words("portfolio.education.csv"), words("portfolio.table.look"), words=words, object_name="credits"
        )
        csv.given.connect(self._look_at)
        card.body.addWidget(csv)
        self.preview = TablePreview(self)
        self.preview.taken.connect(self._take)
        card.body.addWidget(self.preview)
        card = self.add_card(words("portfolio.education.credits"))
        card.body.addLayout(self._credits)
        self._give_away()
        card = self.add_card(words("portfolio.education.providers"))
        self.search = QLineEdit()
        self.search.setObjectName("providers:search")
        self.search.setPlaceholderText(words("portfolio.education.search"))
        self.search.setAccessibleName(words("portfolio.education.search"))
        self.search.textChanged.connect(self._show_providers)
        card.body.addWidget(self.search)
        card.body.addLayout(self._providers)
        self.column.addStretch(1)

    def _give_away(self) -> None:
        """The card of what goes to others: audit packs by cycle, and all of it as a report or a table."""
        words = self.words
        card = self.add_card(words("portfolio.education.give"))
        card.body.addWidget(Label(words("portfolio.education.pack_lead"), tone="muted"))
        self.which = DropDown(words("portfolio.education.pack_which"))
        self.which.setObjectName("pack:which")
        self.which.currentIndexChanged.connect(self._name_pack)
        card.body.addWidget(self.which)
        self.pack = FileField(
            words("portfolio.education.pack_file"),
            words("portfolio.education.pack"),
            words=words,
            object_name="pack",
            is_new=True,
        )
        self.pack.given.connect(lambda path: self._pack(self.which.currentData(), path))
        card.body.addWidget(self.pack)
        self.report = FileField(
            words("portfolio.education.report_file"),
            words("portfolio.education.report"),
            words=words,
            object_name="report",
            is_new=True,
        )
        self.report.given.connect(self._report)
        card.body.addWidget(Label(words("portfolio.education.report_lead"), tone="muted"))
        card.body.addWidget(self.report)
        self.report.line.setText(str(Path.home() / words("portfolio.education.report_name")))

    def _form(self) -> Form:
        words = self.words
        form = Form("credit", words)
        form.day("completed_on")
        form.line("activity")
        line = form.line("provider_name", hint=words("portfolio.education.provider_hint"))
        self.suggestions = Suggestions(line, words("portfolio.education.suggested"), self._suggested)
        form.line("credits")
        form.line("approvals", hint=words("portfolio.education.approvals_hint"))
        form.line("subjects", hint=words("portfolio.education.subjects_hint"))
        form.line("activity_id", hint=words("portfolio.education.number_hint"))
        unsaid = [("", words("portfolio.education.unsaid"))]
        form.choice("way", unsaid + [(str(one), words(f"portfolio.way.{one}")) for one in CreditKind])
        form.choice("topic", unsaid + [(str(one), words(f"portfolio.topic.{one}")) for one in Topic])
        form.file("file", hint=words("portfolio.education.file_hint"))
        form.action(words("portfolio.education.do"), kind="primary", icon_name="plus")
        form.given.connect(self._add)
        return form

    def render_view(self, view: PortfolioView) -> None:
        """Show where each body's cycle stands."""
        self._view = view
        shown = (view.every_cycle, view.credits, view.portfolio.credits, view.on)
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._cycles)
        over = [one for one in _last_over(view) if one.counted or one.left]
        for one in (*view.cycles, *over):
            card = CycleCard(one, self, is_over=one in over)
            card.pack.clicked.connect(lambda _on=False, cycle=one: self._pack_of(cycle))
            self._cycles.addWidget(card)
        if not view.cycles:
            self._cycles.addWidget(self.fact("info", self.words("portfolio.education.no_cycle")))
        clear(self._credits)
        for standing in view.credits:
            self._credits.addWidget(self._credit(standing))
        if not view.credits:
            self._credits.addWidget(Label(self.words("portfolio.education.none"), tone="muted"))
        self._list_cycles(view)
        self._show_providers()

    def _credit(self, standing: Standing) -> QWidget:
        words, one = self.words, standing.credit
        lines = [
            f"{self.day(one.completed_on)} · {one.provider_name}",
            *(each.told()(words.language) for each in standing.each),
            words("portfolio.education.has_file" if one.evidence else "portfolio.education.no_file"),
        ]
        told = words("portfolio.education.credit", credits=format_credits(one.credits), activity=one.activity)
        button = Button(words("portfolio.education.prove"), kind="link")
        button.setObjectName(f"prove:{one.credit_id}")
        button.setAccessibleName(words("portfolio.education.prove_what", activity=one.activity))
        button.clicked.connect(lambda: self._choose_evidence(one.credit_id))
        return self.fact("met" if standing.bodies else "plain", told, lines, actions=[button])

    def _list_cycles(self, view: PortfolioView) -> None:
        chosen = self.which.currentData()
        self.which.clear()
        for one in sorted(view.every_cycle, key=lambda one: one.cycle.last, reverse=True):
            if one.counted:
                first, last = (short_day_in(day, self.words) for day in (one.cycle.first, one.cycle.last))
                told = self.words(
                    "portfolio.education.pack_item", body=self.body(one.cycle.body), first=first, last=last
                )
                self.which.addItem(told, _named(one))
        self.which.setCurrentIndex(max(self.which.findData(chosen), 0))
        has_any = self.which.count() > 0
        self.which.setVisible(has_any)
        self.pack.setVisible(has_any)
        self.report.setVisible(bool(view.portfolio.credits))

    def _name_pack(self) -> None:
        """Where the pack would be written, beside whatever was chosen before."""
        if chosen := self.which.currentData():
            body, number = chosen.split()
            typed = self.pack.line.text().strip()
            folder = Path(typed).expanduser().parent if typed else Path.home()
            name = self.words("portfolio.education.pack_name", body=body, number=number)
            self.pack.line.setText(str(folder / name))

    def _pack_of(self, one: Progress) -> None:
        """In a click: the cycle is chosen, and its pack is made where the card of packs says."""
        self.which.setCurrentIndex(self.which.findData(_named(one)))
        self.pack.do.click()

    def _show_providers(self) -> None:
        if self._view is None:
            return
        clear(self._providers)
        language = self.words.language
        for row in find_providers(self._view.rules, self.search.text(), self._view.on, language):
            approvals = ", ".join(one.upper() for one in row.approvals)
            told = self.words("portfolio.education.approved_by", bodies=approvals) if approvals else ""
            self._providers.addWidget(self.fact("plain", row.name(language), told))
        if not self._providers.count():
            self._providers.addWidget(Label(self.words("portfolio.education.no_provider"), tone="muted"))

    def _suggested(self, typed: str) -> list[str]:
        if self._view is None:
            return []
        language = self.words.language
        return [row.name(language) for row in find_providers(self._view.rules, typed, self._view.on, language)]

    def _add(self) -> None:
        words, values = self.words, self.form.values()
        for field in ("approvals", "subjects"):
            values[field] = (values[field] or "").casefold().replace(",", " ").split()
        values["credits"] = (values["credits"] or "").replace(",", ".")
        file = values.pop("file")

        def work(desk: PortfolioDesk) -> Explanation:
            view = desk.view()
            row = provider_called(view.rules, str(values["provider_name"] or ""), view.on)
            held = [desk.files.keep(Path(file).expanduser()).model_dump()] if file else []
            found = {**values, "provider": row.provider if row is not None else None, "evidence": held}
            desk.write(changes.write_credit(view.portfolio, today=view.on, **found))
            return Explanation(what=words("portfolio.education.added"), next="")

        self.asked.emit(work, self.form)

    def _choose_evidence(self, credit_id: str) -> None:
        dialog = QFileDialog(self, self.words("portfolio.education.prove"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.prove(credit_id, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def prove(self, credit_id: str, path: Path) -> None:
        """Add a file to what proves a credit."""
        words = self.words

        def work(desk: PortfolioDesk) -> Explanation:
            view = desk.view()
            file = desk.files.keep(path)
            desk.write(changes.prove_credit(view.portfolio, credit_id, file, today=view.on))
            return Explanation(what=words("portfolio.education.proved", file=file.name), next="")

        self.asked.emit(work, None)

    def _pack(self, chosen: str, path: Path) -> None:
        words, (body, number) = self.words, chosen.split()

        def work(desk: PortfolioDesk) -> Explanation:
            made = audit_pack(desk, path, body=body, number=int(number), language=words.language)
            what = words("portfolio.education.packed", file=str(path), credits=made.credits, files=len(made.shown))
            told = words("portfolio.education.packed_only", count=made.told_only) if made.told_only else ""
            return Explanation(what=what, next=told)

        self.asked.emit(None, words("portfolio.education.packing"))
        self.asked.emit(work, None)

    def _report(self, path: Path) -> None:
        words = self.words

        def work(desk: PortfolioDesk) -> Explanation:
            count = write_report(desk, path, form="csv" if path.suffix.casefold() == ".csv" else "xml")
            return Explanation(what=words("portfolio.education.reported", file=str(path), count=count), next="")

        self.asked.emit(work, None)

    def _look_at(self, path: Path) -> None:
        words = self.words

        def work(desk: PortfolioDesk) -> Explanation:
            planned = taking_in.planned_credits(desk, path, is_day_first=None, language=words.language)
            self._looked = planned, path.name
            return Explanation(what=words("portfolio.table.looked"), next="")

        self.asked.emit(work, None)

    def _take(self, planned: taking_in.Planned) -> None:
        words = self.words

        def work(desk: PortfolioDesk) -> Explanation:
            new = taking_in.take(desk, planned)
            self._was_taken = True
            params = {"new": new, "known": planned.known, "refused": len(planned.refused)}
            return Explanation(what=words("portfolio.taken", **params), next="")

        self.asked.emit(work, None)

    def after_work(self) -> None:
        """Show the table that was looked at; put it away once it was taken."""
        looked, self._looked = self._looked, None
        if looked is not None:
            self.preview.show_plan(*looked)
        elif self._was_taken:
            self._was_taken = False
            self.preview.leave()


def _named(one: Progress) -> str:
    return f"{one.cycle.body} {one.cycle.number}"


def _last_over(view: PortfolioView) -> list[Progress]:
    """Of each body, the last cycle that is over."""
    found = {one.cycle.body: one for one in view.every_cycle if one.cycle.last < view.on}
    return list(found.values())
