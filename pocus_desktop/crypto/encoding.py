"""Hexadecimal and base64 as they stand in documents, read strictly: one text for one sequence of bytes."""

import binascii
import re
from typing import ClassVar, Final

from pocus_desktop.kernel.errors import Blame, PocusError

_TO_STANDARD: Final = str.maketrans("-_", "+/")
_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2})*")


class BadEncodingError(PocusError):
    """A text is not the hexadecimal or base64 that its place asks for."""

    code: ClassVar[str] = "crypto.bad_encoding"
    blame: ClassVar[Blame] = Blame.CONTENT


def from_hex(text: str, *, field: str) -> bytes:
    """The bytes of a hexadecimal text, either case, no spaces.

    Args:
        text: An even number of hexadecimal digits; may be empty.
        field: The place it comes from, named in the error.

    Raises:
        BadEncodingError: It is something else.
    """
    if _HEX.fullmatch(text) is None:
        raise BadEncodingError(field=field, expected="hexadecimal")
    return bytes.fromhex(text)


def to_base64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4)."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def from_base64(text: str, *, field: str) -> bytes:
    """The bytes of a padded base64 text in the standard or the URL-safe alphabet (RFC 4648 sections 4 and 5).

    One alphabet at a time, padding required, no line breaks, unused bits zero: each sequence of bytes has one text in
    each alphabet.

    Args:
        text: The encoded text; may be empty.
        field: The place it comes from, named in the error.

    Raises:
        BadEncodingError: It is something else.
    """
    is_url_safe = "-" in text or "_" in text
    standard = text.translate(_TO_STANDARD) if is_url_safe else text
    try:
        data = binascii.a2b_base64(standard)  # passes over what it does not know, and what that was shows below
    except ValueError as problem:
        raise BadEncodingError(field=field, expected="base64") from problem
    if to_base64(data) != standard or (is_url_safe and ("+" in text or "/" in text)):
        raise BadEncodingError(field=field, expected="base64")
    return data
