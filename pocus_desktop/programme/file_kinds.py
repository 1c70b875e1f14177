"""What a file is by its first bytes, whatever its name says. Pure."""

from typing import Final

OTHER: Final = "application/octet-stream"
ENDINGS: Final = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/tiff": "tif",
    "image/gif": "gif",
    "image/heic": "heic",
}
"""Kinds that are known by their first bytes, each with how names of its files end."""

_HEIF: Final = frozenset({b"heic", b"heix", b"mif1", b"msf1"})
_BEGINNINGS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_NAMES: Final = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "gif": "image/gif",
    "heic": "image/heic",
}


def kind_of(content: bytes) -> str:
    """The media type of a document or picture; `OTHER` of everything else."""
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF:
        return "image/heic"
    return OTHER


def kind_named(name: str) -> str:
    """The media type that a name says; `OTHER` where it says none of these."""
    return _NAMES.get(name.rpartition(".")[2].casefold(), OTHER)
