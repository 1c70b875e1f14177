"""What the academy lets a centre's proctors grant in the room by themselves (formats/room-policy).

The academy signs it, the centre keeps it, the console reads it before an order is signed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from pocus_desktop.admission.documents import CentreId, Moment, Name, Part, bounded, read_payload, signed
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import Blame, PocusError

PAYLOAD_TYPE: Final = "application/vnd.pocus.room-policy.v1+json"
MAXIMUM_BYTES: Final = 64 * 1024
MOST_MINUTES: Final = 24 * 60


class PolicyOfOtherCentreError(PocusError):
    """A policy is for another centre."""

    code: ClassVar[str] = "policy.other_centre"
    blame: ClassVar[Blame] = Blame.USER


class NotTheAcademysPolicyError(PocusError):
    """A policy is not signed by the academy."""

    code: ClassVar[str] = "policy.not_the_academys"
    blame: ClassVar[Blame] = Blame.USER


class OlderPolicyError(PocusError):
    """A newer policy is kept already."""

    code: ClassVar[str] = "policy.older"
    blame: ClassVar[Blame] = Blame.USER


_Minutes = Annotated[int, Field(ge=0, le=MOST_MINUTES)]


class RoomPolicy(Part):
    """What proctors may grant; what is beyond it needs an incident.

    Attributes:
        extra_once_minutes: The most time that one order may add.
        extra_total_minutes: The most that may be added to one sitting, in all.
        breaks: How many unscheduled breaks a sitting may have.
        break_minutes: How long one may be.
        may_hold_clock: Whether the clock may stand still in one.
        void_by: Who may void a sitting; None is anyone, nobody where empty.
        end_by: Who may end one; likewise.
    """

    format: Literal[1] = 1
    policy_id: str = Field(pattern=r"^pol_[0-9a-z]{20}$")
    centre_id: CentreId
    made_at_ms: Moment
    extra_once_minutes: _Minutes
    extra_total_minutes: _Minutes
    breaks: int = Field(ge=0, le=100)
    break_minutes: _Minutes
    may_hold_clock: bool = True
    void_by: tuple[Name, ...] | None = Field(default=None, max_length=100)
    end_by: tuple[Name, ...] | None = Field(default=None, max_length=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedPolicy:
    """A policy that the academy signed for a centre; made by `read_policy` alone."""

    policy: RoomPolicy
    envelope: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the envelope: what an incident names."""
        return canonical.digest(self.envelope)


def issue_policy(policy: RoomPolicy, *signers: SigningKey) -> bytes:
    """The policy's envelope."""
    return signed(PAYLOAD_TYPE, policy, signers)


def read_policy(envelope: bytes, hubs: Iterable[PublicKey], *, centre_id: str) -> VerifiedPolicy:
    """Verify a policy for a centre.

    Raises:
        NotTheAcademysPolicyError: No trusted hub key signed it.
        PolicyOfOtherCentreError: It is for another centre.
        BadDocumentError, NewerDocumentError: It is no policy that this program knows.
        PocusError: `crypto.*`: it is no envelope, or of another type.
    """
    parsed = dsse.Envelope.parse(bounded(envelope, MAXIMUM_BYTES))
    try:
        dsse.verify(parsed, payload_type=PAYLOAD_TYPE, keys=hubs)
    except dsse.NotEnoughSignaturesError as problem:
        raise NotTheAcademysPolicyError from problem
    policy = read_payload(RoomPolicy, parsed.payload)
    if policy.centre_id != centre_id:
        raise PolicyOfOtherCentreError(centre=policy.centre_id)
    return VerifiedPolicy(policy=policy, envelope=envelope)
