"""Multibase texts and Multikeys, as Controlled Identifiers 1.0 writes keys and proofs (formats/certificate 3).

`z` is base 58 in Bitcoin's alphabet, `u` is base64url without padding; a Multikey is `z` over the bytes ED 01 and the
32 of an Ed25519 public key. Read strictly: one text for one sequence of bytes.
"""

import re
from typing import Final

from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, to_base64
from pocus_desktop.crypto.keys import KEY_BYTES, BadKeyError, PublicKey

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_BASE_58: Final = re.compile(f"z([{_ALPHABET}]+)")
_BASE_64: Final = re.compile(r"u([A-Za-z0-9_-]*)")
_ED25519: Final = b"\xed\x01"
MAXIMUM_58: Final = 128
"""Characters of base 58 that are read: a signature takes 89, and the work grows with the square."""


def to_base58(data: bytes) -> str:
    """`z` and base 58."""
    number, digits = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        digits = _ALPHABET[digit] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + digits


def from_base58(text: str, *, field: str) -> bytes:
    """The bytes of such a text.

    Raises:
        BadEncodingError: It is something else, or longer than anything that is written so.
    """
    match = _BASE_58.fullmatch(text) if len(text) <= MAXIMUM_58 else None
    if match is None:
        raise BadEncodingError(field=field, expected="multibase base58")
    digits, number = match[1], 0
    for character in digits:
        number = number * 58 + _VALUES[character]
    zeros = len(digits) - len(digits.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def to_base64url(data: bytes) -> str:
    """`u` and base64url without padding."""
    return "u" + to_base64(data).rstrip("=").replace("+", "-").replace("/", "_")


def from_base64url(text: str, *, field: str) -> bytes:
    """The bytes of such a text.

    Raises:
        BadEncodingError: It is something else.
    """
    match = _BASE_64.fullmatch(text)
    if match is None:
        raise BadEncodingError(field=field, expected="multibase base64url")
    return from_base64(match[1] + "=" * (-len(match[1]) % 4), field=field)


def to_multikey(key: PublicKey) -> str:
    """An Ed25519 public key as Multikey.

    Raises:
        BadKeyError: It is no signing key.
    """
    if key.algorithm != "ed25519":
        raise BadKeyError(reason="not a signing key", algorithm=key.algorithm)
    return to_base58(_ED25519 + key.raw)


def from_multikey(text: str) -> PublicKey:
    """The Ed25519 public key of a Multikey.

    Raises:
        BadKeyError: It is something else, or a key of another algorithm.
        WeakKeyError: The key is of low order.
    """
    try:
        found = from_base58(text, field="multikey")
    except BadEncodingError as problem:
        raise BadKeyError(reason="not a multikey", algorithm="?") from problem
    if not found.startswith(_ED25519) or len(found) != len(_ED25519) + KEY_BYTES:
        raise BadKeyError(reason="a multikey of another algorithm", algorithm="?")
    return PublicKey(algorithm="ed25519", raw=found[len(_ED25519) :])
