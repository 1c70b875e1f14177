"""What education asks next, each credit by itself, and the odd days of cycles."""

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from pocus_desktop.programme.calendar_file import calendar
from pocus_desktop.programme.cme.cycles import cycles
from pocus_desktop.programme.cme.progress import progress
from pocus_desktop.programme.cme.standing import standings
from pocus_desktop.programme.cme.steps import steps_of_education
from pocus_desktop.programme.documents.candidate import CmeCredit, Credential
from pocus_desktop.programme.next_steps import next_steps
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.step import NextStep, StepKind
from tests.programme.samples import account, credential, credit

_ON = date(2026, 11, 26)
_FILE = {"name": "c.pdf", "media_type": "application/pdf", "size_bytes": 1, "sha256": "0" * 64}
_CCI = credential("rvs", "2023-12-01", body="cci", level="registered")


def _steps(held: tuple[Credential, ...], *credits_: CmeCredit, on: date = _ON, **of: Any) -> list[NextStep]:
    papers = Portfolio(account=account(**of) if of else None, credentials=held, credits=credits_)
    return list(steps_of_education(papers, shipped_rules(), on))


def _told(steps: list[NextStep]) -> list[tuple[str, str, str]]:
    return [(str(one.kind), str(one.by), one.about) for one in steps]


def test_a_cycle_near_its_end_says_what_is_missing_and_in_which_subject() -> None:
    good = credit("2025-01-01", "30", approvals=["cci"], evidence=[_FILE])
    [one] = _steps((_CCI,), good)
    assert _told([one]) == [("credits", "2026-11-30", "cci 1")]
    assert one.told().startswith("CCI: 30 of 36 credits for the cycle until 30 November 2026; at least 30 to earn, ")
    assert one.told().endswith("30 of them in cardiovascular medicine.")
    assert one.is_near(_ON)
    assert one.is_near(date(2026, 9, 1))
    assert not one.is_near(date(2026, 8, 31))


@pytest.mark.parametrize(
    ("credits_", "of", "kinds"),
    [
        ((credit("2024-05-01", "10", approvals=["cci"], evidence=[_FILE]),), {}, ["credits", "credits-over"]),
        ((credit("2024-05-01", "10", approvals=["nobody"]),), {}, ["credits", "credits-over"]),
        ((), {"made_at_ms": 1_700_000_000_000}, ["credits", "credits-over"]),  # the account is older than its last day
        ((), {"made_at_ms": 1_796_200_000_000}, ["credits"]),  # 1 December 2026: nothing is known of what was before
        ((), {}, ["credits"]),
        (
            (credit("2024-05-01", "36", approvals=["cci"], subjects=["cardiovascular"], evidence=[_FILE]),),
            {},
            ["credits"],
        ),
    ],
)
def test_a_cycle_that_is_over_and_not_met_is_told_where_it_is_known(
    credits_: tuple[CmeCredit, ...], of: dict[str, Any], kinds: list[str]
) -> None:
    found = _steps((_CCI,), *credits_, on=date(2026, 12, 1), **of)
    assert sorted(str(one.kind) for one in found) == kinds
    over = [one for one in found if one.kind is StepKind.CREDITS_OVER]
    assert all(one.by == date(2026, 11, 30) for one in over)


def test_credits_outside_every_cycle_are_told_with_their_days() -> None:
    before, good = (
        credit("2020-02-29", approvals=["cci"]),
        credit("2025-01-01", "1", approvals=["cci"], evidence=[_FILE]),
    )
    found = {one.kind: one for one in _steps((_CCI,), before, good)}
    assert "1 (29 February 2020 to 29 February 2020)" in found[StepKind.CREDITS_OUTSIDE].told()
    assert StepKind.CREDITS_OUTSIDE not in {one.kind for one in _steps((), before)}  # nobody asks for any


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (credential("rvs", "2023-12-01", body="cci"), "certified, registered"),
        (credential("rvs", "2023-12-01", body="cci", level="specialist"), "certified, registered"),
        (credential("cardiac", "2023-12-01", body="pocus-academy"), "clinical, specialty"),
        (_CCI, ""),
        (credential("rvs", "2023-12-01", body="cci", status="lapsed"), ""),
        (credential("rvs", "2023-12-01", body="cci", expires_on="2026-11-25"), ""),
        (credential("rvs", "2026-11-27", body="cci"), ""),
        (credential("pocus-fundamentals", "2023-12-01", body="pocus-academy"), ""),  # a foundation, and none to keep
        (credential("spi", "2023-12-01", body="ardms"), ""),
        (credential("rdms", "2023-12-01", body="ardms"), ""),
        (credential("rvs", "2023-12-01", body="nobody"), ""),
    ],
)
def test_a_credential_whose_level_the_rules_do_not_know_is_told(held: Credential, told: str) -> None:
    found = [one for one in _steps((held,)) if one.kind is StepKind.LEVEL]
    assert [(one.about, told in one.told()) for one in found] == ([(held.credential_id, True)] if told else [])
    again = held.model_copy(update={"credential_id": "crd_" + "9" * 20, "level": told.partition(",")[0] or held.level})
    assert StepKind.LEVEL not in {one.kind for one in _steps((held, again))}


def test_before_there_were_rules_no_level_is_asked_for() -> None:
    assert _steps((credential("rvs", "2010-12-01", body="cci"),), on=date(2019, 12, 31)) == []


