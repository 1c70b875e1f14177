"""The threat model names tests; each of them is there, so that a claim does not outlive what shows it."""

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py|…)(?:::(\w+))?`")


@cache
def defined_in(file: str) -> frozenset[str]:
    """The tests of a module."""
    return frozenset(re.findall(r"^\s*(?:async )?def (\w+)\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE))


def test_every_test_that_the_threat_model_names_is_there() -> None:
    named = NAMED.findall((ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8"))
    assert len(named) > 200
    file, lost = "", []
    for path, name in named:
        file = file if path == "…" else path
        if not (ROOT / file).is_file() or (name and name not in defined_in(file)):
            lost.append(f"{file}::{name}")
    assert lost == []
