"""The kinds of incident, as shipped: data, so that forms, words and documents cannot drift apart."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from pocus_desktop.kernel import assets, canonical, words

FALLBACK: Final = "other"


@cache
def taxonomy() -> Mapping[str, tuple[str, ...]]:
    """Each category with its kinds, in the order in which a form offers them."""
    document = canonical.decode(assets.folder("incidents", "taxonomy.json").read_bytes())
    rows = document.get("categories") if isinstance(document, Mapping) else None
    found: dict[str, tuple[str, ...]] = {}
    for row in rows if isinstance(rows, list) else ():
        found[str(row["id"])] = tuple(str(kind) for kind in row["kinds"])
    return MappingProxyType(found)


def is_known(category: str, kind: str) -> bool:
    """Whether the shipped taxonomy has this kind in this category."""
    return kind in taxonomy().get(category, ())


def category_told(category: str, language: str) -> str:
    """A category in words; one of a newer program by its own name."""
    key = f"incident.category.{category}"
    return words.say(key, language) if words.has(key) else category


def kind_told(kind: str, language: str) -> str:
    """A kind in words; one of a newer program by its own name."""
    key = f"incident.kind.{kind}"
    return words.say(key, language) if words.has(key) else kind
