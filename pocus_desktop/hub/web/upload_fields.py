"""Fields of tus requests, read and written (formats/sync 8)."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from types import MappingProxyType
from typing import Any, Final

from starlette.requests import Request

from pocus_desktop.hub.errors import BadUploadError

CHECKSUMS: Final[Mapping[str, Callable[[bytes | bytearray], Any]]] = MappingProxyType(
    {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
)
_LONGEST_NUMBER: Final = 15


def expires(at_ms: int) -> dict[str, str]:
    """When what arrived is let go, for an answer."""
    return {"Upload-Expires": formatdate(at_ms / 1000, usegmt=True)}


def number(request: Request, field: str) -> int:
    """A count of bytes that a request names.

    Raises:
        BadUploadError: It names none.
    """
    told = request.headers.get(field, "")
    if not told.isascii() or not told.isdigit() or len(told) > _LONGEST_NUMBER:
        raise BadUploadError(field=field)
    return int(told)


def metadata(field: str) -> dict[str, str]:
    """Keys and values, as `Upload-Metadata` holds them.

    Raises:
        BadUploadError: It holds something else.
    """
    found: dict[str, str] = {}
    for part in field.split(",") if field else ():
        key, _, value = part.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8")
        except ValueError as problem:
            raise BadUploadError(field="Upload-Metadata") from problem
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum:
    """What a piece must come to."""

    algorithm: str
    told: bytes

    def fits(self, content: bytes | bytearray) -> bool:
        """Whether it does."""
        found: bytes = CHECKSUMS[self.algorithm](content).digest()
        return found == self.told


def checksum_of(request: Request) -> Checksum | None:
    """What the piece of a request must come to; None where it does not say.

    Raises:
        BadUploadError: It says so in no form that is known.
    """
    field = request.headers.get("Upload-Checksum")
    if field is None:
        return None
    algorithm, _, value = field.partition(" ")
    if algorithm not in CHECKSUMS:
        raise BadUploadError(field="Upload-Checksum")
    try:
        return Checksum(algorithm=algorithm, told=base64.b64decode(value, validate=True))
    except ValueError as problem:
        raise BadUploadError(field="Upload-Checksum") from problem
