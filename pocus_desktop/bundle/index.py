"""The encrypted index of a sealed bundle: which opaque path stands for which real name (formats/bundle 6.5, 6.6)."""

from collections.abc import Mapping

from pocus_desktop.bundle.errors import IndexInvalidError, require_known_format
from pocus_desktop.bundle.manifest import MEDIA_TYPE, Manifest
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError

FORMAT = 1


def encode_index(names: Mapping[str, tuple[str, str]]) -> bytes:
    """The index's plaintext.

    Args:
        names: For each real name, the member's path and its media type.
    """
    members = {name: {"path": path, "media_type": kind} for name, (path, kind) in names.items()}
    return canonical.encode({"format": FORMAT, "members": members})


def decode_index(data: bytes, manifest: Manifest) -> dict[str, tuple[str, str]]:
    """Read an index; it names every member of its bundle once, itself apart.

    Raises:
        FormatTooNewError: It is written in a later format.
        IndexInvalidError: It does not.
    """
    told = manifest.bundle_id
    try:
        document = canonical.decode(data)
    except BadJsonError as problem:
        raise IndexInvalidError(bundle=told, reason="it is not JSON") from problem
    require_known_format(document, known=FORMAT, file=told)
    listed = document.get("members") if isinstance(document, dict) and document.get("format") == FORMAT else None
    if not isinstance(listed, dict):
        raise IndexInvalidError(bundle=told, reason="it is in another format")
    names: dict[str, tuple[str, str]] = {}
    for name, entry in listed.items():
        path, kind = (entry.get("path"), entry.get("media_type")) if isinstance(entry, dict) else (None, None)
        if not isinstance(path, str) or not isinstance(kind, str) or not MEDIA_TYPE.fullmatch(kind):
            raise IndexInvalidError(bundle=told, reason="an entry has the wrong form")
        names[name] = (path, kind)
    paths = sorted(path for path, _ in names.values())
    if paths != [member.path for member in manifest.members if member.path != manifest.index]:
        raise IndexInvalidError(bundle=told, reason="it does not name each member once")
    return names
