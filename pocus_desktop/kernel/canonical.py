"""Canonical JSON (RFC 8785): the only bytes that are hashed or signed as JSON."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring as _quoted  # escapes what RFC 8785 section 3.2.2.2 does, and nothing else
from typing import Final, TypeAlias

import rfc8785

from pocus_desktop.kernel.errors import Blame, PocusError

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None

_LARGEST: Final = 2**53 - 1
_NAMES: Final = {None: "null", True: "true", False: "false"}


class NotCanonicalError(PocusError):
    """A value has no canonical form (a non-finite number, an integer past 2^53, a lone surrogate)."""

    code = "kernel.not_canonical"
    blame = Blame.BUG


class BadJsonError(PocusError):
    """Bytes are not JSON, or repeat a key."""

    code = "kernel.bad_json"
    blame = Blame.CONTENT


def encode(value: Json) -> bytes:
    """The canonical bytes of a JSON value.

    Raises:
        NotCanonicalError: RFC 8785 cannot express it.
    """
    try:
        return _text(value).encode()
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as problem:  # the latter: half a character
        raise NotCanonicalError(reason=str(problem)) from problem


def decode(data: bytes) -> Json:
    """Parse JSON strictly: UTF-8, no repeated keys, no number that is not finite (formats/primitives 1.1).

    Raises:
        BadJsonError: The bytes are something else.
    """
    try:
        parsed: Json = _DECODER.decode(data.decode("utf-8"))
    except (ValueError, RecursionError) as problem:
        raise BadJsonError(reason=str(problem)) from problem
    return parsed


def digest(data: bytes) -> str:
    """SHA-256 as 64 lowercase hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _text(value: Json) -> str:
    """As `rfc8785` writes it, in a fraction of its time: every signed document is written by this.

    Numbers with a fraction and whatever has no canonical form are left to the library.
    """
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        is_plain = all(map(str.isascii, value))
        keys = sorted(value) if is_plain else sorted(value, key=lambda key: key.encode("utf-16be"))
        return f"{{{','.join([f'{_quoted(key)}:{_text(value[key])}' for key in keys])}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join([_text(one) for one in value])}]"
    if value is None or isinstance(value, bool):
        return _NAMES[value]
    if isinstance(value, int) and -_LARGEST <= value <= _LARGEST:
        return int.__repr__(value)
    return rfc8785.dumps(value).decode()


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is repeated")
    return found


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:20]} is too large a number")
    return number


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite)
