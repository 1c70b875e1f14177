"""A release of one version of one bundle: the document and its verification (formats/embargo 2 and 3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pocus_desktop.admission.admission import SealedContentKey
from pocus_desktop.admission.day_key import DayKey
from pocus_desktop.admission.shape import Base64, first_fault
from pocus_desktop.admission.unlock_errors import BadUnlockError, NewerUnlockError
from pocus_desktop.crypto import dsse, hpke, wrap
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import canonical, ids
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import LATEST_MS

PAYLOAD_TYPE: Final = "application/vnd.pocus.unlock-grant.v1+json"
FORMAT: Final = 1
MAXIMUM_BYTES: Final = 1024 * 1024
MAXIMUM_RECIPIENTS: Final = 2000
CONTENT_KEY_BYTES: Final = 32
INFO: Final = b"pocus unlock v1\x00"
"""What every sealed key of a release begins its HPKE info with (3.1)."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True, extra="allow", arbitrary_types_allowed=True)


class UnlockWindow(_Part):
    """When a release counts, as wall time in milliseconds (UTC), ends included; it never stays open."""

    not_before_ms: int = Field(ge=0, le=LATEST_MS, strict=True)
    not_after_ms: int = Field(ge=0, le=LATEST_MS, strict=True)

    @model_validator(mode="after")
    def _in_order(self) -> "UnlockWindow":
        if self.not_after_ms < self.not_before_ms:
            raise ValueError("the window ends before it begins")
        return self

    @classmethod
    def of(cls, not_before_ms: int, not_after_ms: int) -> "UnlockWindow":
        """A window from one moment to another, ends included.

        Raises:
            BadUnlockError: It ends before it begins, or no calendar has it.
        """
        try:
            return cls(not_before_ms=not_before_ms, not_after_ms=not_after_ms)
        except ValidationError as problem:
            raise BadUnlockError(reason="the window ends before it begins, or no calendar has it") from problem


class UnlockGrant(_Part):
    """The release of one version of one bundle (2.1).

    Attributes:
        grant_id: Names this release.
        version: The one version whose content key it carries.
        needs_words: Whether the words for the day are needed as well.
        keys: The content key, sealed to each station or centre.
    """

    format: Literal[1] = 1
    grant_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")
    bundle_id: str = Field(min_length=1, max_length=200)
    version: int = Field(ge=1, le=2**53 - 1, strict=True)
    window: UnlockWindow
    needs_words: bool = Field(strict=True)
    keys: tuple[SealedContentKey, ...] = Field(min_length=1, max_length=MAXIMUM_RECIPIENTS)

    @model_validator(mode="after")
    def _each_once(self) -> "UnlockGrant":
        if len({entry.key_id for entry in self.keys}) != len(self.keys):
            raise ValueError("a recipient is named twice")
        return self

    def context(self) -> bytes:
        """What every sealed key of this release is bound to (3.1)."""
        document: dict[str, Json] = {
            "bundle_id": self.bundle_id,
            "format": self.format,
            "grant_id": self.grant_id,
            "needs_words": self.needs_words,
            "not_after_ms": self.window.not_after_ms,
            "not_before_ms": self.window.not_before_ms,
            "version": self.version,
        }
        return canonical.encode(document)


class PassedKey(_Part):
    """What one recipient of a release passed on to another station (9.2).

    Attributes:
        of: Key id of who passed it on.
        key_id: Of whom it is for.
    """

    of: str
    key_id: str
    sealed: Base64


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedGrant:
    """A release that a trusted hub key signed; made by `verify`, and by `unlock_passing.read_release`.

    Attributes:
        grant: What it says.
        envelope: The signed bytes.
        signers: The hub keys that signed.
        passed: What was passed on to further stations.
        passed_on: The bytes in which it was passed on; None where it came as the hub made it.
    """

    grant: UnlockGrant
    envelope: bytes
    signers: tuple[PublicKey, ...]
    passed: tuple[PassedKey, ...] = ()
    passed_on: bytes | None = None

    @property
    def data(self) -> bytes:
        """The bytes as they came."""
        return self.envelope if self.passed_on is None else self.passed_on

    @property
    def digest(self) -> str:
        """SHA-256 of the hub's envelope."""
        return canonical.digest(self.envelope)


