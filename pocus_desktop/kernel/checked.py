"""Small documents of this computer alone that nobody signs: a byte that changes on the disk is noticed.

The member `check` is the SHA-256 of the canonical document without it. It tells of accidents, not of people: whoever
can write the file can write the check. A document without one is of an earlier version, and is believed.
"""

from collections.abc import Mapping
from typing import Final

from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError, Json

CHECK: Final = "check"


def encode(document: Mapping[str, Json]) -> bytes:
    """The document's bytes, with its check."""
    return canonical.encode({**document, CHECK: canonical.digest(canonical.encode(document))})


def decode(data: bytes) -> Json:
    """Read a document, without its check.

    Raises:
        BadJsonError: It is not JSON, or was changed since it was written.
    """
    document = canonical.decode(data)
    if not isinstance(document, dict) or CHECK not in document:
        return document
    check = document.pop(CHECK)
    try:
        is_sound = check == canonical.digest(canonical.encode(document))
    except canonical.NotCanonicalError:
        is_sound = False
    if not is_sound:
        raise BadJsonError(reason="it was changed since it was written")
    return document
