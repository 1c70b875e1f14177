"""Each rule on its own: what earns points and what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.case.items.choice import ChoiceResponse
from pocus_desktop.case.items.extended_text import ExtendedTextResponse
from pocus_desktop.case.items.select_point import Point
from pocus_desktop.case.items.text_entry import TextEntryResponse
from pocus_desktop.scoring.rules.number import NumberEntry, convert, score_number
from pocus_desktop.scoring.rules.points import PointEntry, score_points
from pocus_desktop.scoring.rules.registry import RuleMismatchError, apply
from pocus_desktop.scoring.rules.rubric import RubricEntry
from pocus_desktop.scoring.rules.selection import SelectionEntry, score_selection
from pocus_desktop.scoring.rules.short_text import ShortTextEntry, score_short_text

MATCH = SelectionEntry.model_validate({"item": "q", "points": 2, "correct": ["a", "c"]})
MAP = SelectionEntry.model_validate(
    {"item": "q", "points": 2, "rule": "map", "correct": ["a", "c"], "map": {"a": 1, "c": 1, "b": -1, "d": 5}}
)


@pytest.mark.parametrize(
    ("entry", "selected", "points"),
    [
        pytest.param(MATCH, ("c", "a"), 2, id="match counts the set, not the order"),
        pytest.param(MATCH, ("a",), 0, id="match gives nothing for a part"),
        pytest.param(MATCH, ("a", "b", "c"), 0, id="match gives nothing for one too many"),
        pytest.param(MAP, ("a",), 1, id="map gives the part"),
        pytest.param(MAP, ("a", "a"), 1, id="map counts a choice once"),
        pytest.param(MAP, ("b",), 0, id="map has a floor of nothing"),
        pytest.param(MAP, ("a", "b", "c"), 1, id="map takes off for a wrong one"),
        pytest.param(MAP, ("a", "d"), 2, id="map has the entry's points as a ceiling"),
    ],
)
def test_a_selection_earns(entry: SelectionEntry, selected: tuple[str, ...], points: float) -> None:
    assert score_selection(entry, selected).points == points


NUMBER = NumberEntry.model_validate({"item": "q", "number": {"value": 11.2, "tolerance": 1, "unit": "mm"}})
RELATIVE = NumberEntry.model_validate(
    {"item": "q", "number": {"value": 200, "tolerance": 0.1, "unit": "ml", "relative": True}}
)


@pytest.mark.parametrize(
    ("entry", "text", "unit", "detail"),
    [
        pytest.param(NUMBER, "11.2", "mm", "within", id="the value itself"),
        pytest.param(NUMBER, "10,2", "mm", "within", id="the lower bound, with a comma"),
        pytest.param(NUMBER, "12.2", None, "within", id="the upper bound, without a unit"),
        pytest.param(NUMBER, "12.21", "mm", "outside", id="just above"),
        pytest.param(NUMBER, "1.12", "cm", "within", id="another unit of length"),
        pytest.param(NUMBER, "11.2", "cm", "outside", id="ten times too much"),
        pytest.param(NUMBER, "11.2", "ml", "wrong-dimension", id="a volume is no length"),
        pytest.param(NUMBER, "about 11", "mm", "not-a-number", id="words"),
        pytest.param(RELATIVE, "0.22", "l", "within", id="a tenth more, in litres"),
        pytest.param(RELATIVE, "179", "mL", "outside", id="more than a tenth less, other spelling"),
    ],
)
def test_a_number_earns_within_its_tolerance(entry: NumberEntry, text: str, unit: str | None, detail: str) -> None:
    outcome = score_number(entry, TextEntryResponse(text=text, unit=unit))
    assert outcome.detail == (detail,)
    assert outcome.points == (1 if detail == "within" else 0)


@given(st.floats(min_value=-1e6, max_value=1e6), st.sampled_from(["mm", "cm", "m"]), st.sampled_from(["mm", "cm", "m"]))
def test_converting_there_and_back_gives_the_value(value: float, unit: str, other: str) -> None:
    there = convert(value, unit, other)
    assert there is not None
    assert convert(there, other, unit) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("Popliteal vein", 1),
        ("  popliteal   VEIN. ", 1),
        ("vena poplitea", 1),
        ("Vena poplítea", 1),
        ("popliteal-vein", 1),
        ("popliteal\u2010vein", 1),
        ("popliteal\u2011vein", 1),
        ("popliteal \u2013 vein", 1),
        ("Baker\u2019s cyst", 1),
        ("Baker\u02bcs cyst", 1),
        ("Bakers cyst", 0),
        ("popliteal", 0),
        ("femoral vein", 0),
    ],
)
def test_a_short_text_is_compared_as_words(text: str, points: float) -> None:
    entry = ShortTextEntry(item="q", accept=("popliteal vein", "vena poplítea", "Baker's cyst"))
    assert score_short_text(entry, text).points == points


POINTS = PointEntry.model_validate(
    {
        "item": "q",
        "points": 2,
        "areas": [
            {"area": {"shape": "ellipse", "x": 50, "y": 50, "radius_x": 10, "radius_y": 5}, "frames": [3, 6]},
            {"area": {"shape": "poly", "points": [[0, 0], [10, 0], [0, 10]]}},
        ],
    }
)


@pytest.mark.parametrize(
    ("marks", "points"),
    [
        pytest.param([(50, 50, 3)], 1, id="on the first frame of the range"),
        pytest.param([(50, 50, 7)], 0, id="on a frame after the range"),
        pytest.param([(50, 50, None)], 0, id="without the frame that the target needs"),
        pytest.param([(60, 50, 4)], 1, id="on the edge of the ellipse"),
        pytest.param([(59, 54, 4)], 0, id="in the ellipse's box but outside it"),
        pytest.param([(2, 2, None), (3, 3, None)], 1, id="a target counts once"),
        pytest.param([(5, 5, None), (50, 50, 5)], 2, id="both, one on an edge"),
        pytest.param([(6, 6, None)], 0, id="beyond the polygon's slope"),
    ],
)
def test_a_mark_earns_inside_its_target(marks: list[tuple[float, float, int | None]], points: float) -> None:
    placed = tuple(Point(x_px=x, y_px=y, frame=frame) for x, y, frame in marks)
    assert score_points(POINTS, placed).points == points


def test_a_rubric_waits_for_people() -> None:
    entry = RubricEntry.model_validate(
        {
            "item": "q",
            "points": 3,
            "rubric": [{"id": "a", "text": "A", "points": 1}, {"id": "b", "text": "B", "points": 2}],
        }
    )
    from_rule = apply(entry, ExtendedTextResponse(text="anything"))
    assert (from_rule.status, from_rule.points) == ("pending", 0)


def test_a_rubric_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match="add up to 1, but points is 3"):
        RubricEntry.model_validate({"item": "q", "points": 3, "rubric": [{"id": "a", "text": "A", "points": 1}]})


def test_an_entry_for_another_interaction_is_refused_by_name() -> None:
    with pytest.raises(RuleMismatchError) as refused:
        apply(NUMBER, ChoiceResponse(choices=("a",)))
    assert refused.value.code == "scoring.rule_mismatch"
