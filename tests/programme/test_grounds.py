"""By what each requirement is met, as a person reads it."""

from datetime import date

from pocus_desktop.case.models import ContentArea
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
        ["RDMS (ARDMS), issued on 2025-02-28.", "SPI (ARDMS), issued on 2024-05-02."],  # that which lasts longest first
        ["Cases that count: 12, from 2026-11-09 to 2026-11-20."],
        *[["Made on 2026-11-25."]] * 4,
    ]


def test_what_is_not_there_any_more_or_was_never_there_is_not_told() -> None:
    answer = eligibility(_HELD, ContentArea.LUNG, shipped_rules(), _ON)
    assert not any(grounds(Portfolio(), answer.findings))
    nothing = eligibility(Portfolio(), ContentArea.LUNG, shipped_rules(), _ON)
    assert not any(grounds(_HELD, nothing.findings))
