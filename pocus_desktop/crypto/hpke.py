"""Sealing to a public key: HPKE base mode, X25519 / HKDF-SHA256 / AES-256-GCM (RFC 9180; formats/primitives 4).

A sealed message does not say who sealed it: sign first, then seal. What it is for goes into `info`; a message opens
only where the same `info` is given.
"""

from typing import ClassVar, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from pocus_desktop.crypto.keys import BadKeyError, PublicKey, SealingKey
from pocus_desktop.kernel.errors import Blame, PocusError

MODE_BASE: Final = 0x00
KEM_X25519: Final = 0x0020
KDF_HKDF_SHA256: Final = 0x0001
AEAD_AES_256_GCM: Final = 0x0002
ENCAPSULATED_BYTES: Final = 32
OVERHEAD_BYTES: Final = ENCAPSULATED_BYTES + 16

_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class CannotOpenSealedError(PocusError):
    """A sealed message was altered, cut, sealed to another key, or sealed for another purpose."""

    code: ClassVar[str] = "crypto.cannot_open_sealed"
    blame: ClassVar[Blame] = Blame.CONTENT


class UnsupportedSuiteError(PocusError):
    """A sealed message uses algorithms that this program does not."""

    code: ClassVar[str] = "crypto.unsupported_suite"
    blame: ClassVar[Blame] = Blame.CONTENT


def seal(recipient: PublicKey, plaintext: bytes, *, info: bytes) -> bytes:
    """Encrypt so that only the holder of the recipient's key can read.

    Args:
        recipient: An X25519 key.
        plaintext: What to seal.
        info: What the message is for; must be given again to open it.

    Returns:
        The encapsulated key (32 bytes) and the ciphertext (16 bytes longer than the plaintext).

    Raises:
        BadKeyError: The recipient's key is not for sealing.
    """
    if recipient.algorithm != "x25519":
        raise BadKeyError(reason="not a sealing key", algorithm=recipient.algorithm)
    return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(recipient.raw), info=info)


def open_sealed(key: SealingKey, sealed: bytes, *, info: bytes) -> bytes:
    """Decrypt what was sealed to this key for this purpose.

    Raises:
        CannotOpenSealedError: It was altered, cut, or sealed to another key or for another `info`.
    """
    return open_with_associated_data(key, sealed, info=info, aad=b"")


def open_with_associated_data(key: SealingKey, sealed: bytes, *, info: bytes, aad: bytes) -> bytes:
    """Decrypt a message of another program that binds associated data besides `info`.

    Our own formats never do; the public test vectors always do. The library offers this for such vectors under a
    private name (docs/adr/0012), so no format may come to rest on it.

    Raises:
        CannotOpenSealedError: As `open_sealed`, or for other associated data.
    """
    try:
        if aad:
            return openssl.hpke._decrypt_with_aad(_SUITE, sealed, key.private, info=info, aad=aad)  # noqa: SLF001 - above
        return _SUITE.decrypt(sealed, key.private, info=info)
    except (InvalidTag, ValueError) as problem:
        raise CannotOpenSealedError from problem


def require_our_suite(*, mode: int, kem: int, kdf: int, aead: int) -> None:
    """Refuse every HPKE suite but ours (formats/primitives 4.1).

    Raises:
        UnsupportedSuiteError: One of the identifiers (RFC 9180 section 7) differs.
    """
    if (mode, kem, kdf, aead) != (MODE_BASE, KEM_X25519, KDF_HKDF_SHA256, AEAD_AES_256_GCM):
        raise UnsupportedSuiteError(mode=mode, kem=kem, kdf=kdf, aead=aead)
