"""Where the parts of a sound source stand, for problems that are found when media are opened."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pocus_desktop.authoring.source.document import Document
from pocus_desktop.authoring.source.place import DataPath, Place

FILE_KEYS: Final = frozenset({"video", "audio", "file", "frames"})
"""Keys whose value is the name of a file."""
FILES_KEYS: Final = frozenset({"captions", "script"})
"""Keys whose value names a file for each language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Places by name.

    Attributes:
        files: By media, captions or script file, relative to the source folder: where the case first names it.
        items: By item.
        entries: By item, its entry in the scoring key.
    """

    files: Mapping[str, Place] = field(default_factory=dict)
    items: Mapping[str, Place] = field(default_factory=dict)
    entries: Mapping[str, Place] = field(default_factory=dict)


def places(document: Document, scoring: Document, case_folders: Iterable[str]) -> Places:
    """The places of an assessment and its scoring key, both sound."""
    files: dict[str, Place] = {}
    items: dict[str, Place] = {}
    for index, prefix in enumerate(case_folders):
        at: DataPath = ("cases", index)
        case = document.data["cases"][index]
        items |= {item["id"]: document.place((*at, "items", n)) for n, item in enumerate(case.get("items", ()))}
        for path, key, value in walk(case, at):
            if key in FILE_KEYS and isinstance(value, str):
                files.setdefault(prefix + value, document.place(path))
            elif key in FILES_KEYS and isinstance(value, dict):
                for language, name in value.items():
                    files.setdefault(f"{prefix}{name}", document.place((*path, language)))
    entries = {entry["item"]: scoring.place(("entries", n)) for n, entry in enumerate(scoring.data["entries"])}
    return Places(files=files, items=items, entries=entries)


def walk(data: Any, path: DataPath) -> Iterator[tuple[DataPath, str, Any]]:
    """Every (path, key, value) of mappings in the data, in document order."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield (*path, key), key, value
            yield from walk(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from walk(value, (*path, index))
