"""Passing, the certificate that is due, its validity and renewal, and appeals: on the days at the edges."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.appealing import NotAGroundError, TooLateToAppealError, appeal_until, require_appeal
from pocus_desktop.programme.documents.academy import CertificateHeld, Decision, PeerOutcome, ResultSummary
from pocus_desktop.programme.documents.candidate import Appeal, Application, VoucherEntry
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.result import Due, certificate_due, is_refused, passes
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.validity import CertificateState, last_day, renewed_from, validity
from pocus_desktop.programme.voucher import Received, window_of
from pocus_desktop.programme.voucher_code import new_code, voucher_id_of
from tests.programme.samples import an_id

_RULES = shipped_rules()
_APP = an_id("app")
_OTHER_APP = an_id("app")


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def _result(score: int, sat: str = "2026-03-01", **fields: Any) -> ResultSummary:
    said = {
        "result_id": an_id("res"),
        "application_id": _APP,
        "candidate_id": "C-1",
        "area": "lung",
        "sitting_id": "sit",
        "sealed_digest": "0" * 64,
        "sat_on": sat,
        "score": score,
        "maximum": 1000,
        "released_on": sat,
    }
    return ResultSummary.model_validate(said | fields)


def _decision(
    *,
    approved: bool = True,
    at_ms: int = 1,
    day: str = "2026-02-01",
    area: str = "lung",
    application_id: str = _APP,
) -> Decision:
    choice = {"area": area, "is_approved": approved, "rule_ids": [], "reason": "not in practice"}
    return Decision.model_validate(
        {
            "decision_id": an_id("dec"),
            "application_id": application_id,
            "decided_on": day,
            "areas": [choice],
            "rules": "0" * 64,
            "by": "staff",
            "made_at_ms": at_ms,
        }
    )


def _outcome(*, supports: bool = True, on: str = "2026-04-01", at_ms: int = 1, **fields: Any) -> PeerOutcome:
    said = {
        "application_id": _APP,
        "area": "lung",
        "is_supported": supports,
        "policy": 1,
        "answered_on": on,
        "made_at_ms": at_ms,
    }
    return PeerOutcome.model_validate(said | fields)


def _due(papers: Portfolio, *, has_window: bool = True) -> Due:
    application = Application.model_validate(
        {
            "application_id": _APP,
            "candidate_id": "C-1",
            "areas": ["lung"],
            "made_at_ms": 0,
            "zone": "UTC",
            "rules": "0" * 64,
        }
    )
    code = new_code()
    entry = VoucherEntry(
        entry_id=an_id("ent"),
        voucher_id=voucher_id_of(code),
        code=code,
        application_id=_APP,
        candidate_id="C-1",
        entered_at_ms=_ms("2026-02-10T09:00"),
        zone="UTC",
    )
    window = window_of(Received(entry=entry), (), _RULES) if has_window else None
    return certificate_due(papers, application, ContentArea.LUNG, window, _RULES)


@pytest.mark.parametrize(
    ("on", "counts"), [("2026-02-09", False), ("2026-02-10", True), ("2026-08-09", True), ("2026-08-10", False)]
)
def test_an_evaluation_counts_from_the_first_day_of_the_window_to_its_last(on: str, counts: bool) -> None:
    papers = Portfolio(decisions=(_decision(),), results=(_result(800),), peer_outcomes=(_outcome(on=on),))
    assert _due(papers).is_due is counts


@pytest.mark.parametrize(
    ("score", "maximum", "is_void", "expected"),
    [
        (700, 1000, False, True),
        (699, 1000, False, False),
        (7, 10, False, True),
        (2, 3, False, False),
        (1000, 1000, True, False),
        (0, 1, False, False),
    ],
)
def test_what_passes(score: int, maximum: int, is_void: bool, expected: bool) -> None:
    assert passes(_result(score, maximum=maximum, is_void=is_void), _RULES) is expected


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_passing_is_exact(score: int, maximum: int) -> None:
    assert passes(_result(score, maximum=maximum), _RULES) == (10 * score >= 7 * maximum)


def test_a_certificate_is_due_on_the_day_of_the_last_of_what_was_needed() -> None:
    due = _due(Portfolio(decisions=(_decision(),), results=(_result(800),), peer_outcomes=(_outcome(),)))
    assert (due.is_due, due.complete_on, due.missing) == (True, date(2026, 4, 1), ())
    assert len(due.evidence) == 3
    later = _due(
        Portfolio(
            decisions=(_decision(at_ms=_ms("2026-05-05T09:00")),), results=(_result(800),), peer_outcomes=(_outcome(),)
        )
    )
    assert later.complete_on == date(2026, 5, 5)


@pytest.mark.parametrize(
    ("papers", "missing"),
    [
        (Portfolio(), ["due.decision", "due.assessment", "due.evaluation"]),
        (Portfolio(decisions=(_decision(approved=False),)), ["due.refused", "due.assessment", "due.evaluation"]),
        (
            Portfolio(decisions=(_decision(),), results=(_result(699),), peer_outcomes=(_outcome(supports=False),)),
            ["due.not-passed", "due.not-supported"],
        ),
        (  # before the day of entry, and on the day behind the last
            Portfolio(
                decisions=(_decision(),),
                results=(_result(900, "2026-02-09"), _result(900, "2026-08-10")),
                peer_outcomes=(_outcome(on="2026-08-10"),),
            ),
            ["due.assessment", "due.evaluation"],
        ),
        (
            Portfolio(
                decisions=(_decision(),),
                results=(_result(900, "2026-08-09"),),
                peer_outcomes=(_outcome(on="2026-02-10"),),
            ),
            [],
        ),
        (  # another's result, and one of another application
            Portfolio(
                decisions=(_decision(),),
                results=(_result(900, candidate_id="C-2"), _result(900, application_id=an_id("app"))),
                peer_outcomes=(_outcome(),),
            ),
            ["due.assessment"],
        ),
        (
            Portfolio(decisions=(_decision(),), results=(_result(900, is_void=True),), peer_outcomes=(_outcome(),)),
            ["due.assessment"],
        ),
        (  # all of another area
            Portfolio(
                decisions=(_decision(area="cardiac"),),
                results=(_result(900, area="cardiac"),),
                peer_outcomes=(_outcome(area="cardiac"),),
            ),
            ["due.decision", "due.assessment", "due.evaluation"],
        ),
        (  # all of another application
            Portfolio(
                decisions=(_decision(application_id=_OTHER_APP),),
                results=(_result(900, application_id=_OTHER_APP),),
                peer_outcomes=(_outcome(application_id=_OTHER_APP),),
            ),
            ["due.decision", "due.assessment", "due.evaluation"],
        ),
        (  # on the day of entry
            Portfolio(decisions=(_decision(),), results=(_result(900, "2026-02-10"),), peer_outcomes=(_outcome(),)),
            [],
        ),
    ],
)
def test_what_is_missing_is_said(papers: Portfolio, missing: list[str]) -> None:
    due = _due(papers)
    assert [one.code for one in due.missing] == missing
    assert all(one() and one("es") for one in due.missing)
    assert due.is_due is (not missing)


@pytest.mark.parametrize(
    ("decisions", "refused"),
    [
        ((), False),
        ((_decision(),), False),
        ((_decision(approved=False),), True),
        ((_decision(approved=False, at_ms=4), _decision(at_ms=5)), False),  # an appeal was granted
        ((_decision(approved=False, area="cardiac"),), False),
        ((_decision(approved=False, application_id=_OTHER_APP),), False),
    ],
)
def test_an_area_is_refused_where_the_last_decision_on_it_refuses(
    decisions: tuple[Decision, ...], refused: bool
) -> None:
    assert is_refused(Portfolio(decisions=decisions), _APP, ContentArea.LUNG) is refused


def test_without_a_voucher_nothing_is_due() -> None:
    due = _due(Portfolio(decisions=(_decision(),), results=(_result(900),)), has_window=False)
    assert [one.code for one in due.missing] == ["due.voucher"]


def test_the_last_decision_and_the_last_outcome_hold() -> None:
    papers = Portfolio(
        decisions=(_decision(at_ms=5), _decision(approved=False, at_ms=4)),
        results=(_result(900), _result(100, "2026-03-05")),
        peer_outcomes=(_outcome(at_ms=7), _outcome(supports=False, at_ms=6)),
    )
    assert _due(papers).is_due


def _held(issued: str, last: str, **fields: Any) -> CertificateHeld:
    said = {
        "certificate_id": an_id("crt"),
        "candidate_id": "C-1",
        "area": "lung",
        "issued_on": issued,
        "last_on": last,
    }
    return CertificateHeld.model_validate(said | fields)


@pytest.mark.parametrize(
    ("issued", "last"), [("2026-03-01", "2031-03-01"), ("2024-02-29", "2029-02-28"), ("2026-12-31", "2031-12-31")]
)
def test_the_last_day_of_a_certificate(issued: str, last: str) -> None:
    assert str(last_day(date.fromisoformat(issued), _RULES)) == last


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2026-02-28", "not-yet"),
        ("2026-03-01", "valid"),
        ("2030-08-29", "valid"),
        ("2030-08-30", "renewable"),
        ("2031-03-01", "renewable"),
        ("2031-03-02", "ended"),
    ],
)
def test_how_a_certificate_stands(on: str, state: str) -> None:
    held = _held("2026-03-01", "2031-03-01")
    assert validity(held, (held,), _RULES, date.fromisoformat(on)).state == state


def test_a_renewed_and_a_revoked_one() -> None:
    held = _held("2026-03-01", "2031-03-01", revoked_on="2028-01-01")
    assert validity(held, (), _RULES, date(2027, 12, 31)).state is CertificateState.VALID
    assert validity(held, (), _RULES, date(2028, 1, 1)).state is CertificateState.REVOKED
    first = _held("2026-03-01", "2031-03-01")
    second = _held("2031-03-02", "2036-03-01", renewal_of=first.certificate_id)
    assert validity(first, (first, second), _RULES, date(2031, 3, 1)).state is CertificateState.RENEWED
    undone = second.model_copy(update={"revoked_on": date(2031, 1, 1)})
    assert validity(first, (first, undone), _RULES, date(2031, 3, 1)).state is CertificateState.RENEWABLE


@pytest.mark.parametrize(
    ("renewed", "span"),
    [
        ("2030-09-15", ("2031-03-02", "2036-03-01")),  # who renews early loses no day
        ("2031-03-01", ("2031-03-02", "2036-03-01")),
        ("2031-03-02", ("2031-03-02", "2036-03-02")),
        ("2033-07-01", ("2033-07-01", "2038-07-01")),
    ],
)
def test_renewal_goes_on_from_the_old_one(renewed: str, span: tuple[str, str]) -> None:
    first, last = renewed_from(_held("2026-03-01", "2031-03-01"), date.fromisoformat(renewed), _RULES)
    assert (str(first), str(last)) == span


def _appeal(made: str, ground: str = "technology", zone: str = "UTC") -> Appeal:
    return Appeal.model_validate(
        {
            "appeal_id": an_id("apl"),
            "candidate_id": "C-1",
            "ground": ground,
            "about": "res",
            "decided_on": "2026-06-30",
            "made_at_ms": _ms(made),
            "zone": zone,
            "words": "It froze.",
        }
    )


def test_an_appeal_is_made_within_thirty_days_where_the_candidate_lives() -> None:
    decided = date(2026, 1, 30)
    assert appeal_until(decided, _RULES) == date(2026, 3, 1)
    require_appeal(_appeal("2026-03-01T23:59"), decided, _RULES)
    require_appeal(_appeal("2026-03-02T04:59", zone="America/Bogota"), decided, _RULES)
    with pytest.raises(TooLateToAppealError):
        require_appeal(_appeal("2026-03-02T00:00"), decided, _RULES)
    with pytest.raises(TooLateToAppealError):
        require_appeal(_appeal("2026-03-02T05:00", zone="America/Bogota"), decided, _RULES)


def test_neither_a_clock_ahead_nor_a_late_arrival_takes_an_appeal_away() -> None:
    decided = date(2026, 1, 30)
    require_appeal(_appeal("2026-12-01T00:00"), decided, _RULES, received_at_ms=_ms("2026-02-15T00:00"))
    require_appeal(_appeal("2026-02-15T00:00"), decided, _RULES, received_at_ms=_ms("2026-12-01T00:00"))


def test_a_clock_from_before_the_decision_does_not_keep_an_appeal_open() -> None:
    decided = date(2026, 1, 30)
    with pytest.raises(TooLateToAppealError):
        require_appeal(_appeal("2026-01-28T00:00"), decided, _RULES, received_at_ms=_ms("2026-12-01T00:00"))
    require_appeal(_appeal("2026-01-28T00:00"), decided, _RULES, received_at_ms=_ms("2026-02-15T00:00"))
    require_appeal(_appeal("2026-01-29T00:00"), decided, _RULES, received_at_ms=_ms("2026-12-01T00:00"))


def test_an_appeal_rests_on_a_ground_of_the_rule() -> None:
    with pytest.raises(NotAGroundError) as refused:
        require_appeal(_appeal("2026-02-15T00:00", "too-hard"), date(2026, 1, 30), _RULES)
    assert refused.value.params["grounds"] == "eligibility, technology"


def test_a_renewal_that_was_revoked_renews_until_that_day() -> None:
    before = _held("2021-03-01", "2026-03-01")
    renewal = _held("2026-03-02", "2031-03-01", renewal_of=before.certificate_id, revoked_on="2026-02-10")
    states = [validity(before, (before, renewal), _RULES, date(2026, 2, day)).state for day in (9, 10)]
    assert states == [CertificateState.RENEWED, CertificateState.RENEWABLE]
