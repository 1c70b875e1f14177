"""The case log: one by hand, many from CSV, counted from DICOM; and what is there."""

from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QHeaderView, QTableView, QVBoxLayout, QWidget

from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.case_log.identity import suspicions
from pocus_desktop.programme.csv_sheet import Table
from pocus_desktop.programme.documents.candidate import CaseEntry
from pocus_desktop.programme.own import changes, taking_in
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.programme.values import Approach
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.file_field import FileField
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.row_table import show_as_rows
from pocus_desktop.ui.portfolio.case_table import CaseTable
from pocus_desktop.ui.portfolio.form import Form
from pocus_desktop.ui.portfolio.page import PortfolioPage
from pocus_desktop.ui.portfolio.table_preview import TablePreview
from pocus_desktop.ui.theme import look
from pocus_desktop.ui.words import Words

_DATES: Final = {"year": None, "day": True, "month": False}
_MOST_TOLD: Final = 12
_ROWS: Final = 9


class LogPage(PortfolioPage):
    """The log.

    Args:
        words: Of the window.
        parent: The owner.
    """

    name = "log"

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._problems = QVBoxLayout()
        self._corrected = ""
        self._found: tuple[str, ...] = ()
        self._looked: tuple[Table[CaseEntry], str] | None = None
        self._was_taken = False
        self._shown: object = None
        self._view: PortfolioView | None = None
        self._add_form()
        self._add_files()
        self._add_table()
        self.column.addStretch(1)

    def _areas(self) -> list[tuple[str, str]]:
        return [(str(area), self.area(area)) for area in ContentArea]

    def _add_form(self) -> None:
        words = self.words
        card = self.add_card(words("portfolio.log.by_hand"))
        self.form = form = Form("case", words, keeps=("performed_on",))
        form.day("performed_on")
        form.choice("area", self._areas())
        none = [("", words("portfolio.approach.none"))]
        form.choice("approach", none + [(str(one), words(f"portfolio.approach.{one}")) for one in Approach])
        findings = form.prose("findings")
        findings.textChanged.connect(self._lint)
        self._suspicions = Label("", tone="warning", scale="fine")
        self._suspicions.hide()
        form.column.addWidget(self._suspicions)
        form.check("did_perform", is_on=True)
        form.check("did_interpret", is_on=True)
        self._do = form.action(words("portfolio.log.add"), kind="primary", icon_name="plus")
        form.fields["area"].currentIndexChanged.connect(self._ask_approach)  # type: ignore[attr-defined]
        form.given.connect(self._add)
        card.body.addWidget(form)

    def _add_files(self) -> None:
        words = self.words
        card = self.add_card(words("portfolio.log.from_files"))
        card.body.addWidget(Label(words("portfolio.log.csv_lead"), tone="muted"))
        self._dates = DropDown(words("portfolio.log.dates"))
        self._dates.setObjectName("csv:dates")
        for key in _DATES:
            self._dates.addItem(words(f"portfolio.dates.{key}"), key)
        label = Label(words("portfolio.log.dates"), weight="medium")
        label.setBuddy(self._dates)
        card.body.addWidget(label)
        card.body.addWidget(self._dates)
        csv = FileField(words("portfolio.log.csv"), words("portfolio.take_in"), words=words, object_name="csv")
        csv.given.connect(self._take_csv)
        card.body.addWidget(csv)
        self.preview = TablePreview(self)
        self.preview.taken.connect(self._take)
        card.body.addWidget(self.preview)
        card.body.addLayout(self._problems)
        card.body.addWidget(Label(words("portfolio.log.dicom_lead"), tone="muted"))
        self._dicom_area = DropDown(words("portfolio.log.dicom_area"))
        self._dicom_area.setObjectName("dicom:area")
        for value, told in self._areas():
            self._dicom_area.addItem(told, value)
        label = Label(words("portfolio.log.dicom_area"), weight="medium")
        label.setBuddy(self._dicom_area)
        card.body.addWidget(label)
        card.body.addWidget(self._dicom_area)
        self._dicom_approach = DropDown(words("portfolio.field.approach"))
        self._dicom_approach.setObjectName("dicom:approach")
        for one in Approach:
            self._dicom_approach.addItem(words(f"portfolio.approach.{one}"), str(one))
        self._dicom_approach.hide()
        self._dicom_area.currentIndexChanged.connect(self._ask_approach)
        card.body.addWidget(self._dicom_approach)
        dicom = FileField(
            words("portfolio.log.dicom"), words("portfolio.log.count"), words=words, object_name="dicom", is_folder=True
        )
        dicom.given.connect(self._count_dicom)
        card.body.addWidget(dicom)

    def _add_table(self) -> None:
        words = self.words
        card = self.add_card(words("portfolio.log.logged"))
        self._by_area = Label("", tone="muted")
        card.body.addWidget(self._by_area)
        self.only = DropDown(words("portfolio.log.only"))
        self.only.setObjectName("log:only")
        self.only.addItem(words("portfolio.log.all"), "")
        for value, told in self._areas():
            self.only.addItem(told, value)
        self.only.currentIndexChanged.connect(self._show_rows)
        card.body.addWidget(self.only)
        self.model = CaseTable(words)
        self.table = QTableView()
        self.table.setObjectName("log:table")
        self.table.setAccessibleName(words("portfolio.log.logged"))
        self.table.setModel(self.model)
        show_as_rows(self.table)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        height = look.current().size("control")
        self.table.verticalHeader().setDefaultSectionSize(height)
        self.table.activated.connect(lambda index: self._correct(self.model.entry(index.row())))
        card.body.addWidget(Label(words("portfolio.log.correct_lead"), tone="muted", scale="fine"))
        self.table.setMinimumHeight(height * _ROWS)
        card.body.addWidget(self.table)

    def render_view(self, view: PortfolioView) -> None:
        """Show the log."""
        self._view = view
        self._ask_approach()
        if view.portfolio.cases == self._shown:
            return
        self._shown = view.portfolio.cases
        number = self.formats.number
        parts = []
        for answer in view.answers:
            cases = next(one for one in answer.findings if one.requirement == "cases")
            if view.portfolio.cases_of(answer.area):
                told = self.words("portfolio.cases_of", have=number(cases.have), need=number(cases.need))
                parts.append(f"{self.area(answer.area)}: {told}")
        self._by_area.setText("\n".join(parts) or self.words("portfolio.log.none"))
        self._show_rows()

    def _show_rows(self) -> None:
        if self._view is None:
            return
        wanted = self.only.currentData()
        entries = [one for one in self._view.portfolio.cases if not wanted or str(one.area) == wanted]
        self.model.show_entries(sorted(entries, key=lambda one: one.performed_on, reverse=True))
        self.table.resizeColumnsToContents()

    def _lint(self) -> None:
        found = suspicions(self.form.values()["findings"])
        told = "\n".join(one.told(self.words.language) for one in found)
        self._suspicions.setText(f"{self.words('portfolio.log.identity')}\n{told}" if found else "")
        self._suspicions.setVisible(bool(found))

    def _add(self) -> None:
        values = self.form.values()
        corrected = self._corrected
        said = self.words("portfolio.log.corrected" if corrected else "portfolio.log.added")
        if values["findings"] is None:
            values["findings"] = ""

        def work(desk: PortfolioDesk) -> Explanation:
            view = desk.view()
            desk.write(changes.write_case(view.portfolio, today=view.on, case_entry_id=corrected, **values))
            self._corrected = ""
            return Explanation(what=said, next="")

        self.asked.emit(work, self.form)

    def _ask_approach(self) -> None:
        """How it was examined is asked only where the area's rule does."""
        if self._view is not None:
            self.form.show_field("approach", self._has_approach(self.form.values()["area"]))
            is_asked = self._has_approach(self._dicom_area.currentData())
            self._dicom_approach.setVisible(is_asked)

    def _has_approach(self, area: str) -> bool:
        assert self._view is not None  # noqa: S101 - asked for behind that
        return bool(self._view.rules.cases(ContentArea(area), self._view.on).approaches)

    def _correct(self, entry: CaseEntry) -> None:
        """Put a case into the form; giving it writes the case again."""
        self._corrected = entry.case_entry_id
        self.form.fill(
            performed_on=entry.performed_on.isoformat(),
            area=entry.area,
            approach=entry.approach or "",
            findings=entry.findings,
            did_perform=entry.did_perform,
            did_interpret=entry.did_interpret,
        )
        self._do.say(self.words("portfolio.log.correct"))
        self.form.fields["performed_on"].setFocus()

    def _take_csv(self, path: Path) -> None:
        is_day_first, words = _DATES[self._dates.currentData()], self.words

        def work(desk: PortfolioDesk) -> Explanation:
            planned = taking_in.planned_cases(desk, path, is_day_first=is_day_first, language=words.language)
            if not planned.is_whole:  # nothing of it is taken before it was looked at
                self._looked = planned, path.name
                return Explanation(what=words("portfolio.table.looked"), next="")
            return self._keep(desk, planned)

        self.asked.emit(work, None)

    def _take(self, planned: Table[CaseEntry]) -> None:
        """What can be taken of a table that was looked at."""
        self.asked.emit(lambda desk: self._keep(desk, planned), None)

    def _keep(self, desk: PortfolioDesk, planned: Table[CaseEntry]) -> Explanation:
        new = taking_in.take(desk, planned)
        self._was_taken = True
        self._found = tuple(
            f"{self.words('portfolio.table.row', row=one.line)} {one.what} {one.fix}" for one in planned.problems
        )
        params = {"new": new, "known": planned.known, "refused": len(planned.refused)}
        return Explanation(what=self.words("portfolio.taken", **params), next="")

    def after_work(self) -> None:
        """Show what the file that was taken in last had."""
        if not self._corrected:
            self._do.say(self.words("portfolio.log.add"))
        looked, self._looked = self._looked, None
        if looked is not None:
            self.preview.show_plan(*looked)
            self._found = ()
        elif self._was_taken:
            self._was_taken = False
            self.preview.leave()
        clear(self._problems)
        found = self._found
        for told in found[:_MOST_TOLD]:
            self._problems.addWidget(self.fact("missing", told))
        if len(found) > _MOST_TOLD:
            more = self.words("portfolio.log.more", count=self.formats.number(len(found) - _MOST_TOLD))
            self._problems.addWidget(Label(more, tone="muted"))

    def _count_dicom(self, path: Path) -> None:
        area, words = ContentArea(self._dicom_area.currentData()), self.words
        approach = None if self._dicom_approach.isHidden() else Approach(self._dicom_approach.currentData())

        def work(desk: PortfolioDesk) -> Explanation:
            found = taking_in.dicom_folder(desk, path, area=area, approach=approach)
            params = {"new": found.new, "known": found.known, "other": found.other, "passed": len(found.passed)}
            return Explanation(what=words("portfolio.log.counted", **params), next="")

        self.asked.emit(work, None)
