"""Many writings become one portfolio, however they come."""

import random
from datetime import date
from typing import Any

from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.documents.candidate import CaseEntry
from pocus_desktop.programme.documents.registry import AnyDocument, encode_document, parse_document
from pocus_desktop.programme.eligibility import eligibility, eligibility_of_all
from pocus_desktop.programme.portfolio import gather
from pocus_desktop.programme.rules.load import shipped_rules

ON = date(2026, 11, 26)


def case(number: int, revision: int = 1, **changes: Any) -> CaseEntry:
    told: dict[str, Any] = {
        "case_entry_id": f"log_{number:020}",
        "performed_on": date(2026, 1 + number % 10, 3),
        "area": list(ContentArea)[number % len(ContentArea)],
        "revision": revision,
    }
    return CaseEntry(**{**told, **changes})


def test_the_order_in_which_writings_come_changes_nothing() -> None:
    chance = random.Random(3)
    single = [case(number) for number in range(100)]
    changed = [case(number, revision=2, findings="again") for number in range(0, 100, 7)]
    apart = [case(number, revision=3, findings=where) for number in (7, 14) for where in ("here", "there")]
    copies: list[AnyDocument] = [parse_document(encode_document(one)) for one in chance.sample(single, 30)]
    every: list[AnyDocument] = [*single, *changed, *apart, *copies]
    found = []
    for _ in range(5):
        chance.shuffle(every)
        found.append(gather(every))
    assert all(one == found[0] and one.conflicts == found[0].conflicts for one in found)
    assert [one.key for one in found[0].conflicts] == [("case", f"log_{number:020}") for number in (7, 14)]
    assert len(found[0].cases) == 100
    assert {one.case_entry_id for one in found[0].cases if one.revision == 2} == {
        f"log_{number:020}" for number in range(0, 100, 7) if number not in {7, 14}
    }
    assert {one.findings for one in found[0].cases if one.revision == 3} == {"here"}, "the first of both is held"


def test_all_areas_at_a_glance_say_what_each_says_alone() -> None:
    portfolio = gather(case(at) for at in range(300))
    rules = shipped_rules()
    for answer in eligibility_of_all(portfolio, rules, ON):
        assert answer == eligibility(portfolio, answer.area, rules, ON)
