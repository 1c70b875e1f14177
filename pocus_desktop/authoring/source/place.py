"""Where in a source something stands, and how a path through models becomes a path through what was written."""

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

DataPath: TypeAlias = tuple[str | int, ...]

STAGE_SHORT_FORMS: Final = ("patient", "clip", "cine", "image")
"""The keys of a step that stand for entries of its stage, in the order in which the models put them."""

_UNION_FIELDS: Final = frozenset({"when", "not", "picture", "area"})
_UNION_LISTS: Final = frozenset({"all", "any", "do", "on_enter", "items", "entries", "stage"})


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a source file; line and column count from 1, and are 0 for a file that is not there."""

    file: str
    line: int
    column: int


def without_tags(location: DataPath) -> DataPath:
    """The location of a validation error without the tags that tell which member of a union was tried."""
    kept: list[str | int] = []
    is_tag_next = False
    for part in location:
        if is_tag_next and isinstance(part, str):
            is_tag_next = False
            continue
        kept.append(part)
        holder = kept[-2] if len(kept) > 1 else None
        is_tag_next = part in _UNION_FIELDS or (isinstance(part, int) and holder in _UNION_LISTS)
    return tuple(kept)


def raw_path(data: Any, path: DataPath) -> tuple[DataPath, str]:
    """Follow a path through the models in the data as written, as far as it goes.

    Returns:
        The path that exists, and the last name that does not.
    """
    found: DataPath = ()
    missed = ""
    short: list[str] | None = None
    for part in path:
        if short is not None and isinstance(part, int) and part < len(short):
            part = short[part]  # noqa: PLW2901 - the short form stands where the entry of the stage would
        short = None
        is_inside = part in data if isinstance(data, dict) else isinstance(data, list) and part in range(len(data))
        if is_inside:
            data = data[part]
            found = (*found, part)
        elif part == "stage" and isinstance(data, dict):
            short = [key for key in STAGE_SHORT_FORMS if data.get(key) not in (None, False)]
        elif isinstance(part, str):
            missed = part
    return found, missed


def entries(listed: Any) -> list[Any]:
    """A list as written; empty where something else stands there."""
    return listed if isinstance(listed, list) else []


def get(data: Any, path: DataPath) -> Any:
    """What stands at a path; None where nothing does."""
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data
