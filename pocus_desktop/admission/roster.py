"""The roster: what a centre needs for one day, in one file that the hub signed (formats/roster 1).

Reading it is all or nothing: each admission in it, and the allowance of walk-ins, is verified before any of it counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Literal

from pydantic import Field

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import VerifiedAdmission
from pocus_desktop.admission.allowance import Allowance, verify_allowance
from pocus_desktop.admission.documents import (
    Centre,
    EnrolmentId,
    Moment,
    Name,
    Pair,
    Part,
    bounded,
    read_payload,
    signed,
)
from pocus_desktop.admission.shape import Base64
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel.errors import Blame, PocusError

PAYLOAD_TYPE: Final = "application/vnd.pocus.roster.v1+json"
MAXIMUM_BYTES: Final = 64 * 1024 * 1024
"""Room for a thousand admissions with the largest photos."""


class BadRosterError(PocusError):
    """A roster contradicts itself; nothing of it is taken in."""

    code: ClassVar[str] = "roster.contradictory"
    blame: ClassVar[Blame] = Blame.CONTENT


class RosterStation(Pair):
    """A station of the centre."""

    enrolment_id: EnrolmentId
    name: Name


class Roster(Part):
    """A centre's day.

    Attributes:
        day: The civil day, in the centre's zone.
        zone: By its name in the IANA database; tells people when, never the program.
        stations: The centre's, to whom it may seal the content keys of walk-ins.
        admissions: Their envelopes.
        allowance: The envelope of the allowance of walk-ins; None where none are allowed.
    """

    format: Literal[1] = 1
    roster_id: EnrolmentId
    centre: Centre
    day: date
    zone: str = Field(min_length=1, max_length=60)
    made_at_ms: Moment
    stations: tuple[RosterStation, ...] = Field(default=(), max_length=1000)
    admissions: tuple[Base64, ...] = Field(default=(), max_length=2000)
    allowance: Base64 | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedRoster:
    """A roster whose every part was verified; made by `verify_roster` alone."""

    roster: Roster
    envelope: bytes
    admissions: tuple[VerifiedAdmission, ...]
    allowance: Allowance | None

    def sat_at(self, station_id: str) -> tuple[VerifiedAdmission, ...]:
        """The admissions that may be sat at a station."""
        return tuple(one for one in self.admissions if one.admission.station in {None, station_id})


def issue_roster(roster: Roster, signer: SigningKey) -> bytes:
    """The roster's envelope."""
    return signed(PAYLOAD_TYPE, roster, [signer])


def verify_roster(envelope: bytes, hub_keys: Iterable[PublicKey]) -> VerifiedRoster:
    """Read a roster and everything in it (formats/roster 1.3).

    Raises:
        BadRosterError: An admission stands twice or is for another centre, or the allowance is another centre's.
        BadDocumentError, NewerDocumentError: It is no roster that this program knows.
        PocusError: `crypto.*`, `sitting.*`, `enrolment.*`: it, or something in it, is not what the hub signed.
    """
    hub_keys = tuple(hub_keys)
    parsed = dsse.Envelope.parse(bounded(envelope, MAXIMUM_BYTES))
    dsse.verify(parsed, payload_type=PAYLOAD_TYPE, keys=hub_keys)
    roster = read_payload(Roster, parsed.payload)
    verified = tuple(admissions.verify(each, hub_keys) for each in roster.admissions)
    centre_id = roster.centre.centre_id
    ids = [one.admission.admission_id for one in verified]
    if len(set(ids)) != len(ids):
        raise BadRosterError(reason="an admission stands twice")
    if any(one.admission.centre_id not in {None, centre_id} or one.allowance is not None for one in verified):
        raise BadRosterError(reason="an admission is not for this centre")
    allowance = None if roster.allowance is None else verify_allowance(roster.allowance, hub_keys).allowance
    if allowance is not None and (allowance.centre.centre_id, allowance.centre.is_of) != (
        centre_id,
        roster.centre.is_of,
    ):
        raise BadRosterError(reason="the allowance is for another centre")
    return VerifiedRoster(roster=roster, envelope=envelope, admissions=verified, allowance=allowance)
