"""The move permit: a centre's signed permission to go on with one sitting at another station (formats/move 2).

It names the very journal that it is for, by its last row and by everything that happened, so that no older or other
copy goes on under it; and it brings the sitting's key, sealed to the station that it names.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.documents import CentreId, Moment, Name, Pair, Part, bounded, checked, read_payload, signed
from pocus_desktop.admission.shape import Base64, Key
from pocus_desktop.crypto import dsse, hpke
from pocus_desktop.crypto.keys import PublicKey, SealingKey, SigningKey
from pocus_desktop.kernel.errors import Blame, PocusError

PAYLOAD_TYPE: Final = "application/vnd.pocus.move-permit.v1+json"
MAXIMUM_BYTES: Final = 64 * 1024
VALID_MS: Final = 4 * 3_600_000
"""How long a permit can be used, where nothing else is said."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Told = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")]


class MoveError(PocusError):
    """A sitting is not moved; always one of the classes that follow."""

    code: ClassVar[str] = "move.refused"
    blame: ClassVar[Blame] = Blame.USER


class NotTheCentresPermitError(MoveError):
    """A permit is not signed by the centre that it must be of."""

    code = "move.not_the_centres"


class PermitForOtherStationError(MoveError):
    """A permit names another station than this one."""

    code = "move.other_station"


class PermitOverError(MoveError):
    """A permit was not used in time."""

    code = "move.permit_over"


class ToStation(Pair):
    """Where the sitting goes on."""

    name: Name


class MovePermit(Part):
    """What the centre permits.

    Attributes:
        admission_digest: SHA-256 of the admission's envelope.
        from_station: The signing key of the station that went on last.
        last_seq: The last row of the journal that is moved.
        head: That row's digest.
        history: SHA-256 of all events up to it, as a sealed result carries them.
        is_fenced: Whether the first station was seen to let go of the sitting.
        sitting_key: Sealed to the new station.
        content_key: Likewise; None where the bundle needs none, or the centre cannot open it.
        who: The proctor.
    """

    format: Literal[1] = 1
    permit_id: str = Field(pattern=r"^mov_[0-9a-z]{20}$")
    sitting: str = Field(pattern=r"^[A-Za-z0-9_.:-]{1,120}$")
    admission_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")
    admission_digest: Digest
    centre_id: CentreId
    from_station: Key
    to_station: ToStation
    last_seq: int = Field(ge=1)
    head: Digest
    history: Digest
    is_fenced: bool
    sitting_key: Base64
    content_key: Base64 | None = None
    who: _Told
    why: _Told
    issued_at_ms: Moment
    expires_at_ms: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedPermit:
    """A permit whose signature is the centre's; made by `read_permit` alone."""

    permit: MovePermit
    envelope: bytes


def issue_permit(permit: MovePermit, signer: SigningKey) -> bytes:
    """The permit's envelope."""
    return signed(PAYLOAD_TYPE, permit, [signer])


def read_permit(envelope: bytes, centres: Iterable[PublicKey]) -> VerifiedPermit:
    """Verify a permit by the keys of the centre that must have signed it.

    Raises:
        NotTheCentresPermitError: None of them did.
        BadDocumentError, NewerDocumentError: It is no permit that this program knows.
        PocusError: `crypto.*`: it is no envelope, or of another type.
    """
    parsed = dsse.Envelope.parse(bounded(envelope, MAXIMUM_BYTES))
    try:
        dsse.verify(parsed, payload_type=PAYLOAD_TYPE, keys=centres)
    except dsse.NotEnoughSignaturesError as problem:
        raise NotTheCentresPermitError from problem
    return VerifiedPermit(permit=read_payload(MovePermit, parsed.payload), envelope=envelope)


def told_by(envelope: bytes) -> MovePermit:
    """What a permit says of itself, its signature unseen: to show it, and to look up who must have signed it.

    Raises:
        BadDocumentError, NewerDocumentError: It is no permit that this program knows.
        PocusError: `crypto.*`: it is no envelope.
    """
    return read_payload(MovePermit, dsse.Envelope.parse(bounded(envelope, MAXIMUM_BYTES)).payload)


def require_usable(permit: MovePermit, own: StationKeys, *, now_ms: int) -> None:
    """It is for this station and not over.

    Args:
        permit: Verified before.
        own: This station's keys.
        now_ms: The present, never earlier than the latest time seen.

    Raises:
        PermitForOtherStationError, PermitOverError: Which it is not.
    """
    if permit.to_station.is_of != (own.signing.public.key_id, own.sealing.public.key_id):
        raise PermitForOtherStationError(station=permit.to_station.name)
    if now_ms > permit.expires_at_ms:
        raise PermitOverError


def key_info(permit_id: str, sitting: str, what: Literal["sitting", "content"]) -> bytes:
    """What a key in a permit is sealed for (2.4)."""
    return b"\x00".join(
        (b"pocus move key v1", what.encode("ascii"), permit_id.encode("ascii"), sitting.encode("utf-8"))
    )


def sitting_key(permit: MovePermit, key: SealingKey) -> bytes:
    """The sitting's key.

    Raises:
        CannotOpenSealedError: It is sealed to another station, or for another permit.
    """
    return hpke.open_sealed(key, permit.sitting_key, info=key_info(permit.permit_id, permit.sitting, "sitting"))


def content_key(permit: MovePermit, key: SealingKey) -> bytes | None:
    """The bundle's content key; None where the permit brings none.

    Raises:
        CannotOpenSealedError: It is sealed to another station, or for another permit.
    """
    if permit.content_key is None:
        return None
    return hpke.open_sealed(key, permit.content_key, info=key_info(permit.permit_id, permit.sitting, "content"))


def make_permit(fields: dict[str, object]) -> MovePermit:
    """A permit from its fields.

    Raises:
        BadDocumentError: They do not fit; names the first that does not.
    """
    return checked(MovePermit, fields)
