"""The sample cases as sources: sound without a warning, keyed and cited throughout, in both languages, small."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from case_bundles.media_tools.leg_scans import LEFT_GROIN, RIGHT_GROIN, VIEW, popliteal_lumen_px
from pocus_desktop.authoring.source.load import Loaded, load_source
from pocus_desktop.case.items.choice import ChoiceItem
from pocus_desktop.case.items.hotspot import HotspotItem, contains
from pocus_desktop.case.items.registry import RESPONSE, RESPONSES, Response, problem_with
from pocus_desktop.case.items.select_point import SelectPointItem
from pocus_desktop.case.models import Assessment
from pocus_desktop.scoring.key import ScoringKey, mismatches
from pocus_desktop.scoring.rules.number import NumberEntry
from pocus_desktop.scoring.rules.points import PointEntry
from pocus_desktop.scoring.score import score

BUNDLES = Path(__file__).parents[2] / "case_bundles"
CASES = ("dvt-swollen-calf", "echo-real-loop")
BUDGET_BYTES = 6_000_000


@cache
def loaded(name: str) -> Loaded:
    return load_source(BUNDLES / name)


def sound(name: str) -> tuple[Assessment, ScoringKey]:
    return loaded(name).demand()


def walkthrough(name: str) -> dict[str, Response]:
    data = YAML(typ="safe").load(BUNDLES / name / "walkthrough.yaml")
    return {item: RESPONSE.validate_python(response) for item, response in data.items()}


def texts(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every text in several languages of a dumped model."""
    if isinstance(value, dict):
        if value and all(re.fullmatch("en|es", str(key)) for key in value):
            yield path, value
        for key, inner in value.items():
            yield from texts(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from texts(inner, f"{path}[{index}]")


@pytest.mark.parametrize("name", CASES)
def test_a_sample_loads_without_errors_or_warnings(name: str) -> None:
    assert [str(problem) for problem in loaded(name).problems] == []


@pytest.mark.parametrize("name", CASES)
def test_key_and_case_agree(name: str) -> None:
    assert mismatches(*sound(name)) == ()


@pytest.mark.parametrize("name", CASES)
def test_every_item_is_keyed_explained_and_cited(name: str) -> None:
    assessment, key = sound(name)
    known = {reference.id for case in assessment.cases for reference in case.references}
    for item in assessment.items():
        entry = key.entry(item.id)
        assert entry is not None, item.id
        assert entry.rationale is not None, item.id
        assert entry.cites, item.id
        assert set(entry.cites) <= known, item.id
    cited = {cite for entry in key.entries for cite in entry.cites}
    assert cited == known, "a reference that nothing rests on"


@pytest.mark.parametrize("name", CASES)
def test_everything_is_written_in_english_and_spanish(name: str) -> None:
    assessment, key = sound(name)
    found = [*texts(assessment.model_dump(mode="json")), *texts(key.model_dump(mode="json"))]
    assert len(found) > 20
    for path, by_language in found:
        assert set(by_language) == {"en", "es"}, path
        assert all(text.strip() for text in by_language.values()), path


def test_the_whole_template_and_every_interaction_are_used() -> None:
    assessment, _ = sound("dvt-swollen-calf")
    (case,) = assessment.cases
    assert [phase.id for phase in case.phases] == [
        "presentation",
        "history-and-examination",
        "indication-and-preparation",
        "acquisition",
        "interpretation",
        "integration",
        "follow-up",
    ]
    items = tuple(assessment.items())
    assert len(items) >= 14
    assert {item.type for item in items} == set(RESPONSES)
    assert {item.is_single for item in items if isinstance(item, ChoiceItem)} == {True, False}
    assert {item.picture.kind for item in items if isinstance(item, SelectPointItem)} == {"cine", "image"}
    assert any(phase.navigation == "nonlinear" for phase in case.phases)
    assert any(phase.time_limit_ms for phase in case.phases)
    assert any(step.time_limit_ms for step in case.steps())


def test_the_keys_are_the_geometry_of_the_simulation() -> None:
    assessment, key = sound("dvt-swollen-calf")
    (case,) = assessment.cases

    diameter = key.entry("vein-diameter")
    assert isinstance(diameter, NumberEntry)
    true_mm = 2 * LEFT_GROIN.lumen_px(0, 0).radius_y * VIEW.mm_per_px
    assert diameter.number.value == pytest.approx(true_mm, abs=0.1)

    region = case.item("thrombus-region")
    assert isinstance(region, HotspotItem)
    vein, artery = LEFT_GROIN.lumen_px(0, region.frame), LEFT_GROIN.lumen_px(1, region.frame)
    hit = {r.id for r in region.regions if contains(r.area, vein.x, vein.y)}
    assert hit == {"region-b"}
    assert {r.id for r in region.regions if contains(r.area, artery.x, artery.y)} == {"region-c"}

    points = key.entry("find-vein")
    assert isinstance(points, PointEntry)
    for target in points.areas:
        assert target.frames is not None
        for frame in range(target.frames[0], target.frames[1] + 1):
            vein, artery = RIGHT_GROIN.lumen_px(0, frame), RIGHT_GROIN.lumen_px(1, frame)
            assert contains(target.area, vein.x, vein.y)
            assert not contains(target.area, artery.x, artery.y)
            assert vein.radius_y > 0.85 * RIGHT_GROIN.lumen_px(0, 0).radius_y, "the vein is open in these frames"

    popliteal = key.entry("popliteal-vein")
    assert isinstance(popliteal, PointEntry)
    vein, artery = popliteal_lumen_px(0), popliteal_lumen_px(1)
    assert contains(popliteal.areas[0].area, vein.x, vein.y)
    assert not contains(popliteal.areas[0].area, artery.x, artery.y)


@pytest.mark.parametrize("name", CASES)
def test_the_walkthrough_answers_as_the_models_demand(name: str) -> None:
    assessment, _ = sound(name)
    items = {item.id: item for item in assessment.items()}
    for item, response in walkthrough(name).items():
        assert problem_with(items[item], response) is None, item
        assert not response.is_empty, item


@pytest.mark.parametrize(("name", "open_items"), [(CASES[0], {"compressible-again", "rescue"}), (CASES[1], set())])
def test_the_walkthrough_is_good_but_not_perfect(name: str, open_items: set[str]) -> None:
    assessment, key = sound(name)
    responses = walkthrough(name)
    assert {item.id for item in assessment.items()} - set(responses) == open_items
    report = score(assessment, key, responses, set(responses))
    assert key.cut_score < report.points / report.max_points < 1


def test_the_samples_stay_small() -> None:
    sizes = [path.stat().st_size for name in CASES for path in (BUNDLES / name).rglob("*") if path.is_file()]
    assert sum(sizes) < BUDGET_BYTES
