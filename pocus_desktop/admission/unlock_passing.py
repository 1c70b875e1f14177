"""A release that one of its recipients passes on, such as a centre to a spare station (formats/embargo 9).

Nobody signs it anew, and nobody has to: what may be opened and when is said by the hub's release, which goes along
whole; and the key proves itself, since no other opens the bundle.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pocus_desktop.admission.shape import Base64, first_fault
from pocus_desktop.admission.unlock_errors import BadUnlockError, NewerUnlockError
from pocus_desktop.admission.unlock_grant import (
    MAXIMUM_BYTES,
    MAXIMUM_RECIPIENTS,
    PassedKey,
    VerifiedGrant,
    passed_info,
    verify,
)
from pocus_desktop.admission.unlocking import opened_layer
from pocus_desktop.crypto import hpke
from pocus_desktop.crypto.keys import PublicKey, SealingKey
from pocus_desktop.kernel import canonical

KIND: Final = "pocus.unlock-passed-on"
FORMAT: Final = 1


class _PassedOn(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True, extra="allow", arbitrary_types_allowed=True)

    kind: Literal["pocus.unlock-passed-on"] = KIND
    format: Literal[1] = 1
    grant: Base64
    keys: tuple[PassedKey, ...] = Field(min_length=1, max_length=MAXIMUM_RECIPIENTS)


def pass_on(verified: VerifiedGrant, key: SealingKey, recipients: Sequence[PublicKey]) -> bytes:
    """The release for further stations, by one that it is sealed to. Words that are needed are needed there as well.

    Args:
        verified: The release.
        key: Of this recipient, such as a centre.
        recipients: X25519 keys of the stations.

    Raises:
        UnlockNotForStationError: It is not sealed to this key.
        BadUnlockError: There is no recipient, or what is sealed does not open.
        BadKeyError: A recipient's key is not for sealing.
    """
    of, inner = opened_layer(verified, [key])
    info = passed_info(verified.grant, of)
    try:
        document = _PassedOn(
            grant=verified.envelope,
            keys=tuple(
                PassedKey(of=of, key_id=each.key_id, sealed=hpke.seal(each, inner, info=info))
                for each in dict.fromkeys(recipients)
            ),
        )
    except ValidationError as problem:
        raise BadUnlockError(reason=first_fault(problem)) from problem
    return canonical.encode(document.model_dump(mode="json"))


def read_release(data: bytes, hub_keys: Iterable[PublicKey]) -> VerifiedGrant:
    """A release, as the hub made it or passed on.

    Raises:
        NewerUnlockError, BadUnlockError: It says something else.
        PocusError: `crypto.*`: it is no envelope, of another type, or no trusted hub key signed it.
    """
    if len(data) > MAXIMUM_BYTES:
        raise BadUnlockError(reason=f"it is larger than {MAXIMUM_BYTES} bytes")
    try:
        document = canonical.decode(data)
    except canonical.BadJsonError:
        document = None
    if not isinstance(document, dict) or document.get("kind") != KIND:
        return verify(data, hub_keys)
    found = document.get("format")
    if isinstance(found, int) and found > FORMAT:
        raise NewerUnlockError(found=found, known=FORMAT)
    try:
        passed = _PassedOn.model_validate(document)
    except ValidationError as problem:
        raise BadUnlockError(reason=first_fault(problem)) from problem
    signed = verify(passed.grant, hub_keys)
    return VerifiedGrant(
        grant=signed.grant, envelope=signed.envelope, signers=signed.signers, passed=passed.keys, passed_on=data
    )
