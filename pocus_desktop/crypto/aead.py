"""Small records under a shared key: AES-256-GCM (NIST SP 800-38D; formats/primitives 6.1)."""

from typing import ClassVar, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pocus_desktop.kernel.errors import Blame, PocusError

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16


class CannotDecryptError(PocusError):
    """A record was altered, moved, or encrypted under another key."""

    code: ClassVar[str] = "crypto.cannot_decrypt"
    blame: ClassVar[Blame] = Blame.CONTENT


class BadRecordKeyError(PocusError):
    """A key or nonce for a record has the wrong size."""

    code: ClassVar[str] = "crypto.bad_record_key"
    blame: ClassVar[Blame] = Blame.BUG


def seal(key: bytes, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Encrypt one record.

    Args:
        key: 32 bytes.
        nonce: 12 bytes that never serve twice with one key.
        plaintext: The record.
        aad: What the record is bound to; must be given again to open it.

    Returns:
        The ciphertext, 16 bytes longer than the plaintext.

    Raises:
        BadRecordKeyError: Key or nonce have the wrong size.
    """
    _require_sizes(key, nonce)
    return AESGCM(key).encrypt(nonce, plaintext, aad)


def open_sealed(key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
    """Decrypt one record.

    Raises:
        BadRecordKeyError: Key or nonce have the wrong size.
        CannotDecryptError: The record, nonce or associated data are not what was sealed under this key.
    """
    _require_sizes(key, nonce)
    try:
        return AESGCM(key).decrypt(nonce, sealed, aad)
    except InvalidTag as problem:
        raise CannotDecryptError from problem


def _require_sizes(key: bytes, nonce: bytes) -> None:
    if len(key) != KEY_BYTES or len(nonce) != NONCE_BYTES:
        raise BadRecordKeyError(key=len(key), nonce=len(nonce))
