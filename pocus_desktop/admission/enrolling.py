"""Enrolment by documents: a new station or centre asks, the hub grants (formats/enrolment 1 to 3).

The request is signed by the key it brings, so no one enrols a key that they do not hold. The grant is signed by the
hub and tells everything that a station needs to trust: hub keys, the root of the academy's trust, its centre.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from pydantic import Field, model_validator

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.documents import (
    Centre,
    CentreId,
    EnrolmentId,
    Moment,
    Name,
    Pair,
    bounded,
    checked,
    read_payload,
    signed,
)
from pocus_desktop.admission.shape import Base64, Key
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import Blame, PocusError

REQUEST_TYPE: Final = "application/vnd.pocus.enrolment-request.v1+json"
GRANT_TYPE: Final = "application/vnd.pocus.enrolment-grant.v1+json"
Kind = Literal["station", "centre"]


class OtherComputerError(PocusError):
    """A grant is for the keys of another computer."""

    code: ClassVar[str] = "enrolment.other_computer"
    blame: ClassVar[Blame] = Blame.USER


class OtherAcademyError(PocusError):
    """A grant comes from another academy than the one that this computer trusts, or than the one that was named."""

    code: ClassVar[str] = "enrolment.other_academy"
    blame: ClassVar[Blame] = Blame.USER


class AlreadyEnrolledError(PocusError):
    """A computer that an academy enrolled shall be set up by hand."""

    code: ClassVar[str] = "enrolment.already_enrolled"
    blame: ClassVar[Blame] = Blame.USER


class OlderGrantError(PocusError):
    """A grant is older than the one that was taken in before."""

    code: ClassVar[str] = "enrolment.older_grant"
    blame: ClassVar[Blame] = Blame.USER


class EnrolmentRequest(Pair):
    """What a new station or centre says of itself.

    Attributes:
        name: What people call it.
        centre_id: The centre it belongs to, or that it is.
        code: The hub's one-time code, where it came by network.
    """

    format: Literal[1] = 1
    kind: Kind
    name: Name
    centre_id: CentreId | None = None
    made_at_ms: Moment
    code: str | None = Field(default=None, max_length=80)

    @model_validator(mode="after")
    def _centre_has_id(self) -> "EnrolmentRequest":
        if self.kind == "centre" and self.centre_id is None:
            raise ValueError("a centre names itself")
        return self


class EnrolmentGrant(Pair):
    """The hub's word: these keys are a station or centre of this academy.

    Attributes:
        centre: The centre it belongs to, or itself; None for a station of no centre.
        root: Root metadata of the academy's trust (formats/trust), to be pinned; None where there is none.
        publishers: Whose bundles are shown where the academy has no trust repository.
        hubs: Whose admissions, rosters and receipts count.
        hub_url: Where results go; empty where they are carried.
    """

    format: Literal[1] = 1
    enrolment_id: EnrolmentId
    kind: Kind
    name: Name
    centre: Centre | None = None
    root: Base64 | None = None
    publishers: tuple[Key, ...] = ()
    hubs: tuple[Key, ...] = Field(min_length=1)
    hub_url: str = Field(default="", max_length=2000)
    granted_at_ms: Moment

    @model_validator(mode="after")
    def _signing_keys(self) -> "EnrolmentGrant":
        if any(key.algorithm != "ed25519" for key in (*self.hubs, *self.publishers)):
            raise ValueError("hubs and publishers must be signing keys")
        if self.kind == "centre" and (self.centre is None or self.centre.is_of != self.is_of):
            raise ValueError("a centre is its own centre")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedRequest:
    """A request whose signature is its own key's."""

    request: EnrolmentRequest
    envelope: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the envelope."""
        return canonical.digest(self.envelope)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedGrant:
    """A grant that one of the hub keys it names has signed; made by `read_grant` alone."""

    grant: EnrolmentGrant
    envelope: bytes


def request_enrolment(
    keys: StationKeys, *, kind: Kind, name: str, centre_id: str | None, code: str | None, now_ms: int
) -> bytes:
    """The signed request of a new station or centre.

    Raises:
        BadDocumentError: A name or id has another form than documents allow.
    """
    document = checked(
        EnrolmentRequest,
        {
            "kind": kind,
            "name": name,
            "centre_id": centre_id,
            "signing": keys.signing.public,
            "sealing": keys.sealing.public,
            "made_at_ms": now_ms,
            "code": code,
        },
    )
    return signed(REQUEST_TYPE, document, [keys.signing])


def read_request(envelope: bytes) -> VerifiedRequest:
    """Verify a request by the key that it brings (formats/enrolment 1.3).

    Raises:
        BadDocumentError, NewerDocumentError: It is no request that this program knows.
        PocusError: `crypto.*`: it is no envelope, of another type, or not signed by its own key.
    """
    parsed = dsse.Envelope.parse(bounded(envelope))
    request = read_payload(EnrolmentRequest, parsed.payload)
    dsse.verify(parsed, payload_type=REQUEST_TYPE, keys=[request.signing])
    return VerifiedRequest(request=request, envelope=envelope)


def issue_grant(grant: EnrolmentGrant, *signers: SigningKey) -> bytes:
    """The grant's envelope; retired keys sign too, for a computer that knows only those (formats/enrolment 3.2)."""
    return signed(GRANT_TYPE, grant, signers)


def read_grant(
    envelope: bytes, *, own: StationKeys | None = None, academy: Iterable[PublicKey] | None = None
) -> VerifiedGrant:
    """Verify a grant (formats/enrolment 2.3).

    Args:
        envelope: What came from the hub.
        own: This installation's keys; the grant must be for them.
        academy: Hub keys that are trusted already, or that the person names; one of them must have signed. None trusts
            the hub keys that the grant itself names: for the first enrolment, whose fingerprint a person compares.

    Raises:
        OtherComputerError: It is for other keys.
        OtherAcademyError: None of `academy` signed it.
        BadDocumentError, NewerDocumentError: It is no grant that this program knows.
        PocusError: `crypto.*`: it is no envelope, of another type, or signed by no hub key that it names.
    """
    parsed = dsse.Envelope.parse(bounded(envelope))
    grant = read_payload(EnrolmentGrant, parsed.payload)
    dsse.verify(parsed, payload_type=GRANT_TYPE, keys=grant.hubs)
    if academy is not None:
        try:
            dsse.verify(parsed, payload_type=GRANT_TYPE, keys=academy)
        except dsse.NotEnoughSignaturesError as problem:
            raise OtherAcademyError from problem
    if own is not None and grant.is_of != (own.signing.key_id, own.sealing.key_id):
        raise OtherComputerError
    return VerifiedGrant(grant=grant, envelope=envelope)


def fingerprint(hubs: Sequence[PublicKey]) -> str:
    """What two people compare by voice: 24 hexadecimal digits of SHA-256 over the sorted key ids, in groups of four."""
    digits = canonical.digest("\n".join(sorted(key.key_id for key in hubs)).encode("ascii"))[:24]
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
