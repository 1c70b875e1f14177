"""An envelope on its way into the records."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What became of a sitting's result."""

    RECEIVED = "received"
    WAITING_FOR_KEY = "waiting-for-key"
    SCORED = "scored"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An envelope that was opened and verified, before it has a row.

    Attributes:
        digest: SHA-256 of the sealed result.
        station: Key id of the station that signed.
        rank: How many moves between stations were permitted; the higher speaks, whatever its last event (formats/move
            6.3).
        centre: Key id of the centre that permitted them; empty where there were none.
    """

    digest: str
    sitting: str
    last_seq: int
    is_partial: bool
    station: str
    received_at_ms: int
    admission_id: str
    candidate_id: str
    attempt: int
    mode: str
    bundle_id: str
    bundle_version: int
    rank: int = 0
    centre: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What asks to be accepted.

    Attributes:
        receipt: Its receipt, which names the log and is without its proof yet.
        entry: What the log shall hold for it.
    """

    arrival: Arrival
    receipt: bytes
    entry: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What became of it.

    Attributes:
        receipt: The receipt that stands, whole: of whoever came first with these bytes.
        is_new: Whether this wish entered it.
    """

    receipt: bytes
    is_new: bool
