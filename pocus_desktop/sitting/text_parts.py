"""A signed document as text that can be pasted, read aloud, typed or scanned, in numbered parts (formats/embargo 7).

A part is `POCUS1:KIND:2/3:ID:TEXT:CHECK`: capitals, digits and `:` and `/` only, so that a QR code holds it in its
alphanumeric mode. Parts may come in any order, twice, in small letters and broken into lines; a slip in one is told by
its number. What they carry is verified by its signature afterwards, as if it had come as a file.
"""

import base64
import hashlib
import re
import zlib
from typing import ClassVar, Final

from pocus_desktop.kernel.errors import Blame, PocusError

PART_CHARACTERS: Final = 700
"""How much of the text one part carries: a QR code of it is still read from a screen by a telephone."""
MAXIMUM_BYTES: Final = 1024 * 1024
MAXIMUM_PARTS: Final = 2000

_RFC_4648: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_OURS: Final = str.maketrans(_RFC_4648, _CROCKFORD)
_FROM_OURS: Final = str.maketrans(_CROCKFORD, _RFC_4648)
_MISREAD: Final = str.maketrans("OIL", "011", "-")
_ID_CHARACTERS: Final = 8
_CHECK_CHARACTERS: Final = 7
_PART: Final = re.compile(
    rf"POCUS1:([A-Z]+):([0-9]{{1,4}})/([0-9]{{1,4}}):([0-9A-Z]{{{_ID_CHARACTERS}}})"
    rf":([0-9A-Z-]+):([0-9A-Z]{{{_CHECK_CHARACTERS}}})"
)
_HEADER: Final = "POCUS1:"


class TextPartsError(PocusError):
    """Anything that text in parts is refused for; always one of the classes below."""

    code: ClassVar[str] = "parts.refused"
    blame: ClassVar[Blame] = Blame.USER


class NoPartsError(TextPartsError):
    """The text holds no part."""

    code = "parts.none"


class OtherPartsError(TextPartsError):
    """A part belongs to another kind of document."""

    code = "parts.other_kind"


class MixedPartsError(TextPartsError):
    """The parts come from several documents."""

    code = "parts.mixed"


class DamagedPartError(TextPartsError):
    """A part was typed or scanned wrong."""

    code = "parts.damaged"


class MissingPartsError(TextPartsError):
    """Some parts are not there."""

    code = "parts.missing"


class UnreadablePartsError(TextPartsError):
    """All parts are sound, and what they carry is not."""

    code = "parts.unreadable"
    blame = Blame.CONTENT


def to_parts(data: bytes, *, kind: str, characters: int = PART_CHARACTERS) -> tuple[str, ...]:
    """A document as parts.

    Args:
        data: At most 1 MiB.
        kind: What it is, in capital letters, such as `UNLOCK`.
        characters: How much text one part carries.

    Raises:
        UnreadablePartsError: It is too large for parts.
    """
    text = _encode(zlib.compress(data, 9))
    pieces = [text[at : at + characters] for at in range(0, len(text), characters)]
    if len(data) > MAXIMUM_BYTES or len(pieces) > MAXIMUM_PARTS:
        raise UnreadablePartsError(reason="it is too large")
    name = _encode(hashlib.sha256(data).digest()[:5])
    heads = [f"{kind}:{number}/{len(pieces)}:{name}:{piece}" for number, piece in enumerate(pieces, 1)]
    return tuple(f"{_HEADER}{head}:{_check(head)}" for head in heads)


def from_parts(text: str, *, kind: str) -> bytes:
    """The document of a text that holds all its parts, and whatever else.

    Args:
        text: As pasted, typed or scanned.
        kind: The only kind to take.

    Raises:
        NoPartsError, OtherPartsError, MixedPartsError, DamagedPartError, MissingPartsError, UnreadablePartsError: As
            they say; damaged and missing parts are told by their numbers.
    """
    found = _PART.findall("".join(text.split()).upper())
    if not found:
        raise NoPartsError
    pieces: dict[int, str] = {}
    damaged: set[int] = set()
    names: set[tuple[int, str]] = set()
    for told_kind, number, total, name, piece, check in found:
        if told_kind != kind:
            raise OtherPartsError(found=told_kind.lower(), needed=kind.lower())
        plain = f"{told_kind}:{int(number)}/{int(total)}:{name.translate(_MISREAD)}:{piece.translate(_MISREAD)}"
        if _check(plain) != check.translate(_MISREAD):
            damaged.add(int(number))
            continue
        names.add((int(total), name.translate(_MISREAD)))
        pieces[int(number)] = piece.translate(_MISREAD)
    damaged -= pieces.keys()
    if len(names) > 1:
        raise MixedPartsError
    if damaged:
        raise DamagedPartError(parts=_listed(damaged))
    [(total, name)] = names
    missing = set(range(1, total + 1)) - pieces.keys()
    if missing:
        raise MissingPartsError(parts=_listed(missing), total=total)
    data = _inflate("".join(pieces[number] for number in sorted(pieces)))
    if _encode(hashlib.sha256(data).digest()[:5]) != name:
        raise UnreadablePartsError(reason="its digest is another")
    return data


def is_parts(text: str) -> bool:
    """Whether a text looks as if it held parts."""
    return _HEADER in "".join(text.split()).upper()


def _check(head: str) -> str:
    return _encode(zlib.crc32(head.encode("ascii")).to_bytes(4, "big"))


def _encode(data: bytes) -> str:
    return base64.b32encode(data).decode("ascii").rstrip("=").translate(_TO_OURS)


def _inflate(text: str) -> bytes:
    try:
        packed = base64.b32decode(text.translate(_FROM_OURS) + "=" * (-len(text) % 8))
        inflater = zlib.decompressobj()
        data = inflater.decompress(packed, MAXIMUM_BYTES + 1)
    except (ValueError, zlib.error) as problem:
        raise UnreadablePartsError(reason="it cannot be unpacked") from problem
    if len(data) > MAXIMUM_BYTES or not inflater.eof or inflater.unused_data:
        raise UnreadablePartsError(reason="it cannot be unpacked")
    return data


def _listed(numbers: set[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers)[:20])
