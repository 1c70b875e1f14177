"""Sealed files that no row knows, as a killed process leaves them: looked for, and removed (formats/academy 9.6)."""

import json
from typing import Final

from pocus_desktop.hub.programme.store import FILE
from pocus_desktop.hub.registry.store import RegistryStore
from pocus_desktop.hub.storage.objects import Objects
from pocus_desktop.kernel import canonical

UNKNOWN_MS: Final = 60 * 60 * 1000
"""How long sealed bytes may be without a row before they are taken for left behind: none is entered that slowly."""

_UNKNOWN: Final = "files_unknown"
"""The setting that says which sealed bytes had no row when they were last looked for, and since when."""


def sweep(store: RegistryStore, objects: Objects, *, now_ms: int) -> int:
    """Remove sealed bytes that have no row, and had none `UNKNOWN_MS` ago; how many.

    Raises:
        StoreUnavailableError: The database or the place does not take it; the next sweep goes on.
    """
    known = {row["sealed_digest"] for row in store.look(FILE, gone_ms=None)}
    before: dict[str, int] = json.loads(store.setting(_UNKNOWN) or b"{}")
    since = {digest: min(before.get(digest, now_ms), now_ms) for digest in objects.digests() if digest not in known}
    due = [digest for digest, at_ms in since.items() if now_ms - at_ms >= UNKNOWN_MS]
    removed = 0
    for digest in due:
        if not store.look(FILE, sealed_digest=digest, gone_ms=None):  # the same may have come meanwhile
            objects.remove(digest)
            removed += 1
        del since[digest]
    with store.rows() as rows:
        rows.put(_UNKNOWN, canonical.encode(since))
    return removed
