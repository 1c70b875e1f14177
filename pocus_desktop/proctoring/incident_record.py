"""Incidents as the academy lists them, in records that commands and the hub's registry both read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentTaken:
    """What taking a report gave.

    Attributes:
        receipt: Its envelope.
        is_new: Whether the academy did not hold it before.
    """

    receipt: bytes
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRecord:
    """An incident at the academy.

    Attributes:
        standing: How the centre stands now: `active`, `retired`, `revoked`.
        reports: How many reports of it came.
        entries: How many entries the latest has.
        filed_ms: When it was filed, by the console's clock.
        received_ms: When the latest report came.
        candidates: Ids of those whose sittings it names.
        is_contradicted: A report came that changes what an earlier one says: a person has to look.
    """

    reference: str
    centre_id: str
    standing: str
    category: str
    kind: str
    reports: int
    entries: int
    filed_ms: int
    received_ms: int
    candidates: tuple[str, ...]
    is_closed: bool
    is_contradicted: bool