def test_evidence_is_asked_for_in_what_runs_and_in_what_may_be_audited() -> None:
    rdms = (credential("rdms", "2020-01-01", cycle_from="2021-01-01"),)
    old, new = credit("2023-05-01", "30"), credit("2025-05-01", "30")
    found = [one for one in _steps(rdms, old, new) if one.kind is StepKind.EVIDENCE]
    assert _told(found) == [("evidence", "2026-12-31", "ardms 2"), ("evidence", "None", "ardms 1")]
    cci = (credential("cct", "2020-01-01", body="cci", level="certified", cycle_from="2021-01-01"),)
    audited = [credit(day, "30", approvals=["cci"]) for day in ("2023-05-01", "2025-05-01")]
    assert len([one for one in _steps(cci, *audited) if one.kind is StepKind.EVIDENCE]) == 1


def test_each_credit_says_for_whom_it_counts_and_why_not() -> None:
    held = (
        credential("rdms", "2024-02-29"),
        credential("rt-s", "2024-02-29", body="arrt", level="sonography"),
        _CCI,
        credential("clinical", "2024-02-29", body="pocus-academy", level="clinical"),
    )
    both = credit("2025-03-01", "2", approvals=["ardms", "arrt"], activity="Both", activity_id="N-1")
    again = credit("2025-04-01", "1", approvals=["ardms"], activity="Again", activity_id="N-1")
    early = credit("2024-01-01", "1", approvals=["accme"], activity="Early")
    found = standings(
        progress(Portfolio(credentials=held, credits=(both, again, early)), shipped_rules(), _ON), (both, again, early)
    )
    assert [one.credit.activity for one in found] == ["Again", "Both", "Early"]
    assert {one.credit.activity: {each.body: each.why for each in one.each} for one in found} == {
        "Both": {"ardms": "counts", "arrt": "counts", "cci": "not-approved", "pocus-academy": "counts"},
        "Again": {"ardms": "twice", "arrt": "not-approved", "cci": "not-approved", "pocus-academy": "twice"},
        "Early": {"ardms": "outside", "arrt": "outside", "cci": "counts", "pocus-academy": "outside"},
    }
    assert found[1].bodies == ("ardms", "arrt", "pocus-academy")
    assert found[1].each[0].told()() == "ARDMS: 2 count in cycle 1, 29 February 2024 to 31 December 2027."
    for one in found:
        for each in one.each:
            assert "{" not in each.told()() + each.told()("es")


@pytest.mark.parametrize(
    ("begins", "spans"),
    [
        # a biennium of ARRT: from the first day of the month of birth to the last day of the month before it
        ("2023-03-01", [("2023-03-01", "2025-02-28"), ("2025-03-01", "2027-02-28")]),
        ("2022-03-01", [("2022-03-01", "2024-02-29"), ("2024-03-01", "2026-02-28"), ("2026-03-01", "2028-02-29")]),
        ("2024-02-29", [("2024-02-29", "2026-02-28"), ("2026-03-01", "2028-02-29")]),
        ("2025-12-01", [("2025-12-01", "2027-11-30")]),
    ],
)
def test_bienniums_by_the_month_of_birth(begins: str, spans: list[tuple[str, str]]) -> None:
    held = credential("rt-s", "2010-05-05", body="arrt", level="sonography", cycle_from=begins)
    found = cycles((held,), shipped_rules(), _ON)
    assert [(str(one.first), str(one.last)) for one in found] == spans
    assert all(one.is_stated for one in found)


@pytest.mark.parametrize(
    ("zone", "moment", "kinds"),
    [
        # the last moment of 30 November is another one in each zone
        ("America/Bogota", "2026-12-01T04:59:00+00:00", {"credits"}),
        ("America/Bogota", "2026-12-01T05:00:00+00:00", {"credits", "credits-over"}),
        ("Pacific/Kiritimati", "2026-11-30T09:59:00+00:00", {"credits"}),
        ("Pacific/Kiritimati", "2026-11-30T10:00:00+00:00", {"credits", "credits-over"}),
    ],
)
def test_a_cycle_ends_with_its_last_day_where_the_candidate_lives(zone: str, moment: str, kinds: set[str]) -> None:
    now_ms = round(datetime.fromisoformat(moment).timestamp() * 1000)
    papers = Portfolio(account=account(zone=zone), credentials=(_CCI,))
    found = {str(one.kind) for one in next_steps(papers, shipped_rules(), now_ms)}
    assert found & {"credits", "credits-over"} == kinds
    assert datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).date() >= date(2026, 11, 30)


@pytest.mark.parametrize(("day", "count"), [("2026-12-31", 1), ("2026-11-26", 1), ("2026-11-25", 0)])
def test_a_credential_is_kept_to_the_end_of_its_last_day(day: str, count: int) -> None:
    held = credential("rdms", "2024-01-01", expires_on=day)
    assert len(cycles((held,), shipped_rules(), _ON)) == count


def test_a_calendar_reminds_in_time_and_of_nothing_that_is_over() -> None:
    papers = Portfolio(
        account=account(made_at_ms=1_600_000_000_000),
        credentials=(_CCI, credential("rdms", "2024-01-01", expires_on="2027-12-31")),
    )
    now_ms = round(datetime.fromisoformat("2026-12-01T12:00:00+00:00").timestamp() * 1000)
    steps = next_steps(papers, shipped_rules(), now_ms)
    read = icalendar.Calendar.from_ical(calendar(steps, account_id="acc", now_ms=now_ms))
    alarms = {
        str(event["SUMMARY"])[:24]: sorted(re.findall(rb"TRIGGER:-P(\d+)D", event.to_ical()))
        for event in read.walk("VEVENT")
    }
    assert alarms == {
        "CCI: the cycle that ende": [],
        "CCI: 0 of 36 credits for": [b"30", b"7", b"90"],
        "ARDMS: 0 of 30 credits f": [b"30", b"7", b"90"],
        "RDMS: renew it with its ": [b"30", b"7"],
    }
