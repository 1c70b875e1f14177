"""What is to be sat, what came of it, and the certificates."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.own import looking_ahead
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.programme.papers import PAPER_LANGUAGES
from pocus_desktop.programme.places import SittingPlace, Way
from pocus_desktop.programme.result import passes
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.clear import clear
from pocus_desktop.ui.parts.drop_down import DropDown
from pocus_desktop.ui.parts.file_field import FileField
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.portfolio.certificate_words import standings
from pocus_desktop.ui.portfolio.page import PortfolioPage, moment_in
from pocus_desktop.ui.words import Words

_SIGNS: Final = {Way.NOW: "met", Way.ELSEWHERE: "info", Way.NOT_YET: "waits"}


class AssessPage(PortfolioPage):
    """Assessments, results, certificates.

    Args:
        words: Of the window.
        sit: Opens the candidate's window at an admission; called on a worker.
        parent: The owner.
    """

    name = "assess"

    def __init__(self, words: Words, sit: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._sit = sit
        self._shown: object = None
        self._lists = [QVBoxLayout() for _ in range(3)]
        for key, layout in zip(("to_sit", "results", "certificates"), self._lists, strict=True):
            card = self.add_card(words(f"portfolio.assess.{key}"))
            card.body.addLayout(layout)
            if key == "certificates":
                self._add_files(card.body)
        self.column.addStretch(1)

    def _add_files(self, body: QVBoxLayout) -> None:
        words = self.words
        self._copies = QWidget()
        copies = QVBoxLayout(self._copies)
        copies.setContentsMargins(0, 0, 0, 0)
        copies.setSpacing(body.spacing())
        which = Label(words("portfolio.assess.which"), weight="medium")
        copies.addWidget(which)
        self._which = DropDown(words("portfolio.assess.which"))
        self._which.setObjectName("paper:which")
        which.setBuddy(self._which)
        copies.addWidget(self._which)
        save = FileField(
            words("portfolio.assess.pdf"),
            words("portfolio.assess.save_pdf"),
            words=words,
            object_name="paper",
            is_new=True,
        )
        save.given.connect(self._write)
        copies.addWidget(save)
        self._copies.hide()
        body.addWidget(self._copies)
        body.addWidget(Label(words("portfolio.assess.file_lead"), tone="muted"))
        take = FileField(
            words("portfolio.assess.file"), words("portfolio.assess.verify"), words=words, object_name="certificate"
        )
        take.given.connect(self._take)
        body.addWidget(take)

    def render_view(self, view: PortfolioView) -> None:
        """Show what is there."""
        shown = (view.portfolio, view.on, view.steps, view.kept, view.places, view.synced_ms)
        if shown == self._shown:
            return
        self._shown = shown
        for layout in self._lists:
            clear(layout)
        self._show_sittings(view)
        self._show_results(view)
        self._show_certificates(view)
        for layout, key in zip(self._lists, ("no_sittings", "no_results", "no_certificates"), strict=True):
            if not layout.count():
                layout.addWidget(Label(self.words(f"portfolio.assess.{key}"), tone="muted"))

    def _show_sittings(self, view: PortfolioView) -> None:
        words = self.words
        for one in view.places:
            told, area = one.explain(words.language), self.area(one.area)
            actions = []
            if one.way is Way.NOW:
                do = words("portfolio.assess.sit_on" if one.code == "go-on" else "portfolio.assess.sit_now")
                button = Button(do, icon_name="play")
                button.setObjectName(f"sit:{one.area}")
                button.setAccessibleName(words("portfolio.assess.sit_of", do=do, area=area))
                button.clicked.connect(lambda _on=False, place=one: self._open_sitting(place))
                actions.append(button)
            lines = [one.title(words.language), told.what, self._when(one), told.next]
            self._lists[0].addWidget(self.fact(_SIGNS[one.way], area, lines, actions=actions))
        if view.places and view.synced_ms is not None:
            said = words("portfolio.assess.of_last_sync", moment=moment_in(view.synced_ms, words))
            self._lists[0].addWidget(Label(said, scale="fine", tone="muted"))

    def _when(self, place: SittingPlace) -> str:
        if place.by is None:
            return ""
        if place.first is not None:
            return self.words("portfolio.assess.between", first=self.day(place.first), day=self.day(place.by))
        return self.words("portfolio.assess.until", day=self.day(place.by))

    def _open_sitting(self, place: SittingPlace) -> None:
        """Have the candidate's window opened; a computer that starts no program says so."""
        told = self.words("portfolio.assess.sit_opening", area=self.area(place.area))

        def work(_desk: PortfolioDesk) -> Explanation:
            self._sit(place.admission_id)
            return Explanation(what=told, next="")

        self.asked.emit(work, None)

    def _show_results(self, view: PortfolioView) -> None:
        words, number = self.words, self.formats.number
        appealable = looking_ahead.may_appeal(view)
        for one in sorted(view.portfolio.results, key=lambda one: one.sat_on, reverse=True):
            is_good = passes(one, view.rules)
            percent = self.formats.percent(100 * one.score // one.maximum)
            key = "void" if one.is_void else "passed" if is_good else "not_passed"
            sign = "info" if one.is_void else "met" if is_good else "refused"
            lines = [
                words(
                    "portfolio.assess.score",
                    score=number(one.score / 100),
                    maximum=number(one.maximum / 100),
                    percent=percent,
                    day=self.day(one.sat_on),
                )
            ]
            actions = []
            until = appealable.get(one.result_id)
            if until is not None:
                lines.append(words("portfolio.assess.appeal_until", day=self.day(until)))
                button = Button(words("portfolio.apply.appeal"), icon_name="flag")
                button.setObjectName("appeal:result")
                button.clicked.connect(lambda _on=False, about=one.result_id: self.appeal(about, "technology"))
                actions.append(button)
            lines += self.appeals(view, one.result_id)
            told = f"{self.area(one.area)}: {words(f'portfolio.assess.{key}')}"
            self._lists[1].addWidget(self.fact(sign, told, lines, actions=actions))

    def _show_certificates(self, view: PortfolioView) -> None:
        words = self.words
        for one in standings(view, words):
            actions = []
            if one.is_here:
                button = Button(words("portfolio.assess.open_pdf"), icon_name="file-text")
                button.setObjectName(f"paper:{one.certificate_id}")
                button.setAccessibleName(words("portfolio.assess.open_pdf_of", what=one.what))
                button.clicked.connect(lambda _on=False, name=one.certificate_id: self._open(name))
                actions.append(button)
            self._lists[2].addWidget(self.fact(one.sign, one.what, one.lines, actions=actions))
        chosen = self._which.currentData()
        self._which.clear()
        for kept in view.kept:
            areas = ", ".join(map(self.area, kept.certificate.areas))
            self._which.addItem(f"{areas}, {kept.certificate_id}", kept.certificate_id)
        self._which.setCurrentIndex(max(0, self._which.findData(chosen)))
        self._copies.setVisible(bool(view.kept))

    def _take(self, path: Path) -> None:
        words = self.words

        def work(desk: PortfolioDesk) -> Explanation:
            found = desk.keep_certificate(path)
            return Explanation(what=words("portfolio.assess.genuine", name=found.holder), next="")

        self.asked.emit(work, None)

    def _write(self, path: Path) -> None:
        words, certificate_id = self.words, self._which.currentData()

        def work(desk: PortfolioDesk) -> Explanation:
            desk.save_certificate(certificate_id, path, language=self._paper_language)
            return Explanation(what=words("portfolio.assess.saved", file=path.name), next="")

        self.asked.emit(work, None)

    def _open(self, certificate_id: str) -> None:
        self.asked.emit(lambda desk: desk.certificate_paper(certificate_id, language=self._paper_language), None)

    @property
    def _paper_language(self) -> str:
        return self.words.language if self.words.language in PAPER_LANGUAGES else PAPER_LANGUAGES[0]
