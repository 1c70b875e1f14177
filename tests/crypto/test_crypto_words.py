"""Every error of the room has its words, in both languages, and every row its error."""

import importlib
import pkgutil
import string

import pytest

from pocus_desktop import crypto
from pocus_desktop.cli import conform_crypto
from pocus_desktop.kernel import words
from pocus_desktop.kernel.errors import PocusError

MODULES = [
    importlib.import_module(f"pocus_desktop.crypto.{found.name}") for found in pkgutil.iter_modules(crypto.__path__)
]
ERRORS = {
    item.code: item
    for module in [*MODULES, conform_crypto]
    for item in vars(module).values()
    if isinstance(item, type) and issubclass(item, PocusError) and item.code.startswith("crypto.")
}
ROWS = {key.split(".", 1)[1].rsplit(".", 1)[0] for key in words.table("en") if key.startswith("errors.crypto.")}


def test_errors_and_rows_are_the_same_set() -> None:
    assert set(ERRORS) == ROWS


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("code", sorted(ERRORS))
def test_every_error_says_what_happened_and_what_to_do(code: str, language: str) -> None:
    for part in ("what", "next"):
        key = f"errors.{code}.{part}"
        assert words.has(key, language)
        assert _fields(words.table(language)[key]) == _fields(words.table("en")[key])


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
