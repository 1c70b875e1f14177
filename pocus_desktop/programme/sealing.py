"""What a portfolio sends, sealed to the academy: the same bytes to each of its keys (formats/academy 3.2)."""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from pocus_desktop.admission.documents import Part, bounded, checked, read_payload
from pocus_desktop.admission.shape import Base64
from pocus_desktop.crypto import hpke
from pocus_desktop.crypto.keys import PublicKey, SealingKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.programme.documents.parts import Sha256

_MOST_RECIPIENTS: Final = 2


class NotForUsError(PocusError):
    """It is sealed to another academy."""

    code: ClassVar[str] = "portfolio.not_for_us"
    blame: ClassVar[Blame] = Blame.CONTENT


class _Sealed(Part):
    """The same bytes to one of the academy's keys."""

    recipient: Annotated[str, Field(min_length=1, max_length=120)]
    sealed: Base64


class _SealedEnvelope(Part):
    """What is sent; `digest` is that of the signed envelope inside."""

    format: Literal[1] = 1
    digest: Sha256
    to: tuple[_Sealed, ...] = Field(min_length=1, max_length=_MOST_RECIPIENTS)


def seal_envelope(envelope: bytes, recipients: Iterable[PublicKey], *, label: bytes) -> bytes:
    """What is sent.

    Args:
        envelope: As it was signed.
        recipients: The academy's keys; those that nothing is sealed to are passed over.
        label: What it is for; it opens for nothing else.
    """
    digest = canonical.digest(envelope)
    keys = {key.key_id: key for key in recipients if key.algorithm == "x25519"}
    to = [
        {"recipient": key_id, "sealed": hpke.seal(key, envelope, info=_info(label, digest))}
        for key_id, key in list(keys.items())[:_MOST_RECIPIENTS]
    ]
    return canonical.encode(checked(_SealedEnvelope, {"digest": digest, "to": to}).model_dump(mode="json"))


def open_envelope(data: bytes, openers: Iterable[SealingKey], *, label: bytes, maximum_bytes: int) -> bytes:
    """The signed envelope inside, not verified yet.

    Raises:
        NotForUsError: It is sealed to none of these keys.
        BadDocumentError, NewerDocumentError: It is something else.
        CannotOpenSealedError: It was altered, or is for something else.
    """
    document = read_payload(_SealedEnvelope, bounded(data, maximum_bytes))
    keys = {key.public.key_id: key for key in openers}
    for one in document.to:
        if one.recipient in keys:
            return hpke.open_sealed(keys[one.recipient], one.sealed, info=_info(label, document.digest))
    raise NotForUsError


def _info(label: bytes, digest: str) -> bytes:
    return label + b"\x00" + digest.encode("ascii")
