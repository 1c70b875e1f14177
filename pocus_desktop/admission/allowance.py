"""How many walk-ins a centre may admit on a day, to what: the hub's word that each walk-in carries (formats/roster 3).

A walk-in's admission is signed by the centre. It counts because it carries the hub's allowance, which names the
centre's key; so a station, and later the hub, judge it with the hub's keys alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from pydantic import Field, model_validator

from pocus_desktop.admission.documents import Centre, EnrolmentId, Moment, Part, bounded, read_payload, signed
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.shape import Base64, Key
from pocus_desktop.crypto import dsse, hpke
from pocus_desktop.crypto.keys import PublicKey, SealingKey, SigningKey
from pocus_desktop.kernel.errors import Blame, PocusError

if TYPE_CHECKING:  # it reads allowances, so it cannot be imported here
    from pocus_desktop.admission.admission import Admission

PAYLOAD_TYPE: Final = "application/vnd.pocus.walk-in-allowance.v1+json"
MAXIMUM_COUNT: Final = 500


class BeyondAllowanceError(PocusError):
    """A walk-in's admission says something that its allowance does not cover."""

    code: ClassVar[str] = "roster.beyond_allowance"
    blame: ClassVar[Blame] = Blame.CONTENT


class AllowedBundle(Part):
    """What walk-ins may sit.

    Attributes:
        content_key: The bundle's content key, sealed to the centre for this allowance; None for a bundle with an open
            key, or one whose key comes by another way.
    """

    bundle_id: str = Field(min_length=1, max_length=200)
    minimum_version: int = Field(default=1, ge=1, le=2**53 - 1)
    mode: Mode
    content_key: Base64 | None = None


class Allowance(Part):
    """A centre's allowance of walk-ins.

    Attributes:
        centre: Whose signing key signs the walk-ins.
        count: How many; they are numbered from 1.
        recipients: Who may read the results; a walk-in names exactly these.
        credit_cap_ms: How much time lost to interruptions is given back, at most.
    """

    format: Literal[1] = 1
    allowance_id: EnrolmentId
    centre: Centre
    not_before_ms: Moment
    not_after_ms: Moment
    count: int = Field(ge=1, le=MAXIMUM_COUNT)
    bundles: tuple[AllowedBundle, ...] = Field(min_length=1, max_length=200)
    recipients: tuple[Key, ...] = Field(min_length=1, max_length=20)
    credit_cap_ms: int = Field(ge=0, le=2**53 - 1)

    @model_validator(mode="after")
    def _in_order(self) -> "Allowance":
        if self.not_after_ms < self.not_before_ms:
            raise ValueError("the window ends before it begins")
        if any(key.algorithm != "x25519" for key in self.recipients):
            raise ValueError("recipients must be sealing keys")
        return self

    def bundle(self, bundle_id: str, mode: Mode) -> AllowedBundle | None:
        """What it says of a bundle in a mode; None where walk-ins may not sit it."""
        found = (each for each in self.bundles if (each.bundle_id, each.mode) == (bundle_id, mode))
        return next(found, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedAllowance:
    """An allowance that a trusted hub key signed; made by `verify_allowance` alone."""

    allowance: Allowance
    envelope: bytes


def issue_allowance(allowance: Allowance, signer: SigningKey) -> bytes:
    """The allowance's envelope."""
    return signed(PAYLOAD_TYPE, allowance, [signer])


def verify_allowance(envelope: bytes, hub_keys: Iterable[PublicKey]) -> VerifiedAllowance:
    """Read what a trusted hub key signed (formats/roster 3.2).

    Raises:
        BadDocumentError, NewerDocumentError: It is no allowance that this program knows.
        PocusError: `crypto.*`: it is no envelope, of another type, or signed by no trusted hub key.
    """
    parsed = dsse.Envelope.parse(bounded(envelope))
    dsse.verify(parsed, payload_type=PAYLOAD_TYPE, keys=hub_keys)
    return VerifiedAllowance(allowance=read_payload(Allowance, parsed.payload), envelope=envelope)


def seal_for_allowance(content_key: bytes, centre: PublicKey, *, allowance_id: str) -> bytes:
    """A bundle's content key, sealed to the centre for this allowance only."""
    return hpke.seal(centre, content_key, info=_info(allowance_id))


def open_for_allowance(sealed: bytes, centre: SealingKey, *, allowance_id: str) -> bytes:
    """The content key, opened with the centre's key.

    Raises:
        CannotOpenSealedError: It was altered, or belongs to another allowance or centre.
    """
    return hpke.open_sealed(centre, sealed, info=_info(allowance_id))


def require_allowed(admission: "Admission", number: int, allowance: Allowance) -> None:
    """A centre gives no one more than the hub allowed (formats/roster 3.4).

    Raises:
        BeyondAllowanceError: It does; names the first such field.
    """
    bundle = allowance.bundle(admission.bundle_id, admission.mode)
    window, extra = admission.window, admission.accommodations
    covered = {
        "number": number <= allowance.count,
        "bundle_id": bundle is not None,
        "minimum_version": bundle is not None and admission.minimum_version >= bundle.minimum_version,
        "centre_id": admission.centre_id == allowance.centre.centre_id,
        "recipients": admission.recipients == allowance.recipients,
        "window": window.not_before_ms is not None
        and window.not_after_ms is not None
        and allowance.not_before_ms <= window.not_before_ms
        and window.not_after_ms <= allowance.not_after_ms,
        "accommodations": extra.time_factor == 1 and not extra.can_pause,
        "credit_cap_ms": admission.credit_cap_ms <= allowance.credit_cap_ms,
        "centre": admission.centre in {None, allowance.centre.sealing},
    }
    for field, is_covered in covered.items():
        if not is_covered:
            raise BeyondAllowanceError(field=field)


def _info(allowance_id: str) -> bytes:
    return b"pocus walk-in content key v1\x00" + allowance_id.encode("utf-8")
