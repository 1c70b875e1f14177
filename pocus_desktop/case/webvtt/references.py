"""HTML character references in cue text: `&amp;`, `&eacute`, `&#233;`, `&#xE9;`.

Follows "consume a character reference" (WHATWG HTML, section 13.2.5.72 and on) outside attributes, as WebVTT asks. A
named reference is the longest name of the table that the text begins with, so the names of old that need no semicolon
also match inside longer words (`&notit;` is "¬it;").
"""

import re
from collections.abc import Mapping
from html.entities import html5
from typing import Final

_NUMERIC: Final = re.compile(r"#(?:[xX](?P<hex>[0-9A-Fa-f]+)|(?P<decimal>[0-9]+));?")
_NAME: Final = re.compile(r"[0-9A-Za-z]+;?")
_LONGEST: Final = max(map(len, html5))
_REPLACEMENT: Final = "�"
_LAST: Final = 0x10FFFF
_MOST_DIGITS: Final = 7


def _windows_1252() -> Mapping[int, str]:
    """What HTML reads where a number names a C1 control: the character Windows-1252 has there, if any."""
    characters = ((code, bytes([code]).decode("cp1252", errors="ignore")) for code in range(0x80, 0xA0))
    return {code: character for code, character in characters if character}


_C1: Final = _windows_1252()


def consume(text: str, position: int) -> tuple[str, int] | None:
    """Read the reference whose "&" stands just before a position.

    Returns:
        The characters it means and where the text goes on; None where no reference stands there, and the "&" is only
        an ampersand.
    """
    if text.startswith("#", position):
        return _consume_number(text, position)
    found = _NAME.match(text, position, position + _LONGEST)
    if found is None:
        return None
    run = found.group()
    for length in range(len(run), 1, -1):
        characters = html5.get(run[:length])
        if characters is not None:
            return characters, position + length
    return None


def _consume_number(text: str, position: int) -> tuple[str, int] | None:
    found = _NUMERIC.match(text, position)
    if found is None:
        return None
    digits, radix = (found["hex"], 16) if found["hex"] else (found["decimal"], 10)
    return _character(digits.lstrip("0"), radix), found.end()


def _character(digits: str, radix: int) -> str:
    if not digits or len(digits) > _MOST_DIGITS:
        return _REPLACEMENT  # zero, or beyond Unicode
    code = int(digits, radix)
    if code > _LAST or 0xD800 <= code <= 0xDFFF:
        return _REPLACEMENT
    return _C1.get(code, chr(code))
