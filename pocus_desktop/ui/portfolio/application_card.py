"""One application: how each area stands, the voucher and its clock, the evaluators, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.documents.academy import Voucher
from pocus_desktop.programme.documents.candidate import Application, Nomination
from pocus_desktop.programme.evaluators import Evaluator, evaluators_of
from pocus_desktop.programme.next_steps import refused_entries, window_for
from pocus_desktop.programme.own import changes, looking_ahead
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.own.view import PortfolioView
from pocus_desktop.programme.peers.panel import NO_LONGER
from pocus_desktop.programme.places import Refusal
from pocus_desktop.programme.result import certified_since, decision_on, is_refused, outcome_of
from pocus_desktop.programme.voucher import VoucherState
from pocus_desktop.ui.parts.button import Button
from pocus_desktop.ui.parts.card import Card
from pocus_desktop.ui.parts.flow import FlowLayout
from pocus_desktop.ui.parts.label import Label
from pocus_desktop.ui.parts.sheet import Sheet
from pocus_desktop.ui.portfolio.form import Form
from pocus_desktop.ui.portfolio.page import day_in
from pocus_desktop.ui.theme import look

if TYPE_CHECKING:
    from pocus_desktop.ui.portfolio.apply_page import ApplyPage

_GIVE = "give"


class ApplicationCard(Card):
    """One application.

    Args:
        page: Whose words it takes, and which asks for what it wants done.
        view: The present.
        application: Which.
    """

    def __init__(self, page: ApplyPage, view: PortfolioView, application: Application) -> None:
        super().__init__()
        self._page, self._view, self._application = page, view, application
        self.forms: dict[str, Form] = {}
        self._words, self._id = page.words, application.application_id
        made = day_in(local_day(application.made_at_ms, application.zone), self._words)
        title = self._words("portfolio.apply.made_on", day=made)
        self.setAccessibleName(title)
        self.body.addWidget(Label(title, scale="title"))
        if application.is_withdrawn:
            self.body.addWidget(Label(self._words("portfolio.apply.is_withdrawn"), tone="muted"))
            if any(one.application_id == self._id for one in view.portfolio.decisions):
                self.body.addWidget(page.fact("info", self._words("portfolio.apply.decided_before")))
            return
        self._add_questions()
        for area in application.areas:
            self._add_area(area)
        is_decided = all(
            decision_on(view.portfolio.decisions, self._id, area) is not None for area in application.areas
        )
        if self._wants_voucher():
            self._add_voucher()
        if self._evaluated():
            self._add_evaluators()
        if not is_decided:
            button = Button(self._words("portfolio.apply.withdraw"), kind="quiet", icon_name="rotate-ccw")
            button.setObjectName("withdraw")
            button.clicked.connect(self._ask_withdraw)
            row = FlowLayout(gap=look.current().space("tight"))
            row.addWidget(button)
            self.body.addLayout(row)

    def _add_questions(self) -> None:
        for one in self._view.portfolio.questions:
            if one.application_id == self._id:
                asked = self._words("portfolio.apply.asked", words=one.words)
                self.body.addWidget(self._page.fact("info", asked, self._words("portfolio.apply.asked_next")))

    def _add_area(self, area: ContentArea) -> None:
        portfolio, words = self._view.portfolio, self._words
        name = self._page.area(area)
        decided = decision_on(portfolio.decisions, self._id, area)
        if decided is None:
            self.body.addWidget(self._page.fact("waits", words("portfolio.apply.waits", area=name)))
            return
        decision, of_area = decided
        if of_area.is_approved:
            window = window_for(self._view.lives, self._id, area, self._view.now_ms)
            certified, more = self._certified_on(area), ""
            if certified is not None:
                more = words("portfolio.apply.certified", day=self._page.day(certified))
            elif window is not None:
                left = (window.last - self._view.on).days
                key = "portfolio.apply.clock" if left >= 0 else "portfolio.apply.clock_over"
                more = words(key, day=self._page.day(window.last), count=self._page.formats.number(abs(left)))
            notes = [note(words.language) for note in window.notes] if window is not None else []
            self.body.addWidget(self._page.fact("met", words("portfolio.apply.approved", area=name), [more, *notes]))
            return
        until = looking_ahead.may_appeal(self._view).get(decision.decision_id)
        told = words("portfolio.apply.refused", area=name)
        actions = []
        lines = [of_area.reason]
        if until is not None:
            lines.append(words("portfolio.apply.appeal_until", day=self._page.day(until)))
            button = Button(words("portfolio.apply.appeal"), icon_name="flag")
            button.setObjectName(f"appeal:{area}")
            button.clicked.connect(lambda: self._ask_appeal(decision.decision_id))
            actions.append(button)
        lines += self._page.appeals(self._view, decision.decision_id)
        self.body.addWidget(self._page.fact("refused", told, lines, actions=actions))

    def _certified_on(self, area: ContentArea) -> date | None:
        """The day of the certificate that the application led to; None while there is none."""
        return certified_since(self._view.portfolio, self._application, area)

    def _asks_for_evaluators(self) -> bool:
        """Whether somebody may still be named: time runs, and nothing is decided on the answers."""
        outcomes, lives, now_ms = self._view.portfolio.peer_outcomes, self._view.lives, self._view.now_ms
        for area in self._evaluated():
            window = window_for(lives, self._id, area, now_ms)
            is_decided = outcome_of(outcomes, self._id, area) is not None or self._certified_on(area) is not None
            if window is not None and window.is_open(now_ms) and not is_decided:
                return True
        return False

    def _wants_voucher(self) -> bool:
        portfolio = self._view.portfolio
        for area in self._application.areas:
            window = window_for(self._view.lives, self._id, area, self._view.now_ms)
            if window is None and not is_refused(portfolio, self._id, area):
                return True
        return False

    def _evaluated(self) -> list[ContentArea]:
        """The areas whose time runs; of others nobody is asked."""
        return [
            area
            for area in self._application.areas
            if window_for(self._view.lives, self._id, area, self._view.now_ms) is not None
        ]

    def _add_voucher(self) -> None:
        words = self._words
        last = self._page.day(looking_ahead.last_day_if_entered(self._view))
        self.body.addWidget(Label(words("portfolio.voucher.title"), weight="strong", scale="lead"))
        for error in refused_entries(self._view.lives, self._view.portfolio, self._application):
            told = Refusal.of(error).explain(words.language)
            self.body.addWidget(self._page.fact("refused", told.what, told.next))
        self.body.addWidget(Label(words("portfolio.voucher.lead", day=last)))
        for one in self._view.lives:
            if one.state is VoucherState.ISSUED and one.voucher is not None:
                self._add_issued(one.voucher)
        form = self.forms["voucher"] = Form("voucher", words)
        form.line("code", hint="XXXX-XXXX-XXXX-XXXX")
        form.action(words("portfolio.voucher.enter"), icon_name="key-round")
        form.given.connect(lambda: self._ask_voucher(form, last))
        self.body.addWidget(form)

    def _add_issued(self, voucher: Voucher) -> None:
        """A voucher that the academy issued to this number: its code came another way."""
        areas = ", ".join(self._page.area(area) for area in voucher.areas)
        by = voucher.enter_by
        more = self._words("portfolio.voucher.by", day=self._page.day(by)) if by is not None else ""
        self.body.addWidget(self._page.fact("info", self._words("portfolio.voucher.issued", areas=areas), more))

    def _ask_voucher(self, form: Form, last: str) -> None:
        words = self._words
        typed = form.values()["code"]
        if not typed:
            form.tell_fault("code", words("portfolio.voucher.missing"))
            return
        sheet = Sheet(
            self.window(), title=words("portfolio.voucher.sure"), text=words("portfolio.voucher.lead", day=last)
        )
        sheet.setObjectName("voucher-sheet")
        sheet.add_action("back", words("portfolio.not_now"), icon_name="arrow-left")
        sheet.add_action(_GIVE, words("portfolio.voucher.start"), kind="primary", icon_name="hourglass")
        sheet.chosen.connect(lambda taken: self._enter(form, typed) if taken == _GIVE else None)
        sheet.ask()

    def _enter(self, form: Form, typed: str) -> None:
        words, application_id = self._words, self._id

        def work(desk: PortfolioDesk) -> Explanation:
            view = desk.view()
            entry = changes.enter_voucher(view.portfolio, code=typed, application_id=application_id, now_ms=view.now_ms)
            desk.write(entry)
            last = day_in(looking_ahead.last_day_if_entered(view), words)
            return Explanation(what=words("portfolio.voucher.entered", day=last), next=words("portfolio.voucher.next"))

        self._page.asked.emit(work, form)

    def _add_evaluators(self) -> None:
        words, portfolio = self._words, self._view.portfolio
        self.body.addWidget(Label(words("portfolio.evaluators.title"), weight="strong", scale="lead"))
        self.body.addWidget(Label(words("portfolio.evaluators.lead"), tone="muted"))
        for area in self._evaluated():
            self._add_outcome(area)
        found: dict[str, list[Evaluator]] = {}
        for area in self._evaluated():
            for one in evaluators_of(portfolio, self._id, area, self._view.now_ms):
                found.setdefault(one.nomination.nomination_id, []).append(one)
        for several in found.values():
            self._add_evaluator(several)
        if not self._asks_for_evaluators():
            return
        form = self.forms["evaluator"] = Form("evaluator", words)
        form.line("name")
        form.line("email")
        form.line("background")
        languages = [(one, words(f"portfolio.language.{one}")) for one in ("en", "es")]
        form.choice("evaluator_language", languages)
        nobody = [("", words("portfolio.evaluators.nobody"))]
        replaceable = [
            several[0].nomination for several in found.values() if any(one.may_be_replaced for one in several)
        ]
        form.choice("replaces", nobody + [(one.nomination_id, one.name) for one in replaceable])
        form.check("has_agreed")
        form.check("has_interest")
        form.action(words("portfolio.evaluators.name"), icon_name="plus")
        form.given.connect(lambda: self._nominate(form))
        self.body.addWidget(form)

    def _add_outcome(self, area: ContentArea) -> None:
        words, outcome = self._words, outcome_of(self._view.portfolio.peer_outcomes, self._id, area)
        if outcome is not None:
            key = "supported" if outcome.is_supported else "not_supported"
            by = words(
                "portfolio.evaluators.outcome_by", day=self._page.day(outcome.answered_on), policy=outcome.policy
            )
            told = words(f"portfolio.evaluators.{key}", area=self._page.area(area))
            self.body.addWidget(self._page.fact("met" if outcome.is_supported else "refused", told, by))

    def _add_evaluator(self, several: Sequence[Evaluator]) -> None:
        """One person, in each area for which they are named."""
        words, named = self._words, several[0].nomination
        stages = {one.stage for one in several}
        icon = "met" if stages == {"answered"} else "refused" if stages <= NO_LONGER else "waits"
        actions = []
        if any(one.may_be_reminded for one in several):
            button = Button(words("portfolio.evaluators.remind", name=named.name), icon_name="send")
            button.setObjectName(f"remind:{named.nomination_id}")
            button.clicked.connect(lambda: self._remind(named))
            actions.append(button)
        lines = [self._told(one) for one in several]
        self.body.addWidget(self._page.fact(icon, f"{named.name} ({named.email})", lines, actions=actions))

    def _told(self, one: Evaluator) -> str:
        words = self._words
        told = words(f"portfolio.stage.{one.stage}")
        if one.why is not None:
            told = f"{told}: {words(f'portfolio.not_taken.{one.why}')}"
        if one.since_ms is not None:
            day = self._page.day(local_day(one.since_ms, self._view.portfolio.zone))
            told = words("portfolio.evaluators.since", told=told, day=day)
        return f"{self._page.area(one.area)}: {told}"

    def _remind(self, named: Nomination) -> None:
        words = self._words

        def work(desk: PortfolioDesk) -> Explanation:
            desk.write(changes.ask_to_remind(desk.portfolio(), named.nomination_id, now_ms=desk.now_ms))
            what = words("portfolio.evaluators.reminding", name=named.name)
            return Explanation(what=what, next=words("portfolio.evaluators.reminding_next"))

        self._page.asked.emit(work, None)

    def _nominate(self, form: Form) -> None:
        words, application_id, values = self._words, self._id, form.values()
        values["language"] = values.pop("evaluator_language")

        def work(desk: PortfolioDesk) -> Explanation:
            named = changes.nominate(desk.portfolio(), application_id=application_id, now_ms=desk.now_ms, **values)
            desk.write(named)
            what = words("portfolio.evaluators.named", name=named.name)
            return Explanation(what=what, next=words("portfolio.evaluators.named_next"))

        self._page.asked.emit(work, form)

    def _ask_withdraw(self) -> None:
        words, application_id = self._words, self._id
        sheet = Sheet(self.window(), title=words("portfolio.apply.withdraw_sure"))
        sheet.setObjectName("withdraw-sheet")
        sheet.add_action("back", words("portfolio.not_now"), icon_name="arrow-left")
        sheet.add_action(_GIVE, words("portfolio.apply.withdraw"), kind="primary", icon_name="rotate-ccw")

        def work(desk: PortfolioDesk) -> Explanation:
            desk.write(changes.withdraw(desk.portfolio(), application_id))
            return Explanation(what=words("portfolio.apply.is_withdrawn"), next="")

        sheet.chosen.connect(lambda taken: self._page.asked.emit(work, None) if taken == _GIVE else None)
        sheet.ask()

    def _ask_appeal(self, about: str) -> None:
        self._page.appeal(about, "eligibility")