def new_grant_id() -> str:
    """A fresh id of a release."""
    return ids.new_id("unl")


def release(
    content_key: bytes,
    recipients: Sequence[PublicKey],
    *,
    bundle_id: str,
    version: int,
    window: UnlockWindow,
    day_key: DayKey | None = None,
    grant_id: str | None = None,
) -> UnlockGrant:
    """A release of one version's content key to stations and centres.

    Args:
        content_key: 32 bytes.
        recipients: X25519 keys; one given twice is one.
        bundle_id: Of the bundle.
        version: Of the bundle, the one that this key opens.
        window: When it counts.
        day_key: Whose words are needed as well; None for a release that needs none.
        grant_id: Fresh where omitted.

    Raises:
        BadUnlockError: There is no recipient, there are too many, or the key has another size.
        BadKeyError: A recipient's key is not for sealing.
    """
    if len(content_key) != CONTENT_KEY_BYTES:
        raise BadUnlockError(reason=f"a content key has {CONTENT_KEY_BYTES} bytes")
    unsealed = {
        "grant_id": grant_id or new_grant_id(),
        "bundle_id": bundle_id,
        "version": version,
        "window": window,
        "needs_words": day_key is not None,
    }
    try:
        draft = UnlockGrant.model_validate({**unsealed, "keys": [SealedContentKey(key_id="-", sealed=b"")]})
        context = draft.context()
        keys = tuple(
            SealedContentKey(key_id=key.key_id, sealed=_seal(content_key, key, context, day_key))
            for key in dict.fromkeys(recipients)
        )
        return UnlockGrant.model_validate({**unsealed, "keys": keys})
    except ValidationError as problem:
        raise BadUnlockError(reason=first_fault(problem)) from problem


def issue(grant: UnlockGrant, signers: Iterable[SigningKey]) -> bytes:
    """The envelope of a release."""
    return dsse.sign(PAYLOAD_TYPE, canonical.encode(grant.model_dump(mode="json")), signers).to_bytes()


def verify(envelope: bytes, hub_keys: Iterable[PublicKey]) -> VerifiedGrant:
    """Whether the hub said so (2.2 to 2.4).

    Raises:
        BadEnvelopeError: Not an envelope.
        WrongPayloadTypeError: Another kind of document.
        NotEnoughSignaturesError: No trusted hub key signed it.
        NewerUnlockError: A newer program wrote it.
        BadUnlockError: Its document is not a release, or it is too large.
    """
    if len(envelope) > MAXIMUM_BYTES:
        raise BadUnlockError(reason=f"it is larger than {MAXIMUM_BYTES} bytes")
    signed = dsse.Envelope.parse(envelope)
    signers = dsse.verify(signed, payload_type=PAYLOAD_TYPE, keys=hub_keys)
    try:
        document = canonical.decode(signed.payload)
    except canonical.BadJsonError as problem:
        raise BadUnlockError(reason="it is not JSON") from problem
    found = document.get("format") if isinstance(document, dict) else None
    if isinstance(found, int) and found > FORMAT:
        raise NewerUnlockError(found=found, known=FORMAT)
    try:
        grant = UnlockGrant.model_validate(document)
    except ValidationError as problem:
        raise BadUnlockError(reason=first_fault(problem)) from problem
    return VerifiedGrant(grant=grant, envelope=envelope, signers=signers)


def _seal(content_key: bytes, recipient: PublicKey, context: bytes, day_key: DayKey | None) -> bytes:
    """The content key under the words' key (3.4), that under the recipient's (3.2)."""
    inner = (
        wrap.wrap(day_key.wrapping_key(inner_context(context, recipient.key_id)), content_key)
        if day_key
        else content_key
    )
    return hpke.seal(recipient, inner, info=INFO + context)


def inner_context(context: bytes, key_id: str) -> bytes:
    """What the layer under the words is bound to: the release, and the recipient (3.4)."""
    return context + b"\x00" + key_id.encode("utf-8")


def passed_info(grant: UnlockGrant, of: str) -> bytes:
    """The HPKE info of a key that was passed on (9.2)."""
    return b"pocus unlock passed on v1\x00" + inner_context(grant.context(), of)
