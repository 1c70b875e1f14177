"""The one table of words: what the product says, by key and language.

Rows live in `assets/words/<language>/*.toml`. A file `errors.<room>.toml` holds, per error code, a table with `what`
(what happened and why) and `next` (what to do); the other files hold one sentence per dotted key. `{name}` marks a
parameter. English is complete; another language falls back to it row by row.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from pocus_desktop.kernel import assets

SOURCE_LANGUAGE = "en"


class Explanation(NamedTuple):
    """What an error tells a person: what happened, and what to do next.

    A named tuple like all values that the first paint waits for: to import `dataclasses` and make one costs 3 ms.
    """

    what: str
    next: str


class _Forgiving(dict[str, object]):
    """Leaves a parameter that was not given visible as `{name}` instead of failing while an error is shown."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@cache
def table(language: str) -> Mapping[str, str]:
    """Every row of one language, flattened to dotted keys (`errors.bundle.rolled_back.what`).

    Raises:
        ValueError: A key stands in two files.
    """
    rows: dict[str, str] = {}
    for file in sorted(assets.folder("words", language).glob("*.toml")):
        prefix = "errors." if file.name.startswith("errors.") else ""
        for key, text in rows_of(language, file.name).items():
            if prefix + key in rows:
                raise ValueError(f"{file.name}: {key} stands twice")
            rows[prefix + key] = text
    return rows


@cache
def rows_of(language: str, file_name: str) -> Mapping[str, str]:
    """The rows of one file: for a face that paints before it reads the rest. No rows where there is no such file."""
    file = assets.folder("words", language, file_name)
    return read_rows(file.read_text(encoding="utf-8")) if file.is_file() else {}


def read_rows(text: str) -> Mapping[str, str]:
    """The rows of a file's text by dotted key.

    Files are TOML. Nearly all are plain: `[table]` lines and one-line strings without escapes; those are read here,
    since importing a TOML reader takes longer than the first window needs for all its words.

    Raises:
        ValueError: It is not TOML.
    """
    rows: dict[str, str] = {}
    prefix = ""
    for line in text.splitlines():
        key, sign, value = line.partition(" = ")
        if sign and _is_name(key) and _is_plain(value) and prefix + key not in rows:
            rows[prefix + key] = value[1:-1]
        elif line.startswith("[") and line.endswith("]") and _is_name(line[1:-1].replace(".", "")):
            prefix = f"{line[1:-1]}."
        elif line and not line.startswith("#"):
            return _read_with_library(text)
    return rows


def languages() -> tuple[str, ...]:
    """The languages that have words, sorted."""
    return tuple(sorted(path.name for path in assets.folder("words").iterdir() if path.is_dir()))


def say(key: str, language: str = SOURCE_LANGUAGE, /, **params: object) -> str:
    """The sentence for `key`, with its parameters filled in.

    Raises:
        KeyError: No language has the key; the tests hold keys and rows together.
    """
    return fill(table(language).get(key) or table(SOURCE_LANGUAGE)[key], params)


def fill(text: str, params: Mapping[str, object]) -> str:
    """A sentence with its parameters filled in; one that is not given stays visible as `{name}`."""
    return text.format_map(_Forgiving(params))


def has(key: str, language: str = SOURCE_LANGUAGE) -> bool:
    """Whether the language has a row of its own for `key`."""
    return key in table(language)


def explain(code: str, params: Mapping[str, object], language: str = SOURCE_LANGUAGE) -> Explanation:
    """The words for an error code; a code without a row is told as an unexpected error that names the code."""
    stem = f"errors.{code}"
    if f"{stem}.what" not in table(SOURCE_LANGUAGE):
        stem, params = "errors.kernel.unexpected", {"code": code, **params}
    return Explanation(what=say(f"{stem}.what", language, **params), next=say(f"{stem}.next", language, **params))


def _is_name(key: str) -> bool:
    return key.isascii() and key.replace("-", "").replace("_", "").isalnum()


def _is_plain(value: str) -> bool:
    return len(value) > 1 and value[0] == value[-1] == '"' and '"' not in value[1:-1] and "\\" not in value


def _read_with_library(text: str) -> Mapping[str, str]:
    import tomllib  # only where a file needs it, for start-up time

    return dict(_flatten(tomllib.loads(text)))


def _flatten(rows: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in rows.items():
        if isinstance(value, Mapping):
            found += _flatten(value, f"{prefix}{key}.")
        else:
            found.append((prefix + key, str(value)))
    return found
