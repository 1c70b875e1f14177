"""Who lacks something of the way is issued no certificate, unless the academy says that it answers for that."""

from datetime import timedelta
from typing import Any

import pytest

from pocus_desktop.admission.admission import Candidate
from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.certificates.errors import NotDueError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.applications import AreaChoice
from pocus_desktop.hub.programme.recipients import Recipient
from pocus_desktop.hub.programme.store import PORTFOLIO
from pocus_desktop.kernel import words
from pocus_desktop.programme.documents.academy import PeerOutcome
from tests.hub.programme.applicant import Applicant
from tests.hub.school import School

DVT = ContentArea.LOWER_EXTREMITY_DVT
BY: Any = {"who": "olu", "why": "decided"}


class Way:
    """A candidate's way to a certificate, step by step."""

    def __init__(self, school: School, hub: Hub) -> None:
        self.hub = hub
        hub.registry.enrolments.set_terms(hub_url="https://hub.example.org")
        self.ana = Applicant(hub).register()
        done = school.sit(mode=Mode.LIVE, candidate=Candidate(id=self.ana.number or "", display_name="Ana"))
        hub.take(done.final)
        self.sitting = done.sitting

    def missing(self) -> list[str]:
        """The codes of what is missing."""
        return [one.code for one in self.hub.academy.dues.missing(self.ana.number or "", DVT)]

    def apply(self) -> None:
        self.application = self.ana.apply(DVT)

    def decide(self, *, is_approved: bool = True) -> None:
        choice = AreaChoice(area=DVT, is_approved=is_approved, reason="as read")
        self.hub.academy.applications.decide(self.application, [choice], who="olu", by="Olu Ade")

    def enter(self) -> None:
        [voucher] = self.hub.academy.vouchers.issue([Recipient(name="Ana Ruiz")], [DVT], **BY)
        self.voucher_id = self.ana.enter(voucher.code, self.application).voucher_id

    def evaluated(self, *, is_supported: bool = True, days: int = 0) -> None:
        """What the evaluation came to is told."""
        tables = self.hub.academy.tables
        [account] = tables.look(PORTFOLIO, account_id=self.ana.account_id)
        outcome = PeerOutcome(
            application_id=self.application,
            area=DVT,
            is_supported=is_supported,
            policy=1,
            answered_on=self.ana.today + timedelta(days=days),
            made_at_ms=self.ana.now_ms,
        )
        with tables.rows() as rows:
            self.hub.academy.portfolios.give(rows, account["account_id"], outcome, f"{self.application} {days}")

    def issue(self, **how: Any) -> str:
        """The certificate's id."""
        return self.hub.certificates.issue(self.ana.number or "", self.sitting, **BY, **how).certificate.certificate_id


@pytest.fixture
def way(school: School, hub: Hub) -> Way:
    return Way(school, hub)


def test_what_is_missing_is_named_step_by_step_until_it_is_due(way: Way) -> None:
    assert way.missing() == ["due.no-application"]
    way.apply()
    assert way.missing() == ["due.decision", "due.voucher"]
    way.decide()
    assert way.missing() == ["due.voucher"]
    way.enter()
    assert way.missing() == ["due.evaluation"]
    with pytest.raises(NotDueError):
        way.issue()
    assert way.hub.certificates.of(way.ana.number or "") == ()
    way.evaluated()
    assert way.missing() == []
    [entry] = way.hub.certificates.history(way.issue())
    assert (entry.action, entry.was) == ("issued", "")


def test_an_evaluation_counts_within_the_window_and_where_it_supports(way: Way) -> None:
    way.apply()
    way.decide()
    way.enter()
    way.evaluated(days=400)
    assert way.missing() == ["due.evaluation"]
    way.evaluated(is_supported=False)
    assert way.missing() == ["due.not-supported"]


def test_a_refund_takes_the_window_away(way: Way) -> None:
    way.apply()
    way.decide()
    way.enter()
    way.evaluated()
    way.hub.academy.vouchers.refund(way.voucher_id, who="olu", by="academy", why="asked for")
    assert way.missing() == ["due.voucher"]


def test_of_two_applications_the_one_that_lacks_least_counts(way: Way) -> None:
    way.apply()
    way.decide()
    way.enter()
    way.evaluated()
    way.ana.send(way.ana.application(DVT))
    assert way.missing() == []


def test_the_refusal_says_what_is_missing_in_both_languages_and_logs_no_reason(way: Way) -> None:
    way.apply()
    way.decide(is_approved=False)
    with pytest.raises(NotDueError) as refused:
        way.issue()
    assert refused.value.params == {"missing": "due.refused due.voucher"}
    for language in words.languages():
        told = refused.value.explain(language).what
        assert "as read" in told
        assert words.say("programme.due.voucher", language) in told


def test_the_academy_may_answer_for_what_is_missing_and_the_trail_keeps_it(way: Way) -> None:
    name = way.issue(is_despite=True)
    [entry] = way.hub.certificates.history(name)
    assert (entry.action, entry.was, entry.why) == ("issued", "due.no-application", "decided")
