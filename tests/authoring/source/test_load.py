"""Sources are read whole, and every problem names its file, line, column and fix."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pocus_desktop.authoring.source.document import parse_document
from pocus_desktop.authoring.source.languages import TEXT_KEYS, TEXTS_KEYS
from pocus_desktop.authoring.source.load import load_source
from pocus_desktop.case.media import Clip
from pocus_desktop.case.models import Assessment
from pocus_desktop.case.problems import CaseRefusedError
from pocus_desktop.scoring.key import ScoringKey

Spoil = Callable[[str, str, str], Path]


def test_a_sound_source_gives_its_assessment_and_key(source: Path) -> None:
    loaded = load_source(source)
    assert [str(problem) for problem in loaded.problems] == []
    assessment, key = loaded.demand()
    assert (assessment.id, assessment.languages, len(assessment.cases)) == ("sore-leg", ("en", "es"), 1)
    assert assessment.cases[0].time_limit_ms == 1_200_000
    clip = assessment.cases[0].phases[0].steps[0].stage[0]
    assert isinstance(clip, Clip)
    assert clip.plays == 2
    assert key.assessment_id == "sore-leg"
    assert {entry.item for entry in key.entries} == {"side", "next-step"}
    assert {path.name for path in loaded.files} == {"case.yaml", "all.yaml"}


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "at", "fix"),
    [
        ("case.yaml", "time_limit: 20m", "time_limit: 20", "source.refused", "time_limit: ^20", "unit"),
        ("case.yaml", "area: lower-extremity-dvt", "area: leg", "source.not_one_of", "area: ^leg", "'lung'"),
        ("case.yaml", "ask: [next-step]", "aks: [next-step]", "source.key_unknown_near", "^aks", "ask"),
        ("case.yaml", "id: decision", "id: Decision", "source.refused", "id: ^Decision", "lower-case"),
        ("case.yaml", "go: decision, do", "go: nowhere, do", "source.unknown_go", "go: ^nowhere", "end"),
        ("case.yaml", "ask: [side]", "ask: [side, sides]", "source.unknown_item", "[side, ^sides]", "items/"),
        ("case.yaml", "includes: left", "includes: lift", "source.unknown_option", "includes: ^lift", "choices"),
        ("case.yaml", "add: {delay", "add: {dellay", "source.unknown_variable", "{dellay: ^1}", "variables"),
        ("case.yaml", "go: worse", "go: wurst", "source.unknown_patient_go", "go: ^wurst", "patient"),
        ("case.yaml", "plays: 2", "plays: 0", "source.number_range", "plays: ^0", "number"),
        ("case.yaml", "plays: 2", "plays: two", "source.wrong_type", "plays: ^two", "whole number"),
        ("case.yaml", "media/arrival", "media/Arrival", "source.media_missing", "audio: ^media/A", "capital"),
        ("case.yaml", "media/arrival", "../arrival", "source.refused", "audio: ^../", "inside"),
        ("case.yaml", ", es: Decisión}", "}", "source.language_missing", "^title: {en: Decision}", "translation"),
        ("case.yaml", "id: integration", "id: arrival", "source.id_repeated", "id: ^arrival\n    title: {en: In", "id"),
        ("case.yaml", "{en: Sore leg", "{en: Sore, en: Leg", "source.key_repeated", "{en: Sore, ^en", "Keep one"),
        ("case.yaml", "format: 1", "format: !!python/none 1", "source.tag", "format: ^!!", "exclamation"),
        ("case.yaml", "items: items/*.yaml", "items: items/*.yml", "source.glob_empty", "items: ^items", "pattern"),
        ("case.yaml", "delay: 0}", "delay: 0", "source.not_closed", "variables: ^{", "Close"),
        ("items/all.yaml", "type: choice", "type: choose", "source.not_one_of", "type: ^choose", "'choice'"),
        ("items/all.yaml", "  kind: text\n", "", "source.key_missing", "^id: next-step", "kind"),
        ("scoring/all.yaml", "[left]", "[up]", "source.key_unknown_choice", "^{item: side", "ids"),
        ("scoring/all.yaml", "[guide]", "[guides]", "source.key_unknown_reference", "^{item: side", "references"),
        ("scoring/all.yaml", "accept: [scan]", "corect: [scan]", "source.group_refused", "^{item: next-step", "accept"),
    ],
)
def test_one_fault_is_one_problem_with_place_and_fix(
    spoil: Spoil, file: str, old: str, new: str, code: str, at: str, fix: str
) -> None:
    """`at` is a piece of the spoilt file with ^ before the place that must be named."""
    loaded = load_source(spoil(file, old, new))
    shown = [str(problem) for problem in loaded.problems]
    assert [problem.code for problem in loaded.problems] == [code], shown
    text = (loaded.folder / file).read_text()
    before = text[: text.index(at.replace("^", "")) + at.index("^")]
    problem = loaded.problems[0]
    assert (problem.file, problem.line, problem.column) == (
        file,
        before.count("\n") + 1,
        len(before) - before.rfind("\n"),
    ), shown
    assert fix in problem.fix, shown
    with pytest.raises(CaseRefusedError):
        loaded.demand()


def test_a_scored_item_without_an_entry_in_the_key_is_told_at_the_item(spoil: Spoil) -> None:
    loaded = load_source(spoil("scoring/all.yaml", "- {item: next-step, accept: [scan]}\n", ""))
    assert [(problem.file, problem.line, problem.code) for problem in loaded.problems] == [
        ("items/all.yaml", 7, "source.key_missing_entry")
    ]


def test_all_problems_are_told_at_once(spoil: Spoil) -> None:
    spoil("case.yaml", "time_limit: 20m", "time_limit: soon")
    spoil("case.yaml", "plays: 2", "plays: -1")
    spoil("items/all.yaml", "type: choice", "type: guess")
    folder = spoil("scoring/all.yaml", "correct: [left]", "correct: []")
    codes = {(problem.file, problem.code) for problem in load_source(folder).problems}
    assert codes == {
        ("case.yaml", "source.refused"),
        ("case.yaml", "source.number_range"),
        ("items/all.yaml", "source.not_one_of"),
        ("scoring/all.yaml", "source.too_few"),
    }


def test_slips_of_every_kind_are_told_in_one_reading(spoil: Spoil) -> None:
    """What the models refuse hides nothing of what they cannot see."""
    spoil("case.yaml", "ask: [next-step]", "aks: [next-step]")
    spoil("case.yaml", "go: decision, do", "go: nowhere, do")
    spoil("case.yaml", "ask: [side]", "ask: [side, sides]")
    spoil("case.yaml", "media/arrival", "media/Arrival")
    spoil("case.yaml", ", es: Decisión}", "}")
    spoil("case.yaml", "id: integration", "id: arrival")
    spoil("scoring/all.yaml", ", es: Lo es.}", "}")
    spoil("scoring/all.yaml", "correct: [left]", "correct: [lift]")
    spoil("scoring/all.yaml", "item: next-step", "item: next-stop")
    folder = spoil("captions/a.en.vtt", "00:02.000", "00:02,000")
    assert {(problem.file, problem.code) for problem in load_source(folder).problems} >= {
        ("case.yaml", "source.key_unknown_near"),
        ("case.yaml", "source.unknown_go"),
        ("case.yaml", "source.unknown_item"),
        ("case.yaml", "source.media_missing"),
        ("case.yaml", "source.language_missing"),
        ("case.yaml", "source.id_repeated"),
        ("scoring/all.yaml", "source.language_missing"),
        ("scoring/all.yaml", "source.key_unknown_choice"),
        ("scoring/all.yaml", "source.key_unknown_item"),
        ("captions/a.en.vtt", "captions.bad_timestamp"),
    }


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("items: items", "itmes: items", ["key_unknown_near"]),
        ("variables:", "variabels:", ["key_unknown_near"]),
        ("states:", "state:", ["key_unknown_near", "key_missing"]),
        ("captions:", "captons:", ["key_unknown_near"]),
        ("id: decision", "name: decision", ["key_missing", "key_misplaced"]),
        ("ask: [side]", "ask: [[side]]", ["wrong_type"]),
        ("includes: left", "includes: {left: 1}", ["wrong_type"]),
        ("media/arrival.ogg", "C:/arrival.ogg", ["refused"]),
        ("references:\n", "references:\n  - 5\n", ["wrong_type"]),
    ],
)
def test_what_cannot_be_read_makes_no_other_name_unknown(spoil: Spoil, old: str, new: str, codes: list[str]) -> None:
    problems = load_source(spoil("case.yaml", old, new)).problems
    assert sorted(problem.code for problem in problems) == sorted(f"source.{code}" for code in codes)


def test_every_text_of_the_models_is_looked_for_in_every_language() -> None:
    texts: set[str] = set()
    for model in (Assessment, ScoringKey):
        schema = model.model_json_schema()
        for part in (schema, *schema["$defs"].values()):
            texts |= {key for key, value in part.get("properties", {}).items() if "$defs/Text'" in str(value)}
    assert texts == TEXT_KEYS | TEXTS_KEYS


def test_an_item_that_no_step_asks_is_only_a_warning(spoil: Spoil) -> None:
    spoil("case.yaml", "        ask: [next-step]\n", "")
    loaded = load_source(spoil("case.yaml", "id: decision", "id: decision"))
    assert [problem.code for problem in loaded.problems] == ["source.item_unused"]
    assert loaded.is_sound


def test_a_course_that_leads_nowhere_is_told_at_its_step(spoil: Spoil) -> None:
    loaded = load_source(spoil("case.yaml", "{go: decision}", "{go: end}"))
    assert [problem.code for problem in loaded.problems] == []
    loaded = load_source(spoil("case.yaml", "includes: left}, go: decision", "includes: left}, go: end"))
    [problem] = loaded.problems
    text = (loaded.folder / "case.yaml").read_text().splitlines()
    assert problem.code == "course.unreachable_step"
    assert "decision" in text[problem.line - 1]


def test_a_folder_without_a_case_says_what_is_missing(tmp_path: Path) -> None:
    assert [problem.code for problem in load_source(tmp_path).problems] == ["source.file_missing"]
    assert [problem.code for problem in load_source(tmp_path / "none").problems] == ["source.folder_missing"]


def test_several_cases_make_an_assessment(source: Path) -> None:
    parent = source.parent
    second = parent / "second"
    second.mkdir()
    (second / "case.yaml").write_text(
        "format: 1\nid: second\ntitle: {en: Second, es: Segundo}\narea: lower-extremity-dvt\nlanguages: [en, es]\n"
        "phases:\n  - id: only\n    title: {en: Only, es: Única}\n    steps:\n"
        "      - {id: last, title: {en: Last, es: Último}, text: {en: Read., es: Lea.}}\n"
    )
    (parent / "assessment.yaml").write_text(
        "format: 1\nid: both\ntitle: {en: Both, es: Ambos}\narea: lower-extremity-dvt\nlanguages: [en, es]\n"
        "cases: [sore-leg, second]\n"
    )
    loaded = load_source(parent)
    assert [str(problem) for problem in loaded.problems] == []
    assessment, key = loaded.demand()
    assert [case.id for case in assessment.cases] == ["sore-leg", "second"]
    assert loaded.case_folders == ("sore-leg/", "second/")
    assert key.assessment_id == "both"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(data=st.data())
def test_a_spoilt_source_never_raises(source: Path, data: st.DataObject) -> None:
    path = source / data.draw(st.sampled_from(["case.yaml", "items/all.yaml", "scoring/all.yaml"]))
    text = path.read_text()
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(len(text), start + 30)))
    junk = data.draw(st.text(st.sampled_from(list(":-[]{}&*!|>'\"#%@,\n \tab1é\x00")), max_size=6))
    try:
        path.write_text(text[:start] + junk + text[stop:])
        load_source(source)
    finally:
        path.write_text(text)


JUNK: st.SearchStrategy[object] = st.sampled_from(
    [None, 5, 1.5, True, "x", "", "../x", "side", [], {}, [1], [[]], [{}], [None], {"id": []}]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(data=st.data())
def test_a_source_of_any_shape_never_raises(source: Path, data: st.DataObject) -> None:
    """As above, with whole values replaced, taken out or misnamed, so that the YAML stays readable."""
    path = source / data.draw(st.sampled_from(["case.yaml", "items/all.yaml", "scoring/all.yaml"]))
    text = path.read_text()
    spoilt = parse_document(text, path.name).data
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(list(held(spoilt)) or [({}, "x")]))
        match data.draw(st.sampled_from(["replaced", "misnamed", "gone"])):
            case "misnamed" if isinstance(holder, dict):
                holder[f"{key}x"] = holder.pop(key, None)
            case "gone" if key in holder or isinstance(holder, list):
                del holder[key]
            case _:
                holder[key] = copy.deepcopy(data.draw(JUNK))
    try:
        path.write_text(json.dumps(spoilt))
        load_source(source)
    finally:
        path.write_text(text)


def held(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every value in the data, as what holds it and its key there."""
    keys = data.keys() if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    for key in keys:
        yield data, key
        yield from held(data[key])


@given(st.text())
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    document = parse_document(text, "case.yaml")
    assert document.data is not None or document.problems or text.strip() != ""
