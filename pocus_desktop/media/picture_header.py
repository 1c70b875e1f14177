"""The size of a lossless picture from its first bytes, without decoding it (PNG 5.6, RFC 9649)."""

import struct
from typing import Final

_PNG: Final = b"\x89PNG\r\n\x1a\n"


def picture_size(data: bytes, media_type: str) -> tuple[int, int] | None:
    """Width and height in pixels, or None when it is not a lossless picture of this type.

    A WebP must be a bare VP8L stream: the extended form may carry metadata, animation or a lossy picture.
    """
    if media_type == "image/png":
        return _png_size(data)
    if media_type == "image/webp":
        return _webp_size(data)
    return None


def _png_size(data: bytes) -> tuple[int, int] | None:
    if len(data) < 33 or data[:8] != _PNG or data[8:16] != b"\x00\x00\x00\rIHDR":
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return (width, height) if width and height else None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    if len(data) < 25 or data[:4] != b"RIFF" or data[8:16] != b"WEBPVP8L" or data[20] != 0x2F:
        return None
    (riff_size,) = struct.unpack_from("<I", data, 4)
    (chunk_size,) = struct.unpack_from("<I", data, 16)
    if riff_size + 8 != len(data) or 12 + chunk_size + chunk_size % 2 != riff_size:
        return None
    (bits,) = struct.unpack_from("<I", data, 21)
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
