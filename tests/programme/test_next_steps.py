"""What next and by when: the whole way of a candidate, told at each of its stations; and as a calendar."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel import words
from pocus_desktop.programme.answer import Told
from pocus_desktop.programme.calendar_file import calendar
from pocus_desktop.programme.documents.academy import (
    AppealDecision,
    CertificateHeld,
    Decision,
    EvaluatorState,
    PeerOutcome,
    Question,
    ResultSummary,
)
from pocus_desktop.programme.documents.candidate import Appeal, Application, CmeCredit, Nomination, VoucherEntry
from pocus_desktop.programme.documents.registry import AnyDocument
from pocus_desktop.programme.next_steps import next_steps
from pocus_desktop.programme.own.changes import under_way
from pocus_desktop.programme.portfolio import Portfolio, gather
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.step import Actor, NextStep, StepKind
from pocus_desktop.programme.voucher import life
from pocus_desktop.programme.voucher_code import new_code, voucher_id_of
from tests.programme.samples import account, an_id, case, cases, credential, ready

_ON = date(2026, 11, 26)
_NOW = round(datetime(2026, 11, 26, 15, tzinfo=UTC).timestamp() * 1000)
_DAY_MS = 24 * 60 * 60 * 1000


def _steps(portfolio: Portfolio, now_ms: int = _NOW) -> list[tuple[str, str | None]]:
    found = next_steps(portfolio, shipped_rules(), now_ms)
    return [(str(one.kind), str(one.by) if one.by else None) for one in found]


def _applied(*areas: str, **fields: Any) -> Application:
    said = {
        "application_id": an_id("app"),
        "candidate_id": "C-1001",
        "areas": areas or ("lung",),
        "made_at_ms": _NOW,
        "zone": "America/Bogota",
        "rules": shipped_rules().digest,
    }
    return Application.model_validate(said | fields)


def _decided(
    application: Application, *, approved: bool = True, at_ms: int = _NOW, day: str = "2026-11-26"
) -> Decision:
    areas = [
        {
            "area": str(area),
            "is_approved": approved,
            "rule_ids": ["cases-lung-2020"],
            "reason": "" if approved else "no",
        }
        for area in application.areas
    ]
    return Decision.model_validate(
        {
            "decision_id": an_id("dec"),
            "application_id": application.application_id,
            "decided_on": "2026-11-26",
            "areas": areas,
            "rules": "0" * 64,
            "by": "staff",
            "made_at_ms": at_ms,
        }
    )


def _entered(application: Application, at_ms: int = _NOW) -> VoucherEntry:
    code = new_code()
    return VoucherEntry(
        entry_id=an_id("ent"),
        voucher_id=voucher_id_of(code),
        code=code,
        application_id=application.application_id,
        candidate_id=application.candidate_id,
        entered_at_ms=at_ms,
        zone="America/Bogota",
    )


def _result(application: Application, score: int, **fields: Any) -> ResultSummary:
    said = {
        "result_id": an_id("res"),
        "application_id": application.application_id,
        "candidate_id": "C-1001",
        "area": "lung",
        "sitting_id": "sit",
        "sealed_digest": "0" * 64,
        "sat_on": "2026-12-01",
        "score": score,
        "maximum": 1000,
        "released_on": "2026-12-02",
    }
    return ResultSummary.model_validate(said | fields)


def _nominated(application: Application, email: str, **fields: Any) -> Nomination:
    said = {
        "nomination_id": an_id("nom"),
        "application_id": application.application_id,
        "name": "Dr. B",
        "email": email,
        "background": "Emergency physician",
        "made_at_ms": _NOW,
    }
    return Nomination.model_validate(said | fields)


def _supported(application: Application, *, is_supported: bool = True) -> PeerOutcome:
    return PeerOutcome.model_validate(
        {
            "application_id": application.application_id,
            "area": "lung",
            "is_supported": is_supported,
            "policy": 1,
            "answered_on": "2026-12-05",
            "made_at_ms": _NOW,
        }
    )


def test_the_way_from_nothing_to_an_application() -> None:
    assert _steps(Portfolio()) == [("account", None), ("foundation", None)]
    begun = Portfolio(account=account(candidate_id=None), cases=cases(5, _ON))
    assert _steps(begun) == [("id-number", None), ("foundation", None), ("log-cases", None)]
    whole = ready(_ON)
    assert _steps(replace(whole, attestations=())) == [("attest", None)]
    assert _steps(whole) == [("apply", "2027-11-26")]


def test_the_way_from_the_application_to_the_certificate() -> None:
    application = _applied()
    base = replace(ready(_ON), applications=(application,))
    assert _steps(base) == [("decision", None), ("voucher", None)] or _steps(base) == [
        ("voucher", None),
        ("decision", None),
    ]
    approved = replace(base, decisions=(_decided(application),))
    assert _steps(approved) == [("voucher", None)]
    open_ = replace(approved, entries=(_entered(application),))
    assert _steps(open_) == [("nominate", "2027-05-25"), ("sit", "2027-05-25")]
    named = replace(open_, nominations=tuple(_nominated(application, f"{at}@example.org") for at in "abc"))
    assert _steps(named) == [("sit", "2027-05-25"), ("evaluation", "2027-05-25")]
    sat = replace(named, results=(_result(application, 700),))
    assert _steps(sat) == [("evaluation", "2027-05-25")]
    answered = replace(sat, peer_outcomes=(_supported(application),))
    assert _steps(answered) == [("certificate", None)]


def test_who_was_not_approved_may_appeal_for_thirty_days() -> None:
    application = _applied()
    refused = replace(ready(_ON), applications=(application,), decisions=(_decided(application, approved=False),))
    assert _steps(refused) == [("appeal-decision", "2026-12-26")]
    assert _steps(refused, _NOW + 30 * _DAY_MS) == [("appeal-decision", "2026-12-26")]
    assert _steps(refused, _NOW + 31 * _DAY_MS) == [("apply", "2027-11-26")]  # it is over: one may begin again
    heard = replace(refused, decisions=(*refused.decisions, _decided(application, at_ms=_NOW + 1)))
    assert _steps(heard) == [("voucher", None)]


def test_what_the_academy_asked_stands_until_it_decides() -> None:
    application = _applied()
    asked = Question.model_validate(
        {
            "question_id": an_id("qst"),
            "application_id": application.application_id,
            "words": "Where do you scan?",
            "by": "staff",
            "made_at_ms": _NOW + 5,
        }
    )
    papers = replace(ready(_ON), applications=(application,), questions=(asked,))
    found = {one.kind: one for one in next_steps(papers, shipped_rules(), _NOW)}
    assert found[StepKind.QUESTION].told() == "The academy asks: Where do you scan?"
    decided = replace(papers, decisions=(_decided(application, at_ms=_NOW + 9),))
    assert "question" not in dict(_steps(decided))


def test_an_appeal_that_was_made_waits_for_the_academy_and_is_not_asked_for_again() -> None:
    application = _applied()
    refused = replace(ready(_ON), applications=(application,), decisions=(_decided(application, approved=False),))
    appeal = Appeal.model_validate(
        {
            "appeal_id": an_id("apl"),
            "candidate_id": "C-1001",
            "ground": "eligibility",
            "about": refused.decisions[0].decision_id,
            "decided_on": "2026-11-26",
            "made_at_ms": _NOW,
            "zone": "UTC",
            "words": "I do practise.",
        }
    )
    waiting = replace(refused, appeals=(appeal,))
    assert _steps(waiting) == [("appeal", None)]
    heard = AppealDecision.model_validate(
        {
            "appeal_decision_id": an_id("apd"),
            "appeal_id": appeal.appeal_id,
            "is_granted": False,
            "reason": "no",
            "by": "staff",
            "decided_on": "2026-11-27",
            "made_at_ms": _NOW,
        }
    )
    assert _steps(replace(waiting, appeal_decisions=(heard,))) == []


def test_an_evaluation_that_does_not_support_is_said() -> None:
    application = _applied()
    papers = replace(
        ready(_ON),
        applications=(application,),
        decisions=(_decided(application),),
        entries=(_entered(application),),
        peer_outcomes=(_supported(application, is_supported=False),),
    )
    assert _steps(papers) == [("sit", "2027-05-25"), ("not-supported", None)]


def test_who_did_not_pass_is_told_so_and_may_appeal() -> None:
    application = _applied()
    papers = replace(
        ready(_ON),
        applications=(application,),
        decisions=(_decided(application),),
        entries=(_entered(application),),
        peer_outcomes=(_supported(application),),
        results=(_result(application, 699),),
    )
    assert _steps(papers, _NOW + 7 * _DAY_MS) == [("appeal-result", "2027-01-01"), ("not-passed", None)]
    void = replace(papers, results=(_result(application, 900, is_void=True),))
    assert [kind for kind, _ in _steps(void, _NOW + 7 * _DAY_MS)] == ["appeal-result", "sit"]


def test_a_window_that_is_over_is_said() -> None:
    application = _applied()
    papers = replace(
        ready(_ON), applications=(application,), decisions=(_decided(application),), entries=(_entered(application),)
    )
    window = life(papers.entries[0].voucher_id, papers, shipped_rules(), _NOW).window
    assert window is not None
    assert ("window-over", None) not in _steps(papers, window.ends_at_ms - 1)
    assert _steps(papers, window.ends_at_ms) == [("window-over", None)]


def test_who_applied_again_hears_no_more_of_the_window_and_nobody_does_while_a_certificate_is_due() -> None:
    application = _applied()
    papers = replace(
        ready(_ON), applications=(application,), decisions=(_decided(application),), entries=(_entered(application),)
    )
    lives = (life(papers.entries[0].voucher_id, papers, shipped_rules(), _NOW),)
    window = lives[0].window
    assert window is not None
    over = window.ends_at_ms
    again = _applied(made_at_ms=over)
    assert not under_way(papers, ContentArea.LUNG, shipped_rules(), lives, over)
    assert _steps(replace(papers, applications=(application, again)), over) == [("decision", None), ("voucher", None)]
    withdrawn = again.model_copy(update={"is_withdrawn": True})
    assert ("window-over", None) in _steps(replace(papers, applications=(application, withdrawn)), over)
    due = replace(papers, results=(_result(application, 900),), peer_outcomes=(_supported(application),))
    assert _steps(due, over) == [("certificate", None)]
    assert under_way(due, ContentArea.LUNG, shipped_rules(), lives, over)


def test_a_result_of_the_last_days_may_be_appealed_against_when_the_window_is_over() -> None:
    application = _applied()
    entry = _entered(application, _NOW - 179 * _DAY_MS)
    papers = replace(
        ready(_ON),
        applications=(application,),
        decisions=(_decided(application),),
        entries=(entry,),
        results=(_result(application, 699),),
    )
    window = life(entry.voucher_id, papers, shipped_rules(), _NOW).window
    assert window is not None
    assert _steps(papers, window.ends_at_ms) == [("appeal-result", "2027-01-01"), ("window-over", None)]


def test_an_evaluator_who_cannot_answer_is_to_be_replaced_and_named_twice_is_one() -> None:
    application = _applied()
    named = [_nominated(application, email) for email in ("a@example.org", "b@example.org", "C@example.org")]
    gone = EvaluatorState(nomination_id=named[1].nomination_id, state="unreachable", at_ms=_NOW)
    again = _nominated(application, "c@EXAMPLE.org", made_at_ms=_NOW + 5)
    papers = replace(
        ready(_ON),
        applications=(application,),
        decisions=(_decided(application),),
        entries=(_entered(application),),
        nominations=(*named, again),
        evaluators=(gone,),
    )
    [step] = [one for one in next_steps(papers, shipped_rules(), _NOW) if one.kind is StepKind.NOMINATE]
    assert step.told() == "Lung: nominate evaluators; still to name: 1 of 3."
    other = _nominated(application, "d@example.org", replaces=named[1].nomination_id)
    assert "nominate" not in dict(_steps(replace(papers, nominations=(*named, other))))


@pytest.mark.parametrize(
    ("on", "told"),
    [
        ("2031-01-01", [("renew-later", "2031-05-27")]),
        ("2031-05-27", [("renew", "2031-11-26")]),
        ("2031-11-26", [("renew", "2031-11-26")]),
        ("2031-11-27", []),
    ],
)
def test_a_certificate_is_to_be_renewed_in_its_last_half_year(on: str, told: list[tuple[str, str | None]]) -> None:
    held = CertificateHeld.model_validate(
        {
            "certificate_id": an_id("crt"),
            "candidate_id": "C-1001",
            "area": "lung",
            "issued_on": "2026-11-26",
            "last_on": "2031-11-26",
        }
    )
    now = round(datetime.fromisoformat(f"{on}T17:00+00:00").timestamp() * 1000)
    found = [
        step for step in _steps(Portfolio(account=account(), certificates=(held,)), now) if step[0] != "foundation"
    ]
    assert found == [one for one in told if one[0] != "foundation"]


def test_education_and_credentials_have_their_days() -> None:
    held = credential("rdms", "2024-01-01", expires_on="2027-12-31")
    credit = CmeCredit.model_validate(
        {
            "credit_id": an_id("cme"),
            "activity": "Lung",
            "provider_name": "AIUM",
            "way": "online",
            "topic": "advanced-imaging",
            "approvals": ["aium"],
            "completed_on": "2025-01-01",
            "credits": "3",
        }
    )
    papers = Portfolio(account=account(), credentials=(held,), credits=(credit,))
    assert _steps(papers) == [("credential-ends", "2027-12-31"), ("credits", "2027-12-31"), ("evidence", "2027-12-31")]


def test_two_writings_of_one_document_are_shown_and_not_guessed() -> None:
    one = case("2026-01-01", findings="B lines")
    other = one.model_copy(update={"findings": "A lines"})
    papers = gather([account(), one, other])
    assert len(papers.conflicts) == 1
    assert set(papers.conflicts[0].writings) == {one, other}
    assert _steps(papers)[0] == ("conflict", None)
    mended = gather([account(), one, other, other.model_copy(update={"revision": 2})])
    assert mended.conflicts == ()
    assert mended.cases[0].findings == "A lines"


@given(st.permutations(range(12)))
@settings(max_examples=20)
def test_the_order_in_which_documents_come_changes_nothing(order: list[int]) -> None:
    documents = [*_SOME[:11], _SOME[0]]
    assert gather(documents[at] for at in order) == gather(documents)


_SOME: list[AnyDocument] = [account(), *cases(10, _ON), credential("spi", "2025-01-01")]


@given(st.integers(0, 900), st.booleans(), st.booleans())
@settings(max_examples=40)
def test_steps_with_a_day_come_by_day_and_before_those_without(later: int, entered: bool, sat: bool) -> None:
    application = _applied("lung", "cardiac")
    papers = replace(
        ready(_ON),
        credentials=(credential("rdms", "2024-01-01"), credential("rvs", "2025-05-05", body="cci", level="registered")),
        applications=(application,),
        decisions=(_decided(application),),
        entries=(_entered(application),) if entered else (),
        results=(_result(application, 500),) if sat else (),
    )
    found = next_steps(papers, shipped_rules(), _NOW + later * _DAY_MS)
    days = [one.by for one in found if one.by is not None]
    assert days == sorted(days)
    assert [one.by is None for one in found] == sorted(one.by is None for one in found)
    assert len({one.key for one in found}) == len(found)


def test_every_kind_of_step_has_words_in_each_language() -> None:
    kinds = [kind for kind in StepKind if kind is not StepKind.CREDITS]
    assert [kind for kind in kinds if not words.has(f"programme.step.{kind}", "es")] == []
    assert [kind for kind in kinds if not words.has(f"programme.step.{kind}")] == []


def _read_back(data: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(data).events)


def test_a_calendar_is_read_by_a_library_as_it_was_meant() -> None:
    title = "Lung; echo, \\ “Ñandú” 心 " * 8 + "\nend"
    papers = Portfolio(
        account=account(),
        credentials=(credential("rdms", "2024-01-01", expires_on="2028-02-29", title="RDMS"),),
    )
    steps = next_steps(papers, shipped_rules(), _NOW)
    odd = NextStep(
        kind=StepKind.CREDENTIAL_ENDS,
        actor=Actor.ACADEMY,
        by=date(2026, 12, 31),
        told=Told.of("step.credential-ends", title=title),
    )
    data = calendar([*steps, odd], account_id="acc_1", now_ms=_NOW, language="es")
    events = _read_back(data)
    assert [(event.start, event.end) for event in events] == [
        (date(2027, 12, 31), date(2028, 1, 1)),
        (date(2028, 2, 29), date(2028, 3, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    ]
    assert str(events[2]["SUMMARY"]) == odd.told("es")
    assert [len(event.subcomponents) for event in events] == [3, 2, 0]
    assert b"TRIGGER:-P7D" in events[0].subcomponents[-1].to_ical()
    assert len({str(event["UID"]) for event in events}) == 3
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)
    for line in lines:
        line.decode()  # no character was cut


def test_a_calendar_made_again_names_its_events_as_before() -> None:
    papers = Portfolio(account=account(), credentials=(credential("rdms", "2024-01-01"),))
    steps = next_steps(papers, shipped_rules(), _NOW)
    one = _read_back(calendar(steps, account_id="acc_1", now_ms=_NOW))
    later = _read_back(calendar(steps, account_id="acc_1", now_ms=_NOW + _DAY_MS))
    other = _read_back(calendar(steps, account_id="acc_2", now_ms=_NOW))
    assert [event["UID"] for event in one] == [event["UID"] for event in later]
    assert {event["UID"] for event in one}.isdisjoint(event["UID"] for event in other)


def test_a_calendar_of_nothing_is_a_calendar() -> None:
    assert _read_back(calendar((), account_id="", now_ms=_NOW)) == []
