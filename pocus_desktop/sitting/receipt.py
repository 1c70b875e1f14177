"""The receipt: the hub's signed word that it holds a sealed result (formats/sealed-result 6)."""

from collections.abc import Iterable
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError

from pocus_desktop.admission.shape import first_fault
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import LATEST_MS
from pocus_desktop.sitting.errors import BadReceiptError, OtherReceiptError

PAYLOAD_TYPE: Final = "application/vnd.pocus.receipt.v1+json"

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Receipt(BaseModel):
    """What the hub says it holds.

    Attributes:
        sealed_digest: SHA-256 of the sealed result.
        sitting: Which sitting it is of.
        last_seq: The last event in it.
        received_at_ms: When the hub had it durably, as wall time (UTC).
        key_id: The hub key that signs.
        is_partial: Whether more is to come.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    format: Literal[1] = 1
    sealed_digest: Digest
    sitting: str = Field(min_length=1)
    last_seq: StrictInt = Field(ge=0)
    received_at_ms: StrictInt = Field(ge=0, le=LATEST_MS)
    key_id: str
    is_partial: StrictBool


def issue_receipt(
    signer: SigningKey, *, sealed_digest: str, sitting: str, last_seq: int, received_at_ms: int, is_partial: bool
) -> bytes:
    """The envelope of a receipt: what the hub answers with."""
    receipt = Receipt(
        sealed_digest=sealed_digest,
        sitting=sitting,
        last_seq=last_seq,
        received_at_ms=received_at_ms,
        key_id=signer.key_id,
        is_partial=is_partial,
    )
    return dsse.sign(PAYLOAD_TYPE, canonical.encode(receipt.model_dump(mode="json")), [signer]).to_bytes()


def verify_receipt(envelope: bytes, hub_keys: Iterable[PublicKey], *, sealed_digest: str | None = None) -> Receipt:
    """Read a receipt that a hub key signed.

    Args:
        envelope: The receipt as it came.
        hub_keys: Keys to trust, retired ones included.
        sealed_digest: The sealed result that it must be for, where that is known.

    Raises:
        BadEnvelopeError: Not an envelope.
        WrongPayloadTypeError: Another kind of document.
        NotEnoughSignaturesError: No trusted key signed it.
        BadReceiptError: It does not say what a receipt must, or names another key than the one that signed.
        OtherReceiptError: It is for another sealed result.
    """
    signed = dsse.Envelope.parse(envelope)
    signers = dsse.verify(signed, payload_type=PAYLOAD_TYPE, keys=hub_keys)
    try:
        receipt = Receipt.model_validate(canonical.decode(signed.payload))
    except canonical.BadJsonError as problem:
        raise BadReceiptError(reason="it is not JSON") from problem
    except ValidationError as problem:
        raise BadReceiptError(reason=first_fault(problem)) from problem
    if receipt.key_id not in {key.key_id for key in signers}:
        raise BadReceiptError(reason="key_id: not the key that signed")
    if sealed_digest is not None and receipt.sealed_digest != sealed_digest:
        raise OtherReceiptError
    return receipt
