"""Eligibility: each requirement by itself, on the days at its edges."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.answer import Answer, Finding
from pocus_desktop.programme.documents.candidate import CaseEntry
from pocus_desktop.programme.eligibility import count_cases, eligibility, eligibility_of_all, foundation
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.load import shipped_rules
from tests.programme.samples import an_id, attested, case, cases, credential, ready

_ON = date(2026, 11, 26)


def _ask(portfolio: Portfolio, area: ContentArea = ContentArea.LUNG, on: date = _ON) -> Answer:
    return eligibility(portfolio, area, shipped_rules(), on)


def _found(answer: Answer, requirement: str) -> Finding:
    [found] = [finding for finding in answer.findings if finding.requirement == requirement]
    return found


def test_who_has_everything_is_eligible_and_told_by_which_evidence() -> None:
    portfolio = ready(_ON)
    answer = _ask(portfolio)
    assert answer.is_met
    assert _found(answer, "foundation").evidence == (portfolio.credentials[0].credential_id,)
    assert set(_found(answer, "cases").evidence) == {entry.case_entry_id for entry in portfolio.cases}
    assert answer.until == date(2027, 11, 26)  # the attestations


def test_who_has_nothing_is_told_everything_that_is_missing() -> None:
    answer = _ask(Portfolio())
    assert [finding.requirement for finding in answer.findings if not finding.is_met] == [
        "foundation",
        "cases",
        "attestation.in-practice",
        "attestation.good-standing",
        "attestation.in-area",
        "attestation.experience",
    ]
    told = [one() for one in _found(answer, "foundation").missing]
    assert told == [
        "Hold one of the following on the day.",
        "POCUS-FUNDAMENTALS, active",
        "SPI, passed within the last 5 years",
        "any current credential of APCA / ARDMS",
    ]
    assert _found(answer, "cases").missing[0]() == "Lung: cases to log: 20 (0 of 20 count)."
    assert _found(answer, "cases").missing[0]("es").startswith("Pulmón: ")


@pytest.mark.parametrize(
    ("name", "issued", "fields", "is_met"),
    [
        ("spi", "2021-11-26", {}, True),  # five years to the day
        ("spi", "2021-11-25", {}, False),
        ("spi", "2026-11-26", {}, True),  # today
        ("spi", "2026-11-27", {}, False),  # tomorrow
        ("spi", "2024-01-01", {"status": "lapsed"}, True),  # an examination that was passed stays passed
        ("spi", "2024-01-01", {"status": "revoked"}, False),
        ("rdms", "1999-01-01", {"expires_on": "2026-11-26"}, True),  # on its last day
        ("rdms", "1999-01-01", {"expires_on": "2026-11-25"}, False),
        ("rdms", "1999-01-01", {"status": "lapsed"}, False),
        ("rmsk", "2020-01-01", {"body": "apca"}, True),
        ("rt-s", "2020-01-01", {"body": "arrt"}, False),
        ("pocus-fundamentals", "2012-01-01", {"body": "pocus-academy"}, True),
    ],
)
def test_what_counts_as_a_foundation(name: str, issued: str, fields: dict[str, Any], is_met: bool) -> None:
    held = credential(name, issued, **fields)
    answer = _ask(replace(ready(_ON), credentials=(held,)))
    assert _found(answer, "foundation").is_met is is_met
    assert answer.is_met is is_met


def test_an_examination_of_a_leap_day_counts_to_the_end_of_february() -> None:
    portfolio = replace(ready(_ON), credentials=(credential("spi", "2024-02-29", body="other"),))
    assert _found(_ask(portfolio, on=date(2029, 2, 28)), "foundation").is_met
    late = _found(_ask(portfolio, on=date(2029, 3, 1)), "foundation")
    assert not late.is_met
    assert late.notes[0]() == "SPI counted until 28 February 2029."


@pytest.mark.parametrize(
    ("on", "performed", "counts"),
    [
        (date(2026, 11, 26), "2024-11-26", True),
        (date(2026, 11, 26), "2024-11-25", False),
        (date(2026, 11, 26), "2026-11-26", True),
        (date(2026, 11, 26), "2026-11-27", False),
        (date(2028, 2, 29), "2026-03-01", True),
        (date(2028, 2, 29), "2026-02-28", False),
        (date(2026, 2, 28), "2024-02-29", True),
        (date(2026, 3, 1), "2024-02-29", False),
    ],
)
def test_the_edges_of_the_two_years(on: date, performed: str, counts: bool) -> None:
    answer = _ask(Portfolio(cases=(case(performed),)), on=on)
    assert _found(answer, "cases").have == int(counts)


def test_what_does_not_count_is_said() -> None:
    study = "a" * 64
    entries = (
        case("2020-01-01"),
        case("2026-12-24"),
        case("2026-01-01", did_perform=False),
        case("2026-01-01", did_interpret=False),
        case("2026-01-01", study=study),
        case("2026-01-02", study=study),
    )
    found = _found(_ask(Portfolio(cases=entries)), "cases")
    assert found.have == 1
    assert [one() for one in found.notes] == [
        "Cases not both performed and interpreted: 2.",
        "Cases dated later than this day: 1.",
        "Cases older than the rule allows: 1.",
        "Cases of a study that counts already: 1.",
    ]


def test_both_approaches_count_together_and_one_that_is_not_said_does_not() -> None:
    area = "obstetrics-first-trimester"
    entries = (
        *cases(12, _ON, area, approach="transvaginal"),
        *cases(13, _ON, area, approach="transabdominal"),
        case(_ON, area),
    )
    found = _found(_ask(Portfolio(cases=entries), ContentArea.OBSTETRICS_FIRST_TRIMESTER), "cases")
    assert found.is_met
    assert [one() for one in found.notes] == [
        "Cases that do not say by which approach: 1.",
        "transvaginal: 12",
        "transabdominal: 13",
    ]


@pytest.mark.parametrize(("transvaginal", "lacking"), [(4, 1), (5, 0), (25, 0)])
def test_a_row_may_ask_for_so_many_by_each_approach(transvaginal: int, lacking: int) -> None:
    area = ContentArea.OBSTETRICS_FIRST_TRIMESTER
    entries = (
        *cases(transvaginal, _ON, str(area), approach="transvaginal"),
        *cases(25, _ON, str(area), approach="transabdominal"),
    )
    row = shipped_rules().cases(area, _ON).model_copy(update={"at_least_each": 5})
    found = count_cases(entries, row, _ON)
    assert found.is_met is not bool(lacking)
    assert [one.params["more"] for one in found.missing] == [lacking] * bool(lacking)


def test_an_attestation_for_one_area_speaks_for_no_other() -> None:
    portfolio = ready(_ON, ContentArea.LUNG)
    cardiac = _ask(portfolio, ContentArea.CARDIAC)
    assert _found(cardiac, "attestation.in-practice").is_met
    assert not _found(cardiac, "attestation.in-area").is_met


@pytest.mark.parametrize(("on", "is_met"), [("2027-11-26", True), ("2027-11-27", False), ("2026-11-25", False)])
def test_an_attestation_counts_for_its_days(on: str, is_met: bool) -> None:
    portfolio = Portfolio(attestations=(attested("in-practice-2020", "2026-11-26"),))
    answer = _ask(portfolio, on=date.fromisoformat(on))
    assert _found(answer, "attestation.in-practice").is_met is is_met


def test_an_attestation_by_a_row_that_nobody_knows_counts_for_nothing() -> None:
    portfolio = Portfolio(attestations=(attested("in-practice-1999", "2026-11-26"), attested("lung", "2026-11-26")))
    assert not _found(_ask(portfolio), "attestation.in-practice").is_met


def test_until_is_the_last_day_on_which_it_holds_without_anything_new() -> None:
    portfolio = replace(ready(_ON), cases=cases(25, date(2025, 3, 10)))
    answer = _ask(portfolio)
    until = answer.until
    assert until == date(2027, 2, 19)  # the twentieth youngest case was on 19 February 2025
    assert _ask(portfolio, on=until).is_met
    assert not _ask(portfolio, on=until + timedelta(days=1)).is_met


def test_every_area_is_answered_in_one_go() -> None:
    answers = eligibility_of_all(ready(_ON), shipped_rules(), _ON)
    assert [answer.area for answer in answers] == list(ContentArea)
    assert [answer.area for answer in answers if answer.is_met] == [ContentArea.LUNG]
    assert answers[6] == _ask(ready(_ON), on=_ON) or answers[6].is_met


_ENTRIES = st.builds(
    lambda back, performed, interpreted, study: case(
        _ON - timedelta(days=back),
        did_perform=performed,
        did_interpret=interpreted,
        study=study * 64 if study else None,
    ),
    st.integers(-30, 900),
    st.sampled_from([True, True, True, False]),
    st.sampled_from([True, True, True, False]),
    st.sampled_from([None, None, "a", "b"]),
)


@settings(max_examples=60)
@given(st.lists(_ENTRIES, max_size=40), st.lists(_ENTRIES, max_size=10), st.integers(0, 400))
def test_more_cases_never_make_one_less_eligible(some: list[CaseEntry], more: list[CaseEntry], later: int) -> None:
    on = _ON + timedelta(days=later)
    fewer = _found(_ask(Portfolio(cases=tuple(some)), on=on), "cases")
    longer = _found(_ask(Portfolio(cases=(*some, *more)), on=on), "cases")
    assert longer.have >= fewer.have
    assert longer.is_met >= fewer.is_met
    if fewer.until is not None:
        assert longer.until is not None
        assert longer.until >= fewer.until


@settings(max_examples=60)
@given(st.lists(_ENTRIES, min_size=15, max_size=40), st.integers(0, 900))
def test_until_tells_the_truth(some: list[CaseEntry], later: int) -> None:
    portfolio = Portfolio(cases=tuple(entry for entry in some if entry.performed_on <= _ON))
    found = _found(_ask(portfolio), "cases")
    if found.until is not None:
        on = _ON + timedelta(days=later)
        assert _found(_ask(portfolio, on=on), "cases").is_met == (on <= found.until)


def test_ids_of_samples_fit_the_formats() -> None:
    assert case("2026-01-01").case_entry_id < an_id("log")


def test_what_is_missing_is_said_in_full() -> None:
    answer = _ask(Portfolio(cases=cases(12, _ON)))
    assert [one() for one in _found(answer, "cases").missing] == ["Lung: cases to log: 8 (12 of 20 count)."]
    assert [one() for one in _found(answer, "attestation.in-practice").missing] == ["Make the statement: in practice."]
    [of_area] = _found(answer, "attestation.in-area").missing
    assert of_area() == "Lung: make the statement: practising in the area."


def test_one_statement_speaks_for_no_other() -> None:
    answer = _ask(Portfolio(attestations=(attested("good-standing-2020", "2026-11-26"),)))
    met = [finding.requirement for finding in answer.findings if finding.is_met]
    assert met == ["attestation.good-standing"]


def test_a_credential_that_meets_two_ways_speaks_as_long_as_the_longer() -> None:
    ways = ({"credentials": ["spi"], "passed_within_years": 5}, {"credentials": ["spi"], "is_current": True})
    row = shipped_rules().foundation(_ON)
    either = type(row).model_validate(row.model_dump(by_alias=True) | {"any_of": ways})
    for expires, until in (("2027-01-31", date(2029, 5, 2)), ("2031-01-31", date(2031, 1, 31)), (None, None)):
        held = credential("spi", "2024-05-02", expires_on=expires)
        assert foundation((held,), either, _ON).until == until


def test_a_case_that_is_too_old_is_told_as_that_and_not_as_one_that_is_there_twice() -> None:
    study = "a" * 64
    found = _found(_ask(Portfolio(cases=(case("2026-01-02", study=study), case("2020-01-01", study=study)))), "cases")
    assert [one() for one in found.notes] == ["Cases older than the rule allows: 1."]


def test_the_last_day_looks_to_each_approach_that_is_asked_for() -> None:
    area = ContentArea.OBSTETRICS_FIRST_TRIMESTER
    row = shipped_rules().cases(area, _ON).model_copy(update={"at_least_each": 2, "count": 4})
    days = {"transvaginal": ("2025-03-01", "2025-01-01", "2024-12-25"), "transabdominal": ("2026-06-01", "2026-05-01")}
    logged = [case(day, str(area), approach=approach) for approach, of_it in days.items() for day in of_it]
    assert count_cases(logged, row, _ON).until == date(2027, 1, 1)  # then the second transvaginal one is too old
    newer = [*logged, case("2026-06-02", str(area), approach="transvaginal")]
    assert count_cases(newer, row, _ON).until == date(2027, 3, 1)


@given(st.permutations([*list(cases(25, _ON)), case("2026-01-01", study="a" * 64), case("2025-01-01", study="a" * 64)]))
def test_in_whatever_order_cases_come_they_count_the_same(shuffled: list[CaseEntry]) -> None:
    row = shipped_rules().cases(ContentArea.LUNG, _ON)
    found = count_cases(shuffled, row, _ON)
    assert found == count_cases(sorted(shuffled, key=lambda one: one.performed_on), row, _ON)
    assert found.until == date(2028, 11, 26) - timedelta(days=19)  # the twentieth, youngest first
