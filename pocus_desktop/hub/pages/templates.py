"""Templates of pages: files of `assets/pages`, every value escaped, every word from the table.

In a template `t("key", name=value)` is the sentence of the page's language, `say("es", "key")` that of another;
`day_of(moment)` is a day (of UTC) as people of that language write it, for pages that are read and not compared.
Whatever is put in is escaped, and a name that was not given is an error, not a blank.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pocus_desktop.hub.pages.again import Again
from pocus_desktop.hub.registry.trail import key_of
from pocus_desktop.kernel import assets, words
from pocus_desktop.programme.answer import body_told
from pocus_desktop.programme.days import day_told, last_day_before

STATIC: Final = "/static/{version}/{name}"
LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "es": "Español"}

_FONTS: Final = ("Inter_400Regular.ttf", "Inter_600SemiBold.ttf")
_STATE: Final = re.compile(r"[a-z-]+(?=$|: | \()")
_KINDS: Final = {"css": "text/css", "ttf": "font/ttf"}


def render(template: str, language: str, **values: object) -> str:
    """A page as HTML.

    Args:
        template: Its file below `assets/pages`.
        language: Of its words.
        values: What it names.
    """
    return (
        _environment()
        .get_template(template)
        .render(
            t=_sayer(language),
            deed=_deeds(language),
            stated=_states(language),
            say=_say,
            language=language,
            languages=LANGUAGES,
            static=static_path,
            day_of=_day_of(language),
            body_of=lambda body: body_told(body, language),
            **{"again": Again(), **values},
        )
    )


@cache
def static_files() -> Mapping[str, tuple[bytes, str]]:
    """By name: content and media type of what pages bring besides themselves."""
    tokens = json.loads(assets.folder("theme", "tokens.json").read_text(encoding="utf-8"))
    style = _environment().get_template("style.css").render(**tokens)
    fonts = {name: assets.folder("fonts", name).read_bytes() for name in _FONTS}
    every = {"style.css": style.encode(), **fonts}
    return {name: (content, _KINDS[name.rpartition(".")[2]]) for name, content in every.items()}


@cache
def version() -> str:
    """Of everything in `static_files`, so that a browser may keep it for ever."""
    content = b"".join(content for content, _ in static_files().values())
    return hashlib.sha256(content).hexdigest()[:16]


def static_path(name: str) -> str:
    """Where a page finds one of these."""
    return STATIC.format(version=version(), name=name)


def _say(language: str, key: str, **params: object) -> str:
    """A sentence in another language than the page's."""
    return words.say(key, language, **params)


def _sayer(language: str) -> Callable[..., str]:
    def say(key: str, **params: object) -> str:
        return words.say(key, language, **params)

    return say


def _deeds(language: str) -> Callable[[str], str]:
    """What an entry of the trail says was done; as it stands there where it is of a program that this one is not."""

    def deed(action: str) -> str:
        key = key_of(action)
        return words.say(key, language) if words.has(key) else action

    return deed


def _states(language: str) -> Callable[[str], str]:
    """What an entry of the trail says of before or after, with a state at its beginning in words."""

    def stated(text: str) -> str:
        state = _STATE.match(text)
        key = f"academy.state.{state[0]}" if state else ""
        return words.say(key, language) + text[len(state[0]) :] if state and words.has(key) else text

    return stated


def _day_of(language: str) -> Callable[[date | int], str]:
    def told(at: date | int) -> str:
        found = at if isinstance(at, date) else datetime.fromtimestamp(at / 1000, tz=UTC).date()
        return day_told(found, language)

    return told


def day(wall_ms: int | None) -> str:
    """A day of UTC as people write it in forms; a dash where there is none."""
    return "–" if wall_ms is None else f"{datetime.fromtimestamp(wall_ms / 1000, tz=UTC):%Y-%m-%d}"


def moment(wall_ms: int | None) -> str:
    """A moment in UTC; a dash where there is none."""
    return "–" if wall_ms is None else f"{datetime.fromtimestamp(wall_ms / 1000, tz=UTC):%Y-%m-%d %H:%M} UTC"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(assets.folder("pages")),
        autoescape=True,
        auto_reload=False,  # what comes with the program does not change while it runs
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(day=day, moment=moment, last_day=last_day_before)
    return made
