"""Providers of continuing education, found as people write them: without case, accents, or every letter. Pure.

1. Every word that is asked for must be in what a row is found by: its names in every language, its short name, what it
   offers, who approved it.
2. A word is there where one begins with it, holds it, or differs from it in one letter (two, from eight letters on);
   letters that changed places are one.
3. The rows that need least forgiving come first; of equals, in the order of their names.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from pocus_desktop.kernel import words
from pocus_desktop.programme.csv_sheet import plain
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.model import ProviderRow

_LEAST_FORGIVEN: Final = 4
"""Words of fewer letters are asked for as they are: a slip in them is another word."""

_TWICE_FORGIVEN: Final = 8
_STARTS, _HOLDS, _SLIP, _NOWHERE = 0, 1, 4, 100


def provider_called(rules: Rules, text: str, on: date) -> ProviderRow | None:
    """The provider of exactly this name, in any language, or of this short name; None where there is none."""
    wanted = plain(text)
    return next((row for row in rules.providers(on) if wanted and wanted in _names(row)), None)


def find_providers(rules: Rules, text: str, on: date, language: str) -> tuple[ProviderRow, ...]:
    """The providers that are meant, the likeliest first; all of them where nothing is asked."""
    asked = plain(text).split()
    found: list[tuple[int, int, ProviderRow]] = []
    for at, row in enumerate(rules.providers(on)):
        named, about = _named(row), _about(row, language)
        far = sum(min(_far(word, named), 1 + _far(word, about)) for word in asked)
        if far < _NOWHERE:
            found.append((far, at, row))
    return tuple(row for _, _, row in sorted(found, key=lambda one: one[:2]))


def _names(row: ProviderRow) -> set[str]:
    """All that a row is called, and what stands in brackets behind a name, by which it is known too."""
    names = {plain(row.provider)}
    for language in row.name.languages:
        name = row.name(language)
        before, _, rest = name.partition("(")
        names |= {plain(name), plain(before), plain(rest)}
    return names - {""}


def _named(row: ProviderRow) -> list[str]:
    return " ".join(sorted(_names(row))).split()


def _about(row: ProviderRow, language: str) -> list[str]:
    kinds = (*row.topics, *row.ways, *row.costs)
    return plain(" ".join((*row.approvals, *kinds, *_said(kinds, language)))).split()


def _said(names: tuple[str, ...], language: str) -> Iterator[str]:
    for name in names:
        key = f"programme.name.{name}"
        if words.has(key):
            yield words.say(key, language)


def _far(word: str, among: list[str]) -> int:
    """How much must be forgiven for a word to be among others."""
    if any(one.startswith(word) for one in among):
        return _STARTS
    if any(word in one for one in among):
        return _HOLDS
    slips = 0 if len(word) < _LEAST_FORGIVEN else 1 if len(word) < _TWICE_FORGIVEN else 2
    near = min((_slips(word, one[: len(word) + more]) for one in among for more in (-1, 0, 1)), default=_NOWHERE)
    return _SLIP * near if near <= slips else _NOWHERE


def _slips(one: str, other: str) -> int:
    """Letters to put in, take out, change, or let change places (optimal string alignment)."""
    if abs(len(one) - len(other)) > 2:
        return _NOWHERE
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, beside in enumerate(other, 1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != beside))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == beside:
                least = min(least, last[j - 2] + 1)
            row.append(least)
    return row[-1]
