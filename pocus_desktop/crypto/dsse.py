"""DSSE envelopes: a payload, its type, and signatures over both (formats/primitives 3).

Verification, in this order:

1. The payload type is the one expected (3.6).
2. Each signature is tried against the trusted keys; one that no key made is passed over (3.7).
3. As many distinct keys as the threshold asks have signed; a key counts once (3.8).

The key ids in an envelope are hints that no signature covers: they order the trial and decide nothing (3.5).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, to_base64
from pocus_desktop.crypto.keys import BadKeyError, PublicKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError, Json
from pocus_desktop.kernel.errors import Blame, PocusError

MAXIMUM_SIGNATURES: Final = 64


class BadEnvelopeError(PocusError):
    """Bytes are not a DSSE envelope."""

    code: ClassVar[str] = "crypto.bad_envelope"
    blame: ClassVar[Blame] = Blame.CONTENT


class WrongPayloadTypeError(PocusError):
    """An envelope holds another kind of document than was asked for."""

    code: ClassVar[str] = "crypto.wrong_payload_type"
    blame: ClassVar[Blame] = Blame.CONTENT


class NotEnoughSignaturesError(PocusError):
    """Fewer trusted keys have signed than must."""

    code: ClassVar[str] = "crypto.not_enough_signatures"
    blame: ClassVar[Blame] = Blame.CONTENT


class BadThresholdError(PocusError):
    """A threshold below one would accept what no one signed."""

    code: ClassVar[str] = "crypto.bad_threshold"
    blame: ClassVar[Blame] = Blame.BUG


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature of an envelope.

    Attributes:
        key_id: A hint at the key; empty where the signer gave none. Not covered by any signature.
        value: The signature's bytes.
    """

    key_id: str
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A payload with signatures that are not verified by being here; see `verify`.

    Attributes:
        payload_type: Media type or URI that says how to read the payload.
        payload: The signed bytes.
        signatures: In the order of the document.

    Raises:
        BadEnvelopeError: There are more signatures than a reader takes.
    """

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        if len(self.signatures) > MAXIMUM_SIGNATURES:
            raise BadEnvelopeError(reason=f"more than {MAXIMUM_SIGNATURES} signatures")

    def to_bytes(self) -> bytes:
        """The envelope as canonical JSON."""
        signatures: list[Json] = [
            {"keyid": signature.key_id, "sig": to_base64(signature.value)} for signature in self.signatures
        ]
        return canonical.encode(
            {"payload": to_base64(self.payload), "payloadType": self.payload_type, "signatures": signatures}
        )

    @classmethod
    def parse(cls, data: bytes) -> "Envelope":
        """Read an envelope (formats/primitives 3.2 to 3.4); unknown fields are passed over.

        Raises:
            BadEnvelopeError: The bytes are something else.
        """
        try:
            document = canonical.decode(data)
        except BadJsonError as problem:
            raise BadEnvelopeError(reason="not JSON") from problem
        return cls.from_json(document)

    @classmethod
    def from_json(cls, document: object) -> "Envelope":
        """Read an envelope that is already parsed JSON.

        Raises:
            BadEnvelopeError: The document is something else.
        """
        if not isinstance(document, Mapping):
            raise BadEnvelopeError(reason="not an object")
        payload_type = _text(document, "payloadType")
        if not payload_type:
            raise BadEnvelopeError(reason="payloadType is missing or empty")
        listed = document.get("signatures", [])
        if not isinstance(listed, list):
            raise BadEnvelopeError(reason="signatures is not a list")
        if len(listed) > MAXIMUM_SIGNATURES:  # before any of them is read: there may be millions
            raise BadEnvelopeError(reason=f"more than {MAXIMUM_SIGNATURES} signatures")
        return cls(
            payload_type=payload_type,
            payload=_base64(document, "payload"),
            signatures=tuple(_signature(entry) for entry in listed),
        )


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: PAE of DSSE 1.0 (formats/primitives 3.1)."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload_type: str, payload: bytes, keys: Iterable[SigningKey]) -> Envelope:
    """An envelope signed by each key, in the order given.

    Raises:
        BadEnvelopeError: There are more keys than signatures that a reader takes.
    """
    message = pre_authentication_encoding(payload_type, payload)
    signatures = tuple(Signature(key_id=key.key_id, value=key.sign(message)) for key in keys)
    return Envelope(payload_type=payload_type, payload=payload, signatures=signatures)


def add_signature(envelope: Envelope, key: SigningKey) -> Envelope:
    """The envelope with one more signature; unchanged where this key's signature is there already.

    Raises:
        BadEnvelopeError: It carries as many as a reader takes.
    """
    message = pre_authentication_encoding(envelope.payload_type, envelope.payload)
    signature = Signature(key_id=key.key_id, value=key.sign(message))
    if signature in envelope.signatures:
        return envelope
    return Envelope(
        payload_type=envelope.payload_type,
        payload=envelope.payload,
        signatures=(*envelope.signatures, signature),
    )


def verify(
    envelope: Envelope, *, payload_type: str, keys: Iterable[PublicKey], threshold: int = 1
) -> tuple[PublicKey, ...]:
    """Which trusted keys signed; see the module for the rules.

    Args:
        envelope: What was received.
        payload_type: The only type to accept.
        keys: The keys that are trusted for it; a key given twice is one key.
        threshold: How many distinct keys must have signed.

    Returns:
        The distinct keys that signed, in the order of `keys`; at least `threshold` of them.

    Raises:
        BadThresholdError: The threshold is below 1.
        WrongPayloadTypeError: The envelope is of another type.
        NotEnoughSignaturesError: Fewer keys signed.
        BadKeyError: A trusted key is not a signing key.
    """
    trusted = tuple(dict.fromkeys(keys))
    if threshold < 1:
        raise BadThresholdError(threshold=threshold)
    for key in trusted:
        if key.algorithm != "ed25519":
            raise BadKeyError(reason="not a signing key", algorithm=key.algorithm)
    if envelope.payload_type != payload_type:
        raise WrongPayloadTypeError(expected=payload_type, found=envelope.payload_type)
    message = pre_authentication_encoding(envelope.payload_type, envelope.payload)
    signed: set[PublicKey] = set()
    for signature in envelope.signatures:
        signed.update(_signer([key for key in trusted if key not in signed], signature, message))
    if len(signed) < threshold:
        raise NotEnoughSignaturesError(found=len(signed), needed=threshold)
    return tuple(key for key in trusted if key in signed)


def _signer(keys: Iterable[PublicKey], signature: Signature, message: bytes) -> tuple[PublicKey, ...]:
    """The key that made a signature, as a tuple of one or none; the key it hints at is tried first."""
    for key in sorted(keys, key=lambda key: key.key_id != signature.key_id):
        if key.verifies(signature.value, message):
            return (key,)
    return ()


def _signature(entry: object) -> Signature:
    if not isinstance(entry, Mapping):
        raise BadEnvelopeError(reason="a signature is not an object")
    value = _base64(entry, "sig")
    if not value:
        raise BadEnvelopeError(reason="sig is missing or empty")
    return Signature(key_id=_text(entry, "keyid"), value=value)


def _text(document: Mapping[str, object], name: str) -> str:
    """A string field; one that is left out is empty, as DSSE allows."""
    value = document.get(name, "")
    if not isinstance(value, str):
        raise BadEnvelopeError(reason=f"{name} is not a string")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as problem:
        raise BadEnvelopeError(reason=f"{name} is not Unicode text") from problem
    return value


def _base64(document: Mapping[str, object], name: str) -> bytes:
    try:
        return from_base64(_text(document, name), field=name)
    except BadEncodingError as problem:
        raise BadEnvelopeError(reason=f"{name} is not base64") from problem
