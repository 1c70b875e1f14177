"""A certificate that stands for one Ed25519 key and says nothing else (formats/primitives 10).

TLS wants a certificate; trust here is in the key. The same key always gives the same bytes: no name that matters, no
dates that a wrong clock could miss.
"""

from datetime import UTC, datetime
from typing import ClassVar, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel.errors import Blame, PocusError

MAXIMUM_BYTES: Final = 2048
_NAME: Final = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pocus")])
_FROM: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNTIL: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


class BadKeyCertificateError(PocusError):
    """Bytes are no certificate of one key, signed by that key."""

    code: ClassVar[str] = "crypto.bad_key_certificate"
    blame: ClassVar[Blame] = Blame.CONTENT


def certificate_of(key: SigningKey) -> bytes:
    """The DER of the key's certificate; always the same for the same key."""
    secret = Ed25519PrivateKey.from_private_bytes(key.seed)
    built = (
        x509.CertificateBuilder()
        .subject_name(_NAME)
        .issuer_name(_NAME)
        .public_key(secret.public_key())
        .serial_number(int.from_bytes(key.public.raw[:19], "big") | 1)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .sign(secret, algorithm=None)
    )
    return built.public_bytes(Encoding.DER)


def certified_key(certificate: bytes) -> PublicKey:
    """The key that a certificate stands for.

    Raises:
        BadKeyCertificateError: It is no such certificate.
        PocusError: `crypto.*`: its key is none that may be used.
    """
    if len(certificate) > MAXIMUM_BYTES:
        raise BadKeyCertificateError(reason="it is larger than any is")
    try:
        found = x509.load_der_x509_certificate(certificate)
        key = found.public_key()
        if not isinstance(key, Ed25519PublicKey):
            raise BadKeyCertificateError(reason="its key is of another algorithm")
        key.verify(found.signature, found.tbs_certificate_bytes)
    except (ValueError, TypeError, InvalidSignature, x509.UnsupportedGeneralNameType) as problem:
        raise BadKeyCertificateError(reason=type(problem).__name__) from problem
    return PublicKey(algorithm="ed25519", raw=key.public_bytes_raw())


def certificate_pem(certificate: bytes) -> bytes:
    """The certificate as PEM, for what reads only that."""
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)


def encrypted_key_pem(key: SigningKey, password: bytes) -> bytes:
    """The secret key as PEM (PKCS #8) that only the password opens: for a library that takes keys from files."""
    secret = Ed25519PrivateKey.from_private_bytes(key.seed)
    return secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
