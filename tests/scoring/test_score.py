"""A whole report: what counts, what waits, and when the result is known."""

from collections.abc import Mapping

import pytest

from pocus_desktop.case.items.registry import RESPONSE, RESPONSES, Response
from pocus_desktop.case.models import Assessment
from pocus_desktop.scoring.key import ScoringKey, flaws, mismatches
from pocus_desktop.scoring.rules.registry import ENTRIES
from pocus_desktop.scoring.score import KeyMismatchError, score

ITEM = {"type": "choice", "prompt": "?", "choices": [{"id": "yes", "text": "Yes"}, {"id": "no", "text": "No"}]}
ASSESSMENT = Assessment.model_validate(
    {
        "id": "small",
        "title": "Small",
        "area": "lung",
        "languages": ["en"],
        "cases": [
            {
                "id": "one",
                "title": "One",
                "area": "lung",
                "phases": [
                    {"id": "p", "title": "P", "steps": [{"id": "s", "title": "S", "ask": ["a", "b", "c", "essay"]}]}
                ],
                "items": [
                    {**ITEM, "id": "a"},
                    {**ITEM, "id": "b"},
                    {**ITEM, "id": "c"},
                    {"id": "essay", "type": "extended-text", "prompt": "Why?"},
                    {**ITEM, "id": "survey", "scored": False},
                ],
            }
        ],
    }
)
KEY = ScoringKey.model_validate(
    {
        "assessment_id": "small",
        "cut_score": 0.5,
        "entries": [
            {"item": "a", "points": 2, "correct": ["yes"]},
            {"item": "b", "points": 1, "correct": ["yes"]},
            {"item": "c", "points": 1, "correct": ["yes"], "when_not_shown": "leave-out"},
            {"item": "essay", "points": 2, "rubric": [{"id": "r", "text": "R", "points": 2}]},
        ],
    }
)
ALL = {"a", "b", "c", "essay"}


def _given(**answers: str) -> Mapping[str, Response]:
    return {
        item: RESPONSE.validate_python(
            {"type": "extended-text", "text": said}
            if item == "essay"
            else {"type": "choice", "choices": [said] if said else []}
        )
        for item, said in answers.items()
    }


def test_every_item_has_a_status_and_its_points() -> None:
    report = score(ASSESSMENT, KEY, _given(a="yes", b="no", essay="because"), ALL)
    assert {line.item: (line.status, line.points, line.max_points) for line in report.items} == {
        "a": ("scored", 2, 2),
        "b": ("scored", 0, 1),
        "c": ("unanswered", 0, 1),
        "essay": ("pending", 0, 2),
        "survey": ("unscored", 0, 0),
    }
    assert (report.points, report.max_points, report.pending_points) == (2, 4, 2)


@pytest.mark.parametrize(
    ("answers", "shown", "result"),
    [
        pytest.param({"a": "yes", "b": "yes", "c": "yes", "essay": "x"}, ALL, "pass", id="whatever people say"),
        pytest.param({"a": "yes", "b": "no", "essay": "x"}, ALL, "pending", id="people can tip it"),
        pytest.param({"b": "no", "essay": "x"}, ALL, "fail", id="people cannot save it"),
        pytest.param({"a": "yes"}, {"a"}, "fail", id="handing in early leaves the rest at nothing"),
        pytest.param({}, set(), "fail", id="nothing was reached"),
        pytest.param({"a": ""}, {"a"}, "fail", id="a cleared answer is no answer"),
    ],
)
def test_the_result_is_known_when_nothing_can_change_it(answers: dict[str, str], shown: set[str], result: str) -> None:
    assert score(ASSESSMENT, KEY, _given(**answers), shown).result == result


def test_an_item_off_the_path_is_left_out_only_where_the_key_says_so() -> None:
    report = score(ASSESSMENT, KEY, _given(a="yes", b="yes"), {"a", "b"})
    assert {line.item: line.status for line in report.items}["c"] == "left-out"
    assert {line.item: line.status for line in report.items}["essay"] == "not-reached"
    assert (report.points, report.max_points) == (3, 5)


@pytest.mark.parametrize(("cut_score", "result"), [(0.5, "fail"), (0, "pass")])
def test_where_nothing_counts_nothing_is_passed(cut_score: float, result: str) -> None:
    leave_out = KEY.entries[2]
    key = KEY.model_copy(update={"cut_score": cut_score, "entries": (leave_out,)})
    report = score(ASSESSMENT, key, {}, ())
    assert (report.fraction, report.max_points, report.pending_points, report.result) == (0, 0, 0, result)


