"""Who lacks something of the way is issued no certificate, unless the academy says that it answers for that."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest

from pocus_desktop.admission.admission import Candidate
from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.certificates.errors import NotDueError, NotPassedError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.applications import AreaChoice
from pocus_desktop.hub.programme.recipients import Recipient
from pocus_desktop.hub.programme.store import DOCUMENT, GIVEN, PORTFOLIO
from pocus_desktop.hub.registry.store import RegistryRows
from pocus_desktop.kernel import words
from pocus_desktop.programme.documents.academy import PeerOutcome
from tests.hub.programme.applicant import Applicant
from tests.hub.school import School

BOTH = pytest.mark.parametrize("kept_in", ["sqlite", "postgresql"])
DVT = ContentArea.LOWER_EXTREMITY_DVT
BY: Any = {"who": "olu", "why": "decided"}


class Way:
    """A candidate's way to a certificate, step by step."""

    def __init__(self, school: School, hub: Hub) -> None:
        self.hub = hub
        hub.registry.enrolments.set_terms(hub_url="https://hub.example.org")
        hub.certificates.set_issuer("Academy of Example", who="dora", why="named")
        self.ana = Applicant(hub).register()
        done = school.sit(mode=Mode.LIVE, candidate=Candidate(id=self.ana.number or "", display_name="Ana"))
        hub.take(done.final)
        self.sitting = done.sitting

    def sit_again(self, school: School) -> str:
        """A second attempt; the id of the sitting."""
        who = Candidate(id=self.ana.number or "", display_name="Ana")
        done = school.sit(mode=Mode.LIVE, candidate=who, attempt=2)
        self.hub.take(done.final)
        return done.sitting

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

    def complete(self) -> "Way":
        """All of it."""
        self.apply()
        self.decide()
        self.enter()
        self.evaluated()
        return self

    def refund(self) -> None:
        self.hub.academy.vouchers.refund(self.voucher_id, by="academy", **BY)

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


def test_what_nothing_is_missing_for_waits_until_it_is_issued(way: Way) -> None:
    def waits() -> list[tuple[str, ContentArea]]:
        return [(one.application_id, one.area) for one in way.hub.academy.dues.awaiting()]

    way.apply()
    way.decide()
    way.enter()
    assert waits() == []
    way.evaluated()
    assert waits() == [(way.application, DVT)]
    record = way.issue()
    assert waits() == []
    way.hub.certificates.revoke(record, **BY)
    assert waits() == [], "somebody took it back, and knows why"


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


def test_a_certificate_rests_on_the_sitting_that_is_named_and_on_no_other(way: Way, school: School) -> None:
    way.complete()
    long_ago, way.sitting = way.sitting, way.sit_again(school)
    with way.hub.academy.tables.rows() as rows:  # as if it had been sat before the voucher was entered, or never told
        rows.change(GIVEN, {"about": long_ago, "kind": "result"}, kind="told-elsewhere")
    with pytest.raises(NotDueError) as refused:
        way.hub.certificates.issue(way.ana.number or "", long_ago, **BY)
    assert refused.value.params == {"missing": "due.assessment"}
    [record] = [way.hub.certificates.find(way.issue())]
    standing = way.hub.standing(way.sitting)
    assert standing is not None
    assert [one.sealed_digest for one in record.openings] == [standing.digest]


def test_a_sitting_that_an_appeal_made_void_is_certified_in_no_case(
    way: Way, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    way.complete()
    void = way.sitting
    way.sit_again(school)  # which passed, and lies in the window
    appeal = way.ana.appeal(void, ground="technology")
    told: list[str] = []
    monkeypatch.setattr(way.hub.academy.appeals, "_release", told.append)  # decided, and not yet told
    way.hub.academy.appeals.decide(appeal.appeal_id, is_granted=True, reason="the probe", who="olga", by="Olga")
    assert told == [void]
    for is_despite in (False, True):
        with pytest.raises(NotPassedError, match="an appeal made it void"):
            way.issue(is_despite=is_despite)


def test_what_waits_is_found_without_a_look_at_the_log_of_cases(way: Way) -> None:
    way.complete()
    tables = way.hub.academy.tables
    with tables.rows() as rows:
        assert rows.change(DOCUMENT, {"account_id": way.ana.account_id, "kind": "case"}, content=b"unread") == 20
    assert [one.application_id for one in way.hub.academy.dues.awaiting()] == [way.application]
    withdrawn = way.ana.application(DVT, application_id=way.application, is_withdrawn=True, revision=2)
    way.ana.send(withdrawn)
    assert way.hub.academy.dues.awaiting() == ()


def just_before(hub: Hub, monkeypatch: pytest.MonkeyPatch, what: Callable[[], object]) -> None:
    """Let something happen in the last moment before the next transaction of a desk begins."""
    tables, waiting = hub.academy.tables, [what]
    rows: Callable[[], AbstractContextManager[RegistryRows]] = tables.rows

    @contextmanager
    def late() -> Iterator[RegistryRows]:
        if waiting:
            waiting.pop()()
        with rows() as found:
            yield found

    monkeypatch.setattr(hub.certificates._store, "rows", late)


@BOTH
def test_what_comes_in_the_last_moment_before_it_is_issued_is_seen(
    way: Way, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    way.complete()
    just_before(way.hub, monkeypatch, way.refund)
    with pytest.raises(NotDueError):
        way.issue()

    def sit_again() -> None:
        way.hub.take(school.sit(candidate=Candidate(id=way.ana.number or "", display_name="Ana"), mode=Mode.LIVE).final)

    just_before(way.hub, monkeypatch, sit_again)
    with pytest.raises(NotPassedError, match="in doubt"):
        way.issue(is_despite=True)
    assert way.hub.certificates.of(way.ana.number or "") == ()


@BOTH
def test_a_refund_while_it_is_issued_waits_and_stands_behind_it_in_the_trail(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    way.complete()
    missing = way.hub.academy.dues.missing
    refunding = threading.Thread(target=way.refund)

    def slowly(*asked: Any) -> Any:
        refunding.start()
        return missing(*asked)

    monkeypatch.setattr(way.hub.certificates, "_missing", slowly)
    way.issue()
    refunding.join()
    told = [step.action for step in reversed(way.hub.academy.tables.trail())]
    assert told[-2:] == ["issued", "refunded"]
    assert way.missing() == ["due.voucher"]
