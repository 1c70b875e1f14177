"""TLS between stations and consoles: 1.3 alone, and trust in one certificate instead of many (formats/room 3).

A console shows the certificate of its room key. A station that is paired with it takes that very certificate for its
only root: no name, no authority and no clock has a say.
"""

import hashlib
import secrets
import ssl
import tempfile
from pathlib import Path
from typing import Final

from pocus_desktop.crypto.certificate import certificate_of, certificate_pem, encrypted_key_pem
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.crypto.keystore import KeyStore

_ROOM_KEY: Final = "room-tls"
FINGERPRINT_BYTES: Final = 16


def room_key(store: KeyStore) -> SigningKey:
    """The console's TLS key: made once, the same ever after.

    Raises:
        PocusError: `crypto.*`, as the key store says.
    """
    seed = store.load(_ROOM_KEY)
    if seed is None:
        seed = SigningKey.generate().seed
        store.store(_ROOM_KEY, seed)
    return SigningKey.from_seed(seed)


def fingerprint(key: PublicKey) -> bytes:
    """What pairing commits to: 128 bits of SHA-256 over the room's TLS key (formats/room 3.3)."""
    return hashlib.sha256(b"pocus room key v1\x00" + key.raw).digest()[:FINGERPRINT_BYTES]


def server_context(key: SigningKey) -> ssl.SSLContext:
    """TLS as the console speaks it. The library reads keys from files: it is given one that a password locks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.num_tickets = 1
    password = secrets.token_hex(32)
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "room.pem"
        certificate = certificate_pem(certificate_of(key))
        pem.write_bytes(certificate + encrypted_key_pem(key, password.encode("ascii")))
        context.load_cert_chain(pem, password=password)
    return context


def pinned_context(certificate: bytes) -> ssl.SSLContext:
    """TLS as a station speaks it with a room that it is paired with."""
    context = _client_context()
    context.load_verify_locations(cadata=certificate)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def unpinned_context() -> ssl.SSLContext:
    """TLS for the one question that comes before pairing: what certificate is shown there. Nothing else is said."""
    context = _client_context()
    context.verify_mode = ssl.CERT_NONE
    return context


def _client_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
