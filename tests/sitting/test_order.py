"""In which order the cases are sat: as they stand, or by the sitting's seed; the same wherever it is replayed."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.admission.mode import Mode
from pocus_desktop.scenario.errors import CaseUnfitError
from pocus_desktop.scenario.order import as_sat
from pocus_desktop.sitting.course import Course
from pocus_desktop.sitting.fold import replay
from pocus_desktop.sitting.present_start import ready
from pocus_desktop.sitting.views import BreakView
from tests.sitting.several import a_case, a_world, an_assessment
from tests.sitting.test_breaks import through
from tests.sitting.world import World, to_case

FIVE = an_assessment(*(a_case(name) for name in ("one", "two", "three", "four", "five")), order="seeded")
seeds = st.integers(0, 2**32 - 1)


def order(seed: int, **changes: object) -> tuple[str, ...]:
    """The cases' ids as a sitting of this seed takes them."""
    return tuple(case.id for case in as_sat(FIVE.model_copy(update=changes), seed).cases)


def test_a_fixed_order_is_the_one_that_was_written() -> None:
    assert order(7, order="fixed") == ("one", "two", "three", "four", "five")


@given(seeds)
def test_every_case_is_sat_once(seed: int) -> None:
    assert sorted(order(seed)) == sorted(case.id for case in FIVE.cases)
    assert order(seed) == order(seed)


@given(seeds)
def test_pinned_cases_keep_their_places_in_the_order_written(seed: int) -> None:
    taken = order(seed, pinned={"four": "first", "two": "first", "one": "last"})
    assert taken[:2] == ("two", "four")
    assert taken[-1] == "one"


def test_every_order_comes_about_as_often_as_any_other() -> None:
    three = FIVE.model_copy(update={"cases": FIVE.cases[:3]})
    found = [tuple(case.id for case in as_sat(three, seed).cases) for seed in range(3_000)]
    for one in permutations(("one", "two", "three")):
        assert 400 < found.count(one) < 600


def test_the_order_of_a_seed_is_for_ever() -> None:
    """Recorded sittings are replayed by later programs, on other machines."""
    assert order(0) == ("four", "five", "three", "one", "two")
    assert order(4_294_967_295) == ("three", "five", "two", "four", "one")


def test_a_pinned_case_that_is_not_there_is_refused() -> None:
    with pytest.raises(CaseUnfitError):
        order(1, pinned={"six": "last"})


def test_a_sitting_keeps_its_order_when_it_is_resumed_and_replayed(world: World) -> None:
    a_world(world, FIVE.model_copy(update={"breaks": an_assessment(breaks=[{"after": 2, "length": "5m"}]).breaks}))
    sitting = world.begin()
    taken = order(sitting.state.opened.seed)
    assert tuple(case.id for case in sitting.course.assessment.cases) == taken
    to_case(sitting)
    assert sitting.state.place.case == taken[0]
    through(sitting, taken[0])
    through(sitting, taken[1])
    shown = sitting.view().screen
    assert isinstance(shown, BreakView)
    assert shown.next_title == f"The {taken[2]}"
    sitting.close()
    again = world.again()
    assert again.state.place.case == taken[2]
    opened = again.state.opened
    assert replay(Course.of(world.assessment, opened), again.recorded) == again.state


def test_an_item_writer_sees_the_cases_as_written(world: World) -> None:
    five = (a_case(name) for name in ("one", "two", "three", "four", "five"))
    breaks = [{"after": "five", "length": "5m"}]
    a_world(world, an_assessment(*five, order="seeded", pinned={"five": "first"}, breaks=breaks))
    sitting = world.begin(mode=Mode.REVIEW)
    assert [case.id for case in sitting.course.assessment.cases] == ["one", "two", "three", "four", "five"]


def test_before_the_clock_the_cases_are_told_in_their_order(world: World) -> None:
    a_world(world, FIVE)
    sitting = world.begin()
    told = ready(sitting.course, sitting.state)
    assert told.case_titles == tuple(f"The {name}" for name in order(sitting.state.opened.seed))
