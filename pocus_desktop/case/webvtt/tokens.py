"""The cue text tokenizer: strings, start tags, end tags and timestamp tags.

Follows "the WebVTT cue text tokenizer" (W3C WebVTT, section 6.4). Every token says which characters it came from; the
tokens of a text follow each other without gap or overlap, so that time is linear and the linter can point.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from pocus_desktop.case.webvtt import references

_PLAIN: Final = re.compile(r"[^&<]+")
_NAME: Final = re.compile(r"[^\t\n\f .>]*")
_CLASS: Final = re.compile(r"[^\t\n\f .>]*")
_ANNOTATION: Final = re.compile(r"[^&>]+")
_TO_THE_END: Final = re.compile(r"[^>]*")
_WHITESPACE: Final = re.compile(r"[\t\n\f\r ]+")
_SPACES: Final = "\t\n\f "
_DIGITS: Final = "0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class StringToken:
    """Text, its character references resolved."""

    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTag:
    """A start tag; `annotation` is None where there is none, `is_closed` is false where the text ended inside it."""

    name: str
    classes: tuple[str, ...]
    annotation: str | None
    start: int
    end: int
    is_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTag:
    """An end tag."""

    name: str
    start: int
    end: int
    is_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampTag:
    """A tag that begins with a digit."""

    value: str
    start: int
    end: int
    is_closed: bool


Token: TypeAlias = StringToken | StartTag | EndTag | TimestampTag


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a cue's text, in order."""
    position = 0
    while position < len(text):
        token = _tag(text, position) if text[position] == "<" else _string(text, position)
        yield token
        position = token.end


def _string(text: str, start: int) -> StringToken:
    pieces: list[str] = []
    position = start
    while position < len(text) and text[position] != "<":
        position = _piece(text, position, _PLAIN, pieces)
    return StringToken(value="".join(pieces), start=start, end=position)


def _piece(text: str, position: int, plain: re.Pattern[str], pieces: list[str]) -> int:
    """Take one run of plain characters, or one "&" and what it refers to; say where the text goes on."""
    if text[position] != "&":
        run = plain.match(text, position)
        end = run.end() if run else position + 1
        pieces.append(text[position:end])
        return end
    reference = references.consume(text, position + 1)
    if reference is None:
        pieces.append("&")
        return position + 1
    pieces.append(reference[0])
    return reference[1]


def _tag(text: str, start: int) -> StartTag | EndTag | TimestampTag:
    position = start + 1
    first = text[position : position + 1]
    if first == "/":
        name, end, is_closed = _rest(text, position + 1)
        return EndTag(name=name, start=start, end=end, is_closed=is_closed)
    if first and first in _DIGITS:
        value, end, is_closed = _rest(text, position)
        return TimestampTag(value=value, start=start, end=end, is_closed=is_closed)
    return _start_tag(text, start)


def _rest(text: str, position: int) -> tuple[str, int, bool]:
    """What stands before the next ">", where the text goes on after it, and whether there was one."""
    end = _end(_TO_THE_END, text, position)
    return text[position:end], min(end + 1, len(text)), end < len(text)


def _start_tag(text: str, start: int) -> StartTag:
    position = _end(_NAME, text, start + 1)
    name = text[start + 1 : position]
    classes: list[str] = []
    while text.startswith(".", position):
        end = _end(_CLASS, text, position + 1)
        classes.append(text[position + 1 : end])
        position = end
    annotation: str | None = None
    if position < len(text) and text[position] in _SPACES:
        pieces: list[str] = []
        while position < len(text) and text[position] != ">":
            position = _piece(text, position, _ANNOTATION, pieces)
        annotation = _WHITESPACE.sub(" ", "".join(pieces)).strip(" ")
    return StartTag(
        name=name,
        classes=tuple(name for name in classes if name),
        annotation=annotation,
        start=start,
        end=min(position + 1, len(text)),
        is_closed=position < len(text),
    )


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position
