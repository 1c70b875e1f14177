"""By what each requirement is met, as a person reads it."""

from datetime import date

import pytest

from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.answer import body_told, spoken
from pocus_desktop.programme.eligibility import eligibility
from pocus_desktop.programme.grounds import grounds
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.load import shipped_rules
from tests.programme.samples import attestations, cases, credential

_ON = date(2026, 11, 26)
_HELD = Portfolio(
    credentials=(credential("spi", "2024-05-02"), credential("rdms", "2025-02-28")),
    cases=cases(12, date(2026, 11, 20)),
    attestations=attestations("2026-11-25"),
)


def test_each_requirement_tells_the_documents_by_which_it_is_met_as_far_as_it_is() -> None:
    answer = eligibility(_HELD, ContentArea.LUNG, shipped_rules(), _ON)
    told = [[one() for one in each] for each in grounds(_HELD, answer.findings)]
    assert told == [
        ["RDMS (ARDMS), issued on 28 February 2025.", "SPI (ARDMS), issued on 2 May 2024."],  # the longest first
        ["Cases that count: 12, from 9 November 2026 to 20 November 2026."],
        *[["Made on 25 November 2026."]] * 4,
    ]


def test_what_is_not_there_any_more_or_was_never_there_is_not_told() -> None:
    answer = eligibility(_HELD, ContentArea.LUNG, shipped_rules(), _ON)
    assert not any(grounds(Portfolio(), answer.findings))
    nothing = eligibility(Portfolio(), ContentArea.LUNG, shipped_rules(), _ON)
    assert not any(grounds(_HELD, nothing.findings))


@pytest.mark.parametrize(
    ("value", "told"),
    [("2026-02-28", "28 de febrero de 2026"), ("2026-02-30", "2026-02-30"), ("lung", "Pulmón"), (3, 3)],
)
def test_days_and_names_are_told_in_words_and_what_only_looks_like_one_as_it_is(value: str | int, told: object) -> None:
    assert spoken(value, "es") == told


def test_a_body_is_told_by_its_name_where_it_has_one() -> None:
    assert [body_told(one, "en") for one in ("pocus-academy", "ardms")] == ["POCUS academy", "ARDMS"]
