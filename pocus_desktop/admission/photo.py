"""A candidate's photo as admissions carry it: small, its size known before it is decoded (formats/admission 1.6)."""

import struct
from typing import Final, Literal

from pocus_desktop.media.picture_header import picture_size

MAXIMUM_BYTES: Final = 32 * 1024
MAXIMUM_SIDE: Final = 1024
"""In pixels, so that few bytes do not unpack to a picture that fills the memory."""

PhotoFault = Literal["it is too large", "it is no PNG or plain WebP", "it has too many pixels"]
_LOSSY_START: Final = b"\x9d\x01\x2a"


def photo_fault(data: bytes) -> PhotoFault | None:
    """Why these bytes are no photo; None where they are one."""
    if len(data) > MAXIMUM_BYTES:
        return "it is too large"
    size = picture_size(data, "image/png") or picture_size(data, "image/webp") or _lossy_size(data)
    if size is None:
        return "it is no PNG or plain WebP"
    return "it has too many pixels" if max(size) > MAXIMUM_SIDE else None


def _lossy_size(data: bytes) -> tuple[int, int] | None:
    """Of a simple lossy WebP (RFC 9649 section 2.5, RFC 6386 section 9.1)."""
    if len(data) < 30 or data[:4] != b"RIFF" or data[8:16] != b"WEBPVP8 " or data[23:26] != _LOSSY_START:
        return None
    (riff_size,) = struct.unpack_from("<I", data, 4)
    if riff_size + 8 != len(data):
        return None
    width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    return (width, height) if width and height else None
