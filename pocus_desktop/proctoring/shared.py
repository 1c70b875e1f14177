"""What one console of a centre tells another: check-ins, seats, incidents, and to whose hand someone goes.

A document says all of it; the last one of a console says everything. It is signed by the centre's key (formats/room 7).
"""

from typing import Final, Literal

from pydantic import Field

from pocus_desktop.admission.documents import BadDocumentError, CentreId, Moment, Part, bounded, read_payload, signed
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.proctoring.documents import Digest, Id, StationId, Told

SHARED_TYPE: Final = "application/vnd.pocus.room-shared.v1+json"
SHARED_REPORT_TYPE: Final = "application/vnd.pocus.incident-report.v1+json"
"""A signed report of an incident, between consoles."""

MAXIMUM_SHARED_BYTES: Final = 1024 * 1024
MOST_ARRIVALS: Final = 1000
MOST_INCIDENTS: Final = 1000
_MOST_SEATS: Final = 200


class SharedArrival(Part):
    """A candidate who was checked in there."""

    candidate_id: Id
    admission_id: Id
    who: Told
    how: Told = ""
    wall_ms: Moment


class SharedSeat(Part):
    """A station that was given to a candidate there."""

    candidate_id: Id
    admission_id: Id
    station_id: StationId


class SharedHand(Part):
    """A raised hand to which someone is on the way from there."""

    station_id: StationId
    who: Told


class SharedIncident(Part):
    """The latest report of an incident that is there.

    Attributes:
        digest: SHA-256 of the report's envelope.
    """

    reference: Id
    digest: Digest


class Shared(Part):
    """All that a console tells.

    Attributes:
        number: Of the last row of its journal: it only goes up.
    """

    format: Literal[1] = 1
    centre_id: CentreId
    console: Id
    number: int = Field(ge=0, le=2**53 - 1)
    arrivals: tuple[SharedArrival, ...] = Field(default=(), max_length=MOST_ARRIVALS)
    seats: tuple[SharedSeat, ...] = Field(default=(), max_length=_MOST_SEATS)
    incidents: tuple[SharedIncident, ...] = Field(default=(), max_length=MOST_INCIDENTS)
    hands: tuple[SharedHand, ...] = Field(default=(), max_length=_MOST_SEATS)

    def says_same(self, other: "Shared") -> bool:
        """Whether another one of this console says nothing else."""
        return (self.arrivals, self.seats, self.incidents, self.hands) == (
            other.arrivals,
            other.seats,
            other.incidents,
            other.hands,
        )


def sign_shared(shared: Shared, signer: SigningKey) -> bytes:
    """Its envelope.

    Raises:
        BadDocumentError: It is larger than any reader takes.
    """
    return bounded(signed(SHARED_TYPE, shared, [signer]), MAXIMUM_SHARED_BYTES)


def read_shared(envelope: bytes, *, centre_id: str, key: PublicKey) -> Shared:
    """Verify one.

    Raises:
        BadDocumentError, NewerDocumentError: It is none that this program knows, or of another centre.
        PocusError: `crypto.*`: the centre did not sign it.
    """
    parsed = dsse.Envelope.parse(bounded(envelope, MAXIMUM_SHARED_BYTES))
    dsse.verify(parsed, payload_type=SHARED_TYPE, keys=[key])
    shared = read_payload(Shared, parsed.payload)
    if shared.centre_id != centre_id:
        raise BadDocumentError(reason="it is of another centre")
    return shared
