"""The tutorial: every interaction, in both languages, small, and shipped as the very bytes that its source makes."""

from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image
from ruamel.yaml import YAML

from case_bundles.media_tools.leg_scans import RIGHT_GROIN, popliteal_lumen_px
from case_bundles.tutorial.press import SHIPPED, press
from pocus_desktop.app.practice import TUTORIAL_DIGEST
from pocus_desktop.authoring.source.load import load_source
from pocus_desktop.case import webvtt
from pocus_desktop.case.items.choice import ChoiceItem
from pocus_desktop.case.items.hotspot import HotspotItem, contains
from pocus_desktop.case.items.registry import RESPONSE, RESPONSES, problem_with
from pocus_desktop.case.items.select_point import SelectPointItem
from pocus_desktop.kernel import words
from pocus_desktop.media.cine import CineReader
from pocus_desktop.scoring.rules.points import PointEntry
from pocus_desktop.scoring.score import score

SOURCE = Path(__file__).parents[2] / "case_bundles" / "tutorial"
LARGEST_BYTES = 1_000_000
SMALLER, EVERY = 2, 3


def test_what_ships_is_what_the_source_makes(tmp_path: Path) -> None:
    """`python case_bundles/tutorial/press.py` renews it; its digest then goes into `app/practice.py`."""
    again = tmp_path / "tutorial.casebundle"
    assert press(again) == TUTORIAL_DIGEST
    assert again.read_bytes() == SHIPPED.read_bytes()
    assert len(again.read_bytes()) < LARGEST_BYTES


def test_it_is_sound_and_speaks_every_language_of_the_program() -> None:
    loaded = load_source(SOURCE)
    assert [str(problem) for problem in loaded.problems] == []
    assessment, _ = loaded.demand()
    assert assessment.languages == words.languages()


def test_it_has_one_of_everything() -> None:
    assessment, _ = load_source(SOURCE).demand()
    items = tuple(assessment.items())
    assert {item.type for item in items} == set(RESPONSES)
    assert {item.is_single for item in items if isinstance(item, ChoiceItem)} == {True, False}
    assert {item.picture.kind for item in items if isinstance(item, SelectPointItem | HotspotItem)} == {"cine", "image"}
    assert {part.kind for step in assessment.steps() for part in step.stage} == {"clip", "cine", "image", "patient"}
    assert {phase.navigation for case in assessment.cases for phase in case.phases} == {"linear", "nonlinear"}


def test_a_candidate_who_does_as_told_gets_every_point() -> None:
    assessment, key = load_source(SOURCE).demand()
    written = YAML(typ="safe").load(SOURCE / "walkthrough.yaml")
    responses = {name: RESPONSE.validate_python(answer) for name, answer in written.items()}
    items = {item.id: item for item in assessment.items()}
    assert set(items) == set(responses)
    assert [name for name, answer in responses.items() if problem_with(items[name], answer)] == []
    report = score(assessment, key, responses, set(responses))
    assert (report.points, report.pending_points) == (report.max_points, 0)


def test_marks_and_regions_lie_on_the_vessels_that_they_mean() -> None:
    assessment, key = load_source(SOURCE).demand()
    [case] = assessment.cases
    regions = case.item("wider-vessel")
    assert isinstance(regions, HotspotItem)
    wide, narrow = (RIGHT_GROIN.lumen_px(number, 0) for number in (0, 1))
    for name, lumen in (("region-b", wide), ("region-a", narrow)):
        hit = [one.id for one in regions.regions if contains(one.area, lumen.x / SMALLER, lumen.y / SMALLER)]
        assert hit == [name]
    marks = key.entry("open-frame")
    assert isinstance(marks, PointEntry)
    for target in marks.areas:
        assert target.frames is not None
        for frame in range(target.frames[0], target.frames[1] + 1):
            open_there = RIGHT_GROIN.lumen_px(0, frame * EVERY)
            assert open_there.radius_y > 0.85 * wide.radius_y
            assert contains(target.area, open_there.x / SMALLER, open_there.y / SMALLER)
    knee = key.entry("upper-vessel")
    assert isinstance(knee, PointEntry)
    upper, lower = (popliteal_lumen_px(number) for number in (0, 1))
    assert contains(knee.areas[0].area, upper.x / SMALLER, upper.y / SMALLER)
    assert not contains(knee.areas[0].area, lower.x / SMALLER, lower.y / SMALLER)


def test_the_loop_and_the_still_open() -> None:
    path = SOURCE / "media" / "groin.cine"
    with CineReader(lambda: path.open("rb"), path.stat().st_size) as cine:
        assert cine.info.frame_count == 12
        assert len(cine.info.regions) == 1
    with Image.open(SOURCE / "media" / "knee.png") as still:
        assert still.size == (cine.info.width_px, cine.info.height_px)


@pytest.mark.parametrize("language", ["en", "es"])
def test_its_captions_are_clean(language: str) -> None:
    data = (SOURCE / "captions" / f"welcome.{language}.vtt").read_bytes()
    assert webvtt.lint(data) == ()
    cues = webvtt.parse(data).cues
    assert len(cues) == 4
    assert all(first.end <= second.start for first, second in pairwise(cues))
