"""The receipt: the hub's signed word that it holds a sealed result, and that its log says so (formats/sealed-result 6).

What is signed names the log and carries a random number; the log holds a hash of it and nothing else (formats/log 2).
The proof that it is there lies beside what is signed, for it is signed itself; a receipt that names a log is whole with
that proof only. With the entry's place instead of the proof, a receipt is short enough for a QR code (6.5).
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError

from pocus_desktop.admission.shape import first_fault
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import LATEST_MS
from pocus_desktop.sitting.errors import BadReceiptError, OtherReceiptError, RevokedReceiptError
from pocus_desktop.tlog import proof as proofs
from pocus_desktop.tlog.head import LARGEST_SIZE, SignedHead
from pocus_desktop.tlog.proof import Proof

PAYLOAD_TYPE: Final = "application/vnd.pocus.receipt.v1+json"

_PROOF: Final = "tlog_proof"
_INDEX: Final = "log_index"
_ENTRY: Final = b"pocus log entry v1\x00"
_NONCE_BYTES: Final = 16

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
        log: Origin of the log that holds this receipt's entry; None of receipts from before there was one.
        nonce: Random, so that nobody without the receipt can find its entry.
    """

    model_config = ConfigDict(frozen=True, defer_build=True, extra="allow")

    format: Literal[1] = 1
    sealed_digest: Digest
    sitting: str = Field(min_length=1)
    last_seq: StrictInt = Field(ge=0)
    received_at_ms: StrictInt = Field(ge=0, le=LATEST_MS)
    key_id: str
    is_partial: StrictBool
    log: str | None = Field(default=None, min_length=1)
    nonce: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A verified receipt and where its entry stands in the log.

    Attributes:
        entry: What the log holds for it.
        index: Where, as proved or, without a proof, as claimed; None where the receipt does not say.
        head: The signed head under which the entry was proved; None of a receipt without a proof.
    """

    receipt: Receipt
    entry: bytes
    index: int | None
    head: SignedHead | None


def issue_receipt(
    signer: SigningKey,
    *,
    sealed_digest: str,
    sitting: str,
    last_seq: int,
    received_at_ms: int,
    is_partial: bool,
    log: str | None = None,
) -> bytes:
    """The envelope of a receipt; one that names a log is whole once `with_proof` has added where it stands there."""
    receipt = Receipt(
        sealed_digest=sealed_digest,
        sitting=sitting,
        last_seq=last_seq,
        received_at_ms=received_at_ms,
        key_id=signer.key_id,
        is_partial=is_partial,
        log=log,
        nonce=None if log is None else secrets.token_hex(_NONCE_BYTES),
    )
    payload = canonical.encode(receipt.model_dump(mode="json", exclude_none=True))
    return dsse.sign(PAYLOAD_TYPE, payload, [signer]).to_bytes()


def entry_of(envelope: bytes) -> bytes:
    """What the log holds for a receipt: 32 bytes that say nothing to who does not have it (formats/log 2.1).

    Raises:
        BadEnvelopeError: Not an envelope.
    """
    return _entry(dsse.Envelope.parse(envelope).payload)


def with_proof(envelope: bytes, proof: Proof) -> bytes:
    """A receipt with the proof that its entry is in the log.

    Raises:
        BadEnvelopeError: Not an envelope.
    """
    return canonical.encode({**_bare(envelope), _PROOF: proof.to_text()})


def compact(envelope: bytes) -> bytes:
    """A receipt for a QR code: the place in the log instead of the proof; unchanged where it names none.

    Raises:
        BadEnvelopeError: Not an envelope.
        TlogError: Its proof is none.
    """
    proof = _proof(envelope)
    return envelope if proof is None else canonical.encode({**_bare(envelope), _INDEX: proof.index})


def place_of(envelope: bytes) -> int | None:
    """Where a receipt says that its entry stands in the log, counted from 0; None where it does not say.

    Raises:
        BadEnvelopeError: Not an envelope.
        BadReceiptError, TlogError: What it says is no place.
    """
    proof = _proof(envelope)
    return _index(envelope) if proof is None else proof.index


def verify_receipt(envelope: bytes, hub_keys: Iterable[PublicKey], *, sealed_digest: str | None = None) -> Receipt:
    """Read a whole receipt that a hub key signed; see `verify_entered` for the errors.

    Raises:
        BadReceiptError: Also where it names a log and carries no proof.
    """
    entered = verify_entered(envelope, hub_keys, sealed_digest=sealed_digest)
    if entered.receipt.log is not None and entered.head is None:
        raise BadReceiptError(reason="it names a log and proves nothing")
    return entered.receipt


def require_not_revoked(envelope: bytes, revoked: Mapping[PublicKey, int]) -> None:
    """Say so where a receipt that no trusted key signed is signed by a key that was revoked.

    Args:
        envelope: The receipt.
        revoked: Keys that count no more, and since when, as wall time in milliseconds.

    Raises:
        RevokedReceiptError: It is. What time it says proves nothing: the key's thief writes that too.
        PocusError: As `verify_entered`, but for a receipt that none of these signed either.
    """
    for key, since_ms in revoked.items():
        try:
            says_ms = verify_entered(envelope, [key]).receipt.received_at_ms
        except dsse.NotEnoughSignaturesError:
            continue
        raise RevokedReceiptError(key=key.key_id, since=_moment(since_ms), says=_moment(says_ms))


def verify_entered(envelope: bytes, hub_keys: Iterable[PublicKey], *, sealed_digest: str | None = None) -> Entered:
    """Read a receipt that a hub key signed, and its proof where it carries one.

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
        TlogError: Its proof is damaged, is of another log or entry, or leads to no head that a hub key signed.
    """
    keys = tuple(hub_keys)
    signed = dsse.Envelope.parse(envelope)
    signers = dsse.verify(signed, payload_type=PAYLOAD_TYPE, keys=keys)
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
    return _entered(envelope, receipt, _entry(signed.payload), keys)


def _entered(envelope: bytes, receipt: Receipt, entry: bytes, keys: tuple[PublicKey, ...]) -> Entered:
    if receipt.log is None:  # whatever lies beside it, no one signed that it belongs to a log
        return Entered(receipt=receipt, entry=entry, index=None, head=None)
    proof = _proof(envelope)
    if proof is None:
        return Entered(receipt=receipt, entry=entry, index=_index(envelope), head=None)
    head = proofs.verify(proof, entry, keys, origin=receipt.log)
    return Entered(receipt=receipt, entry=entry, index=proof.index, head=head)


def _entry(payload: bytes) -> bytes:
    return hashlib.sha256(_ENTRY + payload).digest()


def _document(envelope: bytes) -> Mapping[str, Json]:
    """What stands in an envelope.

    Raises:
        BadEnvelopeError: It is none.
    """
    try:
        document = canonical.decode(envelope)
    except canonical.BadJsonError as problem:
        raise dsse.BadEnvelopeError(reason="not JSON") from problem
    dsse.Envelope.from_json(document)
    assert isinstance(document, Mapping)  # noqa: S101 - an envelope is an object
    return document


def _bare(envelope: bytes) -> dict[str, Json]:
    return {name: value for name, value in _document(envelope).items() if name not in {_PROOF, _INDEX}}


def _proof(envelope: bytes) -> Proof | None:
    text = _document(envelope).get(_PROOF)
    if text is None:
        return None
    if not isinstance(text, str):
        raise BadReceiptError(reason=f"{_PROOF}: not a text")
    return Proof.parse(text)


def _index(envelope: bytes) -> int | None:
    found = _document(envelope).get(_INDEX)
    is_index = isinstance(found, int) and not isinstance(found, bool) and 0 <= found < LARGEST_SIZE
    if found is not None and not is_index:
        raise BadReceiptError(reason=f"{_INDEX}: not a place in a log")
    return found if isinstance(found, int) else None


def _moment(wall_ms: int) -> str:
    return f"{datetime.fromtimestamp(wall_ms / 1000, tz=UTC):%Y-%m-%d %H:%M} UTC"
