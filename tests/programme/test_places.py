"""Where an assessment is sat, or why not yet: one row for each answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pocus_desktop.admission.admission import Admission, Candidate, Window
from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel import words
from pocus_desktop.programme.documents.academy import (
    AdmissionNotice,
    AppealDecision,
    AreaDecision,
    CertificateHeld,
    Decision,
    ResultSummary,
    Voucher,
)
from pocus_desktop.programme.documents.candidate import Appeal, Application, VoucherEntry
from pocus_desktop.programme.places import NO_STATION, Here, Refusal, SittingPlace, ThisComputer, Way, places
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.voucher import life
from pocus_desktop.programme.voucher_code import new_code, voucher_id_of
from tests.programme.samples import account, an_id

LUNG = ContentArea.LUNG
NOW = round(datetime(2026, 11, 26, 15, tzinfo=UTC).timestamp() * 1000)
DAY = 24 * 60 * 60 * 1000
LAST = date(2027, 5, 25)
"""Of a window that began on NOW."""
MISSING = Refusal(code="bundle.not_in_library", params={"bundle": "lung-a", "version": 1})


def _papers() -> Portfolio:
    """Approved, and the clock runs since NOW."""
    application = Application.model_validate(
        {
            "application_id": an_id("app"),
            "candidate_id": "C-1001",
            "areas": ["lung"],
            "made_at_ms": NOW,
            "zone": "America/Bogota",
            "rules": "0" * 64,
        }
    )
    code = new_code()
    voucher = Voucher(voucher_id=voucher_id_of(code), areas=(LUNG,), issued_at_ms=NOW - 1)
    entry = VoucherEntry.model_validate(
        {
            "entry_id": an_id("ent"),
            "voucher_id": voucher.voucher_id,
            "code": code,
            "application_id": application.application_id,
            "candidate_id": "C-1001",
            "entered_at_ms": NOW,
            "zone": "America/Bogota",
        }
    )
    return Portfolio(
        account=account(),
        applications=(application,),
        decisions=(_decision(application, is_approved=True),),
        vouchers=(voucher,),
        entries=(entry,),
    )


def _decision(application: Application, *, is_approved: bool) -> Decision:
    reason = "" if is_approved else "no"
    return Decision(
        decision_id=an_id("dec"),
        application_id=application.application_id,
        decided_on=date(2026, 11, 26),
        areas=(AreaDecision(area=LUNG, is_approved=is_approved, rule_ids=("cases-lung-2020",), reason=reason),),
        rules="0" * 64,
        by="staff",
        made_at_ms=NOW,
    )


def _here(name: str = "adm-1", **fields: Any) -> Here:
    said: dict[str, Any] = {
        "admission_id": name,
        "candidate": Candidate(id="c-1001", display_name="Ana Ruiz"),
        "bundle_id": "lung-a",
        "mode": Mode.LIVE,
        "window": Window(not_before_ms=NOW, not_after_ms=NOW + 180 * DAY),
    }
    of_admission = {key: fields.pop(key) for key in list(fields) if key in Admission.model_fields}
    shown: dict[str, Any] = {"admission": Admission(**(said | of_admission)), "area": LUNG, "titles": {"en": "Lung A"}}
    return Here(**(shown | fields))


def _notice(name: str = "adm-1", **fields: Any) -> AdmissionNotice:
    said = {
        "admission_id": name,
        "candidate_id": "C-1001",
        "area": "lung",
        "bundle_id": "lung-a",
        "not_before_ms": NOW,
        "not_after_ms": NOW + 180 * DAY,
    }
    return AdmissionNotice.model_validate(said | fields)


def _result(portfolio: Portfolio, score: int, **fields: Any) -> ResultSummary:
    return ResultSummary(
        result_id=an_id("res"),
        application_id=portfolio.applications[0].application_id,
        candidate_id="C-1001",
        area=LUNG,
        sitting_id="sit_1",
        sealed_digest="0" * 64,
        sat_on=date(2026, 11, 27),
        score=score,
        maximum=100,
        released_on=date(2026, 11, 27),
        **fields,
    )


def _told(
    portfolio: Portfolio, *here: Here, now_ms: int = NOW, station: str | None = "this", refusal: Refusal | None = None
) -> tuple[SittingPlace, ...]:
    rules = shipped_rules()
    lives = [life(one.voucher_id, portfolio, rules, now_ms) for one in portfolio.entries]
    computer = ThisComputer(station_id=station, here=here, refusal=refusal)
    found = places(portfolio, rules, now_ms, lives, computer)
    for one in found:
        for language in words.languages():
            said = one.explain(language)
            assert said.what
            assert said.next
            assert "{" not in said.what + said.next
    return found


def _codes(found: tuple[SittingPlace, ...]) -> list[tuple[str, str]]:
    return [(str(one.way), one.refusal.code if one.refusal is not None else one.code) for one in found]


def _appealed(held: Portfolio, *, is_granted: bool | None = None) -> Portfolio:
    decision = _decision(held.applications[0], is_approved=False)
    appeal = Appeal(
        appeal_id=an_id("apl"),
        candidate_id="C-1",
        ground="eligibility",
        about=decision.decision_id,
        decided_on=date(2026, 11, 26),
        made_at_ms=NOW,
        zone="UTC",
        words="they are logged",
    )
    heard = AppealDecision(
        appeal_decision_id=an_id("apd"),
        appeal_id=appeal.appeal_id,
        is_granted=bool(is_granted),
        reason="looked at",
        by="staff",
        decided_on=date(2026, 11, 26),
        made_at_ms=NOW,
    )
    found = replace(held, decisions=(decision,), appeals=(appeal,))
    return found if is_granted is None else replace(found, appeal_decisions=(heard,))


Told = Callable[[Portfolio], tuple[SittingPlace, ...]]
CENTRE: dict[str, Any] = {"centre_id": "north", "centre_name": "North Hospital"}
LATER: dict[str, Any] = {"window": Window(not_before_ms=NOW + DAY, not_after_ms=NOW + 2 * DAY)}
OVER: dict[str, Any] = {"window": Window(not_before_ms=NOW - 2 * DAY, not_after_ms=NOW - DAY)}
ROWS: dict[str, tuple[Told, list[tuple[str, str]]]] = {
    "nobody decided": (lambda held: _told(replace(held, decisions=())), [("not-yet", "decision")]),
    "refused, and may be appealed": (
        lambda held: _told(replace(held, decisions=(_decision(held.applications[0], is_approved=False),))),
        [("not-yet", "refused")],
    ),
    "refused, and no more to be appealed": (
        lambda held: _told(
            replace(held, decisions=(_decision(held.applications[0], is_approved=False),)), now_ms=NOW + 40 * DAY
        ),
        [],
    ),
    "refused, and appealed against": (lambda held: _told(_appealed(held)), [("not-yet", "appealed")]),
    "the appeal was granted, and nothing is decided anew": (
        lambda held: _told(_appealed(held, is_granted=True)),
        [("not-yet", "appealed")],
    ),
    "the appeal was refused": (lambda held: _told(_appealed(held, is_granted=False)), []),
    "no voucher": (lambda held: _told(replace(held, entries=())), [("not-yet", "voucher")]),
    "the window is over": (lambda held: _told(held, now_ms=NOW + 181 * DAY), [("not-yet", "window-over")]),
    "nobody admitted": (_told, [("not-yet", "no-admission")]),
    "all is here": (lambda held: _told(held, _here()), [("now", "now")]),
    "the words for the day are asked for": (
        lambda held: _told(held, _here(needs_words=True)),
        [("now", "now-with-words")],
    ),
    "somebody else's": (
        lambda held: _told(held, _here(candidate=Candidate(id="C-2", display_name="Ben"))),
        [("not-yet", "no-admission")],
    ),
    "practice": (lambda held: _told(held, _here(mode=Mode.PRACTICE)), [("not-yet", "no-admission")]),
    "of another area": (lambda held: _told(held, _here(area=ContentArea.CARDIAC)), [("not-yet", "no-admission")]),
    "later, here": (lambda held: _told(held, _here(**LATER)), [("not-yet", "later")]),
    "its time is over, the window is not": (lambda held: _told(held, _here(**OVER)), [("not-yet", "ended")]),
    "the bundle is not here": (
        lambda held: _told(held, _here(area=None, refusal=MISSING)),
        [("not-yet", "bundle.not_in_library")],
    ),
    "the bundle is not here, and the academy told of what area it is": (
        lambda held: _told(replace(held, admissions=(_notice(),)), _here(area=None, refusal=MISSING)),
        [("not-yet", "bundle.not_in_library")],
    ),
    "at a centre": (
        lambda held: _told(replace(held, admissions=(_notice(**CENTRE),))),
        [("elsewhere", "centre")],
    ),
    "at a centre, though its file was brought here": (
        lambda held: _told(
            replace(held, admissions=(_notice(**CENTRE),)),
            _here(centre_id="north", refusal=Refusal(code="sitting.wrong_centre")),
        ),
        [("elsewhere", "centre")],
    ),
    "at the centre whose computer this is": (
        lambda held: _told(replace(held, admissions=(_notice(**CENTRE),)), _here(centre_id="north")),
        [("now", "now")],
    ),
    "at another computer": (
        lambda held: _told(replace(held, admissions=(_notice(station="that"),))),
        [("elsewhere", "station")],
    ),
    "at this computer, and its file is not here": (
        lambda held: _told(replace(held, admissions=(_notice(station="this"),))),
        [("not-yet", "not-here")],
    ),
    "anywhere, and this is no station": (
        lambda held: _told(replace(held, admissions=(_notice(),)), refusal=NO_STATION.refusal),
        [("not-yet", "sitting.not_enrolled")],
    ),
    "withdrawn, though its file is here": (
        lambda held: _told(replace(held, admissions=(_notice(state="withdrawn", revision=2),)), _here()),
        [("not-yet", "withdrawn")],
    ),
    "withdrawn, and another is here": (
        lambda held: _told(
            replace(held, admissions=(_notice(state="withdrawn", revision=2),)), _here(), _here("adm-2", attempt=2)
        ),
        [("now", "now")],
    ),
    "one at a centre, one here": (
        lambda held: _told(replace(held, admissions=(_notice("adm-0", **CENTRE),)), _here()),
        [("now", "now")],
    ),
    "begun here": (lambda held: _told(held, _here(stage="begun")), [("now", "go-on")]),
    "begun here, and the window is over since": (
        lambda held: _told(held, _here(stage="begun"), now_ms=NOW + 181 * DAY),
        [("now", "go-on")],
    ),
    "begun here, and open in another window": (
        lambda held: _told(held, _here(stage="begun", refusal=Refusal(code="sitting.already_open"))),
        [("not-yet", "sitting.already_open")],
    ),
    "handed in here": (lambda held: _told(held, _here(stage="handed-in")), [("not-yet", "handed-in")]),
    "handed in at a centre": (
        lambda held: _told(replace(held, admissions=(_notice(state="sat", revision=3, **CENTRE),))),
        [("not-yet", "handed-in")],
    ),
    "not passed": (
        lambda held: _told(replace(held, results=(_result(held, 10),)), _here(stage="handed-in")),
        [("not-yet", "not-passed")],
    ),
    "not passed, and admitted again": (
        lambda held: _told(
            replace(held, results=(_result(held, 10),)), _here(stage="handed-in"), _here("adm-2", attempt=2)
        ),
        [("now", "now")],
    ),
    "one that does not count": (
        lambda held: _told(replace(held, results=(_result(held, 90, is_void=True),)), _here(stage="handed-in")),
        [("not-yet", "no-admission")],
    ),
    "passed": (lambda held: _told(replace(held, results=(_result(held, 90),)), _here(stage="handed-in")), []),
    "withdrawn by the candidate": (
        lambda held: _told(
            replace(held, applications=(held.applications[0].model_copy(update={"is_withdrawn": True}),)), _here()
        ),
        [],
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_each_area_gets_one_answer(name: str) -> None:
    told, expected = ROWS[name]
    assert _codes(told(_papers())) == expected


def test_the_days_are_those_of_window_and_admission_where_the_candidate_lives() -> None:
    [now] = _told(_papers(), _here(window=Window(not_before_ms=None, not_after_ms=NOW + 2 * DAY)))
    assert (now.first, now.by, now.admission_id, now.title("es")) == (None, date(2026, 11, 28), "adm-1", "Lung A")
    [later] = _told(_papers(), _here(**LATER))
    assert (later.first, later.by) == (date(2026, 11, 27), date(2026, 11, 28))
    [none] = _told(_papers())
    assert none.by == LAST
    [centre] = _told(replace(_papers(), admissions=(_notice(**CENTRE),)))
    assert centre.explain("en").what == "To be sat at a centre: North Hospital."
    assert "C-1001" in centre.explain("es").next
    assert now.as_json("en")["way"] == str(Way.NOW)


def _applied_again(first: Portfolio) -> Portfolio:
    """After the application of `first`, another a day later: approved, and its clock runs."""
    again = _papers()
    later = again.applications[0].model_copy(update={"made_at_ms": NOW + DAY})
    return replace(
        first,
        applications=(*first.applications, later),
        decisions=(*first.decisions, *again.decisions),
        vouchers=again.vouchers,
        entries=again.entries,
    )


def _of_the_last(held: Portfolio, score: int) -> ResultSummary:
    return _result(replace(held, applications=held.applications[-1:]), score)


def test_who_was_refused_and_passed_when_they_applied_again_is_through() -> None:
    first = _papers()
    refused = replace(first, decisions=(_decision(first.applications[0], is_approved=False),))
    assert _codes(_told(refused)) == [("not-yet", "refused")]
    again = _applied_again(refused)
    assert _codes(_told(again)) == [("not-yet", "no-admission")]
    assert _told(replace(again, results=(_of_the_last(again, 90),))) == ()


def test_what_was_sat_for_an_earlier_application_is_not_handed_in_for_another() -> None:
    first = _papers()
    failed = replace(first, results=(_result(first, 10),), admissions=(_notice(state="sat"),))
    again = _applied_again(failed)
    assert _codes(_told(again)) == [("not-yet", "no-admission")]
    both = replace(again, admissions=(*again.admissions, _notice("adm-2", state="sat")))
    assert _codes(_told(both)) == [("not-yet", "handed-in")]
    scored = replace(both, results=(*both.results, _of_the_last(both, 10)))
    assert _codes(_told(scored)) == [("not-yet", "not-passed")]


def test_the_result_of_somebody_else_ends_nothing() -> None:
    held = _papers()
    other = _result(held, 90).model_copy(update={"candidate_id": "C-2002"})
    assert _codes(_told(replace(held, results=(other,)))) == [("not-yet", "no-admission")]


def test_a_certificate_ends_it() -> None:
    held = CertificateHeld(
        certificate_id=an_id("crt"),
        candidate_id="C-1001",
        area=LUNG,
        issued_on=date(2026, 11, 27),
        last_on=date(2031, 11, 26),
    )
    assert _told(replace(_papers(), certificates=(held,)), _here()) == ()


def test_a_refusal_tells_days_in_words_and_ids_as_they_are() -> None:
    late = Refusal(code="voucher.too_late", params={"day": "2026-12-01"})
    assert "1 December 2026" in late.explain().what
    assert "1 de diciembre de 2026" in late.explain("es").what
    bundle = Refusal(code="bundle.not_in_library", params={"bundle": "cardiac", "version": 1})
    assert "cardiac" in bundle.explain().what
