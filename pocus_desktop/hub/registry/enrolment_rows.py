"""Rows of stations and centres: found by what people call them, and told as records."""

from dataclasses import dataclass

from pocus_desktop.admission.documents import Centre, checked
from pocus_desktop.admission.enrolling import EnrolmentRequest, VerifiedRequest
from pocus_desktop.admission.records import EnrolmentRecord, EnrolmentState, Entry
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.hub.registry.errors import (
    AmbiguousEnrolmentError,
    EnrolmentEndedError,
    KeysTakenError,
    UnknownCentreError,
    UnknownEnrolmentError,
)
from pocus_desktop.hub.registry.store import ENROLMENT, ENTRY, RegistryRows, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A station or centre with its keys."""

    record: EnrolmentRecord
    signing: PublicKey
    sealing: PublicKey


def entries(rows: RegistryRows, subject: str) -> tuple[Entry, ...]:
    """The history of anything in the registry, oldest first."""
    names = ("at_ms", "action", "was", "now", "who", "why")
    return tuple(Entry(**{name: row[name] for name in names}) for row in rows.find(ENTRY, subject=subject))


def enrolled(row: Row) -> Enrolled:
    """A row with its keys."""
    return Enrolled(
        record=record_of(row),
        signing=PublicKey(algorithm="ed25519", raw=row["signing"]),
        sealing=PublicKey(algorithm="x25519", raw=row["sealing"]),
    )


def as_centre(one: Enrolled) -> Centre:
    """A centre as documents tell it."""
    return checked(
        Centre,
        {
            "centre_id": one.record.centre_id,
            "name": one.record.name,
            "signing": one.signing,
            "sealing": one.sealing,
        },
    )


def centre_row(rows: RegistryRows, centre_id: str) -> Enrolled:
    """An active centre.

    Raises:
        UnknownCentreError: There is none of that id.
    """
    found = rows.find(ENROLMENT, kind="centre", centre_id=centre_id, state=EnrolmentState.ACTIVE)
    if not found:
        raise UnknownCentreError(centre=centre_id)
    return enrolled(found[0])


def granted_before(rows: RegistryRows, verified: VerifiedRequest) -> Row | None:
    """The enrolment of these very keys, asked for in the same words.

    Raises:
        KeysTakenError: One of the keys is enrolled otherwise.
    """
    asked: EnrolmentRequest = verified.request
    by_signing = rows.find(ENROLMENT, signing_id=asked.signing.key_id)
    if by_signing and by_signing[0]["request_digest"] == verified.digest:
        return by_signing[0]
    if by_signing or rows.find(ENROLMENT, sealing_id=asked.sealing.key_id):
        raise KeysTakenError
    return None


def still(row: Row) -> bytes:
    """The grant of an enrolment that stands.

    Raises:
        EnrolmentEndedError: It ended since.
    """
    if row["state"] != EnrolmentState.ACTIVE:
        raise EnrolmentEndedError(enrolment=row["enrolment_id"], state=row["state"])
    grant: bytes = row["grant_envelope"]
    return grant


def wanted_row(rows: RegistryRows, wanted: str) -> Row:
    """By enrolment id, key id, or name.

    Raises:
        UnknownEnrolmentError: There is none.
        AmbiguousEnrolmentError: Several have that name.
    """
    for name in ("enrolment_id", "signing_id", "sealing_id"):
        found = rows.find(ENROLMENT, **{name: wanted})
        if found:
            return found[0]
    named = rows.find(ENROLMENT, name=wanted)
    active = [row for row in named if row["state"] == EnrolmentState.ACTIVE] or list(named)
    if not active:
        raise UnknownEnrolmentError(wanted=wanted)
    if len(active) > 1:
        raise AmbiguousEnrolmentError(wanted=wanted, count=len(active))
    return active[0]


def living_row(rows: RegistryRows, wanted: str) -> Row:
    """As `wanted_row`, and active.

    Raises:
        UnknownEnrolmentError, AmbiguousEnrolmentError: As `wanted_row`.
        EnrolmentEndedError: It ended.
    """
    row = wanted_row(rows, wanted)
    if row["state"] != EnrolmentState.ACTIVE:
        raise EnrolmentEndedError(enrolment=row["enrolment_id"], state=row["state"])
    return row


def record_of(row: Row) -> EnrolmentRecord:
    """A row as others read it."""
    return EnrolmentRecord(
        enrolment_id=row["enrolment_id"],
        kind=row["kind"],
        name=row["name"],
        centre_id=row["centre_id"],
        signing_id=row["signing_id"],
        sealing_id=row["sealing_id"],
        state=EnrolmentState(row["state"]),
        granted_ms=row["granted_ms"],
        ended_ms=row["ended_ms"],
    )
