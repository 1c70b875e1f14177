"""The `Content-Digest` field (RFC 9530 section 2), as far as SHA-256 goes (formats/sync 2.2)."""

import base64
import binascii
import re
from typing import Final

from pocus_desktop.hub.errors import NoContentDigestError

_MEMBER: Final = re.compile(r"([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):[ \t]*(?:;[^,]*)?")
_BYTES: Final = 32


def sha256_of(field: str | None) -> str:
    """The SHA-256 that the field names, in hexadecimal; digests of other algorithms are passed over.

    Args:
        field: The field's value, repeated fields joined by commas; None where the request has none.

    Raises:
        NoContentDigestError: There is no sound `sha-256` in it, or something that is no digest.
    """
    found: bytes | None = None
    for part in (field or "").split(","):
        member = _MEMBER.fullmatch(part.strip(" \t"))
        if member is None:
            raise NoContentDigestError
        name, value = member.groups()
        if name == "sha-256":  # the last one counts (RFC 8941 section 3.2)
            found = _decoded(value)
    if found is None or len(found) != _BYTES:
        raise NoContentDigestError
    return found.hex()


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as problem:
        raise NoContentDigestError from problem