def test_a_key_of_another_assessment_is_refused() -> None:
    with pytest.raises(KeyMismatchError) as refused:
        score(ASSESSMENT, KEY.model_copy(update={"assessment_id": "other"}), {}, ())
    assert refused.value.code == "scoring.key_mismatch"


def test_the_key_survives_its_stored_form() -> None:
    assert ScoringKey.from_json(KEY.to_json()) == KEY
    assert Assessment.from_json(ASSESSMENT.to_json()) == ASSESSMENT


def test_mismatches_between_key_and_assessment_are_all_named() -> None:
    wrong = ScoringKey.model_validate(
        {
            "assessment_id": "small",
            "entries": [
                {"item": "a", "correct": ["maybe"]},
                {"item": "a", "correct": ["yes"], "cites": ["nowhere"]},
                {"item": "b", "accept": ["yes"]},
                {"item": "ghost", "correct": ["yes"]},
                {"item": "essay", "points": 1, "rubric": [{"id": "r", "text": "R", "points": 1}]},
            ],
        }
    )
    assert set(mismatches(ASSESSMENT, wrong)) == {
        ("a", "unknown_choice"),
        ("a", "duplicate"),
        ("a", "unknown_reference"),
        ("b", "wrong_rule"),
        ("ghost", "unknown_item"),
        ("c", "missing"),
    }
    assert mismatches(ASSESSMENT, KEY) == ()


def test_every_interaction_has_an_entry_that_scores_it() -> None:
    assert set(ENTRIES) == set(RESPONSES)


_PICTURE = {"kind": "image", "file": "a.png", "alt": "A"}
_CIRCLE = {"shape": "ellipse", "x": 5, "y": 5, "radius_x": 2, "radius_y": 2}
_POINT = {"type": "select-point", "picture": _PICTURE}
_CINE = {"type": "select-point", "picture": {"kind": "cine", "frames": "a.cine", "alt": "A"}}
_NUMBER = {"type": "text-entry", "kind": "number", "units": ["mm", "cm"]}


@pytest.mark.parametrize(
    ("item", "entry", "flaw"),
    [
        pytest.param({}, {"correct": ["yes"]}, None, id="one of one"),
        pytest.param({}, {"correct": ["yes", "no"]}, "unattainable", id="two right, one allowed"),
        pytest.param({"max_choices": 0}, {"correct": ["yes", "no"]}, None, id="two right, any number allowed"),
        pytest.param({"max_choices": 2, "min_choices": 2}, {"correct": ["yes"]}, "unattainable", id="too few right"),
        pytest.param(
            {}, {"rule": "map", "correct": ["yes"], "map": {"yes": 0.5}}, "unattainable", id="map below points"
        ),
        pytest.param(
            {}, {"rule": "map", "correct": ["yes"], "map": {"yes": 0.5, "no": 0.5}}, "unattainable", id="map needs both"
        ),
        pytest.param(
            {"max_choices": 2},
            {"rule": "map", "correct": ["yes"], "map": {"yes": 0.5, "no": 0.5}},
            None,
            id="map of both",
        ),
        pytest.param(_POINT, {"areas": [{"area": _CIRCLE}]}, None, id="a target"),
        pytest.param(_POINT, {"areas": [{"area": _CIRCLE}], "points": 2}, "unattainable", id="targets below points"),
        pytest.param(_CINE, {"areas": [{"area": _CIRCLE, "frames": [3, 9]}]}, None, id="frames of a cine"),
        pytest.param(_CINE, {"areas": [{"area": _CIRCLE, "frames": [9, 3]}]}, "unattainable", id="frames backwards"),
        pytest.param(_POINT, {"areas": [{"area": _CIRCLE, "frames": [0, 0]}]}, "unattainable", id="frames of an image"),
        pytest.param(_NUMBER, {"number": {"value": 1, "unit": "mm"}}, None, id="units of one dimension"),
        pytest.param(_NUMBER, {"number": {"value": 1, "unit": "ml"}}, "wrong_unit", id="a unit of another dimension"),
        pytest.param(_NUMBER, {"number": {"value": 1}}, "wrong_unit", id="two units and none in the key"),
    ],
)
def test_an_entry_that_cannot_be_earned_is_a_flaw(
    item: dict[str, object], entry: dict[str, object], flaw: str | None
) -> None:
    asked = {"id": "q", "prompt": "?", **(item if "type" in item else {**ITEM, **item})}
    assessment = ASSESSMENT.model_dump(mode="json", by_alias=True, exclude_none=True)
    assessment["cases"][0]["items"].append(asked)
    key = ScoringKey.model_validate({"assessment_id": "small", "entries": [{"item": "q", **entry}]})
    assert flaws(Assessment.model_validate(assessment), key) == (() if flaw is None else (("q", flaw),))
