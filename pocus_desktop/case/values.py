"""Small values that every part of a case is made of: names, texts in several languages, durations, file names.

Source and compiled form are one: a duration is written `90s` in the item writer's YAML and in the compiled JSON, and is
whole milliseconds in the models.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, RootModel, WithJsonSchema

from pocus_desktop.kernel import ids

LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# Nine digits a unit keep every sum inside the integers that JSON carries exactly.
_DURATION: Final = re.compile(r"(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?", re.ASCII)
_UNITS_MS: Final = (3_600_000, 60_000, 1_000, 1)


class Model(BaseModel):
    """What all case models share: frozen, strict about unknown keys, finite numbers, fields named as in the source."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        serialize_by_alias=True,
        allow_inf_nan=False,
        defer_build=True,  # each is built when first used: most programs use few of them (docs/adr/0109)
    )


def parse_duration(value: object) -> int:
    """`1h30m`, `90s`, `250ms` as milliseconds; in code too a duration is given to a model in its written form.

    Raises:
        ValueError: It is not written so; a bare number is refused, since nobody can see its unit.
    """
    if isinstance(value, str) and value and (match := _DURATION.fullmatch(value)):
        return sum(int(digits) * unit for digits, unit in zip(match.groups(), _UNITS_MS, strict=True) if digits)
    raise ValueError("write a duration with its unit, such as 20m, 90s or 1h30m")


def format_duration(ms: int) -> str:
    """Milliseconds in the canonical written form; `parse_duration` gives them back."""
    parts: list[str] = []
    rest = ms
    for unit, sign in zip(_UNITS_MS, ("h", "m", "s", "ms"), strict=True):
        count, rest = divmod(rest, unit)
        if count:
            parts.append(f"{count}{sign}")
    return "".join(parts) or "0s"


Duration = Annotated[
    int,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(?=\d)(\d{1,9}h)?(\d{1,9}m)?(\d{1,9}s)?(\d{1,9}ms)?$",
            "examples": ["20m", "90s", "1h30m"],
            "description": "A duration with its unit.",
        }
    ),
]
"""Milliseconds, written as `90s`."""


def _name(value: str) -> str:
    if not ids.NAME.fullmatch(value):
        raise ValueError("use lower-case letters, digits and hyphens, starting with a letter, such as femoral-view")
    return value


Name = Annotated[str, AfterValidator(_name), WithJsonSchema({"type": "string", "pattern": f"^{ids.NAME.pattern}$"})]
"""An identifier that an item writer chooses."""


def file_name(value: str) -> str:
    """A name of a file inside the case's folder, in its plain form.

    Raises:
        ValueError: It leads elsewhere, or no system could hold it.
    """
    path = PurePosixPath(value)
    if (
        not path.parts
        or not value.isprintable()
        or path.is_absolute()
        or ".." in path.parts
        or "\\" in value
        or ":" in path.parts[0]
    ):
        raise ValueError("name a file inside the case's folder, with / between folders, such as media/arrival.mp4")
    return str(path)


def refuse_repeated(names: Iterable[str], of: str) -> None:
    """Refuse names that stand twice in one list.

    Raises:
        ValueError: Names the first one.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"name each of the {of} once; {name} stands twice")
        seen.add(name)


FileName = Annotated[str, AfterValidator(file_name)]
"""A file inside the case's folder, with forward slashes."""


def _language(value: str) -> str:
    if not LANGUAGE.fullmatch(value):
        raise ValueError("use a language tag such as en or es")
    return value


Language = Annotated[str, AfterValidator(_language)]
"""A BCP 47 language tag."""


def _texts(value: object) -> object:
    return {"en": value} if isinstance(value, str) else value


def _not_empty(value: Mapping[str, str]) -> Mapping[str, str]:
    if not value:
        raise ValueError("give the text in at least one language, such as {en: …}")
    for language, text in value.items():
        if not text.strip():
            raise ValueError(f"the text for {language} is empty")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise ValueError(f"the text for {language} holds half a character, which no file can hold")
    return value


class Text(RootModel[Annotated[dict[Language, str], BeforeValidator(_texts), AfterValidator(_not_empty)]]):
    """The same words in one or more languages; a plain string counts as English."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    def __call__(self, language: str) -> str:
        """The words in `language`, else in its parent language, else in English, else in the first given."""
        for candidate in (language, language.partition("-")[0], "en"):
            if candidate in self.root:
                return self.root[candidate]
        return next(iter(self.root.values()))

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it is written in."""
        return tuple(self.root)

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.root.items())))


def choose(by_language: Mapping[str, str], language: str) -> str | None:
    """The entry for a language (captions, scripts), with the same fallbacks as `Text`; None where there is none."""
    for candidate in (language, language.partition("-")[0], "en"):
        if candidate in by_language:
            return by_language[candidate]
    return next(iter(by_language.values()), None)
