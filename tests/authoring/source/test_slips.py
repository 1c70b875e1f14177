"""Slips that item writers really make: each is told once, where it can be mended, and none brings the loader down."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import pocus_desktop
from pocus_desktop.authoring.source.load import load_source
from pocus_desktop.authoring.source.place import raw_path, without_tags
from pocus_desktop.kernel import words

Spoil = Callable[[str, str, str], Path]
GUIDE = "{id: guide, citation: Another}"
LEFT = "{response: side, includes: left}"


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "at", "fix"),
    [
        # YAML
        ("case.yaml", "    steps:\n      - id: arr", "    steps:\n\t  - id: arr", "tab", "\n^\t  - id", "Tab key"),
        ("case.yaml", "time_limit: 20m", "time_limit:\u00a020m", "odd_space", "time_limit:^\u00a0", "plain blank"),
        ("case.yaml", "time_limit: 20m", "time_limit:20m", "colon_missing", "^variables", "line before"),
        ("case.yaml", "time_limit: 20m", "time_limit: 20m\0", "bad_character", "20m^\0", "invisible"),
        ("case.yaml", "time_limit: 20m", "time_limit: @20m", "quotes_missing", "^@20m", "quotes"),
        ("case.yaml", "time_limit: 20m", "time_limit: *soon", "alias_unknown", "^*soon", "star"),
        ("case.yaml", "time_limit: 20m", "time_limit: &a [*a]", "alias_loop", "^&a [*a]", "instead of the alias"),
        ("case.yaml", "time_limit: 20m", "<<: {time_limit: 20m}", "merge_key", "^<<", "Write the values out"),
        ("case.yaml", "citation: A guideline", "citation: A, guideline", "comma_splits", "A, ^guideline", "quotes"),
        ("case.yaml", "        ask: [side]", "       ask: [side]", "indentation", " ^ask: [side]", "exactly like"),
        ("case.yaml", "phases:", "---\nphases:", "two_documents", "^---", "---"),
        ("case.yaml", "id: sore-leg", "id: sore: leg", "colon_misplaced", "id: sore^: leg", "quotes"),
        ("scoring/all.yaml", "accept: [scan]}\n", "accept: [", "cut_off", "accept: [^", "was opened"),
        ("case.yaml", "[en, es]", "[en, es", "not_closed", "languages: ^[en", "Close"),
        ("case.yaml", "delay: 0", "delay: " + "9" * 5000, "number_unfit", "delay: ^9", "finite"),
        ("case.yaml", "delay: 0", "delay: .inf", "number_unfit", "delay: ^.inf", "finite"),
        ("items/all.yaml", "Left,", '"\\ud800",', "bad_character", '{en: ^"\\ud800"', "Delete"),
        # Models
        ("case.yaml", "format: 1\n", "", "key_missing", "^id: sore-leg", "format"),
        ("case.yaml", "id: sore-leg", "id: 5", "wrong_type", "id: ^5", "a text"),
        ("case.yaml", "delay: 0", "delay: true", "wrong_type", "delay: ^true", "a number"),
        ("case.yaml", "        ask: [side]", "          ask: [side]", "key_misplaced", "^ask: [side]", "indentation"),
        ("case.yaml", LEFT, "{respond: side}", "group_refused", "when: ^{", "exactly one of response"),
        ("case.yaml", LEFT, "{answered: side, visited: arrival}", "group_refused", "when: ^{", "under all or any"),
        ("case.yaml", LEFT, "{response: side, includes: [left]}", "wrong_type", "includes: ^[", "a text"),
        ("case.yaml", LEFT, "{not: {response: side, includes: 5}}", "wrong_type", "includes: ^5", "a text"),
        ("case.yaml", LEFT, "{any: [{variable: delay, at_least: x}]}", "wrong_type", "at_least: ^x", "a number"),
        ("case.yaml", "{add: {delay: 1}}, {a", "{add: {delay: 1}, a", "group_refused", "do: [^{", "entry of its own"),
        ("case.yaml", "plays: 2", "plays: 2\n        image: a.png", "wrong_type", "image: ^a.png", "name: value"),
        ("case.yaml", "ask: [next-step]", "patient: yes", "wrong_type", "patient: ^yes", "true"),
        ("case.yaml", "ask: [next-step]", "ask: # nothing", "wrong_type", "^ask: #", "a list"),
        ("items/all.yaml", "id: right", "id: left", "group_refused", "^id: side", "left stands twice"),
        ("items/all.yaml", "choices:", "max_choices: 3\n  choices:", "group_refused", "^id: side", "fit the number"),
        ("items/all.yaml", "- id: side\n", "- hello\n- id: side\n", "wrong_type", "^hello", "name: value"),
        # Names, files, languages
        ("case.yaml", "go: decision, do", "go: decison, do", "unknown_go", "go: ^decison", "Did you mean decision?"),
        ("case.yaml", LEFT, "{response: side, at_least: 1}", "condition_misfit", "^at_least", "includes:"),
        ("case.yaml", LEFT, "{variable: delay, at_least: 3, at_most: 2}", "condition_bounds", "at_most: ^2", "Exch"),
        ("case.yaml", LEFT, "{response: side, equals: [left, right]}", "condition_choices", "equals: ^[", "max_"),
        ("case.yaml", "ask: [side]", "ask: [side, side]", "item_asked_twice", "[side, ^side]", "Keep one"),
        ("case.yaml", "time_limit: 90s", "time_limit: 0s", "limit_zero", "time_limit: ^0s", "longer"),
        ("case.yaml", "references:", f"references:\n  - {GUIDE}", "reference_repeated", "^guide, citation: A g", "id"),
        ("case.yaml", "items/*.yaml", "''", "glob_malformed", "items: ^''", "items/*.yaml"),
        ("case.yaml", "items/*.yaml", "items/**x", "glob_malformed", "items: ^items/**x", "items/*.yaml"),
        ("case.yaml", "scoring/*.yaml", "scorring/*.yaml", "glob_empty", "scoring: ^scorr", "pattern"),
        ("case.yaml", "media/arrival.ogg", "media/" + "a" * 300, "file_outside", "audio: ^media", "into the folder"),
        ("items/all.yaml", "{en: What next?, es: ¿Qué sigue?}", "What?", "language_missing", "^prompt: What", "es"),
        ("items/all.yaml", "{en: What next?, es: ¿Qué sigue?}", "{fr: Quoi}", "language_missing", "^prompt: {fr", "es"),
        ("scoring/all.yaml", ", es: Lo es.}", "}", "language_missing", "^rationale", "translation"),
    ],
)  # fmt: skip
def test_a_slip_is_told_once_where_it_can_be_mended(
    spoil: Spoil, file: str, old: str, new: str, code: str, at: str, fix: str
) -> None:
    """`at` is a piece of the spoilt file with ^ before the place that must be named."""
    loaded = load_source(spoil(file, old, new))
    shown = [str(problem) for problem in loaded.problems]
    problems = [p for p in loaded.problems if p.code not in {"source.item_unused", "source.key_missing_entry"}]
    assert [problem.code for problem in problems] == [f"source.{code}"], shown
    text = (loaded.folder / file).read_text()
    before = text[: text.index(at.replace("^", "", 1)) + at.index("^")]
    place = (file, before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert (problems[0].file, problems[0].line, problems[0].column) == place, shown
    assert fix in problems[0].what + problems[0].fix, shown
    assert not re.search(r"\{[a-z]+\}", problems[0].what + problems[0].fix), "every parameter has its value"
    assert not loaded.is_sound


@pytest.mark.parametrize("name", ["/etc/passwd", "../outside.yaml", "link.yaml", "a\\0b", "media"])
def test_the_patient_is_read_from_inside_the_folder_only(source: Path, name: str) -> None:
    (source.parent / "outside.yaml").write_text("secret: 1\n")
    (source / "link.yaml").symlink_to("../outside.yaml")
    text = (source / "case.yaml").read_text()
    start, end = text.index("patient:"), text.index("phases:")
    (source / "case.yaml").write_text(text[:start] + f'patient: "{name}"\n' + text[end:])
    problems = load_source(source).problems
    assert {problem.code for problem in problems} <= {"source.file_outside", "source.file_missing"}
    assert [(problem.file, problem.column) for problem in problems] == [("case.yaml", 10)]


def test_a_link_out_of_the_folder_is_no_medium(source: Path) -> None:
    (source.parent / "outside.ogg").write_bytes(b"not the case's")
    (source / "media" / "arrival.ogg").unlink()
    (source / "media" / "arrival.ogg").symlink_to("../../outside.ogg")
    assert [problem.code for problem in load_source(source).problems] == ["source.file_outside"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("cutscore: 0.7\n", "key_unknown_near"), ("entries: []\n", "key_unknown_near"), ("- 0.7\n", "not_a_mapping")],
)
def test_the_settings_of_scoring_hold_nothing_else(source: Path, text: str, code: str) -> None:
    (source / "scoring" / "_assessment.yaml").write_text(text)
    assert [(p.file, p.code) for p in load_source(source).problems] == [("scoring/_assessment.yaml", f"source.{code}")]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: "\ufeff" + text, id="byte order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="Windows line ends"),
    ],
)
def test_how_an_editor_saves_a_file_changes_nothing(source: Path, change: Callable[[str], str]) -> None:
    plain = load_source(source).demand()
    for name in ("case.yaml", "items/all.yaml", "scoring/all.yaml"):
        (source / name).write_bytes(change((source / name).read_text()).encode())
    assert load_source(source).demand() == plain


def test_a_file_in_another_encoding_says_where(source: Path) -> None:
    path = source / "items" / "all.yaml"
    path.write_bytes(path.read_text().encode("latin-1"))
    problem = load_source(source).problems[0]
    assert (problem.code, problem.file, problem.line, problem.column) == ("source.not_utf8", "items/all.yaml", 3, 33)


def test_an_empty_value_is_remarked_at_its_name(spoil: Spoil) -> None:
    loaded = load_source(spoil("case.yaml", "time_limit: 20m", "time_limit:"))
    assert [(p.code, p.line, p.column) for p in loaded.problems] == [("source.value_empty", 6, 1)]
    assert loaded.is_sound


def test_problems_of_the_key_are_told_beside_those_of_the_case(spoil: Spoil) -> None:
    spoil("case.yaml", "id: sore-leg\n", "")
    loaded = load_source(spoil("scoring/all.yaml", "correct: [left]", "correct: []"))
    assert [p.code for p in loaded.problems] == ["source.key_missing", "source.too_few"]
    assert loaded.key is None


def test_paths_through_models_become_paths_through_what_was_written() -> None:
    location = ("phases", 0, "steps", 1, "then", 0, "when", "any", "any", 0, "not", "not", "variable", "variable")
    plain = ("phases", 0, "steps", 1, "then", 0, "when", "any", 0, "not", "variable")
    assert without_tags(location) == plain
    step = {"id": "a", "image": {"file": "a.png"}, "clip": {"audio": "a.ogg"}, "patient": True}
    assert raw_path(step, ("stage", 0)) == (("patient",), "")
    assert raw_path(step, without_tags(("stage", 1, "clip", "audio"))) == (("clip", "audio"), "")
    assert raw_path(step, without_tags(("stage", 2, "image", "alt"))) == (("image",), "alt")


def test_every_problem_has_words() -> None:
    """The codes as they stand in the program; those put together from parts are tried above and in the other tests."""
    package = Path(pocus_desktop.__file__).parent
    codes = {code for path in package.rglob("*.py") for code in re.findall(r'"(source\.[a-z_0-9]+)"', path.read_text())}
    assert len(codes) > 40
    assert [code for code in codes for part in ("what", "fix") if not words.has(f"problems.{code}.{part}")] == []
