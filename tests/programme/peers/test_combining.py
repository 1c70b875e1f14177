"""What several answers come to, and how far they agree."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.peers import policy as policies
from pocus_desktop.programme.peers.agreement import Level, alpha, spread
from pocus_desktop.programme.peers.combining import Combined, combine
from pocus_desktop.programme.peers.questionnaire import UNSEEN, Domain
from pocus_desktop.programme.peers.questionnaire_files import shipped

LUNG = shipped().on(ContentArea.LUNG, date(2026, 6, 1))
POLICY = policies.versioned(policies.shipped(), 1)
STEPS = {question.id for question in LUNG.rated()}

PUBLISHED = (
    "1 1 . 1",
    "2 2 3 2",
    "3 3 3 3",
    "3 3 3 3",
    "2 2 2 2",
    "1 2 3 4",
    "4 4 4 4",
    "1 1 2 1",
    "2 2 2 2",
    ". 5 5 5",
    ". . 1 1",
    ". 3 . .",
)
"""Four observers and twelve units of Krippendorff (2011), section C; a point where one gave no value."""


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_is_the_published_one(level: Level, published: float) -> None:
    units = [[int(value) for value in unit.split() if value != "."] for unit in PUBLISHED]
    found = alpha(units, level)
    assert found is not None
    assert round(found, 3) == published


def test_alpha_says_nothing_where_nothing_varies_or_nothing_is_paired() -> None:
    assert alpha([[5, 5, 5], [5, 5]]) is None
    assert alpha([[1], [2], [3]]) is None
    assert alpha([]) is None
    assert alpha([[1, 1], [5, 5]]) == 1
    assert spread([4]) is None


@given(st.lists(st.lists(st.integers(1, 5), max_size=5), max_size=12), st.randoms())
def test_alpha_asks_neither_for_order_nor_for_names(units: list[list[int]], chance: object) -> None:
    found = alpha(units)
    turned = alpha([list(reversed(unit)) for unit in reversed(units)])
    assert (found is None) == (turned is None)
    if found is not None and turned is not None:
        assert abs(found - turned) < 1e-9
        assert found <= 1 + 1e-9


def answers(step: int | str = 4, **changed: object) -> Mapping[str, str]:
    said = {name: str(step) for name in STEPS} | {"interest": "none", "concern": "no"}
    return said | {name.replace("_", "-"): str(value) for name, value in changed.items()}


def codes(found: Combined) -> set[str]:
    return {reason.code for reason in found.reasons}


def test_three_who_would_leave_it_to_them_support_the_certificate() -> None:
    found = combine(LUNG, {1: answers(5), 2: answers(4), 3: answers(4)}, POLICY)
    assert (found.outcome, found.answered, found.reasons) == ("supports", 3, ())
    assert found.domains[Domain.ACQUISITION] == 4
    assert found.questions[0].steps == {1: 5, 2: 4, 3: 4}
    assert found.questions[0].spread == 1


def test_one_answer_is_not_combined() -> None:
    found = combine(LUNG, {2: answers(5)}, POLICY)
    assert (found.outcome, codes(found)) == ("waiting", {"too-few"})


def test_a_domain_below_its_median_does_not_support_it() -> None:
    low = answers(4, acquire_views=2, acquire_start=2)
    found = combine(LUNG, {1: low, 2: low}, POLICY)
    assert (found.outcome, codes(found)) == ("does-not-support", {"below"})
    assert found.reasons[0].where == "acquisition"
    overall = combine(LUNG, {1: answers(4, whole_trust=3), 2: answers(4, whole_trust=4)}, POLICY)
    assert (overall.outcome, codes(overall)) == ("does-not-support", {"overall-below"})


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("interest", answers(5, interest="some")),
        ("concern", answers(5, concern="yes")),
        ("low-safety", answers(4, safety_patient=2)),
        ("apart", answers(4, optimise_settings=1)),
        ("little-seen", answers(UNSEEN, whole_trust=5)),
    ],
)
def test_what_a_person_has_to_read_is_named_and_decides_nothing(code: str, said: Mapping[str, str]) -> None:
    found = combine(LUNG, {1: answers(5), 2: answers(5), 3: said}, POLICY)
    assert found.outcome == "review"
    assert code in codes(found)
    assert all(reason.number in {0, 3} for reason in found.reasons)


@pytest.mark.parametrize(("step", "is_apart"), [(3, False), (2, True)])
def test_evaluators_are_apart_from_so_many_steps_on(step: int, is_apart: bool) -> None:
    found = combine(LUNG, {1: answers(5), 2: answers(5, optimise_settings=step)}, POLICY)
    assert ("apart" in codes(found)) is is_apart


@pytest.mark.parametrize(("fewer", "is_little"), [(0, False), (1, True)])
def test_little_was_seen_below_half_of_the_questions(fewer: int, is_little: bool) -> None:
    seen = sorted(STEPS)[: -(-len(STEPS) // 2) - fewer]
    said = {**answers(UNSEEN), **dict.fromkeys(seen, "5")}
    found = combine(LUNG, {1: answers(5), 2: answers(5), 3: said}, POLICY)
    assert ("little-seen" in codes(found)) is is_little


def test_what_nobody_has_seen_is_neither_good_nor_bad() -> None:
    unseen = answers(5, safety_patient=UNSEEN, safety_help=UNSEEN)
    found = combine(LUNG, {1: unseen, 2: unseen}, POLICY)
    assert (found.outcome, codes(found)) == ("review", {"nothing-seen"})
    assert found.domains[Domain.SAFETY] is None
