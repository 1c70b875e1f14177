"""Whether certificates are revoked or suspended: Bitstring Status List 1.0 of the W3C (formats/certificate 5). Pure.

A list is a signed credential of 131,072 bits; a certificate's is at a random place, so that neither the list nor a
question for it tells whose it is, or how many there are. A list can be carried: it says of when it is, and until when
it may be relied on.
"""

import gzip
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pocus_desktop.crypto.encoding import BadEncodingError
from pocus_desktop.crypto.multibase import from_base64url, to_base64url
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.programme.certificate import moments
from pocus_desktop.programme.certificate.address import Address
from pocus_desktop.programme.certificate.contexts import CREDENTIALS
from pocus_desktop.programme.certificate.errors import BadStatusListError

ENTRIES: Final = 131_072
"""Of every list that is made here, and the fewest that one may have (Bitstring Status List 6.1)."""

MAXIMUM_ENTRIES: Final = 8 * ENTRIES
FRESH_MS: Final = 24 * 3_600_000
"""How long a list may be relied on after it was signed."""

_TYPES: Final = ("VerifiableCredential", "BitstringStatusListCredential")
_GZIP: Final = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusList:
    """A list that was read.

    Attributes:
        url: Its address, which certificates name.
        purpose: `revocation` or `suspension`.
        did: Whose it is.
        as_of_ms: When it was signed.
        until_ms: Until when it may be relied on.
        bits: One a certificate, the first bit of a byte before the others.
    """

    url: str
    purpose: str
    did: str
    as_of_ms: int
    until_ms: int
    bits: bytes

    def is_set(self, index: int) -> bool | None:
        """The bit of a place; None where the list ends before it."""
        if not 0 <= index < 8 * len(self.bits):
            return None
        return bool(self.bits[index // 8] & 0x80 >> index % 8)


def to_bits(indexes: Iterable[int], *, entries: int = ENTRIES) -> bytes:
    """A bitstring with these places set."""
    bits = bytearray(entries // 8)
    for index in indexes:
        bits[index // 8] |= 0x80 >> index % 8
    return bytes(bits)


def to_credential(
    address: Address, issuer: str, number: int, purpose: str, indexes: Iterable[int], *, now_ms: int
) -> dict[str, Json]:
    """A list as credential, without its proof.

    Args:
        address: Of the academy.
        issuer: Its name.
        number: Of the list.
        purpose: `revocation` or `suspension`.
        indexes: Places of the certificates for which it is so.
        now_ms: As of when.
    """
    url = address.status_list(number, purpose)
    return {
        "@context": [CREDENTIALS],
        "id": url,
        "type": list(_TYPES),
        "issuer": {"id": address.did, "name": issuer},
        "validFrom": moments.told(now_ms),
        "validUntil": moments.told(now_ms + FRESH_MS),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": to_base64url(gzip.compress(to_bits(indexes), mtime=0)),
        },
    }


def of_credential(document: Mapping[str, Json]) -> StatusList:
    """What a list says; its proof is another matter.

    Raises:
        BadStatusListError: It is none.
    """
    match document:
        case {
            "@context": [str(context)],
            "id": str(url),
            "type": list(types),
            "issuer": {"id": str(did)},
            "validFrom": valid_from,
            "validUntil": valid_until,
            "credentialSubject": {
                "type": "BitstringStatusList",
                "statusPurpose": str(purpose),
                "encodedList": str(encoded),
            },
        } if context == CREDENTIALS and tuple(types) == _TYPES:
            pass
        case _:
            raise BadStatusListError(reason="it is no list of this format")
    as_of_ms, until_ms = moments.read(valid_from), moments.read(valid_until)
    if as_of_ms is None or until_ms is None or as_of_ms > until_ms:
        raise BadStatusListError(reason="its dates are none, or end before they begin")
    return StatusList(url=url, purpose=purpose, did=did, as_of_ms=as_of_ms, until_ms=until_ms, bits=_bits(encoded))


def is_list(document: Mapping[str, Json]) -> bool:
    """Whether a document says that it is a list."""
    types = document.get("type")
    return isinstance(types, list) and _TYPES[1] in types


def _bits(encoded: str) -> bytes:
    """The bits; never more is unpacked than the largest list has."""
    try:
        packed = from_base64url(encoded, field="encodedList")
        unpacking = zlib.decompressobj(_GZIP)
        bits = unpacking.decompress(packed, MAXIMUM_ENTRIES // 8 + 1)
    except (BadEncodingError, zlib.error) as problem:
        raise BadStatusListError(reason="its bits cannot be unpacked") from problem
    if not ENTRIES // 8 <= len(bits) <= MAXIMUM_ENTRIES // 8:
        raise BadStatusListError(reason="it has too few bits, or too many")
    if not unpacking.eof or unpacking.unused_data:
        raise BadStatusListError(reason="its bits are cut off, or something follows them")
    return bits
