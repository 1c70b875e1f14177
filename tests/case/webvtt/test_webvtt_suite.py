"""The public WebVTT suite: file parsing and cue text (tests/vectors/webvtt/LICENCE.md)."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.case.webvtt.dump import dump
from pocus_desktop.case.webvtt.model import Document
from pocus_desktop.case.webvtt.parser import parse
from pocus_desktop.case.webvtt.tree import cue_text
from pocus_desktop.cli.conform_webvtt import CUE_HEAD, as_json

VECTORS = Path(__file__).parents[2] / "vectors" / "webvtt"
FILES: list[dict[str, Any]] = json.loads((VECTORS / "files.json").read_text(encoding="utf-8"))["cases"]
CUE_TEXTS: list[dict[str, Any]] = json.loads((VECTORS / "cue-texts.json").read_text(encoding="utf-8"))["cases"]


def told(document: Document) -> dict[str, Any]:
    """The document as the command prints it, each cue with its region in full instead of its id."""
    shown = as_json(document)
    for cue in shown["cues"]:
        known = [region for region in shown["regions"] if region["id"] == cue["region"]]
        assert (cue["region"] is None) == (not known)
        cue["region"] = known[-1] if known else None
    copied: dict[str, Any] = json.loads(json.dumps(shown))
    return copied


def as_a_browser_sees(value: Any) -> Any:
    """A value with its numbers as doubles, the only numbers a browser has."""
    if isinstance(value, dict):
        return {key: as_a_browser_sees(each) for key, each in value.items()}
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize("case", FILES, ids=lambda case: case["name"])
def test_a_file_of_the_suite(case: dict[str, Any]) -> None:
    document = parse(case["input"].encode())
    assert document.has_signature is not case.get("refused", False)
    if case.get("refused"):
        assert document == Document(has_signature=False)
        return
    shown = told(document)
    assert len(shown["cues"]) == case["count"]
    for cue, expected in zip(shown["cues"], case.get("cues", [{}] * case["count"]), strict=True):
        for name, value in expected.items():
            shown_value = cue[name]
            if name == "region" and value is not None:
                shown_value = {key: cue["region"][key] for key in value}
            assert as_a_browser_sees(shown_value) == as_a_browser_sees(value), (cue["text"], name)
    if "styles" in case:
        assert shown["styles"] == case["styles"]


@pytest.mark.parametrize("case", CUE_TEXTS, ids=lambda case: f"{case['group']}-{case['sha1'][:8]}")
def test_a_cue_text_of_the_suite(case: dict[str, Any]) -> None:
    assert hashlib.sha1((case["input"] + "\n").encode()).hexdigest() == case["sha1"]  # the suite's own name for it
    cues = parse((CUE_HEAD + case["input"]).encode()).cues
    assert dump(cue_text(cues[0].text)) == case["tree"]


def test_all_categories_are_there() -> None:
    assert {case["group"] for case in CUE_TEXTS} == {"entities", "tags", "text", "timestamps", "tree-building"}
    assert len(CUE_TEXTS) == 78
    assert len([case for case in FILES if case["origin"] == "suite"]) == 54
