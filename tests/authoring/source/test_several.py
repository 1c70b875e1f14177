"""Several cases in one assessment: their order, who is pinned, where the breaks come, and what all of them share."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pocus_desktop.authoring.source.load import load_source
from pocus_desktop.case.models import Assessment
from pocus_desktop.kernel import words
from pocus_desktop.scenario.order import as_sat, breaks_after

CASES = '["one", "two", "three"]'
HEAD = "format: 1\nid: all\ntitle: All\narea: lung\nlanguages: [en]\n"


def three(folder: Path, rest: str) -> Path:
    """A folder with three small cases and what is written beside them."""
    for name in ("one", "two", "three"):
        (folder / name).mkdir()
        (folder / name / "case.yaml").write_text(
            f"format: 1\nid: {name}\ntitle: The {name}\narea: lung\nlanguages: [en]\ntime_limit: 10m\n"
            f"phases: [{{id: {name}-all, title: All, steps: [{{id: {name}-step, title: Step, text: Read.}}]}}]\n"
        )
    (folder / "assessment.yaml").write_text(f"{HEAD}time_limit: 25m\ncases: [one, two, three]\n{rest}")
    return folder


def test_order_pins_breaks_and_limits_are_read(tmp_path: Path) -> None:
    loaded = load_source(
        three(
            tmp_path,
            "order: seeded\npinned: {three: first, one: last}\n"
            "breaks:\n  - {after: 2, length: 10m}\n  - {after: three, length: 90s, optional: false}\n",
        )
    )
    assert [str(problem) for problem in loaded.problems] == []
    assessment, _ = loaded.demand()
    assert (assessment.order, assessment.time_limit_ms) == ("seeded", 1_500_000)
    assert [case.time_limit_ms for case in assessment.cases] == [600_000] * 3
    assert [(one.after, one.length_ms, one.optional) for one in assessment.breaks] == [
        (2, 600_000, True),
        ("three", 90_000, False),
    ]
    sat = as_sat(assessment, 5)
    assert [case.id for case in sat.cases] == ["three", "two", "one"]
    assert list(breaks_after(sat)) == ["two", "three"]
    assert Assessment.from_json(assessment.to_json()) == assessment


def test_what_was_not_said_is_not_written(tmp_path: Path) -> None:
    """A program from before there were breaks reads what has none."""
    assessment, _ = load_source(three(tmp_path, "")).demand()
    assert not re.search(rb'"(order|pinned|breaks)"', assessment.to_json())


@pytest.mark.parametrize(
    ("rest", "code", "at"),
    [
        ("order: random", "not_one_of", "order: ^random"),
        ("order: seeded\npinned: {four: last}", "unknown_case", "{^four"),
        ("order: seeded\npinned: {one: middle}", "not_one_of", "{one: ^middle"),
        ("pinned: {one: first}", "pinned_in_fixed_order", "{^one"),
        ("breaks: [{after: four, length: 10m}]", "unknown_case", "after: ^four"),
        ("breaks: [{after: 3, length: 10m}]", "break_at_end", "after: ^3"),
        ("breaks: [{after: three, length: 10m}]", "break_at_end", "after: ^three"),
        ("breaks: [{after: 0, length: 10m}]", "refused", "after: ^0"),
        ("breaks: [{after: true, length: 10m}]", "refused", "after: ^true"),
        ("breaks: [{after: One!, length: 10m}]", "refused", "after: ^One!"),
        ("breaks: [{after: 1, length: 10}]", "refused", "length: ^10"),
        ("breaks: [{after: 1, length: 0s}]", "group_refused", "[^{after"),
        ("breaks: [{after: 1}]", "key_missing", "[^{after"),
        ("breaks: [{after: 1, lenght: 5m, length: 5m}]", "key_unknown_near", "1, ^lenght"),
        ("breaks: [{after: 1, length: 10m}, {after: one, length: 5m}]", "break_twice", "after: ^one"),
        ("order: seeded\nbreaks: [{after: two, length: 5m}]", "break_wanders", "after: ^two"),
        ("order: seeded\npinned: {two: last}\nbreaks: [{after: two, length: 5m}]", "break_at_end", "after: ^two"),
    ],
)
def test_a_slip_is_told_where_it_stands(tmp_path: Path, rest: str, code: str, at: str) -> None:
    loaded = load_source(three(tmp_path, f"{rest}\n"))
    shown = [str(problem) for problem in loaded.problems]
    assert [problem.code for problem in loaded.problems] == [f"source.{code}"], shown
    text = (tmp_path / "assessment.yaml").read_text()
    before = text[: text.index(at.replace("^", "", 1)) + at.index("^")]
    [problem] = loaded.problems
    place = ("assessment.yaml", before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert (problem.file, problem.line, problem.column) == place, shown
    assert not re.search(r"\{[a-z]+\}", problem.what + problem.fix), "every parameter has its value"


def test_the_cut_score_is_the_assessments(tmp_path: Path) -> None:
    folder = three(tmp_path, "")
    case = folder / "two" / "case.yaml"
    case.write_text(case.read_text() + "items: [{id: q, type: extended-text, prompt: Why?}]\nscoring: scoring/*.yaml\n")
    case.write_text(case.read_text().replace("text: Read.", "ask: [q]"))
    (folder / "two" / "scoring").mkdir()
    (folder / "two" / "scoring" / "q.yaml").write_text("{item: q, rubric: [{id: r, text: Says why, points: 1}]}\n")
    (folder / "two" / "scoring" / "_assessment.yaml").write_text("format: 1\ncut_score: 0.9\n")
    [problem] = load_source(folder).problems
    assert (problem.code, problem.file) == ("source.cut_score_apart", "two/scoring/_assessment.yaml")
    (folder / "scoring").mkdir()
    (folder / "scoring" / "_assessment.yaml").write_text("format: 1\ncut_score: 0.6\n")
    _, key = load_source(folder).demand()
    assert key.cut_score == 0.6


def test_half_a_character_is_refused_where_it_stands(tmp_path: Path) -> None:
    folder = three(tmp_path, "")
    path = folder / "assessment.yaml"
    path.write_text(path.read_text().replace("title: All", 'title: "All \\ud83d"'))
    [problem] = load_source(folder).problems
    assert (problem.code, problem.line, problem.column) == ("source.bad_character", 3, 8)


def test_every_finding_about_a_course_has_its_words() -> None:
    source = (Path(__file__).parents[3] / "pocus_desktop" / "scenario" / "check.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'"(course\.[a-z_]+)"', source))
    assert len(codes) == 9
    assert [code for code in codes for part in ("what", "fix") if not words.has(f"problems.{code}.{part}")] == []


REFUSED = {f"source.{code}" for code in ("pinned_in_fixed_order", "break_wanders", "break_at_end", "break_twice")}

JUNK: st.SearchStrategy[object] = st.sampled_from(
    [None, 0, -1, 1.5, True, "x", "", "one", "10m", "first", [], {}, [1], [[]], [{}], {"one": []}, {"after": 1}, 2**70]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
@given(order=JUNK, pinned=JUNK, breaks=JUNK | st.lists(st.fixed_dictionaries({"after": JUNK, "length": JUNK})))
def test_a_running_order_of_any_shape_never_raises(
    tmp_path_factory: pytest.TempPathFactory, order: object, pinned: object, breaks: object
) -> None:
    written = json.dumps({"order": order, "pinned": pinned, "breaks": breaks})[1:-1]
    folder = three(tmp_path_factory.mktemp("any"), "")
    head = f'"format": 1, "id": "all", "title": "All", "area": "lung", "languages": ["en"], "cases": {CASES}'
    (folder / "assessment.yaml").write_text(f"{{{head}, {written}}}")
    loaded = load_source(folder)
    if loaded.is_sound:
        assessment, _ = loaded.demand()
        for seed in range(5):
            breaks_after(as_sat(assessment, seed))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    order=st.sampled_from(["fixed", "seeded"]),
    pinned=st.dictionaries(st.sampled_from(["one", "two", "three"]), st.sampled_from(["first", "last"])),
    after=st.lists(st.sampled_from([1, 2, "one", "two", "three"]), max_size=2),
)
def test_what_is_sound_gives_every_candidate_the_same_breaks(
    tmp_path_factory: pytest.TempPathFactory, order: str, pinned: dict[str, str], after: list[int | str]
) -> None:
    breaks = [{"after": one, "length": "5m"} for one in after]
    written = f"order: {order}\npinned: {json.dumps(pinned)}\nbreaks: {json.dumps(breaks)}\n"
    loaded = load_source(three(tmp_path_factory.mktemp("same"), written))
    if not loaded.is_sound:
        assert {problem.code for problem in loaded.problems} <= REFUSED, [str(problem) for problem in loaded.problems]
        return
    assessment, _ = loaded.demand()
    rests = set()
    for seed in range(30):
        sat = as_sat(assessment, seed)
        ids = [case.id for case in sat.cases]
        rests.add(tuple(sorted(ids.index(name) for name in breaks_after(sat))))
    assert len(rests) == 1
