"""Keys under keys: AES Key Wrap with a 256-bit key (RFC 3394; formats/primitives 6.3).

Deterministic: the same key under the same key gives the same bytes.
"""

from typing import ClassVar, Final

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from pocus_desktop.kernel.errors import Blame, PocusError

KEK_BYTES: Final = 32
_BLOCK_BYTES: Final = 8
_SMALLEST_BYTES: Final = 16


class CannotUnwrapError(PocusError):
    """A wrapped key was altered or wrapped under another key."""

    code: ClassVar[str] = "crypto.cannot_unwrap"
    blame: ClassVar[Blame] = Blame.CONTENT


class BadWrapKeyError(PocusError):
    """A key-encryption key is not 32 bytes, or a key to wrap is not a multiple of 8 and at least 16."""

    code: ClassVar[str] = "crypto.bad_wrap_key"
    blame: ClassVar[Blame] = Blame.BUG


def wrap(kek: bytes, key: bytes) -> bytes:
    """Wrap a key; the result is 8 bytes longer.

    Args:
        kek: The key-encryption key, 32 bytes.
        key: The key to wrap, at least 16 bytes and a multiple of 8.

    Raises:
        BadWrapKeyError: A size is wrong.
    """
    if len(kek) != KEK_BYTES or len(key) < _SMALLEST_BYTES or len(key) % _BLOCK_BYTES:
        raise BadWrapKeyError(kek=len(kek), key=len(key))
    return aes_key_wrap(kek, key)


def unwrap(kek: bytes, wrapped: bytes) -> bytes:
    """Unwrap a key.

    Raises:
        BadWrapKeyError: The key-encryption key is not 32 bytes.
        CannotUnwrapError: It was altered, cut, or wrapped under another key.
    """
    if len(kek) != KEK_BYTES:
        raise BadWrapKeyError(kek=len(kek), key=len(wrapped))
    try:
        return aes_key_unwrap(kek, wrapped)
    except (InvalidUnwrap, ValueError) as problem:
        raise CannotUnwrapError from problem
