"""A relay's word that it keeps a sealed result for the academy; no receipt, nor taken for one (formats/relay 3.4)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError

MEDIA_TYPE: Final = "application/vnd.pocus.held.v1+json"
FORMAT: Final = 1


class HeldState(StrEnum):
    """Where a relay says that a sealed result is.

    Attributes:
        WAITING: On the centre's computer.
        SENT: All of it is at the hub, whose receipt is still to come.
        CARRIED: On the centre's computer, and on a stick.
        REFUSED: On the centre's computer; the hub did not take it from there.
    """

    WAITING = "waiting"
    SENT = "sent"
    CARRIED = "carried"
    REFUSED = "refused"


def write_held(digest: str, state: HeldState) -> bytes:
    """The document about one envelope."""
    return canonical.encode({"format": FORMAT, "digest": digest, "state": str(state)})


def read_held(document: bytes, digest: str | None = None) -> HeldState:
    """Where it says that an envelope is; `WAITING` where it says nothing that is known here.

    Args:
        document: As it came; it is told to people, and nothing is done because of it.
        digest: Of which envelope; None for whichever it names.
    """
    try:
        found = canonical.decode(document)
    except BadJsonError:
        return HeldState.WAITING
    if not isinstance(found, Mapping) or digest not in {None, found.get("digest")}:
        return HeldState.WAITING
    state = found.get("state")
    return HeldState(state) if state in list(HeldState) else HeldState.WAITING
