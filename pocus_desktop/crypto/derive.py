"""Keys from keys: HKDF-SHA256 (RFC 5869; formats/primitives 6.2)."""

from typing import ClassVar, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pocus_desktop.kernel.errors import Blame, PocusError

MAXIMUM_BYTES: Final = 255 * 32


class BadDerivedLengthError(PocusError):
    """HKDF-SHA256 gives between 1 and 8160 bytes, no more and no fewer."""

    code: ClassVar[str] = "crypto.bad_derived_length"
    blame: ClassVar[Blame] = Blame.BUG


def hkdf(secret: bytes, *, info: bytes, length: int = 32, salt: bytes = b"") -> bytes:
    """Derive a key from a secret of high entropy (never a passphrase).

    Args:
        secret: The input keying material.
        info: What the derived key is for; each purpose its own.
        length: How many bytes, 1 to 8160.
        salt: May be empty, which RFC 5869 reads as 32 zero bytes.

    Raises:
        BadDerivedLengthError: The length is out of range.
    """
    if not 1 <= length <= MAXIMUM_BYTES:
        raise BadDerivedLengthError(length=length)
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)
