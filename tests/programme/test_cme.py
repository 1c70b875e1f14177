"""Continuing education: cycles that begin on odd days, what counts twice and what does not."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.programme.cme.cycles import current_cycles, cycles
from pocus_desktop.programme.cme.progress import Progress, counts_for, current_progress, progress
from pocus_desktop.programme.documents.candidate import CmeCredit, Credential
from pocus_desktop.programme.documents.registry import read_document
from pocus_desktop.programme.errors import BadDocumentError
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.rules.model import CmeRule, RuleBook
from tests.programme.samples import credential, credit

_ON = date(2026, 11, 26)


def _rdms(issued: str = "2024-01-01", **fields: Any) -> Credential:
    return credential("rdms", issued, **fields)


def _only(credentials: tuple[Credential, ...], *credits_: CmeCredit, on: date = _ON) -> Progress:
    [found] = current_progress(Portfolio(credentials=credentials, credits=credits_), shipped_rules(), on)
    return found


def _with(**changed: Any) -> Rules:
    """The shipped book with another row for ARDMS in the place of its own."""
    book = shipped_rules().book
    rows = [
        CmeRule.model_validate(row.model_dump(by_alias=True) | changed) if row.id == "cme-ardms-2020" else row
        for row in book.rules
    ]
    return Rules(RuleBook.model_validate(book.model_dump(by_alias=True) | {"rules": rows}))


@pytest.mark.parametrize(
    ("held", "spans"),
    [
        # the rest of the year of issue belongs to the first cycle, then whole years
        (
            {"issued": "2019-06-15"},
            [("2019-06-15", "2022-12-31"), ("2023-01-01", "2025-12-31"), ("2026-01-01", "2028-12-31")],
        ),
        ({"issued": "2019-06-15", "cycle_from": "2025-01-01"}, [("2025-01-01", "2027-12-31")]),
        ({"issued": "2020-12-31"}, [("2020-12-31", "2023-12-31"), ("2024-01-01", "2026-12-31")]),
        ({"issued": "2024-02-29", "cycle_from": "2024-02-29"}, [("2024-02-29", "2027-02-28")]),
        ({"issued": "2026-11-27"}, []),
        ({"issued": "2020-01-01", "status": "lapsed"}, []),
        ({"issued": "2020-01-01", "expires_on": "2026-11-25"}, []),
        ({"issued": "2026-01-02", "expires_on": "2026-11-26"}, [("2026-01-02", "2029-12-31")]),  # on its last day
    ],
)
def test_cycles_of_ardms(held: dict[str, Any], spans: list[tuple[str, str]]) -> None:
    found = cycles((_rdms(**held),), shipped_rules(), _ON)
    assert [(str(one.first), str(one.last)) for one in found] == spans


@pytest.mark.parametrize(
    ("day", "counts"), [("2022-12-31", False), ("2023-01-01", True), ("2025-12-31", True), ("2026-01-01", False)]
)
def test_a_credit_of_the_first_and_of_the_last_day_is_of_the_cycle(day: str, counts: bool) -> None:
    papers = Portfolio(credentials=(_rdms("2019-06-15"),), credits=(credit(day, "2"),))
    [second] = [one for one in progress(papers, shipped_rules(), _ON) if one.cycle.number == 2]
    assert bool(second.counted) is counts


def test_cycles_of_two_and_of_three_years_from_the_day_of_issue() -> None:
    arrt = credential("rt-s", "2023-03-15", body="arrt", level="sonography")
    cci = credential("rvs", "2022-10-01", body="cci", level="registered")
    found = current_cycles((arrt, cci), shipped_rules(), _ON)
    assert [(one.body, str(one.first), str(one.last), one.number, int(one.rule.credits)) for one in found] == [
        ("arrt", "2025-03-15", "2027-03-14", 2, 24),
        ("cci", "2025-10-01", "2028-09-30", 2, 36),
    ]


def test_one_body_asks_once_and_the_level_that_asks_for_most_holds() -> None:
    certified = credential("cct", "2023-10-01", body="cci", level="certified")
    registered = credential("rvs", "2023-10-01", body="cci", level="registered")
    later = credential("rcs", "2025-10-01", body="cci", level="registered")
    [both] = current_cycles((certified, registered), shipped_rules(), date(2024, 1, 1))
    assert (int(both.rule.credits), len(both.credentials)) == (36, 2)
    [begun] = current_cycles((certified, later), shipped_rules(), date(2026, 1, 1))
    assert begun.rule.credits == 16  # what is held when a cycle begins decides
    [following] = current_cycles((certified, later), shipped_rules(), date(2026, 10, 1))
    assert following.rule.credits == 36


def test_an_examination_that_was_passed_is_no_credential_to_keep() -> None:
    assert cycles((credential("spi", "2024-02-29"),), shipped_rules(), _ON) == ()
    [found] = cycles((credential("spi", "2022-02-28"), _rdms("2024-05-05")), shipped_rules(), _ON)
    assert str(found.first) == "2024-05-05"


def test_a_level_that_the_body_does_not_know_asks_for_nothing() -> None:
    assert cycles((credential("x", "2023-10-01", body="cci"),), shipped_rules(), _ON) == ()
    assert cycles((credential("x", "2023-10-01", body="nobody"),), shipped_rules(), _ON) == ()


@given(st.dates(date(2020, 1, 1), date(2026, 1, 1)), st.integers(0, 20_000), st.sampled_from(["ardms", "arrt"]))
def test_every_day_after_the_first_lies_in_one_cycle(issued: date, later: int, body: str) -> None:
    held = (credential("x", issued.isoformat(), body=body),)
    on = issued + timedelta(days=later)
    assert len(current_cycles(held, shipped_rules(), on)) == 1
    found = cycles(held, shipped_rules(), on)
    assert found[0].first == issued
    assert all(one.last + timedelta(days=1) == other.first for one, other in pairwise(found))


def test_a_later_row_changes_no_cycle_that_has_begun() -> None:
    book = shipped_rules().book
    old = shipped_rules().cme("ardms", None, _ON)
    assert old is not None
    added = CmeRule.model_validate(
        old.model_dump(by_alias=True) | {"id": "cme-ardms-2027", "from": "2027-01-01", "credits": "60", "years": 4}
    )
    rules = Rules(RuleBook.model_validate(book.model_dump(by_alias=True) | {"rules": [*book.rules, added]}))
    held = (_rdms("2024-06-01"),)
    now, then = date(2027, 6, 1), date(2028, 1, 1)
    assert current_cycles(held, rules, now) == current_cycles(held, shipped_rules(), now)
    [following] = current_cycles(held, rules, then)
    assert (int(following.rule.credits), str(following.last)) == (60, "2031-12-31")


def test_a_body_that_asks_no_more_has_no_cycle_that_begins_then() -> None:
    book = shipped_rules().book
    old = shipped_rules().cme("ardms", None, _ON)
    assert old is not None
    ended = CmeRule.model_validate(
        old.model_dump(by_alias=True) | {"id": "cme-ardms-end", "from": "2027-01-01", "is_ended": True}
    )
    rules = Rules(RuleBook.model_validate(book.model_dump(by_alias=True) | {"rules": [*book.rules, ended]}))
    held = (_rdms("2024-06-01"),)
    assert [str(one.last) for one in cycles(held, rules, date(2026, 12, 31))] == ["2027-12-31"]
    assert [str(one.last) for one in cycles(held, rules, date(2028, 6, 1))] == ["2027-12-31"]
    assert current_cycles(held, rules, date(2028, 6, 1)) == ()


def test_progress_says_what_counts_and_what_does_not() -> None:
    good = credit("2025-01-01", "10.25")
    strange = credit("2025-01-01", "5", approvals=["nobody"])
    ahead = credit("2026-12-24", "5")
    before = credit("2023-12-31", "5")
    found = _only((_rdms(),), good, strange, ahead, before)
    assert found.counted == {good.credit_id: Decimal("10.25")}
    assert found.left == {strange.credit_id: "not-approved", ahead.credit_id: "to-come"}
    assert (found.have, found.need, found.missing) == (Decimal("10.25"), Decimal(30), Decimal("19.75"))
    assert found.told()() == "ARDMS: 10.25 of 30 credits for the cycle until 31 December 2027; at least 19.75 to earn."
    assert found.without_evidence == (good.credit_id,)


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        ({"activity_id": "A-1"}, {"activity_id": "a-1"}, 1),
        ({"activity_id": "A-1"}, {"activity_id": "A-1", "day": "2026-01-01"}, 1),
        ({"activity_id": "A-1"}, {"activity_id": "A-2"}, 2),
        ({"activity": "Lung  course"}, {"activity": "lung course"}, 1),
        ({"activity": "Annual"}, {"activity": "Annual", "day": "2026-01-01"}, 2),
        ({"activity": "Lung"}, {"activity": "Lung", "provider_name": "AIUM"}, 2),
    ],
)
def test_the_same_activity_counts_once_in_a_cycle(first: dict[str, str], second: dict[str, str], counts: int) -> None:
    taken = [
        credit(said.pop("day", "2025-01-01"), value, **({"activity": "Course"} | said))
        for value, said in (("2", dict(first)), ("3", dict(second)))
    ]
    found = _only((_rdms(),), *taken)
    assert len(found.counted) == counts
    assert found.have == (3 if counts == 1 else 5)  # the larger of two that are one


def test_one_credit_counts_for_every_body_that_accepts_it_and_once_for_each() -> None:
    held = (_rdms(), credential("rmsk", "2024-01-01", body="apca"), credential("rvt", "2024-01-01"))
    both = credit("2025-01-01", "4", approvals=["accme"])
    found = current_progress(Portfolio(credentials=held, credits=(both,)), shipped_rules(), _ON)
    assert [(one.cycle.body, one.have) for one in found] == [("apca", Decimal(4)), ("ardms", Decimal(4))]
    assert counts_for(found) == {both.credit_id: ("apca", "ardms")}


def test_what_a_provider_was_approved_for_counts_as_well() -> None:
    held = (credential("rt", "2026-01-01", body="arrt"),)
    approved = credit("2026-02-01", "2", approvals=[], provider="medical-professionals")
    unknown = credit("2026-02-01", "2", approvals=[], provider="unheard-of")
    found = _only(held, approved, unknown)
    assert found.counted == {approved.credit_id: 2}
    assert found.left == {unknown.credit_id: "not-approved"}


def test_a_share_must_be_in_its_subject() -> None:
    held = (credential("rvs", "2024-01-01", body="cci", level="registered"),)
    general = credit("2025-01-01", "40", approvals=["cci"])
    heart = credit("2025-01-02", "12.5", approvals=["cci"], subjects=["cardiovascular", "vascular"])
    found = _only(held, general, heart)
    assert found.have == Decimal("52.5")
    assert not found.is_met
    assert found.missing == Decimal("17.5")


def test_what_is_beyond_is_carried_once_and_no_further() -> None:
    rules = _with(carry_over="10")
    held = (_rdms("2018-06-01", cycle_from="2020-01-01"),)
    credits_ = (credit("2020-05-01", "45"), credit("2023-05-01", "25"), credit("2026-05-01", "20"))
    found = progress(Portfolio(credentials=held, credits=credits_), rules, _ON)
    assert [(str(one.cycle.first), int(one.carried), int(one.have)) for one in found] == [
        ("2020-01-01", 0, 45),
        ("2023-01-01", 10, 35),  # 15 were beyond; 10 may be carried
        ("2026-01-01", 5, 25),
    ]
    plain = progress(Portfolio(credentials=held, credits=credits_), shipped_rules(), _ON)
    assert [one.carried for one in plain] == [0, 0, 0]


@given(st.lists(st.tuples(st.integers(-900, 900), st.integers(0, 2000)), max_size=20))
def test_more_credits_never_make_one_less_complete(spans: list[tuple[int, int]]) -> None:
    credits_ = [credit(_ON + timedelta(days=days), f"{value / 100:.2f}") for days, value in spans]
    fewer, longer = _only((_rdms(),), *credits_[: len(credits_) // 2]), _only((_rdms(),), *credits_)
    assert longer.have >= fewer.have
    assert longer.missing <= fewer.missing
    assert sum(longer.counted.values()) == longer.have


@pytest.mark.parametrize("value", [1.5, True, "1,5", "1.555", "-1", "1e3", "NaN", "100000", "", None, "١"])
def test_credits_that_are_none_are_refused(value: object) -> None:
    fields = credit("2025-01-01").model_dump(mode="json")
    with pytest.raises(BadDocumentError):
        read_document(fields | {"credits": value})


@pytest.mark.parametrize(
    ("value", "written"), [("1.50", "1.5"), (10, "10"), ("0.25", "0.25"), ("100", "100"), (0, "0")]
)
def test_credits_are_written_as_plainly_as_they_can(value: object, written: str) -> None:
    assert credit("2025-01-01", value).model_dump(mode="json")["credits"] == written  # type: ignore[arg-type]
