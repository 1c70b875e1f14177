"""Codes, keys and words stay together, in every language."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import pocus_desktop
from pocus_desktop.kernel import assets, words
from pocus_desktop.kernel.errors import PocusError

_PARAMETER = re.compile(r"\{(\w+)\}")
_RUN_BY_ALEMBIC = "migrations.env"
"""No module: alembic runs it, and only there is what it needs."""

_PACKAGE = Path(pocus_desktop.__file__).parent


def _all_errors() -> list[type[PocusError]]:
    for module in walk_packages(pocus_desktop.__path__, "pocus_desktop."):
        if not module.name.endswith(_RUN_BY_ALEMBIC):
            import_module(module.name)
    return sorted(_below(PocusError), key=lambda error: error.code)


def _below(error: type[PocusError]) -> Iterator[type[PocusError]]:
    for child in error.__subclasses__():
        if child.__module__.startswith("pocus_desktop."):
            yield child
        yield from _below(child)


def test_every_error_has_words_of_its_own() -> None:
    lacking = [
        f"{error.__name__}: {error.code}"
        for error in _all_errors()
        if not words.has(f"errors.{error.code}.what") or not words.has(f"errors.{error.code}.next")
    ]
    assert lacking == []


def test_every_row_of_errors_belongs_to_a_code() -> None:
    # Codes that no exception carries (notices of a sitting, findings of a check) stand as literals in the source.
    source = "\n".join(path.read_text() for path in _PACKAGE.rglob("*.py"))
    codes = {error.code for error in _all_errors()} | {"kernel.unexpected"}
    told = {key.removeprefix("errors.").rpartition(".")[0] for key in words.table("en") if key.startswith("errors.")}
    assert sorted(code for code in told - codes if f'"{code}"' not in source) == []


def test_no_two_errors_share_a_code() -> None:
    codes = [error.code for error in _all_errors() if "code" in vars(error)]
    assert sorted({code for code in codes if codes.count(code) > 1}) == []


@pytest.mark.parametrize("language", [language for language in words.languages() if language != "en"])
def test_a_translation_has_rows_and_parameters_of_the_source_only(language: str) -> None:
    source = words.table("en")
    strange = [key for key in words.table(language) if key not in source]
    assert strange == []
    differing = [
        key
        for key, text in words.table(language).items()
        if set(_PARAMETER.findall(text)) != set(_PARAMETER.findall(source[key]))
    ]
    assert differing == []


def test_what_a_candidate_reads_is_complete_in_spanish() -> None:
    authors_only = ("problems.",)
    lacking = [key for key in words.table("en") if not key.startswith(authors_only) and not words.has(key, "es")]
    assert lacking == []


@pytest.mark.parametrize("file", sorted(assets.folder("words").rglob("*.toml")), ids=lambda file: file.name)
def test_rows_are_read_as_the_toml_library_reads_them(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert words.read_rows(text) == dict(_dotted(tomllib.loads(text)))


@pytest.mark.parametrize(
    "text",
    [
        'a = "one"\nb = "with \\"quotes\\" and \\u00e9"\n',
        "[t]\na = 'literal'\n",
        '[t]\na = """\nlong\nlines"""\n',
        '[t]\na = "b" # with a comment\n',
        '  [t]\n  a="b"\n',
        '"a.b" = "c"\n[t.u]\nd.e = "f"\n',
    ],
)
def test_rows_that_are_not_plain_are_read_too(text: str) -> None:
    assert words.read_rows(text) == dict(_dotted(tomllib.loads(text)))


@pytest.mark.parametrize("text", ['a = "b"\na = "c"\n', "[t\n", 'a = "b" c\n', "a\n"])
def test_what_is_not_toml_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        words.read_rows(text)


def _dotted(rows: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in rows.items():
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)


def test_a_missing_parameter_stays_visible_instead_of_failing() -> None:
    assert "{code}" in words.say("errors.kernel.unexpected.what")


def test_an_unknown_code_is_told_with_the_code() -> None:
    assert "nowhere.known" in words.explain("nowhere.known", {}).what
