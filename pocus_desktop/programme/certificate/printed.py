"""What the QR code of a printed certificate says (formats/certificate 7.3).

The address of its public page, and after `#` the first 16 bytes of SHA-256 of the credential. A browser goes to the
page and keeps the rest to itself; who has the file compares the rest with it, and knows without a network that paper
and file belong together.
"""

import hashlib
import hmac
from typing import Final

from pocus_desktop.crypto.multibase import to_base64url
from pocus_desktop.programme.certificate.document import Certificate

_DIGEST_BYTES: Final = 16


def printed_text(certificate: Certificate, credential: bytes) -> str:
    """The text of the code."""
    return f"{certificate.url}#{to_base64url(hashlib.sha256(credential).digest()[:_DIGEST_BYTES])}"


def is_printed_on(text: str, certificate: Certificate, credential: bytes) -> bool:
    """Whether a text that was scanned is of this certificate."""
    return hmac.compare_digest(text.strip().encode(), printed_text(certificate, credential).encode())
