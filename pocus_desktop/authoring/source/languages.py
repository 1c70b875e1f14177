"""Whether every text, caption and script is there in every language of its assessment (formats/case 2.2, 4.4)."""

from collections.abc import Collection, Iterator
from typing import TypeAlias

from pydantic import BaseModel

from pocus_desktop.authoring.source.document import Document
from pocus_desktop.authoring.source.faults import fault
from pocus_desktop.authoring.source.place import DataPath, raw_path
from pocus_desktop.case.media import Clip
from pocus_desktop.case.problems import Problem
from pocus_desktop.case.values import Text

_Found: TypeAlias = Iterator[tuple[DataPath, Collection[str]]]


def check_languages(model: BaseModel, document: Document, languages: Collection[str]) -> list[Problem]:
    """What is missing in a language, in an assessment or in its scoring key."""
    found: list[Problem] = []
    for path, given in _written(model, ()):
        raw, _ = raw_path(document.data, path)
        place = document.keys.get(raw, document.place(raw))
        missing = [language for language in languages if language not in given]
        if not given:
            found.append(fault(f"source.no_{path[-1]}", place))
        elif missing:
            key = str(raw[-1]) if raw and isinstance(raw[-1], str) else "This text"
            found.append(fault("source.language_missing", place, key=key, languages=", ".join(missing)))
    return found


def _written(value: object, path: DataPath) -> _Found:
    """Every text, and the captions and scripts of every clip: where it is, and the languages it is there in."""
    match value:
        case Text():
            yield path, value.languages
        case BaseModel():
            if isinstance(value, Clip):
                yield (*path, "captions"), tuple(value.captions)
                yield (*path, "script"), tuple(value.script)
            for name, field in type(value).model_fields.items():
                yield from _written(getattr(value, name), (*path, field.alias or name))
        case tuple():
            for index, inner in enumerate(value):
                yield from _written(inner, (*path, index))
        case dict():
            for key, inner in value.items():
                yield from _written(inner, (*path, key))
