"""Whether every text, caption and script is there in every language of its assessment (formats/case 2.2, 4.4).

Reads the data as written, so that what is missing is told beside what the models refuse.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any, Final, TypeAlias

from pydantic import ValidationError

from pocus_desktop.authoring.source.document import Document
from pocus_desktop.authoring.source.faults import fault
from pocus_desktop.authoring.source.place import DataPath, get
from pocus_desktop.authoring.source.places import FILES_KEYS, walk
from pocus_desktop.case.problems import Problem
from pocus_desktop.case.values import LANGUAGE, Text

TEXT_KEYS: Final = frozenset(
    {
        *("title", "text", "prompt", "help", "alt", "label", "note", "rationale"),
        *("name", "complaint", "history", "medications", "allergies"),
    }
)
"""Keys whose value is a text or a list of texts."""
TEXTS_KEYS: Final = frozenset({"option_rationale"})
"""Keys whose value names a text for each option."""

CLIP_KEYS: Final = frozenset({"video", "audio"})
"""One of them is in every clip, and nowhere else."""

_Found: TypeAlias = Iterator[tuple[DataPath, Collection[str]]]


def written_languages(given: Any) -> tuple[str, ...]:
    """The languages of an assessment, those that can be."""
    listed = given if isinstance(given, list) else []
    return tuple(language for language in listed if isinstance(language, str) and LANGUAGE.fullmatch(language))


def check_languages(document: Document, languages: Collection[str], *, is_sound: bool) -> list[Problem]:
    """What is missing in a language, in an assessment or in its scoring key.

    Args:
        document: The data of either.
        languages: What everything must be there in.
        is_sound: Whether the models took the data; otherwise captions that are not there may only be misspelt.
    """
    found: list[Problem] = []
    for path, given in _written(document.data, is_sound=is_sound):
        place = document.keys.get(path) or document.keys.get(path[:-1]) or document.place(path)
        missing = [language for language in languages if language not in given]
        if not given:
            found.append(fault(f"source.no_{path[-1]}", place))
        elif missing:
            key = str(path[-1]) if isinstance(path[-1], str) else "This text"
            found.append(fault("source.language_missing", place, key=key, languages=", ".join(missing)))
    return found


def _written(data: Any, *, is_sound: bool) -> _Found:
    """Every text, and the captions and scripts of every clip: where it is, and the languages it is there in."""
    for path, key, value in walk(data, ()):
        if key in TEXT_KEYS:
            yield from _texts(value, path)
        elif key in TEXTS_KEYS and isinstance(value, dict):
            for name, text in value.items():
                yield from _texts(text, (*path, name))
        elif key in CLIP_KEYS:
            clip = get(data, path[:-1])
            for part in sorted(FILES_KEYS):
                files = clip.get(part, {} if is_sound else None)
                if isinstance(files, dict):
                    yield (*path[:-1], part), tuple(files)


def _texts(value: Any, path: DataPath) -> _Found:
    """The text at a path, or those of a list; what is none is for the models to refuse."""
    if isinstance(value, list):
        for index, text in enumerate(value):
            yield from _texts(text, (*path, index))
        return
    with suppress(ValidationError):
        yield path, Text.model_validate(value).languages
