"""The pages hold together: links lead somewhere, the index is whole, and a test that is cited exists."""

import re
from pathlib import Path

import pytest

from tests.soak.__main__ import HARNESSES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md"])
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_TEST = re.compile(r"`(tests/[\w/]+(?:\.py)?)(?:::(test_\w+))?`")
_DECISION = re.compile(r"(?:docs/adr/|ADR |\badr/)(\d{4})")
DECISIONS = {path.name[:4]: path for path in (DOCS / "adr").glob("*.md")}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_test_that_is_cited_exists(page: Path) -> None:
    missing = [
        f"{file}::{name}"
        for file, name in _TEST.findall(page.read_text(encoding="utf-8"))
        if not (ROOT / file).exists() or (name and f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8"))
    ]
    assert missing == []


def test_the_index_names_every_page() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    linked = {(DOCS / link).resolve() for link in _LINK.findall(index)}
    pages = [page for page in PAGES if DOCS in page.parents and page.parent.name != "adr" and page.name != "README.md"]
    assert [_name(page) for page in pages if page.resolve() not in linked] == []


def test_decisions_have_numbers_of_their_own_and_are_headed_by_them() -> None:
    pages = sorted((DOCS / "adr").glob("*.md"))
    assert len(DECISIONS) == len(pages)
    assert [page.name for page in pages if not page.read_text(encoding="utf-8").startswith(f"# {page.name[:4]} ")] == []


def test_decisions_that_are_cited_exist() -> None:
    places = [*PAGES, *(path for room in ("pocus_desktop", "case_bundles") for path in (ROOT / room).rglob("*.py"))]
    cited = {(number, _name(path)) for path in places for number in _DECISION.findall(path.read_text(encoding="utf-8"))}
    assert sorted((number, place) for number, place in cited if number not in DECISIONS) == []


def test_harnesses_that_a_page_names_are_run_and_none_is_left_out() -> None:
    named = {
        name
        for page in PAGES
        for quoted, bare in re.findall(r'SOAK=(?:"([^"]+)"|(\w+))', page.read_text(encoding="utf-8"))
        for name in (quoted or bare).split()
    }
    assert named <= set(HARNESSES)
    modules = {path.stem for path in (ROOT / "tests" / "soak").glob("*.py")} - {"__init__", "__main__", "asked"}
    assert modules == set(HARNESSES)
