"""Which form a candidate gets: never one twice while another is left, all about as often, and for a reason."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.admission.forms import Form, NoFormsError, draw

NAMES = ("lung-a", "lung-b", "lung-c", "lung-d")
FORMS = tuple(Form(bundle_id=name, minimum_version=1) for name in NAMES)

histories = st.lists(st.sampled_from([*NAMES, "lung-old"]), max_size=12)
counts = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 50))
seeds = st.integers(0, 2**32 - 1)


@given(histories, counts, seeds)
def test_never_one_that_was_had_while_another_is_left(had: list[str], used: dict[str, int], seed: int) -> None:
    drawn = draw(FORMS, had=had, used=used, seed=seed).bundle_id
    assert drawn not in had or set(NAMES) <= set(had)


@given(histories, counts, seeds)
def test_who_had_all_gets_one_had_least_and_longest_ago(had: list[str], used: dict[str, int], seed: int) -> None:
    had = [*NAMES, *had]
    drawn = draw(FORMS, had=had, used=used, seed=seed).bundle_id
    fewest = min(had.count(name) for name in NAMES)
    least = [name for name in NAMES if had.count(name) == fewest]
    last = {name: number for number, name in enumerate(had)}
    assert drawn == min(least, key=lambda name: last[name])


@given(histories, counts, seeds, st.permutations(FORMS))
def test_the_order_of_the_forms_says_nothing(
    had: list[str], used: dict[str, int], seed: int, other: list[Form]
) -> None:
    assert draw(FORMS, had=had, used=used, seed=seed) == draw(other, had=had, used=used, seed=seed)


@given(histories, counts, seeds)
def test_of_those_left_one_that_was_drawn_least(had: list[str], used: dict[str, int], seed: int) -> None:
    left = [name for name in NAMES if name not in had]
    drawn = draw(FORMS, had=had, used=used, seed=seed).bundle_id
    if left:
        assert used.get(drawn, 0) == min(used.get(name, 0) for name in left)


@given(st.lists(seeds, min_size=1, max_size=60))
def test_new_candidates_use_all_forms_evenly(lots: list[int]) -> None:
    used: Counter[str] = Counter()
    for seed in lots:
        used[draw(FORMS, had=(), used=used, seed=seed).bundle_id] += 1
    assert max(used.values()) - min(used[name] for name in NAMES) <= 1


def test_the_lot_favours_none() -> None:
    drawn = Counter(draw(FORMS, had=(), used={}, seed=seed).bundle_id for seed in range(4_000))
    assert all(900 < drawn[name] < 1_100 for name in NAMES)


def test_a_candidate_goes_through_all_before_any_comes_again() -> None:
    had: list[str] = []
    for seed in range(8):
        had.append(draw(FORMS, had=had, used={}, seed=seed).bundle_id)
    assert sorted(had[:4]) == sorted(had[4:]) == sorted(NAMES)
    assert had[:4] == had[4:]


@pytest.mark.parametrize("forms", [(), (FORMS[0], FORMS[0])])
def test_no_form_and_one_form_twice_are_refused(forms: tuple[Form, ...]) -> None:
    with pytest.raises(NoFormsError) as caught:
        draw(forms, had=(), used={}, seed=1)
    for language in ("en", "es"):
        told = caught.value.explain(language)
        assert "{" not in told.what + told.next
